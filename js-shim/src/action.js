/**
 * The Action: what Auth0 runs after each login.
 *
 * Auth0 keeps an instance for many logins, several of which may run at once, and repeats an error at load time for
 * every login of that instance. So nothing happens at load time, and nothing throws, except if a login that has to be
 * refused cannot be refused.
 */

/** @import { PostLoginApi, PostLoginEvent } from '../types/auth0.js' */

import { deliver } from './answer.js';
import { Engine } from './engine.js';
import { fallback } from './fallback.js';
import { fetchGroups } from './provisioned.js';
import { isOthers } from './slice.js';

// `claimsmith bundle` replaces these; each occurs once.
const ENGINE = '__CLAIMSMITH_ENGINE__';
const BUNDLE = '__CLAIMSMITH_BUNDLE__';
const DIGEST = '__CLAIMSMITH_DIGEST__';

/** @type {Engine | undefined} */
let engine;

/**
 * @param {PostLoginEvent} event
 * @param {PostLoginApi} api
 */
async function onExecutePostLogin(event, api) {
  let digest = '-';
  let answer;
  try {
    if (isOthers(event)) return;
    const running = start();
    digest = running.digest;
    const time = Date.now();
    // A division would turn null, and much else, into a time.
    const now = typeof time === 'number' ? time / 1000 : NaN;
    answer = running.evaluate(event, now);
    if (answer === undefined) {
      const provisioned = await fetchGroups(event, api);
      // While this login waited, another one may have made the engine fail.
      // With the provisioned groups, there always is an answer.
      answer = /** @type {import('./engine.js').Answer} */ (start().evaluate(event, now, provisioned));
    }
  } catch {
    // The memory of an engine that has trapped cannot be trusted: the next login starts a new engine.
    engine?.quarantine();
    engine = undefined;
    answer = fallback(event, digest === '-' ? 'bad-bundle' : 'engine-failure');
  }
  deliver(event, api, digest, answer);
}

// Not `export`: esbuild would generate much more code for it.
exports.onExecutePostLogin = onExecutePostLogin;

/** @returns {Engine} the engine of this instance */
function start() {
  return (engine ??= new Engine(ENGINE, BUNDLE, DIGEST));
}
