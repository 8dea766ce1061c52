// Calls every route of a stand-in of Qlik Cloud with Qlik's API client, and checks each answer with the client's own types.
// NODE_EXTRA_CA_CERTS=ca.pem node qlik-calls.mjs DOMAIN CLAIM
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import auth from '@qlik/api/auth';
import authSettings from '@qlik/api/core/auth-settings';
import groups from '@qlik/api/groups';
import providers from '@qlik/api/identity-providers';
import roles from '@qlik/api/roles';
import users from '@qlik/api/users';
import Ajv from 'ajv';
import { qlikSchemasOf } from './schemas.mjs';

const [domain, claim] = process.argv.slice(2);

// What the client received, before it made anything of it.
const exchanges = [];
const send = globalThis.fetch;
globalThis.fetch = async (address, options) => {
  const response = await send(address, options);
  const text = await response.clone().text();
  const { pathname } = new URL(address);
  const body = text === '' ? undefined : JSON.parse(text);
  exchanges.push({ method: (options.method ?? 'GET').toUpperCase(), pathname, status: response.status, body });
  return response;
};

const host = (clientId, scope) => ({
  hostConfig: {
    authType: 'oauth2',
    host: `https://${domain}`,
    clientId,
    clientSecret: 'secret',
    scope,
    noCache: true,
  },
  noCache: true,
});
const admin = host('admin', 'admin_classic');
auth.setDefaultHostConfig(admin.hostConfig);

const calls = [];
// An answer of a type of a module. A call without a type has an empty answer.
async function call(type, status, make) {
  const first = exchanges.length;
  const result = await make();
  const answers = exchanges.slice(first).filter(({ pathname }) => pathname.startsWith('/api/'));
  assert.ok(answers.length > 0, `${type}: nothing was sent`);
  for (const answer of answers) {
    const at = `${answer.method} ${answer.pathname}`;
    assert.equal(answer.status, status, `${at}: ${JSON.stringify(answer.body)}`);
    assert.equal(type === undefined, answer.body === undefined, at);
    calls.push({ type, body: answer.body, at });
  }
  return result.data;
}

// A refusal: its status, and Qlik's shape of errors.
async function refused(type, status, make) {
  await make().then(
    () => assert.fail('was not refused'),
    (error) => assert.equal(error.status, status, String(error)),
  );
  const { method, pathname, body } = exchanges.at(-1);
  assert.ok(body.errors.length > 0);
  calls.push({ type, body, at: `${method} ${pathname}` });
}

// Groups
const viewers = await call('groups.Group', 201, () => groups.createGroup({ name: 'viewers' }, admin));
assert.equal(viewers.providerType, 'idp');
await refused('groups.Errors', 409, () => groups.createGroup({ name: 'viewers' }, admin));
const custom = { name: 'CG-x', providerType: 'custom', description: 'x', assignedRoles: [{ name: 'Steward' }] };
const { id: customId } = await call('groups.Group', 201, () => groups.createGroup(custom, admin));
for (const name of ['a', 'b', 'c']) await groups.createGroup({ name }, admin);
const names = [];
let page = await groups.getGroups({ limit: 2, sort: 'name' }, admin);
calls.push({ type: 'groups.Groups', body: page.data, at: 'a page of groups' });
while (page !== undefined) {
  names.push(...page.data.data.map(({ name }) => name));
  page = await page.next?.(admin);
}
assert.deepEqual(names, ['CG-x', 'a', 'b', 'c', 'viewers']);
await call('groups.Groups', 200, () => groups.getGroups({ systemGroups: true }, admin));
const filter = { filter: 'name eq "VIEWERS"' };
const found = await call('groups.Groups', 200, () => groups.filterGroups({ limit: 10 }, filter, admin));
assert.deepEqual(
  found.data.map(({ id }) => id),
  [viewers.id],
);
await call('groups.Group', 200, () => groups.getGroup(viewers.id, admin));
const withRole = [{ op: 'replace', path: 'assignedRoles', value: [{ name: 'Steward' }] }];
await call(undefined, 204, () => groups.patchGroup(viewers.id, withRole, admin));
const settings = await call('groups.GroupSettings', 200, () => groups.getGroupsSettings(admin));
assert.equal(settings.autoCreateGroups, true);
const off = [{ op: 'replace', path: '/autoCreateGroups', value: false }];
await call(undefined, 204, () => groups.patchGroupsSettings(off, admin));

// Roles
const { data: all } = await call('roles.ListRolesResult', 200, () => roles.getRoles({ totalResults: true }, admin));
await call('roles.Role', 200, () => roles.getRole(all[0].id, admin));
await refused('roles.Errors', 404, () => roles.getRole('x', admin));

// Identity providers
await call('identity-providers.IDPArray', 200, () => providers.getIdps({ active: true }, admin));
await call('identity-providers.IDPsStatus', 200, () => providers.getIdpStatuses(admin));
const live = await call('identity-providers.IDPOIDC', 200, () => providers.getIdp('idp', admin));
const pointer = `/${claim.replaceAll('~', '~0').replaceAll('/', '~1')}`;
const value = { ...live.options, claimsMapping: { ...live.options.claimsMapping, groups: [pointer] } };
const pend = [{ op: 'replace', path: '/pendingOptions', value }];
await call(undefined, 204, () => providers.patchIdp('idp', pend, admin));
const promote = [{ op: 'promote-options' }];
await refused('identity-providers.Errors', 412, () => providers.patchIdp('idp', promote, admin));
await call('identity-providers.IDPOIDC', 200, () => providers.getIdp('idp', admin));
const control = (command, body) =>
  send(`https://${domain}/stand-in/${command}`, { method: 'POST', body: JSON.stringify(body) });
const claims = { sub: 'auth0|1', name: 'Ada', [claim]: ['viewers', 'unknown'] };
assert.equal((await control('verify', { id: 'idp', claims })).status, 200);
const verified = await call('identity-providers.IDPOIDC', 200, () => providers.getIdp('idp', admin));
assert.equal(verified.pendingState, 'verified');
await call(undefined, 204, () => providers.patchIdp('idp', promote, admin));

// Users
const { id } = await (await control('login', { claims })).json();
const user = await call('users.User', 200, () => users.getUser(id, {}, admin));
assert.deepEqual(
  user.assignedGroups.map(({ name }) => name),
  ['viewers'],
);
const byGroup = { filter: `assignedGroups.id eq "${viewers.id}"`, totalResults: true };
const { totalResults } = await call('users.Users', 200, () => users.getUsers(byGroup, admin));
assert.equal(totalResults, 1);
await call('users.Users', 200, () => users.filterUsers({}, { filter: `id eq "${id}"` }, admin));
await call('users.UserCount', 200, () => users.countUsersWithoutQuery(admin));
const invited = { subject: 'auth0|2', name: 'Bob', email: 'b@example.com', status: 'invited' };
const second = await call('users.User', 201, () => users.createUser(invited, admin));
await refused('users.Errors', 409, () => users.createUser(invited, admin));
const disable = { op: 'replace', path: '/status', value: 'disabled' };
const join = (group) => ({ op: 'add', path: '/assignedGroups/-', value: { id: group } });
await call(undefined, 204, () => users.patchUser(id, [disable], admin));
// Memberships of groups of the identity provider come from logins alone.
await call('users.Errors', 207, () => users.patchUser(id, [join(customId), join(viewers.id)], admin));
await refused('users.Errors', 400, () => users.patchUser(id, [join(viewers.id)], admin));
await call(undefined, 204, () => users.deleteUser(second.id, admin));
await refused('groups.Errors', 400, () => groups.deleteGroup(customId, admin));
await call(undefined, 204, () => groups.deleteGroup(viewers.id, admin));

// Sessions
await call('core/auth-settings.AuthSettingsResource', 200, () => authSettings.getAuthSettings(admin));
const shorter = [{ op: 'replace', path: '/maxUserSessionLifespanMinutes', value: 480 }];
await call('core/auth-settings.AuthSettingsResource', 200, () => authSettings.patchAuthSettings(shorter, admin));
const odd = [{ op: 'replace', path: '/maxUserSessionLifespanMinutes', value: 90 }];
await refused('core/auth-settings.Errors', 400, () => authSettings.patchAuthSettings(odd, admin));

// Credentials
const reader = host('users', 'admin.users');
await call('users.Users', 200, () => users.getUsers({ limit: 1 }, reader));
await refused('groups.Errors', 403, () => groups.getGroups({}, reader));

// Every answer has its type, and every route was called.
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'standin-schemas-'));
const typed = calls.filter(({ type }) => type !== undefined);
const wrong = [];
for (const module of new Set(typed.map(({ type }) => type.split('.')[0]))) {
  const own = typed.filter(({ type }) => type.startsWith(`${module}.`));
  const types = [...new Set(own.map(({ type }) => type.split('.')[1]))];
  const ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema(qlikSchemasOf(types, folder, module), 'sdk');
  for (const { type, body, at } of own) {
    const validate = ajv.compile({ $ref: `sdk#/properties/${type.split('.')[1]}` });
    if (!validate(body)) {
      const problems = validate.errors.map((error) => `${error.instancePath} ${error.message}`);
      wrong.push(`${at} is not a ${type}: ${problems.join('; ')}`);
    }
  }
}
fs.rmSync(folder, { recursive: true });
assert.deepEqual(wrong, []);

const routes = await (await send(`https://${domain}/stand-in/routes`)).json();
const pattern = (route) => new RegExp(`^${route.replace(' ', ' /api/').replaceAll('*', '[^/]+')}$`);
const missing = routes.filter(
  (route) => !exchanges.some(({ method, pathname }) => pattern(route).test(`${method} ${pathname}`)),
);
assert.deepEqual(missing, []);
console.log(`${calls.length} answers checked, ${routes.length} routes`);
