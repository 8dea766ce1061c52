/**
 * Runs logins through an Action that somebody else wrote, under a loader like Auth0's. `claimsmith compare-action`
 * contains this program and starts it with Node, whose permission model keeps files, processes and workers from it.
 *
 * What the Action could do to this program by accident is prevented: there is no network, no `process`, no module but
 * those of a list, and its console is not this program's. That is not a wall against an Action that tries to break out.
 *
 * Standard input has lines: the text of the Action as JSON, then each login's event, as `login.mjs` reads it.
 * Standard output has a line of JSON for each login, what the Action did with it and what it needed that is not there, or
 * one with `fatal`. Texts of what the Action throws are not in it: they may be about the user.
 */

import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { createApi, takeScene } from './auth0-loader.mjs';

/** Modules of Node that reach neither files nor network nor processes. */
const MODULES =
  /^(?:node:)?(?:assert|buffer|crypto|events|path|punycode|querystring|stream|string_decoder|timers|timers\/promises|url|util|zlib)$/;
const MAX_TEXT = 300;
/** Errors whose names are the language's own. */
const KINDS = new Set(['Error', 'TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'EvalError', 'URIError']);
const RULE = /(?:function\s*\w*\s*)?\(\s*user\s*,\s*context\s*,\s*(?:callback|cb)\s*\)/;
const RULE_FIX =
  'it is an Auth0 Rule and not an Action; write its body as `exports.onExecutePostLogin = async (event, api) => { … }`, with `event.user` for `user`, `event.client` and `event.connection` for those of `context`, `api.idToken.setCustomClaim(name, value)` for `context.idToken[name] = value`, and `return` for `callback`';
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

/** What the Action has asked for that is not there, since the last login or the start. */
let needed = new Set();

/** The replacement of a module that is not there: it can be loaded and taken apart, but not called. */
function missing(name) {
  const refuse = () => {
    needed.add(name);
    throw new Error('not there');
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
  return typeof handler === 'function' ? handler : new Error(withoutHandler(source, module.exports));
}

/** Why there is nothing to run. */
function withoutHandler(source, exported) {
  if (RULE.test(source)) return RULE_FIX;
  const other = Object.keys(exported ?? {}).find((key) => /^on(?!ExecutePostLogin$)[A-Z]/.test(key));
  if (other === undefined) return 'it exports no `onExecutePostLogin`';
  return `it exports \`${other}\`, which is not run at a login, and no \`onExecutePostLogin\``;
}

/** Why the Action could not be loaded. Messages of the parser quote the code alone. */
function loadError(source, error) {
  if (RULE.test(source) && !source.includes('onExecutePostLogin')) return RULE_FIX;
  if (needed.size > 0)
    return `it calls \`${[...needed].join('`, `')}\` while it is loaded, and there is no such thing here`;
  if (error instanceof SyntaxError) return `it is not JavaScript that Node reads: ${textOf(error)}`;
  return `it throws while it is loaded: ${kindOf(error)}`;
}

/** The kind of an error, and the line of the Action that it comes from; never its text. */
function kindOf(error) {
  let [kind, line] = ['something that is not an error', ''];
  try {
    if (error instanceof Error) {
      const name = `${error.constructor?.name}`;
      kind = KINDS.has(name) ? name : 'an error';
      // The first line is the function around the Action.
      const found = /\/action\.js:(\d+):/.exec(`${error.stack}`.slice(-4000));
      line = found === null ? '' : ` in line ${Number(found[1]) - 1}`;
    }
  } catch {
    kind = 'an error';
  }
  return kind + line;
}

/** Secrets or settings of the Action, of which only those of the event are there. */
function asked(values, path) {
  return new Proxy(values, {
    get(target, key) {
      if (typeof key === 'string' && !(key in target)) needed.add(`${path}.${key}`);
      return target[key];
    },
    has(target, key) {
      if (typeof key === 'string' && !(key in target)) needed.add(`${path}.${key}`);
      return key in target;
    },
  });
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
  event.secrets = asked(event.secrets ?? {}, 'event.secrets');
  event.configuration = asked(event.configuration ?? {}, 'event.configuration');
  needed = new Set();
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
    if (thrown?.code === 'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING') needed.add('import()');
    error = kindOf(thrown);
  }
  const { claims, attributes, denied } = api;
  const needs = [...needed].slice(0, 20);
  return { claims, attributes, denied: denied !== null, ignored: [...ignored].slice(0, 20), needs, error };
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
  write(`${stringify({ fatal: loadError(source, error) })}\n`);
  exit(0);
}
if (handler instanceof Error) {
  write(`${stringify({ fatal: handler.message })}\n`);
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
