/**
 * One running engine: a WebAssembly instance that has loaded its bundle.
 *
 * A call writes its input, runs and reads the answer without awaiting anything, so logins that interleave in one
 * instance of the Action cannot see each other. Only texts of the bundle are kept between calls, and no user's data.
 */

import { brotliDecompressSync } from 'node:zlib';
import {
  ANSWER_APPLICATION,
  ANSWER_GROUP_COUNT,
  ANSWER_NOTES,
  ANSWER_NOTE_COUNT,
  ANSWER_OUTCOME,
  ANSWER_REASON,
  ANSWER_RECEIVED,
  ANSWER_RULES,
  ANSWER_UNMATCHED,
  DIGEST_BYTES,
  HEADER_BYTES,
  NONE,
  OUTCOMES,
  ROUTE_LOOKUPS,
  ROUTE_LOOKUP_COUNT,
  TEXT_DELIVERY,
  TEXT_GROUP,
  TEXT_LOOKUP,
  TEXT_NOTE,
  TEXT_REASON,
  TEXT_RULE,
  TEXT_RULE_STEP,
  TIME_AT,
} from './boundary.js';
import { sized, word } from './bytes.js';
import { hash } from './digest.js';
import { encodeLookups, parseLookup } from './reading.js';

/** Engine and bundle are decompressed in few chunks: Node's default would be many, and each costs time. */
const CHUNK_BYTES = 1 << 17;
/** The time of a login is written over this: as a part of the string it would take longer. */
const NO_TIME = word(0) + word(0);
/** wasm-bindgen's table of JavaScript's objects. It stays as it is, because only numbers cross this boundary. */
const IMPORTS = { './engine_bg.js': { __wbindgen_init_externref_table() {} } };

/**
 * @import { EngineExports } from '../types/engine.js'
 * @import { PostLoginEvent } from '../types/auth0.js'
 * @import { Lookup } from './reading.js'
 *
 * @typedef {object} Delivery how an application receives groups
 * @property {string} claim the name of its claim
 * @property {boolean} id whether the ID token carries it
 * @property {boolean} access whether the access token carries it
 * @property {string | null} saml the name of its SAML attribute, if it has one
 * @property {string | null} [joined] the delimiter of a claim that is one string; none if it is a list
 * @property {string | null} provenance the name of the claim that says where the groups come from, if it has one
 *
 * @typedef {object} Report what a log line says about a login
 * @property {string} reason the code of the reason
 * @property {string[]} groups the target groups, sorted
 * @property {{ bundle: string, rules: string[] }} [provenance] the bundle and the rules that they come from, if the application has a provenance claim
 * @property {number} received the number of upstream groups
 * @property {number} rules the number of rules that fired
 * @property {number} unmatched the number of upstream groups that no rule matches
 * @property {string[]} notes codes of what else happened, each with a count
 *
 * @typedef {Report & { outcome: 'groups', delivery: Delivery }} GroupsAnswer
 * @typedef {GroupsAnswer | Report & { outcome: 'deny' | 'none', delivery?: Delivery }} Answer what happens with a login
 *
 * @typedef {object} Route where a login leads
 * @property {string} handle what the engine needs for `evaluate`, and room for the time
 * @property {Lookup[]} lookups what it asks for
 * @property {boolean} provisioned whether it asks for the groups that Auth0 keeps
 *
 * @typedef {Map<string | undefined, Map<string | undefined, Map<string | undefined, Route>>>} Routes
 */

export class Engine {
  /** @type {EngineExports} */
  #exports;
  /** The bundle's digest, which the engine has compared. */
  #digest;
  /** The engine's memory, as bytes and as words. When it grows, the old buffer is detached: their length is 0. */
  #bytes = Buffer.of();
  /** @type {Uint32Array | never[]} */
  #words = [];
  /** @type {any[][]} Texts by kind and index, parsed where a parser is given. */
  #texts = [];
  /** @type {Routes} by connection, organization and client */
  #routes = new Map();

  /**
   * @param {string} engine base64 of the compressed WebAssembly module
   * @param {string} bundle base64 of the compressed bundle
   * @param {string} digest of both texts, with a space between them
   * @throws {Error} if one of them cannot be used
   */
  constructor(engine, bundle, digest) {
    // The digest is of the texts, because several base64 texts decode to the same bytes, and damaged code must not run.
    if (hash(engine + ' ' + bundle) !== digest) throw new Error();
    const module = new WebAssembly.Module(decompress(engine));
    this.#exports = /** @type {EngineExports} */ (new WebAssembly.Instance(module, IMPORTS).exports);
    const bytes = decompress(bundle);
    this.#digest = hash(bytes.subarray(HEADER_BYTES), 'hex', 2 * DIGEST_BYTES);
    const length = DIGEST_BYTES + bytes.length;
    const at = this.#exports.reserve(length) >>> 0;
    this.#refresh();
    this.#bytes.write(this.#digest, at, 'hex');
    this.#bytes.set(bytes, at + DIGEST_BYTES);
    if (this.#exports.load(length) !== 0) throw new Error();
    /** The first digits of the bundle's digest. */
    this.digest = this.#digest.slice(0, 12);
  }

  /**
   * @param {PostLoginEvent} event
   * @param {number} now seconds since 1970
   * @param {unknown[] | null} [provisioned] the groups that Auth0 keeps; null if they could not be fetched
   * @returns {Answer | undefined} undefined if the groups that Auth0 keeps have to be fetched first
   */
  evaluate(event, now, provisioned) {
    const { organization, connection, client } = event;
    // An organization whose id is not a string is an unknown one, which is not the same as none.
    const route = this.#route(
      organization == null ? undefined : (text(organization.id) ?? ''),
      text(connection?.name),
      text(client?.client_id),
    );
    if (route.provisioned && provisioned === undefined) return undefined;
    const input = route.handle + encodeLookups(route.lookups, event, provisioned);
    const at = this.#call('evaluate', input, now);
    // Fetching the text for a number can make the memory grow, so each word is read from the current `#words`.
    /** @param {number} index */
    const word = (index) => this.#words[at + index];
    const notes = [];
    const names = ANSWER_NOTES + 2 * word(ANSWER_NOTE_COUNT);
    for (let i = ANSWER_NOTES; i < names; i += 2) notes.push(this.#text(TEXT_NOTE, word(i)) + '=' + word(i + 1));
    const outcome = OUTCOMES[word(ANSWER_OUTCOME)];
    if (outcome === undefined) throw new Error();
    // A refused login receives none of the groups that its rules grant.
    const groups = new Array(outcome === 'groups' ? word(ANSWER_GROUP_COUNT) : 0);
    for (let i = 0; i < groups.length; i++) groups[i] = this.#text(TEXT_GROUP, word(names + i));
    const application = word(ANSWER_APPLICATION);
    const delivery = application === NONE ? undefined : this.#text(TEXT_DELIVERY, application, JSON.parse);
    let provenance;
    if (outcome === 'groups' && delivery?.provenance) {
      const fired = names + groups.length;
      const rules = [];
      for (let i = 0; i < word(fired + 1); i++)
        rules.push(this.#text(TEXT_RULE + TEXT_RULE_STEP * word(fired), word(fired + 2 + i)));
      provenance = { bundle: this.#digest, rules };
    }
    return /** @type {Answer} */ ({
      outcome,
      reason: this.#text(TEXT_REASON, word(ANSWER_REASON)),
      delivery,
      groups,
      provenance,
      received: word(ANSWER_RECEIVED),
      rules: word(ANSWER_RULES),
      unmatched: word(ANSWER_UNMATCHED),
      notes,
    });
  }

  /**
   * Where a login leads. A route is kept if it leads to a mapping: the bundle limits the number of such routes.
   *
   * @param {string | undefined} organization
   * @param {string | undefined} connection
   * @param {string | undefined} client
   * @returns {Route}
   */
  #route(organization, connection, client) {
    const known = this.#routes.get(connection)?.get(organization)?.get(client);
    if (known) return known;
    const at = this.#call('route', optional(organization) + optional(connection) + optional(client));
    const handle = word(this.#words[at]) + word(this.#words[at + 1]) + NO_TIME;
    /** @type {Lookup[]} */
    const lookups = [];
    for (let i = 0; i < this.#words[at + ROUTE_LOOKUP_COUNT]; i++) {
      lookups.push(this.#text(TEXT_LOOKUP, this.#words[at + ROUTE_LOOKUPS + i], parseLookup));
    }
    const route = { handle, lookups, provisioned: lookups.some(({ base }) => base === 'provisioned') };
    if (lookups.length > 0) innerMap(innerMap(this.#routes, connection), organization).set(client, route);
    return route;
  }

  /**
   * @param {'route' | 'evaluate'} name of an export whose answer is words
   * @param {string} input one byte a character
   * @param {number} [now]
   * @returns {number} where the answer begins, in words
   */
  #call(name, input, now) {
    const room = this.#exports.reserve(input.length) >>> 0;
    this.#refresh();
    this.#bytes.write(input, room, 'latin1');
    if (now !== undefined) this.#bytes.writeDoubleLE(now, room + TIME_AT);
    const at = this.#exports[name](input.length) >>> 2;
    this.#refresh();
    return at;
  }

  #refresh() {
    if (this.#words.length !== 0) return;
    this.#bytes = Buffer.from(this.#exports.memory.buffer);
    this.#words = new Uint32Array(this.#exports.memory.buffer);
  }

  /**
   * @param {number} kind
   * @param {number} index
   * @param {(text: string) => any} [parse] applied to the text before it is kept
   * @returns {any} the text, parsed
   */
  #text(kind, index, parse = String) {
    const known = (this.#texts[kind] ??= []);
    return (known[index] ??= parse(this.#readText(kind, index)));
  }

  /**
   * @param {number} kind
   * @param {number} index
   * @returns {string}
   */
  #readText(kind, index) {
    const at = this.#exports.text(kind, index) >>> 0;
    this.#refresh();
    const start = at + 4;
    return this.#bytes.toString('utf8', start, start + this.#bytes.readUInt32LE(at));
  }
}

/**
 * @param {string} base64
 * @returns {Buffer}
 */
function decompress(base64) {
  return brotliDecompressSync(Buffer.from(base64, 'base64'), { chunkSize: CHUNK_BYTES });
}

/**
 * @param {unknown} value
 * @returns {string | undefined}
 */
function text(value) {
  return typeof value === 'string' ? value : undefined;
}

/**
 * @param {string | undefined} text
 * @returns {string} the bytes of a string that may be missing
 */
function optional(text) {
  return text === undefined ? word(NONE) : sized(text);
}

/**
 * @template K, V
 * @param {Map<string | undefined, Map<K, V>>} map
 * @param {string | undefined} key
 * @returns {Map<K, V>} the map under the key
 */
function innerMap(map, key) {
  let inner = map.get(key);
  if (!inner) map.set(key, (inner = new Map()));
  return inner;
}
