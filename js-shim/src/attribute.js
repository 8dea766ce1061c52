/**
 * Encodes the value of an attribute for the engine.
 *
 * The value comes from a stranger: it may be anything, of any size, and reading it may throw.
 * Nothing here decides what a value means; the engine does.
 *
 * @import { Lookup } from './reading.js'
 */

import { ABSENT, FALSE, LIST, NAMES, NULL, NUMBER, OBJECT, STRING, TRUE, UNREADABLE } from './boundary.js';
import { sized, word } from './bytes.js';

/** One more than the engine accepts, so that it refuses a list that is cut here. */
export const MAX_ENTRIES = 10_001;
/** The most bytes of UTF-8 that the strings of a value have together. */
const MAX_BYTES = 16 * 1024 * 1024;
/** The most bytes of a name; the engine refuses longer ones. */
const MAX_NAME_BYTES = 4_096;
/** The path to what is read of an object that was made here. The names of other members are shortened in the Action. */
const LEAF = [''];
/** More combining marks than a name may have in a row: putting them into order takes quadratic time. */
const TOO_MANY_MARKS = /\p{M}{31}/u;

/**
 * @param {string} field
 * @returns {string} the beginning of an encoded object that has the field
 */
export function memberHead(field) {
  return OBJECT + word(1) + sized(field);
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>} whether it is a JSON object
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
 * @param {unknown} root
 * @param {string[]} path
 * @returns {unknown} the value at the path, through members of objects and entries of arrays
 */
export function find(root, path) {
  /** @type {any} */
  let value = root;
  for (const token of path) {
    const isEntry = Array.isArray(value) && /^(0|[1-9]\d*)$/.test(token) && Object.hasOwn(value, token);
    value = isEntry ? value[token] : member(value, token);
  }
  return value;
}

/**
 * @param {unknown} found
 * @param {Lookup} lookup
 * @returns {string} its bytes
 * @throws if it is too large, or whatever reading it throws
 */
export function encodeValue(found, lookup) {
  /** @type {any} */
  let value = typeof found === 'string' ? open(found, lookup) : found;
  if (value === undefined) return ABSENT;
  if (lookup.members && isObject(value)) return encodeMembers(value, lookup);
  // The engine could not see that an array which is not expected was not made here, so it gets an object.
  if (Array.isArray(found) && (lookup.values || (lookup.delimiter && !lookup.lists))) return OBJECT + word(0);
  if (lookup.values && isObject(value)) value = Object.values(value);
  if (lookup.single && isObject(value)) value = [value];
  let path = lookup.fieldPath;
  if (lookup.nested && Array.isArray(value)) {
    value = flatten(value, lookup);
    path = LEAF;
  }
  const isList = Array.isArray(value);
  /** @type {unknown[]} */
  const entries = new Array(isList ? Math.min(value.length >>> 0, MAX_ENTRIES) : 1);
  let characters = 0;
  const areParts = lookup.delimiter && typeof found === 'string';
  let areNames = isList && entries.length > 0 && (!lookup.delimiter || areParts);
  for (let i = 0; i < entries.length; i++) {
    // By index: an array may have an iterator of its own.
    const entry = isList ? value[i] : value;
    entries[i] = entry;
    if (typeof entry === 'string') {
      characters += entry.length;
      // The engine counts the parts of a string that contains U+0000.
      areNames &&= areParts || !entry.includes('\0');
      continue;
    }
    areNames = false;
    if (isObject(entry)) {
      const leaf = lookup.field ? find(entry, path) : undefined;
      entries[i] = { leaf };
      if (typeof leaf === 'string') characters += leaf.length;
    }
  }
  // A character has one to three bytes of UTF-8.
  if (characters > MAX_BYTES || (characters > MAX_BYTES / 3 && countBytes(entries) > MAX_BYTES)) throw new RangeError();
  // A list with too many entries is refused in any case.
  const nfc = lookup.nfc && entries.length < MAX_ENTRIES;
  if (areNames) return encodeNames(/** @type {string[]} */ (entries), nfc);
  let encoded = isList ? LIST + word(entries.length) : '';
  let rest = MAX_ENTRIES;
  for (const entry of entries) {
    if (isList && lookup.entries && typeof entry === 'string' && entry) {
      // One part is more than the engine accepts, where there are too many already.
      const parts = entry.split(lookup.delimiter, rest || 1);
      rest = Math.max(rest - parts.length, 0);
      encoded += encodeNames(parts, nfc);
    } else if (!isObject(entry)) encoded += encodeLeaf(entry, nfc);
    else encoded += entry.leaf === undefined ? OBJECT + word(0) : lookup.head + encodeLeaf(entry.leaf, nfc);
  }
  return encoded;
}

/**
 * @param {string[]} names
 * @param {boolean} nfc
 * @returns {string}
 */
function encodeNames(names, nfc) {
  // V8 joins strings several times faster than it appends them one by one.
  return NAMES + word(names.length) + sized((nfc ? names.map(compose) : names).join('\0'));
}

/**
 * @param {unknown[]} list
 * @param {Lookup} lookup
 * @returns {unknown[]} its entries, those of lists inside in place of these lists, and an object for each value in the
 *   field of an object; more than the engine accepts if the lists have too many entries, counting those that are lists
 */
function flatten(list, { field, fieldPath }) {
  /** @type {unknown[]} */
  const flat = [];
  let rest = MAX_ENTRIES;
  /**
   * @param {unknown[]} entries
   * @param {(entry: unknown) => void} add
   */
  const each = (entries, add) => {
    for (let i = 0; i < entries.length && rest > 0; i++, rest--) add(entries[i]);
  };
  /** @param {unknown} leaf */
  const addLeaf = (leaf) => flat.push({ '': leaf });
  /** @param {unknown} entry */
  const add = (entry) => {
    const leaf = field && isObject(entry) ? find(entry, fieldPath) : undefined;
    if (Array.isArray(leaf)) each(leaf, addLeaf);
    else flat.push(isObject(entry) ? { '': leaf } : entry);
  };
  each(list, (entry) => (Array.isArray(entry) ? each(entry, add) : add(entry)));
  return rest > 0 ? flat : new Array(MAX_ENTRIES);
}

/**
 * @param {Record<string, unknown>} object
 * @param {Lookup} lookup
 * @returns {string} the names of its members, each with a sign of its value: absent if it lacks the field, null, or
 *   whether it is anything but false
 * @throws if they are too large, or whatever reading them throws
 */
function encodeMembers(object, { field, nfc }) {
  const names = Object.keys(object).slice(0, MAX_ENTRIES);
  if (names.reduce((bytes, name) => bytes + Buffer.byteLength(name), 0) > MAX_BYTES) throw new RangeError();
  let encoded = OBJECT + word(names.length);
  for (const name of names) {
    const whole = object[name];
    // A value that is not an object does not say whether it has the field.
    const value = !field || whole === null ? whole : isObject(whole) ? member(whole, field) : false;
    const sign = value === undefined ? ABSENT : value === null ? NULL : value === false ? FALSE : TRUE;
    encoded += sized(nfc && names.length < MAX_ENTRIES ? compose(name) : name) + sign;
  }
  return encoded;
}

/**
 * @param {string} text
 * @param {Lookup} lookup
 * @returns {unknown} its parts, the value of its JSON, or the text itself
 * @throws if it is too large
 */
function open(text, lookup) {
  if (Buffer.byteLength(text) > MAX_BYTES) throw new RangeError();
  if (lookup.delimiter && text) return text.split(lookup.delimiter, MAX_ENTRIES);
  try {
    return lookup.json ? JSON.parse(text) : text;
  } catch {
    return text;
  }
}

/**
 * @param {unknown[]} entries
 * @returns {number} the number of bytes of UTF-8 of the strings among them
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
 * @returns {string} the name in Unicode's normalization form C; with too many marks in a row U+FFFD, which the engine
 *   refuses in a name
 */
function compose(name) {
  const length = Buffer.byteLength(name);
  // ASCII is its own normal form, and longer names are refused.
  if (length === name.length || length > MAX_NAME_BYTES) return name;
  return TOO_MANY_MARKS.test(name) ? '\ufffd' : name.normalize('NFC');
}

/**
 * A value without its contents: no shape looks deeper, so a cycle is never entered.
 *
 * @param {unknown} value
 * @param {boolean} nfc whether a string is converted to Unicode's normalization form C
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
