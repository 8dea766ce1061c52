/**
 * Carries an answer out: claims, SAML attribute, denial, log line.
 *
 * Neither the log line nor the text of a denial names a user or a group.
 */

import { fallback } from './fallback.js';

/** Auth0 keeps 256 characters of what an Action prints. */
const LINE_CHARACTERS = 255;
/** Auth0 takes 100 KB of custom claims on one token, and fails the login above that. */
const MAX_CLAIM_BYTES = 100_000;

/**
 * What cannot be carried out becomes a refusal, and the line says what became of the login.
 *
 * @param {object} event
 * @param {object} api Auth0's api object
 * @param {string} digest the first digits of the bundle's digest, `-` if there is none
 * @param {import('./engine.js').Answer} answer
 * @throws {Error} only if the login cannot be refused: Auth0 then refuses it
 */
export function deliver(event, api, digest, answer) {
  try {
    if (answer.outcome === 'groups') answer = tell(event, api, answer);
  } catch {
    // One token may carry the claim by now, which is as good as none: the login ends here.
    answer = refuse(answer, 'engine-failure');
  }
  try {
    if (answer.outcome === 'deny') {
      api.access.deny('Access could not be established (claimsmith: ' + answer.reason + '). Contact your administrator.');
    }
  } catch {
    throw new Error('Access could not be refused (claimsmith)');
  } finally {
    try {
      console.log(describe(digest, answer));
    } catch {
      // The login is what it is, with its line or without.
    }
  }
}

/**
 * Tells the application its groups.
 *
 * A SAML attribute that Auth0 does not take is a failure like that of an engine: the policy for failures decides,
 * and the application gets no groups in any case.
 *
 * @param {object} event
 * @param {object} api
 * @param {import('./engine.js').Answer} answer
 * @returns {import('./engine.js').Answer} what the application was told in the end, or a refusal
 * @throws if it cannot be told
 */
function tell(event, api, answer) {
  if (!setAttribute(event, api, answer)) answer = fallback(event, 'engine-failure');
  const { outcome, reason, delivery, groups, provenance } = answer;
  if (outcome !== 'groups') return refuse(answer, reason);
  const claims = { [delivery.claim]: groups };
  if (provenance) claims[delivery.provenance] = provenance;
  if (Buffer.byteLength(JSON.stringify(claims)) > MAX_CLAIM_BYTES) return refuse(answer, 'over-limit');
  for (const token of [delivery.id && api.idToken, delivery.access && api.accessToken]) {
    if (token !== false) for (const [name, value] of Object.entries(claims)) token.setCustomClaim(name, value);
  }
  return answer;
}

/**
 * @param {import('./engine.js').Answer} answer
 * @param {string} reason
 * @returns {import('./engine.js').Answer}
 */
function refuse(answer, reason) {
  return { ...answer, outcome: 'deny', reason, groups: [] };
}

/**
 * Sets the attribute that a SAML application reads, if this is a login to one.
 *
 * @param {object} event
 * @param {object} api
 * @param {import('./engine.js').Answer} answer
 * @returns {boolean} false if the application cannot be told
 */
function setAttribute(event, api, { delivery, groups }) {
  try {
    if (delivery.saml && event.transaction?.protocol === 'samlp') api.samlResponse.setAttribute(delivery.saml, groups);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} digest
 * @param {import('./engine.js').Answer} answer
 * @returns {string} one line; the notes for which there is no room are counted as `more`
 */
function describe(digest, { outcome, reason, groups, received, rules, unmatched, notes }) {
  const start = [
    'claimsmith', digest, outcome, reason,
    'in=' + received, 'out=' + groups.length, 'rules=' + rules, 'unmatched=' + unmatched,
  ];
  for (let more = 0; ; more++) {
    const line = [...start, ...notes.slice(0, notes.length - more), ...(more ? ['more=' + more] : [])].join(' ');
    if (line.length <= LINE_CHARACTERS || more === notes.length) return line;
  }
}
