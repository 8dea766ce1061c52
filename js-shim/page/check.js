/**
 * Which groups a pasted profile or token would give: the engine of the Action with one customer's bundle.
 *
 * Nothing is verified and nothing is sent: a token is decoded, not trusted.
 */

import { MAX_ENTRIES, find, isObject } from '../src/attribute.js';
import { Engine } from '../src/engine.js';

/** More characters than a token or a profile of Auth0 has. */
const MOST_CHARACTERS = 1_000_000;
/** Groups whose rules are looked for one by one; each costs an evaluation. */
const MOST_LISTED = 2_000;

/**
 * @typedef {object} Source where a connection's groups are read
 * @property {string} from a JSON Pointer below the profile, or `provisioned`
 * @property {string} shape
 * @property {string | null} delimiter
 * @property {string | null} field
 *
 * @typedef {object} PageConnection
 * @property {string} name
 * @property {Source[]} sources
 * @property {{ claim: string, pointer: string, joined: string | null } | null} claim how a claim becomes an attribute
 *
 * @typedef {object} PageData
 * @property {string} engine base64
 * @property {string} bundle base64
 * @property {string} digest of both
 * @property {string | null} organization the id of the Auth0 organization
 * @property {PageConnection[]} connections
 * @property {{ name: string, client: string }[]} applications
 * @property {Record<string, string>} reasons what the codes of reasons mean
 *
 * @typedef {object} Result
 * @property {string} read what the text was taken for
 * @property {string[]} notes what was assumed
 * @property {{ application: string, outcome: string, reason: string, why: string, groups: string[], received: number }[]} applications
 * @property {{ name: string, is: 'matched' | 'unmatched' | 'skipped' }[]} groups what was sent, if it has entries
 */

/**
 * @param {PageData} data
 * @returns {(text: string, connection?: string) => Result} reads a text; it throws an `Error` for people
 */
export function createCheck(data) {
  const engine = new Engine(data.engine, data.bundle, data.digest);
  return (text, name = data.connections[0].name) => {
    const connection = data.connections.find((it) => it.name === name);
    if (!connection) throw new Error('There is no connection of this name.');
    const pasted = read(text);
    const notes = [...pasted.notes];
    const user = asProfile(pasted.value, connection, notes);
    const isProvisioned = connection.sources.some(({ from }) => from === 'provisioned');
    const provisioned = isProvisioned ? provisionedOf(pasted.value, notes) : undefined;
    /** @param {object} user @param {unknown[] | null | undefined} provisioned @param {string} client */
    const evaluate = (user, provisioned, client) => {
      const event = {
        connection: { id: 'page', name },
        client: { client_id: client },
        user,
        ...(data.organization === null ? {} : { organization: { id: data.organization } }),
      };
      const answer = engine.evaluate(/** @type {any} */ (event), Date.now() / 1000, provisioned ?? null);
      if (!answer) throw new Error('The engine gave no answer.');
      return answer;
    };
    const applications = data.applications.map(({ name, client }) => {
      const { outcome, reason, groups, received } = evaluate(user, provisioned, client);
      return { application: name, outcome, reason, why: data.reasons[reason] ?? '', groups, received };
    });
    const entries = entriesOf(user, provisioned, connection);
    /** @type {Result['groups']} */
    const groups = (entries ?? []).slice(0, MOST_LISTED).map(({ name, user, provisioned }) => {
      const { received, unmatched } = evaluate(user, provisioned, data.applications[0].client);
      return { name, is: received === 0 ? 'skipped' : unmatched === 0 ? 'matched' : 'unmatched' };
    });
    if (entries && entries.length > MOST_LISTED) notes.push(`Only the first ${MOST_LISTED} groups are listed.`);
    return { read: pasted.kind, notes, applications, groups };
  };
}

/**
 * @param {string} text
 * @returns {{ kind: string, value: unknown, notes: string[] }}
 */
function read(text) {
  text = text.trim().replace(/^\ufeff/, '');
  if (text === '') throw new Error('Paste a profile or a token.');
  if (text.length > MOST_CHARACTERS) throw new Error('This text is longer than a profile or a token.');
  const token = /^(?:Bearer\s+)?([\w-]+)\.([\w-]+)\.[\w-]*$/.exec(text);
  if (token) {
    const value = parse(decode(token[2]), 'This looks like a token, but its second part is not JSON in base64.');
    return { kind: 'token', value, notes: ['The token was decoded. Its signature was not checked.'] };
  }
  if (/^[\w-]+(\.[\w-]*){4}$/.test(text)) throw new Error('This token is encrypted. Paste its decrypted payload.');
  const value = parse(text, 'This is neither JSON nor a token.');
  if (isObject(value) && isObject(value.user) && isObject(value.connection)) {
    return { kind: 'event', value: value.user, notes: ['Of this event, only the user was read.'] };
  }
  return { kind: Array.isArray(value) ? 'list' : 'profile', value, notes: [] };
}

/**
 * @param {string} text base64url
 * @returns {string}
 */
function decode(text) {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return '';
  }
}

/**
 * @param {string} text
 * @param {string} problem
 * @returns {unknown}
 */
function parse(text, problem) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(problem);
  }
}

/**
 * What Auth0 keeps of what was pasted.
 *
 * @param {unknown} value
 * @param {PageConnection} connection
 * @param {string[]} notes
 * @returns {Record<string, unknown>}
 */
function asProfile(value, { sources, claim }, notes) {
  const source = sources[0];
  if (Array.isArray(value)) {
    if (!source || source.from === 'provisioned') return {};
    if (!source.from.startsWith('/')) throw new Error('Paste a profile: this connection reads no list.');
    notes.push(`The list was taken for the attribute ${source.from}.`);
    const isSplit = source.shape === 'delimited' && value.every((entry) => typeof entry === 'string');
    return withValue({}, source.from, isSplit ? value.join(source.delimiter ?? ',') : value);
  }
  if (!isObject(value)) throw new Error('Paste a JSON object, a list of groups or a token.');
  // A profile has an id of Auth0; without one, these are the claims of a token or the answer of `/userinfo`.
  const isClaims = !Object.hasOwn(value, 'user_id') && (Object.hasOwn(value, 'iss') || Object.hasOwn(value, 'sub'));
  if (claim && isClaims && find(value, tokens(claim.pointer)) === undefined && Object.hasOwn(value, claim.claim)) {
    const sent = value[claim.claim];
    const isJoined = claim.joined !== null && Array.isArray(sent);
    notes.push(`Auth0 keeps the claim ${claim.claim} as ${claim.pointer}${isJoined ? ', in one string' : ''}.`);
    return withValue(value, claim.pointer, isJoined ? sent.join(claim.joined ?? ',') : sent);
  }
  return value;
}

/**
 * The groups of the connection that Auth0 would keep.
 *
 * @param {unknown} value
 * @param {string[]} notes
 * @returns {unknown[] | null}
 */
function provisionedOf(value, notes) {
  const list = Array.isArray(value) ? value : isObject(value) ? (value.provisioned ?? value.groups) : undefined;
  if (!Array.isArray(list)) return null;
  notes.push('The list was taken for the groups that the directory provisions.');
  return list.map((entry) => ({ ...(isObject(entry) ? entry : { name: entry }), connection_id: 'page' }));
}

/**
 * Logins with one group each.
 *
 * @param {Record<string, unknown>} user
 * @param {unknown[] | null | undefined} provisioned
 * @param {PageConnection} connection
 * @returns {{ name: string, user: Record<string, unknown>, provisioned?: unknown[] | null }[] | undefined}
 */
function entriesOf(user, provisioned, { sources }) {
  const [source, ...others] = sources;
  if (!source || others.length > 0) return undefined;
  if (provisioned) return provisioned.map((entry) => ({ name: label(entry, source), user, provisioned: [entry] }));
  if (!source.from.startsWith('/')) return undefined;
  const value = find(user, tokens(source.from));
  const one = (/** @type {string} */ name, /** @type {unknown} */ value) => ({
    name,
    user: withValue(user, source.from, value),
  });
  if (typeof value === 'string' && source.shape === 'json') {
    try {
      const list = JSON.parse(value);
      return Array.isArray(list) ? list.map((it) => one(label(it, source), JSON.stringify([it]))) : undefined;
    } catch {
      return undefined;
    }
  }
  if (typeof value === 'string') {
    const parts = source.delimiter ? value.split(source.delimiter).slice(0, MAX_ENTRIES) : [value];
    return parts.map((part) => one(part, part));
  }
  if (Array.isArray(value)) return value.map((entry) => one(label(entry, source), [entry]));
  if (isObject(value) && (source.shape === 'keys' || source.shape === 'values')) {
    return Object.entries(value).map(([key, it]) =>
      one(source.shape === 'keys' ? key : label(it, source), { [key]: it }),
    );
  }
  return undefined;
}

/**
 * @param {unknown} entry
 * @param {Source} source
 * @returns {string}
 */
function label(entry, { field, from }) {
  const name = field ?? (from === 'provisioned' ? 'name' : null);
  const found = isObject(entry) && name !== null ? find(entry, name.startsWith('/') ? tokens(name) : [name]) : entry;
  return typeof found === 'string' ? found : JSON.stringify(found ?? entry);
}

/**
 * @param {string} pointer
 * @returns {string[]}
 */
function tokens(pointer) {
  const parts = pointer.split('/').slice(1);
  return parts.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * A copy in which the value at a pointer is another one.
 *
 * @param {Record<string, unknown>} object
 * @param {string} pointer
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function withValue(object, pointer, value) {
  const [first, ...rest] = tokens(pointer);
  const inner = rest.reduceRight((/** @type {unknown} */ value, token) => ({ [token]: value }), value);
  // As an own member, whatever its name is.
  const copy = Object.fromEntries(Object.entries(object).filter(([key]) => key !== first));
  Object.defineProperty(copy, first, { value: inner, enumerable: true, configurable: true, writable: true });
  return copy;
}
