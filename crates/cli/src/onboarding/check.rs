//! What an onboarding still lacks, as far as files say.

use claimsmith::Bundle;
use claimsmith::compiler::CompiledPlatform;
use claimsmith::compiler::inspect::is_unfilled;
use claimsmith::event::{Event, answer};
use serde::Serialize;

use super::facts::Facts;
use super::kit::{KitFile, TODO};

/// Something that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Gap {
    /// Where: a file, with its line if that is known, or a part of the tenant.
    pub(crate) place: String,
    /// What, and what to do.
    pub(crate) what: String,
}

/// What a tenant lacks, and what should be known about it.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) gaps: Vec<Gap>,
    pub(crate) notes: Vec<Gap>,
}

impl Gap {
    pub(crate) fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

/// What the mapping files lack. `bundle` is that of the organization alone.
pub(crate) fn of_mapping(
    facts: &Facts<'_>,
    platform: &CompiledPlatform,
    platform_file: &str,
    bundle: &Bundle<'_>,
) -> Vec<Gap> {
    let file = &facts.details.file;
    let mut gaps = Vec::new();
    if facts.domain.is_none() {
        gaps.push(Gap::new(
            platform_file,
            "declares no tenant; add `tenants` with the domain of the Auth0 tenant",
        ));
    }
    if let Some(id) = facts.details.id.as_deref().filter(|id| is_unfilled(id)) {
        gaps.push(Gap::new(
            file,
            format!("`{id}` is a placeholder; enter the id that Auth0 gave the organization"),
        ));
    }
    for application in &facts.details.applications {
        for client in application.clients.iter().filter(|client| client.starts_with("Replace")) {
            let what = format!("`{client}` is a placeholder; enter the client id of `{}`", application.name);
            gaps.push(Gap::new(platform_file, what));
        }
    }
    for group in facts.details.groups.iter().filter(|group| group.owner.is_none()) {
        gaps.push(Gap::new(platform_file, format!("the group `{}` has no `owner`", group.name)));
    }
    if facts.details.owners.is_empty() {
        gaps.push(Gap::new(file, "no rule has an `owner`"));
    }
    if facts.users.is_empty() {
        let what = format!(
            "there is no case for the connection `{}`; write logins that must work, and some that must not",
            facts.connection.name
        );
        gaps.push(Gap::new(file, what));
    }
    for case in &platform.cases {
        let is_own = Event::from_json(case.event.clone()).is_ok_and(|event| {
            answer(bundle, &event).organization.as_deref() == Some(facts.details.name.as_str())
        });
        if is_own && !case.run(bundle).failures.is_empty() {
            gaps.push(Gap::new(
                &case.file,
                format!("the case `{}` fails; `claimsmith test` says why", case.name),
            ));
        }
    }
    gaps
}

/// What a kit lacks. `wanted` are its files as they would be written now, and `found` are those that there are, or
/// none, in the same order.
pub(crate) fn of_kit(
    facts: &Facts<'_>,
    folder: &str,
    wanted: &[KitFile],
    found: &[Option<String>],
) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for (file, found) in wanted.iter().zip(found) {
        let place = format!("{folder}/{}", file.path);
        let Some(text) = found else {
            let what = format!("is not there; `claimsmith onboard {}` writes it", facts.details.name);
            gaps.push(Gap::new(place, what));
            continue;
        };
        // The bodies of requests are filled in where they are sent: one of their values is a secret.
        if !file.path.ends_with(".md") {
            continue;
        }
        if file.path == "README.md" && !text.contains(&facts.digest) {
            let what = "the kit is of another mapping; remove the files that are to be written anew, and run `claimsmith onboard` again";
            gaps.push(Gap::new(&place, what));
        }
        for (line, number) in text.lines().zip(1..) {
            for todo in todos(line) {
                gaps.push(Gap::new(format!("{place}:{number}"), todo));
            }
        }
    }
    gaps
}

/// The places of a line that a person has to fill in, each up to the end of its cell.
fn todos(line: &str) -> impl Iterator<Item = &str> {
    let starts = line.match_indices(TODO).map(|(at, _)| at);
    starts.filter_map(|at| {
        let rest = line.get(at..)?;
        Some(rest.split(" |").next().unwrap_or(rest).trim())
    })
}

#[cfg(test)]
mod tests {
    use super::todos;

    #[test]
    fn todos_end_with_their_cells() {
        let check = |line: &str, expected: &[&str]| assert_eq!(todos(line).collect::<Vec<_>>(), expected);
        check("| a | TODO: b | TODO: c (`d`) |", &["TODO: b", "TODO: c (`d`)"]);
        check("Fill in each `TODO`.", &[]);
    }
}
