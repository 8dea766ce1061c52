//! What is noticed in a tenant of Qlik Cloud, and is not changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::state::{Observed, Wanted};
use super::{MOST_GROUPS, missing_groups};

/// The longest session after which nothing is said, in minutes: a user keeps the groups of the last login until then.
const LONG_SESSION: u64 = 12 * 60;
/// How many names are listed.
const MOST_NAMES: usize = 10;
/// How many groups a user has at most.
const MOST_OF_USER: usize = 1_000;

/// Something that a person should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What it is about, for programs.
    pub code: &'static str,
    /// What it is, and what to do.
    pub text: String,
}

/// Settings of a tenant that are only read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Settings {
    /// Whether a login creates the groups that it carries.
    pub creates_groups: bool,
    /// How long a session lasts at most, in minutes.
    pub session_minutes: u64,
}

/// Everything that is noticed, in the order in which it matters.
pub fn findings(wanted: &Wanted, observed: &Observed, settings: Settings) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |code, text: String| found.push(Finding { code, text });
    let own: Vec<&str> =
        observed.groups.iter().filter(|it| it.is_of_provider).map(|it| it.name.as_str()).collect();
    let known: BTreeSet<&str> = wanted.groups.iter().map(String::as_str).collect();

    for (unknown, registered) in only_case_differs(&known, &own) {
        add(
            "letter-case",
            format!(
                "the group `{unknown}` differs from `{registered}` of platform.yaml by letter case alone, and Qlik Cloud has two groups then; give what `{unknown}` has to `{registered}`, and delete it"
            ),
        );
    }
    for group in &observed.groups {
        if group.is_of_provider && !group.is_active && known.contains(group.name.as_str()) {
            add("disabled-group", format!("the group `{}` is disabled in Qlik Cloud", group.name));
        }
        if !group.is_of_provider && known.contains(group.name.as_str()) {
            add(
                "custom-group",
                format!(
                    "a custom group has the name `{0}` too: logins never change who is in it; check that spaces use the `{0}` of the identity provider",
                    group.name
                ),
            );
        }
    }
    let unknown: Vec<&str> = own.iter().copied().filter(|name| !known.contains(name)).collect();
    if !unknown.is_empty() {
        add(
            "unknown-groups",
            format!(
                "{} of the identity provider {} not in platform.yaml for `{}`: {}; no login receives them from its mappings",
                count(unknown.len(), "group"),
                if unknown.len() == 1 { "is" } else { "are" },
                wanted.application,
                names(&unknown)
            ),
        );
    }
    let is_missing = !missing_groups(wanted, observed).is_empty();
    match (settings.creates_groups, is_missing) {
        (true, _) => add(
            "creates-groups",
            "logins create the groups that they carry (`autoCreateGroups`); once the planned groups exist, turn it off, so that a mistake in a mapping creates none (Settings > Feature control > Creation of groups)"
                .to_owned(),
        ),
        (false, true) => add(
            "missing-groups",
            "logins create no groups (`autoCreateGroups` is off), so users go without the missing ones until the plan is carried out"
                .to_owned(),
        ),
        (false, false) => {}
    }
    if settings.session_minutes > LONG_SESSION {
        add(
            "long-session",
            format!(
                "a session lasts up to {} hours, and a user keeps the groups of the last login as long; 8 to 12 hours are advised, for new sessions",
                settings.session_minutes / 60
            ),
        );
    }
    let total = own.len() + missing_groups(wanted, observed).len();
    if total > MOST_GROUPS / 10 * 9 {
        add(
            "many-groups",
            format!("the tenant has {total} of {MOST_GROUPS} groups of identity providers then"),
        );
    }
    if wanted.groups.len() > MOST_OF_USER {
        add(
            "many-for-user",
            format!(
                "the application knows {} groups, and Qlik Cloud gives a user at most {MOST_OF_USER}",
                wanted.groups.len()
            ),
        );
    }
    if let Some(provider) = observed.provider.as_ref().filter(|it| it.provider != "auth0") {
        add(
            "other-provider",
            format!(
                "the active identity provider is of the kind `{}`, and not `auth0`; check that it is the tenant of Auth0",
                provider.provider
            ),
        );
    }
    found
}

/// Groups of Qlik Cloud that are not registered, each with a registered one that differs by letter case alone.
fn only_case_differs<'n>(known: &BTreeSet<&'n str>, own: &[&'n str]) -> Vec<(&'n str, &'n str)> {
    let folded: BTreeMap<String, &str> = known.iter().map(|name| (name.to_lowercase(), *name)).collect();
    let unknown = own.iter().filter(|name| !known.contains(**name));
    unknown.filter_map(|name| Some((*name, *folded.get(&name.to_lowercase())?))).collect()
}

fn names(all: &[&str]) -> String {
    let mut text = all.iter().take(MOST_NAMES).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if all.len() > MOST_NAMES {
        text.push_str(&format!(" and {} more", all.len() - MOST_NAMES));
    }
    text
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
