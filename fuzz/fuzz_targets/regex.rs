//! A regular expression matches and captures what regex-lite says, and no text makes its compiler panic.
#![no_main]

use claimsmith::StandaloneRegex;
use libfuzzer_sys::fuzz_target;
use regex_lite::RegexBuilder;

fuzz_target!(|text: &str| {
    // The first line is the expression, which cannot contain a line end; the others are names.
    let (pattern, names) = text.split_once('\n').unwrap_or((text, text));
    for ignore_case in [false, true] {
        check(pattern, ignore_case, names);
    }
});

fn check(pattern: &str, ignore_case: bool, names: &str) {
    let Ok(ours) = StandaloneRegex::parse(pattern, ignore_case) else { return };
    let oracle = RegexBuilder::new(&format!("^(?:{pattern})$"))
        .case_insensitive(ignore_case)
        .size_limit(1 << 24)
        .build()
        .expect("Claimsmith accepts no expression that regex-lite refuses");
    // A pattern is often similar to a name that it matches.
    for name in names.split('\n').chain([pattern]) {
        let expected = oracle.captures(name).map(|captures| {
            let named = oracle.capture_names().zip(captures.iter());
            let named = named.filter_map(|(of, text)| Some((of?.to_owned(), text?.as_str().to_owned())));
            // If letter case is ignored, captures are in lower case.
            let lowered = |text: String| if ignore_case { text.to_ascii_lowercase() } else { text };
            let named = named.map(|(of, text)| (of, lowered(text)));
            named.collect::<Vec<_>>()
        });
        assert_eq!(ours.is_match(name), expected.is_some(), "{pattern:?} against {name:?}");
        assert_eq!(ours.captures(name), expected, "{pattern:?} against {name:?}, ignore_case {ignore_case}");
    }
}
