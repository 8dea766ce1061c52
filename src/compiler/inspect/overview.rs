//! What a platform has: groups that can be granted, and who is responsible for which file.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::CompiledPlatform;
use crate::bundle::index::Bundle;
use crate::host::event::Event;
use crate::ids::{Id as _, OrganizationId, RuleId};
use crate::language::cases::Case;
use crate::language::model::Organization;
use crate::language::strategy::{Strategy, meant_by};
use crate::language::tenants::Tenants;

/// A target group that a rule may grant without being marked, and an application that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct OpenGroup {
    /// The name of the group.
    pub group: String,
    /// The name of its first application.
    pub application: String,
}

/// The target groups that are not protected, sorted by name.
pub fn open_groups(platform: &CompiledPlatform) -> Vec<OpenGroup> {
    let platform = &platform.model.platform;
    let is_protected = |at: &usize| platform.groups.get(*at).is_none_or(|group| group.protected);
    let open = platform.groups.iter().filter(|group| !group.protected);
    let open = open.filter(|group| !group.included.iter().any(is_protected));
    let open = open.filter_map(|group| {
        let application = platform.applications.get(*group.applications.first()?)?;
        Some(OpenGroup { group: group.name.value.clone(), application: application.name.value.clone() })
    });
    open.collect()
}

/// The names of the mappings, each with the path of its file.
pub fn mapping_files(platform: &CompiledPlatform) -> impl Iterator<Item = (&str, &str)> {
    platform.model.organizations.iter().map(|it| (it.name.as_str(), it.file.as_str()))
}

/// The `owner`s that each file names, by the file's path.
pub fn owners(platform: &CompiledPlatform) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut owners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let model = &platform.model;
    let groups = model.platform.groups.iter();
    let of_groups = groups.map(|group| (model.platform.file.as_str(), group.owner.as_deref()));
    let rules = model.organizations.iter().flat_map(|it| &it.rules);
    let of_rules = rules.map(|rule| (rule.file.as_str(), rule.owner.as_deref()));
    for (file, owner) in of_groups.chain(of_rules) {
        owners.entry(file).or_default().extend(owner);
    }
    owners
}

/// The strategies that a connection can have.
pub fn strategies() -> impl Iterator<Item = &'static str> {
    Strategy::CHOICES.iter().map(|(name, _)| *name)
}

/// What is meant by a word that people use for a strategy, and that is not one.
pub fn strategy_meant_by(word: &str) -> Option<String> {
    meant_by(word)
}

/// An organization at a glance.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct OrganizationOverview {
    /// The name of its mapping.
    pub name: String,
    /// The path of its file.
    pub file: String,
    /// The id of its Auth0 organization in the platform's tenant.
    pub organization: Option<String>,
    /// By tenant, the id of its Auth0 organization; only if several tenants are declared, and without those in which
    /// it does not exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenants: Option<BTreeMap<String, Option<String>>>,
    /// Its connections.
    pub connections: Vec<ConnectionOverview>,
    /// The number of its rules, with those of templates.
    pub rules: usize,
    /// The number of its cases.
    pub cases: usize,
    /// The `owner`s of its rules, sorted.
    pub owners: Vec<String>,
    /// The size of its part of the bundle, in bytes.
    pub bundle_bytes: usize,
}

/// A connection at a glance.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct ConnectionOverview {
    /// Its name.
    pub name: String,
    /// Its strategy.
    pub strategy: &'static str,
    /// Whether it sends no groups (`groups: none`); left out if it does.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub sends_no_groups: bool,
}

fn ids_by_tenant(organization: &Organization, tenants: &Tenants) -> Option<BTreeMap<String, Option<String>>> {
    let id = |tenant| organization.ids.get(tenant).map(|id| id.value.clone());
    let existing = tenants.names().enumerate().filter(|(tenant, _)| organization.ids.is_in(*tenant));
    let all = existing.map(|(tenant, name)| (name.to_owned(), id(tenant))).collect();
    if tenants.count() > 1 { Some(all) } else { None }
}

/// All organizations of the platform's tenant, sorted by name. `bundle` is the platform's.
pub fn overview(platform: &CompiledPlatform, bundle: &Bundle<'_>) -> Vec<OrganizationOverview> {
    let mut cases: BTreeMap<&str, usize> = BTreeMap::new();
    for case in &platform.cases {
        *cases.entry(organization_of(case, platform, bundle).unwrap_or_default()).or_default() += 1;
    }
    let mut overview: Vec<OrganizationOverview> = platform
        .organizations()
        .map(|it| {
            let owners: BTreeSet<&str> = it.rules.iter().filter_map(|rule| rule.owner.as_deref()).collect();
            let connections = it.connections.iter().map(|connection| ConnectionOverview {
                name: connection.name.value.clone(),
                strategy: connection.strategy.name(),
                sends_no_groups: connection.sends_no_groups.is_some(),
            });
            let compiled = bundle.organizations().iter().find(|compiled| compiled.name == it.name);
            OrganizationOverview {
                name: it.name.clone(),
                file: it.file.clone(),
                organization: it.ids.get(platform.tenant).map(|id| id.value.clone()),
                tenants: ids_by_tenant(it, &platform.model.platform.tenants),
                connections: connections.collect(),
                rules: it.rules.len(),
                cases: cases.get(it.name.as_str()).copied().unwrap_or_default(),
                owners: owners.into_iter().map(str::to_owned).collect(),
                bundle_bytes: compiled.map_or(0, |compiled| compiled.encoded.len()),
            }
        })
        .collect();
    overview.sort_by(|left, right| left.name.cmp(&right.name));
    overview
}

/// The organization that a case is about: that of its test file, or in a file with a whole platform that of its login.
fn organization_of<'p>(case: &Case, platform: &'p CompiledPlatform, bundle: &Bundle<'_>) -> Option<&'p str> {
    let stem = case.file.rsplit('/').next().and_then(|file| file.strip_suffix(".test.yaml"));
    let known = |name: &str| {
        let organizations = platform.model.organizations.iter();
        organizations.map(|it| it.name.as_str()).find(|known| *known == name)
    };
    if let Some(name) = stem.and_then(known) {
        return Some(name);
    }
    let event = Event::from_json(case.event.clone()).ok()?;
    let connection = bundle.connection(event.route(bundle).destination.connection()?)?;
    known(bundle.organization(connection.organization)?.name)
}

/// What an organization's mapping can do with a target group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct MatrixEntry {
    /// The rule; `None` for the default.
    pub rule: Option<String>,
    /// `grant`, `exclude` or `default`.
    pub effect: &'static str,
    /// Whether a condition or an expiry also decides.
    pub conditional: bool,
}

/// Which organizations can grant which target groups.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Matrix {
    /// The target groups, sorted.
    pub groups: Vec<String>,
    /// The organizations, sorted by name.
    pub organizations: Vec<MatrixRow>,
}

/// What one organization can grant.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct MatrixRow {
    /// The name of its mapping.
    pub name: String,
    /// By target group; groups that it never grants or excludes are left out.
    pub groups: BTreeMap<String, Vec<MatrixEntry>>,
}

/// The target groups that each organization's rules can grant or exclude, from the compiled rules. `bundle` is the
/// platform's.
pub fn matrix(platform: &CompiledPlatform, bundle: &Bundle<'_>) -> Matrix {
    let groups = platform.model.platform.groups.iter().map(|group| group.name.value.clone()).collect();
    let rows = (0..bundle.organizations().len()).map(|at| {
        let organization = OrganizationId::new(u32::try_from(at).unwrap_or(u32::MAX));
        matrix_row(bundle, organization)
    });
    Matrix { groups, organizations: rows.collect() }
}

/// What one organization of the platform's tenant can grant or exclude; `None` if there is none with this name.
pub(crate) fn row_of(platform: &CompiledPlatform, name: &str) -> Option<MatrixRow> {
    let bundle = Bundle::decode(&platform.bundle).ok()?;
    let at = bundle.organizations().iter().position(|it| it.name == name)?;
    Some(matrix_row(&bundle, OrganizationId::new(u32::try_from(at).ok()?)))
}

fn matrix_row(bundle: &Bundle<'_>, id: OrganizationId) -> MatrixRow {
    let name = bundle.organization(id).map(|it| it.name.to_owned()).unwrap_or_default();
    let mut groups: BTreeMap<String, Vec<MatrixEntry>> = BTreeMap::new();
    let Some(mapping) = bundle.mapping(id) else { return MatrixRow { name, groups } };
    for (rule, at) in mapping.rules().iter().zip((0..).map(RuleId)) {
        let compound = mapping.compound_rule(at);
        let conditional = compound.is_some_and(|it| it.condition.is_some() || it.expires != 0);
        let effect = if rule.excludes { "exclude" } else { "grant" };
        let candidates = compound.map(|it| it.expansions.iter().flat_map(|it| it.candidates()));
        let all = mapping.grants(at).iter().chain(candidates.into_iter().flatten()).copied();
        let all = if rule.excludes { all.collect() } else { bundle.with_included(all) };
        for group in all.into_iter().filter_map(|group| bundle.group_name(group)) {
            let entry = MatrixEntry { rule: Some(rule.id.to_owned()), effect, conditional };
            let entries = groups.entry(group.to_owned()).or_default();
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
    }
    let defaults = bundle.with_included(mapping.all_defaults().into_iter());
    for group in defaults.into_iter().filter_map(|group| bundle.group_name(group)) {
        let entry = MatrixEntry { rule: None, effect: "default", conditional: false };
        groups.entry(group.to_owned()).or_default().push(entry);
    }
    MatrixRow { name, groups }
}

/// A rule that expires.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct ExpiringRule {
    /// The name of the mapping.
    pub organization: String,
    /// The id of the rule.
    pub rule: String,
    /// The team that is responsible for it.
    pub owner: Option<String>,
    /// The file of the rule, and where it states the expiry.
    pub file: String,
    /// The bytes of the expiry in the file.
    pub span: Range<usize>,
    /// In seconds since 1970.
    pub at: i64,
}

/// The rules that expire, the first to expire first.
pub fn expiring_rules(platform: &CompiledPlatform) -> Vec<ExpiringRule> {
    let rules = |it: &Organization| {
        let expiring = it.rules.iter().filter_map(|rule| Some((rule, rule.expires.clone()?)));
        let name = it.name.clone();
        let expiring = expiring.map(move |(rule, (at, span))| ExpiringRule {
            organization: name.clone(),
            rule: rule.id.value.clone(),
            owner: rule.owner.clone(),
            file: rule.file.clone(),
            span,
            at,
        });
        expiring.collect::<Vec<_>>()
    };
    let mut all: Vec<ExpiringRule> = platform.model.organizations.iter().flat_map(rules).collect();
    all.sort_by(|left, right| {
        (left.at, &left.organization, &left.rule).cmp(&(right.at, &right.organization, &right.rule))
    });
    all
}
