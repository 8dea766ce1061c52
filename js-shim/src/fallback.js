/**
 * The answer without an engine: no groups for any application, or no login to it.
 *
 * It is given when part of the Action's text may be damaged, and the damage may be in the policy. So the policy has a
 * digest, and there is a list of the clients alone, with a digest of its own. If a digest does not match, the login is
 * refused.
 *
 * @import { Answer, Delivery, Report } from './engine.js'
 * @import { PostLoginEvent } from '../types/auth0.js'
 */

import { hash } from './digest.js';
import { isIntact } from './slice.js';

// `claimsmith bundle` replaces these; each occurs once.
/**
 * JSON: what to do if the client cannot be read, and for each client its claim, on both tokens, or its whole delivery, or
 * null if its logins are refused.
 */
const POLICY = '__CLAIMSMITH_FALLBACK__';
const POLICY_DIGEST = '__CLAIMSMITH_FALLBACK_DIGEST__';
/** The first digits of each client's digest, concatenated. */
const CLIENTS = '__CLAIMSMITH_CLIENTS__';
const CLIENTS_DIGEST = '__CLAIMSMITH_CLIENTS_DIGEST__';
const CLIENT_DIGITS = 8;

/**
 * Never throws.
 *
 * @param {PostLoginEvent} event
 * @param {string} reason
 * @returns {Answer}
 */
export function fallback(event, reason) {
  /** @type {Report & { outcome: string, delivery?: Delivery }} */
  const answer = { outcome: 'deny', reason, groups: [], received: 0, rules: 0, unmatched: 0, notes: [] };
  try {
    // With a damaged list of other slices' logins, this may be one of them, and must not receive a claim from here.
    const { failure, claims } = hash(POLICY) === POLICY_DIGEST && isIntact() ? JSON.parse(POLICY) : {};
    // Without a client there is no application whose claim could be set.
    if (failure === 'no-groups') answer.outcome = 'none';
    const client = event.client?.client_id;
    // A list or an object would be converted to a key, which may be that of a client.
    if (typeof client !== 'string' || !(claims ? Object.hasOwn(claims, client) : mayBeOurs(client))) {
      answer.outcome = 'none';
    } else {
      const how = claims?.[client];
      answer.outcome = how ? 'groups' : 'deny';
      answer.delivery = typeof how === 'string' ? { claim: how, id: true, access: true } : how;
    }
  } catch {
    // What was decided before the exception stays.
  }
  return /** @type {Answer} */ (answer);
}

/**
 * @param {string} client
 * @returns {boolean} false only if it is known that the client is not one of the platform's
 */
function mayBeOurs(client) {
  return hash(CLIENTS) !== CLIENTS_DIGEST || CLIENTS.includes(hash(client).slice(0, CLIENT_DIGITS));
}
