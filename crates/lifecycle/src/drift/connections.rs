//! Connections whose settings do not fit what the mappings read.
//!
//! Options may hold secrets, so a finding repeats none of their values, except for those that are listed here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::finding::{Finding, FindingCode, connection_place};
use super::{Desired, DesiredConnection, DesiredMapping, DesiredSource};
use crate::tenant::Connection;

/// The shapes that read a list, and nothing that is split.
const LISTS: [&str; 2] = ["list", "list-or-string"];

/// Compares all connections of a tenant with what the mappings read. Findings are in the order of the mappings, then of
/// the connections.
pub fn check_connections(desired: &Desired, seen: &[Connection]) -> Vec<Finding> {
    let by_name: BTreeMap<&str, &Connection> = seen.iter().map(|it| (it.name.as_str(), it)).collect();
    let mut findings = Vec::new();
    let mut known = BTreeSet::new();
    for mapping in &desired.mappings {
        for connection in &mapping.connections {
            known.insert(connection.name.as_str());
            match by_name.get(connection.name.as_str()) {
                Some(seen) => findings.extend(check_connection(mapping, connection, seen)),
                None => findings.push(missing(mapping, connection)),
            }
        }
    }
    let unknown = seen.iter().filter(|it| !known.contains(it.name.as_str()));
    findings.extend(unknown.map(unknown_connection));
    findings
}

fn missing(mapping: &DesiredMapping, connection: &DesiredConnection) -> Finding {
    Finding::new(
        FindingCode::MissingConnection,
        connection_place(&connection.name),
        format!("the mapping `{}` names it, and the tenant has no connection of this name", mapping.name),
        "correct its name in the mapping, or create it; the name of a connection cannot be changed in Auth0"
            .to_owned(),
    )
    .of_file(&mapping.file)
}

fn unknown_connection(seen: &Connection) -> Finding {
    Finding::new(
        FindingCode::UnknownConnection,
        connection_place(&seen.name),
        format!("no mapping names it (strategy `{}`)", seen.strategy),
        "add it to the mapping of its customer, with `groups: none` if it sends no groups; ignore this if it is not for these applications".to_owned(),
    )
}

fn check_connection(
    mapping: &DesiredMapping,
    connection: &DesiredConnection,
    seen: &Connection,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |code, what: String, fix: &str| {
        findings.push(
            Finding::new(code, connection_place(&connection.name), what, fix.to_owned())
                .of_file(&mapping.file),
        );
    };
    if connection.strategy != "other" && connection.strategy != seen.strategy {
        let what =
            format!("its strategy is `{}`, and the mapping says `{}`", seen.strategy, connection.strategy);
        add(
            FindingCode::OtherStrategy,
            what,
            "correct `strategy` in the mapping, and look at the attributes that it reads",
        );
        // Everything else depends on the strategy.
        return findings;
    }
    if !connection.reads_attributes() {
        return findings;
    }
    let option = |key: &str| seen.options.get(key).unwrap_or(&Value::Null);
    let is_on = |key: &str| is_true(option(key));
    // Missing means the default, `on_each_login`.
    match option("set_user_root_attributes").as_str() {
        None | Some("on_each_login") => {}
        Some(value) => {
            let when = if value == "on_first_login" { "only at the first login" } else { "never" };
            add(
                FindingCode::LoginSyncOff,
                format!("attributes of the profile are set {when}"),
                "set `set_user_root_attributes` to `on_each_login`; if the directory provisions the groups, read them with `from: provisioned` instead",
            );
        }
    }
    let reads = |pointer: &str| connection.sources.iter().any(|source| source.from == pointer);
    let reads_groups = reads("/groups") || reads("/group_ids");
    match connection.strategy.as_str() {
        "oidc" | "okta" => {
            let mode = seen.options.pointer("/attribute_map/mapping_mode").and_then(Value::as_str);
            let reads_list =
                |source: &DesiredSource| source.reads_attribute() && LISTS.contains(&source.shape.as_str());
            let joins = matches!(mode, Some("use_map" | "basic_profile"));
            if joins && connection.sources.iter().any(reads_list) {
                let fix = if connection.strategy == "oidc" {
                    "set `mapping_mode` of the attribute map to `bind_all`, or say `shape: delimited` in the mapping; `bind_all` may drop a claim that is called `groups` or `roles`, so use another name"
                } else {
                    "say `shape: delimited` in the mapping; connections of the strategy `okta` have no `bind_all`"
                };
                add(
                    FindingCode::ListsBecomeText,
                    format!(
                        "its attribute map (`{}`) joins lists with commas, and the mapping reads a list",
                        mode.unwrap_or_default()
                    ),
                    fix,
                );
            }
        }
        "waad" if reads_groups => {
            if !is_on("ext_groups") {
                add(
                    FindingCode::GroupsNotFetched,
                    "it does not ask the directory for groups".to_owned(),
                    "switch on `ext_groups` (Get user groups)",
                );
            } else if !is_on("ext_nested_groups") {
                add(
                    FindingCode::NestedGroupsOff,
                    "it asks the directory for direct memberships only".to_owned(),
                    "if memberships through other groups are meant to count, switch on `ext_nested_groups` (Include all nested groups); users then have more groups",
                );
            }
            if reads("/group_ids") && option("ext_group_ids").as_bool() == Some(false) {
                add(
                    FindingCode::GroupIdsOff,
                    "it does not store the ids of groups".to_owned(),
                    "switch on `ext_group_ids`, or read the names from `/groups`",
                );
            }
            if let Some(most) = number(option("max_groups_to_retrieve")) {
                let sees_cut = |source: &DesiredSource| source.cap.is_some_and(|cap| u64::from(cap) <= most);
                let groups = connection.sources.iter().filter(|source| source.reads_attribute());
                if !groups.clone().all(sees_cut) {
                    add(
                        FindingCode::GroupsAreCut,
                        format!(
                            "it fetches at most {most} groups (`max_groups_to_retrieve`), and the mapping does not know that"
                        ),
                        &format!("say `cap: {most}` in the mapping, or remove the limit"),
                    );
                }
            }
        }
        "google-apps" if reads_groups => {
            let shape = connection.sources.iter().find(|source| source.from == "/groups");
            let reads_objects = shape.is_some_and(|source| source.shape.starts_with("objects"));
            if !is_on("ext_groups") {
                add(
                    FindingCode::GroupsNotFetched,
                    "it does not ask the directory for groups".to_owned(),
                    "switch on `ext_groups` (Groups)",
                );
            } else if reads_objects != is_on("ext_groups_extended") {
                let (what, fix) = if reads_objects {
                    (
                        "its groups are names, and the mapping reads objects",
                        "switch on `ext_groups_extended` (Extended group profile), or say `shape: list`",
                    )
                } else {
                    (
                        "its groups are objects, and the mapping reads names",
                        "switch off `ext_groups_extended` (Extended group profile), or say `shape: objects` with a `field`",
                    )
                };
                add(FindingCode::ExtendedGroups, what.to_owned(), fix);
            }
        }
        _ => {}
    }
    findings
}

/// Auth0's Terraform provider and older tenants have some options as text.
fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str() == Some("true"))
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|it| *it > 0)
}
