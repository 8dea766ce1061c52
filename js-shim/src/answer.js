/**
 * Carries an answer out: claims, SAML attribute, denial, log line.
 *
 * Neither the log line nor the text of a denial names a user or a group.
 */

/** Auth0 keeps 256 characters of what an Action prints. */
const LINE_CHARACTERS = 255;

/**
 * A SAML attribute that Auth0 does not take is a failure like that of an engine: the policy for failures decides,
 * and the application gets no groups in any case.
 *
 * @param {object} event
 * @param {object} api Auth0's api object
 * @param {string} policy JSON, see `fallback`
 * @param {string} digest the first digits of the bundle's digest, `-` if there is none
 * @param {import('./engine.js').Answer} answer
 */
export function deliver(event, api, policy, digest, answer) {
  if (!setAttribute(event, api, answer)) answer = fallback(policy, event, 'engine-failure');
  const { outcome, reason, delivery, groups, provenance } = answer;
  console.log(describe(digest, answer));
  if (outcome === 'groups') {
    for (const token of [delivery.id && api.idToken, delivery.access && api.accessToken]) {
      if (!token) continue;
      token.setCustomClaim(delivery.claim, groups);
      if (provenance) token.setCustomClaim(delivery.provenance, provenance);
    }
  } else if (outcome === 'deny') {
    api.access.deny(`Access could not be established (claimsmith: ${reason}). Contact your administrator.`);
  }
}

/**
 * Sets the attribute that a SAML application reads, if this is a login to one.
 *
 * @param {object} event
 * @param {object} api
 * @param {import('./engine.js').Answer} answer
 * @returns {boolean} false if the application cannot be told
 */
function setAttribute(event, api, { outcome, delivery, groups }) {
  if (outcome !== 'groups' || !delivery.saml) return true;
  try {
    if (event.transaction?.protocol === 'samlp') api.samlResponse.setAttribute(delivery.saml, groups);
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
  const start =
    `claimsmith ${digest} ${outcome} ${reason} in=${received} out=${groups.length} rules=${rules} unmatched=${unmatched}`;
  for (let more = 0; ; more++) {
    const line = [start, ...notes.slice(0, notes.length - more), ...(more ? [`more=${more}`] : [])].join(' ');
    if (line.length <= LINE_CHARACTERS || more === notes.length) return line;
  }
}

/**
 * The answer when there is no engine to ask: no groups for any application, or no login to it.
 *
 * @param {string} policy JSON: what to do after a failure, and for each client its claim, on both tokens,
 *   or how its application is told
 * @param {object} event
 * @param {string} reason
 * @returns {import('./engine.js').Answer}
 */
export function fallback(policy, event, reason) {
  const answer = { outcome: 'none', reason, groups: [], received: 0, rules: 0, unmatched: 0, notes: [] };
  try {
    const { failure, claims } = JSON.parse(policy);
    const client = event.client.client_id;
    if (Object.hasOwn(claims, client)) {
      const how = claims[client];
      answer.outcome = failure === 'deny' ? 'deny' : 'groups';
      answer.delivery = typeof how === 'string' ? { claim: how, id: true, access: true } : how;
    }
  } catch {
    // Without a policy or a client there is no application whose claim could be set.
  }
  return answer;
}
