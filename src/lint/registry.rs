//! Target groups that nothing grants, and target groups that look alike.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::confusable::{difference, skeleton};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Effect, Organization, Platform, TargetGroup};
use crate::language::parsed_patterns::Grant;
use crate::patterns::grant_text::GrantText;
use crate::text::visible::visible;

/// Reports target groups that nothing grants, and those that look like one another.
pub(super) fn lint(platform: &Platform, organizations: &[Organization], diagnostics: &mut Vec<Diagnostic>) {
    find_unused(platform, organizations, diagnostics);
    find_similar(platform, diagnostics);
}

fn find_unused(platform: &Platform, organizations: &[Organization], diagnostics: &mut Vec<Diagnostic>) {
    let mut granted: HashSet<&str> = HashSet::new();
    // Many rules, often from one template, have the same text.
    let mut expanded: BTreeMap<&str, &GrantText> = BTreeMap::new();
    for organization in organizations {
        granted.extend(organization.default_groups().map(|group| group.value.as_str()));
        let granting = organization.rules.iter().filter(|rule| rule.effect == Effect::Grant);
        for Grant { written, expansion } in granting.flat_map(|rule| &rule.groups) {
            match expansion {
                Some(expansion) => drop(expanded.insert(&written.value, expansion)),
                None => drop(granted.insert(&written.value)),
            }
        }
    }
    for group in &platform.groups {
        let name = group.name.value.as_str();
        let can_grant =
            |name: &str| granted.contains(name) || expanded.values().any(|grant| grant.can_name(name));
        if !TargetGroup::with_including(&platform.groups, name).any(|group| can_grant(&group.name.value)) {
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
        diagnostics.push(diagnostic.related(
            &platform.file,
            first.name.span.clone(),
            "the other target group",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        check_one, exact, exclude, glob, grant, lint_all, names, organization, platform,
    };
    use crate::diagnostic::Code;

    #[test]
    fn unused_target_group_is_reported() {
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
    fn unused_target_group_counts_every_organization() {
        let mut acme = organization(vec![grant("teams", glob(&["x-${team}"]), &["bi-${team}"])]);
        acme.default = names(&["guests"]);
        let hooli = organization(vec![grant("staff", exact(&["staff"]), &["staff"])]);
        let platform = platform(&["bi-viewers", "guests", "staff"]);
        assert_eq!(lint_all(&platform, &[acme, hooli], Code::UnusedTargetGroup), []);
    }

    #[test]
    fn similar_target_groups_are_reported() {
        let found = lint_all(&platform(&["bi-admins", "BI-Admins"]), &[], Code::SimilarTargetGroups);
        check_one(&found, "`BI-Admins` differs from `bi-admins` only in letter case");
        assert!(found[0].related.as_ref().expect("the other").span.start < found[0].span.start);
        let found = lint_all(&platform(&["bi\u{200b}", "bi"]), &[], Code::SimilarTargetGroups);
        check_one(&found, "`bi` differs from `bi\\u{200b}` only in invisible characters");
        let found = lint_all(&platform(&["bi x", "bi  x"]), &[], Code::SimilarTargetGroups);
        check_one(&found, "only in spaces");
    }

    #[test]
    fn similar_target_groups_ignore_names_that_read_differently() {
        let platform = platform(&["bi-admins", "bi_admins", "biadmins", "bi admins", "bi-admin"]);
        assert_eq!(lint_all(&platform, &[], Code::SimilarTargetGroups), []);
    }
}
