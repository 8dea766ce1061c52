//! Which connections are enabled for an organization.

use std::collections::BTreeSet;

use super::DesiredMapping;
use super::finding::{Finding, FindingCode, organization_place};
use crate::tenant::Connection;

/// Compares the connections of a mapping with those that are enabled for its organization, by id. `all` are the
/// connections of the tenant: those that it does not have are not looked for here.
pub fn check_enabled(mapping: &DesiredMapping, enabled: &BTreeSet<&str>, all: &[Connection]) -> Vec<Finding> {
    let place = || organization_place(mapping.organization.as_deref().unwrap_or_default());
    let is_mapped = |it: &Connection| mapping.connections.iter().any(|wanted| wanted.name == it.name);
    let mut findings = Vec::new();
    for connection in all {
        let (code, what, fix) = match (is_mapped(connection), enabled.contains(connection.id.as_str())) {
            (true, false) => (
                FindingCode::ConnectionNotEnabled,
                format!("the connection `{}` of its mapping is not enabled", connection.name),
                "enable it for the organization, or remove it from the mapping",
            ),
            (false, true) => (
                FindingCode::ConnectionNotMapped,
                format!("the connection `{}` is enabled, and its mapping does not name it", connection.name),
                "disable it for the organization; add it to the mapping if its users are to get groups",
            ),
            _ => continue,
        };
        findings.push(Finding::new(code, place(), what, fix.to_owned()).of_file(&mapping.file));
    }
    findings
}
