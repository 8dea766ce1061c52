//! The boundary between the engine and its host: calls and answers as bytes and words.
//!
//! A login crosses twice: [`route`] says what to read, [`evaluate`] takes what was found there.
//! Every word is 32 bits, little-endian. Nothing of one call is left for the next: executions of an Action interleave.

use crate::bundle::index::{Application, Bundle};
use crate::codec::reader::Reader;
use crate::engine::evaluate::{self, Place, Route};
use crate::engine::evaluation::Evaluation;
use crate::login::input::Input;
use crate::outcome::{Note, Outcome, Reason};

/// The word that stands for "none".
pub const NONE: u32 = u32::MAX;

/// Set in a route's second word if the login comes from nowhere we know; the rest of the word is the reason.
const CLOSED: u32 = 1 << 31;

/// What [`route`] answers to a call that it cannot read: nowhere, and nothing is to be read.
pub const NO_ROUTE: [u32; 3] = [NONE, CLOSED | Reason::EngineFailure as u32, 0];

/// What [`evaluate`] answers to a call that it cannot read: the login is refused.
pub const REFUSAL: [u32; 8] = [Outcome::Deny as u32, Reason::EngineFailure as u32, NONE, 0, 0, 0, 0, 0];

/// Finds out where a login leads.
///
/// Call: organization id, connection name and client id, each a length ([`NONE`] if absent) and UTF-8.
/// Answer, appended to `answer`: two words to be handed to [`evaluate`], how many values are to be read for it, and
/// the positions of their reads.
pub fn route(bundle: &Bundle<'_>, call: &[u8], answer: &mut Vec<u32>) {
    let mut reader = Reader::new(call);
    let mut text = || reader.optional_text();
    let (Some(organization), Some(connection), Some(client)) = (text(), text(), text()) else {
        answer.extend(NO_ROUTE);
        return;
    };
    let route = evaluate::route(bundle, organization, connection, client);
    let place = match route.place {
        Place::Connection(at) => at,
        Place::Closed(reason) => CLOSED | reason as u32,
    };
    answer.extend([route.application.unwrap_or(NONE), place, route.reads(bundle).count() as u32]);
    answer.extend(route.reads(bundle));
}

/// Evaluates a login.
///
/// Call: the two words of [`route`], and the time and the values as [`Input::decode`] reads them.
/// Answer, appended to `answer`: outcome (0 groups, 1 deny, 2 none), reason, application (or [`NONE`]),
/// groups received, rules fired, groups unmatched, number of notes, number of groups;
/// the notes, each with its count; the groups. If the application is told where its groups come from: the position
/// of the organization, the number of rules that fired, and their positions.
pub fn evaluate(bundle: &Bundle<'_>, call: &[u8], answer: &mut Vec<u32>) {
    match decode_call(bundle, call) {
        Some((route, input)) => {
            let evaluation = evaluate::evaluate_routed(bundle, route, &input, |_| ());
            write(&evaluation, answer);
            let told = evaluation.application.and_then(|at| bundle.application(at)?.provenance);
            if told.is_some() {
                let organization = match route.place {
                    Place::Connection(at) => bundle.connection(at).map(|connection| connection.organization),
                    Place::Closed(_) => None,
                };
                answer.extend([organization.unwrap_or(NONE), evaluation.rules.len() as u32]);
                answer.extend(&evaluation.rules);
            }
        }
        // The shim writes no such call; if one arrives, nothing it says can be trusted.
        None => answer.extend(REFUSAL),
    }
}

fn decode_call<'a>(bundle: &Bundle<'_>, call: &'a [u8]) -> Option<(Route, Input<'a>)> {
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
    Some((Route { application, place }, Input::decode(encoded)?))
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
/// Kinds: 1 a reason's code, 2 a target group's name, 3 how an application is told its groups, as JSON,
/// 4 a read, 6 a note's code, 7 + 16 x an organization's position: the id of one of its rules.
pub fn text(bundle: Option<&Bundle<'_>>, kind: u32, position: u32) -> Option<String> {
    let at = position as usize;
    Some(match (kind % 16, kind / 16) {
        (1, 0) => Reason::ALL.get(at)?.code().to_owned(),
        (2, 0) => bundle?.group_name(position)?.to_owned(),
        (3, 0) => delivery(bundle?.application(position)?),
        (4, 0) => bundle?.read(position)?.describe(),
        (6, 0) => Note::ALL.get(at)?.code().to_owned(),
        (7, organization) => bundle?.mapping(organization)?.rules().get(at)?.id.to_owned(),
        _ => return None,
    })
}

/// `{"claim":"…","id":true,"access":true,"saml":null,"provenance":null}`
fn delivery(application: &Application<'_>) -> String {
    let mut json = String::from("{\"claim\":");
    push_string(&mut json, Some(application.claim));
    for (key, value) in [("id", application.id_token), ("access", application.access_token)] {
        push_key(&mut json, key);
        json.push_str(if value { "true" } else { "false" });
    }
    for (key, value) in [("saml", application.saml_attribute), ("provenance", application.provenance)] {
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

/// The compiler lets no control characters into these names, so that two characters need a backslash.
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
