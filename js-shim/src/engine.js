/**
 * One running engine: a WebAssembly instance that has loaded its bundle.
 *
 * A call writes its input, runs and reads the answer without letting go of the thread,
 * so logins that interleave in one instance of the Action cannot see each other.
 * Only texts of the bundle are kept between calls: nothing of a user's is.
 */

import { brotliDecompressSync } from 'node:zlib';
import { sized, word } from './bytes.js';
import { hash } from './digest.js';
import { encodeReads, parseRead } from './reading.js';

/** Stands for "there is none" where the boundary has a length or a position. */
const NONE = 0xffffffff;
/** What stands before the bundle's body, whose SHA-256 the engine is told: Node's is native, and much faster. */
const HEADER_BYTES = 37;
const DIGEST_BYTES = 32;
/** Engine and bundle are unpacked in few steps: by Node's own measure they would be many, and each costs. */
const CHUNK_BYTES = 1 << 17;
/** The time of a login is written over this: as a part of the string it would cost more. */
const NO_TIME = word(0) + word(0);
const TIME_AT = 8;
/** wasm-bindgen's table of JavaScript's objects: only numbers cross this boundary, so that it stays as it is. */
const IMPORTS = { './engine_bg.js': { __wbindgen_init_externref_table() {} } };
const OUTCOMES = ['groups', 'deny', 'none'];
/** The kinds of text that the engine can be asked for. */
const REASON = 1;
const GROUP = 2;
const DELIVERY = 3;
const READ = 4;
const NOTE = 6;
/** Of the first organization; each further one's is sixteen higher. */
const RULE = 7;

/**
 * @typedef {object} Delivery how an application is told about groups
 * @property {string} claim the name of its claim
 * @property {boolean} id whether the ID token carries it
 * @property {boolean} access whether the access token carries it
 * @property {string | null} saml the name of its SAML attribute, if it has one
 * @property {string | null} provenance the claim that tells where the groups are from, if it has one
 *
 * @typedef {object} Answer what happens with a login
 * @property {string} outcome `groups`, `deny` or `none`
 * @property {string} reason the code of the reason
 * @property {Delivery | undefined} delivery what the application is told, and how
 * @property {string[]} groups the target groups, sorted
 * @property {{ bundle: string, rules: string[] } | undefined} provenance where they are from, if the application asks
 * @property {number} received how many upstream groups there were
 * @property {number} rules how many rules fired
 * @property {number} unmatched how many upstream groups no rule wanted
 * @property {string[]} notes codes of what else happened, each with how often
 *
 * @typedef {object} Route where a login leads
 * @property {string} handle what the engine wants to be told again, and room for the time
 * @property {import('./reading.js').Read[]} reads what it wants to know
 * @property {boolean} provisioned whether the groups that Auth0 keeps are among that
 */

export class Engine {
  #exports;
  /** The bundle's digest, which the engine has compared. */
  #digest;
  /** The engine's memory, as bytes and as words. When it grows, the old buffer is detached: their length is 0. */
  #bytes;
  #words = [];
  /** Texts by kind and index, or what was made of them. */
  #texts = [];
  /** @type {Map<string, Map<string | undefined, Map<string, Route>>>} by connection, organization and client */
  #routes = new Map();

  /**
   * @param {string} engine base64 of the compressed WebAssembly module
   * @param {string} bundle base64 of the compressed bundle
   * @param {string} digest of both texts, with a space between them
   * @throws {Error} if one of them cannot be used
   */
  constructor(engine, bundle, digest) {
    // Of the texts, because base64 has many for the same bytes, and damaged code must not run.
    if (hash(engine + ' ' + bundle) !== digest) throw new Error();
    const module = new WebAssembly.Module(decompress(engine));
    this.#exports = new WebAssembly.Instance(module, IMPORTS).exports;
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
   * @param {object} event Auth0's event
   * @param {number} now seconds since 1970
   * @param {object[] | null} [provisioned] the groups that Auth0 keeps; null if they could not be had
   * @returns {Answer | undefined} nothing if the groups that Auth0 keeps have to be fetched first
   */
  evaluate(event, now, provisioned) {
    const { organization, connection, client } = event;
    // An organization without a proper id is an unknown one, which is not the same as none.
    const route = this.#route(
      organization == null ? undefined : (text(organization.id) ?? ''),
      text(connection?.name),
      text(client?.client_id),
    );
    if (route.provisioned && provisioned === undefined) return undefined;
    const input = route.handle + encodeReads(route.reads, event, provisioned);
    const at = this.#call('evaluate', input, now);
    // The names behind the numbers may have to be fetched, and the memory may grow then: `#words` is read anew.
    const word = (index) => this.#words[at + index];
    const notes = [];
    const names = 8 + 2 * word(6);
    for (let i = 8; i < names; i += 2) notes.push(this.#text(NOTE, word(i)) + '=' + word(i + 1));
    const outcome = OUTCOMES[word(0)];
    if (outcome === undefined) throw new Error();
    // A login that is refused gets none of the groups that its rules grant.
    const groups = new Array(outcome === 'groups' ? word(7) : 0);
    for (let i = 0; i < groups.length; i++) groups[i] = this.#text(GROUP, word(names + i));
    const application = word(2);
    const delivery = application === NONE ? undefined : this.#text(DELIVERY, application, JSON.parse);
    let provenance;
    if (outcome === 'groups' && delivery?.provenance) {
      const fired = names + groups.length;
      const rules = [];
      for (let i = 0; i < word(fired + 1); i++) rules.push(this.#text(RULE + 16 * word(fired), word(fired + 2 + i)));
      provenance = { bundle: this.#digest, rules };
    }
    return {
      outcome,
      reason: this.#text(REASON, word(1)),
      delivery,
      groups,
      provenance,
      received: word(3),
      rules: word(4),
      unmatched: word(5),
      notes,
    };
  }

  /**
   * Where a login leads. The routes of known places are kept: there are no more than the bundle has.
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
    const reads = [];
    for (let i = 0; i < this.#words[at + 2]; i++) reads.push(this.#text(READ, this.#words[at + 3 + i], parseRead));
    const route = { handle, reads, provisioned: reads.some(({ base }) => base === 'provisioned') };
    if (reads.length > 0) within(within(this.#routes, connection), organization).set(client, route);
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
   * @param {(text: string) => any} [parse] what is made of the text before it is kept
   * @returns {any} the text, or what was made of it
   */
  #text(kind, index, parse = String) {
    const known = (this.#texts[kind] ??= []);
    return (known[index] ??= parse(this.#readText(kind, index)));
  }

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
 * @param {Map} map
 * @param {string | undefined} key
 * @returns {Map} the map under the key
 */
function within(map, key) {
  let inner = map.get(key);
  if (!inner) map.set(key, (inner = new Map()));
  return inner;
}
