/**
 * The Action: what Auth0 runs after each login.
 *
 * Auth0 keeps an instance for many logins, several of which may be under way at once, and repeats an error
 * at load time for every login of that instance. So nothing happens at load time, and nothing may throw, except
 * where a login that has to be refused cannot be.
 */

import { deliver } from './answer.js';
import { Engine } from './engine.js';
import { fallback } from './fallback.js';
import { fetchGroups } from './provisioned.js';

// The bundler puts these in; each stands here once.
const ENGINE = '__CLAIMSMITH_ENGINE__';
const BUNDLE = '__CLAIMSMITH_BUNDLE__';
const DIGEST = '__CLAIMSMITH_DIGEST__';

/** @type {Engine | undefined} */
let engine;

/**
 * @param {object} event
 * @param {object} api
 */
async function onExecutePostLogin(event, api) {
  let digest = '-';
  let answer;
  try {
    ({ digest } = start());
    const time = Date.now();
    // Division would make a time of null, and of much else.
    const now = typeof time === 'number' ? time / 1000 : NaN;
    answer = engine.evaluate(event, now);
    if (answer === undefined) {
      const provisioned = await fetchGroups(event, api);
      // While this login waited, another one may have brought the engine down.
      answer = start().evaluate(event, now, provisioned);
    }
  } catch {
    // The memory of an engine that has trapped cannot be trusted: the next login starts another.
    engine = undefined;
    answer = fallback(event, digest === '-' ? 'bad-bundle' : 'engine-failure');
  }
  deliver(event, api, digest, answer);
}

// Not `export`, of which the bundler would make much more code.
exports.onExecutePostLogin = onExecutePostLogin;

/** @returns {Engine} the engine of this instance */
function start() {
  return (engine ??= new Engine(ENGINE, BUNDLE, DIGEST));
}
