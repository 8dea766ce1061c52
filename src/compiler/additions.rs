//! Whether a changed mapping gives everyone at least what it gave before.

use std::collections::{BTreeMap, BTreeSet};

use super::CompiledPlatform;
use super::changed_rules::changed_rules;
use super::lower::decomposed;
use super::lowered::{LoweredMapping, LoweredRule};
use crate::bundle::index::Bundle;
use crate::bundle::mapping::Mapping;
use crate::ids::{Id, OrganizationId, RuleId};
use crate::login::delimited::KnownNames as _;

impl CompiledPlatform {
    /// Whether everyone receives at least what an earlier bundle of an organization's block gave them, apart from limits
    /// and from lower groups of a tier.
    ///
    /// `false` means that access may have been removed: the mapping differs by more than additional rules that grant, and
    /// additional exact names and target groups of rules that grant.
    pub fn only_adds(&self, organization: &str, earlier: &[u8]) -> bool {
        self.compare(organization, earlier).is_some_and(|comparison| comparison.only_adds)
    }

    /// The rules that may be why [`only_adds`](Self::only_adds) is `false`, by their ids, ascending: those that are gone,
    /// that exclude, or that differ by more than additions. Empty if something else than rules differs, or if the earlier
    /// bundle cannot be read.
    pub fn removing_rules(&self, organization: &str, earlier: &[u8]) -> Vec<String> {
        let comparison = self.compare(organization, earlier).filter(|it| !it.only_adds);
        comparison.map(|it| it.removing.into_iter().collect()).unwrap_or_default()
    }

    /// Compares a mapping with an earlier bundle; `None` if there is no such mapping, or the bundle cannot be read.
    fn compare(&self, organization: &str, earlier: &[u8]) -> Option<Comparison> {
        let mut all = self.organizations();
        let organization = all.find(|it| it.name == organization)?;
        let bundle = Bundle::decode(earlier).ok()?;
        let mapping = bundle.mapping(OrganizationId(0))?;
        let known = Known::of(&bundle, mapping);
        let name_of = |group: usize| self.model.platform.groups.get(group).map(|it| it.name.value.as_str());
        let mut additions = Additions::default();
        // The same bytes mean the same, so what was left out is all that differs.
        let without = self
            .block_of(organization, |mapping| known.leave_out_additions(mapping, &name_of, &mut additions))
            .ok()?
            .bundle;
        // Where nothing else grants, a default does. And the names of a rule decide where a text of several names is
        // divided.
        let depends_on_rules = organization.default_groups().next().is_some() || mapping.max_delimiters() > 0;
        let removing = if depends_on_rules { &additions.all } else { &additions.excluding };
        let only_adds = without == earlier && removing.is_empty();
        let changed = Bundle::decode(&without).map(|without| changed_rules(&bundle, &without));
        let removing = removing.union(&changed.unwrap_or_default()).cloned().collect();
        Some(Comparison { only_adds, removing })
    }
}

/// How a mapping differs from an earlier one.
struct Comparison {
    only_adds: bool,
    /// The ids of the rules that may remove access.
    removing: BTreeSet<String>,
}

/// The rules of which something was left out, by their ids.
#[derive(Debug, Default)]
struct Additions {
    all: BTreeSet<String>,
    /// Those of them that exclude, and were left out as a whole.
    excluding: BTreeSet<String>,
}

/// What the rules of an earlier bundle have, by their ids.
struct Known<'b> {
    rules: BTreeMap<&'b str, KnownRule<'b>>,
}

#[derive(Default)]
struct KnownRule<'b> {
    /// Its exact names, of all of its clauses; those that ignore letter case are folded.
    names: BTreeSet<Vec<u8>>,
    /// The target groups that it grants.
    groups: BTreeSet<&'b str>,
}

impl<'b> Known<'b> {
    fn of(bundle: &Bundle<'b>, mapping: &Mapping<'b>) -> Self {
        let mut rules: BTreeMap<&str, KnownRule<'_>> = BTreeMap::new();
        for (id, rule) in (0..).map(RuleId).zip(mapping.rules()) {
            let groups = mapping.grants(id).iter();
            rules.entry(rule.id).or_default().groups.extend(groups.filter_map(|it| bundle.group_name(*it)));
        }
        for (name, clause) in mapping.exact_names() {
            let rule = mapping.rule(mapping.rule_of(clause)).and_then(|rule| rules.get_mut(rule.id));
            if let Some(rule) = rule {
                rule.names.insert(name.into_owned());
            }
        }
        Self { rules }
    }

    /// Leaves out what the earlier bundle does not have and what cannot take access away.
    fn leave_out_additions<'n>(
        &self,
        mapping: &mut LoweredMapping,
        name_of: &impl Fn(usize) -> Option<&'n str>,
        additions: &mut Additions,
    ) {
        mapping.rules.retain_mut(|rule| {
            match self.rules.get(rule.id.as_str()) {
                Some(known) if !known.reduce(rule, name_of) => {}
                known => {
                    if known.is_none() && rule.excludes {
                        additions.excluding.insert(rule.id.clone());
                    }
                    additions.all.insert(rule.id.clone());
                }
            }
            self.rules.contains_key(rule.id.as_str())
        });
        mapping.decomposed = decomposed(&mapping.rules);
    }
}

impl KnownRule<'_> {
    /// Leaves out exact names and groups of a granting rule, and says whether there were any.
    fn reduce<'n>(&self, rule: &mut LoweredRule, name_of: &impl Fn(usize) -> Option<&'n str>) -> bool {
        if rule.excludes {
            return false;
        }
        // With more patterns of its own, of which one has to match, a rule matches more, but not if it had none before.
        let mut own = rule.own.clone();
        own.plain.names.retain(|name| self.names.contains(name.as_bytes()));
        own.folded.names.retain(|name| self.names.contains(name.as_bytes()));
        let has_more_names = own.len() < rule.own.len() && !own.is_empty();
        if has_more_names {
            rule.own = own;
        }
        let before = rule.groups.len();
        rule.groups.retain(|group| name_of(group.index()).is_some_and(|name| self.groups.contains(name)));
        has_more_names || rule.groups.len() < before
    }
}

#[cfg(test)]
mod tests {
    use crate::compiler::{CompiledPlatform, compile_whole};
    use crate::diagnostic::SourceFile;

    /// A platform with one customer that has some members.
    fn platform(members: &str) -> CompiledPlatform {
        let text = format!(
            "\
version: 1
platform:
  applications: {{ qlik: {{ clients: [client], claim: https://example.com/qlik }} }}
  groups:
    readers: {{ applications: [qlik], description: Reads. }}
    writers: {{ applications: [qlik], description: Writes. }}
organizations:
  acme:
    organization: org_acme
    connections: {{ acme-ad: {{ strategy: ad }} }}
{members}"
        );
        let file = SourceFile { path: "p.yaml".to_owned(), text };
        let compilation = compile_whole(&file);
        compilation.platform.unwrap_or_else(|| panic!("{:?}", compilation.diagnostics))
    }

    #[test]
    fn change_only_adds_if_its_additional_rules_grant_and_nothing_else_differs() {
        const A: &str = "      - { id: a, match: { exact: A }, grant: readers }\n";
        const B: &str = "      - { id: b, match: { exact: B }, grant: writers }\n";
        let rules = |rules: &str| format!("    rules:\n{rules}");
        let check = |earlier: &str, now: &str, expected: bool| {
            let earlier = platform(earlier).block("acme").expect("a block").bundle;
            assert_eq!(platform(now).only_adds("acme", &earlier), expected, "{now}");
        };
        check(&rules(A), &rules(A), true);
        check(&rules(A), &rules(&format!("{B}{A}")), true);
        check(&rules(&format!("{A}{B}")), &rules(A), false);
        check(&rules(A), &rules(&A.replace("exact: A", "exact: C")), false);
        check(
            &rules(A),
            &rules(&format!("{A}      - {{ id: c, match: {{ exact: C }}, exclude: readers }}\n")),
            false,
        );
        // An additional rule can take the default away.
        let default = |rules: &str| format!("    default: readers\n    rules:\n{rules}");
        check(&default(B), &default(B), true);
        check(&default(B), &default(&format!("{B}{A}")), false);
        check(&rules(A), &default(A), false);
        check(&rules(A), &format!("    policies: {{ unmatched: deny }}\n{}", rules(A)), false);
        // Another name or another group of a rule.
        let more = A.replace("exact: A", "exact: [A, B, É]");
        check(&rules(A), &rules(&more), true);
        check(&rules(&more), &rules(A), false);
        check(&rules(A), &rules(&A.replace("grant: readers", "grant: [readers, writers]")), true);
        check(&rules(&A.replace("grant: readers", "grant: [readers, writers]")), &rules(A), false);
        check(&rules(A), &rules(&A.replace("exact: A", "exact: [B, C]")), false);
        check(
            &rules(A),
            &rules(&format!("{B}{}", more.replace("grant: readers", "grant: [readers, writers]"))),
            true,
        );
        check(&rules(A), &rules(&A.replace("exact: A", "exact: A, glob: B*")), false);
        check(&default(A), &default(&more), false);
        let folded = "      - { id: a, match: { exact: [A, B], ignore-case: true }, grant: readers }\n";
        check(&rules(&folded.replace("[A, B]", "A")), &rules(folded), true);
        check(&rules(A), &rules(folded), false);
        // A name that a rule excludes by, or needs besides another one, takes access away, and so does one for everyone.
        let excludes = |name: &str| {
            rules(&format!("{A}      - {{ id: c, match: {{ exact: {name} }}, exclude: readers }}\n"))
        };
        check(&excludes("C"), &excludes("[C, D]"), false);
        let none = |name: &str| {
            rules(&A.replace("exact: A", &format!("any: {{ exact: A }}, none: {{ exact: {name} }}")))
        };
        check(&none("C"), &none("[C, D]"), false);
        let excluded = |groups: &str| {
            rules(&format!("{A}      - {{ id: c, match: {{ exact: C }}, exclude: {groups} }}\n"))
        };
        check(&excluded("readers"), &excluded("[readers, writers]"), false);
        let all =
            |own: &str| rules(&A.replace("exact: A", &format!("{own}all: [{{ exact: C }}, {{ exact: D }}]")));
        check(&all(""), &all("any: { exact: A }, "), false);
        check(&all("any: { exact: A }, "), &all("any: { exact: [A, B] }, "), true);
        assert!(!platform(&rules(A)).only_adds("acme", b"CSMB"));
        assert!(platform(&rules(A)).removing_rules("acme", b"CSMB").is_empty());
        assert!(!platform(&rules(A)).only_adds("globex", b""));
    }

    #[test]
    fn rules_are_named_that_may_remove_access() {
        const A: &str = "      - { id: a, match: { exact: A, glob: A* }, grant: readers }\n";
        const B: &str = "      - { id: b, match: { exact: [B, C] }, grant: writers }\n";
        let rules = |rules: &str| format!("    rules:\n{rules}");
        let check = |earlier: &str, now: &str, expected: &[&str]| {
            let earlier = platform(earlier).block("acme").expect("a block").bundle;
            assert_eq!(platform(now).removing_rules("acme", &earlier), expected, "{now}");
        };
        let both = rules(&format!("{A}{B}"));
        let with = |from: &str, to: &str| both.replace(from, to);
        check(&both, &both, &[]);
        // What only adds is not named, also where another rule removes.
        check(&rules(A), &both, &[]);
        check(&rules(B), &with("[B, C]", "B"), &["b"]);
        check(&both, &rules(A), &["b"]);
        check(&both, &with("A*", "AB*"), &["a"]);
        check(&both, &with("glob: A*", "regex: A.*"), &["a"]);
        check(&both, &with("grant: writers", "grant: readers"), &["b"]);
        check(&both, &with("grant: writers", "exclude: writers"), &["b"]);
        check(&both, &with("grant: readers", "grant: readers, expires: 2030-01-01"), &["a"]);
        check(&both, &with("id: b", "id: c"), &["b"]);
        check(
            &both,
            &with("match: { exact: [B, C] }", "match: { any: { exact: [B, C] }, none: { exact: D } }"),
            &["b"],
        );
        let when = |value: &str| {
            with("id: b", &format!("id: b, when: {{ user: {{ attribute: /title, equals: {value} }} }}"))
        };
        check(&when("x"), &when("x"), &[]);
        check(&when("x"), &when("z"), &["b"]);
        check(&both, &when("x"), &["b"]);
        let excluding = format!("{both}      - {{ id: c, match: {{ exact: C }}, exclude: readers }}\n");
        check(&both, &excluding, &["c"]);
        // Something else than a rule.
        check(&both, &format!("    policies: {{ unmatched: deny }}\n{both}"), &[]);
        // With a default, what only adds may remove.
        let default = |rules: &str| format!("    default: readers\n{rules}");
        check(&default(&rules(A)), &default(&both), &["b"]);
    }
}
