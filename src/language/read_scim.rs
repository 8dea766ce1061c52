//! Reads `scim` of an application.

use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::{GUARD, GUARDS, SCIM};
use super::scim_settings::{GuardLimit, GuardSettings, ScimSettings};
use super::yaml::Node;

impl ScimSettings {
    pub(super) fn read(node: &Node, sink: &mut DiagnosticSink<'_>) -> Option<Self> {
        let fields = Fields::read(node, &SCIM, sink)?;
        let ungranted = [("keep", false), ("deactivate", true)];
        Some(Self {
            deactivates_ungranted: fields.choice("ungranted", &ungranted, sink).unwrap_or_default(),
            requests_per_second: fields.number("requests-per-second", sink),
            guards: fields.get("guards").and_then(|node| GuardSettings::read(node, sink)).unwrap_or_default(),
        })
    }
}

impl GuardSettings {
    fn read(node: &Node, sink: &mut DiagnosticSink<'_>) -> Option<Self> {
        let fields = Fields::read(node, &GUARDS, sink)?;
        let mut read = |key: &'static str| {
            fields.get(key).and_then(|node| GuardLimit::read(node, sink)).unwrap_or_default()
        };
        Some(Self {
            users: read("users"),
            names: read("names"),
            memberships: read("memberships"),
            group: read("group"),
        })
    }
}

impl GuardLimit {
    fn read(node: &Node, sink: &mut DiagnosticSink<'_>) -> Option<Self> {
        let fields = Fields::read(node, &GUARD, sink)?;
        Some(Self {
            most: fields.number("most", sink),
            percent: fields.number("percent", sink),
            always: fields.number("always", sink),
        })
    }
}
