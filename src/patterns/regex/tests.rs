use regex_syntax::hir::literal::ExtractKind;

use super::{DecodedRegex, ParsedRegex, RegexProblem, common_ends};
use crate::limits::{MAX_GROUP_BYTES, MAX_REGEX_STEPS};

fn parsed(pattern: &str, ignore_case: bool) -> ParsedRegex {
    ParsedRegex::parse(pattern, ignore_case).unwrap_or_else(|problem| panic!("{pattern}: {problem}"))
}

fn decoded(parsed: &ParsedRegex) -> DecodedRegex<'_> {
    parsed.decoded().expect("what is parsed can be decoded")
}

fn check_match(pattern: &str, name: &str, expected: bool) {
    for (pattern, ignore_case) in [(pattern, false), (&*pattern.to_lowercase(), true)] {
        let name = if ignore_case { name.to_uppercase() } else { name.to_owned() };
        let parsed = parsed(pattern, ignore_case);
        assert_eq!(decoded(&parsed).is_match(&name), expected, "`{pattern}` against `{name}`");
        assert_eq!(parsed.automaton().is_match(&name), expected, "`{pattern}` against `{name}`, automaton");
    }
}

#[test]
fn expressions_match_whole_names() {
    check_match("gg-(bi|dwh)-[a-z0-9]+", "gg-bi-plant7", true);
    check_match("gg-(bi|dwh)-[a-z0-9]+", "x-gg-bi-plant7", false);
    check_match("gg-(bi|dwh)-[a-z0-9]+", "gg-bi-plant7-x", false);
    check_match("a|b", "ab", false);
    check_match("a|ab", "ab", true);
    check_match("cn=[^,]+,ou=.*", "cn=eng,ou=groups,dc=acme", true);
    check_match("[[:alpha:]]{2}\\d\\d?", "ab1", true);
    check_match("vertrieb-k.ln", "vertrieb-k日ln", true);
    check_match("engineering-(eu|us)", "engineering-us", true);
    check_match("engineering-(eu|us)", "engineering-uk", false);
    check_match("engineering-platform.*", "engineering-plan", false);
}

fn check_refused(pattern: &str, ignore_case: bool, problem: &str, help: &str) {
    match ParsedRegex::parse(pattern, ignore_case) {
        Err(RegexProblem::Invalid(found, found_help)) => {
            assert_eq!((found.as_str(), found_help.as_str()), (problem, help), "{pattern}");
        }
        other => panic!("{pattern}: {other:?}"),
    }
}

#[test]
fn parse_refuses_what_the_language_does_not_have() {
    let linear = "describe the whole name, and leave names out with a rule that excludes";
    let check_linear = |pattern: &str, what: &str| {
        let problem = format!("{what} cannot run in linear time and does not exist in this language");
        check_refused(pattern, false, &problem, linear);
    };
    check_linear("(?=eng).*", "the look-around at character 1");
    check_linear("eng(?!-temp).*", "the look-around at character 4");
    check_linear("(?<=a)b", "the look-around at character 1");
    check_linear("(?<!a)b", "the look-around at character 1");
    check_linear("(a+)-\\1", "the backreference at character 6");

    let check_anchor = |pattern: &str, anchor: &str, help: &str| {
        let problem = format!("{anchor} has no effect, because a regular expression matches whole names");
        check_refused(pattern, false, &problem, help);
    };
    check_anchor("^eng", "`^` at character 1", "write `eng.*`; for the character itself write `\\^`");
    check_anchor("eng$", "`$` at character 4", "write `.*eng`; for the character itself write `\\$`");
    check_anchor("^eng$", "`^` at character 1", "write `eng`; for the character itself write `\\^`");
    check_anchor("^eng.*", "`^` at character 1", "write `eng.*`; for the character itself write `\\^`");
    check_anchor("^eng\\.*", "`^` at character 1", "write `eng\\.*.*`; for the character itself write `\\^`");
    let whole = "describe the whole name, with `.*` where any text may be";
    check_anchor("(\\Aeng)", "`\\A` at character 2", whole);
    check_anchor("a|b\\z", "`\\z` at character 4", whole);
    check_anchor("eng\\z", "`\\z` at character 4", "write `.*eng`");
    let boundary = "`\\b` at character 2 does not exist in this language";
    check_refused("a\\b.*", false, boundary, "write the character itself, such as `-`");

    let flag = "the flag at character 1 does not exist in this language";
    check_refused("(?i)eng", false, flag, "write `ignore-case: true` next to the patterns instead");
    check_refused("(?i:eng)", false, flag, "write `ignore-case: true` next to the patterns instead");
    let remove = "remove it: names have one line, and flags are not needed";
    for pattern in ["(?m)eng", "(?x) e n g", "(?U)a+", "(?s:.)", "(?-u:a)", "(?R)a"] {
        check_refused(pattern, false, flag, remove);
    }
    let unicode = "write the characters, such as `[a-zäöü]`, or those that end the part, as in `[^-]+`";
    check_refused(
        "\\p{L}+",
        false,
        "the Unicode class at character 1 does not exist in this language",
        unicode,
    );
    check_refused(
        "[\\pL-]+",
        false,
        "the Unicode class at character 2 does not exist in this language",
        unicode,
    );
    let group = "put it into a group, such as `(?:a+)+`; possessive repetitions do not exist";
    check_refused("a++", false, "a repetition is repeated at character 3", group);
    check_refused("a{2}{3}", false, "a repetition is repeated at character 5", group);
}

#[test]
fn parse_says_why_it_fails() {
    let help = "see the regex syntax with `claimsmith help patterns regex`; `\\` before a character makes it a literal";
    check_refused("a(b", false, "unclosed group at character 2", help);
    check_refused("a)|(b", false, "unopened group at character 2", help);
    check_refused("[a", false, "unclosed character class at character 1", help);
    check_refused("*", false, "repetition operator missing expression at character 1", help);
    check_refused(
        "a{2,1}",
        false,
        "invalid repetition count range, the start must be <= the end at character 2",
        help,
    );
    check_refused("\\y", false, "unrecognized escape sequence at character 1", help);
    check_refused("(?<a>x)(?<a>y)", false, "duplicate capture group name at character 11", help);
    let engine = "see the regex syntax with `claimsmith help patterns regex`";
    check_refused("[a&&b]", false, "character class intersection is not supported", engine);
    check_refused("[[a]b]", false, "nested character classes are not supported", engine);
    let looks = "describe the whole name, such as `team-.+`";
    check_refused("", false, "it is empty", looks);
    check_refused(
        "a\tb",
        false,
        "it contains a control character",
        "remove it: names of groups have no control characters",
    );
    let nothing = "correct it, or remove it: names are not empty and do not contain control characters";
    check_refused("a\\tb", false, "it matches no name", nothing);
    check_refused("()", false, "it matches no name", nothing);
    check_refused("[^\\s\\S]", false, "it matches no name", nothing);
}

#[test]
fn ignore_case_is_for_ascii_only() {
    let both = "leave `ignore-case` out and write both cases, such as `[äÄ]`";
    let ascii = |what: &str| format!("`ignore-case` covers ASCII letters only, and {what} is not one");
    check_refused("köln", true, &ascii("`ö` at character 2"), both);
    check_refused("k[à-ý]ln", true, &ascii("`à` at character 3"), both);
    let mixed = "a range of the class at character 1 contains letters of both cases";
    check_refused("[M-c]x", true, mixed, "write letters in lower case if `ignore-case` is set");
    check_refused("[^ -c]", true, mixed, "write letters in lower case if `ignore-case` is set");
    let negated = "the negated class at character 2 has no clear meaning if case is ignored";
    check_refused("[[:^lower:]]", true, negated, "write `[^a-z]`, or leave `ignore-case` out");
    check_match("日本.*", "日本x", true);
    parsed("[M-c]x|köln", false);
    parsed("[A-z][^a][ -~]", true);
}

fn check_too_large(pattern: &str) {
    assert!(matches!(ParsedRegex::parse(pattern, false), Err(RegexProblem::TooLarge(..))), "{pattern:.40}");
}

#[test]
fn parse_refuses_large_programs_before_building_them() {
    check_too_large(&"a".repeat(1_025));
    check_too_large("(a{1000}){1000}");
    check_too_large("a{4294967295}");
    check_too_large("((((a{99}){99}){99}){99}){99}");
    check_too_large("(){100000}");
    check_too_large("[a-z0-9-]{1,1000}");
    check_too_large(&format!("{}a{}", "(".repeat(100), ")".repeat(100)));
    check_too_large(&format!("{}a{}", "(?:a|".repeat(30), ")+".repeat(30)));
    parsed("[a-z0-9-]{1,256}", false);
    parsed(&"a".repeat(1_024), false);
    parsed(&format!("{}a{}", "(".repeat(8), ")+".repeat(8)), false);
    // As many steps as there may be, of the kind that takes the most memory each.
    parsed(&format!("({}a){{{}}}", "|".repeat(1_000), (MAX_REGEX_STEPS - 8) / 2_010), false);
}

#[test]
fn matching_is_linear_for_expressions_that_others_backtrack_on() {
    for pattern in ["(a+)+", "(a|a)*b", "(a*)*c", "(a|aa)+", "(.*)*x", "([a-z]+)*-"] {
        let parsed = parsed(pattern, false);
        let mut name = "a".repeat(MAX_GROUP_BYTES - 1);
        name.push('!');
        assert!(!decoded(&parsed).is_match(&name), "{pattern}");
    }
}

fn check_prefixes(pattern: &str, ignore_case: bool, expected: &[&str]) {
    assert_eq!(common_ends(&parsed(pattern, ignore_case).tree, &ExtractKind::Prefix), expected, "{pattern}");
}

fn check_suffixes(pattern: &str, ignore_case: bool, expected: &[&str]) {
    let found = common_ends(&parsed(pattern, ignore_case).tree, &ExtractKind::Suffix);
    assert_eq!(found, expected, "{pattern}");
}

#[test]
fn common_ends_are_prefixes_and_suffixes_of_every_match() {
    check_prefixes("gg-bi-[a-z]+", false, &["gg-bi-"]);
    check_prefixes("(eng|ops)-.*", false, &["eng-", "ops-"]);
    check_prefixes("eng(-core)?", false, &["eng"]);
    check_prefixes("(?<team>[a-c])-x", false, &["a-x", "b-x", "c-x"]);
    check_prefixes("GG-[AB].*", true, &["gg-a", "gg-b"]);
    check_prefixes("köln-.*", false, &["köln-"]);
    check_prefixes(".*-admins", false, &[]);
    check_suffixes(".*-(admins|Owners)", false, &["-Owners", "-admins"]);
    check_suffixes(".*-(admins|Owners)", true, &["-admins", "-owners"]);
    check_suffixes("eng-.*", false, &[]);
    check_prefixes("x?.*", false, &[]);
    check_prefixes("[a-z]{3}-.*", false, &[]);
    check_prefixes(&format!("a{{3}}{}", "ö".repeat(40)), false, &[&format!("aaa{}", "ö".repeat(30))]);
}

fn check_captures(pattern: &str, ignore_case: bool, expected: &[(&str, Option<&[&str]>)]) {
    let parsed = parsed(pattern, ignore_case);
    let found: Vec<(&str, Option<Vec<&str>>)> = parsed
        .captures()
        .iter()
        .map(|capture| {
            (&*capture.name, capture.values.as_ref().map(|all| all.iter().map(String::as_str).collect()))
        })
        .collect();
    let expected: Vec<_> =
        expected.iter().map(|(name, values)| (*name, values.map(<[&str]>::to_vec))).collect();
    assert_eq!(found, expected, "{pattern}");
}

#[test]
fn captures_have_names_and_possible_values() {
    check_captures("a(b)(?:c)", false, &[]);
    check_captures(
        "(?<team>[a-z]+)-(?<role>admin|viewer)s",
        false,
        &[("team", None), ("role", Some(&["admin", "viewer"]))],
    );
    check_captures(
        "(?P<site>EU|US)-(?<n>[1-3]?x)",
        true,
        &[("site", Some(&["eu", "us"])), ("n", Some(&["1x", "2x", "3x", "x"]))],
    );
    check_captures(
        "(?<outer>a(?<inner>b|c))",
        false,
        &[("outer", Some(&["ab", "ac"])), ("inner", Some(&["b", "c"]))],
    );
    check_captures(
        "(?<x>[a\\x00])-(?<y>[^a])-(?<z>a{0,3}b)",
        false,
        &[("x", Some(&["a"])), ("y", None), ("z", Some(&["aaab", "aab", "ab", "b"]))],
    );
    check_captures("(?<x>[0-9]{2})(?<y>[0-9]{3})", false, &[("x", Some(&*numbers())), ("y", None)]);
}

/// From 00 to 99.
fn numbers() -> Vec<&'static str> {
    (0..100).map(|number| &*format!("{number:02}").leak()).collect()
}

#[test]
fn parse_refuses_captures_that_a_grant_could_not_expand() {
    let perhaps =
        "put the alternatives into the capture, or write two patterns: a grant would expand to nothing";
    let no_part = "the capture `x` may take no part in a match";
    check_refused("a|(?<x>b)", false, no_part, perhaps);
    check_refused("(?<x>b)?a", false, no_part, perhaps);
    check_refused("((?<x>b)c){0,3}a", false, no_part, perhaps);
    check_refused("((?<x>b)+c)?a", false, no_part, perhaps);
    let help = "put the repetition into the capture, such as `(?<x>(?:…)+)`";
    check_refused("(a(?<x>b))+", false, "the capture `x` may take part more than once", help);
    let empty = "have it match at least one character, such as `.+`";
    check_refused("a-(?<x>.*)", false, "the capture `x` may be empty", empty);
    check_refused("a-(?<x>)", false, "the capture `x` may be empty", empty);
    let name = "use lowercase letters, digits and `_`, and begin with a letter";
    check_refused("(?<Team>a)", false, "`Team` is not a name for a capture", name);
    check_refused("(?<_x>a)", false, "`_x` is not a name for a capture", name);
    let many: String = (0..9).map(|number| format!("(?<x{number}>a)")).collect();
    let help = "name the parts that grants use; `(?:…)` only groups";
    check_refused(&many, false, "it has more than 8 captures", help);
}

fn check_everything(pattern: &str, expected: bool) {
    assert_eq!(parsed(pattern, false).matches_everything(), expected, "{pattern}");
}

#[test]
fn matches_everything_is_exact() {
    for pattern in [
        ".*",
        ".+",
        ".+?",
        "[\\s\\S]*",
        "(a|[^a]).*",
        "(?<all>.+)",
        "a.*|[^a].*|a",
        "(.?){1,2}.*",
        "[ -\u{10ffff}]+",
        "(\\w|\\W)+",
        ".|..+",
        "[^\\n]*",
        "a?.*",
    ] {
        check_everything(pattern, true);
    }
    for pattern in [".", "..+", "[^a].*", "(a|[^ab]).*", ".*-admins", "[ -~]+", "\\w+|\\W+", ".{1,300}"] {
        check_everything(pattern, false);
    }
    assert!(parsed("[^A].*|a.*", true).matches_everything());
    assert!(!parsed("[^A].*", true).matches_everything());
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use proptest::prelude::*;

    use super::super::ParsedRegex;
    use super::decoded;

    /// The parts of patterns; captures are named later.
    fn atom() -> impl Strategy<Value = String> {
        let single =
            ["a", "b", "A", "B", "-", "1", " ", "é", "日", ".", "\\d", "\\w", "\\s", "\\W", "\\.", "\\x61"];
        let class = [
            "[a-b]",
            "[^a]",
            "[^-A1]",
            "[]a]",
            "[^]a]",
            "[a-]",
            "[-b]",
            "[A-Z_]",
            "[\\w-]",
            "[\\D]",
            "[^\\s]",
            "[[:alpha:]1]",
            "[[:^lower:]]",
            "[é-日]",
            "[ -~]",
            "[A-z]",
            "[b-bA]",
        ];
        prop_oneof![
            3 => prop::sample::select(single.to_vec()).prop_map(str::to_owned),
            1 => prop::sample::select(class.to_vec()).prop_map(str::to_owned),
        ]
    }

    fn pattern() -> impl Strategy<Value = String> {
        let repetition = ["?", "*", "+", "{2}", "{1,2}", "{0,2}", "{1,}", "??", "*?", "+?", "{1,2}?", "{0}"];
        atom().prop_recursive(4, 24, 4, move |inner| {
            let group = ["(", "(?:", "(?<@>", ""];
            prop_oneof![
                3 => prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
                1 => prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
                1 => (inner.clone(), prop::sample::select(repetition.to_vec()))
                    .prop_map(|(inner, repetition)| format!("(?:{inner}){repetition}")),
                1 => (inner, prop::sample::select(group.to_vec())).prop_map(|(inner, open)| match open {
                    "" => inner,
                    open => format!("{open}{inner})"),
                }),
            ]
        })
    }

    /// Gives each capture a name of its own.
    fn named(pattern: &str) -> String {
        let mut parts = pattern.split('@');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.zip(1..).fold(first, |all, (part, number)| format!("{all}x{number}{part}"))
    }

    /// The same pattern for the crate `regex`, whose classes are those of Unicode.
    fn for_oracle(pattern: &str, ignore_case: bool) -> String {
        let ascii = pattern
            .replace("\\d", "[0-9]")
            .replace("\\D", "[^0-9]")
            .replace("\\w", "[0-9A-Za-z_]")
            .replace("\\W", "[^0-9A-Za-z_]")
            .replace("[^\\s]", "[^ \\t-\\r]")
            .replace("\\s", "[ \\t-\\r]");
        format!("{}^(?:{ascii})$", if ignore_case { "(?i)" } else { "" })
    }

    fn name() -> impl Strategy<Value = String> {
        let chars = ['a', 'b', 'A', 'B', '-', '1', ' ', 'é', '日', '.', 'z', ']', '_'];
        prop::collection::vec(prop::sample::select(chars.to_vec()), 0..7).prop_map(String::from_iter)
    }

    proptest! {
        #![proptest_config(ProptestConfig { max_global_rejects: 10_000, failure_persistence: None, cases: 1_500, ..ProptestConfig::default() })]

        /// The filter of prefixes and suffixes changes no result, and the automaton and the crate `regex` agree with it,
        /// also on captures.
        #[test]
        fn program_automaton_and_regex_crates_agree(
            pattern in pattern(),
            ignore_case: bool,
            names in prop::collection::vec(name(), 12),
        ) {
            let pattern = named(&pattern);
            let parsed = ParsedRegex::parse(&pattern, ignore_case);
            prop_assume!(parsed.is_ok());
            let parsed = parsed.expect("it is");
            let regex = decoded(&parsed);
            let automaton = parsed.automaton();
            let unfiltered = regex_lite::RegexBuilder::new(&format!("^(?:{pattern})$"))
                .case_insensitive(ignore_case)
                .build()
                .expect("it is parsed");
            let oracle = regex::Regex::new(&for_oracle(&pattern, ignore_case)).expect("the oracle knows more");
            for name in &names {
                let expected = oracle.is_match(name);
                prop_assert_eq!(regex.is_match(name), expected, "{} against {:?}", pattern, name);
                prop_assert_eq!(unfiltered.is_match(name), expected);
                prop_assert_eq!(automaton.is_match(name), expected);
                if parsed.matches_everything() && !name.is_empty() {
                    prop_assert!(expected, "{} leaves out {:?}", pattern, name);
                }

                let mut captures = Vec::new();
                regex.captures(name, |number, text| {
                    if let Some(capture) = parsed.captures().get(number) {
                        captures.push((capture.name.clone(), text.to_owned()));
                    }
                });
                let found = oracle.captures(name);
                let expected: Vec<_> = oracle
                    .capture_names()
                    .flatten()
                    .filter_map(|group| Some((group.to_owned(), found.as_ref()?.name(group)?.as_str().to_owned())))
                    // Captures are in lower case if case is ignored.
                    .map(|(group, text)| (group, if ignore_case { text.to_ascii_lowercase() } else { text }))
                    .collect();
                prop_assert_eq!(&captures, &expected);
                if !expected.is_empty() || regex.is_match(name) {
                    prop_assert_eq!(captures.len(), parsed.captures().len(), "each takes part");
                }
                for ((group, text), capture) in captures.iter().zip(parsed.captures()) {
                    prop_assert_eq!(group, &capture.name);
                    prop_assert!(!text.is_empty());
                    prop_assert!(capture.values.as_ref().is_none_or(|values| values.contains(text)), "{}", text);
                }
            }
        }
    }
}
