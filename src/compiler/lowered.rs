//! The intermediate form between lowering and encoding: names are resolved, patterns are what the engine matches.

use crate::bundle::grant_expansion::Case;
use crate::bundle::mapping::{IncompletePolicy, UnmatchedPolicy};
use crate::codec::tags::lookup as tag;
use crate::language::model::{From, OwnedShape, OwnedSource, Scalar, Test};
use crate::login::source::{Combine, Identity};

/// A mapping whose names are resolved and whose patterns are lowered.
#[derive(Debug)]
pub(crate) struct LoweredMapping {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    pub(crate) connections: Vec<LoweredConnection>,
    pub(crate) incomplete: IncompletePolicy,
    pub(crate) unmatched: UnmatchedPolicy,
    pub(crate) refresh: Option<u32>,
    /// The most delimiters that an exact name contains.
    pub(crate) delimiters: usize,
    /// Exact names in Unicode's normalization form D where it differs, sorted.
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
    pub(crate) unconditional: bool,
    pub(crate) excludes: bool,
    /// Positions in the registry.
    pub(crate) groups: Vec<u32>,
    pub(crate) expansions: Vec<LoweredExpansion>,
    /// The rule's own patterns. If there are any, one of them has to match.
    pub(crate) own: Clause,
    pub(crate) all: Vec<Clause>,
    pub(crate) none: Vec<Clause>,
    pub(crate) condition: Option<LoweredCondition>,
    /// Seconds since 1970; 0 if it does not expire.
    pub(crate) expires: u32,
}

/// A set of patterns, one of which has to match.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clause {
    pub(crate) plain: Lowered,
    /// Case-folded, for case-folded names.
    pub(crate) folded: Lowered,
    /// Regular expressions, and globs that are run as such, each as the engine decodes it.
    pub(crate) regexes: Vec<Vec<u8>>,
    /// Whether one of these is for case-folded names.
    pub(crate) regexes_are_folded: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Lowered {
    pub(crate) names: Vec<String>,
    pub(crate) patterns: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoweredExpansion {
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
    User { input: OwnedLookup, test: Test },
    EmailDomain(Vec<String>),
    Metadata { owner: OwnedLookup, input: OwnedLookup, values: Vec<Scalar> },
    FalseIfUnknown(Box<Self>),
}

/// A [`Lookup`](crate::Lookup) that owns its texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OwnedLookup {
    pub(crate) base: u8,
    pub(crate) options: u8,
    pub(crate) pointer: String,
    pub(crate) field: String,
    pub(crate) split: String,
}

impl OwnedLookup {
    /// An attribute of the user: of the identity that logged in, or, with what Auth0 keeps for it, of the user.
    pub(crate) fn attribute(pointer: &str) -> Self {
        let base = if pointer.starts_with("/app_metadata/") { tag::USER } else { tag::LOGIN };
        Self { base, options: 0, pointer: pointer.to_owned(), field: String::new(), split: String::new() }
    }

    /// A member of the event.
    pub(crate) fn event(pointer: impl Into<String>, field: &str) -> Self {
        let (pointer, field) = (pointer.into(), field.to_owned());
        Self { base: tag::EVENT, options: 0, pointer, field, split: String::new() }
    }

    pub(crate) fn of_source(source: &OwnedSource) -> Self {
        let (base, pointer) = match &source.from {
            From::Attribute { pointer, identity: Identity::Primary } => (tag::USER, pointer.clone()),
            From::Attribute { pointer, .. } => (Self::attribute(pointer).base, pointer.clone()),
            From::Provisioned => (tag::PROVISIONED, String::new()),
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
            (matches!(source.shape, OwnedShape::Json(_)), tag::JSON),
            (source.nfc, tag::NFC),
            (source.overage, tag::OVERAGE),
            (!split.is_empty(), tag::SPLIT),
        ];
        let options = options.into_iter().filter(|(on, _)| *on).map(|(_, option)| option).sum();
        Self { base, options, pointer, field, split }
    }
}

impl Clause {
    pub(crate) fn len(&self) -> usize {
        let count = |lowered: &Lowered| lowered.names.len() + lowered.patterns.len();
        count(&self.plain) + count(&self.folded) + self.regexes.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
