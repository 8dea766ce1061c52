//! Plans and states of deployments as text.

use std::io::{self, Write};

use claimsmith_connectors::auth0::{State, Version, code_digest};
use claimsmith_lifecycle::deployment::{Bound, Content, Observed, Plan};

use crate::escape::escaped;
use crate::numbers::spaced;

/// The first digits of a digest.
fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

fn change(before: Option<&Content>, after: &Content) -> String {
    match before {
        None => short(&after.code).to_owned(),
        Some(before) if before.code == after.code => format!("{}, as it is", short(&after.code)),
        Some(before) => format!("{} -> {}", short(&before.code), short(&after.code)),
    }
}

/// Writes what a plan changes.
pub(super) fn plan(
    out: &mut impl Write,
    plan: &Plan,
    steps: &[&str],
    stand_in: Option<&str>,
) -> io::Result<()> {
    tenant(out, &plan.tenant, &plan.domain, stand_in)?;
    let wanted = &plan.wanted;
    let found = plan.found.action.as_ref();
    let row = |out: &mut dyn Write, title: &str, text: &str| writeln!(out, "{title:<10} {}", escaped(text));
    let what = match (found, steps.iter().any(|step| ["update", "deploy"].contains(step))) {
        (None, _) => "is created",
        (Some(_), true) => "is updated",
        (Some(_), false) => "stays as it is",
    };
    row(out, "Action", &format!("`{}` {what}", wanted.name))?;
    let deployed = found.and_then(|found| found.deployed.as_ref());
    row(out, "code", &format!("{} ({} bytes)", change(deployed, &wanted.content), spaced(wanted.bytes)))?;
    row(out, "mappings", short(&wanted.mappings))?;
    let runtime = match deployed.map(|deployed| deployed.runtime.as_str()) {
        Some(runtime) if runtime != wanted.content.runtime => {
            format!("{runtime} -> {}", wanted.content.runtime)
        }
        _ => wanted.content.runtime.clone(),
    };
    row(out, "runtime", &runtime)?;
    row(out, &wanted.trigger, &order(&plan.found.bindings, plan.bind_at, &wanted.name))?;
    row(out, "steps", &if steps.is_empty() { "none".to_owned() } else { steps.join(", ") })
}

/// The bindings in their order, with a new one in its place.
fn order(bindings: &[Bound], bind_at: Option<usize>, name: &str) -> String {
    let mut names: Vec<String> = bindings.iter().map(|bound| format!("`{}`", bound.name)).collect();
    if let Some(at) = bind_at {
        names.insert(at.min(names.len()), format!("`{name}` (new)"));
    }
    names.join(", ")
}

fn tenant(out: &mut impl Write, name: &str, domain: &str, stand_in: Option<&str>) -> io::Result<()> {
    let asked = stand_in.map(|host| format!(", by its stand-in {host}")).unwrap_or_default();
    writeln!(out, "tenant     {} ({}){}", escaped(name), escaped(domain), escaped(&asked))
}

/// What a state of an Action is worth.
#[derive(Debug)]
pub(super) struct Verdict {
    /// Whether logins run what the mapping files give.
    pub(super) is_current: bool,
    /// Whether the trigger runs it.
    pub(super) is_bound: bool,
}

/// Writes what logins run.
pub(super) fn status(
    out: &mut impl Write,
    (name, domain, stand_in): (&str, &str, Option<&str>),
    trigger: &str,
    wanted: &Content,
    state: &State,
    observed: &Observed,
    versions: &[Version],
) -> io::Result<Verdict> {
    tenant(out, name, domain, stand_in)?;
    let deployed = observed.action.as_ref().and_then(|action| action.deployed.as_ref());
    let number =
        state.action.as_ref().and_then(|action| action.deployed_version.as_ref()).map(|it| it.number);
    let is_current = deployed == Some(wanted);
    let own = observed.action.as_ref().map(|action| action.id.as_str());
    let is_bound = observed.bindings.iter().any(|bound| Some(bound.action_id.as_str()) == own);
    match (deployed, number) {
        (Some(deployed), Some(number)) => {
            let relation =
                if is_current { "what the mapping files give" } else { "not what the mapping files give" };
            writeln!(out, "deployed   version {number}, code {}: {relation}", short(&deployed.code))?;
        }
        _ => writeln!(out, "deployed   nothing")?,
    }
    let bound = if is_bound { "" } else { "; the Action is not bound, so logins do not run it" };
    writeln!(out, "{trigger} {}{bound}", escaped(&order(&observed.bindings, None, "")))?;
    for version in versions {
        let code = version.code.as_deref().map(code_digest).unwrap_or_default();
        let mark = if Some(version.number) == number { ", deployed" } else { "" };
        writeln!(
            out,
            "version    {} of {}, code {}{mark}",
            version.number,
            escaped(&version.created_at),
            short(&code)
        )?;
    }
    Ok(Verdict { is_current, is_bound })
}
