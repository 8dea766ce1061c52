/**
 * Runs logins through an Action that somebody else wrote, under a loader like Auth0's. `claimsmith compare-action`
 * contains this program and starts it with Node, whose permission model keeps files, processes and workers from it.
 *
 * What the Action could do to this program by accident is prevented: there is no network, no `process`, no module but
 * those of a list, and its console is not this program's. That is not a wall against an Action that tries to break out.
 *
 * Standard input has lines: the text of the Action as JSON, then each login's event, as `login.mjs` reads it.
 * Standard output has a line of JSON for each login, what the Action did with it, or one with `fatal`.
 */

import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { createApi, takeScene } from './auth0-loader.mjs';

/** Modules of Node that reach neither files nor network nor processes. */
const MODULES =
  /^(?:node:)?(?:assert|buffer|crypto|events|path|punycode|querystring|stream|string_decoder|timers|timers\/promises|url|util|zlib)$/;
const MAX_TEXT = 300;
const SCENE = Date;

const real = process;
const { stringify, parse } = JSON;
const { ownKeys, getOwnPropertyDescriptor } = Reflect;
/** Writes all of a text at once: a stream could lose its end when the program exits. */
function write(text) {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(1, bytes));
}
const exit = real.exit.bind(real);
const require = createRequire('/action.js');

/** What the Action must not change, because this program uses it as well. */
const WATCHED = [
  ...[Object, Array, String, Number, Boolean, Function, Promise, Map, Set, RegExp, Error, Symbol],
  ...[Object, Array, String, Number, Boolean, Function, Promise, Map, Set, RegExp, Error, Symbol].map(
    ({ prototype }) => prototype,
  ),
  JSON,
  Reflect,
];
const before = WATCHED.map(contentOf);
const clone = structuredClone;
const same = Object.is;

/** The keys of an object and its values, in one list. */
function contentOf(object) {
  const content = [];
  const keys = ownKeys(object);
  for (let i = 0; i < keys.length; i++) {
    const { value, get } = getOwnPropertyDescriptor(object, keys[i]);
    content[content.length] = keys[i];
    content[content.length] = value ?? get;
  }
  return content;
}

/** Whether the Action has left everything as it was. */
function isIntact() {
  for (let i = 0; i < WATCHED.length; i++) {
    const now = contentOf(WATCHED[i]);
    if (now.length !== before[i].length) return false;
    for (let k = 0; k < now.length; k++) {
      // Regular expressions note their last match here.
      if (!same(now[k], before[i][k]) && WATCHED[i] !== RegExp) return false;
    }
  }
  return structuredClone === clone;
}

/** The replacement of a module that is not there: it can be loaded and taken apart, but not called. */
function missing(name) {
  const refuse = () => {
    throw new Error(`the Action calls ${name}, which is not there: it runs without network and without npm packages`);
  };
  return new Proxy(function () {}, {
    get: (_, key) => (typeof key === 'symbol' || key === 'then' ? undefined : missing(`${name}.${key}`)),
    apply: refuse,
    construct: refuse,
  });
}

/** An `api` that records claims and refusals, and the names of other calls, which do nothing. */
function recordingApi(provisioned, ignored) {
  const api = createApi({ provisioned });
  const other = (path) =>
    new Proxy(function () {}, {
      get: (_, key) => (typeof key === 'symbol' || key === 'then' ? undefined : other(`${path}.${key}`)),
      apply() {
        ignored.add(path);
        return /(?:^|\.)(?:get|can|has)[A-Za-z]*$/.test(path) ? undefined : wrapped;
      },
    });
  const wrapped = new Proxy(api, {
    get: (target, key) => (key in target || typeof key === 'symbol' || key === 'then' ? target[key] : other(key)),
  });
  return { api, wrapped };
}

const quiet = new Proxy({}, { get: () => () => {} });

/** Loads the Action: its handler. */
function load(source) {
  const outer = { exports: undefined };
  const text = `module.exports = function(module, exports, console){\n${source}\n};`;
  const own = (id) => (MODULES.test(id) ? require(id) : missing(id));
  vm.compileFunction(text, ['module', 'exports', 'require'], { filename: '/action.js' })(outer, {}, own);
  const module = { exports: {} };
  outer.exports(module, module.exports, quiet);
  const handler = module.exports?.onExecutePostLogin;
  if (typeof handler !== 'function') throw new Error('it exports no `onExecutePostLogin`');
  return handler;
}

function withoutWorld() {
  for (const name of ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'])
    if (name in globalThis || name === 'fetch') globalThis[name] = missing(name);
  const { version, versions, platform, arch } = real;
  globalThis.process = Object.freeze({
    ...{ version, versions, platform, arch },
    env: Object.freeze({}),
    nextTick: real.nextTick.bind(real),
    hrtime: real.hrtime,
    exit: missing('process.exit'),
  });
  globalThis.console = quiet;
}

function textOf(error) {
  let text;
  try {
    text = `${error?.message ?? error}`;
  } catch {
    text = 'an error without a text';
  }
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

async function run(handler, sent) {
  const { event, now, provisioned } = takeScene(sent);
  globalThis.Date = class extends SCENE {
    constructor(...parts) {
      super(...(parts.length === 0 ? [now] : parts));
    }
    static now() {
      return now;
    }
  };
  event.secrets ??= {};
  event.configuration ??= {};
  if (event.user) {
    event.user.app_metadata ??= {};
    event.user.user_metadata ??= {};
  }
  const ignored = new Set();
  const { api, wrapped } = recordingApi(provisioned, ignored);
  let error;
  try {
    await handler(event, wrapped);
  } catch (thrown) {
    error = textOf(thrown);
  }
  const { claims, attributes, denied } = api;
  return { claims, attributes, denied: denied !== null, ignored: [...ignored].slice(0, 20), error };
}

real.on('unhandledRejection', () => {});
real.on('uncaughtException', () => {});
const [first, ...events] = readFileSync(0, 'utf8').split('\n').slice(0, -1);
const source = parse(first);
withoutWorld();
let handler;
try {
  handler = load(source);
} catch (error) {
  write(`${stringify({ fatal: textOf(error) })}\n`);
  exit(0);
}
for (const event of events) {
  const answer = await run(handler, parse(event));
  if (!isIntact()) {
    write(
      '{"fatal":"it changes objects of the language, such as `Object.prototype`, for everything that runs with it"}\n',
    );
    exit(0);
  }
  write(`${stringify(answer)}\n`);
}
exit(0);
