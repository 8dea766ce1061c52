/**
 * The numbers and words that the shim and the engine have to agree about.
 *
 * `tests/vectors/boundary.json` holds them as well: tests/boundary.rs compares the engine with it, and
 * js-shim/test/boundary.test.mjs the shim.
 */

/** In place of a length or a position: there is none. */
export const NONE = 0xffffffff;

/** The bytes of a bundle before its body, and those of the body's SHA-256, which is a part of them. */
export const HEADER_BYTES = 37;
export const DIGEST_BYTES = 32;

/** The handle of the platform's own mappings; those of blocks are higher. */
export const OWN = 0;

/** The place of a login's time in the call of `evaluate`, in bytes. */
export const TIME_AT = 12;

/** Set in the second word of a route if no mapping applies, and in a handle if a block cannot be used: the rest is the reason. */
export const CLOSED = 0x80000000;

// The numbers of reasons that the shim gives or looks for.
export const UNKNOWN_ORGANIZATION = 2;
export const NO_BLOCK = 26;
export const BLOCK_DAMAGED = 27;
export const BLOCK_VERSION = 28;
export const BLOCK_KEY = 29;
export const BLOCK_SIGNATURE = 30;
export const BLOCK_FOREIGN = 31;
export const BLOCK_STALE = 32;

// The answer of `route`, in words: the first two go back to the engine in the call of `evaluate`.
export const ROUTE_APPLICATION = 0;
export const ROUTE_DESTINATION = 1;
export const ROUTE_LOOKUP_COUNT = 2;
export const ROUTE_LOOKUPS = 3;

// The answer of `evaluate`, in words.
export const ANSWER_OUTCOME = 0;
export const ANSWER_REASON = 1;
export const ANSWER_APPLICATION = 2;
export const ANSWER_RECEIVED = 3;
export const ANSWER_RULES = 4;
export const ANSWER_UNMATCHED = 5;
export const ANSWER_NOTE_COUNT = 6;
export const ANSWER_GROUP_COUNT = 7;
/** Pairs of note and count; then the groups; then, if the application has a provenance claim, organization and rules. */
export const ANSWER_NOTES = 8;

/** The outcomes, in the order of their numbers. */
export const OUTCOMES = ['groups', 'deny', 'none'];

// The kinds of text that the engine can be asked for.
export const TEXT_REASON = 1;
export const TEXT_GROUP = 2;
export const TEXT_DELIVERY = 3;
export const TEXT_LOOKUP = 4;
export const TEXT_BLOCKS = 5;
export const TEXT_NOTE = 6;
/** The ids of the first organization's rules; those of each further organization are `TEXT_RULE_STEP` higher. */
export const TEXT_RULE = 7;
export const TEXT_RULE_STEP = 16;

/**
 * The tags of encoded values, in the order of their numbers.
 * They are computed because a control character, written out, may not survive an editor.
 */
export const [
  ABSENT,
  NULL,
  FALSE,
  TRUE,
  NUMBER,
  STRING,
  LIST,
  OBJECT,
  UNREADABLE,
  NAMES,
  UNCLEAR,
  OVERAGE,
  UNAVAILABLE,
] = String.fromCharCode(...Array(13).keys());
