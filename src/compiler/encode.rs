//! Writes bundles. [`Bundle::decode`](crate::Bundle::decode) reads them; docs/spec/bundle.md describes the format.

mod condition;
mod patterns;

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use self::patterns::encode_patterns;
use super::lowered::{Clause, ExpansionPiece, LoweredDefault, LoweredMapping, LoweredRule, OwnedLookup};
use crate::bundle::application::OverLimit;
use crate::bundle::grant_expansion::LetterCase;
use crate::bundle::policy::{IncompletePolicy, Policy, UnmatchedPolicy};
use crate::codec::tags::{
    FORMAT_VERSION, MAGIC, application, grant, lookup as fetch, mapping as mapping_flag, policy,
    rule as flag, source as tag,
};
use crate::codec::writer::Writer;
use crate::engine::staleness;
use crate::language::model::{Application, OwnedForm, OwnedShape, OwnedSkip, OwnedSource, Platform};
use crate::login::dn::AttributeOf;
use crate::login::lookup::{Base, ListBesideSplit};
use crate::login::source::{Absent, Combine};
use crate::patterns::domains;

/// A bundle, and how many of its bytes each organization takes.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) bundle: Vec<u8>,
    /// The organizations by name: the bytes of its entry in the index and of its mapping.
    pub(crate) organizations: Vec<(String, usize)>,
}

/// Writes the bundle of a platform in a tenant.
///
/// `block_settings` are encoded already; none if the platform takes no blocks.
///
/// The same meaning gives the same bytes: everything that has no order of its own is sorted.
pub(crate) fn encode(
    platform: &Platform,
    tenant: usize,
    mut mappings: Vec<LoweredMapping>,
    block_settings: Option<Vec<u8>>,
) -> Encoded {
    mappings.sort_by(|left, right| left.name.cmp(&right.name));
    for mapping in &mut mappings {
        mapping.connections.sort_by(|left, right| left.name.cmp(&right.name));
        // Rules with the same id are parts of one rule: their order must not depend on the file either.
        mapping
            .rules
            .sort_by_cached_key(|rule| (rule.id.clone(), rule.groups.clone(), rule.own.plain.names.clone()));
    }

    let mut body = Writer::default();
    for chosen in [platform.policies.closed, platform.policies.failure, platform.policies.ungranted] {
        body.bytes.push(match chosen {
            Policy::NoGroups => policy::NO_GROUPS,
            Policy::Deny => policy::DENY,
        });
    }
    body.list(&platform.applications, |body, application| encode_application(body, application, tenant));
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

    let includes = platform.groups.iter().enumerate();
    let includes =
        includes.flat_map(|(at, group)| group.included.iter().map(move |included| (at, *included)));
    body.list(&includes.collect::<Vec<_>>(), |body, (group, included)| {
        body.number(*group);
        body.number(*included);
    });
    body.flag(block_settings.is_some());
    body.bytes.extend(block_settings.unwrap_or_default());

    // Most customers share lookups and sources, so each is written once.
    let inputs: Vec<Vec<OwnedLookup>> = mappings.iter().map(inputs_of).collect();
    let of_sources = mappings.iter().flat_map(|mapping| &mapping.connections).flat_map(|it| &it.sources);
    let lookups: BTreeSet<OwnedLookup> =
        of_sources.clone().map(OwnedLookup::of_source).chain(inputs.iter().flatten().cloned()).collect();
    let lookups: Vec<OwnedLookup> = lookups.into_iter().collect();
    body.list(&lookups, |body, lookup| {
        body.bytes.push(match lookup.base {
            Base::Login => fetch::LOGIN,
            Base::User => fetch::USER,
            Base::Event => fetch::EVENT,
            Base::Provisioned => fetch::PROVISIONED,
        });
        body.flags(&[
            (lookup.json, fetch::JSON),
            (lookup.nfc, fetch::NFC),
            (lookup.overage, fetch::OVERAGE),
            (lookup.members, fetch::MEMBERS),
            (lookup.values, fetch::VALUES),
            (lookup.single, fetch::SINGLE),
            (lookup.nested, fetch::NESTED),
            (!lookup.split.is_empty(), fetch::SPLIT),
        ]);
        body.text(&lookup.pointer);
        body.text(&lookup.field);
        if !lookup.split.is_empty() {
            body.text(&lookup.split);
            body.bytes.push(match lookup.list {
                ListBesideSplit::Refused => fetch::LIST_REFUSED,
                ListBesideSplit::Whole => fetch::LIST_WHOLE,
                ListBesideSplit::Split => fetch::LIST_SPLIT,
            });
        }
    });
    let encode_source = |source: &OwnedSource| encode_source(source, &lookups);
    let sources: BTreeSet<Vec<u8>> = of_sources.map(encode_source).collect();
    let sources: Vec<Vec<u8>> = sources.into_iter().collect();
    body.list(&sources, |body, source| body.bytes.extend(source));

    let encoded: Vec<Vec<u8>> =
        mappings.iter().zip(&inputs).map(|(mapping, inputs)| encode_mapping(mapping, inputs)).collect();
    body.number(mappings.len());
    let mut organizations = Vec::with_capacity(mappings.len());
    for ((mapping, inputs), encoded) in mappings.iter().zip(&inputs).zip(&encoded) {
        let start = body.bytes.len();
        body.text(&mapping.name);
        body.text(mapping.id.as_deref().unwrap_or_default());
        body.list(&mapping.connections, |body, connection| {
            body.text(&connection.name);
            body.list(&connection.sources, |body, source| {
                body.number(sources.binary_search(&encode_source(source)).unwrap_or_default());
            });
            if connection.sources.len() > 1 {
                body.flag(connection.combine == Combine::All);
            }
        });
        body.list(inputs, |body, input| body.number(lookups.binary_search(input).unwrap_or_default()));
        body.number(encoded.len());
        organizations.push((mapping.name.clone(), body.bytes.len() - start + encoded.len()));
    }
    encoded.iter().for_each(|mapping| body.bytes.extend(mapping));

    let mut bundle = MAGIC.to_vec();
    bundle.push(FORMAT_VERSION);
    bundle.extend(Sha256::digest(&body.bytes));
    bundle.extend(body.bytes);
    Encoded { bundle, organizations }
}

fn encode_application(body: &mut Writer, application: &Application, tenant: usize) {
    body.text(&application.name.value);
    body.text(application.claim.as_ref().map(|claim| claim.value.as_str()).unwrap_or_default());
    let flags = [
        (application.tokens.id, application::ID_TOKEN),
        (application.tokens.access, application::ACCESS_TOKEN),
        (application.saml_attribute.is_some(), application::SAML),
        (application.provenance.is_some(), application::PROVENANCE),
        (application.ungranted == Policy::Deny, application::DENY_UNGRANTED),
        (application.joined_by.is_some(), application::JOINED),
    ];
    body.flags(&flags);
    for text in
        [&application.saml_attribute, &application.provenance, &application.joined_by].into_iter().flatten()
    {
        body.text(&text.value);
    }
    body.number(application.limits.groups as usize);
    body.number(application.limits.claim_bytes as usize);
    body.bytes.push(match application.limits.over {
        OverLimit::NoGroups => policy::NO_GROUPS,
        OverLimit::Deny => policy::DENY,
        OverLimit::Truncate => policy::TRUNCATE,
    });
    let mut clients: Vec<_> = application.clients_in(tenant).iter().map(|client| &client.value).collect();
    clients.sort();
    body.list(&clients, |body, client| body.text(client));
}

fn encode_source(source: &OwnedSource, lookups: &[OwnedLookup]) -> Vec<u8> {
    let mut writer = Writer::default();
    let lookup = OwnedLookup::of_source(source);
    writer.number(lookups.binary_search(&lookup).unwrap_or_default());
    let (shape, text) = match &source.shape {
        OwnedShape::ListOrString => (tag::LIST_OR_STRING, None),
        OwnedShape::Text => (tag::STRING, None),
        OwnedShape::Keys(having) => (tag::KEYS, Some(having.as_deref().unwrap_or_default())),
        shape => match (shape.delimiter(), shape.field()) {
            (Some(delimiter), _) => (tag::DELIMITED, Some(delimiter)),
            (_, Some(field)) => (tag::OBJECTS, Some(field)),
            (None, None) => (tag::LIST, None),
        },
    };
    writer.bytes.push(shape);
    text.into_iter().for_each(|text| writer.text(text));
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    match &source.form {
        OwnedForm::Plain => writer.bytes.push(tag::PLAIN),
        OwnedForm::DistinguishedName { attribute, of, below } => {
            writer.bytes.push(match of {
                AttributeOf::Entry => tag::DN_OF_ENTRY,
                AttributeOf::Parent => tag::DN_OF_PARENT,
            });
            writer.text(attribute);
            writer.text(&optional(below));
        }
        OwnedForm::Domain { domain } => {
            writer.bytes.push(tag::DOMAIN);
            writer.text(&optional(domain));
        }
        OwnedForm::Email { domain } => {
            writer.bytes.push(tag::EMAIL);
            let spellings = domain.as_deref().map(domains::spellings).unwrap_or_default();
            writer.list(&spellings, |writer, domain| writer.text(domain));
        }
        OwnedForm::Path => writer.bytes.push(tag::PATH),
    }
    let flags = [
        (source.numbers, tag::NUMBERS),
        (source.booleans, tag::BOOLEANS),
        (source.trim, tag::TRIM),
        (source.absent == Absent::Empty, tag::EMPTY_IF_ABSENT),
        (!lookup.split.is_empty(), tag::SPLIT),
        (source.null == Absent::Empty, tag::EMPTY_IF_NULL),
        (source.skip != OwnedSkip::default(), tag::SKIPS),
    ];
    writer.flags(&flags);
    if source.skip != OwnedSkip::default() {
        let OwnedSkip { nulls, without_form, names } = &source.skip;
        writer.flags(&[(*nulls, tag::SKIP_NULLS), (*without_form, tag::SKIP_WITHOUT_FORM)]);
        writer.list(names, |writer, name| writer.text(name));
    }
    writer.number(source.cap.unwrap_or_default() as usize);
    writer.bytes
}

/// The inputs of a mapping's policies and conditions. Those of the refresh policy come first.
pub(super) fn inputs_of(mapping: &LoweredMapping) -> Vec<OwnedLookup> {
    let mut inputs = BTreeSet::new();
    for rule in &mapping.rules {
        if let Some(condition) = &rule.condition {
            condition.collect(&mut inputs);
        }
    }
    let refresh: &[(&str, &str)] = if mapping.refresh.is_some() { &staleness::LOOKUPS } else { &[] };
    refresh.iter().map(|(pointer, field)| OwnedLookup::event(*pointer, field)).chain(inputs).collect()
}

/// Writes a mapping.
pub(super) fn encode_mapping(mapping: &LoweredMapping, inputs: &[OwnedLookup]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.bytes.push(match mapping.incomplete {
        IncompletePolicy::NoGroups => policy::NO_GROUPS,
        IncompletePolicy::Deny => policy::DENY,
        IncompletePolicy::UsePartial => policy::USE_PARTIAL,
    });
    writer.flags(&[
        (mapping.unmatched == UnmatchedPolicy::Deny, mapping_flag::DENY_UNMATCHED),
        (mapping.ungranted == Policy::Deny, mapping_flag::DENY_UNGRANTED),
    ]);
    writer.number(mapping.refresh.unwrap_or_default() as usize);
    writer.number(mapping.delimiters);
    writer.list(&mapping.decomposed, |writer, name| writer.text(name));

    writer.number(mapping.rules.len());
    let mut clauses: Vec<&Clause> = mapping.rules.iter().map(|rule| &rule.own).collect();
    for rule in &mapping.rules {
        encode_rule(&mut writer, rule, inputs);
        clauses.extend(rule.all.iter().chain(&rule.none));
    }
    writer.targets(&mapping.default);
    let mut defaults: Vec<&LoweredDefault> = mapping.application_defaults.iter().collect();
    defaults.sort_by_key(|default| default.application);
    writer.list(&defaults, |writer, default| {
        writer.number(default.application);
        writer.targets(&default.groups);
        let deciding = |(_, rule): &(usize, &LoweredRule)| !rule.excludes && default.rules.contains(&rule.id);
        let deciding: Vec<usize> =
            mapping.rules.iter().enumerate().filter(deciding).map(|(at, _)| at).collect();
        writer.list(&deciding, |writer, rule| writer.number(*rule));
    });

    encode_patterns(&mut writer, &clauses, |clause| &clause.plain);
    // The engine case-folds names if there is a matcher for them.
    let folds = |clause: &&Clause| {
        clause.regexes_are_folded || !clause.folded.names.is_empty() || !clause.folded.patterns.is_empty()
    };
    let folded = clauses.iter().any(folds);
    writer.flag(folded);
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

fn encode_rule(writer: &mut Writer, rule: &LoweredRule, inputs: &[OwnedLookup]) {
    writer.text(&rule.id);
    let own = !rule.own.is_empty();
    let compound = !rule.all.is_empty()
        || !rule.none.is_empty()
        || rule.condition.is_some()
        || rule.expires > 0
        || !rule.expansions.is_empty();
    let flags = [
        (rule.unconditional, flag::UNCONDITIONAL),
        (rule.excludes, flag::EXCLUDES),
        (compound, flag::COMPOUND),
        (compound && own, flag::OWN),
    ];
    writer.flags(&flags);
    writer.targets(&rule.groups);
    if !compound {
        return;
    }
    writer.number(rule.all.len());
    writer.number(rule.none.len());
    writer.number(rule.expires as usize);
    writer.flag(rule.condition.is_some());
    if let Some(condition) = &rule.condition {
        condition.encode(writer, inputs);
    }
    writer.list(&rule.expansions, |writer, expansion| {
        writer.list(&expansion.pieces, |writer, piece| match piece {
            ExpansionPiece::Literal(literal) => {
                writer.bytes.push(grant::LITERAL);
                writer.text(literal);
            }
            ExpansionPiece::Capture { number, case } => {
                writer.bytes.push(match case {
                    LetterCase::AsIs => grant::AS_IS,
                    LetterCase::Lower => grant::LOWER,
                    LetterCase::Upper => grant::UPPER,
                });
                writer.number(*number);
            }
        });
        writer.targets(&expansion.candidates);
    });
}
