//! Every number that has a meaning in a bundle or at the boundary. `docs/spec/` describes the formats.

/// The first bytes of a bundle.
pub(crate) const MAGIC: [u8; 4] = *b"CSMB";

/// The version of the bundle format that this engine reads and the compiler writes.
pub const FORMAT_VERSION: u8 = 5;

/// The flags of an application.
pub(crate) mod application {
    pub(crate) const ID_TOKEN: u8 = 1;
    pub(crate) const ACCESS_TOKEN: u8 = 2;
    pub(crate) const SAML: u8 = 4;
    pub(crate) const PROVENANCE: u8 = 8;
    pub(crate) const DENY_UNGRANTED: u8 = 16;
    pub(crate) const JOINED: u8 = 32;
    pub(crate) const ALL: u8 = ID_TOKEN | ACCESS_TOKEN | SAML | PROVENANCE | DENY_UNGRANTED | JOINED;
}

/// Policies.
pub(crate) mod policy {
    pub(crate) const NO_GROUPS: u8 = 0;
    pub(crate) const DENY: u8 = 1;
    /// For incomplete input.
    pub(crate) const USE_PARTIAL: u8 = 2;
    /// For claims over the limit.
    pub(crate) const TRUNCATE: u8 = 2;
}

/// The flags of a mapping.
pub(crate) mod mapping {
    pub(crate) const DENY_UNMATCHED: u8 = 1;
    pub(crate) const DENY_UNGRANTED: u8 = 2;
    pub(crate) const ALL: u8 = DENY_UNMATCHED | DENY_UNGRANTED;
}

/// Where a lookup begins, and its options.
pub(crate) mod lookup {
    pub(crate) const LOGIN: u8 = 0;
    pub(crate) const USER: u8 = 1;
    pub(crate) const EVENT: u8 = 2;
    pub(crate) const PROVISIONED: u8 = 3;

    pub(crate) const JSON: u8 = 1;
    pub(crate) const NFC: u8 = 2;
    pub(crate) const OVERAGE: u8 = 4;
    pub(crate) const SPLIT: u8 = 8;
    pub(crate) const MEMBERS: u8 = 16;
    pub(crate) const VALUES: u8 = 32;
    pub(crate) const SINGLE: u8 = 64;
    pub(crate) const NESTED: u8 = 128;
    pub(crate) const ALL: u8 = JSON | NFC | OVERAGE | SPLIT | MEMBERS | VALUES | SINGLE | NESTED;

    /// What a list is where a string is split.
    pub(crate) const LIST_REFUSED: u8 = 0;
    pub(crate) const LIST_WHOLE: u8 = 1;
    pub(crate) const LIST_SPLIT: u8 = 2;
}

/// The shape, the name form and the flags of a source.
pub(crate) mod source {
    pub(crate) const LIST: u8 = 0;
    pub(crate) const LIST_OR_STRING: u8 = 1;
    pub(crate) const STRING: u8 = 2;
    pub(crate) const DELIMITED: u8 = 3;
    pub(crate) const OBJECTS: u8 = 4;
    pub(crate) const KEYS: u8 = 5;

    pub(crate) const PLAIN: u8 = 0;
    pub(crate) const DN_OF_ENTRY: u8 = 1;
    pub(crate) const DOMAIN: u8 = 2;
    pub(crate) const EMAIL: u8 = 3;
    pub(crate) const PATH: u8 = 4;
    pub(crate) const DN_OF_PARENT: u8 = 5;

    pub(crate) const NUMBERS: u8 = 1;
    pub(crate) const BOOLEANS: u8 = 2;
    pub(crate) const TRIM: u8 = 4;
    pub(crate) const EMPTY_IF_ABSENT: u8 = 8;
    pub(crate) const SPLIT: u8 = 16;
    pub(crate) const EMPTY_IF_NULL: u8 = 32;
    pub(crate) const SKIPS: u8 = 64;
    pub(crate) const ALL: u8 = NUMBERS | BOOLEANS | TRIM | EMPTY_IF_ABSENT | SPLIT | EMPTY_IF_NULL | SKIPS;

    /// Flags of what is skipped.
    pub(crate) const SKIP_NULLS: u8 = 1;
    pub(crate) const SKIP_WITHOUT_FORM: u8 = 2;
    pub(crate) const SKIP_ALL: u8 = SKIP_NULLS | SKIP_WITHOUT_FORM;
}

/// The flags of a rule.
pub(crate) mod rule {
    pub(crate) const UNCONDITIONAL: u8 = 1;
    pub(crate) const EXCLUDES: u8 = 2;
    pub(crate) const COMPOUND: u8 = 4;
    pub(crate) const OWN: u8 = 8;
    pub(crate) const ALL: u8 = UNCONDITIONAL | EXCLUDES | COMPOUND | OWN;
}

/// Conditions, the tests of attributes, and the values that they compare with.
pub(crate) mod condition {
    pub(crate) const ALL: u8 = 0;
    pub(crate) const ANY: u8 = 1;
    pub(crate) const NOT: u8 = 2;
    pub(crate) const CONNECTION: u8 = 3;
    pub(crate) const APPLICATION: u8 = 4;
    pub(crate) const USER: u8 = 5;
    pub(crate) const EMAIL_DOMAIN: u8 = 6;
    pub(crate) const METADATA: u8 = 7;
    pub(crate) const FALSE_IF_UNKNOWN: u8 = 8;
    pub(crate) const USER_AS_NUMBER: u8 = 9;

    pub(crate) const EQUALS: u8 = 0;
    pub(crate) const CONTAINS: u8 = 1;
    pub(crate) const AT_LEAST: u8 = 2;
    pub(crate) const AT_MOST: u8 = 3;
    pub(crate) const ABOVE: u8 = 4;
    pub(crate) const BELOW: u8 = 5;
    pub(crate) const EXISTS: u8 = 6;

    pub(crate) const TEXT: u8 = 0;
    pub(crate) const NUMBER: u8 = 1;
    pub(crate) const FALSE: u8 = 2;
    pub(crate) const TRUE: u8 = 3;
    pub(crate) const TEXT_PATTERN: u8 = 4;
    pub(crate) const FOLDED_TEXT_PATTERN: u8 = 5;
    pub(crate) const GLOB: u8 = 6;
    pub(crate) const FOLDED_GLOB: u8 = 7;
    pub(crate) const REGEX: u8 = 8;
}

/// The pieces of a grant that has captures.
pub(crate) mod grant {
    pub(crate) const LITERAL: u8 = 0;
    pub(crate) const AS_IS: u8 = 1;
    pub(crate) const LOWER: u8 = 2;
    pub(crate) const UPPER: u8 = 3;
}

/// The control bytes of a lowered glob.
///
/// | bytes | matches |
/// | --- | --- |
/// | `01` | any characters, also none |
/// | `02` | one character |
/// | `03` pairs of characters `05` | one character between the two of a pair |
/// | `04` pairs of characters `05` | one character between the two of no pair |
/// | `06` a letter | nothing: the following `02 01` match the text of that letter's capture, `a` for the first |
/// | anything else | itself |
pub(crate) mod glob {
    pub(crate) const ANY: u8 = 1;
    pub(crate) const ONE: u8 = 2;
    pub(crate) const CLASS: u8 = 3;
    pub(crate) const NEGATED_CLASS: u8 = 4;
    pub(crate) const CLASS_END: u8 = 5;
    pub(crate) const CAPTURE: u8 = 6;
}

/// The kind of a regular expression, and the steps of its program.
pub(crate) mod regex {
    /// Compared with names as they arrived.
    pub(crate) const AS_ARRIVED: u8 = 0;
    /// Compared with names whose ASCII letters are in lower case.
    pub(crate) const ASCII_LOWER: u8 = 1;
    /// Compared with case-folded names.
    pub(crate) const FOLDED: u8 = 2;
    /// Added if the author wrote a glob.
    pub(crate) const GLOB: u8 = 4;

    pub(crate) const TEXT: u8 = 0;
    pub(crate) const CLASS: u8 = 1;
    pub(crate) const SPLIT: u8 = 2;
    pub(crate) const JUMP: u8 = 3;
    pub(crate) const BEGIN: u8 = 4;
    pub(crate) const END: u8 = 5;
    pub(crate) const MATCH: u8 = 6;
}

/// A value of an event, as a host encodes it for the engine.
pub(crate) mod value {
    pub(crate) const ABSENT: u8 = 0;
    pub(crate) const NULL: u8 = 1;
    pub(crate) const FALSE: u8 = 2;
    pub(crate) const TRUE: u8 = 3;
    pub(crate) const NUMBER: u8 = 4;
    pub(crate) const TEXT: u8 = 5;
    pub(crate) const LIST: u8 = 6;
    pub(crate) const OBJECT: u8 = 7;
    pub(crate) const UNREADABLE: u8 = 8;
    pub(crate) const NAMES: u8 = 9;
    pub(crate) const IDENTITY_UNCLEAR: u8 = 10;
    pub(crate) const OVERAGE: u8 = 11;
    pub(crate) const UNAVAILABLE: u8 = 12;
}

/// The words of calls and answers at the boundary.
pub(crate) mod word {
    /// An absent value.
    pub const NONE: u32 = u32::MAX;

    /// Set in a route's second word if no mapping applies. The rest of the word is the reason.
    pub(crate) const CLOSED: u32 = 1 << 31;
}

/// The kinds of texts that a host can ask for. The kind is in the lowest four bits, and the organization of a rule in the
/// others.
pub(crate) mod text {
    pub(crate) const REASON: u32 = 1;
    pub(crate) const TARGET_GROUP: u32 = 2;
    pub(crate) const DELIVERY: u32 = 3;
    pub(crate) const LOOKUP: u32 = 4;
    pub(crate) const BLOCKS: u32 = 5;
    pub(crate) const NOTE: u32 = 6;
    pub(crate) const RULE: u32 = 7;

    pub(crate) const KINDS: u32 = 16;
}
