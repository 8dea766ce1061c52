//! The content of mapping files as types, with the location of everything that a diagnostic may point to.
//!
//! The readers create it from YAML, with templates expanded. The compiler resolves its names, and the lints look for
//! likely mistakes.

use core::ops::Range;

pub(crate) use super::directory::Directory;
pub(crate) use super::owned_source::{From, OwnedForm, OwnedShape, OwnedSkip, OwnedSource};
use super::parsed_patterns::{GlobPattern, Grant, RegexPattern};
use super::scim_settings::ScimSettings;
pub(crate) use super::signing_key::{Blocks, SigningKey};
use super::strategy::Strategy;
use super::tenants::{ByTenant, Tenants};
pub(crate) use super::text_patterns::{TextPattern, TextPatterns};
use super::yaml::Spanned;
use crate::bundle::policy::{IncompletePolicy, Policy, UnmatchedPolicy};
use crate::diagnostic::Code;
use crate::login::source::Combine;

/// A platform: its applications, its registry of target groups, and the limits of every mapping.
#[derive(Clone, Debug)]
pub(crate) struct Platform {
    pub(crate) file: String,
    pub(crate) tenants: Tenants,
    /// Sorted by name.
    pub(crate) applications: Vec<Application>,
    /// Sorted by name.
    pub(crate) groups: Vec<TargetGroup>,
    pub(crate) tiers: Vec<Tier>,
    pub(crate) ceilings: Vec<Ceiling>,
    pub(crate) policies: Policies,
    /// The mappings that travel as signed blocks; `None` if there are none.
    pub(crate) blocks: Option<Blocks>,
    /// How severe warnings are, where the platform says so.
    pub(crate) lints: Vec<(Code, LintLevel)>,
    /// Findings about target groups that are allowed.
    pub(crate) allow: Vec<Allow>,
}

/// How severe a warning is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LintLevel {
    Error,
    Warning,
    Off,
}

/// A kind of finding that is allowed in a part of a file.
#[derive(Clone, Debug)]
pub(crate) struct Allow {
    pub(crate) code: Code,
    pub(crate) reason: String,
    pub(crate) file: String,
    /// The location of the code.
    pub(crate) span: Range<usize>,
    /// Findings about places in it are allowed.
    pub(crate) within: Range<usize>,
    /// Whether findings that have a related place in it are allowed too, such as those about rules of a template.
    pub(crate) with_related: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) name: Spanned<String>,
    /// Its client ids, by tenant.
    pub(crate) clients: ByTenant<Vec<Spanned<String>>>,
    /// `None` if the name cannot be used, which has been reported.
    pub(crate) claim: Option<Spanned<String>>,
    pub(crate) profile: Profile,
    pub(crate) tokens: Tokens,
    pub(crate) saml_attribute: Option<Spanned<String>>,
    /// The delimiter of a claim that is one string; `None` if it is a list.
    pub(crate) joined_by: Option<Spanned<String>>,
    /// The claim with the bundle's digest and the rules that fired.
    pub(crate) provenance: Option<Spanned<String>>,
    pub(crate) limits: Limits,
    /// What happens with a login that receives none of its groups. `Deny` wins over the policies.
    pub(crate) ungranted: Policy,
    /// How its SCIM service is written.
    pub(crate) scim: ScimSettings,
}

impl Application {
    /// Its client ids in a tenant.
    pub(crate) fn clients_in(&self, tenant: usize) -> &[Spanned<String>] {
        self.clients.get(tenant).map(Vec::as_slice).unwrap_or_default()
    }
}

/// What an application accepts unless its limits say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    Generic,
    QlikCloud,
}

/// The tokens that carry the groups claim; at least one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) id: bool,
    pub(crate) access: bool,
}

/// What an application accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// The most groups of one user.
    pub(crate) groups: u32,
    /// The longest name of a target group, in characters. Checked when compiling.
    pub(crate) name_characters: usize,
    /// The longest claim, in bytes of its JSON.
    pub(crate) claim_bytes: u32,
    pub(crate) over: crate::bundle::application::OverLimit,
}

#[derive(Clone, Debug)]
pub(crate) struct TargetGroup {
    pub(crate) name: Spanned<String>,
    pub(crate) owner: Option<String>,
    /// Positions of the applications, ascending.
    pub(crate) applications: Vec<usize>,
    pub(crate) protected: bool,
    /// The groups that its members receive as well.
    pub(crate) includes: Vec<Spanned<String>>,
    /// Positions of these, and of those that they include, ascending.
    pub(crate) included: Vec<usize>,
}

impl TargetGroup {
    /// The group with the name and those that include it.
    pub(crate) fn with_including<'g>(groups: &'g [Self], name: &'g str) -> impl Iterator<Item = &'g Self> {
        let named = groups.binary_search_by(|group| group.name.value.as_str().cmp(name)).ok();
        let includes = move |(at, group): &(usize, &Self)| {
            named.is_some_and(|named| *at == named || group.included.contains(&named))
        };
        groups.iter().enumerate().filter(includes).map(|(_, group)| group)
    }
}

/// An ordered list of target groups, of which a user keeps the highest.
#[derive(Clone, Debug)]
pub(crate) struct Tier {
    pub(crate) name: String,
    /// The highest first.
    pub(crate) groups: Vec<Spanned<String>>,
}

/// The most that one organization's mapping may grant, as the platform's owners decide.
#[derive(Clone, Debug)]
pub(crate) struct Ceiling {
    pub(crate) organization: Spanned<String>,
    /// Names or globs of target groups; `None` is every group.
    pub(crate) groups: Option<Vec<GlobPattern>>,
    /// The protected target groups that it may grant.
    pub(crate) protected: Vec<Spanned<String>>,
    pub(crate) prefix: Option<Spanned<String>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Policies {
    pub(crate) closed: Policy,
    pub(crate) failure: Policy,
    pub(crate) incomplete: IncompletePolicy,
    pub(crate) incomplete_span: Option<Range<usize>>,
    pub(crate) unmatched: UnmatchedPolicy,
    /// What happens with a login that receives no group of its application.
    pub(crate) ungranted: Policy,
    /// The maximum age of attributes when a refresh token is exchanged, in seconds; `None` if there is none.
    pub(crate) refresh: Option<u32>,
}

/// One customer's mapping.
#[derive(Debug)]
pub(crate) struct Organization {
    pub(crate) file: String,
    /// The name of the file.
    pub(crate) name: String,
    /// The ids of its Auth0 organization, by tenant.
    pub(crate) ids: ByTenant<Spanned<String>>,
    pub(crate) connections: Vec<Connection>,
    /// Whether all of them could be read.
    pub(crate) has_all_connections: bool,
    /// The directory whose people are provisioned in an application.
    pub(crate) directory: Option<Directory>,
    pub(crate) aliases: Vec<Alias>,
    /// The file's own rules and those of the templates that it uses.
    pub(crate) rules: Vec<Rule>,
    /// Whether `rules` or `use` is misspelled, which has been reported: there may be more rules than these.
    pub(crate) rules_misspelled: bool,
    /// The target groups that are granted if no rule grants anything.
    pub(crate) default: Vec<Spanned<String>>,
    /// By application, the target groups that are granted if no rule grants a group of the application.
    pub(crate) application_defaults: Vec<(Spanned<String>, Vec<Spanned<String>>)>,
    pub(crate) incomplete: Option<IncompletePolicy>,
    pub(crate) incomplete_span: Option<Range<usize>>,
    pub(crate) unmatched: Option<UnmatchedPolicy>,
    pub(crate) unmatched_span: Option<Range<usize>>,
    pub(crate) ungranted: Option<Policy>,
    /// The policy `refresh`; the inner `None` is `recompute`.
    pub(crate) refresh: Option<Option<u32>>,
    /// Findings about the mapping that are allowed, apart from those that its rules allow.
    pub(crate) allow: Vec<Allow>,
}

impl Organization {
    /// Whether a connection sends groups, or may send them.
    pub(crate) fn receives_groups(&self) -> bool {
        !self.has_all_connections
            || self.connections.iter().any(|connection| connection.sends_no_groups.is_none())
    }

    /// The target groups of all defaults.
    pub(crate) fn default_groups(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.default.iter().chain(self.application_defaults.iter().flat_map(|(_, groups)| groups))
    }
}

#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) name: Spanned<String>,
    pub(crate) strategy: Strategy,
    /// Empty if, and only if, the connection sends no groups.
    pub(crate) sources: Vec<OwnedSource>,
    pub(crate) combine: Combine,
    /// The location of `groups: none`, if the connection sends no groups.
    pub(crate) sends_no_groups: Option<Range<usize>>,
}

/// A readable name for what an identity provider sends.
#[derive(Debug)]
pub(crate) struct Alias {
    pub(crate) id: Spanned<String>,
    pub(crate) name: Spanned<String>,
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: Spanned<String>,
    pub(crate) owner: Option<String>,
    /// The file of the rule and of all its locations: a template's, or the organization's.
    pub(crate) file: String,
    /// Where the organization's file uses the template of the rule; `None` for the organization's own rules.
    pub(crate) used: Option<Range<usize>>,
    pub(crate) span: Range<usize>,
    pub(crate) when: Option<Condition>,
    pub(crate) matches: Matches,
    pub(crate) effect: Effect,
    /// The groups that it grants or excludes.
    pub(crate) groups: Vec<Grant>,
    /// Globs of groups that it grants or excludes. The compiler replaces them by the groups of the registry.
    pub(crate) target_globs: Vec<GlobPattern>,
    /// Whether the rule is marked to grant protected groups.
    pub(crate) protected: bool,
    /// The location of the mark, if there is one.
    pub(crate) protected_span: Option<Range<usize>>,
    /// The time from which the rule no longer fires, in seconds since 1970.
    pub(crate) expires: Option<(i64, Range<usize>)>,
    pub(crate) allow: Vec<Allow>,
}

impl Rule {
    /// All of its patterns.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &Patterns> {
        let (any, all, none): (&[_], &[_], &[_]) = match &self.matches {
            Matches::Everyone => Default::default(),
            Matches::Groups { any, all, none, .. } => (any, all, none),
        };
        any.iter().chain(all).chain(none)
    }

    /// All of its patterns, each with whether it works against access: it is in a rule that excludes, or under `none` in
    /// one that grants.
    pub(crate) fn patterns_against_access(&self) -> impl Iterator<Item = (&Patterns, bool)> {
        let under_none: &[_] = match &self.matches {
            Matches::Everyone => &[],
            Matches::Groups { none, .. } => none,
        };
        let count = self.patterns().count() - under_none.len();
        let excludes = self.effect == Effect::Exclude;
        self.patterns().enumerate().map(move |(at, patterns)| (patterns, excludes != (at >= count)))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Grant,
    Exclude,
}

/// The logins for which a rule fires, by their groups.
#[derive(Debug)]
pub(crate) enum Matches {
    Everyone,
    Groups {
        /// The location of `match`.
        span: Range<usize>,
        /// At least one group must match one of these, if there are any.
        any: Vec<Patterns>,
        /// Each of these must match at least one group.
        all: Vec<Patterns>,
        /// None of these may match a group.
        none: Vec<Patterns>,
    },
}

/// Patterns, of which at least one must match a group.
#[derive(Debug)]
pub(crate) struct Patterns {
    pub(crate) span: Range<usize>,
    pub(crate) exact: Vec<Spanned<String>>,
    pub(crate) glob: Vec<GlobPattern>,
    pub(crate) regex: Vec<RegexPattern>,
    pub(crate) ignore_case: bool,
}

impl Patterns {
    /// All patterns as they are written.
    pub(crate) fn written(&self) -> impl Iterator<Item = &Spanned<String>> {
        let globs = self.glob.iter().map(|glob| &glob.written);
        self.exact.iter().chain(globs).chain(self.regex.iter().map(|regex| &regex.written))
    }

    pub(crate) fn len(&self) -> usize {
        self.exact.len() + self.glob.len() + self.regex.len()
    }
}

/// A condition on a login that is not about its groups.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// All of them hold; never empty.
    All(Vec<Condition>),
    /// At least one of them holds; never empty.
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// The condition, with false instead of unknown.
    FalseIfUnknown(Box<Condition>),
    /// The login came through one of these connections of the mapping.
    Connection(Vec<Spanned<String>>),
    Strategy(Vec<(Strategy, Range<usize>)>),
    Application(Vec<Spanned<String>>),
    /// Client ids.
    Client(Vec<Spanned<String>>),
    /// Names of mappings.
    Organization(Vec<Spanned<String>>),
    /// The domain of the verified e-mail address is one of these.
    EmailDomain(Vec<Spanned<String>>),
    /// A member of Auth0's metadata has one of these values.
    Metadata {
        of: MetadataOf,
        key: Spanned<String>,
        values: Vec<Spanned<String>>,
    },
    User {
        attribute: Spanned<String>,
        test: Test,
        /// Whether a text that holds a number is that number.
        as_number: bool,
        span: Range<usize>,
    },
}

impl Condition {
    /// Whether a connection passes the test, as far as it is known before anyone logs in; `None` if the test is about
    /// something else.
    pub(crate) fn fits_connection(&self, connection: &Connection) -> Option<bool> {
        match self {
            Self::Connection(names) => Some(is_among(names, &connection.name.value)),
            Self::Strategy(all) => Some(all.iter().any(|(strategy, _)| *strategy == connection.strategy)),
            _ => None,
        }
    }

    /// Whether the mapping with a name passes the test; `None` if it is about something else.
    pub(crate) fn fits_organization(&self, name: &str) -> Option<bool> {
        match self {
            Self::Organization(names) => Some(is_among(names, name)),
            _ => None,
        }
    }

    /// Whether a client of an application passes the test; `None` if it is about something else. Without a client, no
    /// `client` test passes.
    pub(crate) fn fits_client(&self, application: &str, client: Option<&str>) -> Option<bool> {
        match self {
            Self::Application(names) => Some(is_among(names, application)),
            Self::Client(ids) => Some(client.is_some_and(|client| is_among(ids, client))),
            _ => None,
        }
    }
}

fn is_among(names: &[Spanned<String>], name: &str) -> bool {
    names.iter().any(|it| it.value == name)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MetadataOf {
    Organization,
    Connection,
    Client,
}

impl MetadataOf {
    /// The key of a condition.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Organization => "organization-metadata",
            Self::Connection => "connection-metadata",
            Self::Client => "client-metadata",
        }
    }
}

/// A test of an attribute of the user.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    /// It equals one of these.
    Equals(Vec<Scalar>),
    /// It is a list, and one of its entries equals one of these.
    Contains(Vec<Scalar>),
    /// It is a text that one of these matches.
    Matches(TextPatterns),
    /// It is a list, and one of these matches one of its entries.
    ContainsMatch(TextPatterns),
    AtLeast(f64),
    AtMost(f64),
    Above(f64),
    Below(f64),
    Exists(bool),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Text(String),
    /// A text in any letter case, folded.
    AnyCase(String),
    Number(f64),
    Bool(bool),
}

/// Whether a source accepts addresses of any domain, so that rules see addresses with case-folded domains.
pub(crate) fn takes_any_address(connections: &[Connection]) -> bool {
    let takes = |source: &OwnedSource| source.form == OwnedForm::Email { domain: None };
    connections.iter().flat_map(|connection| &connection.sources).any(takes)
}
