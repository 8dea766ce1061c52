/**
 * One running engine: a WebAssembly instance that has loaded its bundle.
 *
 * A call writes its input, runs and reads the answer without letting go of the thread,
 * so logins that interleave in one instance of the Action cannot see each other.
 * Only texts of the bundle are kept between calls: nothing of a user's is.
 */

import { brotliDecompressSync } from 'node:zlib';
import * as glue from '../../target/engine/engine_bg.js';
import { ABSENT, encodeAttribute } from './attribute.js';
import { sized, word } from './bytes.js';

/** Stands for "there is none" where the boundary has a length or a position. */
const NONE = 0xffffffff;
const OUTCOMES = ['groups', 'deny', 'none'];
/** The kinds of text that the engine can be asked for. */
const DIGEST = 0;
const REASON = 1;
const GROUP = 2;
const CLAIM = 3;
const PATH = 4;
const FIELD = 5;
const NOTE = 6;

/**
 * @typedef {object} Answer what happens with a login
 * @property {string} outcome `groups`, `deny` or `none`
 * @property {string} reason the code of the reason
 * @property {string | undefined} claim the name of the application's claim
 * @property {string[]} groups the target groups, sorted
 * @property {string} counts what the log line says about the login: numbers only
 */

export class Engine {
  #exports;
  /** The engine's memory. When it grows, the old buffer is detached and this falls to length 0. */
  #bytes = Buffer.alloc(0);
  #view;
  /** @type {string[][]} by kind and index */
  #texts = [[], [], [], [], [], [], []];
  /** @type {import('./attribute.js').Source[]} */
  #sources = [];

  /**
   * @param {string} engine base64 of the compressed WebAssembly module
   * @param {string} bundle base64 of the compressed bundle
   * @throws {Error} if one of them cannot be used
   */
  constructor(engine, bundle) {
    const module = new WebAssembly.Module(decompress(engine));
    this.#exports = new WebAssembly.Instance(module, { './engine_bg.js': glue }).exports;
    glue.__wbg_set_wasm(this.#exports);
    this.#exports.__wbindgen_start?.();
    const failure = this.#exports.load(this.#write(decompress(bundle).toString('latin1')));
    if (failure !== 0) throw new Error(this.#text(REASON, failure));
    /** The first digits of the bundle's digest. */
    this.digest = this.#text(DIGEST, 0).slice(0, 12);
  }

  /**
   * @param {object} event Auth0's event
   * @returns {Answer}
   */
  evaluate({ organization, connection, client, user }) {
    // An organization without a proper id is an unknown one, which is not the same as none.
    const place = organization ? sized(typeof organization.id === 'string' ? organization.id : '') : word(NONE);
    const login = place + optional(connection?.name) + optional(client?.client_id);
    const route = this.#exports.route(this.#write(login));
    const source = this.#word(route, 2);
    const handle = word(this.#word(route, 0)) + word(this.#word(route, 1));
    const attribute = source === NONE ? ABSENT : encodeAttribute(user, this.#source(source));
    return this.#answer(this.#exports.evaluate(this.#write(handle + attribute)));
  }

  /**
   * @param {number} at where the engine left its answer
   * @returns {Answer}
   */
  #answer(at) {
    const outcome = OUTCOMES[this.#word(at, 0)];
    const application = this.#word(at, 2);
    const notesEnd = 8 + 2 * this.#word(at, 6);
    // A login that is refused gets none of the groups that its rules grant.
    const groups = new Array(outcome === 'groups' ? this.#word(at, 7) : 0);
    for (let i = 0; i < groups.length; i++) {
      groups[i] = this.#text(GROUP, this.#word(at, notesEnd + i));
    }
    let counts =
      `in=${this.#word(at, 3)} out=${groups.length} rules=${this.#word(at, 4)} unmatched=${this.#word(at, 5)}`;
    for (let i = 8; i < notesEnd; i += 2) {
      counts += ` ${this.#text(NOTE, this.#word(at, i))}=${this.#word(at, i + 1)}`;
    }
    return {
      outcome,
      reason: this.#text(REASON, this.#word(at, 1)),
      claim: application === NONE ? undefined : this.#text(CLAIM, application),
      groups,
      counts,
    };
  }

  /**
   * Writes the input of the next call.
   *
   * @param {string} input one byte a character
   * @returns {number} its length, which is the call's argument
   */
  #write(input) {
    const at = this.#exports.reserve(input.length) >>> 0;
    this.#refresh();
    this.#bytes.write(input, at, 'latin1');
    return input.length;
  }

  /**
   * @param {number} at a pointer to words
   * @param {number} index
   * @returns {number}
   */
  #word(at, index) {
    this.#refresh();
    return this.#view.getUint32((at >>> 0) + 4 * index, true);
  }

  #refresh() {
    if (this.#bytes.length !== 0) return;
    this.#bytes = Buffer.from(this.#exports.memory.buffer);
    this.#view = new DataView(this.#exports.memory.buffer);
  }

  /**
   * @param {number} kind
   * @param {number} index
   * @returns {string}
   */
  #text(kind, index) {
    return (this.#texts[kind][index] ??= this.#readText(kind, index));
  }

  #readText(kind, index) {
    const at = this.#exports.text(kind, index) >>> 0;
    const length = this.#word(at, 0);
    return this.#bytes.toString('utf8', at + 4, at + 4 + length);
  }

  /**
   * @param {number} index
   * @returns {import('./attribute.js').Source}
   */
  #source(index) {
    return (this.#sources[index] ??= {
      path: this.#text(PATH, index)
        .split('/')
        .slice(1)
        .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')),
      field: this.#text(FIELD, index),
    });
  }
}

/**
 * @param {string} base64
 * @returns {Buffer}
 */
function decompress(base64) {
  return brotliDecompressSync(Buffer.from(base64, 'base64'));
}

/**
 * @param {unknown} text
 * @returns {string} the bytes of a string that may be missing
 */
function optional(text) {
  return typeof text === 'string' ? sized(text) : word(NONE);
}
