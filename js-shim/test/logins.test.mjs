/** The groups that the recorded logins of the sample customers receive, and on which tokens. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { ACTION, CLAIMS, NO_CLAIMS, ROOT, load, login, onBothTokens, recorded } from './support.mjs';

const EXPECTED = {
  acme: ['catalog', ['catalog-admins', 'finance-readers'], { received: 6, out: 2, rules: 2, unmatched: 4 }],
  globex: ['qlik', ['bi-developers', 'bi-viewers'], { received: 4, out: 2, rules: 2, unmatched: 2 }],
  hooli: ['qlik', ['bi-developers', 'bi-viewers'], { received: 3, out: 2, rules: 2, unmatched: 1 }],
  initech: [
    'qlik',
    ['bi-developers', 'bi-viewers', 'data-stewards', 'finance-analytics'],
    { received: 5, out: 4, rules: 3, unmatched: 2 },
  ],
  soylent: ['qlik', ['bi-developers', 'bi-viewers', 'platform-staff'], { received: 3, out: 3, rules: 2, unmatched: 1 }],
  stark: [
    'qlik',
    ['bi-developers', 'bi-viewers', 'plant-engineering', 'platform-staff'],
    { received: 6, out: 4, rules: 4, unmatched: 3 },
  ],
  tyrell: ['catalog', ['finance-readers', 'plant-engineering'], { received: 2, out: 2, rules: 2, unmatched: 0 }],
  umbra: ['catalog', ['data-stewards'], { received: 1, out: 1, rules: 1, unmatched: 0 }],
  'umbra-many': ['catalog', ['data-stewards'], { received: 3, out: 1, rules: 2, unmatched: 1 }],
};

for (const [name, [application, groups, counts]] of Object.entries(EXPECTED)) {
  test(`${name} receives its groups on both tokens, for its application only`, async () => {
    const result = await login(load(), recorded(name));
    assert.deepEqual(result.claims, onBothTokens(CLAIMS[application], groups));
    assert.equal(result.denied, null);
    assert.equal(result.outcome, 'groups');
    assert.equal(result.reason, 'ok');
    assert.deepEqual(result.counts, counts);
    assert.match(result.digest, /^[0-9a-f]{12}$/);
  });
}

test('every recorded login has an expectation', () => {
  const files = readdirSync(new URL('events/', import.meta.url));
  assert.deepEqual(
    files.sort(),
    Object.keys(EXPECTED)
      .map((name) => `${name}.json`)
      .sort(),
  );
});

test('a byte order mark before an event is skipped', () => {
  const input = `\ufeff${JSON.stringify(recorded('acme'))}`;
  const args = ['js-shim/login.mjs', 'dist/action.js', '-'];
  const out = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', input });
  assert.ok(CLAIMS.catalog in JSON.parse(out).claims.idToken, out);
});

test('recorded logins have the fields of an event', () => {
  const fields = [
    'authentication',
    'authorization',
    'client',
    'configuration',
    'connection',
    'organization',
    'request',
    'resource_server',
    'secrets',
    'session',
    'stats',
    'tenant',
    'transaction',
    'user',
  ];
  for (const name of Object.keys(EXPECTED)) assert.deepEqual(Object.keys(recorded(name)).sort(), fields);
});

test("the same login for another application gets that one's groups", async () => {
  const event = recorded('initech');
  event.client.client_id = recorded('acme').client.client_id;
  const { claims } = await login(load(), event);
  assert.deepEqual(claims, onBothTokens(CLAIMS.catalog, ['data-stewards']));
});

test('the tokens of a client that is not ours are not changed', async () => {
  const event = recorded('acme');
  event.client.client_id = 'SomebodyElsesClient0000000000001';
  const { claims, denied, outcome, reason } = await login(load(), event);
  assert.deepEqual(
    { claims, denied, outcome, reason },
    { claims: NO_CLAIMS, denied: null, outcome: 'none', reason: 'unknown-client' },
  );
});

test('a denial names the reason, and no user', async () => {
  const event = recorded('acme');
  delete event.user.groups;
  const { claims, denied, outcome } = await login(load(), event);
  assert.equal(outcome, 'deny');
  assert.equal(denied, 'Access could not be established (claimsmith: attribute-absent). Contact your administrator.');
  assert.deepEqual(claims, NO_CLAIMS);
});

test('one instance serves all customers in any order', async () => {
  const action = load();
  const names = Object.keys(EXPECTED);
  for (const name of [...names, ...names.reverse(), ...names]) {
    const [application, groups] = EXPECTED[name];
    const { claims } = await login(action, recorded(name));
    assert.deepEqual(claims, onBothTokens(CLAIMS[application], groups));
  }
});

test('logins that run at the same time do not mix', async () => {
  const action = load();
  const names = Array.from({ length: 100 }, (_, i) => Object.keys(EXPECTED)[i % Object.keys(EXPECTED).length]);
  const results = await Promise.all(names.map((name) => login(action, recorded(name))));
  results.forEach(({ claims, counts }, i) => {
    const [application, groups, expected] = EXPECTED[names[i]];
    assert.deepEqual(claims, onBothTokens(CLAIMS[application], groups));
    assert.deepEqual(counts, expected);
  });
});

test('a login inside the reading of another one does not mix with it', async () => {
  const action = load();
  let inner;
  const event = recorded('acme');
  const { groups } = event.user;
  Object.defineProperty(event.user, 'groups', {
    get() {
      inner = login(action, recorded('stark'));
      return groups;
    },
  });
  const outer = await login(action, event);
  assert.deepEqual(outer.claims, onBothTokens(CLAIMS.catalog, EXPECTED.acme[1]));
  assert.deepEqual((await inner).claims, onBothTokens(CLAIMS.qlik, EXPECTED.stark[1]));
});

test('event and answer are not shared between logins', async () => {
  const action = load();
  const event = recorded('acme');
  const before = structuredClone(event);
  const kept = [];
  const token = { setCustomClaim: (_, groups) => kept.push(groups) };
  const api = { idToken: token, accessToken: token };
  await action.execute(event, api);
  assert.deepEqual(event, before);
  kept[0].push('smuggled');
  await action.execute(event, api);
  assert.deepEqual(kept[2], EXPECTED.acme[1]);
});

test('the Action is text that survives an editor, and fits', () => {
  assert.match(ACTION, /^[\x20-\x7e\n]*$/);
  assert.ok(Buffer.byteLength(ACTION) <= 100_000);
  assert.doesNotMatch(ACTION, /__CLAIMSMITH_|getBuiltinModule|\bimport\(/);
});
