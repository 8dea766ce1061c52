/**
 * Encodes what stands in an attribute for the engine.
 *
 * The value comes from a stranger: it may be anything, of any size, and reading it may throw.
 * Nothing here decides what a value means; the engine does.
 */

import { sized, word } from './bytes.js';

/** One more than the engine accepts, so that it refuses what is cut here. */
export const MAX_ENTRIES = 10_001;
/** The most bytes of UTF-8 that the texts of a value have together. */
const MAX_BYTES = 16 * 1024 * 1024;
/** The most bytes of a name; the engine refuses longer ones. */
const MAX_NAME_BYTES = 4_096;
/** More combining marks than a name may have in a row: putting them into order takes quadratic time. */
const TOO_MANY_MARKS = /\p{M}{31}/u;

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
 * @param {unknown} value
 * @param {string} name
 * @returns {unknown} its own member of that name, if it is an object that has one
 */
export function member(value, name) {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/**
 * @param {unknown} found
 * @param {import('./reading.js').Read} read
 * @returns {string} its bytes
 * @throws if it is too large, or whatever reading it throws
 */
export function encodeValue(found, read) {
  const value = typeof found === 'string' ? open(found, read) : found;
  if (value === undefined) return ABSENT;
  // Where strings are split, only what was split here is an array of parts.
  if (read.delimiter && Array.isArray(found)) return OBJECT + word(0);
  const isList = Array.isArray(value);
  const entries = new Array(isList ? Math.min(value.length >>> 0, MAX_ENTRIES) : 1);
  let characters = 0;
  let areNames = isList && entries.length > 0;
  for (let i = 0; i < entries.length; i++) {
    // By index: the iterator of an array is whatever its maker made it.
    const entry = isList ? value[i] : value;
    entries[i] = entry;
    if (typeof entry === 'string') {
      characters += entry.length;
      areNames &&= !entry.includes('\0');
      continue;
    }
    areNames = false;
    if (isObject(entry)) {
      const leaf = read.field ? member(entry, read.field) : undefined;
      entries[i] = { leaf };
      if (typeof leaf === 'string') characters += leaf.length;
    }
  }
  // A character has one to three bytes of UTF-8.
  if (characters > MAX_BYTES || (characters > MAX_BYTES / 3 && countBytes(entries) > MAX_BYTES)) throw new RangeError();
  // What has too many entries is refused whatever they are.
  const nfc = read.nfc && entries.length < MAX_ENTRIES;
  if (areNames) {
    // V8 joins strings in one go, several times faster than they can be appended.
    return NAMES + word(entries.length) + sized((nfc ? entries.map(compose) : entries).join('\0'));
  }
  let encoded = isList ? LIST + word(entries.length) : '';
  for (const entry of entries) {
    if (!isObject(entry)) encoded += encodeLeaf(entry, nfc);
    else encoded += entry.leaf === undefined ? OBJECT + word(0) : read.head + encodeLeaf(entry.leaf, nfc);
  }
  return encoded;
}

/**
 * @param {string} text
 * @param {import('./reading.js').Read} read
 * @returns {unknown} what the text holds: parts, what its JSON says, or itself
 * @throws if it is too large
 */
function open(text, read) {
  if (Buffer.byteLength(text) > MAX_BYTES) throw new RangeError();
  if (read.delimiter && text) return text.split(read.delimiter, MAX_ENTRIES);
  try {
    return read.json ? JSON.parse(text) : text;
  } catch {
    return text;
  }
}

/**
 * @param {unknown[]} entries
 * @returns {number} how many bytes of UTF-8 the texts among them have
 */
function countBytes(entries) {
  let bytes = 0;
  for (const entry of entries) {
    const text = isObject(entry) ? entry.leaf : entry;
    if (typeof text === 'string') bytes += Buffer.byteLength(text);
  }
  return bytes;
}

/**
 * @param {string} name
 * @returns {string} the name in Unicode's normalization form C; U+FFFD, which no name holds, if it has too many marks in a row
 */
function compose(name) {
  const length = Buffer.byteLength(name);
  // ASCII is its own normal form, and longer names are refused.
  if (length === name.length || length > MAX_NAME_BYTES) return name;
  return TOO_MANY_MARKS.test(name) ? '\ufffd' : name.normalize('NFC');
}

/**
 * A value without what is inside it: no shape looks deeper, so a cycle is never entered.
 *
 * @param {unknown} value
 * @param {boolean} nfc whether a string is brought into Unicode's normalization form C
 * @returns {string}
 */
function encodeLeaf(value, nfc) {
  if (value === null || value === undefined) return NULL;
  switch (typeof value) {
    case 'string':
      return STRING + sized(nfc ? compose(value) : value);
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
