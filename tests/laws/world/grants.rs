//! What the rules of a world can grant, within its ceiling and with what groups include.

use std::collections::BTreeSet;

use super::platform::claim_bytes;
use super::{Application, Ceiling, Matches, Rule, TARGETS, World, is_protected};
use crate::reference::{glob_matches, whole};

impl World {
    /// A target group and those that it includes, found by following the pairs until there is nothing new.
    pub(crate) fn with_included(&self, target: &'static str) -> BTreeSet<&'static str> {
        let mut all = BTreeSet::from([target]);
        for _ in &self.includes {
            let more = self.includes.iter().filter(|(group, _)| all.contains(group)).map(|(_, other)| *other);
            let more: Vec<_> = more.collect();
            all.extend(more);
        }
        all
    }

    /// Whether a rule of the organization may grant a target group with all that it includes.
    pub(crate) fn may_grant(&self, target: &str, marked: bool) -> bool {
        let target = TARGETS.into_iter().find(|it| *it == target).expect("a target group");
        self.with_included(target).into_iter().all(|target| self.may_grant_alone(target, marked))
    }

    fn may_grant_alone(&self, target: &str, marked: bool) -> bool {
        let none = Ceiling::default();
        let ceiling = self.ceiling.as_ref().unwrap_or(&none);
        let begins = ceiling.prefix.is_none_or(|prefix| target.starts_with(prefix));
        let allowed = || {
            let globs = ceiling.groups.as_ref();
            globs.is_none_or(|globs| globs.iter().any(|glob| glob_matches(glob, target)))
        };
        begins && if is_protected(target) { marked && ceiling.protected.contains(&target) } else { allowed() }
    }

    /// The target groups that a rule names, or that one of its globs means.
    pub(crate) fn stated(&self, rule: &Rule) -> BTreeSet<&'static str> {
        let is_meant = |target: &&str| {
            let matches = |glob: &&str| glob_matches(glob, target);
            rule.globs.iter().any(matches) && (rule.excludes || self.may_grant(target, false))
        };
        rule.groups.iter().copied().chain(TARGETS.into_iter().filter(is_meant)).collect()
    }

    /// The default of an application, and whether it is one of its own.
    pub(crate) fn default_of(&self, application: usize) -> (&[&'static str], bool) {
        match self.application_defaults.get(application).filter(|own| !own.is_empty()) {
            Some(own) => (own, true),
            None => (&self.default, false),
        }
    }

    /// Whether a rule can grant a group of an application, whatever its captures are.
    pub(crate) fn reaches(&self, rule: &Rule, application: &Application) -> bool {
        let named = |target: &str| {
            if matches!(rule.matches, Matches::Names { .. }) {
                return rule.can_expand_to(target);
            }
            rule.templates.iter().any(|template| {
                // `a*` has a literal asterisk.
                let captures = regex::Regex::new(r"\\\$\\\{[^}]*\\\}").expect("an expression");
                let pattern = captures.replace_all(&regex::escape(template), "(?:.+)").into_owned();
                whole(&pattern, false).is_match(target)
            })
        };
        let stated = self.stated(rule);
        let can_grant = |target: &&'static str| {
            stated.contains(*target) || named(target) && self.may_grant(target, rule.protected)
        };
        let granted = TARGETS.into_iter().filter(|target| can_grant(target));
        let mut reached = granted.flat_map(|target| self.with_included(target));
        !rule.excludes && reached.any(|target| application.groups.contains(target))
    }

    /// Names the groups of a glob that begins with a wildcard if a rule needs a ceiling that is a limit.
    pub(super) fn keep_ceiling_that_limits_names(&mut self) {
        let groups = self.ceiling.as_mut().and_then(|ceiling| ceiling.groups.as_mut());
        let Some(groups) = groups.filter(|_| self.rules.iter().any(Rule::needs_ceiling)) else { return };
        let before = groups.len();
        groups.retain(|group| *group != "*-viewers");
        if groups.len() < before {
            groups.extend(["eng-viewers", "ö-viewers", "a*-viewers"]);
        }
    }

    pub(super) fn keep_what_may_be_granted(&mut self) {
        let mut rules = std::mem::take(&mut self.rules);
        for (at, rule) in rules.iter_mut().enumerate() {
            rule.id = format!("rule-{at:03}");
            if !rule.excludes {
                rule.groups.retain(|group| self.may_grant(group, rule.protected));
                let leads =
                    |glob: &str, target: &str| glob_matches(glob, target) && self.may_grant(target, false);
                rule.globs.retain(|glob| TARGETS.iter().any(|target| leads(glob, target)));
            }
        }
        // A grant with a capture has to lead to some group.
        rules.retain(|rule| {
            let leads = |target: &&str| rule.can_expand_to(target) && self.may_grant(target, rule.protected);
            match rule.matches {
                Matches::Names { .. } => TARGETS.iter().any(leads),
                _ => !(rule.groups.is_empty() && rule.templates.is_empty() && rule.globs.is_empty()),
            }
        });
        self.rules = rules;
        let default = std::mem::take(&mut self.default);
        self.default = default.into_iter().filter(|group| self.may_grant(group, false)).collect();
        let mut defaults = std::mem::take(&mut self.application_defaults);
        for (default, application) in defaults.iter_mut().zip(&self.applications) {
            default.retain(|group| self.may_grant(group, false) && application.groups.contains(group));
        }
        if defaults.iter().any(|default| !default.is_empty()) {
            self.default.clear();
        }
        self.application_defaults = defaults;
        if self.incomplete == "use-partial" {
            self.keep_limits_that_cannot_be_reached();
        }
    }

    /// Removes limits that partial input could stay below only because groups are missing.
    fn keep_limits_that_cannot_be_reached(&mut self) {
        let reached: BTreeSet<&'static str> = TARGETS
            .into_iter()
            .filter(|target| {
                self.rules.iter().filter(|rule| !rule.excludes).any(|rule| {
                    self.stated(rule).contains(target)
                        || rule.can_expand_to(target) && self.may_grant(target, rule.protected)
                })
            })
            .collect();
        let reached: BTreeSet<&str> =
            reached.into_iter().flat_map(|target| self.with_included(target)).collect();
        for application in &mut self.applications {
            let own: Vec<&str> = reached.intersection(&application.groups).copied().collect();
            let joined_by = application.joined_by;
            application.limit = application.limit.filter(|limit| own.len() <= *limit);
            application.bytes = application.bytes.filter(|bytes| claim_bytes(&own, joined_by) <= *bytes);
        }
    }
}
