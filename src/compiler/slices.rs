//! Divides the customers among several Actions of one trigger, where their mappings do not fit into one.
//!
//! A login has one *key*: the id of its organization or, without an organization, the name of its connection. The key
//! alone decides which slice answers, and it is that of the slice whose mappings it leads to. For every other key the
//! first slice answers: so it refuses, or lets through without groups, what no slice knows.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::lowered::{LoweredConnection, LoweredMapping};
use super::{CompiledPlatform, capacity, encode};
use crate::bundle::policy::{IncompletePolicy, Policy, UnmatchedPolicy};
use crate::login::source::Combine;

/// A part of a platform's customers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Slice {
    /// The encoded [`Bundle`](crate::Bundle) of the part.
    pub bundle: Vec<u8>,
    /// The names of its organizations, sorted.
    pub organizations: Vec<String>,
    /// The number of their rules.
    pub rules: usize,
    /// What leads to them, sorted: `o` and the id of an organization, `c` and the name of a connection that no other
    /// organization lists.
    pub keys: Vec<String>,
}

/// Divides the customers of a platform. Every slice has the whole platform; one may have no organization.
///
/// An organization's slice depends on its name and the number of slices alone, so a change of one mapping changes one
/// slice, and with one slice more, few organizations move.
///
/// ```
/// use claimsmith::compiler::{compile_whole, slices};
/// use claimsmith::diagnostic::SourceFile;
///
/// let text = "\
/// version: 1
/// platform:
///   applications: { qlik: { clients: [client], claim: https://example.com/qlik } }
///   groups: { bi-viewers: { applications: [qlik], description: Reads dashboards. } }
/// organizations:
///   acme:
///     organization: org_Acme
///     connections: { acme-ad: { strategy: ad } }
///     rules: [{ id: sales, match: { exact: Sales }, grant: bi-viewers }]
/// ";
/// let file = SourceFile { path: "example.yaml".to_owned(), text: text.to_owned() };
/// let platform = compile_whole(&file).platform.expect("no errors");
/// let slices = slices::divide(&platform, 2);
/// let keys: Vec<&String> = slices.iter().flat_map(|slice| &slice.keys).collect();
/// assert_eq!(keys, ["cacme-ad", "oorg_Acme"]);
/// ```
pub fn divide(platform: &CompiledPlatform, count: usize) -> Vec<Slice> {
    let mut parts: Vec<Part> = (0..count).map(|_| Part::default()).collect();
    let mut listed: BTreeMap<String, usize> = BTreeMap::new();
    for organization in capacity::embedded(platform) {
        let mapping = capacity::lowered(platform, organization);
        for connection in &mapping.connections {
            *listed.entry(connection.name.clone()).or_default() += 1;
        }
        if let Some(part) = parts.get_mut(slice_of(&mapping.name, count)) {
            part.rules += organization.rules.len();
            part.mappings.push(mapping);
        }
    }
    let is_shared = |name: &String| listed.get(name).is_some_and(|count| *count > 1);
    let mut slices = Vec::with_capacity(count);
    for (at, Part { mut mappings, rules }) in parts.into_iter().enumerate() {
        let names = mappings.iter().flat_map(|it| &it.connections).map(|connection| &connection.name);
        let connections = names.filter(|name| !is_shared(name)).map(|name| format!("c{name}"));
        let ids = mappings.iter().filter_map(|it| it.id.as_ref()).map(|id| format!("o{id}"));
        let mut keys: Vec<String> = connections.chain(ids).collect();
        keys.sort();
        let mut organizations: Vec<String> = mappings.iter().map(|mapping| mapping.name.clone()).collect();
        organizations.sort();
        if at == 0 {
            mappings.extend(ambiguous(listed.keys().filter(|name| is_shared(name))));
        }
        let bundle = encode::encode(&platform.model.platform, platform.tenant, mappings, None).bundle;
        slices.push(Slice { bundle, organizations, rules, keys });
    }
    slices
}

#[derive(Default)]
struct Part {
    mappings: Vec<LoweredMapping>,
    rules: usize,
}

/// The slice with the greatest digest of its number and the organization's name.
fn slice_of(name: &str, count: usize) -> usize {
    let digest = |slice: &usize| <[u8; 32]>::from(Sha256::digest(format!("{slice} {name}")));
    (0..count).max_by_key(digest).unwrap_or_default()
}

/// An organization that no login leads to, and that lists each of these connections twice. So a login without an
/// organization through one of them is ambiguous, wherever the mappings of the organizations are that share it.
pub(super) fn ambiguous<'n>(names: impl Iterator<Item = &'n String>) -> Option<LoweredMapping> {
    let connections: Vec<LoweredConnection> = names
        .flat_map(|name| [name, name])
        .map(|name| LoweredConnection { name: name.clone(), sources: Vec::new(), combine: Combine::First })
        .collect();
    if connections.is_empty() {
        return None;
    }
    Some(LoweredMapping {
        name: String::new(),
        id: None,
        connections,
        incomplete: IncompletePolicy::Deny,
        unmatched: UnmatchedPolicy::Drop,
        ungranted: Policy::NoGroups,
        refresh: None,
        delimiters: 0,
        decomposed: Vec::new(),
        rules: Vec::new(),
        default: Vec::new(),
        application_defaults: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slice_of_moves_few_organizations_if_there_is_one_more() {
        let names: Vec<String> = (0..300).map(|number| format!("customer{number}")).collect();
        let slices = |count| names.iter().map(|name| slice_of(name, count)).collect::<Vec<_>>();
        let (three, four) = (slices(3), slices(4));
        for slice in 0..3 {
            let size = three.iter().filter(|it| **it == slice).count();
            assert!((70..130).contains(&size), "{size} of 300");
        }
        let moved: Vec<(&usize, &usize)> =
            three.iter().zip(&four).filter(|(before, after)| before != after).collect();
        assert!((45..105).contains(&moved.len()), "{} of 300", moved.len());
        assert!(moved.iter().all(|(_, after)| **after == 3), "only to the new one");
    }
}
