//! Writing bundles. [`Bundle::decode`](crate::Bundle::decode) reads them, and its module says how they are laid out.

mod condition;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

pub(crate) use self::read::OwnedLookup;
use crate::bundle::grant_expansion::Case;
use crate::bundle::index::{self, FORMAT_VERSION, MAGIC, OverLimit};
use crate::bundle::mapping::{self, IncompletePolicy, Policy, UnmatchedPolicy};
use crate::codec::writer::Writer;
use crate::language::model::{OwnedForm, OwnedShape, OwnedSource, Platform, Scalar, Test};
use crate::login::dn::AttributeOf;
use crate::login::source::{self, Absent, Combine};
use crate::matching::affix::Side;
use crate::matching::glob::Pattern;
use crate::patterns::domains;

/// A mapping whose names are resolved and whose patterns are lowered.
#[derive(Debug)]
pub(crate) struct LoweredMapping {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    pub(crate) connections: Vec<LoweredConnection>,
    pub(crate) incomplete: IncompletePolicy,
    pub(crate) unmatched: UnmatchedPolicy,
    pub(crate) refresh: Option<u32>,
    /// How many delimiters an exact name holds at most.
    pub(crate) delimiters: usize,
    /// Exact names in Unicode's normalization form D, where that is another, sorted.
    pub(crate) lookalikes: Vec<String>,
    pub(crate) rules: Vec<LoweredRule>,
    /// Positions in the registry.
    pub(crate) default: Vec<u32>,
}

#[derive(Debug)]
pub(crate) struct LoweredConnection {
    pub(crate) name: String,
    pub(crate) sources: Vec<OwnedSource>,
    pub(crate) combine: Combine,
}

#[derive(Debug, Default)]
pub(crate) struct LoweredRule {
    pub(crate) id: String,
    pub(crate) everyone: bool,
    pub(crate) excludes: bool,
    /// Positions in the registry.
    pub(crate) groups: Vec<u32>,
    pub(crate) templates: Vec<LoweredTemplate>,
    /// The rule's own patterns, of which one has to match, if there are any.
    pub(crate) own: Clause,
    pub(crate) all: Vec<Clause>,
    pub(crate) none: Vec<Clause>,
    pub(crate) condition: Option<LoweredCondition>,
    /// Seconds since 1970; 0 if it does not expire.
    pub(crate) expires: u32,
}

/// Patterns of which one has to match.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clause {
    pub(crate) plain: Lowered,
    /// Folded, for folded names.
    pub(crate) folded: Lowered,
    /// Regular expressions, and globs that are read as such, each as the engine decodes it.
    pub(crate) regexes: Vec<Vec<u8>>,
    /// Whether one of these is for folded names.
    pub(crate) regexes_are_folded: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Lowered {
    pub(crate) names: Vec<String>,
    pub(crate) patterns: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoweredTemplate {
    pub(crate) pieces: Vec<Piece>,
    /// The target groups that it may grant: positions in the registry, ascending.
    pub(crate) candidates: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(String),
    Capture { number: usize, case: Case },
}

/// A condition whose names are resolved.
#[derive(Clone, Debug)]
pub(crate) enum LoweredCondition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Connection(Vec<usize>),
    Application(Vec<usize>),
    User { fact: OwnedLookup, test: Test },
    EmailDomain(Vec<String>),
    Metadata { owner: OwnedLookup, fact: OwnedLookup, values: Vec<Scalar> },
    FalseIfUnknown(Box<Self>),
}

/// Writes the bundle of a platform.
///
/// The same meaning gives the same bytes: what has no order of its own is sorted.
pub(crate) fn encode(platform: &Platform, mut mappings: Vec<LoweredMapping>) -> Vec<u8> {
    mappings.sort_by(|left, right| left.name.cmp(&right.name));
    for mapping in &mut mappings {
        mapping.connections.sort_by(|left, right| left.name.cmp(&right.name));
        // Two rules of one id are what became of one rule: their order must not depend on the file's either.
        mapping
            .rules
            .sort_by_cached_key(|rule| (rule.id.clone(), rule.groups.clone(), rule.own.plain.names.clone()));
    }

    let mut body = Writer::default();
    body.flag(platform.policies.closed == Policy::Deny);
    body.flag(platform.policies.failure == Policy::Deny);
    body.list(&platform.applications, encode_application);
    body.list(&platform.groups, |body, group| {
        body.text(&group.name.value);
        body.list(&group.applications, |body, application| body.number(*application));
    });
    let position = |name: &str| {
        platform.groups.binary_search_by(|group| group.name.value.as_str().cmp(name)).unwrap_or_default()
    };
    let mut tiers: Vec<Vec<usize>> = platform
        .tiers
        .iter()
        .map(|tier| tier.groups.iter().map(|group| position(&group.value)).collect())
        .collect();
    tiers.sort();
    body.list(&tiers, |body, tier| body.list(tier, |body, group| body.number(*group)));

    // Most customers share what is read, and how: each is written once.
    let facts: Vec<Vec<OwnedLookup>> = mappings.iter().map(facts_of).collect();
    let of_sources = mappings.iter().flat_map(|mapping| &mapping.connections).flat_map(|it| &it.sources);
    let reads: BTreeSet<OwnedLookup> =
        of_sources.clone().map(OwnedLookup::of_source).chain(facts.iter().flatten().cloned()).collect();
    let reads: Vec<OwnedLookup> = reads.into_iter().collect();
    body.list(&reads, |body, read| {
        body.bytes.extend([read.base, read.options]);
        body.text(&read.pointer);
        body.text(&read.field);
        if !read.split.is_empty() {
            body.text(&read.split);
        }
    });
    let encode_source = |source: &OwnedSource| encode_source(source, &reads);
    let sources: BTreeSet<Vec<u8>> = of_sources.map(encode_source).collect();
    let sources: Vec<Vec<u8>> = sources.into_iter().collect();
    body.list(&sources, |body, source| body.bytes.extend(source));

    let blocks: Vec<Vec<u8>> =
        mappings.iter().zip(&facts).map(|(mapping, facts)| encode_mapping(mapping, facts)).collect();
    body.number(mappings.len());
    for ((mapping, facts), block) in mappings.iter().zip(&facts).zip(&blocks) {
        body.text(&mapping.name);
        body.text(mapping.id.as_deref().unwrap_or_default());
        body.list(&mapping.connections, |body, connection| {
            body.text(&connection.name);
            body.list(&connection.sources, |body, source| {
                body.number(sources.binary_search(&encode_source(source)).unwrap_or_default());
            });
            if connection.sources.len() > 1 {
                body.bytes.push(u8::from(connection.combine == Combine::All));
            }
        });
        body.list(facts, |body, fact| body.number(reads.binary_search(fact).unwrap_or_default()));
        body.number(block.len());
    }
    blocks.iter().for_each(|block| body.bytes.extend(block));

    let mut bundle = MAGIC.to_vec();
    bundle.push(FORMAT_VERSION);
    bundle.extend(Sha256::digest(&body.bytes));
    bundle.extend(body.bytes);
    bundle
}

fn encode_application(body: &mut Writer, application: &crate::language::model::Application) {
    body.text(&application.name.value);
    body.text(application.claim.as_ref().map(|claim| claim.value.as_str()).unwrap_or_default());
    let flags = [
        (application.tokens.id, index::ID_TOKEN),
        (application.tokens.access, index::ACCESS_TOKEN),
        (application.saml_attribute.is_some(), index::SAML),
        (application.provenance.is_some(), index::PROVENANCE),
    ];
    body.bytes.push(flags.into_iter().filter(|(on, _)| *on).map(|(_, flag)| flag).sum());
    for text in [&application.saml_attribute, &application.provenance].into_iter().flatten() {
        body.text(&text.value);
    }
    body.number(application.limits.groups as usize);
    body.number(application.limits.claim_bytes as usize);
    body.bytes.push(match application.limits.over {
        OverLimit::NoGroups => 0,
        OverLimit::Deny => 1,
        OverLimit::Truncate => 2,
    });
    let mut clients: Vec<_> = application.clients.iter().map(|client| &client.value).collect();
    clients.sort();
    body.list(&clients, |body, client| body.text(client));
}

fn encode_source(source: &OwnedSource, reads: &[OwnedLookup]) -> Vec<u8> {
    let mut writer = Writer::default();
    let read = OwnedLookup::of_source(source);
    writer.number(reads.binary_search(&read).unwrap_or_default());
    let (shape, text) = match &source.shape {
        OwnedShape::List | OwnedShape::Json(None) => (0, None),
        OwnedShape::ListOrString => (1, None),
        OwnedShape::Text => (2, None),
        OwnedShape::Delimited(delimiter) => (3, Some(delimiter)),
        OwnedShape::Objects(field) | OwnedShape::Json(Some(field)) => (4, Some(field)),
    };
    writer.bytes.push(shape);
    text.into_iter().for_each(|text| writer.text(text));
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    match &source.form {
        OwnedForm::Plain => writer.bytes.push(0),
        OwnedForm::DistinguishedName { attribute, of, below } => {
            writer.bytes.push(match of {
                AttributeOf::Entry => 1,
                AttributeOf::Parent => 5,
            });
            writer.text(attribute);
            writer.text(&optional(below));
        }
        OwnedForm::Domain { domain } => {
            writer.bytes.push(2);
            writer.text(&optional(domain));
        }
        OwnedForm::Email { domain } => {
            writer.bytes.push(3);
            let spellings = domain.as_deref().map(domains::spellings).unwrap_or_default();
            writer.list(&spellings, |writer, domain| writer.text(domain));
        }
        OwnedForm::Path => writer.bytes.push(4),
    }
    let flags = [
        (source.numbers, source::NUMBERS),
        (source.booleans, source::BOOLEANS),
        (source.trim, source::TRIM),
        (source.absent == Absent::Empty, source::EMPTY_IF_ABSENT),
        (!read.split.is_empty(), source::SPLIT),
    ];
    writer.bytes.push(flags.into_iter().filter(|(on, _)| *on).map(|(_, flag)| flag).sum());
    writer.number(source.cap.unwrap_or_default() as usize);
    writer.bytes
}

/// What a mapping's policies and conditions go by: what the refresh policy needs comes first.
fn facts_of(mapping: &LoweredMapping) -> Vec<OwnedLookup> {
    let mut facts = BTreeSet::new();
    for rule in &mapping.rules {
        if let Some(condition) = &rule.condition {
            condition.collect(&mut facts);
        }
    }
    let refresh =
        crate::engine::staleness::READS.iter().map(|(pointer, field)| OwnedLookup::event(*pointer, field));
    refresh.filter(|_| mapping.refresh.is_some()).chain(facts).collect()
}

fn encode_mapping(mapping: &LoweredMapping, facts: &[OwnedLookup]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.bytes.push(match mapping.incomplete {
        IncompletePolicy::NoGroups => 0,
        IncompletePolicy::Deny => 1,
        IncompletePolicy::UsePartial => 2,
    });
    writer.bytes.push(u8::from(mapping.unmatched == UnmatchedPolicy::Deny));
    writer.number(mapping.refresh.unwrap_or_default() as usize);
    writer.number(mapping.delimiters);
    writer.list(&mapping.lookalikes, |writer, name| writer.text(name));

    writer.number(mapping.rules.len());
    let mut clauses: Vec<&Clause> = mapping.rules.iter().map(|rule| &rule.own).collect();
    for rule in &mapping.rules {
        encode_rule(&mut writer, rule, facts);
        clauses.extend(rule.all.iter().chain(&rule.none));
    }
    writer.positions(&mapping.default);

    encode_patterns(&mut writer, &clauses, |clause| &clause.plain);
    // Where there is a matcher for folded names, the engine brings names into it.
    let folds = |clause: &&Clause| {
        clause.regexes_are_folded || !clause.folded.names.is_empty() || !clause.folded.patterns.is_empty()
    };
    let folded = clauses.iter().any(folds);
    writer.bytes.push(u8::from(folded));
    if folded {
        encode_patterns(&mut writer, &clauses, |clause| &clause.folded);
    }
    let of_clause = |(at, clause): (usize, &&Clause)| {
        clause.regexes.iter().map(|regex| (at, regex.clone())).collect::<Vec<_>>()
    };
    let mut regexes: Vec<(usize, Vec<u8>)> = clauses.iter().enumerate().flat_map(of_clause).collect();
    regexes.sort();
    regexes.dedup();
    writer.list(&regexes, |writer, (clause, regex)| {
        writer.number(*clause);
        writer.bytes.extend(regex);
    });
    writer.bytes
}

fn encode_rule(writer: &mut Writer, rule: &LoweredRule, facts: &[OwnedLookup]) {
    writer.text(&rule.id);
    let own = !rule.own.is_empty();
    let detailed = !rule.all.is_empty()
        || !rule.none.is_empty()
        || rule.condition.is_some()
        || rule.expires > 0
        || !rule.templates.is_empty();
    let flags = [
        (rule.everyone, mapping::EVERYONE),
        (rule.excludes, mapping::EXCLUDES),
        (detailed, mapping::DETAILED),
        (detailed && own, mapping::OWN),
    ];
    writer.bytes.push(flags.into_iter().filter(|(on, _)| *on).map(|(_, flag)| flag).sum());
    writer.positions(&rule.groups);
    if !detailed {
        return;
    }
    writer.number(rule.all.len());
    writer.number(rule.none.len());
    writer.number(rule.expires as usize);
    writer.bytes.push(u8::from(rule.condition.is_some()));
    if let Some(condition) = &rule.condition {
        condition.encode(writer, facts);
    }
    writer.list(&rule.templates, |writer, template| {
        writer.list(&template.pieces, |writer, piece| match piece {
            Piece::Literal(literal) => {
                writer.bytes.push(0);
                writer.text(literal);
            }
            Piece::Capture { number, case } => {
                writer.bytes.push(match case {
                    Case::AsIs => 1,
                    Case::Lower => 2,
                    Case::Upper => 3,
                });
                writer.number(*number);
            }
        });
        writer.positions(&template.candidates);
    });
}

impl Clause {
    pub(crate) fn len(&self) -> usize {
        let count = |lowered: &Lowered| lowered.names.len() + lowered.patterns.len();
        count(&self.plain) + count(&self.folded) + self.regexes.len()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn encode_patterns<'c>(writer: &mut Writer, clauses: &[&'c Clause], of: impl Fn(&'c Clause) -> &'c Lowered) {
    let (mut names, mut patterns) = (Vec::new(), Vec::new());
    for (position, clause) in clauses.iter().enumerate() {
        let lowered = of(clause);
        names.extend(lowered.names.iter().map(|name| (name.as_str(), position)));
        patterns.extend(lowered.patterns.iter().map(|pattern| (pattern.as_str(), position)));
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
    let head = |pattern: &Pattern<'_>, side: Side| side.head(side.window(pattern.literal(side)));
    let mut crowds: BTreeMap<(Side, u64), usize> = BTreeMap::new();
    for (pattern, ..) in decoded() {
        for side in [Side::Front, Side::Back] {
            *crowds.entry((side, head(&pattern, side))).or_default() += 1;
        }
    }
    let (mut front, mut back, mut anywhere) = (Vec::new(), Vec::new(), Vec::new());
    for (pattern, lowered, rule) in decoded() {
        let crowd = |side: Side| crowds.get(&(side, head(&pattern, side))).copied();
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
}
