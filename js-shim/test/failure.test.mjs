/** Damage to the Action, and failures while it runs: the configured policy decides, and the log line says so. */

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import {
  ACTION,
  CLAIMS,
  DENY,
  NO_CLAIMS,
  bundleText,
  embed,
  embedded,
  load,
  login,
  onBothTokens,
  pack,
  recorded,
  resealed,
  withPart,
} from './support.mjs';

const GOOD = ['catalog-admins', 'finance-readers'];

const instantiate = WebAssembly.Instance;
afterEach(() => {
  WebAssembly.Instance = instantiate;
});

/** From now on `change` replaces exports of every engine that is started; counts the engines. */
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
    const damaged = withPart(part, change);
    test(`${part}: ${title}`, () => checkBadBundle(damaged));
    test(`${part}: ${title}, with a digest that fits`, () => checkBadBundle(resealed(damaged)));
  }
}

test('a flipped bit anywhere in the bundle is noticed', async () => {
  let length;
  withPart('bundle', (base64, content) => ((length = content.length), base64));
  for (let at = 0; at < length; at += Math.ceil(length / 200)) {
    await checkBadBundle(resealed(withPart('bundle', (_, content) => pack(flip(content, at)))));
  }
});

test('engine and bundle that changed places are refused', async () => {
  let engine, bundle;
  withPart('engine', (base64) => (engine = base64));
  withPart('bundle', (base64) => (bundle = base64));
  await checkBadBundle(resealed(withPart('engine', () => bundle)));
  await checkBadBundle(resealed(withPart('bundle', () => engine)));
});

test('a WebAssembly module that is not the engine is refused', async () => {
  const empty = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  await checkBadBundle(resealed(withPart('engine', () => pack(empty))));
});

test('a runtime without WebAssembly is a failure like any other', async () => {
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

test('with the policy deny the login is refused', async () => {
  const source = withPart('bundle', () => '', DENY);
  const { claims, denied, line } = await login(load(source), recorded('acme'));
  assert.equal(line, 'claimsmith - deny bad-bundle in=0 out=0 rules=0 unmatched=0');
  assert.equal(denied, 'Access could not be established (claimsmith: bad-bundle). Contact your administrator.');
  assert.deepEqual(claims, NO_CLAIMS);
});

test('clients that are not ours are not refused even then', async () => {
  for (const client of [
    { client_id: 'unknown' },
    { client_id: '__proto__' },
    { client_id: 'constructor' },
    {},
    undefined,
  ]) {
    const event = { ...recorded('acme'), client };
    const { outcome, claims, denied } = await login(load(withPart('bundle', () => '', DENY)), event);
    assert.deepEqual({ outcome, claims, denied }, { outcome: 'none', claims: NO_CLAIMS, denied: null });
  }
});

test("with a damaged policy only the platform's clients are refused", async () => {
  for (const action of [ACTION, DENY]) {
    const texts = embedded(action);
    for (const FALLBACK of [
      '',
      'null',
      texts.FALLBACK.replace('failure', 'Failure'),
      texts.FALLBACK.replace('qlik', 'else'),
    ]) {
      const source = embed({ ...texts, FALLBACK, ENGINE: '' });
      const ours = await login(load(source), recorded('acme'));
      assert.deepEqual([ours.outcome, ours.reason, ours.claims], ['deny', 'bad-bundle', NO_CLAIMS]);
      assert.match(ours.denied, /\(claimsmith: bad-bundle\)/);
      const other = await login(load(source), { ...recorded('acme'), client: { client_id: 'unknown' } });
      assert.deepEqual([other.outcome, other.denied], ['none', null]);
      // While the engine can be used, the policy is not needed.
      const good = await login(load(embed({ ...texts, FALLBACK })), recorded('acme'));
      assert.deepEqual(good.claims, onBothTokens(CLAIMS.catalog, GOOD));
    }
  }
});

/** The Action of two applications, of which one refuses logins without groups, as does the platform if `policies` say so. */
const gatedAction = (policies) =>
  bundleText(`version: 1
platform:
  applications:
    gated: { clients: [gated], claim: 'https://claims.example.com/gated', ungranted: deny }
    open: { clients: [open], claim: 'https://claims.example.com/open' }
  groups: { readers: { applications: [gated, open], description: Reads. } }
  policies: ${JSON.stringify(policies)}
organizations:
  acme:
    connections: { acme: { strategy: ad } }
    rules: [{ id: readers, match: { exact: readers }, grant: readers }]
`);

test('without an engine or a bundle, ungranted: deny refuses the logins of its application alone', async () => {
  for (const part of ['engine', 'bundle']) {
    const action = load(withPart(part, () => '', gatedAction({})));
    const result = async (client) => {
      const { outcome, reason, claims } = await login(action, { ...recorded('acme'), client });
      return { outcome, reason, claims };
    };
    const refused = { outcome: 'deny', reason: 'bad-bundle', claims: NO_CLAIMS };
    const empty = onBothTokens('https://claims.example.com/open', []);
    assert.deepEqual(await result({ client_id: 'gated' }), refused);
    assert.deepEqual(await result({ client_id: 'open' }), { ...refused, outcome: 'groups', claims: empty });
    assert.deepEqual(await result({ client_id: 'other' }), { ...refused, outcome: 'none' });
    const everywhere = load(withPart(part, () => '', gatedAction({ ungranted: 'deny' })));
    const { outcome } = await login(everywhere, { ...recorded('acme'), client: { client_id: 'open' } });
    assert.equal(outcome, 'deny');
  }
});

test('a client that cannot be read is refused if it may be one whose logins without groups are refused', async () => {
  const unreadable = Object.defineProperty(recorded('acme'), 'client', {
    get() {
      throw new Error('unreadable');
    },
  });
  const { outcome, denied } = await login(load(gatedAction({})), unreadable);
  assert.deepEqual([outcome, denied !== null], ['deny', true]);
});

test('a client that cannot be read is refused with the policy deny', async () => {
  const unreadable = Object.defineProperty(recorded('acme'), 'client', {
    get() {
      throw new Error('unreadable');
    },
  });
  for (const [source, outcome] of [
    [ACTION, 'none'],
    [DENY, 'deny'],
  ]) {
    const result = await login(load(source), unreadable);
    assert.deepEqual([result.outcome, result.reason, result.claims], [outcome, 'engine-failure', NO_CLAIMS]);
    assert.equal(result.denied !== null, outcome === 'deny');
  }
});

/** The engine without the Action around it. */
function startEngine() {
  let module;
  withPart('engine', (base64, content) => ((module = content), base64));
  const imports = { './engine_bg.js': { __wbindgen_init_externref_table() {} } };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), imports);
  const write = (bytes) => {
    // The memory may grow during the call, so it is read afterwards.
    const at = exports.reserve(bytes.length) >>> 0;
    Buffer.from(exports.memory.buffer).set(bytes, at);
  };
  const call = (name, bytes, words) => {
    write(bytes);
    return answer(name, bytes.length, words);
  };
  const answer = (name, length, words) => {
    const at = exports[name](length) >>> 0;
    return [...new Uint32Array(exports.memory.buffer, at, words)];
  };
  const load = (bundle) => {
    const bytes = Buffer.concat([bundle.subarray(5, 37), bundle]);
    write(bytes);
    return exports.load(bytes.length);
  };
  return { exports, answer, call, load };
}

/** The calls of a login to the catalog, through a connection of the samples. */
const sized = (text) => Buffer.concat([Buffer.from(Uint32Array.of(Buffer.byteLength(text)).buffer), Buffer.from(text)]);
const { organization, connection, client } = recorded('acme');
/** The handle of the platform's own mappings. */
const OWN = Buffer.alloc(4);
const ROUTE = Buffer.concat([OWN, ...[organization.id, connection.name, client.client_id].map(sized)]);
const NO_ROUTE = [0xffffffff, 0x80000010, 0];
const REFUSAL = [1, 16, 0xffffffff, 0, 0, 0, 0, 0];
/** Where a bundle has the version of its format. The engine compares it; the host compares the digest. */
const VERSION_AT = 4;
let BUNDLE;
withPart('bundle', (base64, content) => ((BUNDLE = content), base64));

/** The call of `evaluate` for a login that leads nowhere, and its answer: outcome and reason. */
const CLOSED = Buffer.concat([Buffer.from(Uint32Array.of(0, 0x80000003).buffer), OWN, Buffer.alloc(8)]);

test('without a bundle every call of the engine is answered by a refusal', () => {
  const { exports, call, load } = startEngine();
  for (const prepare of [
    () => {},
    () => load(flip(BUNDLE, VERSION_AT)),
    () => exports.load(0),
    () => exports.load(0xffffffff),
  ]) {
    prepare();
    // There is no platform that a block could be for.
    assert.equal(exports.load_block(0) >>> 0, 0x8000000f);
    assert.deepEqual(call('route', ROUTE, 3), NO_ROUTE);
    assert.deepEqual(call('evaluate', CLOSED, 8), REFUSAL);
  }
});

test('a bundle that cannot be used changes nothing', () => {
  const { answer, call, load } = startEngine();
  assert.equal(load(BUNDLE), 0);
  const routed = call('route', ROUTE, 3);
  const closed = call('evaluate', CLOSED, 8);
  assert.notDeepEqual(routed, NO_ROUTE);
  assert.deepEqual(closed.slice(0, 3), [0, 3, 0]);
  for (const bundle of [Buffer.alloc(0), flip(BUNDLE, VERSION_AT), BUNDLE.subarray(0, 1000)]) {
    assert.notEqual(load(bundle), 0);
    assert.deepEqual(call('route', ROUTE, 3), routed);
    assert.deepEqual(call('evaluate', CLOSED, 8), closed);
    // A call that is longer than what was written must not read the call before it.
    assert.deepEqual(answer('evaluate', 1 << 20, 8), REFUSAL);
  }
});

test('the engine is started at the first login, once', async () => {
  const engines = interceptEngines(() => ({}));
  const action = load();
  action.initialize();
  assert.equal(engines.length, 0);
  for (const name of ['acme', 'globex', 'acme']) await login(action, recorded(name));
  assert.equal(engines.length, 1);
});

for (const [source, outcome] of [
  [ACTION, 'groups'],
  [DENY, 'deny'],
]) {
  test(`after a trap the policy applies (${outcome}), and the next login has a new engine`, async () => {
    const trap = () => {
      throw new WebAssembly.RuntimeError('unreachable');
    };
    const engines = interceptEngines((count) =>
      count === 1 ? { evaluate: trap } : count === 2 ? { route: trap } : {},
    );
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

test('an answer with an unknown outcome is a failure, not a grant', async () => {
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
