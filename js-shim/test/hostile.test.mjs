/** Bad events: each has a defined outcome, which the log line names, and grants nothing that a good one would not. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi } from '../auth0-loader.mjs';
import { CLAIMS, NO_CLAIMS, load, login, onBothTokens, recorded } from './support.mjs';

const bomb = () => {
  throw new Error('data-platform-engineers');
};
const bombs = () => new Proxy({}, { get: bomb, has: bomb, ownKeys: bomb, getOwnPropertyDescriptor: bomb });
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
};
const cycle = () => {
  const list = ['it-admins'];
  list.push(list);
  return list;
};
const deep = (depth) => (depth === 0 ? 'it-admins' : [deep(depth - 1)]);
class Hostile extends Array {
  *[Symbol.iterator]() {
    yield 'it-admins';
  }
  join() {
    return 'it-admins';
  }
  toJSON() {
    return ['it-admins'];
  }
}

const ADMIN = { outcome: 'groups', reason: 'ok', groups: ['catalog-admins'] };
const NO_GROUPS = { outcome: 'groups', reason: 'ok', groups: [] };
const denied = (reason) => ({ outcome: 'deny', reason });
const closed = (reason) => ({ outcome: 'groups', reason, groups: [] });
const untouched = (reason) => ({ outcome: 'none', reason });

/** Acme's groups come as a list of strings. */
const LISTS = [
  ['null', null, denied('attribute-null')],
  ['a number', 5, denied('attribute-type')],
  ['a boolean', true, denied('attribute-type')],
  ['a string where a list belongs', 'it-admins', denied('attribute-type')],
  ['an object where a list belongs', { 0: 'it-admins', length: 1 }, denied('attribute-type')],
  ['a boxed string', new String('it-admins'), denied('attribute-type')],
  ['an object with toJSON', { toJSON: () => ['it-admins'] }, denied('attribute-type')],
  ['a Set', new Set(['it-admins']), denied('attribute-type')],
  ['bytes', Buffer.from('it-admins'), denied('attribute-type')],
  ['a symbol', Symbol('it-admins'), denied('attribute-unreadable')],
  ['a BigInt', 5n, denied('attribute-unreadable')],
  ['a function', () => ['it-admins'], denied('attribute-unreadable')],
  ['a nested list', [['it-admins']], denied('entry-type')],
  ['a list nested twenty deep', deep(20), denied('entry-type')],
  ['a list that contains itself', cycle(), denied('entry-type')],
  ['a list with null', ['it-admins', null], denied('entry-type')],
  ['a list with a hole', ['it-admins', , 'it-admins'], denied('entry-type')],
  ['a list with a number', ['it-admins', 7], denied('entry-type')],
  ['a list with an object', ['it-admins', { name: 'it-admins' }], denied('entry-type')],
  ['a list with a boxed string', [new String('it-admins')], denied('entry-type')],
  ['a list with a symbol', ['it-admins', Symbol('x')], denied('attribute-unreadable')],
  ['a list with a BigInt', ['it-admins', 5n], denied('attribute-unreadable')],
  [
    'a list with a getter that throws',
    Object.defineProperty(['it-admins'], 0, { get: bomb }),
    denied('attribute-unreadable'),
  ],
  ['a proxy that throws', new Proxy(['it-admins'], { get: bomb }), denied('attribute-unreadable')],
  ['a revoked proxy', revoked(), denied('attribute-unreadable')],
  ['a list of 10 000', new Array(10_000).fill('it-admins'), { ...ADMIN, received: 10_000 }],
  ['a list of 10 001', new Array(10_001).fill('it-admins'), denied('too-many-groups')],
  ['a list of a million', new Array(1_000_000).fill('it-admins'), denied('too-many-groups')],
  ['an endless list of holes', new Array(4_294_967_295), denied('too-many-groups')],
  ['a group of 4 096 bytes', ['x'.repeat(4096), 'it-admins'], { ...ADMIN, unmatched: 1 }],
  ['a group of 4 097 bytes', ['x'.repeat(4097), 'it-admins'], denied('group-too-long')],
  ['a group of 4 098 bytes in 2 049 characters', ['ü'.repeat(2049)], denied('group-too-long')],
  ['a group of 1 MB', ['it-admins', 'x'.repeat(1_000_000)], denied('group-too-long')],
  ['a group of 20 MB', ['it-admins', 'x'.repeat(20_000_000)], denied('attribute-unreadable')],
  ['20 MB in small groups', new Array(10_000).fill('x'.repeat(2_000)), denied('attribute-unreadable')],
  ['a high surrogate alone', ['it-admins\ud800'], denied('entry-malformed')],
  ['a low surrogate alone', ['\udc00it-admins'], denied('entry-malformed')],
  ['a pair split over two groups', ['it-admins\ud83d', '\ude00it-admins'], denied('entry-malformed')],
  ['U+FFFD', ['it-admins\ufffd'], denied('entry-malformed')],
  ['NUL', ['it-admins\0'], denied('entry-malformed')],
  ['a line break', ['it-admins\n'], denied('entry-malformed')],
  ['empty strings', ['', 'it-admins', ''], { ...ADMIN, notes: { 'empty-entry': 2 } }],
  ['an empty list', [], NO_GROUPS],
  ['__proto__', ['__proto__', 'constructor', 'toString'], { ...NO_GROUPS, unmatched: 3 }],
  [
    'lookalikes',
    ['it\u2010admins', 'IT-ADMINS', 'it-admins ', 'ｉt-admins', 'it-admins,'],
    { ...NO_GROUPS, unmatched: 5, notes: { 'near-miss': 2 } },
  ],
  ['an emoji and an umlaut', ['🛠 it-admins', 'Büro', 'it-admins'], { ...ADMIN, unmatched: 2 }],
  ['an array with its own iterator, join and toJSON', Hostile.of('unknown'), { ...NO_GROUPS, unmatched: 1 }],
  ['the same group many times', ['it-admins', 'it-admins', 'data-platform-engineers'], ADMIN],
];

/** Hooli's groups come as objects with an `email`. */
const TEAM = { email: 'analytics-team@hooli.example' };
const OBJECTS = [
  ['an object without the field', [TEAM, { name: TEAM.email }], denied('entry-unnamed')],
  ['an object that inherits the field', [TEAM, Object.create(TEAM)], denied('entry-unnamed')],
  ['an object whose field is null', [{ email: null }], denied('entry-unnamed')],
  ['an object whose field is a list', [{ email: [TEAM.email] }], denied('entry-type')],
  ['an object whose field has a toString', [{ email: { toString: () => TEAM.email } }], denied('entry-type')],
  [
    'an object whose field throws',
    [
      TEAM,
      {
        get email() {
          return bomb();
        },
      },
    ],
    denied('attribute-unreadable'),
  ],
  ['a proxy that throws', [bombs()], denied('attribute-unreadable')],
  ['strings where objects belong', [TEAM.email], denied('entry-type')],
  ['one object where a list belongs', TEAM, denied('attribute-type')],
  [
    'an object that contains itself',
    [Object.assign(Object.create(null), TEAM, { self: TEAM })],
    { outcome: 'groups', reason: 'ok', groups: ['bi-developers'] },
  ],
  ['an own __proto__', [JSON.parse(`{"__proto__": {"email": "${TEAM.email}"}}`)], denied('entry-unnamed')],
];

/** Other members of an event that can be wrong. */
const EVENTS = [
  [
    'no organization',
    (event) => delete event.organization,
    { ...ADMIN, groups: ['catalog-admins', 'finance-readers'] },
  ],
  [
    'an organization that is null',
    (event) => (event.organization = null),
    { ...ADMIN, groups: ['catalog-admins', 'finance-readers'] },
  ],
  ['an organization that is an empty string', (event) => (event.organization = ''), closed('unknown-organization')],
  ['an organization that is false', (event) => (event.organization = false), closed('unknown-organization')],
  ['an organization without an id', (event) => delete event.organization.id, closed('unknown-organization')],
  ['an organization whose id is a number', (event) => (event.organization.id = 5), closed('unknown-organization')],
  ['an unknown organization', (event) => (event.organization.id = 'org_unknown'), closed('unknown-organization')],
  [
    'an organization in another letter case',
    (event) => (event.organization.id = event.organization.id.toLowerCase()),
    closed('unknown-organization'),
  ],
  ['__proto__ as organization', (event) => (event.organization.id = '__proto__'), closed('unknown-organization')],
  [
    'another organization',
    (event) => (event.organization.id = recorded('stark').organization.id),
    closed('unknown-connection'),
  ],
  [
    'an organization id of 1 MB',
    (event) => (event.organization.id = 'x'.repeat(1_000_000)),
    closed('unknown-organization'),
  ],
  [
    'an unknown connection',
    (event) => (event.connection.name = 'Username-Password-Authentication'),
    closed('unknown-connection'),
  ],
  ["another customer's connection", (event) => (event.connection.name = 'stark-ldap'), closed('unknown-connection')],
  ['no connection', (event) => delete event.connection, closed('unknown-connection')],
  [
    'a connection whose name is a list',
    (event) => (event.connection.name = ['acme-entra']),
    closed('unknown-connection'),
  ],
  [
    'neither organization nor connection',
    (event) => {
      delete event.organization;
      delete event.connection;
    },
    closed('unknown-connection'),
  ],
  ['a lone surrogate in the connection', (event) => (event.connection.name += '\ud800'), closed('unknown-connection')],
  ['NUL in the connection', (event) => (event.connection.name += '\0'), closed('unknown-connection')],
  ['an unknown client', (event) => (event.client.client_id = 'unknown'), untouched('unknown-client')],
  ['no client', (event) => delete event.client, untouched('unknown-client')],
  [
    'a client id that is a list',
    (event) => (event.client.client_id = [event.client.client_id]),
    untouched('unknown-client'),
  ],
  ['__proto__ as client', (event) => (event.client.client_id = '__proto__'), untouched('unknown-client')],
  ['constructor as client', (event) => (event.client.client_id = 'constructor'), untouched('unknown-client')],
  ['no user', (event) => delete event.user, denied('attribute-absent')],
  ['a user that is null', (event) => (event.user = null), denied('attribute-absent')],
  ['a user that is a list', (event) => (event.user = ['it-admins']), denied('attribute-absent')],
  ['a user that throws', (event) => (event.user = bombs()), denied('attribute-unreadable')],
  ['no attribute', (event) => delete event.user.groups, denied('attribute-absent')],
  ['an undefined attribute', (event) => (event.user.groups = undefined), denied('attribute-absent')],
  [
    'an inherited attribute',
    (event) => (event.user = Object.create({ groups: ['it-admins'] })),
    denied('attribute-absent'),
  ],
  [
    'groups under an own __proto__',
    (event) => (event.user = JSON.parse('{"__proto__": {"groups": ["it-admins"]}}')),
    denied('attribute-absent'),
  ],
  [
    'groups in the metadata that users edit',
    (event) => {
      event.user.user_metadata.groups = ['it-admins'];
      delete event.user.groups;
    },
    denied('attribute-absent'),
  ],
  [
    'groups in another letter case',
    (event) => {
      event.user.Groups = ['it-admins'];
      delete event.user.groups;
    },
    denied('attribute-absent'),
  ],
  [
    'an attribute whose getter throws',
    (event) => Object.defineProperty(event.user, 'groups', { get: bomb }),
    denied('attribute-unreadable'),
  ],
  [
    'a user that cannot be read',
    (event) => Object.defineProperty(event, 'user', { get: bomb }),
    denied('attribute-unreadable'),
  ],
  [
    'identities that throw',
    (event) => Object.defineProperty(event.user, 'identities', { get: bomb }),
    denied('attribute-unreadable'),
  ],
  ['identities that are none', (event) => (event.user.identities = 'acme-entra'), denied('identity-unclear')],
  ['identities that are null', (event) => (event.user.identities = null), denied('identity-unclear')],
  ['an identity without a connection', (event) => event.user.identities.push({}), denied('identity-unclear')],
  [
    'an endless list of identities',
    (event) => (event.user.identities = new Array(4_294_967_295)),
    denied('identity-unclear'),
  ],
  [
    'identities of other connections only',
    (event) => (event.user.identities = [{ connection: 'stark-ldap' }]),
    denied('identity-unclear'),
  ],
  [
    'two identities of the connection',
    (event) => event.user.identities.push({ connection: 'acme-entra', profileData: { groups: ['it-admins'] } }),
    denied('identity-unclear'),
  ],
  [
    'a linked identity that logged in',
    (event) =>
      (event.user.identities = [
        { connection: 'stark-ldap' },
        { connection: 'acme-entra', profileData: { groups: ['it-admins'] } },
      ]),
    ADMIN,
  ],
  [
    'a linked identity whose profile throws',
    (event) =>
      (event.user.identities = [
        { connection: 'stark-ldap' },
        {
          connection: 'acme-entra',
          get profileData() {
            return bomb();
          },
        },
      ]),
    denied('attribute-unreadable'),
  ],
  ['groups that Entra withheld', (event) => (event.user.hasgroups = true), denied('overage')],
  [
    'an event without anything',
    (event) => Object.keys(event).forEach((key) => delete event[key]),
    untouched('unknown-client'),
  ],
];

const action = load();

/** Runs the event, and then a good one, for which the engine must be unchanged. */
async function check(event, claim, expected) {
  const result = await login(action, event);
  assert.equal(result.outcome, expected.outcome, result.line);
  assert.equal(result.reason, expected.reason, result.line);
  assert.deepEqual(result.claims, expected.groups ? onBothTokens(claim, expected.groups) : NO_CLAIMS);
  assert.equal(result.denied !== null, expected.outcome === 'deny');
  if (expected.outcome === 'deny') assert.match(result.denied, new RegExp(`\\(claimsmith: ${expected.reason}\\)`));
  for (const count of ['received', 'unmatched']) {
    if (count in expected) assert.equal(result.counts[count], expected[count], result.line);
  }
  assert.deepEqual(result.notes, expected.notes ?? {});
  assert.doesNotMatch(`${result.line} ${result.denied}`, /admins|engineers|analytics-team|acme|hooli|org_|Sample|@/);

  const good = await login(action, recorded('umbra'));
  assert.deepEqual(good.claims, onBothTokens(CLAIMS.catalog, ['data-stewards']));
}

function checkUser(name, claim, groups, expected) {
  const event = recorded(name);
  event.user.groups = groups;
  return check(event, claim, expected);
}

for (const [title, groups, expected] of LISTS) {
  test(`groups: ${title}`, () => checkUser('acme', CLAIMS.catalog, groups, expected));
}
for (const [title, groups, expected] of OBJECTS) {
  test(`groups as objects: ${title}`, () => checkUser('hooli', CLAIMS.qlik, groups, expected));
}
for (const [title, change, expected] of EVENTS) {
  test(`event: ${title}`, async () => {
    const event = recorded('acme');
    change(event);
    await check(event, CLAIMS.catalog, expected);
  });
}

test("one string of many groups has the limits of a list, and Okta's own", async () => {
  for (const [count, expected] of [
    [99, { outcome: 'groups', reason: 'ok', groups: ['bi-developers'], received: 99 }],
    // Okta's claim holds at most 100.
    [100, denied('at-cap')],
    [10_000, denied('at-cap')],
    [10_001, denied('too-many-groups')],
  ]) {
    const event = recorded('initech');
    event.user.federated_groups = new Array(count).fill('bi-developers').join(',');
    await check(event, CLAIMS.qlik, expected);
  }
});

test('for an event that cannot be read at all the policy for failures decides', async () => {
  for (const event of [undefined, null, bombs()]) {
    const { outcome, reason, claims } = await login(action, event);
    assert.deepEqual({ outcome, reason, claims }, { outcome: 'none', reason: 'engine-failure', claims: NO_CLAIMS });
  }
  const event = Object.defineProperty(recorded('acme'), 'organization', { get: bomb });
  const { reason, claims } = await login(action, event);
  assert.equal(reason, 'engine-failure');
  assert.deepEqual(claims, onBothTokens(CLAIMS.catalog, []));
});

test('the Action uses only three methods of the api', async () => {
  for (const name of ['acme', 'stark']) {
    const { idToken, accessToken, access } = createApi();
    await action.execute(recorded(name), Object.freeze({ idToken, accessToken, access }));
  }
});
