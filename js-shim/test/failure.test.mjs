/** Damage to the Action, and failures while it runs: the configured policy decides, and the log line says so. */

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { ACTION, CLAIMS, NO_CLAIMS, load, login, onBothTokens, pack, recorded, withPart } from './support.mjs';

const GOOD = ['catalog-admins', 'finance-readers'];
const DENY = ACTION.replace('\\"failure\\":\\"no-groups\\"', '\\"failure\\":\\"deny\\"');
assert.notEqual(DENY, ACTION, 'the policy for failures stands in the Action');

const instantiate = WebAssembly.Instance;
afterEach(() => {
  WebAssembly.Instance = instantiate;
});

/** Lets `change` replace exports of every engine that is started from now on; counts them. */
function interceptEngines(change) {
  const engines = [];
  WebAssembly.Instance = function (module, imports) {
    const { exports } = new instantiate(module, imports);
    engines.push(exports);
    return { exports: { ...exports, ...change(engines.length, exports) } };
  };
  return engines;
}

async function checkBadBundle(source) {
  const result = await login(load(source), recorded('acme'));
  assert.equal(result.line, 'claimsmith - groups bad-bundle in=0 out=0 rules=0 unmatched=0');
  assert.deepEqual(result.claims, onBothTokens(CLAIMS.catalog, []));
  assert.equal(result.denied, null);
}

const flip = (content, at) => {
  const changed = Buffer.from(content);
  changed[at] ^= 0x10;
  return changed;
};

for (const part of ['engine', 'bundle']) {
  for (const [title, change] of [
    ['missing', () => ''],
    ['no base64', () => '%'.repeat(100)],
    ['cut short', (base64) => base64.slice(0, base64.length / 2)],
    ['not compressed', (_, content) => content.toString('base64')],
    ['empty', () => pack(Buffer.alloc(0))],
    ['something else', () => pack(Buffer.from('{"version":1}'))],
    ['cut short before it was compressed', (_, content) => pack(content.subarray(0, content.length - 1))],
  ]) {
    test(`${part}: ${title}`, () => checkBadBundle(withPart(part, change)));
  }
}

test('a flipped bit anywhere in the bundle is noticed', async () => {
  let length;
  withPart('bundle', (base64, content) => ((length = content.length), base64));
  for (let at = 0; at < length; at += Math.ceil(length / 200)) {
    await checkBadBundle(withPart('bundle', (_, content) => pack(flip(content, at))));
  }
});

test('engine and bundle in each other\'s place are refused', async () => {
  let engine, bundle;
  withPart('engine', (base64) => (engine = base64));
  withPart('bundle', (base64) => (bundle = base64));
  await checkBadBundle(withPart('engine', () => bundle));
  await checkBadBundle(withPart('bundle', () => engine));
});

test('a WebAssembly module that is not the engine is refused', async () => {
  const empty = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  await checkBadBundle(withPart('engine', () => pack(empty)));
});

test('a platform without WebAssembly is a failure like any other', async () => {
  const action = load();
  const { Module } = WebAssembly;
  WebAssembly.Module = undefined;
  try {
    const { reason, claims } = await login(action, recorded('acme'));
    assert.equal(reason, 'bad-bundle');
    assert.deepEqual(claims, onBothTokens(CLAIMS.catalog, []));
  } finally {
    WebAssembly.Module = Module;
  }
  assert.deepEqual((await login(action, recorded('acme'))).claims, onBothTokens(CLAIMS.catalog, GOOD));
});

test('the policy may be to refuse the login', async () => {
  const source = withPart('bundle', () => '', DENY);
  const { claims, denied, line } = await login(load(source), recorded('acme'));
  assert.equal(line, 'claimsmith - deny bad-bundle in=0 out=0 rules=0 unmatched=0');
  assert.equal(denied, 'Access could not be established (claimsmith: bad-bundle). Contact your administrator.');
  assert.deepEqual(claims, NO_CLAIMS);
});

test('clients that are not ours are left alone even then', async () => {
  for (const client of [{ client_id: 'unknown' }, { client_id: '__proto__' }, { client_id: 'constructor' }, {}, undefined]) {
    const event = { ...recorded('acme'), client };
    const { outcome, claims, denied } = await login(load(withPart('bundle', () => '', DENY)), event);
    assert.deepEqual({ outcome, claims, denied }, { outcome: 'none', claims: NO_CLAIMS, denied: null });
  }
});

test('without a readable policy nothing is touched', async () => {
  const damaged = withPart('bundle', () => '').replace('\\"failure\\"', '\\"failure');
  const { outcome, reason, claims } = await login(load(damaged), recorded('acme'));
  assert.deepEqual({ outcome, reason, claims }, { outcome: 'none', reason: 'bad-bundle', claims: NO_CLAIMS });
});

test('the engine is started at the first login, once', async () => {
  const engines = interceptEngines(() => ({}));
  const action = load();
  action.initialize();
  assert.equal(engines.length, 0);
  for (const name of ['acme', 'globex', 'acme']) await login(action, recorded(name));
  assert.equal(engines.length, 1);
});

for (const [source, outcome] of [[ACTION, 'groups'], [DENY, 'deny']]) {
  test(`after a trap the policy applies (${outcome}), and the next login has a new engine`, async () => {
    const trap = () => {
      throw new WebAssembly.RuntimeError('unreachable');
    };
    const engines = interceptEngines((count) => (count === 1 ? { evaluate: trap } : count === 2 ? { route: trap } : {}));
    const action = load(source);
    for (const count of [1, 2]) {
      const result = await login(action, recorded('acme'));
      assert.equal(result.outcome, outcome);
      assert.equal(result.reason, 'engine-failure');
      assert.match(result.digest, /^[0-9a-f]{12}$/);
      assert.deepEqual(result.claims, outcome === 'groups' ? onBothTokens(CLAIMS.catalog, []) : NO_CLAIMS);
      assert.equal(result.denied !== null, outcome === 'deny');
      assert.equal(engines.length, count);
    }
    assert.deepEqual((await login(action, recorded('acme'))).claims, onBothTokens(CLAIMS.catalog, GOOD));
    assert.equal(engines.length, 3);
  });
}

test('an answer that makes no sense is a failure, not a grant', async () => {
  for (const change of [
    () => ({ evaluate: () => 0xfffffff0 }),
    () => ({ reserve: () => 0xfffffff0 }),
    (_, exports) => ({ evaluate: () => exports.evaluate(7) }),
  ]) {
    interceptEngines(change);
    const { claims } = await login(load(), recorded('acme'));
    assert.deepEqual(Object.values(claims.idToken).flat(), []);
  }
});
