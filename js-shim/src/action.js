/**
 * The Action: what Auth0 runs after each login.
 *
 * Auth0 keeps an instance for many logins, several of which may be under way at once, and repeats an error
 * at load time for every login of that instance. So nothing happens at load time, and nothing may throw.
 */

import { deliver, fallback } from './answer.js';
import { Engine } from './engine.js';

// The bundler puts these in; each stands here once.
const ENGINE = '__CLAIMSMITH_ENGINE__';
const BUNDLE = '__CLAIMSMITH_BUNDLE__';
const FALLBACK = '__CLAIMSMITH_FALLBACK__';

/** @type {Engine | undefined} */
let engine;

/**
 * @param {object} event
 * @param {object} api
 */
export async function onExecutePostLogin(event, api) {
  try {
    engine ??= new Engine(ENGINE, BUNDLE);
  } catch {
    return deliver(api, '-', fallback(FALLBACK, event, 'bad-bundle'));
  }
  const { digest } = engine;
  let answer;
  try {
    answer = engine.evaluate(event);
  } catch {
    // The memory of an engine that has trapped cannot be trusted: the next login starts another.
    engine = undefined;
    answer = fallback(FALLBACK, event, 'engine-failure');
  }
  deliver(api, digest, answer);
}
