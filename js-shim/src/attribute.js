/**
 * Encodes what stands in an attribute for the engine.
 *
 * The value comes from a stranger: it may be anything, of any size, and reading it may throw.
 * Nothing here decides what a value means; the engine does.
 */

import { sized, word } from './bytes.js';

/** One more than the engine accepts, so that it refuses what is cut here. */
export const MAX_ENTRIES = 10_001;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The tags of encoded values, by their numbers.
 * They are made here because a control character, written out, may not survive an editor.
 */
const [ABSENT, NULL, FALSE, TRUE, NUMBER, STRING, LIST, OBJECT, UNREADABLE, NAMES, UNCLEAR, OVERAGE, UNAVAILABLE] =
  String.fromCharCode(...Array(13).keys());

export { OVERAGE, UNAVAILABLE, UNCLEAR, UNREADABLE };

/**
 * @param {string} field
 * @returns {string} what an encoded object begins with if it has the field
 */
export function memberHead(field) {
  return OBJECT + word(1) + sized(field);
}

/**
 * @param {unknown} value
 * @returns {boolean} whether it is a JSON object
 */
export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param {unknown} found
 * @param {import('./reading.js').Read} read
 * @returns {string} its bytes
 * @throws whatever reading it throws
 */
export function encodeValue(found, read) {
  const value = read.json && typeof found === 'string' ? parse(found) : found;
  if (value === undefined) return ABSENT;
  const encoded = Array.isArray(value) ? encodeList(value, read) : encodeEntry(value, read);
  return encoded.length > MAX_BYTES ? UNREADABLE : encoded;
}

/**
 * @param {string} text
 * @returns {unknown} what the JSON says, or the text if it is none
 */
function parse(text) {
  try {
    return text.length > MAX_BYTES ? text : JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * @param {unknown[]} list
 * @param {import('./reading.js').Read} read
 * @returns {string}
 */
function encodeList(list, read) {
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
    // U+0000 is in no name of a directory. V8 joins strings in one go, several times faster than they can be appended. A name that holds the
    // separator makes more parts than the count says, and the engine refuses such names in any case.
    // Nothing composes with the separator either.
    return NAMES + word(entries.length) + sized(entries.join('\0'), read.nfc);
  }
  let encoded = LIST + word(entries.length);
  for (const entry of entries) encoded += encodeEntry(entry, read);
  return encoded;
}

/**
 * @param {unknown} entry
 * @param {import('./reading.js').Read} read
 * @returns {string}
 */
function encodeEntry(entry, read) {
  if (!isObject(entry)) return encodeLeaf(entry, read);
  const member = read.field !== '' && Object.hasOwn(entry, read.field) ? entry[read.field] : undefined;
  return member === undefined ? OBJECT + word(0) : read.head + encodeLeaf(member, read);
}

/**
 * A value without what is inside it: no shape looks deeper, so a cycle is never entered.
 *
 * @param {unknown} value
 * @param {import('./reading.js').Read} read
 * @returns {string}
 */
function encodeLeaf(value, read) {
  if (value === null || value === undefined) return NULL;
  switch (typeof value) {
    case 'string':
      return STRING + sized(value, read.nfc);
    case 'boolean':
      return value ? TRUE : FALSE;
    case 'number':
      return NUMBER + Buffer.from(Float64Array.of(value).buffer).toString('latin1');
    case 'object':
      return (Array.isArray(value) ? LIST : OBJECT) + word(0);
    default:
      return UNREADABLE;
  }
}
