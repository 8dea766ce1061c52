//! Every bound of the core in one table.
//!
//! What a stranger can send is bounded, and so is what a mapping file can make the compiler do.
#![cfg_attr(
    not(feature = "compiler"),
    expect(dead_code, reason = "the engine alone reads no mapping files and no JSON")
)]

// A login.

/// The most upstream groups one login may carry; more make its input incomplete.
///
/// Far above what reaches an Action: Auth0 keeps user profiles below 10 kB
/// (auth0.com/docs/manage-users/user-accounts/metadata/metadata-fields-data).
pub const MAX_GROUPS: usize = 10_000;

/// The longest upstream group name in bytes; a longer one makes the input incomplete.
pub const MAX_GROUP_BYTES: usize = 4_096;

/// How deep arrays and objects may be nested in an encoded value.
pub(crate) const MAX_VALUE_DEPTH: usize = 8;

// A bundle.

/// The most applications of a platform. There are real ones with more than 500.
pub(crate) const MAX_APPLICATIONS: usize = 4096;

/// The most target groups of a platform, times its applications. Each application has a set of target groups with a
/// bit for each one there is, and a short forged bundle could ask for gigabytes of them.
pub(crate) const MAX_MEMBERSHIPS: usize = 1 << 26;

/// How deep conditions may be nested; mapping files cannot be nested as deep.
pub(crate) const MAX_CONDITION_DEPTH: usize = 32;

/// The most captures of one rule's patterns.
pub(crate) const MAX_CAPTURES: usize = 8;

/// The most steps of a program.
pub(crate) const MAX_PROGRAM_STEPS: usize = 16_384;

// An event as JSON.

/// One more than the engine accepts, so that it refuses what is cut here.
pub(crate) const MAX_EVENT_ENTRIES: usize = MAX_GROUPS + 1;

/// The most bytes of UTF-8 that the texts of a value have together.
pub(crate) const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

/// As many provisioned groups as the Action asks Auth0 for: 200 pages of 100.
pub(crate) const MAX_PROVISIONED_GROUPS: usize = 20_000;

/// The most combining marks in a row in a name that is normalized: putting them into order takes longer than linear time.
pub(crate) const MAX_COMBINING_MARKS: usize = 30;

/// How deep values are kept. Nothing looks deeper: a path has at most eight steps below a profile, and an entry's
/// member comes after them. Deeper arrays and objects are read, and kept as empty ones.
pub(crate) const KEPT_JSON_DEPTH: usize = 24;

// A mapping file.

/// How deep a mapping file may be nested; the language itself needs less than ten.
pub(crate) const MAX_YAML_DEPTH: usize = 32;

/// Most characters of an application's name.
pub(crate) const MAX_APPLICATION_NAME: usize = 64;

/// Most characters of a target group's name, in any application.
pub(crate) const MAX_TARGET_GROUP: usize = 512;

/// Most characters of a connection's name.
pub(crate) const MAX_CONNECTION_NAME: usize = 128;

/// Most characters of a delimiter, a field, and the like.
pub(crate) const MAX_OPTION: usize = 128;

/// Most characters of a client id.
pub(crate) const MAX_CLIENT: usize = 256;

/// Most characters of an attribute's name in SAML. Auth0 takes at most 1 kB.
pub(crate) const MAX_SAML_ATTRIBUTE: usize = 1_024;

/// Most characters of an id: of a rule, or of the use of a template.
pub(crate) const MAX_ID: usize = 64;

/// Most characters of what stands in a list of upstream names, and of whatever has no narrower limit.
pub(crate) const MAX_TEXT: usize = MAX_GROUP_BYTES;

/// Most entries of one list.
pub(crate) const MAX_ENTRIES: usize = 10_000;

/// So many rules a mapping has at most, after its templates are expanded.
pub(crate) const MAX_RULES: usize = MAX_ENTRIES;

/// So many patterns a mapping has at most.
pub(crate) const MAX_PATTERNS: usize = 100_000;

/// The longest duration of the policy `refresh`, in seconds: 366 days.
pub(crate) const MAX_REFRESH_AGE: u32 = 366 * 86_400;

/// So many parts of a delimited string are tried as one name, beside the first; what a login costs grows with it.
pub(crate) const MAX_DELIMITERS: usize = 16;

/// After so many combinations of captures it is left to the login to see where they lead.
pub(crate) const MAX_CAPTURE_COMBINATIONS: usize = 256;

// A pattern.

/// The most patterns that the alternatives of one glob may expand to.
pub(crate) const MAX_GLOB_EXPANSIONS: usize = 256;

/// How deep alternatives may be nested.
pub(crate) const MAX_GLOB_DEPTH: usize = 8;

/// The longest regular expression, in bytes.
pub(crate) const MAX_REGEX_BYTES: usize = 1_024;

/// The most steps of a regular expression, with its repetitions written out.
///
/// A login's time grows with them; whoever repeats a class of letters, digits and dashes up to 500 times is below.
pub(crate) const MAX_REGEX_STEPS: u64 = 4_096;

/// How deep groups and repetitions may be nested.
pub(crate) const MAX_REGEX_DEPTH: u32 = 40;

/// The most strings of a capture that are told one by one.
pub(crate) const MAX_CAPTURE_VALUES: usize = 256;

/// The most literals that say how a match begins, and how much of each.
pub(crate) const MAX_PREFIXES: usize = 16;

pub(crate) const MAX_PREFIX_BYTES: usize = 64;

/// More patterns than this are not held against each other.
pub(crate) const MAX_COMPARED_CAPTURES: usize = 16;

/// After how many steps from a place in a pattern the search gives up and answers no.
///
/// Patterns that cover everything do so within a few; no set of rules written by a person comes near.
pub(crate) const MAX_INCLUSION_STEPS: usize = 500_000;

/// After how many sets of places it gives up; each is compared with all before it.
pub(crate) const MAX_INCLUSION_SETS: usize = 2_000;

// Lints and messages.

/// The longest message, in characters. A file can hold a name of a megabyte, and nobody reads that twice.
pub(crate) const MAX_MESSAGE: usize = 2_000;

/// So many findings get a suggestion.
pub(crate) const MAX_SUGGESTIONS: usize = 100;

/// The most names of a rule that are asked whether they cover a glob.
pub(crate) const MAX_FOLLOWED_NAMES: usize = 64;

/// How many alternatives of one condition are looked into.
pub(crate) const MAX_ALTERNATIVES: usize = 1_000;

/// So many rules are compared with one without asking first which of them can come into question.
pub(crate) const FEW_CANDIDATES: usize = 100;
