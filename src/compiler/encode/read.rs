//! What a host reads of an event, as the bundle says it.

use crate::language::model::{From, OwnedShape, OwnedSource};
use crate::login::lookup;
use crate::login::source::Identity;

/// A [`Lookup`](crate::Lookup) that owns its texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OwnedLookup {
    pub(super) base: u8,
    pub(super) options: u8,
    pub(super) pointer: String,
    pub(super) field: String,
    pub(super) split: String,
}

impl OwnedLookup {
    /// An attribute of the user: of the identity that logged in, or, with what Auth0 keeps for it, of the user.
    pub(crate) fn attribute(pointer: &str) -> Self {
        let base = if pointer.starts_with("/app_metadata/") { USER } else { LOGIN };
        Self { base, options: 0, pointer: pointer.to_owned(), field: String::new(), split: String::new() }
    }

    /// A member of the event.
    pub(crate) fn event(pointer: impl Into<String>, field: &str) -> Self {
        let (pointer, field) = (pointer.into(), field.to_owned());
        Self { base: EVENT, options: 0, pointer, field, split: String::new() }
    }

    pub(super) fn of_source(source: &OwnedSource) -> Self {
        let (base, pointer) = match &source.from {
            From::Attribute { pointer, identity: Identity::Primary } => (USER, pointer.clone()),
            From::Attribute { pointer, .. } => (Self::attribute(pointer).base, pointer.clone()),
            From::Provisioned => (PROVISIONED, String::new()),
        };
        let field = match &source.shape {
            OwnedShape::Objects(field) | OwnedShape::Json(Some(field)) => field.clone(),
            _ => String::new(),
        };
        // Composing can make a delimiter of another character, so the host splits first.
        let split = match &source.shape {
            OwnedShape::Delimited(delimiter) if source.nfc => delimiter.clone(),
            _ => String::new(),
        };
        let options = [
            (matches!(source.shape, OwnedShape::Json(_)), lookup::JSON),
            (source.nfc, lookup::NFC),
            (source.overage, lookup::OVERAGE),
            (!split.is_empty(), lookup::SPLIT),
        ];
        let options = options.into_iter().filter(|(on, _)| *on).map(|(_, option)| option).sum();
        Self { base, options, pointer, field, split }
    }
}

/// The numbers of [`Base`](crate::Base).
const LOGIN: u8 = 0;
const USER: u8 = 1;
const EVENT: u8 = 2;
const PROVISIONED: u8 = 3;
