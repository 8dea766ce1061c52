/** Which attributes are read, of which identity, and what is encoded if they cannot be read. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeLookups, parseLookup } from '../src/reading.js';
import { decodeAll, lookupOf } from './support-reading.mjs';

const bomb = () => {
  throw new Error('never seen');
};

/** The values of lookups in an event; each lookup is given as what differs from the login's `/groups`. */
const all = (event, lookups, provisioned) => decodeAll(encodeLookups(lookups.map(lookupOf), event, provisioned));
const one = (event, read = {}, provisioned = undefined) => all(event, [read], provisioned)[0];

/** A login through the connection `idp`, with these identities. */
const linked = (identities, rest = {}) => ({
  connection: { name: 'idp' },
  user: { groups: ['own'], app_metadata: { groups: ['kept'] }, identities, ...rest },
});
const primary = { connection: 'idp' };
const other = { connection: 'other', profileData: { groups: ['not these'] } };
const secondary = { connection: 'idp', profileData: { groups: ['theirs'], department: 'Finance' } };
const check = (identities, expected) => assert.deepEqual(one(linked(identities)), expected);

test('parseLookup splits a lookup into its parts', () => {
  const read = parseLookup('login\0nfc,overage\0/a~1b/~0c/d\0email\0; ');
  assert.deepEqual(
    { ...read, head: undefined },
    {
      base: 'login',
      json: false,
      members: false,
      values: false,
      single: false,
      nested: false,
      lists: false,
      entries: false,
      nfc: true,
      overage: true,
      path: ['a/b', '~c', 'd'],
      field: 'email',
      fieldPath: ['email'],
      delimiter: '; ',
      head: undefined,
    },
  );
  const plain = parseLookup('event\0\0\0\0');
  assert.deepEqual(
    [plain.path, plain.json, plain.nfc, plain.overage, plain.field, plain.delimiter],
    [[], false, false, false, '', ''],
  );
  assert.throws(() => parseLookup(''));
});

test('each base is read from its place', () => {
  const event = { ...linked([other, secondary]), organization: { metadata: { tier: 'gold' } } };
  const lookups = [
    {},
    { base: 'user' },
    { base: 'user', pointer: '/app_metadata/groups' },
    { base: 'event', pointer: '/organization/metadata/tier' },
    { base: 'event', pointer: '/connection/name' },
    { base: 'event', pointer: '/client/metadata/tier' },
    { pointer: '/department' },
    { base: 'provisioned', pointer: '', field: 'name' },
  ];
  assert.deepEqual(all(event, lookups, [{ name: 'a', id: '1' }, {}]), [
    ['theirs'],
    ['own'],
    ['kept'],
    'gold',
    'idp',
    '<absent>',
    'Finance',
    [{ name: 'a' }, {}],
  ]);
});

test('the first identity has the attributes of the user', () => {
  check([primary], ['own']);
  check([primary, other], ['own']);
  check([{ ...primary, profileData: { groups: ['not these'] } }], ['own']);
});

test('another identity that logged in has its own profile', () => {
  check([other, secondary], ['theirs']);
  check([other, { ...other }, secondary], ['theirs']);
  check([other, { connection: 'idp', profileData: {} }], '<absent>');
});

test('an identity without a profile has no attributes', () => {
  for (const profileData of [undefined, null, 'groups', 5, ['groups']])
    check([other, { connection: 'idp', profileData }], '<absent>');
  check([other, primary], '<absent>');
  check([other, Object.assign(Object.create({ profileData: { groups: ['theirs'] } }), primary)], '<absent>');
});

test('the identity is unclear if none or several are of the connection', () => {
  check([other], '<unclear>');
  check([primary, secondary], '<unclear>');
  check([primary, primary], '<unclear>');
  check([other, secondary, secondary], '<unclear>');
  check([other, secondary, primary, other], '<unclear>');
});

test('an unclear identity makes only the lookups in the login unclear', () => {
  const lookups = [
    {},
    { pointer: '/department' },
    { options: 'overage' },
    { base: 'user' },
    { base: 'event', pointer: '/connection/name' },
  ];
  assert.deepEqual(all(linked([other]), lookups), ['<unclear>', '<unclear>', '<unclear>', ['own'], 'idp']);
});

test('the identity is unclear if the identities, or one of them, cannot be read', () => {
  for (const identities of [null, {}, 'idp', 5, true, { 0: primary, length: 1 }]) check(identities, '<unclear>');
  for (const identity of [
    null,
    'idp',
    ['idp'],
    {},
    { connection: null },
    { connection: ['idp'] },
    Object.create(primary),
  ]) {
    check([identity], '<unclear>');
    check([primary, identity], '<unclear>');
    check([other, secondary, identity], '<unclear>');
  }
  for (const connection of [undefined, null, {}, { name: 5 }, { name: ['idp'] }]) {
    assert.deepEqual(one({ ...linked([other]), connection }), '<unclear>');
  }
});

test('the number of identities is limited like that of entries', () => {
  check([...new Array(9_999).fill(other), secondary], ['theirs']);
  check([primary, ...new Array(10_000).fill(other)], '<unclear>');
});

test("without linked accounts the attributes are the user's", () => {
  for (const identities of [undefined, []]) check(identities, ['own']);
  const inherited = Object.assign(Object.create({ identities: [other] }), { groups: ['own'] });
  assert.deepEqual(one({ connection: { name: 'idp' }, user: inherited }), ['own']);
});

test('a user that is not an object has no attributes', () => {
  for (const user of [undefined, null, 'user', 5, [], '\n', () => {}]) {
    assert.deepEqual(all({ connection: { name: 'idp' }, user }, [{}, { base: 'user', options: 'overage' }]), [
      '<absent>',
      '<absent>',
    ]);
  }
});

test('a value that throws is unreadable, and the others are read', () => {
  const event = {
    ...linked([other, secondary]),
    client: {
      get metadata() {
        return bomb();
      },
    },
  };
  Object.defineProperty(event.user, 'groups', { get: bomb });
  const lookups = [
    {},
    { base: 'user' },
    { base: 'event', pointer: '/client/metadata/tier' },
    { base: 'event', pointer: '/connection/name' },
  ];
  assert.deepEqual(all(event, lookups), [['theirs'], '<unreadable>', '<unreadable>', 'idp']);

  const user = {
    get user() {
      return bomb();
    },
    connection: { name: 'idp' },
  };
  assert.deepEqual(all(user, [{}, { base: 'user' }, { base: 'event', pointer: '/connection/name' }]), [
    '<unreadable>',
    '<unreadable>',
    'idp',
  ]);
  for (const odd of [
    Object.defineProperty([other, secondary], 1, { get: bomb }),
    [
      {
        get connection() {
          return bomb();
        },
      },
    ],
    [
      other,
      {
        connection: 'idp',
        get profileData() {
          return bomb();
        },
      },
    ],
    new Proxy([primary], { get: bomb }),
  ]) {
    assert.deepEqual(all(linked(odd), [{}, { base: 'user' }]), ['<unreadable>', ['own']]);
  }
});

test('the identity is looked for once, and only if a lookup needs it', () => {
  let looked = 0;
  const event = linked([]);
  Object.defineProperty(event.user, 'identities', { get: () => (looked++, [other, secondary]) });
  all(event, [{ base: 'user' }, { base: 'event', pointer: '/connection/name' }]);
  assert.equal(looked, 0);
  all(event, [{}, { base: 'user' }, { pointer: '/department' }, {}]);
  assert.equal(looked, 1);
});

test('an endless list of identities is not read', () => {
  check(new Array(4_294_967_295), '<unclear>');
});

test("each of Entra's signs of withheld groups counts", () => {
  const sign = (members, expected) => {
    const event = { connection: { name: 'idp' }, user: { groups: ['a'], ...members } };
    assert.deepEqual(one(event, { options: 'overage' }), expected, JSON.stringify(members));
    assert.deepEqual(one(event), ['a']);
  };
  for (const members of [
    { hasgroups: true },
    { hasgroups: 'true' },
    { 'groups:src1': 'https://graph.example/groups' },
    { 'groups:src1': null },
    { 'http://schemas.microsoft.com/claims/groups.link': '' },
    { 'http://schemas:microsoft:com/claims/groups:link': '' },
    { hasgroups: 'True' },
    { hasgroups: 1 },
    { hasgroups: null },
    { hasgroups: [] },
    { hasgroups: '' },
    { _claim_names: ['groups'] },
    { _claim_names: [] },
    { _claim_names: null },
    { _claim_names: 5 },
    { _claim_names: { groups: 'src1' } },
    { _claim_names: '{"groups":"src1"}' },
  ]) {
    sign(members, '<overage>');
  }
  for (const members of [
    {},
    { hasgroups: false },
    { hasgroups: 'false' },
    { 'http://schemas:microsoft.com/claims/groups:link': '' },
    { _claim_names: { roles: 'src1' } },
    { _claim_names: Object.create({ groups: 'src1' }) },
    { _claim_names: {} },
    { _claim_names: '{"roles":"src1"}' },
    { _claim_names: 'groups' },
    { _claim_sources: { groups: {} } },
  ]) {
    sign(members, ['a']);
  }
  assert.deepEqual(one({ user: Object.create({ hasgroups: true }) }, { options: 'overage' }), '<absent>');
});

test('signs of withheld groups are looked for where the groups are', () => {
  const own = linked([other, secondary], { hasgroups: true });
  assert.deepEqual(all(own, [{ options: 'overage' }, { options: 'overage', base: 'user' }]), [['theirs'], '<overage>']);
  const theirs = linked([other, { connection: 'idp', profileData: { 'groups:src1': '' } }]);
  assert.deepEqual(all(theirs, [{ options: 'overage' }, { options: 'overage', base: 'user' }]), ['<overage>', ['own']]);
});

test('the groups that Auth0 keeps can be unavailable, or an empty list', () => {
  const read = { base: 'provisioned', pointer: '', field: 'name' };
  assert.equal(one({}, read), '<unavailable>');
  assert.equal(one({}, read, null), '<unavailable>');
  assert.deepEqual(one({}, read, []), []);
  const groups = [
    { id: 'grp_1', name: 'a', external_id: null },
    { id: 'grp_2', name: 5 },
  ];
  assert.deepEqual(one({}, read, groups), [{ name: 'a' }, { name: 5 }]);
  assert.deepEqual(one({}, { ...read, field: 'external_id' }, groups), [{ external_id: null }, {}]);
});
