//! Groups that a rule grants in vain: another grant includes them, or is higher in their tier.

use std::collections::{BTreeMap, BTreeSet};

use super::budget::spend;
use super::prepared::Prepared;
use super::rule_diagnostic::in_rule;
use super::shadowed_rule::{Compared, compare_all};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Effect, Organization, Platform, Rule, TargetGroup};
use crate::language::yaml::Spanned;
use crate::text::visible::visible;

/// A group in a tier: the position of the tier, and of the group in it, with the highest first.
#[derive(Clone, Copy, Debug)]
struct Rank<'p> {
    tier: usize,
    at: usize,
    group: &'p TargetGroup,
}

struct Finder<'p> {
    platform: &'p Platform,
    organization: &'p Organization,
    /// By the name of the group.
    ranks: BTreeMap<&'p str, Vec<Rank<'p>>>,
    /// The groups that a rule excludes: without one of them, a lower group counts.
    excluded: BTreeSet<&'p str>,
}

/// The name of a group as it is written, and the group.
type Named<'n, 'p> = (&'n Spanned<String>, &'p TargetGroup);

/// What is at the place of a group that includes another.
const INCLUDES: &str = "this includes it";

fn included_message(written: &Spanned<String>, other: &Spanned<String>, what: &str) -> String {
    let (name, by) = (visible(&written.value), visible(&other.value));
    format!("`{by}` includes `{name}`, so the {what} grants it already")
}

/// Reports groups that a rule grants although another grant includes them or is higher in their tier.
pub(super) fn lint(
    platform: &Platform,
    organization: &Organization,
    prepared: &Prepared<'_>,
    budget: &mut usize,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let finder = Finder::new(platform, organization);
    for rule in organization.rules.iter().filter(|rule| rule.effect == Effect::Grant) {
        finder.find_included(rule, diagnostics);
    }
    let of_applications = organization.application_defaults.iter().map(|(_, groups)| groups);
    for default in core::iter::once(&organization.default).chain(of_applications) {
        finder.find_included_in_default(default, diagnostics);
    }
    if !platform.tiers.is_empty() {
        finder.find_outranked(prepared, budget, diagnostics);
    }
}

impl<'p> Finder<'p> {
    fn new(platform: &'p Platform, organization: &'p Organization) -> Self {
        let mut ranks: BTreeMap<&str, Vec<Rank<'_>>> = BTreeMap::new();
        for (tier, declared) in platform.tiers.iter().enumerate() {
            for (at, name) in declared.groups.iter().enumerate() {
                let found = platform.groups.iter().find(|group| group.name.value == name.value);
                if let Some(group) = found {
                    ranks.entry(&group.name.value).or_default().push(Rank { tier, at, group });
                }
            }
        }
        let excluding = organization.rules.iter().filter(|rule| rule.effect == Effect::Exclude);
        let excluded = excluding
            .flat_map(|rule| &rule.groups)
            .flat_map(|grant| TargetGroup::with_including(&platform.groups, &grant.written.value))
            .map(|group| group.name.value.as_str())
            .collect();
        Self { platform, organization, ranks, excluded }
    }

    fn group(&self, name: &str) -> Option<&'p TargetGroup> {
        let groups = &self.platform.groups;
        let at = groups.binary_search_by(|group| group.name.value.as_str().cmp(name)).ok()?;
        groups.get(at)
    }

    /// What a rule names without captures, each with its group.
    fn named<'r>(&self, rule: &'r Rule) -> Vec<Named<'r, 'p>> {
        let plain = rule.groups.iter().filter(|grant| grant.expansion.is_none());
        plain.filter_map(|grant| Some((&grant.written, self.group(&grant.written.value)?))).collect()
    }

    fn find_included(&self, rule: &Rule, diagnostics: &mut Vec<Diagnostic>) {
        for (written, other) in self.included(&self.named(rule)) {
            let message = included_message(written, other, "rule");
            let related = Some((rule.file.as_str(), &other.span, INCLUDES));
            let place = (self.organization, rule);
            let diagnostic = in_rule(place, Code::RedundantGrant, &written.span, message, related);
            diagnostics.push(diagnostic.help("remove it"));
        }
    }

    fn find_included_in_default(&self, default: &[Spanned<String>], diagnostics: &mut Vec<Diagnostic>) {
        let named = default.iter().filter_map(|written| Some((written, self.group(&written.value)?)));
        let file = &self.organization.file;
        for (written, other) in self.included(&named.collect::<Vec<_>>()) {
            let message = included_message(written, other, "default");
            let diagnostic = Diagnostic::new(Code::RedundantGrant, file, written.span.clone(), message);
            diagnostics.push(diagnostic.related(file, other.span.clone(), INCLUDES).help("remove it"));
        }
    }

    /// Which of the named groups another one of them includes, each with the other.
    fn included<'n>(&self, named: &[Named<'n, 'p>]) -> Vec<(&'n Spanned<String>, &'n Spanned<String>)> {
        if named.iter().all(|(_, group)| group.included.is_empty()) {
            return Vec::new();
        }
        // A glob means all that it matches.
        let is_of_glob =
            |it: &Spanned<String>| named.iter().filter(|(other, _)| other.span == it.span).count() > 1;
        let alone = named.iter().filter(|(written, _)| !is_of_glob(written));
        let with_other = alone.filter_map(|(written, group)| {
            let (other, _) = named.iter().find(|(_, other)| self.includes(other, group))?;
            Some((*written, *other))
        });
        with_other.collect()
    }

    fn includes(&self, group: &TargetGroup, other: &TargetGroup) -> bool {
        let mut included = group.included.iter().filter_map(|at| self.platform.groups.get(*at));
        included.any(|it| it.name.value == other.name.value)
    }

    /// The groups in tiers that a rule grants in any case and that nothing excludes, with those that they include.
    fn granted(&self, rule: &Rule) -> Vec<Rank<'p>> {
        let named = self.named(rule).into_iter().map(|(_, group)| group);
        let all = named.flat_map(|group| {
            let included = group.included.iter().filter_map(|at| self.platform.groups.get(*at));
            core::iter::once(group).chain(included)
        });
        let counts = all.filter(|group| !self.excluded.contains(group.name.value.as_str()));
        counts.filter_map(|group| self.ranks.get(group.name.value.as_str())).flatten().copied().collect()
    }

    fn find_outranked(&self, prepared: &Prepared<'_>, budget: &mut usize, diagnostics: &mut Vec<Diagnostic>) {
        let rules = compare_all(self.organization, prepared);
        let granting = |rule: &&Rule| rule.effect == Effect::Grant;
        let granted: Vec<Vec<Rank<'_>>> = self
            .organization
            .rules
            .iter()
            .map(|rule| if granting(&rule) { self.granted(rule) } else { Vec::new() })
            .collect();
        for (position, lower) in rules.iter().enumerate().filter(|(_, lower)| granting(&lower.rule)) {
            let mut seen = BTreeSet::new();
            for (written, group) in self.named(lower.rule) {
                let Some(ranks) = self.ranks.get(group.name.value.as_str()) else { continue };
                // Of the groups of one glob, one is reported.
                if seen.contains(&written.span.start) {
                    continue;
                }
                let own = granted.get(position).map(Vec::as_slice).unwrap_or_default();
                let found = match higher(ranks, own) {
                    Some(rank) => Some((rank, None)),
                    None => self.find_other(ranks, &rules, &granted, lower, budget),
                };
                if let Some((rank, other)) = found {
                    seen.insert(written.span.start);
                    diagnostics.push(self.outranked((lower.rule, written), rank, other));
                }
            }
        }
    }

    /// A higher group of another rule that fires whenever the rule does.
    fn find_other<'r, 'm>(
        &self,
        ranks: &[Rank<'p>],
        rules: &'r [Compared<'r, 'm>],
        granted: &[Vec<Rank<'p>>],
        lower: &Compared<'r, 'm>,
        budget: &mut usize,
    ) -> Option<(Rank<'p>, Option<&'r Rule>)> {
        for (other, granted) in rules.iter().zip(granted) {
            let Some(rank) = higher(ranks, granted) else { continue };
            let is_other = !core::ptr::eq(other.rule, lower.rule) && !other.matches_names;
            if is_other && spend(budget, 1) && other.fires_whenever(lower, budget) {
                return Some((rank, Some(other.rule)));
            }
        }
        None
    }

    fn outranked(
        &self,
        (rule, written): (&Rule, &Spanned<String>),
        rank: Rank<'_>,
        other: Option<&Rule>,
    ) -> Diagnostic {
        let tier = self.platform.tiers.get(rank.tier).map(|tier| visible(&tier.name)).unwrap_or_default();
        let (name, above) = (visible(&written.value), visible(&rank.group.name.value));
        let place = (self.organization, rule);
        let Some(other) = other else {
            let message = format!(
                "the rule grants `{above}` as well, which is above `{name}` in the tier `{tier}`, and only the highest counts"
            );
            let help = "grant one of them";
            return in_rule(place, Code::RedundantGrant, &written.span, message, None).help(help);
        };
        let message = format!(
            "every login that gets `{name}` here gets `{above}` from `{}`, which is above it in the tier `{tier}`",
            other.id.value
        );
        let related = Some((other.file.as_str(), &other.id.span, "the rule with the higher group"));
        let help =
            format!("remove it, or narrow `{}` if not all of them are to receive `{above}`", other.id.value);
        in_rule(place, Code::RedundantGrant, &written.span, message, related).help(help)
    }
}

/// A group among those granted that is above one in a tier, wherever that one counts.
fn higher<'p>(ranks: &[Rank<'p>], granted: &[Rank<'p>]) -> Option<Rank<'p>> {
    let is_above = |rank: &Rank<'_>, other: &Rank<'_>| {
        let applications = |rank: &Rank<'_>| rank.group.applications.iter().copied().collect::<BTreeSet<_>>();
        rank.tier == other.tier && other.at < rank.at && applications(rank).is_subset(&applications(other))
    };
    ranks.iter().find_map(|rank| granted.iter().find(|other| is_above(rank, other)).copied())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        check_one, everyone, exact, exclude, glob, grant, lint_all, name, names, organization, platform,
        texts, user, when,
    };
    use crate::diagnostic::{Code, Diagnostic};
    use crate::language::model::{Platform, Rule, Test, Tier};

    /// A platform on which `editors` includes `comments`, and with the tier `admins`, `editors`, `readers`.
    fn tiers() -> Platform {
        let mut platform = platform(&["admins", "comments", "editors", "readers"]);
        platform.groups[2].included = vec![1];
        platform
            .tiers
            .push(Tier { name: "all".to_owned(), groups: names(&["admins", "editors", "readers"]) });
        platform
    }

    fn find(rules: Vec<Rule>) -> Vec<Diagnostic> {
        lint_all(&tiers(), &[organization(rules)], Code::RedundantGrant)
    }

    fn staff(groups: &[&str]) -> Rule {
        grant("staff", exact(&["staff"]), groups)
    }

    #[test]
    fn included_group_is_reported() {
        let found = find(vec![staff(&["comments", "editors"])]);
        check_one(&found, "`editors` includes `comments`, so the rule grants it already");
        assert_eq!(find(vec![staff(&["comments", "admins"])]), []);
        assert_eq!(find(vec![exclude("no", exact(&["x"]), &["comments", "editors"])]), []);
    }

    #[test]
    fn included_group_of_a_default_is_reported() {
        let find = |default: &[&str], of_application: &[&str]| {
            let mut acme = organization(vec![staff(&["admins"])]);
            acme.default = names(default);
            acme.application_defaults = vec![(name("qlik"), names(of_application))];
            lint_all(&tiers(), &[acme], Code::RedundantGrant)
        };
        let message = "`editors` includes `comments`, so the default grants it already";
        check_one(&find(&["comments", "editors"], &[]), message);
        check_one(&find(&[], &["editors", "comments"]), message);
        assert_eq!(find(&["comments", "readers"], &["editors"]), []);
    }

    #[test]
    fn lower_group_of_a_tier_is_reported() {
        let found = find(vec![staff(&["readers", "admins"])]);
        check_one(&found, "the rule grants `admins` as well, which is above `readers` in the tier `all`");
        let found = find(vec![staff(&["readers"]), grant("admins", glob(&["s*"]), &["admins"])]);
        check_one(&found, "every login that gets `readers` here gets `admins` from `admins`");
        assert!(found[0].help.contains("narrow `admins`"));
        let found = find(vec![everyone("all", &["editors"]), everyone("admins", &["admins"])]);
        check_one(&found, "every login that gets `editors`");
    }

    #[test]
    fn lower_group_that_can_count_is_not_reported() {
        let admins = || grant("admins", exact(&["admins"]), &["admins"]);
        assert_eq!(find(vec![staff(&["readers"]), admins()]), []);
        assert_eq!(find(vec![everyone("all", &["readers"]), admins()]), []);
        let excluding = exclude("no", exact(&["externals"]), &["admins"]);
        assert_eq!(find(vec![staff(&["readers", "admins"]), excluding]), []);
        let if_it = user("/department", Test::Equals(texts(&["it"])));
        assert_eq!(find(vec![everyone("all", &["readers"]), when(everyone("it", &["admins"]), if_it)]), []);
        let expired = Rule { expires: Some((1, 0..1)), ..everyone("old", &["admins"]) };
        assert_eq!(find(vec![everyone("all", &["readers"]), expired]), []);
        let mut apart = tiers();
        apart.groups[0].applications = vec![1];
        let both = organization(vec![staff(&["readers", "admins"])]);
        assert_eq!(lint_all(&apart, &[both], Code::RedundantGrant), [], "it counts in the other application");
    }
}
