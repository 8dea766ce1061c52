//! Which mappings differ between the bundles of two times.

use std::collections::{BTreeMap, BTreeSet};

use crate::bundle::index::{Bundle, Organization};
use crate::collections::bit_set::BitSet;
use crate::ids::{ApplicationId, ConnectionId, LookupId, TargetId};
use crate::login::lookup::Lookup;
use crate::login::source::{Combine, Source};

/// A mapping that is not the same in a later bundle.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct ChangedMapping {
    /// The name of the organization.
    pub organization: String,
    /// How it differs.
    pub change: MappingChange,
}

/// How a mapping differs from an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "there is no other case")]
pub enum MappingChange {
    /// There was none.
    New,
    /// It has another content, which need not change what people have.
    Other,
    /// There is none any more.
    Gone,
}

/// The mappings that are not as in earlier bundles, sorted by organization. Several bundles are slices of one platform.
///
/// `None` if there is no earlier bundle, or the platforms differ too: mappings refer to its groups and applications by
/// number, so they cannot be compared then.
pub fn changed_mappings<'b>(earlier: &[Bundle<'b>], later: &[Bundle<'b>]) -> Option<Vec<ChangedMapping>> {
    let first = earlier.first()?;
    if !earlier.iter().chain(later).all(|other| is_same_platform(first, other)) {
        return None;
    }
    let (then, now) = (by_name(earlier), by_name(later));
    let names: BTreeSet<&str> = then.keys().chain(now.keys()).copied().collect();
    let changed = names.into_iter().filter_map(|name| {
        let change = match (then.get(name), now.get(name)) {
            (Some(then), Some(now)) if is_same_mapping(*then, *now) => return None,
            (Some(_), Some(_)) => MappingChange::Other,
            (None, _) => MappingChange::New,
            (_, None) => MappingChange::Gone,
        };
        Some(ChangedMapping { organization: name.to_owned(), change })
    });
    Some(changed.collect())
}

/// An organization, with the bundle that it is in.
type Found<'o, 'b> = (&'o Bundle<'b>, &'o Organization<'b>);

/// The organizations of some bundles. Slices have one without a name, for shared connections; it has no mapping.
fn by_name<'o, 'b>(bundles: &'o [Bundle<'b>]) -> BTreeMap<&'b str, Found<'o, 'b>> {
    let all = bundles.iter().flat_map(|bundle| bundle.organizations().iter().map(move |it| (bundle, it)));
    all.filter(|(_, it)| !it.name.is_empty()).map(|(bundle, it)| (it.name, (bundle, it))).collect()
}

/// Whether the numbers in mappings mean the same in both, and the same applies to all of them.
fn is_same_platform(one: &Bundle<'_>, other: &Bundle<'_>) -> bool {
    let groups_of = |bundle: &Bundle<'_>| -> Vec<Vec<TargetId>> {
        let count = bundle.applications().len() as u32;
        let sets = (0..count).filter_map(|at| bundle.groups_of(ApplicationId(at)));
        sets.map(BitSet::members).collect()
    };
    (one.closed, one.failure, one.ungranted) == (other.closed, other.failure, other.ungranted)
        && one.applications() == other.applications()
        && one.clients() == other.clients()
        && one.group_names() == other.group_names()
        && groups_of(one) == groups_of(other)
        && (&one.tiers, &one.includes) == (&other.tiers, &other.includes)
}

fn is_same_mapping((one_bundle, one): Found<'_, '_>, (other_bundle, other): Found<'_, '_>) -> bool {
    one.id == other.id
        && one.encoded == other.encoded
        && lookups(one_bundle, &one.condition_inputs) == lookups(other_bundle, &other.condition_inputs)
        && connections(one_bundle, one) == connections(other_bundle, other)
}

/// The ids of lookups can differ between bundles.
fn lookups<'b>(bundle: &Bundle<'b>, ids: &[LookupId]) -> Vec<Lookup<'b>> {
    ids.iter().filter_map(|id| bundle.lookup(*id)).copied().collect()
}

/// Sources, each with its lookup in place of the id.
type Sources<'b> = Vec<(Source<'b>, Vec<Lookup<'b>>)>;

/// Each connection, with its sources.
fn connections<'b>(
    bundle: &Bundle<'b>,
    organization: &Organization<'b>,
) -> Vec<(&'b str, Combine, Sources<'b>)> {
    let ids = organization.connections.clone().map(|at| ConnectionId(at as u32));
    let all = ids.filter_map(|id| bundle.connection(id)).map(|connection| {
        let sources = bundle.sources(connection).map(|source| {
            (Source { lookup: LookupId(0), ..source.clone() }, lookups(bundle, &[source.lookup]))
        });
        (connection.name, connection.combine, sources.collect())
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compiler::{CompiledPlatform, compile_whole, slices};
    use crate::diagnostic::SourceFile;

    const TEXT: &str = "\
version: 1
platform:
  applications: { qlik: { clients: [client], claim: https://example.com/qlik } }
  groups: { viewers: { applications: [qlik], description: Reads. }, editors: { applications: [qlik], description: Writes. } }
organizations:
  acme:
    connections: { acme-entra: { strategy: waad } }
    rules: [{ id: viewers, match: { exact: team }, grant: viewers }]
  globex:
    connections: { globex-okta: { strategy: okta } }
    rules: [{ id: viewers, match: { exact: team }, grant: viewers }]
";

    fn platform(text: &str) -> CompiledPlatform {
        let file = SourceFile { path: "mappings.yaml".to_owned(), text: text.to_owned() };
        let compilation = compile_whole(&file);
        compilation.platform.unwrap_or_else(|| panic!("{:?}", compilation.diagnostics))
    }

    fn decoded(bundles: &[Vec<u8>]) -> Vec<Bundle<'_>> {
        bundles.iter().map(|it| Bundle::decode(it).expect("a bundle")).collect()
    }

    fn changed(change: &dyn Fn(&str) -> String) -> Option<Vec<ChangedMapping>> {
        let [earlier, later] = [platform(TEXT).bundle, platform(&change(TEXT)).bundle].map(|it| [it]);
        changed_mappings(&decoded(&earlier), &decoded(&later))
    }

    #[test]
    fn mappings_of_slices_are_compared_wherever_they_are() {
        // A connection that both list, for which slices have an organization without a name.
        let text = TEXT
            .replace("globex-okta: { strategy: okta }", "acme-entra: { strategy: waad }")
            .replace("    connections", "    organization: ORG\n    connections");
        let text = text.replacen("ORG", "org_acme", 1).replacen("ORG", "org_globex", 1);
        let later = platform(&text.replacen("exact: team", "exact: teams", 1));
        let whole = [later.bundle.clone()];
        for count in 1..=3 {
            let earlier: Vec<Vec<u8>> =
                slices::divide(&platform(&text), count).into_iter().map(|it| it.bundle).collect();
            let changed = changed_mappings(&decoded(&earlier), &decoded(&whole)).expect("the same platform");
            let named: Vec<&str> = changed.iter().map(|it| it.organization.as_str()).collect();
            assert_eq!(named, ["acme"], "{count}");
            assert_eq!(changed_mappings(&decoded(&whole), &decoded(&whole)), Some(Vec::new()));
        }
        assert_eq!(changed_mappings(&[], &decoded(&whole)), None);
    }

    #[test]
    fn mappings_that_differ_are_named() {
        let one = |name: &str, change| Some(vec![ChangedMapping { organization: name.to_owned(), change }]);
        assert_eq!(changed(&str::to_owned), Some(Vec::new()));
        let (acme, globex) = TEXT.split_at(TEXT.find("  globex:").expect("globex"));
        // A name, a group, a connection's strategy, an attribute, an id.
        for (from, to) in [
            ("exact: team", "exact: teams"),
            ("grant: viewers", "grant: editors"),
            ("strategy: okta", "strategy: samlp"),
            ("match:", "when: { user: { attribute: /department, equals: a } }, match:"),
            ("    connections", "    organization: org_globex\n    connections"),
        ] {
            let change = |_: &str| format!("{acme}{}", globex.replacen(from, to, 1));
            assert_eq!(changed(&change), one("globex", MappingChange::Other), "{to}");
        }
        assert_eq!(changed(&|_| acme.to_owned()), one("globex", MappingChange::Gone));
        let added = globex.replace("globex", "initech");
        assert_eq!(changed(&|text| format!("{text}{added}")), one("initech", MappingChange::New));
    }

    #[test]
    fn mappings_of_other_platforms_are_not_compared() {
        for (from, to) in [
            ("clients: [client]", "clients: [other]"),
            ("editors: {", "writers: {"),
            ("groups: {", "policies: { closed: deny }\n  groups: {"),
        ] {
            assert_eq!(changed(&|text| text.replacen(from, to, 1)), None, "{to}");
        }
    }
}
