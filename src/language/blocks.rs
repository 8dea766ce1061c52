//! `blocks`: which keys sign the mappings that travel in the metadata of Auth0 organizations.

use core::ops::Range;
use std::collections::BTreeMap;

use super::date::read_date_of;
use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::{BLOCKS, FLOORS, SIGNING_KEY};
use super::model::{Blocks, SigningKey, TargetGroup};
use super::name_checks::{check_id, check_known};
use super::organization::is_organization_id;
use super::signing_key::MetadataWriter;
use super::subject::Subject;
use super::suggestions::{nearest, word_list};
use super::tenants::Tenants;
use super::values::read_members;
use super::yaml::{Node, Spanned};
use crate::diagnostic::Code;
use crate::text::public_key::{CHARACTERS, NotPublicKey, parse_public_key};

/// What a platform has that its settings for blocks refer to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'p> {
    pub(super) tenants: &'p Tenants,
    pub(super) groups: &'p [TargetGroup],
    /// The names of the mappings.
    pub(super) organizations: &'p [&'p str],
}

impl Blocks {
    /// Reads `blocks` of a platform.
    pub(super) fn read(
        platform: &Fields<'_>,
        known: Known<'_>,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Self> {
        let node = platform.get("blocks")?;
        if let Some(key) = platform.key_span("blocks")
            && platform.is_missing("tenants")
        {
            let message = "`blocks` needs the key `tenants`: each block says for which tenant's domain it is";
            sink.report(Code::MissingKey, key, message, None);
            sink.help_last(
                "add `tenants: { production: { domain: … } }`, with the domain that Auth0 gave to the tenant",
            );
        }
        let fields = Fields::read(node, &BLOCKS, sink)?;
        let writer = fields.choice("writer", &MetadataWriter::WORDS, sink).unwrap_or(MetadataWriter::Api);
        let keys = fields.require("keys", sink).map(|node| read_keys(node, known, sink)).unwrap_or_default();
        let embedded =
            fields.get("embedded").map(|_| fields.some_texts("embedded", sink)).unwrap_or_default();
        for organization in &embedded {
            check_organization(organization, known, sink);
        }
        let floor = fields.get("floor").and_then(|node| read_floor(node, "floor", sink));
        let (mut organization_floors, mut group_floors) = (Vec::new(), Vec::new());
        if let Some(floors) = fields.get("floors").and_then(|node| Fields::read(node, &FLOORS, sink)) {
            organization_floors = read_floors(&floors, "organizations", sink, |name, sink| {
                check_floored_organization(name, known, sink);
            });
            group_floors = read_floors(&floors, "groups", sink, |name, sink| {
                let groups = || known.groups.iter().map(|group| group.name.value.as_str());
                let problem = (Code::UnknownGroup, "the registry has no target group");
                check_known(name, groups, problem, sink);
            });
        }
        Some(Self { writer, keys, embedded, floor, organization_floors, group_floors })
    }
}

fn check_organization(name: &Spanned<String>, known: Known<'_>, sink: &mut DiagnosticSink<'_>) {
    // If there are none, that is reported.
    if !known.organizations.is_empty() {
        let problem = (Code::UnknownOrganization, "no mapping describes the organization");
        check_known(name, || known.organizations.iter().copied(), problem, sink);
    }
}

/// A floor outlives the mapping: the old blocks of a customer who has left must stay refused.
fn check_floored_organization(name: &Spanned<String>, known: Known<'_>, sink: &mut DiagnosticSink<'_>) {
    if is_organization_id(&name.value) {
        return;
    }
    let found = sink.list.len();
    check_organization(name, known, sink);
    if sink.list.len() > found && nearest(&name.value, known.organizations.iter().copied()).is_none() {
        sink.help_last(
            "if the customer has left, write the id of its Auth0 organization, such as `org_…`, in place of the name; without the floor, an old block would count again",
        );
    }
}

fn read_keys(node: &Node, known: Known<'_>, sink: &mut DiagnosticSink<'_>) -> Vec<SigningKey> {
    let mut keys = Vec::new();
    let mut seen: BTreeMap<[u8; 32], Range<usize>> = BTreeMap::new();
    let Some(members) = read_members(node, Subject::Key("keys"), sink) else { return keys };
    if members.is_empty() {
        sink.report(Code::EmptyList, &node.span, "`keys` has no key", None);
        sink.help_last("add the lines that `claimsmith keys new` prints, or remove `blocks`");
    }
    for (name, node) in members {
        check_id(name, "name of a key", sink);
        let Some(fields) = Fields::read(node, &SIGNING_KEY, sink) else { continue };
        let public = fields.require_text("public", sink).and_then(|text| read_public(&fields, &text, sink));
        let tenant = read_tenant(name, &fields, known.tenants, sink);
        let organizations = fields.get("organizations").map(|_| fields.some_texts("organizations", sink));
        for organization in organizations.iter().flatten() {
            check_organization(organization, known, sink);
        }
        let protected = fields.boolean("protected", sink).is_some_and(|(protected, _)| protected);
        let (Some((public, span)), Some(tenant)) = (public, tenant) else { continue };
        if let Some(first) = seen.insert(public, span.clone()) {
            let message = "this public key already belongs to a signing key";
            sink.report_related(Code::InvalidValue, &span, message, (&first, "first here"));
            sink.help_last(
                "remove one of the two; a key serves one tenant only, so make another with `claimsmith keys new` for another tenant",
            );
        }
        keys.push(SigningKey { name: name.clone(), public, tenant, organizations, protected });
    }
    keys.sort_by(|left, right| left.name.value.cmp(&right.name.value));
    keys
}

/// The position of the tenant that a key serves.
fn read_tenant(
    name: &Spanned<String>,
    fields: &Fields<'_>,
    tenants: &Tenants,
    sink: &mut DiagnosticSink<'_>,
) -> Option<usize> {
    if tenants.is_incomplete() || tenants.declared.is_empty() {
        fields.text("tenant", sink);
        return None;
    }
    if fields.get("tenant").is_some() {
        let tenant = fields.text("tenant", sink)?;
        let problem = (Code::UnknownTenant, "the platform declares no tenant");
        check_known(&tenant, || tenants.names(), problem, sink);
        return tenants.names().position(|known| known == tenant.value);
    }
    if tenants.count() == 1 {
        return Some(0);
    }
    if fields.is_missing("tenant") {
        let names = word_list(tenants.names());
        let message = format!("the signing key `{}` names no tenant", name.value.escape_debug());
        let help = format!(
            "add `tenant`, with the one whose blocks it signs: {names}; each tenant has keys of its own"
        );
        sink.report(Code::MissingTenant, &name.span, message, help);
    }
    None
}

/// How to make a key.
const MAKE: &str = "make a key with `claimsmith keys new`, and copy the line that it prints";

/// Reads a public key. No message repeats the text: it could be a private key.
fn read_public(
    fields: &Fields<'_>,
    text: &Spanned<String>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<([u8; 32], Range<usize>)> {
    let problem = match parse_public_key(&text.value) {
        Ok(key) => return Some((key, text.span.clone())),
        Err(problem) => problem,
    };
    let (message, help) = match problem {
        NotPublicKey::Private => (
            "`public` has a private key".to_owned(),
            "remove it, and do not use this key again, because it is in a file that others read: make another with \
             `claimsmith keys new`, and copy the line that it prints"
                .to_owned(),
        ),
        NotPublicKey::Fingerprint => {
            ("`public` has the fingerprint of a key".to_owned(), "write the line of its `.pub` file".to_owned())
        }
        NotPublicKey::OtherType(kind) => {
            (format!("a key of type `{kind}` cannot sign blocks"), format!("{MAKE}; its type is `ssh-ed25519`"))
        }
        NotPublicKey::NoType => (
            "`public` is not a public key of type `ssh-ed25519`".to_owned(),
            "write the line of the key's `.pub` file, which begins with `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI`".to_owned(),
        ),
        NotPublicKey::ControlCharacters => (
            "`public` has line breaks or control characters".to_owned(),
            "write the line of the key's `.pub` file beside `public:`, on the same line".to_owned(),
        ),
        NotPublicKey::Length(length) => (
            format!("the key after `ssh-ed25519` has {length} characters in place of {CHARACTERS}"),
            "copy the whole line of the key's `.pub` file".to_owned(),
        ),
        NotPublicKey::Damaged => (
            "the key after `ssh-ed25519` is damaged".to_owned(),
            "copy the line of the key's `.pub` file again".to_owned(),
        ),
        NotPublicKey::Weak => ("signatures of this key can be made by anyone".to_owned(), MAKE.to_owned()),
    };
    let place = match problem {
        NotPublicKey::Private => fields.key_span("public").unwrap_or(&text.span),
        _ => &text.span,
    };
    sink.report(Code::InvalidValue, place, message, help);
    None
}

fn read_floors(
    fields: &Fields<'_>,
    key: &str,
    sink: &mut DiagnosticSink<'_>,
    check: impl Fn(&Spanned<String>, &mut DiagnosticSink<'_>),
) -> Vec<(Spanned<String>, Spanned<u32>)> {
    let mut floors = Vec::new();
    let Some(node) = fields.get(key) else { return floors };
    for (name, node) in read_members(node, Subject::Key(key), sink).unwrap_or_default() {
        check(name, sink);
        let key = name.value.escape_debug().to_string();
        floors.extend(read_floor(node, &key, sink).map(|floor| (name.clone(), floor)));
    }
    floors.sort_by(|(left, _), (right, _)| left.value.cmp(&right.value));
    floors
}

/// Reads a floor. Part of a second is rounded up, so that no block from before it passes.
fn read_floor(node: &Node, key: &str, sink: &mut DiagnosticSink<'_>) -> Option<Spanned<u32>> {
    let (seconds, date) = read_date_of(node, key, sink)?;
    Some(Spanned { span: date.span, value: seconds.ceil() as u32 })
}
