//! A glob captures the same as the regular expression that docs/language/patterns.md gives for it.

use claimsmith::Glob;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::reference::{capture_of, lower, of_capturing_glob, whole};

/// A piece of a glob before, between or after captures.
fn piece() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        5 => select(&["-", "-", "a", "b", "A-", "-a", "ö", "-Ö"][..]),
        3 => select(&["*-", "-*", "-*-", "a*", "?", "-?"][..]),
        2 => select(&["[ab]", "[!a]", "[-a]", "[A-C]", "[*]", "[^-]"][..]),
    ];
    leaf.prop_map(str::to_owned).prop_recursive(2, 8, 3, |inner| {
        vec(vec(inner, 1..3).prop_map(|pieces| pieces.concat()), 2..4)
            .prop_map(|alternatives| format!("{{{}}}", alternatives.join(",")))
    })
}

fn pieces() -> impl Strategy<Value = String> {
    vec(piece(), 0..3).prop_map(|pieces| pieces.concat())
}

/// One to three captures; sometimes two alternatives have them in different orders.
fn glob() -> impl Strategy<Value = String> {
    let separated = || {
        (1..4usize, vec(pieces(), 4), any::<bool>()).prop_map(|(count, pieces, dash)| {
            let mut glob = String::new();
            for (name, before) in ["x", "y", "z"].iter().zip(&pieces).take(count) {
                let dash = if dash && !glob.is_empty() { "-" } else { "" };
                glob += &format!("{before}{dash}${{{name}}}");
            }
            glob + &pieces[3]
        })
    };
    let alternatives = (separated(), pieces(), pieces(), pieces())
        .prop_map(|(glob, one, two, after)| format!("{{{glob},{one}${{y}}{two}-${{x}}}}{after}"));
    let glob = prop_oneof![4 => separated(), 1 => alternatives];
    glob.prop_map(|glob| glob.replace("**", "*"))
}

fn name() -> impl Strategy<Value = String> {
    let chars = select(&["-", "-", "-", "a", "a", "b", "A", "B", "ö", "Ö", "*", "日"][..]);
    vec(chars, 1..9).prop_map(|chars| chars.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 700,
        max_global_rejects: 10_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn glob_captures_as_its_regular_expression_does(
        glob in glob(),
        ignore_case: bool,
        names in vec(name(), 20),
    ) {
        let Ok(parsed) = Glob::parse(&glob) else { return Err(TestCaseError::reject("no glob")) };
        let fold = |text: &str| if ignore_case { lower(text) } else { text.to_owned() };
        let oracle = whole(&fold(&of_capturing_glob(&glob)), false);
        for name in names {
            let mut found = parsed.captures(&name, ignore_case);
            if let Some(found) = &mut found {
                found.sort();
            }
            let expected = oracle.captures(&fold(&name)).map(|captures| {
                let taken = ["x", "y", "z"].map(|part| Some((part.to_owned(), capture_of(&captures, &oracle, part)?)));
                taken.into_iter().flatten().collect::<Vec<_>>()
            });
            prop_assert_eq!(found, expected, "`{}` against `{}`", glob, name);
        }
    }
}
