/** What the Action does with the answers of an engine, here a fake one, and with what Auth0 does in the meantime. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi } from '../auth0-loader.mjs';
import { CLAIM, fakeEngines } from './fake-engine.mjs';
import { ACTION, CLAIMS, DENY, DIGEST, NO_CLAIMS, bundle, load, login, onBothTokens, recorded } from './support.mjs';

const PROVENANCE = 'https://claims.example.com/provenance';
const ATTRIBUTE = 'https://claims.example.com/saml';
const PROVISIONED = ['provisioned', '', '', 'name'];
/** Groups that Auth0 keeps for the login of `recorded('acme')`. */
const keeps = (...groups) => groups.map((group) => ({ connection_id: recorded('acme').connection.id, ...group }));
const GROUPS = ['a', 'b'];

/** An event of a login to a SAML application, unless another protocol is named. */
function saml(protocol = 'samlp') {
  const event = recorded('acme');
  event.transaction.protocol = protocol;
  return event;
}

/** The claims and attributes of a login whose engine answers these groups. */
async function deliver(
  mock,
  delivery,
  { event = recorded('acme'), api = createApi(), answer = { groups: GROUPS }, source = ACTION } = {},
) {
  fakeEngines(mock, { delivery, evaluate: () => answer });
  return login(load(source), event, api);
}

test('the engine receives the time at which the login began', async ({ mock }) => {
  mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_250 });
  const seen = [];
  fakeEngines(mock, { lookups: [PROVISIONED], evaluate: (_, now) => (seen.push(now), {}) });
  const api = createApi();
  api.groups = { getUserGroups: async () => (mock.timers.tick(1_000), { groups: [] }) };
  const action = load();
  await login(action, recorded('acme'), api);
  await login(action, recorded('acme'), createApi());
  assert.deepEqual(seen, [1_700_000_000.25, 1_700_000_001.25]);
});

test('the engine receives every value that it asks for, in its order', async ({ mock }) => {
  const seen = [];
  const lookups = [
    ['event', '', '/client/client_id', ''],
    ['login', 'overage', '/groups', ''],
    PROVISIONED,
    ['user', '', '/nothing', ''],
    ['provisioned', '', '', 'id'],
  ];
  fakeEngines(mock, { lookups, evaluate: (values) => (seen.push(values), {}) });
  const event = recorded('acme');
  await login(load(), event, createApi({ provisioned: keeps({ id: 'grp_1', name: 'a' }) }));
  assert.deepEqual(seen, [[event.client.client_id, event.user.groups, [{ name: 'a' }], '<absent>', [{ id: 'grp_1' }]]]);
});

test('without lookups the engine receives no values', async ({ mock }) => {
  const asked = fakeEngines(mock, { lookups: [], evaluate: (values) => ({ groups: values }) });
  const action = load();
  for (let i = 0; i < 2; i++) assert.deepEqual((await login(action, recorded('acme'))).claims, onBothTokens(CLAIM, []));
  // Routes that lead nowhere are not kept: strangers can send any number of them.
  assert.equal(asked.routes.length, 2);
});

test('texts and routes are asked for once', async ({ mock }) => {
  const delivery = { provenance: PROVENANCE };
  const asked = fakeEngines(mock, {
    delivery,
    evaluate: () => ({ groups: GROUPS, rules: ['x', 'y'], notes: [['partial', 1]] }),
  });
  const action = load();
  const first = await login(action, recorded('acme'));
  const texts = asked.texts.length;
  assert.deepEqual(await login(action, recorded('acme')), first);
  assert.equal(asked.texts.length, texts);
  assert.equal(new Set(asked.texts).size, texts);
  assert.equal(asked.routes.length, 1);
});

test('provisioned groups are fetched only if a lookup asks for them', async ({ mock }) => {
  fakeEngines(mock, { evaluate: (values) => ({ groups: values[0] }) });
  const api = createApi();
  Object.defineProperty(api, 'groups', { get: () => assert.fail('fetched') });
  const { claims } = await login(load(), recorded('acme'), api);
  assert.deepEqual(claims, onBothTokens(CLAIM, recorded('acme').user.groups));
});

test('provisioned groups that cannot be fetched are unavailable to the engine', async ({ mock }) => {
  const seen = [];
  fakeEngines(mock, { lookups: [PROVISIONED], evaluate: ([value]) => (seen.push(value), {}) });
  const action = load();
  await login(action, recorded('acme'), createApi());
  const failing = Object.assign(createApi(), {
    groups: { getUserGroups: async () => Promise.reject(new Error('down')) },
  });
  await login(action, recorded('acme'), failing);
  mock.timers.enable({ apis: ['setTimeout'] });
  const late = Object.assign(createApi(), { groups: { getUserGroups: () => new Promise(() => {}) } });
  const run = login(action, recorded('acme'), late);
  mock.timers.tick(3_000);
  await run;
  assert.deepEqual(seen, ['<unavailable>', '<unavailable>', '<unavailable>']);
});

test('logins that wait for their groups do not mix', async ({ mock }) => {
  fakeEngines(mock, {
    lookups: [['user', '', '/groups', ''], PROVISIONED],
    evaluate: ([own, provisioned]) => ({ groups: [...own, ...provisioned.map(({ name }) => name)] }),
  });
  const action = load();
  const runs = Array.from({ length: 20 }, (_, i) => {
    const event = recorded('acme');
    event.user.groups = [`own ${i}`];
    const provisioned = keeps(
      ...Array.from({ length: 1 + 100 * (i % 3) }, (_, at) => ({ name: `provisioned ${i} ${at}` })),
    );
    return [login(action, event, createApi({ provisioned })), [`own ${i}`, ...provisioned.map(({ name }) => name)]];
  });
  for (const [run, expected] of runs) assert.deepEqual((await run).claims, onBothTokens(CLAIM, expected));
});

test('a login that waits while another one makes the engine fail uses the next engine', async ({ mock }) => {
  const asked = fakeEngines(mock, {
    lookups: [PROVISIONED],
    evaluate([provisioned], _, engine) {
      if (provisioned === '<unavailable>') throw new WebAssembly.RuntimeError('unreachable');
      return { groups: provisioned.map(({ name }) => `${name} by engine ${engine}`) };
    },
  });
  const action = load();
  let answer;
  const waiting = Object.assign(createApi(), {
    groups: { getUserGroups: () => new Promise((resolve) => (answer = resolve)) },
  });
  const slow = login(action, recorded('acme'), waiting);
  const failed = await login(action, recorded('acme'), createApi());
  assert.equal(failed.reason, 'engine-failure');
  assert.equal(asked.engines, 1);
  answer({ groups: keeps({ name: 'a' }) });
  assert.deepEqual((await slow).claims, onBothTokens(CLAIM, ['a by engine 2']));
  // The login after it uses the same engine, not a third one.
  const next = await login(action, recorded('acme'), createApi({ provisioned: keeps({ name: 'b' }) }));
  assert.deepEqual(next.claims, onBothTokens(CLAIM, ['b by engine 2']));
});

test('an engine that fails after the wait is replaced, and the policy applies', async ({ mock }) => {
  const asked = fakeEngines(mock, {
    lookups: [PROVISIONED],
    evaluate(_, __, engine) {
      if (engine === 1) throw new WebAssembly.RuntimeError('unreachable');
      return {};
    },
  });
  const action = load(DENY);
  const failed = await login(action, recorded('acme'), createApi({ provisioned: [] }));
  assert.deepEqual([failed.outcome, failed.reason], ['deny', 'engine-failure']);
  assert.equal((await login(action, recorded('acme'), createApi({ provisioned: [] }))).reason, 'ok');
  assert.equal(asked.engines, 2);
});

for (const [title, delivery, tokens] of [
  ['the ID token', { access: false }, { idToken: { [CLAIM]: GROUPS }, accessToken: {} }],
  ['the access token', { id: false }, { idToken: {}, accessToken: { [CLAIM]: GROUPS } }],
  ['both tokens', {}, onBothTokens(CLAIM, GROUPS)],
]) {
  test(`the claim is on ${title} if the application says so`, async ({ mock }) => {
    assert.deepEqual((await deliver(mock, delivery)).claims, tokens);
  });
}

test('the provenance claim has the bundle and the rules, on the tokens of the claim', async ({ mock }) => {
  const answer = { groups: GROUPS, rules: ['x', 'y'], notes: [['partial', 1]], organization: 4999 };
  const { claims } = await deliver(mock, { access: false, provenance: PROVENANCE }, { answer });
  const provenance = { bundle: DIGEST, rules: ['x of 4999', 'y of 4999'] };
  assert.deepEqual(claims, { idToken: { [CLAIM]: GROUPS, [PROVENANCE]: provenance }, accessToken: {} });
});

test('a login that leads nowhere has a provenance claim too', async ({ mock }) => {
  const { claims } = await deliver(mock, { provenance: PROVENANCE }, { answer: { organization: 0xffffffff } });
  assert.deepEqual(claims.idToken, { [CLAIM]: [], [PROVENANCE]: { bundle: DIGEST, rules: [] } });
});

test('provenance is not shared between logins', async ({ mock }) => {
  fakeEngines(mock, { delivery: { provenance: PROVENANCE }, evaluate: () => ({ rules: ['x'] }) });
  const action = load();
  const kept = [];
  const token = { setCustomClaim: (name, value) => name === PROVENANCE && kept.push(value) };
  const api = { idToken: token, accessToken: token };
  await action.execute(recorded('acme'), api);
  kept[0].rules.push('smuggled');
  kept[0].bundle = 'smuggled';
  await action.execute(recorded('acme'), api);
  assert.deepEqual(kept[2], { bundle: DIGEST, rules: ['x of 1'] });
});

test('a refused login receives no groups', async ({ mock }) => {
  const answer = { outcome: 'deny', reason: 'over-limit', groups: GROUPS, rules: ['x'] };
  const result = await deliver(mock, { saml: ATTRIBUTE, provenance: PROVENANCE }, { event: saml(), answer });
  assert.deepEqual([result.claims, result.attributes, result.counts.out], [NO_CLAIMS, {}, 0]);
  assert.match(result.denied, /\(claimsmith: over-limit\)/);
});

test('a client that is not an application receives nothing', async ({ mock }) => {
  const result = await deliver(mock, null, { event: saml(), answer: { outcome: 'none', reason: 'unknown-client' } });
  assert.deepEqual([result.claims, result.attributes, result.denied], [NO_CLAIMS, {}, null]);
});

test('a SAML application receives an attribute, with groups or without', async ({ mock }) => {
  for (const groups of [GROUPS, ['a'], []]) {
    const { claims, attributes } = await deliver(mock, { saml: ATTRIBUTE }, { event: saml(), answer: { groups } });
    assert.deepEqual(attributes, { [ATTRIBUTE]: groups });
    assert.deepEqual(claims, onBothTokens(CLAIM, groups));
    mock.restoreAll();
  }
});

test('other logins receive no attribute', async ({ mock }) => {
  const transactions = [undefined, null, {}].map((transaction) => ({ ...saml(), transaction }));
  for (const event of [...['oidc-basic-profile', 'wsfed', 'SAMLP', 5, null].map(saml), ...transactions]) {
    const { claims, attributes } = await deliver(mock, { saml: ATTRIBUTE }, { event });
    assert.deepEqual([claims, attributes], [onBothTokens(CLAIM, GROUPS), {}]);
    mock.restoreAll();
  }
  assert.deepEqual((await deliver(mock, {}, { event: saml() })).attributes, {});
});

const refusals = {
  'a value that is too long': () => [createApi(), ['x'.repeat(2049)]],
  'too many attributes': () => {
    const api = createApi();
    for (let i = 0; i < 100; i++) api.samlResponse.setAttribute(`${i}`, i);
    return [api, GROUPS];
  },
  'no SAML response': () => [Object.assign(createApi(), { samlResponse: undefined }), GROUPS],
};
for (const [title, prepare] of Object.entries(refusals)) {
  test(`${title} is a failure: with the policy no-groups there are no groups`, async ({ mock }) => {
    const [api, groups] = prepare();
    const result = await deliver(mock, { saml: ATTRIBUTE }, { event: saml(), api, answer: { groups, rules: ['x'] } });
    assert.equal(result.line, `claimsmith ${DIGEST.slice(0, 12)} groups engine-failure in=0 out=0 rules=0 unmatched=0`);
    assert.deepEqual(result.claims, onBothTokens(CLAIMS.catalog, []));
    assert.equal(result.attributes[ATTRIBUTE], undefined);
    assert.equal(result.denied, null);
  });

  test(`${title} is a failure: with the policy deny the login is refused`, async ({ mock }) => {
    const [api, groups] = prepare();
    const result = await deliver(mock, { saml: ATTRIBUTE }, { event: saml(), api, answer: { groups }, source: DENY });
    assert.deepEqual([result.outcome, result.reason, result.claims], ['deny', 'engine-failure', NO_CLAIMS]);
    assert.match(result.denied, /\(claimsmith: engine-failure\)/);
  });
}

test('without an engine an application receives its claim as the embedded policy says', async ({ mock }) => {
  mock.method(WebAssembly, 'Module', () => {
    throw new Error('no engine');
  });
  const action = load(bundle('js-shim/test/mappings/sources.yaml'));
  const name = (application, of = 'groups') => `https://claims.example.com/${application}/${of}`;
  for (const [client, claims, attributes] of [
    ['PortalClient00000000000000000001', onBothTokens(name('portal'), []), {}],
    ['DeskClient0000000000000000000002', { idToken: { [name('desk')]: [] }, accessToken: {} }, {}],
    [
      'WikiClient0000000000000000000003',
      { idToken: {}, accessToken: { [name('wiki')]: [] } },
      { [name('wiki', 'saml-groups')]: [] },
    ],
  ]) {
    const result = await login(action, { ...saml(), client: { client_id: client } });
    assert.deepEqual([result.reason, result.claims, result.attributes], ['bad-bundle', claims, attributes]);
  }
});

test('the line has room for some notes, and counts the others', async ({ mock }) => {
  const codes = [
    'empty-entry',
    'partial',
    'outside-scope',
    'near-miss',
    'unregistered-target',
    'forbidden-target',
    'expired-rule',
    'condition-unknown',
    'excluded',
    'default',
    'truncated',
  ];
  for (let count = 0; count <= codes.length; count++) {
    for (const times of [1, 10_000, 0xffffffff]) {
      const notes = codes.slice(0, count).map((code) => [code, times]);
      const {
        notes: { more = 0, ...shown },
        line,
      } = await deliver(mock, {}, { answer: { reason: 'provisioned-unavailable', notes } });
      assert.deepEqual(Object.entries(shown), notes.slice(0, count - more), line);
      assert.equal(line.endsWith(` more=${more}`), more > 0);
      mock.restoreAll();
      // Every note that fits is in the line.
      if (more > 0) assert.ok(line.length + ` ${notes[count - more].join('=')}`.length > 247, line);
    }
  }
});
