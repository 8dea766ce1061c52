/**
 * Reads what the engine asks for: values of the event, and the groups that Auth0 keeps.
 *
 * Only own members count: inherited ones were not sent by the identity provider.
 *
 * @import { PostLoginEvent } from '../types/auth0.js'
 *
 * @typedef {object} Lookup one value that the engine asks for
 * @property {string} base where it is: `login`, the attributes of the identity that logged in; `user`; `event`;
 *   or `provisioned`, the groups that Auth0 keeps
 * @property {boolean} json whether a string there holds JSON
 * @property {boolean} nfc whether strings are converted to Unicode's normalization form C
 * @property {boolean} overage whether Entra's signs of withheld groups are looked for
 * @property {boolean} members whether the names of an object's members are read, and a sign of each value
 * @property {boolean} values whether an object is read as the list of its members' values
 * @property {boolean} single whether an object is read as a list of one
 * @property {boolean} nested whether the entries of a list inside the list, or in the field of an object, take its place
 * @property {boolean} lists where strings are split: whether a list is read too
 * @property {boolean} entries whether the strings of such a list are split
 * @property {string[]} path the tokens of a JSON Pointer below the base
 * @property {string} field the member of objects that is read, or a JSON Pointer to it; or empty
 * @property {string[]} fieldPath its tokens
 * @property {string} delimiter a string there is split at it, before its parts are normalized; or empty
 * @property {string} head the beginning of an encoded object that has the field
 */

import { MAX_ENTRIES, encodeValue, find, isObject, member, memberHead } from './attribute.js';
import { OVERAGE, UNAVAILABLE, UNCLEAR, UNREADABLE } from './boundary.js';

/** In place of attributes: the identity that logged in is not known. */
const UNKNOWN_IDENTITY = {};
/** The attributes of an identity without a profile. */
const NO_ATTRIBUTES = {};
const GROUPS_LINK = 'http://schemas.microsoft.com/claims/groups.link';
/** Auth0's profiles can have colons in place of the dots of an attribute's name. */
const GROUPS_LINK_IN_PROFILE = GROUPS_LINK.replaceAll('.', ':');

/**
 * @param {string} text a lookup as the engine writes it
 * @returns {Lookup}
 */
export function parseLookup(text) {
  const [base, options, pointer, field, delimiter] = text.split('\0');
  /** @param {string} option */
  const has = (option) => options.split(',').includes(option);
  /** @param {string} text */
  const tokens = (text) =>
    text
      .split('/')
      .slice(1)
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  return {
    base,
    json: has('json'),
    nfc: has('nfc'),
    overage: has('overage'),
    members: has('members'),
    values: has('values'),
    single: has('single'),
    nested: has('nested'),
    lists: has('lists'),
    entries: has('entries'),
    path: tokens(pointer),
    field,
    fieldPath: field[0] === '/' ? tokens(field) : [field],
    delimiter,
    head: memberHead(field),
  };
}

/**
 * The encoded values, concatenated. A value whose reading throws is unreadable; the others are not affected.
 *
 * @param {Lookup[]} lookups
 * @param {PostLoginEvent} event
 * @param {unknown[] | null | undefined} provisioned the groups that Auth0 keeps, unless they could not be fetched
 * @returns {string}
 */
export function encodeLookups(lookups, event, provisioned) {
  let encoded = '';
  let identity;
  for (const lookup of lookups) {
    try {
      if (lookup.base === 'provisioned') {
        encoded += provisioned ? encodeValue(provisioned, lookup) : UNAVAILABLE;
        continue;
      }
      const from =
        lookup.base === 'login' ? (identity ??= findIdentity(event)) : lookup.base === 'user' ? event.user : event;
      if (from === UNKNOWN_IDENTITY) encoded += UNCLEAR;
      else if (lookup.overage && withholds(from)) encoded += OVERAGE;
      else encoded += encodeValue(find(from, lookup.path), lookup);
    } catch {
      encoded += UNREADABLE;
    }
  }
  return encoded;
}

/**
 * The attributes of the identity that logged in.
 *
 * Where accounts are linked, the first identity's are the user's own, and each other identity has a profile with its
 * attributes. Two identities of the same connection cannot be distinguished.
 *
 * @param {PostLoginEvent} event
 * @returns {unknown} `UNKNOWN_IDENTITY` if the identity that logged in is not known
 */
function findIdentity({ user, connection }) {
  const identities = member(user, 'identities');
  if (identities === undefined) return user;
  if (!Array.isArray(identities)) return UNKNOWN_IDENTITY;
  const count = identities.length >>> 0;
  if (count === 0) return user;
  if (count >= MAX_ENTRIES) return UNKNOWN_IDENTITY;
  let found = -1;
  for (let i = 0; i < count; i++) {
    const name = member(identities[i], 'connection');
    if (typeof name !== 'string') return UNKNOWN_IDENTITY;
    if (name !== connection?.name) continue;
    if (found >= 0) return UNKNOWN_IDENTITY;
    found = i;
  }
  if (found <= 0) return found < 0 ? UNKNOWN_IDENTITY : user;
  const profile = member(identities[found], 'profileData');
  return isObject(profile) ? profile : NO_ATTRIBUTES;
}

/**
 * A sign that cannot be read counts.
 *
 * @param {any} attributes
 * @returns {boolean} whether Entra says that there are more groups than it sends
 */
function withholds(attributes) {
  /** @param {string} name */
  const has = (name) => isObject(attributes) && Object.hasOwn(attributes, name);
  if (has('groups:src1') || has(GROUPS_LINK) || has(GROUPS_LINK_IN_PROFILE)) return true;
  if (has('hasgroups') && ![false, 'false'].includes(attributes.hasgroups)) return true;
  if (!has('_claim_names')) return false;
  const names = attributes._claim_names;
  return typeof names === 'string' ? names.includes('"groups"') : !isObject(names) || Object.hasOwn(names, 'groups');
}
