//! A folder for several tenants gives each of them what a folder for this tenant alone gives.

use claimsmith::Bundle;
use claimsmith::compiler::compile;
use claimsmith::diagnostic::SourceFile;
use claimsmith::event::{Answer, Event, answer};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::login::{Login, login};
use crate::world::{APPLICATIONS, World, world};

/// The ids of the first tenant, with those of the second.
const IDS: [(&str, &str); 5] = [
    ("one-client", "one-other"),
    ("two-client", "two-other"),
    ("other-client", "other-other"),
    ("org_acme", "org_acmeother"),
    ("org_globex", "org_globexother"),
];

/// A text with the ids of the second tenant in place of those of the first.
fn in_second(text: &str) -> String {
    IDS.iter().fold(text.to_owned(), |text, (first, second)| text.replace(first, second))
}

/// The files of a world as those of two tenants; `acme` is the id of the organization in the second.
fn for_two(files: &[SourceFile], acme: &str) -> Vec<SourceFile> {
    let both = |file: &SourceFile| {
        let mut text = file.text.clone();
        for name in APPLICATIONS {
            let (first, second) = (format!("{name}-client"), format!("{name}-other"));
            let clients = format!("{{\"first\":[\"{first}\"],\"second\":[\"{second}\"]}}");
            text = text.replace(&format!("[\"{first}\"]"), &clients);
            let condition = format!("\"client\":[\"{first}\",\"{second}\"]");
            text = text.replace(&format!("\"client\":\"{first}\""), &condition);
        }
        text = text.replace("[other-client]", "{first: other-client, second: other-other}");
        text = text.replace(
            "organization: org_acme\n",
            &format!("organization: {{first: org_acme, second: {acme}}}\n"),
        );
        text = text.replace(
            "organization: org_globex\n",
            "organization: {first: org_globex, second: org_globexother}\n",
        );
        if file.path.ends_with("platform.yaml") {
            let tenants =
                "tenants: {first: {domain: first.eu.auth0.com}, second: {domain: second.eu.auth0.com}}\n";
            text = text.replacen("version: 1\n", &format!("version: 1\n{tenants}"), 1);
        }
        SourceFile { path: file.path.clone(), text }
    };
    files.iter().map(both).collect()
}

/// The bundles of all tenants.
fn bundles(files: &[SourceFile]) -> Vec<Vec<u8>> {
    let compiled = compile(files);
    let found = compiled.diagnostics.clone();
    let bundles: Vec<Vec<u8>> = compiled.into_tenants().into_iter().map(|platform| platform.bundle).collect();
    assert!(!bundles.is_empty(), "{found:#?} {files:#?}");
    bundles
}

/// The answers to logins, with the ids of the first tenant or of the second.
fn answers(bundle: &[u8], world: &World, logins: &[Login], second: bool) -> Vec<Answer> {
    let bundle = Bundle::decode(bundle).expect("the compiler's bundles decode");
    let event = |login: &Login| {
        let json = login.json(world).to_string();
        let json = if second { in_second(&json) } else { json };
        Event::from_json(json.parse().expect("JSON")).expect("an object")
    };
    // Bundles with other ids have other digests.
    let without_digest = |mut answer: Answer| {
        answer.bundle.clear();
        answer
    };
    logins.iter().map(|login| without_digest(answer(&bundle, &event(login)))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 25, failure_persistence: None, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn tenant_gets_what_a_folder_for_it_alone_gives(mut world in world(), logins in vec(login(1), 8)) {
        prop_assume!(world.compile().is_some());
        let files = world.files(&mut |_| ());
        let second: Vec<SourceFile> =
            files.iter().map(|it| SourceFile { path: it.path.clone(), text: in_second(&it.text) }).collect();
        let both = bundles(&for_two(&files, "org_acmeother"));
        prop_assert_eq!(both.len(), 2);
        for (at, alone) in [files.clone(), second].iter().enumerate() {
            let alone = answers(&bundles(alone)[0], &world, &logins, at == 1);
            prop_assert_eq!(answers(&both[at], &world, &logins, at == 1), alone, "tenant {}", at);
        }
        // The ids of one tenant are unknown in the other.
        for (bundle, second) in [(&both[0], true), (&both[1], false)] {
            for answer in answers(bundle, &world, &logins, second) {
                prop_assert_eq!((answer.application, answer.groups, answer.rules), (None, Vec::new(), Vec::new()));
            }
        }
    }

    #[test]
    fn organization_that_is_none_in_a_tenant_gets_nothing_there(mut world in world(), logins in vec(login(1), 8)) {
        prop_assume!(world.compile().is_some());
        let files = world.files(&mut |_| ());
        let both = bundles(&for_two(&files, "none"));
        let expected = answers(&bundles(&files)[0], &world, &logins, false);
        prop_assert_eq!(answers(&both[0], &world, &logins, false), expected);
        for answer in answers(&both[1], &world, &logins, true) {
            prop_assert_eq!((answer.organization, answer.groups, answer.rules), (None, Vec::new(), Vec::new()));
        }
    }
}
