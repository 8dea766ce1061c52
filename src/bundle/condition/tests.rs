//! What each test and each condition gives, in three values.

use super::{Condition, ConditionInputs, Scalar, Test, Truth};
use crate::ids::{ApplicationId, InputId};
use crate::login::name_list::NameList;
use crate::login::value::Value;

fn check(test: &Test<'_>, value: Value<'_>, expected: Truth) {
    assert_eq!(test.decide(&value), expected, "{test:?} of {value:?}");
}

#[test]
fn test_is_unknown_for_other_types_and_absent_attributes() {
    let finance = Test::Equals(vec![Scalar::Text("Finance")]);
    check(&finance, Value::Text(b"Finance"), Truth::True);
    check(&finance, Value::Text(b"finance"), Truth::False);
    check(&finance, Value::Absent, Truth::Unknown);
    check(&finance, Value::Number(1.0), Truth::Unknown);
    let either = Test::Equals(vec![Scalar::Text("1"), Scalar::Number(1.0)]);
    check(&either, Value::Number(2.0), Truth::False);
    check(&Test::AtLeast(3.0), Value::Number(3.0), Truth::True);
    check(&Test::Above(3.0), Value::Number(3.0), Truth::False);
    check(&Test::AtLeast(3.0), Value::Text(b"3"), Truth::Unknown);
    check(&Test::Below(3.0), Value::Number(f64::NAN), Truth::Unknown);
    check(&Test::Equals(vec![Scalar::Number(3.0)]), Value::Number(f64::NAN), Truth::Unknown);
    check(&Test::Above(3.0), Value::Number(f64::INFINITY), Truth::True);
    check(&Test::Exists(true), Value::Null, Truth::False);
    check(&Test::Exists(false), Value::Absent, Truth::True);
    check(&Test::Exists(true), Value::IdentityUnclear, Truth::Unknown);
}

#[test]
fn number_in_a_text_is_exact_or_nothing() {
    fn check(text: &str, expected: Option<f64>) {
        assert_eq!(super::number_in(text.as_bytes()), expected, "{text:?}");
        if let Some(number) = expected {
            assert_eq!(text.parse(), Ok(number), "as the standard library reads it");
        }
    }
    check("0", Some(0.0));
    check("007", Some(7.0));
    check("-12.5", Some(-12.5));
    check("0.1", Some(0.1));
    check("123456789.012345", Some(123_456_789.012_345));
    check("999999999999999", Some(999_999_999_999_999.0));
    check("0.00000000000001", Some(1e-14));
    for not_a_number in [
        "",
        "-",
        ".",
        "1.",
        ".5",
        "1.2.3",
        "+1",
        " 1",
        "1 ",
        "1e3",
        "--1",
        "1,5",
        "١",
        "NaN",
        "1234567890123456",
    ] {
        check(not_a_number, None);
    }
}

#[test]
fn contains_takes_one_value_as_a_list_of_one() {
    let test = Test::Contains(vec![Scalar::Text("a")]);
    check(&test, Value::Names(NameList::of(&["b", "a"])), Truth::True);
    check(&test, Value::List(vec![Value::Number(1.0), Value::Text(b"a")]), Truth::True);
    check(&test, Value::List(vec![]), Truth::False);
    check(&test, Value::Text(b"a"), Truth::True);
    check(&test, Value::Absent, Truth::Unknown);
}

#[test]
fn contains_is_unknown_if_an_entry_cannot_be_compared() {
    let test = Test::Contains(vec![Scalar::Text("a"), Scalar::Bool(true)]);
    let list = |entry: Value<'static>| Value::List(vec![Value::Text(b"b"), entry]);
    check(&test, list(Value::Bool(false)), Truth::False);
    for entry in [
        Value::Number(1.0),
        Value::Null,
        Value::Unreadable,
        Value::List(vec![Value::Text(b"a")]),
        Value::Object(vec![]),
    ] {
        check(&test, list(entry.clone()), Truth::Unknown);
        check(&test, Value::List(vec![entry, Value::Text(b"a")]), Truth::True);
    }
    check(&test, Value::Names(NameList::joined(2, b"a\0x\0b")), Truth::Unknown);
    check(&Test::Contains(vec![Scalar::Number(1.0)]), Value::Names(NameList::of(&["a"])), Truth::Unknown);
}

#[test]
fn contains_is_unknown_if_the_list_is_cut() {
    let test = Test::Contains(vec![Scalar::Text("a")]);
    let mut names = vec!["b"; crate::MAX_GROUPS];
    check(&test, Value::Names(NameList::of(&names)), Truth::False);
    names.push("a");
    check(&test, Value::Names(NameList::of(&names)), Truth::Unknown);
    check(
        &test,
        Value::List(names.iter().map(|name| Value::Text(name.as_bytes())).collect()),
        Truth::Unknown,
    );
    names.swap(0, crate::MAX_GROUPS);
    check(&test, Value::Names(NameList::of(&names)), Truth::True);
}

#[test]
fn conditions_combine_in_three_values() {
    let unknown = || Condition::User { input: InputId(9), test: Test::AtLeast(1.0), as_number: false };
    let (yes, no) =
        (Condition::Application(vec![ApplicationId(1)]), Condition::Application(vec![ApplicationId(2)]));
    let decide = |condition: &Condition<'_>| {
        condition.decide(ConditionInputs { connection: 0, application: ApplicationId(1), values: &[] })
    };
    assert_eq!(decide(&Condition::Not(Box::new(unknown()))), Truth::Unknown);
    assert_eq!(decide(&Condition::All(vec![unknown(), yes.clone()])), Truth::Unknown);
    assert_eq!(decide(&Condition::All(vec![unknown(), no.clone()])), Truth::False);
    assert_eq!(decide(&Condition::Any(vec![unknown(), yes])), Truth::True);
    assert_eq!(decide(&Condition::Any(vec![unknown(), no])), Truth::Unknown);
}

#[test]
fn email_domain_is_unknown_unless_verified() {
    let condition =
        Condition::EmailDomain { email: InputId(0), verified: InputId(1), domains: vec!["acme.example"] };
    let decide = |email: Value<'static>, verified: Value<'static>| {
        condition.decide(ConditionInputs {
            connection: 0,
            application: ApplicationId(0),
            values: &[email, verified],
        })
    };
    let verified = |email: &'static [u8]| decide(Value::Text(email), Value::Bool(true));
    assert_eq!(verified(b"x@ACME.example"), Truth::True);
    assert_eq!(verified(b"x@evil.example@acme.example.net"), Truth::False);
    for not_an_address in [&b"@acme.example"[..], b"acme.example", b"x@", b""] {
        assert_eq!(verified(not_an_address), Truth::Unknown);
    }
    for other in [Value::Bool(false), Value::Text(b"true"), Value::Absent, Value::Null, Value::Number(1.0)] {
        assert_eq!(decide(Value::Text(b"x@acme.example"), other), Truth::Unknown);
    }
    assert_eq!(decide(Value::Absent, Value::Bool(true)), Truth::Unknown);
}

#[test]
fn metadata_is_false_without_the_key_if_its_owner_is_in_the_login() {
    let condition =
        Condition::Metadata { owner: InputId(0), input: InputId(1), values: vec![Scalar::Text("gold")] };
    let decide = |owner: Value<'static>, value: Value<'static>| {
        condition.decide(ConditionInputs {
            connection: 0,
            application: ApplicationId(0),
            values: &[owner, value],
        })
    };
    let with = |metadata: Value<'static>| Value::Object(vec![(&b"metadata"[..], metadata)]);
    let object = || with(Value::Object(vec![]));
    assert_eq!(decide(object(), Value::Text(b"gold")), Truth::True);
    assert_eq!(decide(object(), Value::Text(b"silver")), Truth::False);
    assert_eq!(decide(object(), Value::Absent), Truth::False);
    assert_eq!(decide(Value::Object(vec![]), Value::Absent), Truth::False);
    for other in [Value::Null, Value::Number(1.0), Value::Unreadable, Value::Object(vec![])] {
        assert_eq!(decide(object(), other), Truth::Unknown);
    }
    for other in [Value::Null, Value::Text(b"gold"), Value::List(vec![]), Value::Unreadable] {
        assert_eq!(decide(with(other.clone()), Value::Absent), Truth::Unknown);
        assert_eq!(decide(other, Value::Absent), Truth::Unknown);
    }
    assert_eq!(decide(Value::Absent, Value::Absent), Truth::Unknown);
}

#[test]
fn false_if_unknown_keeps_true_and_false() {
    let unknown = Condition::User { input: InputId(9), test: Test::AtLeast(1.0), as_number: false };
    let (yes, no) =
        (Condition::Application(vec![ApplicationId(1)]), Condition::Application(vec![ApplicationId(2)]));
    let check = |condition: Condition<'static>, expected: Truth, negated: Truth| {
        let inputs = ConditionInputs { connection: 0, application: ApplicationId(1), values: &[] };
        let condition = Condition::FalseIfUnknown(Box::new(condition));
        assert_eq!(condition.decide(inputs), expected);
        assert_eq!(Condition::Not(Box::new(condition)).decide(inputs), negated);
    };
    check(yes, Truth::True, Truth::False);
    check(no, Truth::False, Truth::True);
    check(unknown, Truth::False, Truth::True);
}
