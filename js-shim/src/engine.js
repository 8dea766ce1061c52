/**
 * One running engine: a WebAssembly instance that has loaded its bundle, and the blocks that came with logins.
 *
 * A call writes its input, runs and reads the answer without awaiting anything, so logins that interleave in one
 * instance of the Action cannot see each other. Only texts of bundles are kept between calls, and no user's data.
 */

import { brotliDecompressSync } from 'node:zlib';
import { textOf, verified } from './block.js';
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
  CLOSED,
  DIGEST_BYTES,
  HEADER_BYTES,
  NONE,
  NO_BLOCK,
  OUTCOMES,
  OWN,
  ROUTE_APPLICATION,
  ROUTE_DESTINATION,
  ROUTE_LOOKUPS,
  ROUTE_LOOKUP_COUNT,
  TEXT_BLOCKS,
  TEXT_DELIVERY,
  TEXT_GROUP,
  TEXT_LOOKUP,
  TEXT_NOTE,
  TEXT_REASON,
  TEXT_RULE,
  TEXT_RULE_STEP,
  TIME_AT,
  UNKNOWN_ORGANIZATION,
} from './boundary.js';
import { sized, word, text } from './bytes.js';
import { hash } from './digest.js';
import { fallback } from './fallback.js';
import { encodeLookups, parseLookup } from './reading.js';

/** Engine and bundle are decompressed in few chunks: Node's default would be many, and each costs time. */
const CHUNK_BYTES = 1 << 17;
/** The time of a login is written over this: as a part of the string it would take longer. */
const NO_TIME = word(0) + word(0);
/** Blocks are never freed: above these bounds, a new instance replaces the one that has loaded them. */
const MAX_BLOCKS = 64;
const MAX_BLOCK_BYTES = 1 << 20;
/** wasm-bindgen's table of JavaScript's objects. It stays as it is, because only numbers cross this boundary. */
const IMPORTS = { './engine_bg.js': { __wbindgen_init_externref_table() {} } };

/**
 * @import { EngineExports } from '../types/engine.js'
 * @import { PostLoginEvent } from '../types/auth0.js'
 * @import { BlockSettings } from './block.js'
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
 * @property {{ bundle: string, rules: string[], block?: Origin }} [provenance] the bundle and the rules that they come from, if the application has a provenance claim
 * @property {Origin} [block] the block that has the mapping, if it is not in the bundle
 * @property {number} received the number of upstream groups
 * @property {number} rules the number of rules that fired
 * @property {number} unmatched the number of upstream groups that no rule matches
 * @property {string[]} notes codes of what else happened, each with a count
 *
 * @typedef {object} Origin the bundle of a block
 * @property {string} bundle its digest
 * @property {number} issued when the block was signed, in seconds since 1970
 * @property {boolean | null} candidate whether it is the candidate of a pending block; null if the block is final
 *
 * @typedef {Report & { outcome: 'groups', delivery: Delivery }} GroupsAnswer
 * @typedef {GroupsAnswer | Report & { outcome: 'deny' | 'none', delivery?: Delivery }} Answer what happens with a login
 *
 * @typedef {object} Route where a login leads
 * @property {number} application its position, or `NONE`
 * @property {number} destination a connection, or with `CLOSED` the reason why no mapping applies
 * @property {string} handle what the engine needs for `evaluate`, and room for the time
 * @property {Lookup[]} lookups what it asks for
 * @property {boolean} provisioned whether it asks for the groups that Auth0 keeps
 *
 * @typedef {Map<string | undefined, Map<string | undefined, Map<string | undefined, Route>>>} Routes
 *
 * @typedef {object} Mappings what is kept about a bundle as long as it is loaded
 * @property {number} bundleHandle
 * @property {any[][]} texts by kind and index, parsed where a parser is given
 * @property {Routes} routes by connection, organization and client
 * @property {Origin} [origin] of a block
 *
 * @typedef {object} LoadedBlock
 * @property {string} text as the metadata had it
 * @property {number} deadline until when the candidate counts
 * @property {Mappings[]} bundles one, or the one that counts without a confirmation and the candidate
 */

/** The texts of blocks that made an engine fail in this instance of the Action: they must not do that at every login. */
const quarantined = new Set();

export class Engine {
  /** @type {WebAssembly.Module} */
  #module;
  #bundle;
  /** The bundle's digest, which the engine has compared. */
  #digest;
  /** @type {EngineExports} */
  #exports = /** @type {any} */ (undefined);
  /** The engine's memory, as bytes and as words. When it grows, the old buffer is detached: their length is 0. */
  #bytes = Buffer.of();
  /** @type {Uint32Array | never[]} */
  #words = [];
  /** The platform's own mappings. */
  #own = keep(OWN);
  /** @type {BlockSettings | undefined} undefined if the platform takes no blocks */
  #settings;
  /** @type {Map<string, LoadedBlock>} the block that was verified last, by organization */
  #blocks = new Map();
  #blockCount = 0;
  #blockBytes = 0;
  /** The text of the block that is being used. */
  #current = '';

  /**
   * @param {string} engine base64 of the compressed WebAssembly module
   * @param {string} bundle base64 of the compressed bundle
   * @param {string} digest of both texts, with a space between them
   * @throws {Error} if one of them cannot be used
   */
  constructor(engine, bundle, digest) {
    // The digest is of the texts, because several base64 texts decode to the same bytes, and damaged code must not run.
    if (hash(engine + ' ' + bundle) !== digest) throw new Error();
    this.#module = new WebAssembly.Module(decompress(engine));
    this.#bundle = decompress(bundle);
    this.#digest = digestOf(this.#bundle);
    /** The first digits of the bundle's digest. */
    this.digest = this.#digest.slice(0, 12);
    this.#start();
  }

  /** Starts an instance that has loaded the bundle, and no block. */
  #start() {
    this.#exports = /** @type {EngineExports} */ (new WebAssembly.Instance(this.#module, IMPORTS).exports);
    this.#words = [];
    this.#own = keep(OWN);
    this.#blocks.clear();
    this.#blockCount = this.#blockBytes = 0;
    if (this.#load('load', this.#digest, '', this.#bundle) !== 0) throw new Error();
    const settings = this.#readText(OWN, TEXT_BLOCKS, 0);
    this.#settings = settings ? JSON.parse(settings) : undefined;
  }

  /** Keeps the block that is being used, if one is, from making the next engine fail. */
  quarantine() {
    if (!this.#current) return;
    if (quarantined.size >= MAX_BLOCKS) quarantined.clear();
    quarantined.add(this.#current);
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
    const id = organization == null ? undefined : (text(organization.id) ?? '');
    /** @param {Mappings} mappings */
    const routeIn = (mappings) => this.#route(mappings, id, text(connection?.name), text(client?.client_id));
    let route = routeIn(this.#own);
    let mappings = this.#own;
    const notes = [];
    if (id && this.#settings) {
      const metadata = organization?.metadata;
      if (route.destination === CLOSED + UNKNOWN_ORGANIZATION) {
        const found = this.#block(id, metadata, now);
        if (found === undefined) return fallback(event, 'engine-failure');
        if (typeof found === 'number') {
          route = leadTo(route.application, CLOSED + found, OWN, []);
        } else {
          mappings = found;
          route = routeIn(found);
        }
      } else if (metadata?.claimsmith0 !== undefined) notes.push('block-ignored=1');
    }
    if (route.provisioned && provisioned === undefined) {
      // What fails until the groups are there is not due to this block.
      this.#current = '';
      return undefined;
    }
    const input = route.handle + encodeLookups(route.lookups, event, provisioned);
    const at = this.#call('evaluate', input, now);
    // Fetching the text for a number can make the memory grow, so each word is read from the current `#words`.
    /** @param {number} index */
    const word = (index) => this.#words[at + index];
    const names = ANSWER_NOTES + 2 * word(ANSWER_NOTE_COUNT);
    for (let i = ANSWER_NOTES; i < names; i += 2)
      notes.push(this.#text(this.#own, TEXT_NOTE, word(i)) + '=' + word(i + 1));
    const outcome = OUTCOMES[word(ANSWER_OUTCOME)];
    if (outcome === undefined) throw new Error();
    // A refused login receives none of the groups that its rules grant.
    const groups = new Array(outcome === 'groups' ? word(ANSWER_GROUP_COUNT) : 0);
    for (let i = 0; i < groups.length; i++) groups[i] = this.#text(this.#own, TEXT_GROUP, word(names + i));
    const application = word(ANSWER_APPLICATION);
    const delivery = application === NONE ? undefined : this.#text(this.#own, TEXT_DELIVERY, application, JSON.parse);
    const block = mappings.origin;
    let provenance;
    if (outcome === 'groups' && delivery?.provenance) {
      const fired = names + groups.length;
      const rules = [];
      for (let i = 0; i < word(fired + 1); i++)
        rules.push(this.#text(mappings, TEXT_RULE + TEXT_RULE_STEP * word(fired), word(fired + 2 + i)));
      provenance = { bundle: this.#digest, rules, ...(block && { block }) };
    }
    const reason = this.#text(this.#own, TEXT_REASON, word(ANSWER_REASON));
    this.#current = '';
    return /** @type {Answer} */ ({
      outcome,
      reason,
      delivery,
      groups,
      provenance,
      block,
      received: word(ANSWER_RECEIVED),
      rules: word(ANSWER_RULES),
      unmatched: word(ANSWER_UNMATCHED),
      notes,
    });
  }

  /**
   * The mapping in the metadata of an organization.
   *
   * @param {string} organization
   * @param {Record<string, unknown> | undefined} metadata
   * @param {number} now
   * @returns {Mappings | number | undefined} the reason why there is none; undefined if the block made an engine fail
   */
  #block(organization, metadata, now) {
    if (metadata?.claimsmith0 === undefined) return NO_BLOCK;
    const text = textOf(metadata);
    if (typeof text === 'number') return text;
    if (quarantined.has(text)) return undefined;
    let known = this.#blocks.get(organization);
    this.#current = text;
    if (known?.text !== text) {
      const block = verified(text, organization, /** @type {BlockSettings} */ (this.#settings), now);
      if (typeof block === 'number') return block;
      const bytes = block.bundles.reduce((sum, bundle) => sum + bundle.length, 0);
      const isFull = this.#blockCount + block.bundles.length > MAX_BLOCKS || this.#blockBytes + bytes > MAX_BLOCK_BYTES;
      if (isFull) this.#start();
      this.#blockCount += block.bundles.length;
      this.#blockBytes += bytes;
      const terms = word(block.issued) + word(Number(block.protected)) + sized(organization);
      const bundles = [];
      for (const [at, bundle] of block.bundles.entries()) {
        const digest = digestOf(bundle);
        const handle = this.#load('load_block', digest, terms, bundle) >>> 0;
        if (handle >= CLOSED) return handle - CLOSED;
        const candidate = block.deadline ? at === 1 : null;
        bundles.push(keep(handle, { bundle: digest, issued: block.issued, candidate }));
      }
      known = { text, deadline: block.deadline, bundles };
      this.#blocks.set(organization, known);
    }
    // If the clock is broken, this is false.
    return known.bundles[now < known.deadline ? 1 : 0];
  }

  /**
   * @param {'load' | 'load_block'} name of an export that takes a bundle
   * @param {string} digest in hexadecimal digits
   * @param {string} terms one byte a character
   * @param {Buffer} bundle
   * @returns {number} what the export returns
   */
  #load(name, digest, terms, bundle) {
    const head = DIGEST_BYTES + terms.length;
    const at = this.#exports.reserve(head + bundle.length) >>> 0;
    this.#refresh();
    this.#bytes.write(digest, at, 'hex');
    this.#bytes.write(terms, at + DIGEST_BYTES, 'latin1');
    this.#bytes.set(bundle, at + head);
    return this.#exports[name](head + bundle.length);
  }

  /**
   * Where a login leads. A route is kept if it leads to a mapping: the bundle limits the number of such routes.
   *
   * @param {Mappings} mappings
   * @param {string | undefined} organization
   * @param {string | undefined} connection
   * @param {string | undefined} client
   * @returns {Route}
   */
  #route(mappings, organization, connection, client) {
    const { routes, bundleHandle: handle } = mappings;
    const known = routes.get(connection)?.get(organization)?.get(client);
    if (known) return known;
    const at = this.#call('route', word(handle) + optional(organization) + optional(connection) + optional(client));
    /** @type {Lookup[]} */
    const lookups = [];
    for (let i = 0; i < this.#words[at + ROUTE_LOOKUP_COUNT]; i++) {
      lookups.push(this.#text(mappings, TEXT_LOOKUP, this.#words[at + ROUTE_LOOKUPS + i], parseLookup));
    }
    const route = leadTo(this.#words[at + ROUTE_APPLICATION], this.#words[at + ROUTE_DESTINATION], handle, lookups);
    if (lookups.length > 0) innerMap(innerMap(routes, connection), organization).set(client, route);
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
   * @param {Mappings} mappings
   * @param {number} kind
   * @param {number} index
   * @param {(text: string) => any} [parse] applied to the text before it is kept
   * @returns {any} the text, parsed
   */
  #text(mappings, kind, index, parse = String) {
    const known = (mappings.texts[kind] ??= []);
    return (known[index] ??= parse(this.#readText(mappings.bundleHandle, kind, index)));
  }

  /**
   * @param {number} handle
   * @param {number} kind
   * @param {number} index
   * @returns {string}
   */
  #readText(handle, kind, index) {
    const at = this.#exports.text(handle, kind, index) >>> 0;
    this.#refresh();
    const start = at + 4;
    return this.#bytes.toString('utf8', start, start + this.#bytes.readUInt32LE(at));
  }
}

/**
 * @param {number} bundleHandle
 * @param {Origin} [origin]
 * @returns {Mappings}
 */
function keep(bundleHandle, origin) {
  return { bundleHandle, texts: [], routes: new Map(), origin };
}

/**
 * @param {number} application
 * @param {number} destination
 * @param {number} handle of the mappings
 * @param {Lookup[]} lookups
 * @returns {Route}
 */
function leadTo(application, destination, handle, lookups) {
  return {
    application,
    destination,
    handle: word(application) + word(destination) + word(handle) + NO_TIME,
    lookups,
    provisioned: lookups.some(({ base }) => base === 'provisioned'),
  };
}

/**
 * @param {Buffer} bundle
 * @returns {string} the digest of its body, in hexadecimal digits
 */
function digestOf(bundle) {
  return hash(bundle.subarray(HEADER_BYTES), 'hex', 2 * DIGEST_BYTES);
}

/**
 * @param {string} base64
 * @returns {Buffer}
 */
function decompress(base64) {
  return brotliDecompressSync(Buffer.from(base64, 'base64'), { chunkSize: CHUNK_BYTES });
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
