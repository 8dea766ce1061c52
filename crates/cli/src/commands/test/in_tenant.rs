//! The cases, run by the Action of a tenant through `POST /actions/actions/{id}/test`.
//!
//! Auth0 documents no shape of the result, only that it is an object. So every value that is next to the name of the
//! claim is taken, and a case whose claim is not found is unknown, which is not a success.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use claimsmith::Outcome;
use claimsmith::compiler::CompiledPlatform;
use claimsmith::event::Answer;
use claimsmith_connectors::LoadSettings;
use claimsmith_connectors::auth0::{Auth0, Settings};
use claimsmith_connectors::http::Options;
use claimsmith_lifecycle::block::ActionReader;
use claimsmith_lifecycle::deployment::{Values, block_values};
use claimsmith_lifecycle::digest::sha256_hex;
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::action::{self, Embedded, LIMIT};
use crate::action_reader;
use crate::deployment_files::ACTION_NAME;
use crate::escape::escaped;
use crate::numbers::counted;
use crate::packaging::Division;
use crate::render::json;
use crate::results::TestedCase;
use crate::tenant::declared;
use crate::terminal::Terminal;

const SCOPES: &[&str] = &["read:actions", "create:actions"];

/// What the tenant's Action did with a case.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "result")]
pub(super) enum Seen {
    /// The claim is as expected.
    Same,
    /// It is not.
    Differs { expected: String, found: String },
    /// The result does not show it.
    Unknown,
    /// The event cannot say what the case needs, a time or the groups that Auth0 keeps, or no claim is expected, which a
    /// result of unknown shape cannot show.
    NotRun,
}

#[derive(Debug, Serialize)]
struct SeenCase<'c> {
    name: &'c str,
    file: &'c str,
    #[serde(flatten)]
    seen: Seen,
}

/// Runs cases in a tenant, prints what differs, and returns whether all that were run are the same.
pub(super) fn run(
    platform: &CompiledPlatform,
    tested: &[TestedCase<'_>],
    credentials: Option<&Path>,
    is_json: bool,
    terminal: &mut Terminal,
) -> anyhow::Result<bool> {
    let tenant = declared(platform)?;
    let settings = Settings::load(credentials)?;
    let auth0 = Auth0::connect(tenant, &settings, SCOPES, Options::default())?;
    let action = auth0.find_action(ACTION_NAME)?;
    let action = action
        .with_context(|| format!("the tenant has no Action `{ACTION_NAME}`; `claimsmith deploy` makes it"))?;
    let running = action_reader::of_code(&action.code);
    let reader = running.filter(|reader| reader.verification.is_some());
    let with_blocks = reader.as_ref().and_then(|_| Division::of(platform));
    let with_blocks = with_blocks.map(|division| platform.bundle_with_blocks(&division.traveling_names()));
    let bundle = with_blocks.as_ref().unwrap_or(&platform.bundle);
    let mappings = Embedded { bundle, rules: platform.counts.rules, slice: None };
    let built = action::compose_part(action::embedded_engine()?, platform, mappings, LIMIT)?;
    let mut blocks = Blocks { auth0: &auth0, reader, values: BTreeMap::new() };
    if sha256_hex(&action.code) != sha256_hex(&built.text) {
        writeln!(
            terminal.err,
            "note: the draft of `{ACTION_NAME}` in the tenant is not what these mappings build, so cases may differ; `claimsmith deploy plan` shows what would change"
        )?;
    }
    let mut rows = Vec::new();
    for case in tested {
        let is_unseen = case.result.answer.outcome == Outcome::None;
        let seen = if is_unseen || needs_more(&case.case.event) {
            Seen::NotRun
        } else {
            let mut event = case.case.event.clone();
            event.as_object_mut().map(|members| members.remove("claimsmith"));
            blocks.add(&mut event)?;
            compare(&auth0.test_action(&action.id, &event)?, &case.result.answer)
        };
        rows.push(SeenCase { name: &case.case.name, file: &case.case.file, seen });
    }
    let count = |is: fn(&Seen) -> bool| rows.iter().filter(|row| is(&row.seen)).count();
    let same = count(|seen| *seen == Seen::Same);
    let unknown = count(|seen| *seen == Seen::Unknown);
    let differ = count(|seen| matches!(seen, Seen::Differs { .. }));
    let not_run = count(|seen| *seen == Seen::NotRun);
    if is_json {
        let document = json!({
            "tenant": tenant.name(), "domain": tenant.domain(), "cases": rows,
            "same": same, "differ": differ, "unknown": unknown, "not_run": not_run,
        });
        json::versioned(&mut terminal.out, &document)?;
    } else {
        for row in &rows {
            let name = escaped(row.name);
            match &row.seen {
                Seen::Differs { expected, found } => {
                    writeln!(
                        terminal.out,
                        "differs  {name}\n  here       {}\n  in Auth0   {}",
                        escaped(expected),
                        escaped(found)
                    )?;
                }
                Seen::Unknown => {
                    writeln!(terminal.out, "unknown  {name}: the result does not show the claim")?
                }
                Seen::Same | Seen::NotRun => {}
            }
        }
        writeln!(
            terminal.out,
            "in the tenant {} ({}): {} the same, {differ} different, {unknown} unknown; {not_run} not run, because an event has neither time nor stored groups, or no claim is expected",
            escaped(tenant.name()),
            escaped(tenant.domain()),
            counted(same, "case")
        )?;
    }
    Ok(differ == 0 && unknown == 0 && same > 0)
}

/// The blocks of the tenant's organizations, which a login has in its event.
struct Blocks<'a> {
    auth0: &'a Auth0,
    /// What the Action knows, if it takes blocks.
    reader: Option<ActionReader>,
    /// Those that were read, by the id of the organization.
    values: BTreeMap<String, Values>,
}

impl Blocks<'_> {
    /// Adds the block of the organization to an event, if the Action does not have its mapping.
    ///
    /// # Errors
    ///
    /// If a request fails.
    fn add(&mut self, event: &mut Json) -> anyhow::Result<()> {
        let Some(reader) = &self.reader else { return Ok(()) };
        let Some(organization) = event.get_mut("organization").and_then(Json::as_object_mut) else {
            return Ok(());
        };
        let Some(id) = organization.get("id").and_then(Json::as_str).map(str::to_owned) else {
            return Ok(());
        };
        if reader.embedded.contains(&id) {
            return Ok(());
        }
        if !self.values.contains_key(&id) {
            let found = self.auth0.organization(&id)?;
            self.values.insert(id.clone(), found.map(|it| block_values(&it.metadata)).unwrap_or_default());
        }
        let metadata = organization.entry("metadata").or_insert_with(|| json!({}));
        if let (Some(metadata), Some(values)) = (metadata.as_object_mut(), self.values.get(&id)) {
            metadata.extend(values.iter().map(|(key, value)| (key.clone(), json!(value))));
        }
        Ok(())
    }
}

/// Whether a case states what only a test can: a time, or the groups that Auth0 keeps.
fn needs_more(event: &Json) -> bool {
    let scene = event.get("claimsmith").and_then(Json::as_object);
    scene.is_some_and(|scene| scene.values().any(|it| !it.is_null()))
}

/// Compares the result of a test with an answer.
fn compare(result: &Json, answer: &Answer) -> Seen {
    if answer.outcome == Outcome::Deny {
        // The call that refuses, whatever is around it.
        let is_refused =
            mentions(result, &|text| text == "access.deny" || text == "deny" || text == "access_denied");
        return if is_refused { Seen::Same } else { Seen::Unknown };
    }
    let Some(claim) = answer.claim.as_deref() else { return Seen::Unknown };
    let mut found = Vec::new();
    values_of(result, claim, &mut found);
    let expected = answer.value();
    match found.iter().find(|value| **value != &expected) {
        _ if found.is_empty() => Seen::Unknown,
        None => Seen::Same,
        Some(other) => Seen::Differs { expected: expected.to_string(), found: other.to_string() },
    }
}

/// The values next to a name: of a member with this name, of the member `value` beside it, and after it in a list.
fn values_of<'r>(result: &'r Json, name: &str, found: &mut Vec<&'r Json>) {
    match result {
        Json::Object(members) => {
            found.extend(members.get(name));
            if members.values().any(|value| value.as_str() == Some(name)) {
                found.extend(members.get("value"));
            }
            members.values().for_each(|value| values_of(value, name, found));
        }
        Json::Array(items) => {
            let pairs = items.iter().zip(items.iter().skip(1));
            found.extend(pairs.filter(|(first, _)| first.as_str() == Some(name)).map(|(_, second)| second));
            items.iter().for_each(|value| values_of(value, name, found));
        }
        _ => {}
    }
}

/// Whether a text occurs as a name or as a value.
fn mentions(result: &Json, is_wanted: &dyn Fn(&str) -> bool) -> bool {
    match result {
        Json::String(text) => is_wanted(text),
        Json::Array(items) => items.iter().any(|item| mentions(item, is_wanted)),
        Json::Object(members) => {
            members.iter().any(|(name, value)| is_wanted(name) || mentions(value, is_wanted))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_finds_a_claim_in_any_shape() {
        let check = |result: Json, expected: &[Json]| {
            let mut found = Vec::new();
            values_of(&result, "claim", &mut found);
            assert_eq!(found, expected.iter().collect::<Vec<_>>(), "{result}");
        };
        check(json!({ "claims": { "claim": ["a"] } }), &[json!(["a"])]);
        check(json!([{ "type": "set", "key": "claim", "value": ["a"] }]), &[json!(["a"])]);
        check(json!({ "calls": [{ "name": "x", "arguments": ["claim", ["a"]] }] }), &[json!(["a"])]);
        check(json!({ "event": { "user": {} }, "other": "claim" }), &[]);
    }
}
