/**
 * Finds the attribute that holds a login's groups, and encodes it for the engine.
 *
 * The value comes from a stranger: it may be anything, of any size, and reading it may throw.
 * Nothing here decides what a value means; the engine does.
 *
 * @typedef {object} Source where a connection's groups are
 * @property {string[]} path the tokens of a JSON Pointer below `event.user`
 * @property {string} field the member that holds the group where groups are objects, else empty
 */

import { isAscii, sized, utf8, word } from './bytes.js';

/** One more than the engine accepts, so that it refuses what is cut here. */
const MAX_ENTRIES = 10_001;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The tags of encoded values, by their numbers.
 * They are made here because a control character, written out, may not survive an editor.
 */
const [ABSENT, NULL, FALSE, TRUE, NUMBER, STRING, LIST, OBJECT, UNREADABLE] = Array.from({ length: 9 }, (_, tag) =>
  String.fromCharCode(tag),
);
const EMPTY_LIST = LIST + word(0);
const EMPTY_OBJECT = OBJECT + word(0);
/** The heads of short strings, which are nearly all of them. */
const HEADS = Array.from({ length: 128 }, (_, length) => STRING + word(length));

export { ABSENT };

/**
 * The encoded attribute, as bytes.
 *
 * @param {unknown} user `event.user`
 * @param {Source} source
 * @returns {string}
 */
export function encodeAttribute(user, { path, field }) {
  try {
    const value = find(user, path);
    if (value === undefined) return ABSENT;
    const count = Array.isArray(value) ? Math.min(value.length >>> 0, MAX_ENTRIES) : -1;
    // Nearly every login is all ASCII, so the first pass takes characters for bytes and is checked as a whole.
    let body = encodeBody(value, count, field, false);
    if (body.length <= MAX_BYTES && !isAscii(body)) body = encodeBody(value, count, field, true);
    if (body.length > MAX_BYTES) return UNREADABLE;
    return count < 0 ? body : LIST + word(count) + body;
  } catch {
    return UNREADABLE;
  }
}

/**
 * Walks own members of objects only: what an object inherits was not sent by the identity provider.
 *
 * @param {unknown} user
 * @param {string[]} path
 * @returns {unknown}
 */
function find(user, path) {
  let value = user;
  for (const token of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, token)) {
      return undefined;
    }
    value = value[token];
  }
  return value;
}

/**
 * A single value, or the entries of a list without the list's own head.
 *
 * @param {unknown} value
 * @param {number} count the number of entries, negative for what is not a list
 * @param {string} field
 * @param {boolean} exact whether strings may hold more than ASCII
 * @returns {string}
 */
function encodeBody(value, count, field, exact) {
  if (count < 0) return encodeEntry(value, field, exact);
  let body = '';
  for (let i = 0; i < count; i++) {
    // By index: the iterator of an array is whatever its maker made it.
    const entry = value[i];
    if (typeof entry === 'string') {
      const bytes = exact ? utf8(entry) : entry;
      body += head(bytes);
      body += bytes;
    } else {
      body += encodeEntry(entry, field, exact);
    }
  }
  return body;
}

/**
 * @param {unknown} entry
 * @param {string} field
 * @param {boolean} exact
 * @returns {string}
 */
function encodeEntry(entry, field, exact) {
  if (typeof entry === 'object' && entry !== null && !Array.isArray(entry)) {
    const member = field !== '' && Object.hasOwn(entry, field) ? entry[field] : undefined;
    return member === undefined ? EMPTY_OBJECT : OBJECT + word(1) + sized(field) + encodeLeaf(member, exact);
  }
  return encodeLeaf(entry, exact);
}

/**
 * A value without what is inside it: no shape looks deeper, so a cycle is never entered.
 *
 * @param {unknown} value
 * @param {boolean} exact
 * @returns {string}
 */
function encodeLeaf(value, exact) {
  if (value === null || value === undefined) return NULL;
  switch (typeof value) {
    case 'string': {
      const bytes = exact ? utf8(value) : value;
      return head(bytes) + bytes;
    }
    case 'boolean':
      return value ? TRUE : FALSE;
    case 'number':
      return NUMBER + Buffer.from(Float64Array.of(value).buffer).toString('latin1');
    case 'object':
      return Array.isArray(value) ? EMPTY_LIST : EMPTY_OBJECT;
    default:
      return UNREADABLE;
  }
}

/**
 * @param {string} bytes
 * @returns {string} what stands before them
 */
function head(bytes) {
  return HEADS[bytes.length] ?? STRING + word(bytes.length);
}
