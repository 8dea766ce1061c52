#!/usr/bin/env node
/**
 * Runs one login through a built Action under a loader like Auth0's, and prints what it did as JSON.
 *
 *     node js-shim/login.mjs dist/action.js js-shim/test/events/acme.json
 *
 * The event may have a member `claimsmith`, which Auth0's events do not have and the Action does not receive: `now` is
 * the time of the login, `provisioned` the groups that Auth0 keeps, or null if they cannot be fetched.
 *
 * Exit status: 0 the Action ran, 1 it threw, 2 the arguments could not be read.
 */

import { readFileSync } from 'node:fs';
import { createApi, loadAction, takeScene } from './auth0-loader.mjs';

const USAGE = 'usage: node login.mjs ACTION EVENT (a file of JSON, or - for standard input)';

const [actionPath, eventPath, ...rest] = process.argv.slice(2);
if (eventPath === undefined || rest.length > 0) quit(USAGE);
const source = readArgument(actionPath, (text) => text);
const { event, now, provisioned } = takeScene(readArgument(eventPath === '-' ? 0 : eventPath, parseEvent));
if (Number.isNaN(now)) quit('cannot read the time of the event: claimsmith.now is not an RFC 3339 time');
if (now !== undefined) Date.now = () => now;

const api = createApi({ provisioned });
const timings = {};
let log = [];
let failure = {};
try {
  const action = await timed('load', () => {
    const loaded = loadAction(source, { filename: actionPath });
    loaded.initialize();
    return loaded;
  });
  ({ log } = await timed('first', () => action.execute(structuredClone(event), api)));
  await timed('second', () => action.execute(structuredClone(event), createApi({ provisioned })));
} catch (error) {
  failure = { error: String(error) };
  process.exitCode = 1;
}
const { claims, attributes, denied } = api;
process.stdout.write(`${JSON.stringify({ claims, attributes, denied, log, timings, ...failure }, null, 2)}\n`);

/**
 * @template T
 * @param {string} name
 * @param {() => T | Promise<T>} run
 * @returns {Promise<T>}
 */
async function timed(name, run) {
  const start = performance.now();
  const value = await run();
  timings[name] = Math.round((performance.now() - start) * 1000) / 1000;
  return value;
}

/** An event as JSON; a byte order mark before it, as some editors write it, is skipped. */
function parseEvent(text) {
  return JSON.parse(text.replace(/^\ufeff/, ''));
}

function readArgument(path, parse) {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return quit(`cannot read ${path === 0 ? 'standard input' : path}: ${error.message}`);
  }
}

function quit(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
