/**
 * Carries an answer out: claims, denial, log line.
 *
 * Neither the log line nor the text of a denial names a user or a group.
 */

/**
 * @param {object} api Auth0's api object
 * @param {string} digest the first digits of the bundle's digest, `-` if there is none
 * @param {import('./engine.js').Answer} answer
 */
export function deliver(api, digest, { outcome, reason, claim, groups, received, rules, unmatched, notes }) {
  const counts = [`in=${received}`, `out=${groups.length}`, `rules=${rules}`, `unmatched=${unmatched}`, ...notes];
  console.log(`claimsmith ${digest} ${outcome} ${reason} ${counts.join(' ')}`);
  if (outcome === 'groups') {
    api.idToken.setCustomClaim(claim, groups);
    api.accessToken.setCustomClaim(claim, groups);
  } else if (outcome === 'deny') {
    api.access.deny(`Access could not be established (claimsmith: ${reason}). Contact your administrator.`);
  }
}

/**
 * The answer when there is no engine to ask: no groups for any application, or no login to it.
 *
 * @param {string} policy JSON: what to do after a failure, and the claim of each client
 * @param {object} event
 * @param {string} reason
 * @returns {import('./engine.js').Answer}
 */
export function fallback(policy, event, reason) {
  const counts = { received: 0, rules: 0, unmatched: 0, notes: [] };
  const answer = { outcome: 'none', reason, claim: undefined, groups: [], ...counts };
  try {
    const { failure, claims } = JSON.parse(policy);
    const client = event.client.client_id;
    if (Object.hasOwn(claims, client)) {
      answer.outcome = failure === 'deny' ? 'deny' : 'groups';
      answer.claim = claims[client];
    }
  } catch {
    // Without a policy or a client there is no application whose claim could be set.
  }
  return answer;
}
