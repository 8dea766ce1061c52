//! A glob matches what globset says, and no text makes its compiler panic.
#![no_main]

use claimsmith::compiler::Glob;
use globset::GlobBuilder;
use libfuzzer_sys::fuzz_target;

/// Two characters outside ASCII, and a glob and a name in ASCII.
type Input<'a> = (char, char, &'a [u8], &'a [u8]);

fuzz_target!(|input: Input<'_>| {
    let (one, other, glob, name) = input;
    let [glob, name] = [glob, name].map(|bytes| bytes.iter().map(|byte| char::from(byte & 0x7f)).collect());
    check(one.min(other), one.max(other), glob, name);
});

fn check(low: char, high: char, glob: String, name: String) {
    // A capture, which globset takes for alternatives; the laws know what it means.
    if glob.contains("${") {
        return;
    }
    // globset works on bytes: what it calls one character is one byte. It therefore sees ASCII alone, and Claimsmith
    // sees the two greatest characters of ASCII renamed to greater ones, in the same order.
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
