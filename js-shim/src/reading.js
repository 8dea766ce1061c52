/**
 * Reads what the engine asks for: values out of the event, and the groups that Auth0 keeps.
 *
 * Only what something holds itself counts: what it inherits was not sent by the identity provider.
 *
 * @typedef {object} Read one value that the engine wants
 * @property {string} base where it is: `login`, the attributes of the identity that logged in; `user`; `event`;
 *   or `provisioned`, the groups that Auth0 keeps
 * @property {boolean} json whether a string there holds JSON
 * @property {boolean} nfc whether strings are brought into Unicode's normalization form C
 * @property {boolean} overage whether Entra's signs of withheld groups are looked for
 * @property {string[]} path the tokens of a JSON Pointer below the base
 * @property {string} field the member that is wanted of objects, else empty
 * @property {string} delimiter where a string there is split before its parts are normalized, or empty
 * @property {string} head what an encoded object begins with if it has the field
 */

import {
  MAX_ENTRIES, OVERAGE, UNAVAILABLE, UNCLEAR, UNREADABLE, encodeValue, isObject, member, memberHead,
} from './attribute.js';

/** Instead of attributes, if it cannot be told whose count. */
const NOBODY = {};
/** The attributes of an identity whose profile is not there. */
const NOTHING = {};
const GROUPS_LINK = 'http://schemas.microsoft.com/claims/groups.link';

/**
 * @param {string} text a read as the engine writes it
 * @returns {Read}
 */
export function parseRead(text) {
  const [base, options, pointer, field, delimiter] = text.split('\0');
  const has = (option) => options.split(',').includes(option);
  return {
    base,
    json: has('json'),
    nfc: has('nfc'),
    overage: has('overage'),
    path: pointer
      .split('/')
      .slice(1)
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')),
    field,
    delimiter,
    head: memberHead(field),
  };
}

/**
 * The encoded values, one behind the other. Whatever throws is unreadable, and no other value suffers.
 *
 * @param {Read[]} reads
 * @param {object} event
 * @param {unknown[] | null | undefined} provisioned the groups that Auth0 keeps, unless they could not be had
 * @returns {string}
 */
export function encodeReads(reads, event, provisioned) {
  let encoded = '';
  let identity;
  for (const read of reads) {
    try {
      if (read.base === 'provisioned') {
        encoded += provisioned ? encodeValue(provisioned, read) : UNAVAILABLE;
        continue;
      }
      const from =
        read.base === 'login' ? (identity ??= findIdentity(event)) : read.base === 'user' ? event.user : event;
      if (from === NOBODY) encoded += UNCLEAR;
      else if (read.overage && withholds(from)) encoded += OVERAGE;
      else encoded += encodeValue(find(from, read.path), read);
    } catch {
      encoded += UNREADABLE;
    }
  }
  return encoded;
}

/**
 * The attributes of the identity that logged in.
 *
 * Where accounts are linked, those of the first identity are the user's own, and the others keep theirs
 * in a profile. The identities of one connection cannot be told apart.
 *
 * @param {object} event
 * @returns {unknown} `NOBODY` if it cannot be told which identity it is
 */
function findIdentity({ user, connection }) {
  const identities = member(user, 'identities');
  if (identities === undefined) return user;
  if (!Array.isArray(identities)) return NOBODY;
  const count = identities.length >>> 0;
  if (count === 0) return user;
  if (count >= MAX_ENTRIES) return NOBODY;
  let found = -1;
  for (let i = 0; i < count; i++) {
    const name = member(identities[i], 'connection');
    if (typeof name !== 'string') return NOBODY;
    if (name !== connection?.name) continue;
    if (found >= 0) return NOBODY;
    found = i;
  }
  if (found <= 0) return found < 0 ? NOBODY : user;
  const profile = member(identities[found], 'profileData');
  return isObject(profile) ? profile : NOTHING;
}

/**
 * Auth0's profiles can have the dots of an attribute's name as colons. A sign that cannot be read is one.
 *
 * @param {unknown} attributes
 * @returns {boolean} whether Entra says that there are more groups than it sends
 */
function withholds(attributes) {
  const has = (name) => isObject(attributes) && Object.hasOwn(attributes, name);
  if (has('groups:src1') || has(GROUPS_LINK) || has(GROUPS_LINK.replaceAll('.', ':'))) return true;
  if (has('hasgroups') && ![false, 'false'].includes(attributes.hasgroups)) return true;
  if (!has('_claim_names')) return false;
  const names = attributes._claim_names;
  return typeof names === 'string' ? names.includes('"groups"') : !isObject(names) || Object.hasOwn(names, 'groups');
}

/**
 * @param {unknown} root
 * @param {string[]} path
 * @returns {unknown} what the path leads to, through objects only
 */
function find(root, path) {
  let value = root;
  for (const token of path) value = member(value, token);
  return value;
}
