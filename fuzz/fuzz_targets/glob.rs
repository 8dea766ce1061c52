//! A glob matches what globset says, and captures what regex-lite says of the regular expression that docs/mapping.md
//! gives for it; no text makes its compiler panic.
#![no_main]

use claimsmith::Glob;
use globset::GlobBuilder;
use libfuzzer_sys::fuzz_target;
use regex_lite::RegexBuilder;

/// Two characters outside ASCII, and a glob and a name in ASCII.
type Input<'a> = (char, char, &'a [u8], &'a [u8]);

fuzz_target!(|input: Input<'_>| {
    let (one, other, glob, name) = input;
    let [glob, name] = [glob, name].map(|bytes| bytes.iter().map(|byte| char::from(byte & 0x7f)).collect());
    check(one.min(other), one.max(other), with_captures(glob), name);
});

/// A glob in which three control characters, which a glob cannot contain, are replaced by captures.
fn with_captures(glob: String) -> String {
    let names = [('\u{1}', "${a}"), ('\u{2}', "${b}"), ('\u{3}', "${c}")];
    names.iter().fold(glob, |glob, (sign, capture)| glob.replace(*sign, capture))
}

fn check(low: char, high: char, glob: String, name: String) {
    // A capture, which globset reads as alternatives.
    if glob.contains("${") {
        check_captures(&glob, &name);
        return;
    }
    // For globset one character is one byte. So it receives only ASCII, and Claimsmith receives two greater characters in
    // place of the two greatest of ASCII, in the same order.
    let renamed = |text: &str| match (low.is_ascii(), low == high) {
        (false, false) => text.replace('~', &low.to_string()).replace('\u{7f}', &high.to_string()),
        _ => text.to_owned(),
    };
    let Ok(parsed) = Glob::parse(&renamed(&glob)) else { return };
    let oracle = GlobBuilder::new(&glob)
        .case_insensitive(false)
        .literal_separator(false)
        .backslash_escape(false)
        .empty_alternates(false)
        .allow_unclosed_class(false)
        .build()
        .expect("Claimsmith accepts no glob that globset refuses");
    let (glob, renamed_name) = (renamed(&glob), renamed(&name));
    assert_eq!(
        parsed.is_match(&renamed_name),
        oracle.compile_matcher().is_match(&name),
        "{glob:?} against {renamed_name:?}"
    );
}

fn check_captures(glob: &str, name: &str) {
    let Ok(parsed) = Glob::parse(glob) else { return };
    let regex = as_regex(glob);
    let oracle = RegexBuilder::new(&format!("^(?s:{regex})$"))
        .size_limit(1 << 24)
        .build()
        .expect("Claimsmith accepts no glob that has no regular expression");
    let of_number = |of: &str| of.rsplit_once('_').map_or_else(String::new, |(name, _)| name.to_owned());
    let sorted = |mut all: Vec<(String, String)>| {
        all.sort();
        all
    };
    let expected = oracle.captures(name).map(|captures| {
        let named = oracle.capture_names().zip(captures.iter());
        named.filter_map(|(of, text)| Some((of_number(of?), text?.as_str().to_owned()))).collect()
    });
    let found = parsed.captures(name, false);
    assert_eq!(found.map(sorted), expected.map(sorted), "{glob:?} against {name:?}, which is {regex:?}");
}

/// A glob as docs/mapping.md reads it. Each capture gets a number after its name: alternatives may
/// have the same.
fn as_regex(glob: &str) -> String {
    let (mut regex, mut open, mut captures) = (String::new(), 0, 0);
    let mut rest = glob.chars();
    while let Some(char) = rest.next() {
        match char {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '$' if rest.as_str().starts_with('{') => {
                let name: String = rest.by_ref().skip(1).take_while(|char| *char != '}').collect();
                captures += 1;
                regex.push_str(&format!("(?<{name}_{captures}>.+?)"));
            }
            '{' => {
                open += 1;
                regex.push_str("(?:");
            }
            ',' if open > 0 => regex.push('|'),
            '}' if open > 0 => {
                open -= 1;
                regex.push(')');
            }
            '[' => {
                let negated = rest.as_str().starts_with(['!', '^']);
                let mut listed = rest.by_ref().skip(usize::from(negated));
                // Right after the opening bracket, `]` is literal.
                let first = listed.next().into_iter();
                let mut ranges: Vec<(char, char)> = Vec::new();
                // A `-` makes a range with the characters before and after it, if there are both.
                let mut leads = false;
                for char in first.chain(listed.take_while(|char| *char != ']')) {
                    match ranges.last_mut() {
                        Some(_) if char == '-' && !leads => leads = true,
                        Some(last) if leads => (last.1, leads) = (char, false),
                        _ => ranges.push((char, char)),
                    }
                }
                if leads {
                    ranges.push(('-', '-'));
                }
                regex.push_str(if negated { "[^" } else { "[" });
                for (low, high) in ranges {
                    regex.push_str(&format!("\\x{{{:x}}}-\\x{{{:x}}}", u32::from(low), u32::from(high)));
                }
                regex.push(']');
            }
            literal => regex.push_str(&regex_lite::escape(&literal.to_string())),
        }
    }
    regex
}
