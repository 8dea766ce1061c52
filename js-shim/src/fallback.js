/**
 * The answer when there is no engine to ask: no groups for any application, or no login to it.
 *
 * It is given when part of the Action's text may be damaged, and the policy may be what is damaged. So the policy has
 * a digest, and beside it are the clients alone, with a digest of their own. Whatever cannot be trusted refuses.
 */

import { hash } from './digest.js';

// The bundler puts these in; each stands here once.
/** JSON: what to do after a failure, and for each client its claim, on both tokens, or how its application is told. */
const POLICY = '__CLAIMSMITH_FALLBACK__';
const POLICY_DIGEST = '__CLAIMSMITH_FALLBACK_DIGEST__';
/** Of each client the first digits of its digest, one after the other. */
const CLIENTS = '__CLAIMSMITH_CLIENTS__';
const CLIENTS_DIGEST = '__CLAIMSMITH_CLIENTS_DIGEST__';
const CLIENT_DIGITS = 8;

/**
 * Never throws.
 *
 * @param {object} event
 * @param {string} reason
 * @returns {import('./engine.js').Answer}
 */
export function fallback(event, reason) {
  const answer = { outcome: 'deny', reason, groups: [], received: 0, rules: 0, unmatched: 0, notes: [] };
  try {
    const { failure, claims } = hash(POLICY) === POLICY_DIGEST ? JSON.parse(POLICY) : {};
    const lenient = failure === 'no-groups';
    // If not even the client can be read, there is no application whose claim could be set.
    if (lenient) answer.outcome = 'none';
    const client = event.client?.client_id;
    // A list or an object would be converted to a key, which may be a client's.
    if (typeof client !== 'string' || !(claims ? Object.hasOwn(claims, client) : mayBeOurs(client))) {
      answer.outcome = 'none';
    } else if (lenient) {
      const how = claims[client];
      answer.outcome = 'groups';
      answer.delivery = typeof how === 'string' ? { claim: how, id: true, access: true } : how;
    }
  } catch {
    // What was decided by then holds.
  }
  return answer;
}

/**
 * @param {string} client
 * @returns {boolean} false only if it is known that the client is not one of the platform's
 */
function mayBeOurs(client) {
  return hash(CLIENTS) !== CLIENTS_DIGEST || CLIENTS.includes(hash(client).slice(0, CLIENT_DIGITS));
}
