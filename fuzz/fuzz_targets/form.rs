//! The part of a name that rules match is in the name, and no text makes the reader of any form panic.
#![no_main]

use claimsmith::{AttributeOf, NameForm};
use libfuzzer_sys::fuzz_target;

/// A name, a domain and a branch.
type Input<'a> = (&'a str, &'a str, &'a str);

fuzz_target!(|input: Input<'_>| {
    let (name, domain, below) = input;
    check(name, domain, below);
    // Names of which most have a form.
    check(&format!("{domain}\\{name}"), domain, below);
    check(&format!("{name}@{domain}"), domain, below);
    check(&format!("/{name}"), domain, below);
    check(&format!("CN={name},{below}"), domain, below);
});

fn check(name: &str, domain: &str, below: &str) {
    assert_eq!(NameForm::Plain.read(name).as_deref(), Some(name));

    let path = name.strip_prefix('/').filter(|path| !path.is_empty() && !path.ends_with('/'));
    assert_eq!(NameForm::Path.read(name).as_deref(), path);

    let (before, after) = two_parts(name, '\\').unzip();
    assert_eq!(NameForm::Domain { domain: None }.read(name).as_deref(), after);
    let unicode = icu_casemap::CaseMapper::new();
    let fold = |text: &str| text.chars().map(|char| unicode.simple_fold(char)).collect::<String>();
    let is_ours = before.is_some_and(|before| fold(before) == fold(domain));
    let expected = if is_ours { after } else { None };
    assert_eq!(NameForm::Domain { domain: Some(domain) }.read(name).as_deref(), expected);

    let (local, host) = two_parts(name, '@').unzip();
    let address = local.zip(host).map(|(local, host)| format!("{local}@{}", fold(host)));
    assert_eq!(NameForm::Email { domains: Vec::new() }.read(name), address);
    let is_ours = host.is_some_and(|host| fold(host) == fold(domain));
    let expected = if is_ours { local } else { None };
    assert_eq!(NameForm::Email { domains: vec![domain] }.read(name).as_deref(), expected);

    let of_all =
        NameForm::DistinguishedName { attribute: "CN", of: AttributeOf::Entry, base_dn: None }.read(name);
    let of_branch =
        NameForm::DistinguishedName { attribute: "CN", of: AttributeOf::Entry, base_dn: Some(below) }
            .read(name);
    assert!(of_branch.is_none() || of_branch == of_all, "{name:?} below {below:?}");
    assert!(of_all.is_none_or(|value| !value.is_empty() && value.len() <= name.len()), "{name:?}");
}

fn two_parts(name: &str, separator: char) -> Option<(&str, &str)> {
    let (before, after) = name.split_once(separator)?;
    (!before.is_empty() && !after.is_empty() && !after.contains(separator)).then_some((before, after))
}
