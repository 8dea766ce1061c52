//! The boundary between the engine and its host: calls and answers as bytes and words.
//!
//! A login crosses twice: [`route`] says which attribute to read, [`evaluate`] takes what was found there.
//! Every word is 32 bits, little-endian. Nothing of one call is left for the next: executions of an Action interleave.

use crate::bundle::Bundle;
use crate::bytes::Reader;
use crate::engine::{self, Place, Route};
use crate::evaluation::{Evaluation, Note, Outcome, Reason};
use crate::login::Value;

/// The word that stands for "none".
pub const NONE: u32 = u32::MAX;

/// Set in a route's second word if the login comes from nowhere we know; the rest of the word is the reason.
const CLOSED: u32 = 1 << 31;

/// Finds out where a login leads.
///
/// Call: organization id, connection name and client id, each a length ([`NONE`] if absent) and UTF-8.
/// Answer: two words to be handed to [`evaluate`], and the position of the source to read, or [`NONE`].
pub fn route(bundle: &Bundle<'_>, call: &[u8]) -> [u32; 3] {
    let mut reader = Reader::new(call);
    let mut text = || reader.optional_text();
    let (Some(organization), Some(connection), Some(client)) = (text(), text(), text()) else {
        return [NONE, CLOSED | Reason::EngineFailure as u32, NONE];
    };
    let route = engine::route(bundle, organization, connection, client);
    let place = match route.place {
        Place::Connection(at) => at,
        Place::Closed(reason) => CLOSED | reason as u32,
    };
    [route.application.unwrap_or(NONE), place, route.source(bundle).unwrap_or(NONE)]
}

/// Evaluates a login.
///
/// Call: the two words of [`route`], and the attribute as [`Value::decode`] reads it.
/// Answer, appended to `answer`: outcome (0 groups, 1 deny, 2 none), reason, application (or [`NONE`]),
/// groups received, rules fired, groups unmatched, number of notes, number of groups;
/// the notes, each with its count; the groups.
pub fn evaluate(bundle: &Bundle<'_>, call: &[u8], answer: &mut Vec<u32>) {
    match decode_call(bundle, call) {
        Some((route, attribute)) => {
            write(&engine::evaluate_routed(bundle, route, &attribute, |_, _| ()), answer);
        }
        // The shim writes no such call; if one arrives, nothing it says can be trusted.
        None => {
            let denied = Evaluation::without_rules(Outcome::Deny, Reason::EngineFailure, None);
            write(&denied, answer);
        }
    }
}

fn decode_call<'a>(bundle: &Bundle<'_>, call: &'a [u8]) -> Option<(Route, Value<'a>)> {
    let (handles, encoded) = call.split_at_checked(8)?;
    let mut reader = Reader::new(handles);
    let application = match reader.word()? {
        NONE => None,
        at => Some(bundle.application(at).map(|_| at)?),
    };
    let place = match reader.word()? {
        closed if closed & CLOSED != 0 => Place::Closed(*Reason::ALL.get((closed & !CLOSED) as usize)?),
        at => Place::Connection(bundle.connection(at).map(|_| at)?),
    };
    Some((Route { application, place }, Value::decode(encoded)?))
}

fn write(evaluation: &Evaluation<'_>, answer: &mut Vec<u32>) {
    answer.extend([
        evaluation.outcome as u32,
        evaluation.reason as u32,
        evaluation.application.unwrap_or(NONE),
        evaluation.received,
        evaluation.rules.len() as u32,
        evaluation.unmatched.len() as u32,
        evaluation.notes.len() as u32,
        evaluation.groups.len() as u32,
    ]);
    for (note, count) in &evaluation.notes {
        answer.extend([*note as u32, *count]);
    }
    answer.extend(&evaluation.groups);
}

/// An immutable text of the bundle or the engine: what the numbers of an answer stand for.
///
/// Kinds: 0 the digest, 1 a reason's code, 2 a target group's name, 3 an application's claim,
/// 4 a source's JSON Pointer, 5 a source's field (empty if its shape has none), 6 a note's code.
pub fn text(bundle: Option<&Bundle<'_>>, kind: u32, position: u32) -> Option<String> {
    let at = position as usize;
    Some(match kind {
        0 => bundle?.digest_hex(),
        1 => Reason::ALL.get(at)?.code().to_owned(),
        2 => bundle?.group_name(position)?.to_owned(),
        3 => bundle?.application(position)?.claim.to_owned(),
        4 => bundle?.source(position)?.from.to_owned(),
        5 => bundle?.source(position)?.field().unwrap_or_default().to_owned(),
        6 => Note::ALL.get(at)?.code().to_owned(),
        _ => return None,
    })
}
