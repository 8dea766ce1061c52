/**
 * Which logins are those of another slice, if the mappings are divided among several Actions of the trigger.
 *
 * Every slice computes the same key of a login, and exactly one slice answers it: the first one lists the keys of all
 * others and answers the rest, each other one lists its own keys. A key is listed by the first digits of its digest. As
 * few digits are used as tell the keys of different slices apart; an unknown key that has those of a
 * listed one belongs to the same slice for everyone.
 *
 * @import { PostLoginEvent } from '../types/auth0.js'
 */

import { text } from './bytes.js';
import { hash } from './digest.js';

// `claimsmith bundle` replaces these; each occurs once.
/** Empty without slices; else `-` if the listed keys are those of others, `+` if they are its own, then the number of digits of each, in two digits, and the keys. */
const SLICE = '__CLAIMSMITH_SLICE__';
const SLICE_DIGEST = '__CLAIMSMITH_SLICE_DIGEST__';
const KEYS_AT = 3;

/** @type {boolean | undefined} */
let intact;

/** @returns {boolean} whether the list is the one that was built */
export function isIntact() {
  return (intact ??= hash(SLICE) === SLICE_DIGEST);
}

/**
 * @param {PostLoginEvent} event
 * @returns {boolean} whether another slice answers the login
 * @throws {Error} if the list is damaged
 */
export function isOthers(event) {
  if (!isIntact()) throw new Error();
  if (!SLICE) return false;
  const digits = Number(SLICE.slice(1, KEYS_AT));
  const wanted = hash(keyOf(event), 'base64', digits);
  let at = KEYS_AT - 1;
  do at = SLICE.indexOf(wanted, at + 1);
  while (at >= 0 && (at - KEYS_AT) % digits !== 0);
  return at < 0 === (SLICE[0] === '+');
}

/**
 * @param {PostLoginEvent} event
 * @returns {string} as the engine routes the login; empty for an event that cannot be read, which the first slice answers
 */
function keyOf(event) {
  try {
    const { organization, connection } = event;
    return organization == null ? 'c' + (text(connection?.name) ?? '') : 'o' + (text(organization.id) ?? '');
  } catch {
    return '';
  }
}
