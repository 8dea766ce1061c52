//! The intermediate form between lowering and encoding: names are resolved to positions, patterns are lowered to what
//! the engine matches, and grants are checked.

use std::collections::BTreeSet;

use crate::bundle::grant_expansion::LetterCase;
use crate::bundle::policy::{IncompletePolicy, Policy, UnmatchedPolicy};
use crate::ids::TargetId;
use crate::language::model::{From, OwnedShape, OwnedSource, Scalar, Test};
use crate::login::lookup::{Base, ListBesideSplit};
use crate::login::source::{Combine, Identity};

/// Where Auth0 puts the roles that a user has there, as a list of their names
/// (auth0.com/docs/actions/reference/post-login/post-login-event-object, `event.authorization`).
const AUTH0_ROLES: &str = "/authorization/roles";

/// One organization's mapping.
#[derive(Debug)]
pub(crate) struct LoweredMapping {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    pub(crate) connections: Vec<LoweredConnection>,
    pub(crate) incomplete: IncompletePolicy,
    pub(crate) unmatched: UnmatchedPolicy,
    pub(crate) ungranted: Policy,
    pub(crate) refresh: Option<u32>,
    /// The most delimiters that an exact name has.
    pub(crate) delimiters: usize,
    /// Exact names in Unicode's normalization form D, if they differ there, sorted.
    pub(crate) decomposed: Vec<String>,
    pub(crate) rules: Vec<LoweredRule>,
    /// Positions in the registry.
    pub(crate) default: Vec<TargetId>,
    pub(crate) application_defaults: Vec<LoweredDefault>,
}

/// The default of one application.
#[derive(Debug)]
pub(crate) struct LoweredDefault {
    /// The position of the application.
    pub(crate) application: usize,
    pub(crate) groups: Vec<TargetId>,
    /// The ids of the rules that can grant a group of the application.
    pub(crate) rules: BTreeSet<String>,
}

#[derive(Debug)]
pub(crate) struct LoweredConnection {
    pub(crate) name: String,
    pub(crate) sources: Vec<OwnedSource>,
    pub(crate) combine: Combine,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct LoweredRule {
    pub(crate) id: String,
    /// Whether it fires whatever the groups are.
    pub(crate) unconditional: bool,
    pub(crate) excludes: bool,
    /// Positions in the registry.
    pub(crate) groups: Vec<TargetId>,
    pub(crate) expansions: Vec<LoweredExpansion>,
    /// The rule's own patterns. One of them has to match, if there are any.
    pub(crate) own: Clause,
    pub(crate) all: Vec<Clause>,
    pub(crate) none: Vec<Clause>,
    pub(crate) condition: Option<LoweredCondition>,
    /// Seconds since 1970; 0 if it does not expire.
    pub(crate) expires: u32,
}

impl LoweredRule {
    /// A part of the rule: under the same conditions, with patterns and groups of its own.
    pub(crate) fn part(&self, own: Clause, groups: Vec<TargetId>) -> Self {
        Self { own, groups, unconditional: false, expansions: Vec::new(), ..self.clone() }
    }
}

/// Patterns of which one has to match.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clause {
    pub(crate) plain: NamesAndGlobs,
    /// Folded, for folded names.
    pub(crate) folded: NamesAndGlobs,
    /// Regular expressions, and globs that are read as such, each as the engine decodes it.
    pub(crate) regexes: Vec<Vec<u8>>,
    /// Whether one of these is for folded names.
    pub(crate) regexes_are_folded: bool,
}

/// Exact names, and lowered globs.
#[derive(Clone, Debug, Default)]
pub(crate) struct NamesAndGlobs {
    pub(crate) names: Vec<String>,
    pub(crate) patterns: Vec<String>,
}

/// A grant with captures in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoweredExpansion {
    pub(crate) pieces: Vec<ExpansionPiece>,
    /// The target groups that it may grant: positions in the registry, ascending.
    pub(crate) candidates: Vec<TargetId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ExpansionPiece {
    Literal(String),
    Capture { number: usize, case: LetterCase },
}

/// A condition whose names are resolved.
#[derive(Clone, Debug)]
pub(crate) enum LoweredCondition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Connection(Vec<usize>),
    Application(Vec<usize>),
    User { input: OwnedLookup, test: Test, as_number: bool },
    EmailDomain(Vec<String>),
    Metadata { owner: OwnedLookup, input: OwnedLookup, values: Vec<Scalar> },
    FalseIfUnknown(Box<Self>),
}

impl LoweredCondition {
    /// Whether it looks at metadata of the organization, the connection or the client.
    pub(crate) fn reads_metadata(&self) -> bool {
        match self {
            Self::All(conditions) | Self::Any(conditions) => conditions.iter().any(Self::reads_metadata),
            Self::Not(condition) | Self::FalseIfUnknown(condition) => condition.reads_metadata(),
            Self::Metadata { .. } => true,
            Self::Connection(_) | Self::Application(_) | Self::User { .. } | Self::EmailDomain(_) => false,
        }
    }
}

/// A [`Lookup`](crate::Lookup) that owns its texts: what a host reads of an event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OwnedLookup {
    pub(crate) base: Base,
    pub(crate) overage: bool,
    pub(crate) nfc: bool,
    pub(crate) json: bool,
    pub(crate) members: bool,
    pub(crate) values: bool,
    pub(crate) single: bool,
    pub(crate) nested: bool,
    pub(crate) pointer: String,
    pub(crate) field: String,
    pub(crate) split: String,
    pub(crate) list: ListBesideSplit,
}

impl LoweredRule {
    /// Its own clause and those under `all` and `none`.
    pub(crate) fn clauses(&self) -> impl Iterator<Item = &Clause> {
        self.all.iter().chain(&self.none).chain([&self.own])
    }
}

impl Clause {
    pub(crate) fn len(&self) -> usize {
        let count = |patterns: &NamesAndGlobs| patterns.names.len() + patterns.patterns.len();
        count(&self.plain) + count(&self.folded) + self.regexes.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl OwnedLookup {
    /// An attribute of the identity that logged in, or of the user if Auth0 keeps it there.
    pub(crate) fn attribute(pointer: &str) -> Self {
        let base = if pointer.starts_with("/app_metadata/") { Base::User } else { Base::Login };
        Self::plain(base, pointer.to_owned(), "")
    }

    /// A member of the event.
    pub(crate) fn event(pointer: impl Into<String>, field: &str) -> Self {
        Self::plain(Base::Event, pointer.into(), field)
    }

    fn plain(base: Base, pointer: String, field: &str) -> Self {
        Self {
            base,
            overage: false,
            nfc: false,
            json: false,
            members: false,
            values: false,
            single: false,
            nested: false,
            pointer,
            field: field.to_owned(),
            split: String::new(),
            list: ListBesideSplit::Refused,
        }
    }

    /// The value of a source.
    pub(crate) fn of_source(source: &OwnedSource) -> Self {
        let (base, pointer) = match &source.from {
            From::Attribute { pointer, identity: Identity::Primary } => (Base::User, pointer.clone()),
            From::Attribute { pointer, .. } => (Self::attribute(pointer).base, pointer.clone()),
            From::Provisioned => (Base::Provisioned, String::new()),
            From::Auth0Roles => (Base::Event, AUTH0_ROLES.to_owned()),
        };
        let (field, shape) = match &source.shape {
            OwnedShape::Keys(having) => (having.as_deref(), &source.shape),
            shape => (shape.field(), shape),
        };
        // Composing can make a delimiter of another character, so the host splits first. It also has to split where the
        // engine could not see whether there was one string.
        let split = shape.delimiter().filter(|_| source.nfc || !matches!(shape, OwnedShape::Delimited(_)));
        Self {
            overage: source.overage,
            nfc: source.nfc,
            json: matches!(shape, OwnedShape::Json(_)),
            members: matches!(shape, OwnedShape::Keys(_)),
            values: matches!(shape, OwnedShape::Values(_)),
            single: matches!(shape, OwnedShape::ObjectsOrObject(_)),
            nested: source.nested,
            split: split.unwrap_or_default().to_owned(),
            list: match shape {
                OwnedShape::DelimitedOrList(_) => ListBesideSplit::Whole,
                OwnedShape::ListOfDelimited(_) => ListBesideSplit::Split,
                _ => ListBesideSplit::Refused,
            },
            ..Self::plain(base, pointer, field.unwrap_or_default())
        }
    }
}
