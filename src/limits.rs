//! Every bound of the core in one table.
//!
//! Limits of what a stranger can send, and of what a mapping file can make the compiler do.
#![cfg_attr(
    not(feature = "compiler"),
    expect(dead_code, reason = "the engine alone reads no mapping files and no JSON")
)]

// A login.

/// The most upstream groups one login may carry; more make its input incomplete.
///
/// Far more than reaches an Action: Auth0 keeps user profiles below 10 kB
/// (auth0.com/docs/manage-users/user-accounts/metadata/metadata-fields-data).
pub const MAX_GROUPS: usize = 10_000;

/// The longest upstream group name in bytes; a longer one makes the input incomplete.
pub const MAX_GROUP_BYTES: usize = 4_096;

/// The most digits of a number in a text: any such number is exact as a float, and so is the power of ten below it.
pub(crate) const MAX_NUMBER_DIGITS: u32 = 15;

/// How deep arrays and objects may be nested in an encoded value.
pub(crate) const MAX_VALUE_DEPTH: usize = 8;

// A bundle.

/// The most applications of a platform. There are real ones with more than 500.
pub(crate) const MAX_APPLICATIONS: usize = 4096;

/// The most target groups of a platform, times its applications. Each application has a bit set over all target
/// groups, and a short forged bundle could ask for gigabytes of them.
pub(crate) const MAX_MEMBERSHIPS: usize = 1 << 26;

/// The most target groups that one includes, counting those that they include.
pub(crate) const MAX_INCLUDED: usize = 256;

/// How deep conditions may be nested, which is deeper than mapping files allow.
pub(crate) const MAX_CONDITION_DEPTH: usize = 32;

/// The most captures of one rule's patterns.
pub(crate) const MAX_CAPTURES: usize = 8;

/// The most steps of a program.
pub(crate) const MAX_PROGRAM_STEPS: usize = 16_384;

// An event as JSON.

/// One more than the engine accepts, so that it refuses lists that are cut here.
pub(crate) const MAX_EVENT_ENTRIES: usize = MAX_GROUPS + 1;

/// The most bytes of UTF-8 of all texts of a value together.
pub(crate) const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

/// The most provisioned groups that the Action reads from Auth0: 200 pages of 100.
pub(crate) const MAX_PROVISIONED_GROUPS: usize = 20_000;

/// The most combining marks in a row in a name that is normalized: sorting them takes longer than linear time.
pub(crate) const MAX_COMBINING_MARKS: usize = 30;

/// How deep values are kept. Nothing reads deeper: a path has at most eight steps below a profile, then come lists and the
/// path to an entry's member. Deeper arrays and objects are parsed, and kept as empty ones.
pub(crate) const KEPT_JSON_DEPTH: usize = 32;

// A mapping file.

/// The most steps of a JSON Pointer.
pub(crate) const MAX_POINTER_STEPS: usize = 8;

/// How deep a mapping file may be nested; the language itself needs fewer than ten levels.
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

/// Most characters of an entry in a list of upstream names, and of any text without a narrower limit.
pub(crate) const MAX_TEXT: usize = MAX_GROUP_BYTES;

/// Most entries of one list.
pub(crate) const MAX_ENTRIES: usize = 10_000;

/// The most rules of a mapping, after its templates are expanded.
pub(crate) const MAX_RULES: usize = MAX_ENTRIES;

/// The most patterns of a mapping.
pub(crate) const MAX_PATTERNS: usize = 100_000;

/// The most patterns of the entries that one source skips: each entry is compared with each.
pub(crate) const MAX_SKIPPED: usize = 16;

/// The longest duration of the policy `refresh`, in seconds: 366 days.
pub(crate) const MAX_REFRESH_AGE: u32 = 366 * 86_400;

/// The most parts of a delimited string that are tried as one name, besides the first; a login's time grows with it.
pub(crate) const MAX_DELIMITERS: usize = 16;

/// The most combinations of captures whose expansions are checked; above it, each login checks its own.
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
/// A login's time grows with them. A class of letters, digits and dashes that is repeated up to 500 times has fewer.
pub(crate) const MAX_REGEX_STEPS: u64 = 4_096;

/// How deep groups and repetitions may be nested.
pub(crate) const MAX_REGEX_DEPTH: u32 = 40;

/// The most strings of a capture that are listed one by one.
pub(crate) const MAX_CAPTURE_VALUES: usize = 256;

/// The most literals that a match can begin with, and how many bytes of each are compared.
pub(crate) const MAX_PREFIXES: usize = 16;

pub(crate) const MAX_PREFIX_BYTES: usize = 64;

/// The most patterns with captures that are compared with each other.
pub(crate) const MAX_COMPARED_CAPTURES: usize = 16;

/// The number of steps from a position in a pattern after which the search stops and answers no.
///
/// Patterns that include another show it within a few steps, so no set of rules written by a person comes near.
pub(crate) const MAX_INCLUSION_STEPS: usize = 500_000;

/// The number of sets of positions after which it stops; each is compared with all earlier ones.
pub(crate) const MAX_INCLUSION_SETS: usize = 2_000;

// Lints and messages.

/// The longest message, in characters: a file can contain a name of a megabyte.
pub(crate) const MAX_MESSAGE: usize = 2_000;

/// The most findings that get a suggestion.
pub(crate) const MAX_SUGGESTIONS: usize = 100;

/// The most names of a rule that are checked whether they include a glob.
pub(crate) const MAX_FOLLOWED_NAMES: usize = 64;

/// The most alternatives of one condition that are checked.
pub(crate) const MAX_ALTERNATIVES: usize = 1_000;

/// The most rules that are compared with one rule without first selecting those that can include it.
pub(crate) const FEW_CANDIDATES: usize = 100;
