//! How the bytes of a bundle are divided among organizations and rules, for authors whose Action is nearly full.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::encode::{self, Encoded};
use super::lowered::{Clause, LoweredMapping, LoweredRule};
use super::{CompiledPlatform, lower};
use crate::collections::parallel_map;
use crate::language::model::Organization;

/// How many bytes of the bundle an organization takes, before compression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OrganizationSize {
    /// The organization's name.
    pub name: String,
    /// Its entry in the bundle's index and its mapping. What organizations share, such as the names of target groups,
    /// is not included.
    pub bytes: usize,
    /// The part of it that is exact names, with the ids of aliases that rules name.
    pub exact_names: usize,
    /// The part of it that is globs.
    pub globs: usize,
    /// The part of it that is regular expressions, and globs that are encoded as such.
    pub expressions: usize,
    /// The part of it that is the ids of rules.
    pub rule_ids: usize,
    /// Its rules with those of its templates, largest first.
    pub rules: Vec<RuleSize>,
}

/// How many bytes of the bundle a rule takes, before compression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleSize {
    /// The rule's id.
    pub id: String,
    /// Its exact names, globs and regular expressions.
    pub patterns: usize,
    /// The rule and its patterns.
    pub bytes: usize,
}

/// Says how many bytes of the bundle each organization and each rule takes, largest first.
///
/// ```
/// use claimsmith::compiler::{capacity, compile_whole};
/// use claimsmith::diagnostic::SourceFile;
///
/// let text = "\
/// version: 1
/// platform:
///   applications: { qlik: { clients: [client], claim: https://example.com/qlik } }
///   groups: { bi-viewers: { applications: [qlik], description: Reads dashboards. } }
/// organizations:
///   acme:
///     connections: { acme-ad: { strategy: ad } }
///     rules:
///       - { id: sales, match: { exact: Sales }, grant: bi-viewers }
///       - { id: teams, match: { exact: [Support, Research] }, grant: bi-viewers }
/// ";
/// let file = SourceFile { path: "example.yaml".to_owned(), text: text.to_owned() };
/// let platform = compile_whole(&file).platform.expect("no errors");
/// let acme = &capacity::sizes(&platform)[0];
/// assert_eq!((acme.rules[0].id.as_str(), acme.rules[0].patterns), ("teams", 2));
/// assert!(acme.rules[0].bytes + acme.rules[1].bytes < acme.bytes);
/// ```
pub fn sizes(platform: &CompiledPlatform) -> Vec<OrganizationSize> {
    let Encoded { organizations: totals, .. } = encode_without(platform, &BTreeSet::new());
    let totals: BTreeMap<String, usize> = totals.into_iter().collect();
    let mut sizes: Vec<OrganizationSize> = Vec::new();
    let organizations: Vec<&Organization> = embedded(platform).collect();
    sizes.extend(parallel_map::map(&organizations, |organization| {
        let bytes = totals.get(&organization.name).copied().unwrap_or_default();
        measure(lowered(platform, organization), bytes)
    }));
    sizes.sort_by(|left, right| right.bytes.cmp(&left.bytes).then_with(|| left.name.cmp(&right.name)));
    sizes
}

/// The bundle of a platform without some of its organizations.
pub fn bundle_without(platform: &CompiledPlatform, organizations: &BTreeSet<&str>) -> Vec<u8> {
    encode_without(platform, organizations).bundle
}

fn encode_without(platform: &CompiledPlatform, without: &BTreeSet<&str>) -> Encoded {
    let kept = embedded(platform).filter(|it| !without.contains(it.name.as_str()));
    let lowered = kept.map(|it| lowered(platform, it)).collect();
    encode::encode(&platform.model.platform, platform.tenant, lowered, None)
}

/// The organizations whose mappings are in the bundle.
pub(super) fn embedded(platform: &CompiledPlatform) -> impl Iterator<Item = &Organization> {
    platform.organizations().filter(|it| !platform.traveling.contains(&it.name))
}

pub(super) fn lowered(platform: &CompiledPlatform, organization: &Organization) -> LoweredMapping {
    // Everything that it has to report was reported when the platform was compiled.
    lower::lower(organization, &platform.model.platform, platform.tenant, &mut Vec::new())
}

fn measure(mut mapping: LoweredMapping, bytes: usize) -> OrganizationSize {
    let inputs = encode::inputs_of(&mapping);
    let rules = core::mem::take(&mut mapping.rules);
    let mut len_of = |rules: Vec<LoweredRule>| {
        mapping.rules = rules;
        encode::encode_mapping(&mapping, &inputs).len()
    };
    let all = len_of(rules.clone());
    let mut part = |remove: fn(&mut LoweredRule)| {
        let mut without = rules.clone();
        without.iter_mut().for_each(remove);
        all.saturating_sub(len_of(without))
    };
    let exact_names =
        part(|rule| clauses(rule).for_each(|it| (it.plain.names, it.folded.names) = Default::default()));
    let globs = part(|rule| {
        clauses(rule).for_each(|it| (it.plain.patterns, it.folded.patterns) = Default::default())
    });
    let expressions = part(|rule| clauses(rule).for_each(|it| it.regexes = Vec::new()));
    let rule_ids = part(|rule| rule.id = String::new());

    let none = len_of(Vec::new());
    let mut by_id: BTreeMap<String, RuleSize> = BTreeMap::new();
    for rule in rules {
        let (id, patterns) = (rule.id.clone(), rule.clauses().map(Clause::len).sum::<usize>());
        let size = by_id.entry(id.clone()).or_insert(RuleSize { id, patterns: 0, bytes: 0 });
        size.patterns += patterns;
        size.bytes += len_of(vec![rule]).saturating_sub(none);
    }
    let mut rules: Vec<RuleSize> = by_id.into_values().collect();
    rules.sort_by(|left, right| right.bytes.cmp(&left.bytes).then_with(|| left.id.cmp(&right.id)));
    OrganizationSize { name: mapping.name, bytes, exact_names, globs, expressions, rule_ids, rules }
}

fn clauses(rule: &mut LoweredRule) -> impl Iterator<Item = &mut Clause> {
    rule.all.iter_mut().chain(&mut rule.none).chain([&mut rule.own])
}
