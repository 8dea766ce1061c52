//! Writing bundles. [`Bundle::decode`](crate::Bundle::decode) reads them, and its module says how they are laid out.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::model::{From, OwnedShape, OwnedSource, Platform};
use crate::bundle::{FORMAT_VERSION, MAGIC};
use crate::mapping::{Policy, UnmatchedPolicy};
use crate::matcher::Side;
use crate::pattern::Pattern;
use crate::source::Absent;

/// A mapping whose names are resolved and whose globs are lowered.
#[derive(Debug)]
pub(crate) struct LoweredMapping {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    pub(crate) connections: Vec<(String, OwnedSource)>,
    pub(crate) incomplete: Policy,
    pub(crate) unmatched: UnmatchedPolicy,
    pub(crate) rules: Vec<LoweredRule>,
}

#[derive(Debug)]
pub(crate) struct LoweredRule {
    pub(crate) id: String,
    pub(crate) everyone: bool,
    /// Positions in the registry.
    pub(crate) grants: Vec<u32>,
    pub(crate) names: Vec<String>,
    pub(crate) patterns: Vec<String>,
}

/// Writes the bundle of a platform.
///
/// The same meaning gives the same bytes: what has no order of its own is sorted.
pub(crate) fn encode(platform: &Platform, mut mappings: Vec<LoweredMapping>) -> Vec<u8> {
    mappings.sort_by(|left, right| left.name.cmp(&right.name));

    let mut body = Writer::default();
    body.policy(platform.policies.closed);
    body.policy(platform.policies.failure);

    body.number(platform.applications.len());
    for application in &platform.applications {
        body.text(&application.name.text);
        body.text(application.claim.as_ref().map(|claim| claim.text.as_str()).unwrap_or_default());
        let mut clients: Vec<_> = application.clients.iter().map(|client| &client.text).collect();
        clients.sort();
        body.number(clients.len());
        clients.into_iter().for_each(|client| body.text(client));
    }

    body.number(platform.groups.len());
    for group in &platform.groups {
        body.text(&group.name.text);
        body.number(group.applications.len());
        group.applications.iter().for_each(|application| body.number(*application));
    }

    // Most customers share a source: each is written once.
    let mut sources: Vec<Vec<u8>> = mappings
        .iter()
        .flat_map(|mapping| mapping.connections.iter().map(|(_, source)| encode_source(source)))
        .collect();
    sources.sort();
    sources.dedup();
    body.number(sources.len());
    sources.iter().for_each(|source| body.bytes.extend(source));

    let blocks: Vec<Vec<u8>> = mappings.iter().map(encode_mapping).collect();
    body.number(mappings.len());
    for (mapping, block) in mappings.iter_mut().zip(&blocks) {
        body.text(&mapping.name);
        body.text(mapping.id.as_deref().unwrap_or_default());
        mapping.connections.sort_by(|left, right| left.0.cmp(&right.0));
        body.number(mapping.connections.len());
        for (name, source) in &mapping.connections {
            body.text(name);
            body.number(sources.binary_search(&encode_source(source)).unwrap_or_default());
        }
        body.number(block.len());
    }
    blocks.iter().for_each(|block| body.bytes.extend(block));

    let mut bundle = MAGIC.to_vec();
    bundle.push(FORMAT_VERSION);
    bundle.extend(Sha256::digest(&body.bytes));
    bundle.extend(body.bytes);
    bundle
}

fn encode_source(source: &OwnedSource) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.text(match &source.from {
        From::Attribute { pointer, .. } => pointer,
        From::Provisioned => "/provisioned",
    });
    match &source.shape {
        OwnedShape::List => writer.bytes.push(0),
        OwnedShape::ListOrString | OwnedShape::Text | OwnedShape::Json(_) => writer.bytes.push(1),
        OwnedShape::Delimited(delimiter) => {
            writer.bytes.push(2);
            writer.text(delimiter);
        }
        OwnedShape::Objects(field) => {
            writer.bytes.push(3);
            writer.text(field);
        }
    }
    writer.bytes.push(match source.absent {
        Absent::Incomplete => 0,
        Absent::Empty => 1,
    });
    writer.bytes
}

fn encode_mapping(mapping: &LoweredMapping) -> Vec<u8> {
    let mut rules: Vec<&LoweredRule> = mapping.rules.iter().collect();
    rules.sort_by(|left, right| left.id.cmp(&right.id));

    let mut writer = Writer::default();
    writer.policy(mapping.incomplete);
    writer.bytes.push(match mapping.unmatched {
        UnmatchedPolicy::Drop => 0,
        UnmatchedPolicy::Deny => 1,
    });
    writer.number(rules.len());
    let (mut names, mut patterns) = (Vec::new(), Vec::new());
    for (position, rule) in rules.iter().enumerate() {
        writer.text(&rule.id);
        writer.bytes.push(u8::from(rule.everyone));
        let mut grants = rule.grants.clone();
        grants.sort_unstable();
        grants.dedup();
        writer.number(grants.len());
        grants.iter().for_each(|group| writer.number(*group as usize));
        names.extend(rule.names.iter().map(|name| (name.as_str(), position)));
        patterns.extend(rule.patterns.iter().map(|pattern| (pattern.as_str(), position)));
    }

    names.sort_unstable();
    names.dedup();
    writer.patterns(&names);
    patterns.sort_unstable();
    patterns.dedup();
    // Each goes where fewer others begin with the same word: those are what a name is held against.
    let decoded = || {
        // The compiler lowered them itself: they are well-formed.
        patterns.iter().filter_map(|(lowered, rule)| Some((Pattern::decode(lowered)?, *lowered, *rule)))
    };
    let mut crowds: BTreeMap<(Side, u64), usize> = BTreeMap::new();
    for (pattern, ..) in decoded() {
        for side in [Side::Front, Side::Back] {
            *crowds.entry((side, side.word(side.literal(&pattern)))).or_default() += 1;
        }
    }
    let (mut front, mut back, mut anywhere) = (Vec::new(), Vec::new(), Vec::new());
    for (pattern, lowered, rule) in decoded() {
        let crowd = |side: Side| crowds.get(&(side, side.word(side.literal(&pattern)))).copied();
        let (prefix, suffix) = (pattern.prefix(), pattern.suffix());
        let by_front = (crowd(Side::Front), suffix.len()) <= (crowd(Side::Back), prefix.len());
        match (prefix.is_empty(), suffix.is_empty()) {
            (true, true) => anywhere.push((lowered, rule)),
            (false, true) => front.push((prefix, lowered, rule)),
            (false, false) if by_front => front.push((prefix, lowered, rule)),
            _ => back.push((suffix, lowered, rule)),
        }
    }
    for (mut filed, side) in [(front, Side::Front), (back, Side::Back)] {
        filed.sort_by(|left, right| {
            side.compare(left.0, right.0).then((left.1, left.2).cmp(&(right.1, right.2)))
        });
        let filed: Vec<_> = filed.into_iter().map(|(_, lowered, rule)| (lowered, rule)).collect();
        writer.patterns(&filed);
    }
    writer.patterns(&anywhere);
    writer.bytes
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn number(&mut self, value: usize) {
        let mut left = value;
        while left >= 0x80 {
            self.bytes.push((left & 0x7f) as u8 | 0x80);
            left >>= 7;
        }
        self.bytes.push(left as u8);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.bytes.extend(text.as_bytes());
    }

    fn policy(&mut self, policy: Policy) {
        self.bytes.push(match policy {
            Policy::NoGroups => 0,
            Policy::Deny => 1,
        });
    }

    fn patterns(&mut self, patterns: &[(&str, usize)]) {
        self.number(patterns.len());
        for (text, rule) in patterns {
            self.number(*rule);
            self.text(text);
        }
    }
}
