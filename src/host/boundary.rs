//! The boundary between the engine and its host: calls and answers as bytes and words.
//!
//! A login crosses it twice: [`route`] answers what to fetch, [`evaluate`] takes the values. A word has 32 bits,
//! little-endian. The engine keeps nothing of a login between calls, because executions of an Action interleave.
//! docs/spec/boundary.md describes the calls.

use crate::bundle::application::Application;
use crate::bundle::block::Block;
use crate::bundle::block_settings::BlockTerms;
use crate::bundle::error::BundleError;
use crate::bundle::index::Bundle;
use crate::codec::reader::Reader;
use crate::codec::tags::text as kind;
use crate::codec::tags::word::CLOSED;
pub use crate::codec::tags::word::NONE;
use crate::engine::evaluate::{Bundles, evaluate_in};
use crate::engine::evaluation::Evaluation;
use crate::engine::route::{self, Destination, Route};
use crate::ids::{ApplicationId, ConnectionId, LookupId, OrganizationId, TargetId};
use crate::login::input::Input;
use crate::outcome::{Note, Outcome, Reason};

/// The answer of [`route`] to a malformed call: no mapping applies, and there is nothing to fetch.
pub const NO_ROUTE: [u32; 3] = [NONE, CLOSED | Reason::EngineFailure as u32, 0];

/// The answer of [`evaluate`] to a malformed call: the login is refused.
pub const REFUSAL: [u32; 8] = [Outcome::Deny as u32, Reason::EngineFailure as u32, NONE, 0, 0, 0, 0, 0];

/// What an engine has loaded: a platform, and the blocks of its customers that came later.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Loaded<'e, 'b> {
    /// The platform.
    pub platform: &'e Bundle<'b>,
    /// The blocks. The handle of the first is 1; 0 is the platform's own bundle.
    pub blocks: &'e [&'e Block<'b>],
}

impl<'e, 'b> Loaded<'e, 'b> {
    /// The block of a handle, none for the platform's own bundle; `None` if there is no such handle.
    fn block(self, handle: u32) -> Option<Option<&'e Block<'b>>> {
        match handle.checked_sub(1) {
            None => Some(None),
            Some(at) => self.blocks.get(at as usize).map(|block| Some(*block)),
        }
    }

    /// The bundle with the mappings of a handle.
    fn mapped(self, handle: u32) -> Option<&'e Bundle<'b>> {
        Some(self.block(handle)?.map_or(self.platform, |block| &block.bundle))
    }
}

impl<'e, 'b> From<&'e Bundle<'b>> for Loaded<'e, 'b> {
    fn from(platform: &'e Bundle<'b>) -> Self {
        Self { platform, blocks: &[] }
    }
}

/// Connects a block with a platform.
///
/// Call: the SHA-256 of the bundle's bytes after the header (32 bytes); the second in which the block was issued, and
/// whether its key may sign grants of protected groups, 0 or 1; the id of the organization, a length and UTF-8; the bundle.
///
/// # Errors
///
/// Why the block cannot be used: [`Reason::BlockVersion`] or [`Reason::BlockDamaged`].
pub fn load_block<'b>(platform: &Bundle<'_>, call: &'b [u8]) -> Result<Block<'b>, Reason> {
    let (digest, call) = call.split_first_chunk().ok_or(Reason::BlockDamaged)?;
    let mut reader = Reader::new(call);
    let mut terms = || Some((reader.word()?, reader.word()?, reader.optional_text()??));
    let (issued, protected, organization) = terms().ok_or(Reason::BlockDamaged)?;
    let bytes = reader.take(reader.remaining()).unwrap_or_default();
    let bundle = Bundle::decode_hashed(bytes, *digest).map_err(|error| match error {
        BundleError::Version(_) => Reason::BlockVersion,
        _ => Reason::BlockDamaged,
    })?;
    let terms = BlockTerms { organization, issued, may_grant_protected: protected == 1 };
    Block::new(platform, bundle, &terms).ok_or(Reason::BlockDamaged)
}

/// Finds the application and the mapping for a login.
///
/// Call: the handle of the block whose mapping applies, 0 for the platform's own; organization id, connection name and
/// client id, each a length ([`NONE`] if absent) and UTF-8.
/// Answer, appended to `answer`: two words to pass to [`evaluate`], the number of values to fetch, and their lookups.
pub fn route(loaded: Loaded<'_, '_>, call: &[u8], answer: &mut Vec<u32>) {
    let mut reader = Reader::new(call);
    let block = reader.word().and_then(|handle| loaded.block(handle));
    let mut text = || reader.optional_text();
    let (Some(block), Some(organization), Some(connection), Some(client)) = (block, text(), text(), text())
    else {
        answer.extend(NO_ROUTE);
        return;
    };
    let (route, bundle) = match block {
        Some(block) => (route::route_block(loaded.platform, block, connection, client), &block.bundle),
        None => (route::route(loaded.platform, organization, connection, client), loaded.platform),
    };
    let destination = match route.destination {
        Destination::Connection(connection) => connection.0,
        Destination::Closed(reason) => CLOSED | reason as u32,
    };
    let application = route.application.map_or(NONE, |application| application.0);
    answer.extend([application, destination, route.lookups(bundle).count() as u32]);
    answer.extend(route.lookups(bundle).map(|lookup| lookup.0));
}

/// Evaluates a login.
///
/// Call: the two words of [`route`], the handle of the block, and the time and the values as [`Input::decode`] reads them.
/// Answer, appended to `answer`: outcome (0 groups, 1 deny, 2 none), reason, application (or [`NONE`]),
/// groups received, rules fired, groups unmatched, number of notes, number of groups;
/// the notes, each with its count; the groups. If the application has a provenance claim: the organization, the number of
/// rules that fired, and the rules.
pub fn evaluate(loaded: Loaded<'_, '_>, call: &[u8], answer: &mut Vec<u32>) {
    match decode_call(loaded, call) {
        Some((route, block, input)) => {
            // One call for both: each closure would make a copy of the whole evaluation.
            let bundles = Bundles { platform: loaded.platform, block };
            let evaluation = evaluate_in(bundles, route, &input, |_| ());
            write(&evaluation, answer);
            let provenance =
                evaluation.application.and_then(|id| loaded.platform.application(id)?.provenance);
            if provenance.is_some() {
                let mapped = block.map_or(loaded.platform, |block| &block.bundle);
                let connection = route.destination.connection().and_then(|id| mapped.connection(id));
                let organization = connection.map_or(NONE, |connection| connection.organization.0);
                answer.extend([organization, evaluation.rules.len() as u32]);
                answer.extend(evaluation.rules.iter().map(|rule| rule.0));
            }
        }
        // The shim never makes a malformed call, so nothing in it can be trusted.
        None => answer.extend(REFUSAL),
    }
}

fn decode_call<'a, 'e, 'b>(
    loaded: Loaded<'e, 'b>,
    call: &'a [u8],
) -> Option<(Route, Option<&'e Block<'b>>, Input<'a>)> {
    let (handles, encoded) = call.split_at_checked(12)?;
    let mut reader = Reader::new(handles);
    let application = match reader.word()? {
        NONE => None,
        at => {
            loaded.platform.application(ApplicationId(at))?;
            Some(ApplicationId(at))
        }
    };
    let (destination, handle) = (reader.word()?, reader.word()?);
    let destination = match destination {
        closed if closed & CLOSED != 0 => Destination::Closed(*Reason::ALL.get((closed & !CLOSED) as usize)?),
        at => {
            loaded.mapped(handle)?.connection(ConnectionId(at))?;
            Destination::Connection(ConnectionId(at))
        }
    };
    Some((Route { application, destination }, loaded.block(handle)?, Input::decode(encoded)?))
}

fn write(evaluation: &Evaluation<'_>, answer: &mut Vec<u32>) {
    answer.extend([
        evaluation.outcome as u32,
        evaluation.reason as u32,
        evaluation.application.map_or(NONE, |application| application.0),
        evaluation.received,
        evaluation.rules.len() as u32,
        evaluation.unmatched.len() as u32,
        evaluation.notes.len() as u32,
        evaluation.groups.len() as u32,
    ]);
    for (note, count) in &evaluation.notes {
        answer.extend([*note as u32, *count]);
    }
    answer.extend(evaluation.groups.iter().map(|group| group.0));
}

/// The text for a number in an answer about a block, or if the handle is 0 about the platform's own mappings. It is the
/// same for the life of the bundle. Reasons, target groups, deliveries and notes are the platform's in any case.
///
/// Kinds: 1 a reason's code, 2 a target group's name, 3 how an application receives its groups, as JSON,
/// 4 a lookup, 5 what a host needs to verify blocks, as JSON, 6 a note's code, 7 + 16 × an organization: the id of one of its rules.
pub fn text(loaded: Option<Loaded<'_, '_>>, handle: u32, of: u32, position: u32) -> Option<String> {
    let at = position as usize;
    let platform = loaded.map(|loaded| loaded.platform);
    let mapped = || loaded?.mapped(handle);
    Some(match (of % kind::KINDS, of / kind::KINDS) {
        (kind::REASON, 0) => Reason::ALL.get(at)?.code().to_owned(),
        (kind::TARGET_GROUP, 0) => platform?.group_name(TargetId(position))?.to_owned(),
        (kind::DELIVERY, 0) => delivery(platform?.application(ApplicationId(position))?),
        (kind::LOOKUP, 0) => mapped()?.lookup(LookupId(position))?.describe(),
        (kind::BLOCKS, 0) => platform?.block_settings.as_ref()?.verification.to_owned(),
        (kind::NOTE, 0) => Note::ALL.get(at)?.code().to_owned(),
        (kind::RULE, organization) => {
            mapped()?.mapping(OrganizationId(organization))?.rules().get(at)?.id.to_owned()
        }
        _ => return None,
    })
}

/// `{"claim":"…","id":true,"access":true,"saml":null,"provenance":null,"joined":null}`
fn delivery(application: &Application<'_>) -> String {
    let mut json = String::from("{\"claim\":");
    push_string(&mut json, Some(application.claim));
    for (key, value) in [("id", application.id_token), ("access", application.access_token)] {
        push_key(&mut json, key);
        json.push_str(if value { "true" } else { "false" });
    }
    let texts = [
        ("saml", application.saml_attribute),
        ("provenance", application.provenance),
        ("joined", application.joined_by),
    ];
    for (key, value) in texts {
        push_key(&mut json, key);
        push_string(&mut json, value);
    }
    json.push('}');
    json
}

fn push_key(json: &mut String, key: &str) {
    for part in [",\"", key, "\":"] {
        json.push_str(part);
    }
}

/// The compiler allows no control characters in these names, so only two characters need a backslash.
fn push_string(json: &mut String, text: Option<&str>) {
    let Some(text) = text else { return json.push_str("null") };
    json.push('"');
    for char in text.chars() {
        if matches!(char, '"' | '\\') {
            json.push('\\');
        }
        json.push(char);
    }
    json.push('"');
}
