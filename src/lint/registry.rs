//! The registry of target groups: who grants them, and whether they can be told apart.

use std::collections::{HashMap, HashSet};

use super::captures::can_name;
use super::confusable::{difference, skeleton};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Effect, Organization, Platform, TargetGroup};
use crate::text::visible::visible;

/// Reports target groups that nothing grants, and those that look like one another.
pub(super) fn lint(platform: &Platform, organizations: &[Organization], diagnostics: &mut Vec<Diagnostic>) {
    find_unused(platform, organizations, diagnostics);
    find_similar(platform, diagnostics);
}

fn find_unused(platform: &Platform, organizations: &[Organization], diagnostics: &mut Vec<Diagnostic>) {
    let mut granted: HashSet<&str> = HashSet::new();
    let mut expanded: HashSet<&str> = HashSet::new();
    for organization in organizations {
        let granting = organization.rules.iter().filter(|rule| rule.effect == Effect::Grant);
        for group in granting.flat_map(|rule| &rule.groups).chain(&organization.default) {
            if group.value.contains("${") {
                expanded.insert(&group.value);
            } else {
                granted.insert(&group.value);
            }
        }
    }
    let mut expanded: Vec<&str> = expanded.into_iter().collect();
    expanded.sort_unstable();
    for group in &platform.groups {
        let name = group.name.value.as_str();
        if !granted.contains(name) && !expanded.iter().any(|grant| can_name(grant, name)) {
            let message = format!("no rule and no default can grant `{}`", visible(name));
            diagnostics.push(Diagnostic::new(
                Code::UnusedTargetGroup,
                &platform.file,
                group.name.span.clone(),
                message,
            ));
        }
    }
}

fn find_similar(platform: &Platform, diagnostics: &mut Vec<Diagnostic>) {
    let mut groups: Vec<&TargetGroup> = platform.groups.iter().collect();
    groups.sort_by_key(|group| group.name.span.start);
    let mut known: HashMap<String, &TargetGroup> = HashMap::new();
    for group in groups {
        let Some(first) = known.get(&skeleton(&group.name.value)) else {
            known.insert(skeleton(&group.name.value), group);
            continue;
        };
        let message = format!(
            "`{}` differs from `{}` only in {}",
            visible(&group.name.value),
            visible(&first.name.value),
            difference(&group.name.value, &first.name.value)
        );
        let diagnostic =
            Diagnostic::new(Code::SimilarTargetGroups, &platform.file, group.name.span.clone(), message);
        diagnostics.push(diagnostic.related(&platform.file, first.name.span.clone(), "the other one"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        check_one, exact, exclude, glob, grant, lint_all, names, organization, platform,
    };
    use crate::diagnostic::Code;

    #[test]
    fn a_group_that_nothing_grants_is_found() {
        let acme = [organization(vec![grant("viewers", exact(&["staff"]), &["bi-viewers"])])];
        let found = lint_all(&platform(&["bi-admins", "bi-viewers"]), &acme, Code::UnusedTargetGroup);
        check_one(&found, "no rule and no default can grant `bi-admins`");
        assert_eq!(found[0].file, "platform.yaml");
        let acme = [organization(vec![exclude("no-admins", exact(&["staff"]), &["bi-admins"])])];
        let found = lint_all(&platform(&["bi-admins"]), &acme, Code::UnusedTargetGroup);
        check_one(&found, "`bi-admins`");
        let acme = [organization(vec![grant("teams", glob(&["x-${team}"]), &["bi-${team}"])])];
        let found = lint_all(&platform(&["bi-", "bi-viewers"]), &acme, Code::UnusedTargetGroup);
        check_one(&found, "`bi-`");
    }

    #[test]
    fn a_group_that_any_organization_can_grant_is_used() {
        let mut acme = organization(vec![grant("teams", glob(&["x-${team}"]), &["bi-${team}"])]);
        acme.default = names(&["guests"]);
        let hooli = organization(vec![grant("staff", exact(&["staff"]), &["staff"])]);
        let platform = platform(&["bi-viewers", "guests", "staff"]);
        assert_eq!(lint_all(&platform, &[acme, hooli], Code::UnusedTargetGroup), []);
    }

    #[test]
    fn groups_that_look_alike_are_found() {
        let found = lint_all(&platform(&["bi-admins", "BI-Admins"]), &[], Code::SimilarTargetGroups);
        check_one(&found, "`BI-Admins` differs from `bi-admins` only in letter case");
        assert!(found[0].related.as_ref().expect("the other").span.start < found[0].span.start);
        let found = lint_all(&platform(&["bi\u{200b}", "bi"]), &[], Code::SimilarTargetGroups);
        check_one(&found, "`bi` differs from `bi\\u{200b}` only in invisible characters");
        let found = lint_all(&platform(&["bi x", "bi  x"]), &[], Code::SimilarTargetGroups);
        check_one(&found, "only in spaces");
    }

    #[test]
    fn groups_that_read_differently_are_not_alike() {
        let platform = platform(&["bi-admins", "bi_admins", "biadmins", "bi admins", "bi-admin"]);
        assert_eq!(lint_all(&platform, &[], Code::SimilarTargetGroups), []);
    }
}
