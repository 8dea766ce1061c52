//! The parts of a kit in Markdown.

mod applications;
mod auth0;
mod identity_provider;
mod mapping;
mod people;

use self::applications::{catalog, qlik};
use self::auth0::auth0;
use self::identity_provider::identity_provider;
use self::mapping::{cutover, mapping_in_auth0, mapping_in_handover};
use self::people::{handover, test_users};
use super::facts::Facts;
use super::words::{code, codes, given, plain, row};
use crate::placeholders::{Contents, fill};

/// A template of a part, by the name of the file that it becomes.
pub(super) const TEMPLATES: &[(&str, &str)] = &[
    ("README.md", include_str!("../../templates/onboarding/README.md")),
    ("identity-provider.md", include_str!("../../templates/onboarding/identity-provider.md")),
    ("auth0.md", include_str!("../../templates/onboarding/auth0.md")),
    (QLIK, include_str!("../../templates/onboarding/qlik-cloud.md")),
    (CATALOG, include_str!("../../templates/onboarding/catalog.md")),
    ("test-users.md", include_str!("../../templates/onboarding/test-users.md")),
    ("cutover.md", include_str!("../../templates/onboarding/cutover.md")),
    ("handover.md", include_str!("../../templates/onboarding/handover.md")),
];

const QLIK: &str = "qlik-cloud.md";
const CATALOG: &str = "catalog.md";

/// The parts of a kit: the name of the file, and its text.
pub(crate) fn parts(facts: &Facts<'_>) -> Vec<(&'static str, String)> {
    let (has_qlik, has_others) = (facts.qlik().next().is_some(), facts.others().next().is_some());
    let is_needed = |name: &str| match name {
        QLIK => has_qlik,
        CATALOG => has_others,
        _ => true,
    };
    let common = common(facts);
    let needed = TEMPLATES.iter().filter(|(name, _)| is_needed(name));
    let part = |(name, template): &(&'static str, &'static str)| {
        let mut contents = own(name, facts);
        contents.extend(common.iter().cloned());
        (*name, tidy(&fill(template, &contents)))
    };
    needed.map(part).collect()
}

/// A text whose empty lines are single, which contents may have made several.
pub(super) fn tidy(text: &str) -> String {
    let mut text = text.trim_end().to_owned();
    while let Some(at) = text.find("\n\n\n") {
        text.remove(at);
    }
    text + "\n"
}

/// What several parts say.
fn common(facts: &Facts<'_>) -> Contents {
    let (details, options) = (facts.details, facts.options);
    let given_or = |text: &Option<String>, what: &str| given(text.as_deref(), what);
    vec![
        ("name", details.name.clone()),
        ("display", plain(facts.display())),
        ("strategy", facts.connection.strategy.to_owned()),
        ("connection", code(&facts.connection.name)),
        (
            "organization-id",
            match &details.id {
                Some(id) if facts.organization_id().is_some() => code(id),
                Some(id) => format!("TODO: the id that Auth0 gives, in place of {}", code(id)),
                None => "none: the mapping names no organization".to_owned(),
            },
        ),
        (
            "domain",
            match facts.domain {
                Some(domain) => code(domain),
                None => facts.domain_or_todo(),
            },
        ),
        ("mapping-file", code(&details.file)),
        ("digest", facts.digest.clone()),
        ("owner", given_or(&options.owner, "who is responsible for the onboarding (`--owner`)")),
        (
            "customer-contact",
            given_or(&options.customer_contact, "a contact of the customer (`--customer-contact`)"),
        ),
        (
            "emergency-contact",
            given_or(&options.emergency_contact, "who is called at any hour (`--emergency-contact`)"),
        ),
        ("pilot", given_or(&options.pilot, "the users of the pilot (`--pilot`)")),
        ("cutover", given_or(&options.cutover, "the date (`--cutover`)")),
        ("key-owner", given_or(&options.owner, "who owns the key (`--owner`)")),
        ("key-rotation", given_or(&options.rotations.api_key, "a date (`--rotate api-key=DATE`)")),
        ("idp-rotation", given_or(&options.rotations.idp_secret, "a date (`--rotate idp-secret=DATE`)")),
        ("review", given_or(&options.rotations.review, "a date (`--rotate review=DATE`)")),
    ]
}

/// What one part says.
fn own(part: &str, facts: &Facts<'_>) -> Contents {
    match part {
        "README.md" => readme(facts),
        "identity-provider.md" => identity_provider(facts),
        "auth0.md" => auth0(facts).into_iter().chain(mapping_in_auth0(facts)).collect(),
        QLIK => qlik(facts),
        CATALOG => catalog(facts),
        "test-users.md" => test_users(facts),
        "cutover.md" => cutover(facts),
        "handover.md" => handover(facts).into_iter().chain(mapping_in_handover(facts)).collect(),
        _ => Vec::new(),
    }
}

fn readme(facts: &Facts<'_>) -> Contents {
    let mut contents = String::new();
    if facts.qlik().next().is_some() {
        contents +=
            &row(&["[qlik-cloud.md](qlik-cloud.md)", "the platform: groups to create, and the claim"]);
    }
    if facts.others().next().is_some() {
        contents += &row(&["[catalog.md](catalog.md)", "the platform: groups to create first, API key"]);
    }
    let names = facts.details.applications.iter().map(|it| it.name.as_str());
    vec![("contents", contents), ("applications", codes(names))]
}
