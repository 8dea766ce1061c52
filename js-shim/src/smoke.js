/**
 * An Action that only says whether a tenant can run the Action of `claimsmith bundle`: it starts the engine, verifies a
 * block, and sets a claim with what it found. It sets no other claim, refuses no login, prints nothing and throws nothing.
 */

/** @import { PostLoginApi, PostLoginEvent } from '../types/auth0.js' */
/** @import { EngineExports } from '../types/engine.js' */

import { brotliDecompressSync } from 'node:zlib';
import { textOf, verified } from './block.js';
import { TEXT_REASON } from './boundary.js';
import { hash } from './digest.js';

// `claimsmith bundle --smoke` replaces these; each occurs once.
const ENGINE = '__CLAIMSMITH_ENGINE__';
const DIGEST = '__CLAIMSMITH_DIGEST__';
/** JSON: the claim, a block with what it holds, and the settings for it and for those of the tenant. */
const SMOKE = '__CLAIMSMITH_SMOKE__';

const OK = 'ok';
const IMPORTS = { './engine_bg.js': { __wbindgen_init_externref_table() {} } };

/**
 * @param {PostLoginEvent} event
 * @param {PostLoginApi} api
 */
async function onExecutePostLogin(event, api) {
  /** @type {Record<string, string>} */
  const report = {};
  /**
   * @template T
   * @param {string} name
   * @param {() => T} run
   * @returns {T | undefined}
   */
  const attempt = (name, run) => {
    report[name] = OK;
    try {
      return run();
    } catch (error) {
      report[name] = 'failed: ' + String(error).slice(0, 100);
      return undefined;
    }
  };
  const { claim, sample, own } = attempt('text', () => JSON.parse(SMOKE)) ?? {};
  attempt('digest', () => expect(hash(ENGINE) === DIGEST, 'the text of the engine was changed'));
  const engine = attempt('brotli', () => brotliDecompressSync(Buffer.from(ENGINE, 'base64')));
  const exports = attempt('webassembly', () => start(/** @type {Uint8Array<ArrayBuffer>} */ (engine)));
  attempt('ed25519', () => {
    const block = verified(sample.text, sample.organization, sample.settings, sample.now);
    if (typeof block === 'number') throw new Error(reason(exports, block));
    expect(block.bundles[0].toString() === sample.content, 'the content of the block differs');
  });
  report.block = blockOf(event, own, exports);
  report.node = process.version;
  attempt('claim', () => {
    // The last entry is known only if the claim arrives.
    api.idToken.setCustomClaim(claim, report);
    api.accessToken.setCustomClaim(claim, report);
  });
}

/** @param {Uint8Array<ArrayBuffer>} engine */
function start(engine) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(engine), IMPORTS);
  const started = /** @type {EngineExports} */ (/** @type {unknown} */ (exports));
  expect(started.reserve(1 << 20) >>> 0 > 0, 'the engine has no memory');
  return started;
}

/**
 * What the Action would find in the metadata of the login's organization.
 *
 * @param {PostLoginEvent} event
 * @param {any} settings
 * @param {EngineExports | undefined} exports
 */
function blockOf(event, settings, exports) {
  try {
    const { id, metadata } = event.organization ?? {};
    if (!settings) return 'not checked: the platform takes no blocks';
    if (typeof id !== 'string' || metadata?.claimsmith0 === undefined) return 'there is none';
    const text = textOf(metadata);
    const block = typeof text === 'number' ? text : verified(text, id, settings, Date.now() / 1000);
    return typeof block === 'number' ? reason(exports, block) : OK;
  } catch (error) {
    return 'failed: ' + String(error).slice(0, 100);
  }
}

/**
 * The code of a reason.
 *
 * @param {EngineExports | undefined} exports
 * @param {number} number
 */
function reason(exports, number) {
  if (!exports) return 'refused: ' + number;
  const at = exports.text(0, TEXT_REASON, number) >>> 0;
  const memory = Buffer.from(exports.memory.buffer);
  return 'refused: ' + memory.toString('utf8', at + 4, at + 4 + memory.readUInt32LE(at));
}

/**
 * @param {boolean} holds
 * @param {string} otherwise
 */
function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

module.exports = { onExecutePostLogin };
