/**
 * Damage to the embedded texts of the Action: a damaged Action answers like the undamaged one, or as the policy for
 * failures says, or it refuses the login. It never grants anything else.
 *
 * The damage is random; SEED=N repeats it.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi } from '../auth0-loader.mjs';
import {
  ACTION,
  CLAIMS,
  DENY,
  NO_CLAIMS,
  embed,
  embedded,
  load,
  onBothTokens,
  parseLine,
  recorded,
} from './support.mjs';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
const next = random(SEED);
const pick = (list) => list[Math.floor(next() * list.length)];

const GOOD = onBothTokens(CLAIMS.catalog, ['catalog-admins', 'finance-readers']);
const EMPTY = onBothTokens(CLAIMS.catalog, []);
const OURS = recorded('acme');
const FOREIGN = { ...OURS, client: { client_id: 'SomebodyElsesClient0000000000001' } };

/** Texts of which one is damaged at a time. */
const ENGINE_PARTS = ['ENGINE', 'BUNDLE', 'DIGEST'];
const POLICY_PARTS = ['FALLBACK', 'FALLBACK_DIGEST'];
const CLIENT_PARTS = ['CLIENTS', 'CLIENTS_DIGEST'];

const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
const BASE64 = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/='];
const STRANGE = ['\n', '\r', '\0', '\u00e9', '\u2028', '\ufeff', '"', '\\', '$', '#'];
const swapCase = (char) => (char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase());
const replace = (text, at, put, length = 1) => text.slice(0, at) + put + text.slice(at + length);

const KINDS = {
  flip: (text, at) => replace(text, at, String.fromCharCode(text.charCodeAt(at) ^ (1 << Math.floor(next() * 7)))),
  replace: (text, at) => replace(text, at, pick(BASE64)),
  print: (text, at) => replace(text, at, pick(PRINTABLE)),
  delete: (text, at) => replace(text, at, ''),
  insert: (text, at) => replace(text, at, pick(pick([BASE64, PRINTABLE, STRANGE])), 0),
  case: (text, at) => replace(text, at, swapCase(text[at])),
  double: (text, at) => replace(text, at, text[at] + text[at]),
  turn: (text, at) => replace(text, at, [...text.slice(at, at + 2)].reverse().join(''), 2),
  cut: (text, at) => text.slice(0, at),
  gap: (text, at) => replace(text, at, '', 1 + Math.floor(next() * 100)),
  bytes: (text, at) => replace(text, at, Buffer.from(text.slice(at, at + 9)).toString('hex'), 9),
};

/** The value of a text in quotes in JavaScript; undefined if it is not a string literal any more. */
function meaning(text) {
  try {
    return new Function(`return "${text}"`)();
  } catch {
    return undefined;
  }
}

/** A text with damage that changes its value. The ends, where base64 is lax, are damaged more often. */
function damage(text) {
  for (;;) {
    const at = pick([0, text.length - 1, text.length - 2, ...Array(7).fill(Math.floor(next() * text.length))]);
    const kind = pick(Object.keys(KINDS));
    const damaged = KINDS[kind](text, Math.max(at, 0));
    // A backslash before a character that needs none does not change the value.
    if (meaning(damaged) !== meaning(text)) return { damaged, how: `${kind} at ${at} of ${text.length}` };
  }
}

function damageParts(texts, parts) {
  const changed = { ...texts };
  const how = parts.map((part) => {
    const one = damage(texts[part]);
    changed[part] = one.damaged;
    return `${part}: ${one.how}`;
  });
  return { source: embed(changed), how: `seed ${SEED}, ${how.join(', ')}` };
}

/** The results of logins in Auth0, which refuses a login if the Action is not JavaScript or throws. */
async function run(source, ...events) {
  const lines = [];
  let action;
  try {
    action = load(source, { console: { log: (line) => lines.push(line) } });
    // A quote before `//` in base64 makes the rest of the program a comment, and there is no handler.
    action.handler();
  } catch {
    return events.map(() => THROWN);
  }
  const results = [];
  for (const event of events) {
    const api = createApi();
    await action.execute(event, api);
    const { outcome } = parseLine(lines.pop());
    assert.equal(lines.length, 0);
    assert.equal(api.denied !== null, outcome === 'deny');
    results.push({ outcome, claims: api.claims });
  }
  return results;
}

const THROWN = { outcome: 'deny', claims: NO_CLAIMS };
const REFUSED = { outcome: 'deny', claims: NO_CLAIMS };
const UNTOUCHED = { outcome: 'none', claims: NO_CLAIMS };
const GRANTED = { outcome: 'groups', claims: GOOD };
const NOTHING = { outcome: 'groups', claims: EMPTY };

/** Checks the answers of many damaged Actions. Auth0 refuses each login to one that is not a program any more. */
async function check(count, source, choose, ...expected) {
  const texts = embedded(source);
  let thrown = 0;
  for (let i = 0; i < count; i++) {
    const { source: damaged, how } = damageParts(texts, choose());
    const results = await run(damaged, OURS, FOREIGN);
    if (results[0] === THROWN) thrown++;
    else assert.deepEqual(results, expected, how);
  }
  assert.ok(thrown < count / 2, `${thrown} of ${count} are not programs any more`);
}

async function withoutEngine(run) {
  const { Module } = WebAssembly;
  WebAssembly.Module = undefined;
  try {
    await run();
  } finally {
    WebAssembly.Module = Module;
  }
}

const POLICIES = [
  ['no-groups', ACTION, NOTHING],
  ['deny', DENY, REFUSED],
];

test(`the undamaged Action (seed ${SEED})`, async () => {
  console.log(`seed ${SEED}`);
  for (const [, source, failed] of POLICIES) {
    assert.deepEqual(await run(source, OURS, FOREIGN), [GRANTED, UNTOUCHED]);
    await withoutEngine(async () => assert.deepEqual(await run(source, OURS, FOREIGN), [failed, UNTOUCHED]));
  }
});

for (const [policy, source, failed] of POLICIES) {
  test(`${policy}: damage to engine, bundle or their digest is a failure for our clients only`, () =>
    check(500, source, () => [pick(ENGINE_PARTS)], failed, UNTOUCHED));

  test(`${policy}: damage to the policy, the clients or their digests affects no login while there is an engine`, () =>
    check(60, source, () => [pick([...POLICY_PARTS, ...CLIENT_PARTS])], GRANTED, UNTOUCHED));

  test(`${policy}: damage to the clients affects no login while the policy is undamaged`, () =>
    withoutEngine(() => check(200, source, () => [pick(CLIENT_PARTS)], failed, UNTOUCHED)));

  test(`${policy}: without a policy only our clients are refused`, () =>
    withoutEngine(() => check(300, source, () => [pick(POLICY_PARTS)], REFUSED, UNTOUCHED)));

  test(`${policy}: with damage to engine and policy only our clients are refused`, () =>
    check(150, source, () => [pick(ENGINE_PARTS), pick(POLICY_PARTS)], REFUSED, UNTOUCHED));

  test(`${policy}: with damage to engine, policy and clients every login is refused`, () =>
    check(150, source, () => [pick(ENGINE_PARTS), pick(POLICY_PARTS), pick(CLIENT_PARTS)], REFUSED, REFUSED));
}

test('damage to any character of the digests, and to any bit at the ends of the texts, is noticed', async () => {
  const texts = embedded();
  const flips = (text, at) =>
    [...Array(7).keys()].map((bit) => replace(text, at, String.fromCharCode(text.charCodeAt(at) ^ (1 << bit))));
  for (const [part, places] of [
    ['DIGEST', [...texts.DIGEST].keys()],
    ['ENGINE', [0, 1, 2, 3, -1, -2, -3, -4].map((at) => (at < 0 ? texts.ENGINE.length + at : at))],
    ['BUNDLE', [0, 1, 2, 3, -1, -2, -3, -4].map((at) => (at < 0 ? texts.BUNDLE.length + at : at))],
  ]) {
    for (const at of places) {
      for (const damaged of flips(texts[part], at)) {
        const [result] = await run(embed({ ...texts, [part]: damaged }), OURS);
        if (result !== THROWN) assert.deepEqual(result, NOTHING, `${part} at ${at}`);
      }
    }
  }
});

/** Numbers from 0 to 1. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
