/** Logins through mappings of `mappings/sources.yaml`: every kind of source and delivery, in the built Action. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi } from '../auth0-loader.mjs';
import { bundle, load, login } from './support.mjs';

const action = load(bundle('js-shim/test/mappings/sources.yaml'));
const CLIENTS = {
  portal: 'PortalClient00000000000000000001',
  desk: 'DeskClient0000000000000000000002',
  wiki: 'WikiClient0000000000000000000003',
};
const claim = (application) => `https://claims.example.com/${application}/groups`;

/** The result of a login: its groups and the rules, or the reason why it receives none. */
async function run(connection, user, provisioned) {
  const event = {
    client: { client_id: CLIENTS.portal },
    connection: { id: `con_${connection}`, name: connection },
    user,
  };
  const own = provisioned?.map((group) => ({ connection_id: event.connection.id, ...group }));
  const { outcome, reason, claims } = await login(action, event, createApi({ provisioned: own ?? provisioned }));
  if (outcome !== 'groups') return reason;
  assert.deepEqual(claims.idToken, claims.accessToken);
  const { rules } = claims.idToken['https://claims.example.com/portal/provenance'];
  return { groups: claims.idToken[claim('portal')], rules };
}

const NOTHING = { groups: [], rules: [] };
const ENGINEER = { groups: ['engineering'], rules: ['engineers'] };
const check = async (connection, user, expected) => assert.deepEqual(await run(connection, user), expected);
const checkProvisioned = async (connection, provisioned, expected, user = {}) =>
  assert.deepEqual(await run(connection, user, provisioned), expected);

/** A user with groups, and with a linked account whose identity has groups of its own. */
const linked = (connection, profileData, rest = {}) => ({
  groups: ['unknown'],
  identities: [{ connection: 'other' }, { connection, profileData }],
  ...rest,
});

test('the identity that logged in has its own groups', async () => {
  await check('entra', { groups: ['engineers'], identities: [{ connection: 'entra' }] }, ENGINEER);
  await check('entra', linked('entra', { groups: ['engineers'] }), ENGINEER);
  await check('entra', linked('entra', {}), 'attribute-absent');
  await check('entra', linked('entra', undefined, { groups: ['engineers'] }), 'attribute-absent');
  await check('entra', linked('else', { groups: ['engineers'] }), 'identity-unclear');
});

test('conditions read the attributes of the identity that logged in', async () => {
  await check('entra', { groups: [], department: 'Finance' }, { groups: ['accounting'], rules: ['finance'] });
  await check('entra', linked('entra', { groups: [], department: 'Finance' }), {
    groups: ['accounting'],
    rules: ['finance'],
  });
  await check('entra', linked('entra', { groups: [] }, { department: 'Finance' }), NOTHING);
});

test('a mapping can read the groups of the primary identity', async () => {
  await check('primary', { ...linked('primary', { groups: ['unknown'] }), groups: ['engineers'] }, ENGINEER);
  await check('primary', { ...linked('else', {}), groups: ['engineers'], hasgroups: true }, ENGINEER);
});

test('groups that Entra withholds do not count as an empty list', async () => {
  await check('entra', { groups: ['engineers'], hasgroups: 'true' }, 'overage');
  await check('entra', { _claim_names: { groups: 'src1' } }, 'overage');
  await check('entra', linked('entra', { 'groups:src1': 'https://graph.example' }), 'overage');
  await check('entra', linked('entra', { groups: ['engineers'] }, { hasgroups: true }), ENGINEER);
});

test('names are converted to NFC where the mapping says so', async () => {
  const BOOKS = { groups: ['accounting'], rules: ['books'] };
  const apart = 'Bu\u0308cher';
  await check('normalized', { groups: [apart] }, BOOKS);
  await check('normalized', { groups: apart }, BOOKS);
  await check(
    'normalized',
    { groups: ['B\u00fccher', 'engineers', apart] },
    { groups: ['accounting', 'engineering'], rules: ['books', 'engineers'] },
  );
  await check('entra', { groups: [apart] }, NOTHING);
});

test('groups are read from JSON in a string', async () => {
  await check('json', { groups: '["engineers"]' }, 'entry-type');
  await check('json', { groups: '[{"name":"engineers","id":1},{"name":"other"}]' }, ENGINEER);
  await check('json', { groups: '[]' }, NOTHING);
  await check('json', { groups: 'engineers' }, 'attribute-type');
  await check('json', { groups: '["engineers"' }, 'attribute-type');
});

test('all pages of the groups that Auth0 keeps are read', async () => {
  const others = (count) => Array.from({ length: count }, (_, i) => ({ id: `grp_${i}`, name: `group ${i}` }));
  await checkProvisioned('scim', [{ id: 'grp_1', name: 'engineers' }], ENGINEER);
  await checkProvisioned(
    'scim',
    [...others(250), { id: 'grp_1', name: 'engineers', connection_id: 'con_scim' }],
    ENGINEER,
  );
  await checkProvisioned('scim', [], NOTHING);
  await checkProvisioned('scim', others(10_001), 'too-many-groups');
  await checkProvisioned('scim', [{ id: 'grp_1' }], 'entry-unnamed');
});

test("groups of another connection are none of the login's", async () => {
  await checkProvisioned('scim', [{ name: 'engineers', connection_id: 'con_other' }], NOTHING);
});

test('groups that Auth0 does not return do not count as an empty list', async () => {
  await checkProvisioned('scim', null, 'provisioned-unavailable', { groups: ['engineers'] });
  await checkProvisioned('both', null, 'provisioned-unavailable', { groups: ['engineers'] });
});

test('several sources are read together', async () => {
  const provisioned = [{ name: 'else', external_id: 'ext-engineers' }];
  await checkProvisioned('both', provisioned, ENGINEER);
  await checkProvisioned(
    'both',
    provisioned,
    { groups: ['accounting', 'engineering'], rules: ['books', 'engineers'] },
    { groups: ['B\u00fccher'] },
  );
});

test('a rule fires until it expires', async ({ mock }) => {
  const TRIAL = { groups: ['trial'], rules: ['trial'] };
  mock.timers.enable({ apis: ['Date'], now: Date.UTC(2027, 0, 31) - 1 });
  await check('entra', { groups: ['trial'] }, TRIAL);
  mock.timers.tick(1);
  await check('entra', { groups: ['trial'] }, NOTHING);
});

test('each application receives its groups as it is configured', async () => {
  const told = async (application, protocol) => {
    const event = {
      client: { client_id: CLIENTS[application] },
      connection: { id: 'con_entra', name: 'entra' },
      transaction: { protocol },
      user: { groups: ['engineers'] },
    };
    const {
      claims: { idToken, accessToken },
      attributes,
    } = await login(action, event);
    return { idToken, accessToken, attributes };
  };
  const groups = ['engineering'];
  const attributes = { 'https://claims.example.com/wiki/saml-groups': groups };
  const nothing = { idToken: {}, accessToken: {}, attributes: {} };
  assert.deepEqual(await told('desk', 'samlp'), { ...nothing, idToken: { [claim('desk')]: groups } });
  assert.deepEqual(await told('wiki', 'oidc-basic-profile'), { ...nothing, accessToken: { [claim('wiki')]: groups } });
  assert.deepEqual(await told('wiki', 'samlp'), { ...nothing, accessToken: { [claim('wiki')]: groups }, attributes });
});
