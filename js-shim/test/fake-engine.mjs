/**
 * An engine whose answers a test decides, with the boundary of the real one: calls and answers in a memory.
 * With it, tests of the Action's JavaScript need no mapping and can make an engine fail.
 */

import { decodeAll } from './support-reading.mjs';

const NONE = 0xffffffff;
const ROOM = 1 << 16;
const ANSWER = 1024;
const OUTCOMES = ['groups', 'deny', 'none'];

/**
 * @typedef {object} Script what the engine answers
 * @property {string[][]} [lookups] each with base, options, pointer and field
 * @property {object | null} [delivery] how the application receives groups, apart from the claim; null if there is no
 *   application
 * @property {(encoded: string) => void} [onValues] receives the values of a login, before they are read
 * @property {(values: unknown[], now: number, engine: number) => object} evaluate gives `outcome`, `groups`, `rules`,
 *   `notes`: pairs of code and count, `organization`
 */

export const CLAIM = 'https://claims.example.com/groups';

/**
 * From now on every engine that is started is a fake one.
 *
 * @param {import('node:test').MockTracker} mock undoes it at the end of the test
 * @param {Script} script
 * @returns {{ engines: number, texts: string[], routes: (string | null)[][] }} the calls: how many engines were
 *   started, the kind and index of each text, and the three texts of each route
 */
export function fakeEngines(mock, script) {
  const asked = { engines: 0, texts: [], routes: [] };
  mock.method(WebAssembly, 'Module', function () {});
  mock.method(WebAssembly, 'Instance', function () {
    return { exports: fakeExports(script, asked, ++asked.engines) };
  });
  return asked;
}

/** The texts of a call of `route`, null for those that are missing. */
function readTexts(call) {
  const texts = [];
  // The first word is the handle of the platform's own mappings.
  for (let at = 4; at < call.length;) {
    const length = call.readUInt32LE(at);
    at += 4;
    texts.push(length === NONE ? null : call.toString('utf8', at, (at += length)));
  }
  return texts;
}

function fakeExports({ lookups = [['login', '', '/groups', '']], delivery = {}, onValues, evaluate }, asked, engine) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const names = [];
  const name = (text) => (names.includes(text) ? names.indexOf(text) : names.push(text) - 1);
  const words = (...values) => {
    new Uint32Array(memory.buffer).set(values, ANSWER / 4);
    return ANSWER;
  };
  const textOf = (kind, at) => {
    if (kind === 3)
      return JSON.stringify({ claim: CLAIM, id: true, access: true, saml: null, provenance: null, ...delivery });
    if (kind === 4) return lookups[at].join('\0');
    return kind > 7 ? `${names[at]} of ${(kind - 7) / 16}` : names[at];
  };
  return {
    memory,
    reserve(length) {
      const missing = ROOM + length - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / 65536));
      return ROOM;
    },
    load: () => 0,
    route(length) {
      asked.routes.push(readTexts(Buffer.from(memory.buffer, ROOM, length)));
      return words(delivery ? 0 : NONE, 7, lookups.length, ...lookups.keys());
    },
    evaluate(length) {
      const call = Buffer.from(memory.buffer, ROOM, length);
      if (call.readUInt32LE(0) !== (delivery ? 0 : NONE) || call.readUInt32LE(4) !== 7)
        throw new Error('not what route said');
      const encoded = call.toString('latin1', 20);
      onValues?.(encoded);
      const answer = evaluate(decodeAll(encoded), call.readDoubleLE(12), engine);
      const { outcome = 'groups', reason = 'ok', groups = [], rules = [], notes = [], organization = 1 } = answer;
      return words(
        OUTCOMES.indexOf(outcome),
        name(reason),
        delivery ? 0 : NONE,
        1,
        rules.length,
        0,
        notes.length,
        groups.length,
        ...notes.flatMap(([code, count]) => [name(code), count]),
        ...groups.map(name),
        ...(delivery?.provenance ? [organization, rules.length, ...rules.map(name)] : []),
      );
    },
    text(block, kind, at) {
      // The platform takes no blocks.
      if (kind === 5) return ((new Uint32Array(memory.buffer)[ANSWER / 4] = 0), ANSWER);
      asked.texts.push(`${kind} ${at}`);
      // The memory of the real engine may grow at any call.
      memory.grow(1);
      const text = Buffer.from(textOf(kind, at));
      const view = Buffer.from(memory.buffer);
      view.writeUInt32LE(text.length, ROOM - 4096);
      text.copy(view, ROOM - 4092);
      return ROOM - 4096;
    },
  };
}
