//! JSON as JavaScript reads it, compared with serde_json where both agree.

use super::{Json, Text};

fn parse(text: &str) -> Option<Json> {
    Json::parse(text.as_bytes()).ok()
}

fn text(text: &str) -> Json {
    Json::Text(Text::from(text))
}

/// Both accept the same texts and read the same values from them.
#[test]
fn json_equals_serde_json() {
    for json in [
        "null",
        " true ",
        "false",
        "\t\r\n1",
        "-0",
        "0.5",
        "1e3",
        "1E+3",
        "1e-3",
        "-12.25e2",
        "123456789012345678",
        "\"\"",
        "\"a\\n\\u00e4\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\r\\t\"",
        "\"\u{7f}\u{2028}ä\"",
        "[]",
        "[ ]",
        "{}",
        "{ }",
        "[1,[2,{}],{\"a\":[null]}]",
        "{\"a\":1,\"b\":{\"c\":\"d\"}}",
        " [ 1 , 2 ] ",
        "{ \"a\" : 1 , \"b\" : 2 }",
        "{\"a\":1,\"a\":2}",
        // These are not JSON.
        "",
        " ",
        "nul",
        "truth",
        "true false",
        "+1",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "NaN",
        "Infinity",
        "\"",
        "\"a",
        "\"\n\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u+123\"",
        "'a'",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\" 1}",
        "{1:1}",
        "]",
        "[}",
        "\u{feff}1",
        "\u{a0}1",
        "1\u{0}",
    ] {
        let expected = serde_json::from_str::<serde_json::Value>(json).ok();
        let expected = expected.as_ref().map(Json::from_serde);
        let wrapped = format!("{}{json}{}", "[".repeat(30), "]".repeat(30));
        assert_eq!(parse(&wrapped).is_some(), expected.is_some() || json.trim().is_empty(), "{json:?}");
        match (parse(json), expected) {
            (Some(Json::Object(members)), Some(Json::Object(_)))
                if members.len() == 2 && json.contains("\"a\":2") =>
            {
                assert_eq!(Json::Object(members).get("a"), Some(&Json::Number(2.0)));
            }
            (read, expected) => assert_eq!(read, expected, "{json:?}"),
        }
    }
}

#[test]
fn numbers_are_the_nearest_doubles() {
    let number = |json: &str| match parse(json) {
        Some(Json::Number(number)) => number,
        other => panic!("{json}: {other:?}"),
    };
    assert_eq!(number("1e400"), f64::INFINITY);
    assert_eq!(number("-1e400"), f64::NEG_INFINITY);
    assert_eq!(number("1e-400"), 0.0);
    assert!(number("-0").is_sign_negative() && number("-0.0").is_sign_negative());
    assert_eq!(number("9007199254740993"), 9_007_199_254_740_992.0);
    assert_eq!(number("122.416294033786585").to_bits(), 0x405e_9aa4_8fbb_2888);
    assert_eq!(number("5e-324"), f64::from_bits(1));
    assert_eq!(number(&format!("0.{}1", "0".repeat(400))), 0.0);
    assert_eq!(number(&"9".repeat(400)), f64::INFINITY);
}

#[test]
fn nesting_has_no_limit() {
    let deep = 1_000_000;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        assert!(parse(&format!("{}null{}", open.repeat(deep), close.repeat(deep))).is_some());
        assert!(parse(&format!("{}null{}", open.repeat(deep), close.repeat(deep - 1))).is_none());
        assert!(parse(&open.repeat(deep)).is_none());
    }
    assert!(parse(&format!("{}]", "[".repeat(40) + "}")).is_none());
}

#[test]
fn surrogates_pair_up_only_side_by_side() {
    let check = |json: &str, expected: &str, whole: bool| {
        let Some(Json::Text(text)) = parse(json) else { panic!("{json}") };
        assert_eq!((text.as_str(), text.exact.is_none()), (expected, whole), "{json}");
    };
    check(r#""\ud83d\ude00""#, "😀", true);
    check(r#""\ud83d""#, "\u{fffd}", false);
    check(r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}", false);
    check(r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀", false);
    check(r#""\ud83d\n\ude00""#, "\u{fffd}\n\u{fffd}", false);
    check(r#""\ud83dx""#, "\u{fffd}x", false);
    check(r#""\\ud83d""#, "\\ud83d", true);
    check(r#""é\ud83d""#, "é\u{fffd}", false);
    check(r#""\ufffd""#, "\u{fffd}", true);
}

/// In JSON inside a text, one surrogate of a pair may be written as an escape and the other may not.
#[test]
fn half_escaped_surrogates_pair_up() {
    let check = |json: &str, expected: &Json| {
        let Some(Json::Text(outer)) = parse(json) else { panic!("{json}") };
        assert_eq!(Json::parse(outer.exact()).as_ref(), Ok(expected), "{json}");
    };
    check(r#""\"\ud83d\\ude00\"""#, &text("😀"));
    check(r#""\"\\ud83d\ude00!\"""#, &text("😀!"));
    check(r#""\"\\ud83d\\ude00\"""#, &text("😀"));
    check(r#""\"\ud83d\ude00\"""#, &text("😀"));
    check(r#""[\"\ud83d\\n\"]""#, &Json::List(vec![Json::Text(Text::from_wtf8(b"\xed\xa0\xbd\n".to_vec()))]));
}

#[test]
fn member_names_are_compared_exactly() {
    let object = parse(r#"{"\ud83d":1,"a":2}"#).expect("JSON");
    assert_eq!(object.get("\u{fffd}"), None);
    assert_eq!(object.at(&["a"]), Some(&Json::Number(2.0)));
    assert_eq!(object.at(&["a", "b"]), None);
}

#[test]
fn error_messages_have_line_and_column() {
    let message = |json: &str| Json::parse(json.as_bytes()).expect_err("no JSON").to_string();
    assert_eq!(message(""), "expected a value at line 1 column 1");
    assert_eq!(
        message("{\n  \"a\": 1,\n  b: 2\n}"),
        "expected a member's name in double quotes at line 3 column 3"
    );
    assert_eq!(message("[1] 2"), "expected the end of the text at line 1 column 5");
}
