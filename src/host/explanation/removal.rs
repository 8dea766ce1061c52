//! Why granted groups do not reach the application.

use serde::Serialize;

use super::recorder::Scope;
use crate::bundle::application::Application;
use crate::engine::evaluation::Evaluation;
use crate::ids::TargetId;

/// A group that was granted and then removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Removal {
    /// The target group.
    pub group: String,
    /// Why: `excluded`, `tier` or `limit`.
    pub why: &'static str,
    /// The rules that exclude it, or the group above it in its tier.
    pub by: Vec<String>,
    /// The same in words.
    pub text: String,
}

impl Removal {
    /// Why a granted group was removed. `granted` are the names of all groups that were granted.
    pub(super) fn find(
        scope: Scope<'_, '_>,
        evaluation: &Evaluation<'_>,
        granted: &[String],
        group: &str,
    ) -> Self {
        let excluded_by = |group: &str| -> Vec<String> {
            let (Some(mapping), Some(id)) = (scope.mapping, scope.bundle.find_group(group.as_bytes())) else {
                return Vec::new();
            };
            let rules = evaluation.rules.iter().filter(|rule| mapping.excludes(**rule));
            let rules = rules.filter(|rule| mapping.grants(**rule).contains(&id));
            rules.filter_map(|rule| Some(mapping.rule(*rule)?.id.to_owned())).collect()
        };
        let name = |id: TargetId| scope.bundle.group_name(id).unwrap_or_default();
        let rules = excluded_by(group);
        if !rules.is_empty() {
            let names: Vec<String> = rules.iter().map(|rule| format!("rule `{rule}`")).collect();
            let mut text = format!("excluded by {}", names.join(" and "));
            let includes = scope.bundle.includes.iter().filter(|(it, _)| name(*it) == group);
            if let Some((_, excluded)) = includes.clone().find(|(_, it)| !excluded_by(name(*it)).is_empty()) {
                text.push_str(&format!(", because it includes `{}`, which is excluded", name(*excluded)));
            }
            return Self { group: group.to_owned(), why: "excluded", by: rules, text };
        }
        let is_kept = |id: &TargetId| {
            let name = scope.bundle.group_name(*id).unwrap_or_default();
            granted.iter().any(|it| it == name) && excluded_by(name).is_empty()
        };
        let above = scope.bundle.tiers.iter().find_map(|tier| {
            let highest = tier.iter().position(is_kept)?;
            let own = tier.iter().position(|id| scope.bundle.group_name(*id) == Some(group))?;
            if highest < own { scope.bundle.group_name(*tier.get(highest)?) } else { None }
        });
        if let Some(above) = above {
            let text = format!("`{above}` is above it in its tier, and a user keeps only the highest");
            return Self { group: group.to_owned(), why: "tier", by: vec![above.to_owned()], text };
        }
        let application = evaluation.application.and_then(|id| scope.bundle.application(id));
        let text = application.map(describe_limits).unwrap_or_default();
        Self { group: group.to_owned(), why: "limit", by: Vec::new(), text }
    }
}

fn describe_limits(application: &Application<'_>) -> String {
    let Application { name, max_groups, max_claim_bytes, .. } = application;
    format!(
        "over the limits of `{name}`, which accepts {max_groups} groups and a claim of {max_claim_bytes} bytes"
    )
}
