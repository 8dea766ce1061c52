/**
 * Applies an answer to the login: claims, SAML attribute, denial, log line.
 *
 * Neither the log line nor the text of a denial names a user or a group.
 *
 * @import { Answer, GroupsAnswer, Origin } from './engine.js'
 * @import { PostLoginApi, PostLoginEvent } from '../types/auth0.js'
 */

import { fallback } from './fallback.js';

/** Auth0 keeps 256 characters of what an Action prints. */
const LINE_CHARACTERS = 255;
/** Auth0 takes 100 KB of custom claims on one token, and fails the login above that. */
const MAX_CLAIM_BYTES = 100_000;

/**
 * An answer that cannot be applied becomes a refusal, and the log line says how the login ended.
 *
 * @param {PostLoginEvent} event
 * @param {PostLoginApi} api
 * @param {string} digest the first digits of the bundle's digest, `-` if there is none
 * @param {Answer} answer
 * @throws {Error} only if the login cannot be refused: Auth0 then refuses it
 */
export function deliver(event, api, digest, answer) {
  try {
    if (answer.outcome === 'groups') answer = setClaims(event, api, answer);
  } catch {
    // One token may carry the claim by now, which does not matter: the login ends here.
    answer = refuse(answer, 'engine-failure');
  }
  try {
    if (answer.outcome === 'deny') {
      api.access.deny(
        'Access could not be established (claimsmith: ' + answer.reason + '). Contact your administrator.',
      );
    }
  } catch {
    throw new Error('Access could not be refused (claimsmith)');
  } finally {
    try {
      console.log(describe(digest, answer));
    } catch {
      // A log line that cannot be printed does not change the login.
    }
  }
}

/**
 * Sets the claims and the SAML attribute of an application.
 *
 * A SAML attribute that Auth0 does not accept is a failure like that of an engine: the policy for failures decides,
 * and the application receives no groups in any case.
 *
 * @param {PostLoginEvent} event
 * @param {PostLoginApi} api
 * @param {GroupsAnswer} groupsAnswer
 * @returns {Answer} what the application receives in the end, or a refusal
 * @throws if a claim cannot be set
 */
function setClaims(event, api, groupsAnswer) {
  const answer = setAttribute(event, api, groupsAnswer) ? groupsAnswer : fallback(event, 'engine-failure');
  const { outcome, reason, delivery, provenance } = answer;
  if (outcome !== 'groups') return refuse(answer, reason);
  /** @type {Record<string, unknown>} */
  const claims = { [delivery.claim]: valueOf(answer) };
  // The engine gives it only to an application that has a claim for it.
  if (provenance) claims[/** @type {string} */ (delivery.provenance)] = provenance;
  if (Buffer.byteLength(JSON.stringify(claims)) > MAX_CLAIM_BYTES) return refuse(answer, 'over-limit');
  for (const token of [delivery.id && api.idToken, delivery.access && api.accessToken]) {
    if (token !== false) for (const [name, value] of Object.entries(claims)) token.setCustomClaim(name, value);
  }
  return answer;
}

/**
 * @param {GroupsAnswer} answer
 * @returns {string[] | string} the groups, as the application reads them
 */
function valueOf({ delivery, groups }) {
  return delivery.joined ? groups.join(delivery.joined) : groups;
}

/**
 * @param {Answer} answer
 * @param {string} reason
 * @returns {Answer}
 */
function refuse(answer, reason) {
  return { ...answer, outcome: 'deny', reason, groups: [] };
}

/**
 * Sets the attribute that a SAML application reads, if this is a login to one.
 *
 * @param {PostLoginEvent} event
 * @param {PostLoginApi} api
 * @param {GroupsAnswer} answer
 * @returns {boolean} false if the attribute cannot be set
 */
function setAttribute(event, api, answer) {
  const { saml } = answer.delivery;
  try {
    if (saml && event.transaction?.protocol === 'samlp') api.samlResponse.setAttribute(saml, valueOf(answer));
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {Origin} block
 * @returns {string} its digest, when it was issued, and of a pending block which bundle counts
 */
function describeBlock({ bundle, issued, candidate }) {
  const which = candidate === null ? '' : candidate ? ':candidate' : ':previous';
  return bundle.slice(0, 12) + '@' + issued + which;
}

/**
 * @param {string} digest
 * @param {Answer} answer
 * @returns {string} one line; notes that do not fit into it are counted as `more`
 */
function describe(digest, { outcome, reason, groups, received, rules, unmatched, notes, block }) {
  const start = [
    'claimsmith',
    digest,
    outcome,
    reason,
    'in=' + received,
    'out=' + groups.length,
    'rules=' + rules,
    'unmatched=' + unmatched,
    ...(block ? ['block=' + describeBlock(block)] : []),
  ];
  for (let more = 0; ; more++) {
    const line = [...start, ...notes.slice(0, notes.length - more), ...(more ? ['more=' + more] : [])].join(' ');
    if (line.length <= LINE_CHARACTERS || more === notes.length) return line;
  }
}
