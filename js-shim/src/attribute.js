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

import { sized, word } from './bytes.js';

/** One more than the engine accepts, so that it refuses what is cut here. */
const MAX_ENTRIES = 10_001;
const MAX_BYTES = 16 * 1024 * 1024;
/** Between the names of a list: U+0000, which no directory puts into a name. */
const SEPARATOR = String.fromCharCode(0);

/**
 * The tags of encoded values, by their numbers.
 * They are made here because a control character, written out, may not survive an editor.
 */
const [ABSENT, NULL, FALSE, TRUE, NUMBER, STRING, LIST, OBJECT, UNREADABLE, NAMES] = Array.from(
  { length: 10 },
  (_, tag) => String.fromCharCode(tag),
);
const EMPTY_LIST = LIST + word(0);
const EMPTY_OBJECT = OBJECT + word(0);

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
    const encoded = Array.isArray(value) ? encodeList(value, field) : encodeEntry(value, field, memberHead(field));
    return encoded.length > MAX_BYTES ? UNREADABLE : encoded;
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
 * @param {unknown[]} list
 * @param {string} field
 * @returns {string}
 */
function encodeList(list, field) {
  const entries = new Array(Math.min(list.length >>> 0, MAX_ENTRIES));
  let characters = 0;
  let areNames = entries.length > 0;
  for (let i = 0; i < entries.length; i++) {
    // By index: the iterator of an array is whatever its maker made it.
    const entry = list[i];
    entries[i] = entry;
    if (typeof entry === 'string') characters += entry.length;
    else areNames = false;
  }
  if (characters > MAX_BYTES) return UNREADABLE;
  if (areNames) {
    // V8 joins strings in one go, several times faster than they can be appended. A name that holds the
    // separator makes more parts than the count says, and the engine refuses such names in any case.
    return NAMES + word(entries.length) + sized(entries.join(SEPARATOR));
  }
  const head = memberHead(field);
  let encoded = LIST + word(entries.length);
  for (const entry of entries) encoded += encodeEntry(entry, field, head);
  return encoded;
}

/**
 * @param {string} field
 * @returns {string} what an encoded object begins with if it has the field
 */
function memberHead(field) {
  return OBJECT + word(1) + sized(field);
}

/**
 * @param {unknown} entry
 * @param {string} field
 * @param {string} head its `memberHead`
 * @returns {string}
 */
function encodeEntry(entry, field, head) {
  if (typeof entry === 'object' && entry !== null && !Array.isArray(entry)) {
    const member = field !== '' && Object.hasOwn(entry, field) ? entry[field] : undefined;
    return member === undefined ? EMPTY_OBJECT : head + encodeLeaf(member);
  }
  return encodeLeaf(entry);
}

/**
 * A value without what is inside it: no shape looks deeper, so a cycle is never entered.
 *
 * @param {unknown} value
 * @returns {string}
 */
function encodeLeaf(value) {
  if (value === null || value === undefined) return NULL;
  switch (typeof value) {
    case 'string':
      return STRING + sized(value);
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
