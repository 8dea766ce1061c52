//! Whether the text of an attribute can pass all of a condition's tests, among them patterns.

use crate::language::model::{Scalar, Test, TextPatterns};
use crate::language::text_patterns::TextPattern;
use crate::matching::glob::Pattern;
use crate::patterns::automaton::Automaton;
use crate::patterns::folding::fold;
use crate::patterns::inclusion::has_common_text;
use crate::patterns::regex::DecodedRegex;

/// What comparing the patterns of one attribute may cost, in steps.
const BUDGET: usize = 50_000;

/// A test of an attribute.
#[derive(Clone, Copy, Debug)]
pub(super) struct AttributeTest<'c> {
    pub(super) test: &'c Test,
    pub(super) negated: bool,
    /// Whether a text that holds a number is that number.
    pub(super) as_number: bool,
}

/// Whether some value may pass all tests. `false` is certain.
pub(super) fn can_pass(tests: &[AttributeTest<'_>]) -> bool {
    let listed = tests.iter().find_map(|it| match it.test {
        Test::Equals(values) if !it.negated => Some(values),
        _ => None,
    });
    match listed {
        Some(values) => values.iter().any(|value| tests.iter().all(|test| test.may_pass(value))),
        None => can_exist(tests) && can_be_text_and_number(tests) && can_match_all(tests),
    }
}

impl AttributeTest<'_> {
    fn is_of_text(&self) -> bool {
        matches!(self.test, Test::Matches(_))
    }

    fn is_bound(&self) -> bool {
        matches!(self.test, Test::AtLeast(_) | Test::AtMost(_) | Test::Above(_) | Test::Below(_))
    }

    /// Whether a value may pass that is a single one, as `equals` requires.
    fn may_pass(&self, value: &Scalar) -> bool {
        match self.test {
            Test::Equals(values) | Test::Contains(values) if self.negated => {
                !values.iter().any(|known| is_always_equal(known, value))
            }
            Test::Equals(values) | Test::Contains(values) => {
                values.iter().any(|known| may_be_equal(known, value))
            }
            Test::Matches(patterns) | Test::ContainsMatch(patterns) => match value {
                Scalar::Text(text) => is_match(patterns, text) != self.negated,
                Scalar::AnyCase(folded) if patterns.ignore_case && patterns.expressions.is_empty() => {
                    is_match(patterns, folded) != self.negated
                }
                Scalar::AnyCase(_) => true,
                // A test of texts is unknown for other values, and so is its negation.
                Scalar::Number(_) | Scalar::Bool(_) => false,
            },
            Test::AtLeast(bound) => self.compare(value, *bound, f64::ge),
            Test::AtMost(bound) => self.compare(value, *bound, f64::le),
            Test::Above(bound) => self.compare(value, *bound, f64::gt),
            Test::Below(bound) => self.compare(value, *bound, f64::lt),
            Test::Exists(exists) => *exists != self.negated,
        }
    }

    fn compare(&self, value: &Scalar, bound: f64, holds: fn(&f64, &f64) -> bool) -> bool {
        match value {
            Scalar::Number(number) => holds(number, &bound) != self.negated,
            Scalar::Text(text) | Scalar::AnyCase(text) if self.as_number => {
                // A text that this reader refuses holds no number at a login either.
                text.parse().is_ok_and(|number: f64| holds(&number, &bound) != self.negated)
            }
            _ => false,
        }
    }
}

/// Whether two values can be equal.
fn may_be_equal(left: &Scalar, right: &Scalar) -> bool {
    match (left, right) {
        (Scalar::Text(text), Scalar::AnyCase(folded)) | (Scalar::AnyCase(folded), Scalar::Text(text)) => {
            fold(text) == *folded
        }
        _ => left == right,
    }
}

/// Whether everything that the value can be equals the known one.
fn is_always_equal(known: &Scalar, value: &Scalar) -> bool {
    match (known, value) {
        (Scalar::AnyCase(folded), Scalar::Text(text)) => fold(text) == *folded,
        _ => known == value,
    }
}

fn is_match(patterns: &TextPatterns, text: &str) -> bool {
    let folded = if patterns.ignore_case { fold(text) } else { text.to_owned() };
    patterns.lowered.iter().any(|pattern| match pattern {
        TextPattern::Text(known) => *known == folded,
        TextPattern::Glob(glob) => {
            Pattern::decode(glob).is_none_or(|pattern| pattern.is_match(folded.as_bytes()))
        }
        TextPattern::Regex(encoded) => DecodedRegex::decode(encoded).is_none_or(|regex| regex.is_match(text)),
    })
}

/// Whether the tests do not require both that there is a value and that there is none.
fn can_exist(tests: &[AttributeTest<'_>]) -> bool {
    let is_absent = |it: &AttributeTest<'_>| matches!(it.test, Test::Exists(exists) if *exists == it.negated);
    let needs_value = |it: &AttributeTest<'_>| !matches!(it.test, Test::Exists(_));
    !(tests.iter().any(is_absent) && tests.iter().any(needs_value))
}

/// Whether the tests leave room for a value: a text is not a number unless it may hold one.
fn can_be_text_and_number(tests: &[AttributeTest<'_>]) -> bool {
    let has_text = tests.iter().any(AttributeTest::is_of_text);
    !(has_text && tests.iter().any(|test| test.is_bound() && !test.as_number))
}

/// Whether a text may match the patterns of all tests.
fn can_match_all(tests: &[AttributeTest<'_>]) -> bool {
    let (mut required, mut excluded) = (Vec::new(), Vec::new());
    for it in tests {
        let Test::Matches(patterns) = it.test else { continue };
        let automata = patterns.automata();
        match it.negated {
            true => excluded.extend(automata),
            false => required.push(automata),
        }
    }
    if required.len() + usize::from(!excluded.is_empty()) < 2 {
        return true;
    }
    // Other tests of the same value exclude texts too.
    for it in tests {
        if let Test::Equals(values) = it.test
            && it.negated
        {
            excluded.extend(values.iter().filter_map(|value| match value {
                Scalar::Text(text) => Some(Automaton::of_glob(text)),
                Scalar::AnyCase(folded) => Some(Automaton::of_glob_as(folded, true)),
                Scalar::Number(_) | Scalar::Bool(_) => None,
            }));
        }
    }
    has_common_text(&required, &excluded, &mut BUDGET.clone())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_silent, everyone, names, place, texts, user, when};
    use crate::diagnostic::Code;
    use crate::language::diagnostic_sink::DiagnosticSink;
    use crate::language::model::{Condition, Scalar, Test, TextPatterns};
    use crate::patterns::folding::fold;

    const NO_VALUE: &str = "`/title` has no value that passes all of its tests";

    fn of(key: &str, written: &[&str], ignore_case: bool) -> TextPatterns {
        let (file, mut list) = ("a.yaml", Vec::new());
        let mut sink = DiagnosticSink { file, list: &mut list };
        TextPatterns::parse(key, &names(written), ignore_case, &mut sink).expect("patterns")
    }

    fn text(key: &str, written: &[&str]) -> Test {
        Test::Matches(of(key, written, false))
    }

    fn text_in_any_case(key: &str, written: &[&str]) -> Test {
        Test::Matches(of(key, written, true))
    }

    fn equals(values: &[&str]) -> Test {
        Test::Equals(texts(values))
    }

    fn equals_in_any_case(values: &[&str]) -> Test {
        Test::Equals(values.iter().map(|value| Scalar::AnyCase(fold(value))).collect())
    }

    fn all(tests: Vec<Test>) -> Condition {
        Condition::All(tests.into_iter().map(|test| user("/title", test)).collect())
    }

    fn rule(condition: Condition) -> crate::language::model::Rule {
        when(everyone("all", &["x"]), condition)
    }

    fn check_none(tests: Vec<Test>) {
        check(rule(all(tests)), Code::ImpossibleCondition, NO_VALUE);
    }

    fn check_some(tests: Vec<Test>) {
        check_silent(rule(all(tests)), Code::ImpossibleCondition);
    }

    fn not(test: Test) -> Condition {
        Condition::Not(Box::new(user("/title", test)))
    }

    #[test]
    fn value_that_no_pattern_matches_is_reported() {
        check_none(vec![equals(&["Head", "Lead"]), text("starts-with", &["Head of "])]);
        check_none(vec![text("glob", &["Head*"]), equals(&["head"])]);
        check_none(vec![equals(&["a-1"]), text("regex", &["a-[2-9]"])]);
        check_none(vec![equals_in_any_case(&["HEAD"]), text_in_any_case("starts-with", &["lead"])]);
        check_none(vec![equals_in_any_case(&["Head"]), equals(&["lead"])]);
        check_none(vec![Test::Equals(vec![Scalar::Number(7.0)]), text("contains-text", &["7"])]);
        check_some(vec![equals(&["Head", "Head of it"]), text("starts-with", &["Head of "])]);
        check_some(vec![equals(&["HEAD"]), text_in_any_case("starts-with", &["he"])]);
        check_some(vec![equals_in_any_case(&["HEAD"]), text("starts-with", &["He"])]);
        check_some(vec![equals_in_any_case(&["HEAD"]), equals(&["Head"])]);
    }

    #[test]
    fn patterns_without_a_common_text_are_reported() {
        check_none(vec![text("starts-with", &["Head", "Lead"]), text("starts-with", &["Deputy"])]);
        check_none(vec![text("glob", &["*-?"]), text("regex", &["[a-z]+"])]);
        check_none(vec![text_in_any_case("starts-with", &["head"]), text("glob", &["[a-g]*", "[A-G]*"])]);
        let within = Condition::All(vec![
            user("/title", text("starts-with", &["Head of it"])),
            not(text("starts-with", &["Head", "x"])),
        ]);
        check(rule(within), Code::ImpossibleCondition, NO_VALUE);
        check_some(vec![text("starts-with", &["Head"]), text("ends-with", &["d"])]);
        check_some(vec![text("contains-text", &["it"]), text("regex", &["[a-z]+"])]);
        let apart = Condition::All(vec![
            user("/title", text("starts-with", &["Head"])),
            not(text("starts-with", &["Head of it"])),
        ]);
        check_silent(rule(apart), Code::ImpossibleCondition);
        // An entry of a list may match each of these.
        check_some(vec![
            Test::ContainsMatch(of("starts-with", &["a"], false)),
            Test::ContainsMatch(of("starts-with", &["b"], false)),
        ]);
    }

    #[test]
    fn text_that_must_be_a_number_is_reported() {
        check_none(vec![text("starts-with", &["1"]), Test::AtLeast(1.0)]);
        check_none(vec![text("starts-with", &["1"]), Test::Exists(false)]);
        check_some(vec![text("starts-with", &["1"]), Test::Exists(true)]);
        let as_number = |test| match user("/title", test) {
            Condition::User { attribute, test, .. } => {
                Condition::User { attribute, test, as_number: true, span: place() }
            }
            other => other,
        };
        let both = |test| Condition::All(vec![user("/title", test), as_number(Test::AtLeast(10.0))]);
        check_silent(rule(both(text("starts-with", &["1"]))), Code::ImpossibleCondition);
        check_silent(rule(both(equals(&["11"]))), Code::ImpossibleCondition);
        check(rule(both(equals(&["9", "ten"]))), Code::ImpossibleCondition, NO_VALUE);
    }
}
