/** Answers that cannot be applied: the login is refused, the log line says so, and nothing is thrown by accident. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi } from '../auth0-loader.mjs';
import { CLAIM, fakeEngines } from './fake-engine.mjs';
import {
  ACTION,
  CLAIMS,
  DENY,
  DIGEST,
  NO_CLAIMS,
  embed,
  embedded,
  load,
  login,
  onBothTokens,
  parseLine,
  recorded,
} from './support.mjs';

const PROVENANCE = 'https://claims.example.com/provenance';
const SECRET = 'finance-readers of somebody@example.com';
const bomb = () => {
  throw new Error(SECRET);
};
const withGetter = (object, name, get = bomb) => Object.defineProperty(object, name, { get, configurable: true });
const denial = (reason) => `Access could not be established (claimsmith: ${reason}). Contact your administrator.`;

/** Runs a login whose `api` or console may fail, and returns its result in Auth0. */
async function run(source, event, api, print) {
  const lines = [];
  const action = load(source, { console: { log: print ?? ((line) => lines.push(line)) } });
  let thrown = null;
  try {
    await action.execute(event, api);
  } catch (error) {
    thrown = error;
  }
  return { thrown, denied: api.denied, claims: api.claims, lines, ...(lines.length === 1 ? parseLine(lines[0]) : {}) };
}

async function checkRefused(source, event, api, reason = 'engine-failure') {
  const result = await run(source, event, api);
  assert.equal(result.thrown, null);
  assert.equal(result.lines.length, 1);
  assert.deepEqual([result.outcome, result.reason, result.counts.out], ['deny', reason, 0], result.lines[0]);
  assert.equal(result.denied, denial(reason));
}

/** Ways in which setting a claim on a token fails. */
const TOKENS = {
  'a getter that throws': (api, token) => withGetter(api, token),
  'no token': (api, token) => delete api[token],
  'a token that is null': (api, token) => (api[token] = null),
  'a token without the method': (api, token) => (api[token] = {}),
  'a method whose getter throws': (api, token) => withGetter(api[token], 'setCustomClaim'),
  'a method that throws': (api, token) => (api[token].setCustomClaim = bomb),
  'a method that throws after it has set the claim'(api, token) {
    const { setCustomClaim } = api[token];
    api[token].setCustomClaim = (...claim) => bomb(setCustomClaim(...claim));
  },
};
for (const [title, spoil] of Object.entries(TOKENS)) {
  for (const token of ['idToken', 'accessToken']) {
    test(`${token}: ${title}: the login is refused with either policy`, async () => {
      for (const source of [ACTION, DENY]) {
        const api = createApi();
        spoil(api, token);
        await checkRefused(source, recorded('acme'), api);
      }
    });

    test(`${token}: ${title}: a login with an empty claim after a failure is refused too`, async () => {
      const api = createApi();
      spoil(api, token);
      await checkRefused(embed({ ...embedded(), ENGINE: '' }), recorded('acme'), api);
    });
  }
}

test('tokens that the application does not read are not changed', async ({ mock }) => {
  for (const [delivery, token] of [
    [{ id: false }, 'idToken'],
    [{ access: false }, 'accessToken'],
  ]) {
    fakeEngines(mock, { delivery, evaluate: () => ({ groups: ['a'] }) });
    const { outcome } = await login(load(), recorded('acme'), withGetter(createApi(), token));
    assert.equal(outcome, 'groups');
    mock.restoreAll();
  }
});

test('the login is refused whichever claim cannot be set', async ({ mock }) => {
  for (let good = 0; good < 4; good++) {
    fakeEngines(mock, { delivery: { provenance: PROVENANCE }, evaluate: () => ({ groups: ['a'], rules: ['x'] }) });
    const api = createApi();
    let calls = 0;
    api.idToken.setCustomClaim = api.accessToken.setCustomClaim = () => (calls++ === good ? bomb() : api);
    await checkRefused(ACTION, recorded('acme'), api);
    assert.equal(calls, good + 1);
    mock.restoreAll();
  }
});

test('a login whose claims are too large together is refused', async ({ mock }) => {
  const groups = Array.from({ length: 360 }, (_, i) => `grüppe-${i}`.padEnd(90, '€'));
  const claims = (rule, bundle = DIGEST) => ({ [CLAIM]: groups, [PROVENANCE]: { bundle, rules: [`${rule} of 1`] } });
  const missing = 100_000 - Buffer.byteLength(JSON.stringify(claims('')));
  assert.ok(missing > 100, `${missing} bytes are left`);
  const deliver = (rule, source) => {
    fakeEngines(mock, { delivery: { provenance: PROVENANCE }, evaluate: () => ({ groups, rules: [rule] }) });
    return login(load(source), recorded('acme'));
  };
  const fits = 'r'.repeat(missing);
  for (const source of [ACTION, DENY]) {
    const { claims: told } = await deliver(fits, source);
    const expected = claims(fits, told.idToken[PROVENANCE].bundle);
    assert.deepEqual(told, { idToken: expected, accessToken: expected });
    mock.restoreAll();
    const { outcome, reason, claims: set, denied, counts } = await deliver(`${fits}r`, source);
    assert.deepEqual([outcome, reason, set, denied], ['deny', 'over-limit', NO_CLAIMS, denial('over-limit')]);
    assert.deepEqual([counts.out, counts.rules], [0, 1]);
    mock.restoreAll();
  }
});

/** Ways in which refusing a login fails. */
const REFUSALS = {
  'a getter of access that throws': (api) => withGetter(api, 'access'),
  'no access': (api) => delete api.access,
  'a getter of deny that throws': (api) => withGetter(api.access, 'deny'),
  'no deny': (api) => (api.access = {}),
  'a deny that throws': (api) => (api.access.deny = bomb),
};
for (const [title, spoil] of Object.entries(REFUSALS)) {
  test(`${title}: the Action throws the same text in each case, and has logged the refusal`, async () => {
    const refused = { ...recorded('acme'), user: {} };
    const unset = () => withGetter(createApi(), 'idToken');
    for (const [source, event, api, reason] of [
      [ACTION, refused, createApi(), 'attribute-absent'],
      [ACTION, recorded('acme'), unset(), 'engine-failure'],
      [embed({ ...embedded(DENY), ENGINE: '' }), recorded('acme'), createApi(), 'bad-bundle'],
    ]) {
      spoil(api);
      const result = await run(source, event, api);
      assert.equal(String(result.thrown), 'Error: Access could not be refused (claimsmith)');
      assert.equal(result.thrown.cause, undefined);
      assert.deepEqual([result.outcome, result.reason, result.lines.length], ['deny', reason, 1]);
    }
  });
}

test('a login with an empty api is refused', async () => {
  for (const api of [{}, Object.create(null)]) {
    const { thrown, outcome } = await run(ACTION, recorded('acme'), api);
    assert.deepEqual([thrown?.message, outcome], ['Access could not be refused (claimsmith)', 'deny']);
  }
});

test('a log line that cannot be printed does not change the login', async () => {
  const good = await run(ACTION, recorded('acme'), createApi(), bomb);
  assert.deepEqual([good.thrown, good.denied], [null, null]);
  assert.deepEqual(good.claims, onBothTokens(CLAIMS.catalog, ['catalog-admins', 'finance-readers']));
  const refused = await run(ACTION, { ...recorded('acme'), user: {} }, createApi(), bomb);
  assert.deepEqual([refused.thrown, refused.denied, refused.claims], [null, denial('attribute-absent'), NO_CLAIMS]);
  const stuck = await run(ACTION, { ...recorded('acme'), user: {} }, withGetter(createApi(), 'access'), bomb);
  assert.equal(String(stuck.thrown), 'Error: Access could not be refused (claimsmith)');
});

test('the log line is printed after the claims are set', async () => {
  const order = [];
  const api = createApi();
  api.idToken.setCustomClaim = () => order.push('id');
  api.accessToken.setCustomClaim = () => order.push('access');
  api.access.deny = () => order.push('deny');
  const print = () => order.push('line');
  await run(ACTION, recorded('acme'), api, print);
  await run(ACTION, { ...recorded('acme'), user: {} }, api, print);
  assert.deepEqual(order, ['id', 'access', 'line', 'deny', 'line']);
});

test('a clock that throws is a failure; without a time the engine decides', async ({ mock }) => {
  mock.method(Date, 'now', bomb);
  for (const [source, outcome] of [
    [ACTION, 'groups'],
    [DENY, 'deny'],
  ]) {
    const result = await login(load(source), recorded('acme'));
    assert.deepEqual([result.outcome, result.reason, result.counts.out], [outcome, 'engine-failure', 0]);
    assert.deepEqual(result.claims, outcome === 'groups' ? onBothTokens(CLAIMS.catalog, []) : NO_CLAIMS);
  }
  mock.restoreAll();
  for (const value of [NaN, 'late', '', undefined, null, true, [], Infinity, 5n, Symbol('now')]) {
    const now = () => value;
    mock.method(Date, 'now', now);
    const seen = [];
    fakeEngines(mock, { evaluate: (_, time) => (seen.push(time), { groups: ['a'] }) });
    assert.equal((await login(load(), recorded('acme'))).reason, 'ok');
    assert.ok(!Number.isFinite(seen[0]));
    mock.restoreAll();
  }
});

test('a login whose event cannot be read receives no groups', async () => {
  for (const [source, expected] of [
    [ACTION, 'groups'],
    [DENY, 'deny'],
  ]) {
    for (const name of ['organization', 'connection']) {
      const { outcome, reason, counts } = await login(load(source), withGetter(recorded('acme'), name));
      assert.deepEqual([outcome, reason, counts.out], [expected, 'engine-failure', 0]);
    }
    for (const [object, name] of [
      ['client', 'client_id'],
      ['organization', 'id'],
      ['connection', 'name'],
    ]) {
      const event = recorded('acme');
      withGetter(event[object], name);
      const { outcome, reason, counts, claims } = await login(load(source), event);
      assert.equal(outcome, object === 'client' && source === ACTION ? 'none' : expected);
      assert.deepEqual([reason, counts.out], ['engine-failure', 0]);
      assert.deepEqual(Object.values(claims).flatMap(Object.values).flat(), []);
    }
  }
});

test('a login of one of our clients is not left unchanged', async ({ mock }) => {
  // The client can be read once, and not a second time, for the policy.
  fakeEngines(mock, { delivery: { saml: 'attribute' }, evaluate: () => ({ groups: ['a'] }) });
  const event = recorded('acme');
  event.transaction.protocol = 'samlp';
  const { client } = event;
  let reads = 0;
  withGetter(event, 'client', () => (reads++ === 0 ? client : bomb()));
  await checkRefused(ACTION, event, withGetter(createApi(), 'samlResponse'));
});

/** Values that convert to the client id of the catalog, or whose conversion would not end. */
const ID = recorded('acme').client.client_id;
const NO_TEXTS = {
  'a list of it': () => [ID],
  'a boxed string': () => new String(ID),
  'an object that converts to it': () => ({ toString: () => ID, [Symbol.toPrimitive]: () => ID }),
  'an object that throws': () => ({ toString: bomb, [Symbol.toPrimitive]: bomb }),
  'an endless list of holes': () => new Array(4_294_967_295),
  'a list of endless lists': () => [new Array(4_294_967_295)],
  'a number': () => 5,
  'a symbol': () => Symbol(ID),
  'a BigInt': () => 5n,
  null: () => null,
  undefined: () => undefined,
};
for (const [title, make] of Object.entries(NO_TEXTS)) {
  test(`a client id that is not text is not a client: ${title}`, async () => {
    for (const source of [ACTION, DENY]) {
      const texts = embedded(source);
      for (const [changed, reason] of [
        [{}, 'unknown-client'],
        [{ ENGINE: '' }, 'bad-bundle'],
        [{ ENGINE: '', FALLBACK: '' }, 'bad-bundle'],
        [{ ENGINE: '', FALLBACK: '', CLIENTS: '' }, 'bad-bundle'],
      ]) {
        const event = { ...recorded('acme'), client: { client_id: make() } };
        const result = await login(load(embed({ ...texts, ...changed })), event);
        assert.deepEqual(
          [result.outcome, result.reason, result.claims, result.denied],
          ['none', reason, NO_CLAIMS, null],
        );
      }
    }
  });
}
