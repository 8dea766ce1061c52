/**
 * Runs logins through an Action under a loader like Auth0's. `claimsmith test --engine wasm` contains this program and
 * starts it with Node.
 *
 * Standard input is JSON: `action` is the text of the Action, `events` are the logins, as `login.mjs` reads them.
 * Standard output is JSON: for each login, what the Action did with it.
 */

import { readFileSync } from 'node:fs';
import { createApi, loadAction, takeScene } from './auth0-loader.mjs';

const { action, events } = JSON.parse(readFileSync(0, 'utf8'));
// One instance for all logins, as Auth0 keeps one.
const instance = loadAction(action);
const logins = [];
for (const sent of events) logins.push(await run(sent));
process.stdout.write(JSON.stringify({ node: process.version, logins }));

/** @param {object} sent an event with a member `claimsmith` */
async function run(sent) {
  const { event, now = 0, provisioned } = takeScene(sent);
  Date.now = () => now;
  const api = createApi({ provisioned });
  try {
    const { log } = await instance.execute(event, api);
    const { claims, attributes, denied } = api;
    return { claims, attributes, denied: denied !== null, log };
  } catch (error) {
    return { error: String(error) };
  }
}
