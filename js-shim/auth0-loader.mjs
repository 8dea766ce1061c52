/**
 * Loads and runs an Action as Auth0's runtime for Actions does, according to its published loader, type definitions and
 * documentation:
 *
 * - The text is wrapped in a function of `module`, `exports` and `console` and compiled with
 *   `vm.compileFunction` as CommonJS, in the realm of the process.
 * - It is initialized at the first execution. If that throws, every execution of the instance throws the same.
 * - The handler has to be a native async function.
 * - Executions of one instance may interleave; each has a log of its own.
 * - Nothing can be written to the file system.
 * - Claims with a reserved name are dropped without an error, except `scope`, which throws.
 * - SAML attributes that Auth0 would not accept throw.
 * - The groups that Auth0 keeps come page by page.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { Console } from 'node:console';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Writable } from 'node:stream';
import vm from 'node:vm';

/** The members of `fs` that work without writing. */
const READING = /^(?:access|close|createReadStream|exists|fstat|lstat|opendir|read|realpath|stat|constants|promises)/;

const RESERVED = new Set(
  (
    'acr act active amr at_hash ath attest aud auth_time authorization_details azp c_hash client_id cnf cty dest ' +
    'entitlements events exp groups gty htm htu iat internalService iss jcard jku jti jwe jwk kid may_act mky nbf ' +
    'nonce object_id org_id org_name orig origid permissions roles rph s_hash sid sip_callid sip_cseq_num sip_date ' +
    'sip_from_tag sip_via_branch sub sub_jwk toe txn typ uuid vot vtm x5t#S256'
  ).split(' '),
);
const RESERVED_NAMESPACE =
  /^(?:https?:\/\/(?:[^/]*\.)?(?:auth0\.com|webtask\.io|webtask\.run)(?:[:/]|$)|urn:auth0(?::|$))/i;
/** The claims of one token together; a login with larger claims fails. */
const MAX_CLAIM_BYTES = 100 * 1024;
const MAX_SAML_ATTRIBUTES = 100;
const MAX_SAML_NAME_BYTES = 1024;
const MAX_SAML_VALUE_CHARACTERS = 2048;
/** The most groups of one page, and the default. */
const MAX_PAGE = 100;
const PAGE = 50;

/** The logs of all instances. There is one storage, because Node looks into each at every `await`. */
const logs = new AsyncLocalStorage();

/**
 * @typedef {object} Run one execution
 * @property {string[]} log the lines that it printed
 *
 * @typedef {object} Instance
 * @property {() => void} initialize runs the text of the Action; the first execution does so by itself
 * @property {(event: object, api: object) => Promise<Run>} execute
 * @property {() => (event: object, api: object) => Promise<void>} handler the handler itself
 */

/**
 * One instance of an Action.
 *
 * @param {string} source
 * @param {object} [options]
 * @param {string} [options.filename] the name in stack traces
 * @param {string} [options.handler] the export that the trigger calls
 * @param {Pick<Console, 'log'>} [options.console] in place of the one whose lines a run returns
 * @returns {Instance}
 * @throws if the text is not JavaScript
 */
export function loadAction(source, { filename = '/action.js', handler = 'onExecutePostLogin', console } = {}) {
  const outer = { exports: undefined };
  const wrapped = `module.exports = function(module, exports, console){\n${source}\n};`;
  vm.compileFunction(wrapped, ['module', 'exports', 'require'], { filename })(outer, {}, readOnlyRequire(filename));

  const module = { exports: {} };
  let initialized = false;
  let failure;

  function initialize() {
    if (!initialized) {
      initialized = true;
      try {
        outer.exports(module, module.exports, console ?? createConsole());
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
      }
    }
    if (failure) throw failure;
  }

  return {
    initialize() {
      logs.run({ text: '' }, initialize);
    },
    handler() {
      initialize();
      return findHandler(module.exports, handler);
    },
    execute(event, api) {
      const log = { text: '' };
      return logs.run(log, async () => {
        initialize();
        await findHandler(module.exports, handler)(event, api);
        return { log: log.text.split('\n').slice(0, -1) };
      });
    },
  };
}

function findHandler(exports, name) {
  if (typeof exports !== 'object' || exports === null) throw new Error('The Action must export an object.');
  const found = exports[name];
  if (typeof found !== 'function' || found.constructor?.name !== 'AsyncFunction') {
    throw new Error(`Invalid function signature for the "${name}" handler: it must be a native async function.`);
  }
  return found;
}

function createConsole() {
  const sink = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      const log = logs.getStore();
      if (log) log.text += chunk;
      done();
    },
  });
  return new Console(sink, sink);
}

function readOnlyRequire(filename) {
  const require = createRequire(path.resolve(filename));
  return (id) => (/^(?:node:)?fs(?:\/promises)?$/.test(id) ? readOnly(require(id)) : require(id));
}

function readOnly(fs) {
  return new Proxy(fs, {
    get(target, name) {
      const value = target[name];
      if (name === 'promises') return readOnly(value);
      if (typeof value !== 'function' || READING.test(String(name))) return value;
      return () => {
        throw Object.assign(new Error(`EROFS: read-only file system, ${String(name)}`), { code: 'EROFS' });
      };
    },
  });
}

/**
 * Separates an event from its member `claimsmith`, which describes the rest of the login and is not in Auth0's events.
 *
 * @param {any} event
 * @returns {{ event: any, now?: number, provisioned: object[] | null }} the event as Auth0 would send it,
 *   the time in milliseconds, and the groups that Auth0 keeps
 */
export function takeScene(event) {
  if (typeof event !== 'object' || event === null) return { event, provisioned: null };
  const { claimsmith, ...rest } = event;
  const now = claimsmith?.now;
  return { event: rest, now: now == null ? undefined : Date.parse(now), provisioned: claimsmith?.provisioned ?? null };
}

/**
 * An `api` that records the calls of an Action.
 * It has the methods that change a login's tokens or SAML response, or refuse it; there are no others.
 *
 * @param {object} [options]
 * @param {object[] | null} [options.provisioned] the groups that Auth0 keeps for the user; without them
 *   there is no `groups`
 * @returns {object} `claims` by token, `attributes` of the SAML response, and `denied`: the reason, or null
 */
export function createApi({ provisioned = null } = {}) {
  const claims = { idToken: {}, accessToken: {} };
  const attributes = {};
  const token = (name) => ({
    setCustomClaim(key, value) {
      if (key === 'scope') throw new Error('The "scope" claim cannot be set.');
      if (!RESERVED.has(key) && !RESERVED_NAMESPACE.test(key)) {
        claims[name][key] = structuredClone(value);
        if (Buffer.byteLength(JSON.stringify(claims[name])) > MAX_CLAIM_BYTES) {
          throw new Error(`The custom claims of the ${name} exceed ${MAX_CLAIM_BYTES} bytes.`);
        }
      }
      return api;
    },
  });
  const api = {
    claims,
    attributes,
    denied: null,
    idToken: token('idToken'),
    accessToken: token('accessToken'),
    samlResponse: {
      setAttribute(name, value) {
        checkAttribute(name, value);
        if (!Object.hasOwn(attributes, name) && Object.keys(attributes).length === MAX_SAML_ATTRIBUTES) {
          throw new Error(`A SAML response has at most ${MAX_SAML_ATTRIBUTES} attributes.`);
        }
        attributes[name] = structuredClone(value);
        return api;
      },
    },
    access: {
      deny(reason) {
        api.denied = reason;
        return api;
      },
    },
  };
  if (provisioned !== null) api.groups = { getUserGroups: async (options) => readPage(provisioned, options) };
  return api;
}

function checkAttribute(name, value) {
  if (typeof name !== 'string' || Buffer.byteLength(name) > MAX_SAML_NAME_BYTES) {
    throw new Error(`The name of a SAML attribute is a string of at most ${MAX_SAML_NAME_BYTES} bytes.`);
  }
  for (const one of Array.isArray(value) ? value : [value]) {
    if (one !== null && !['string', 'number', 'boolean'].includes(typeof one)) {
      throw new Error('The value of a SAML attribute is a string, a number, a boolean, null, or an array of them.');
    }
    if (String(one).length > MAX_SAML_VALUE_CHARACTERS) {
      throw new Error(`The value of a SAML attribute has at most ${MAX_SAML_VALUE_CHARACTERS} characters.`);
    }
  }
}

function readPage(groups, { take = PAGE, from = 'at-0' } = {}) {
  if (!Number.isInteger(take) || take < 1 || take > MAX_PAGE) throw new Error(`"take" is from 1 to ${MAX_PAGE}.`);
  const start = /^at-(\d+)$/.exec(from);
  if (!start) throw new Error('"from" is what a page calls "next".');
  const end = Number(start[1]) + take;
  const page = { groups: structuredClone(groups.slice(Number(start[1]), end)) };
  return end < groups.length ? { ...page, next: `at-${end}` } : page;
}
