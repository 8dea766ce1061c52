// Calls every route of a stand-in with Auth0's SDK, and checks each answer with the SDK's own types.
// NODE_EXTRA_CA_CERTS=ca.pem node sdk-calls.mjs DOMAIN
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Ajv from 'ajv';
import { ManagementClient } from 'auth0';
import { schemasOf } from './schemas.mjs';

const domain = process.argv[2];

// Members that live tenants send although the SDK does not declare them.
const UNDECLARED = new Set(['current_version']);

// What the SDK received, before it made anything of it.
const exchanges = [];
const send = globalThis.fetch;
globalThis.fetch = async (address, options) => {
  const response = await send(address, options);
  const text = await response.clone().text();
  const { pathname } = new URL(address);
  exchanges.push({
    method: options.method ?? 'GET',
    pathname,
    status: response.status,
    body: text === '' ? undefined : JSON.parse(text),
  });
  return response;
};

const calls = [];
// An answer of this type. A call without a type has an empty answer.
async function call(type, make) {
  const first = exchanges.length;
  const result = await make();
  const answers = exchanges.slice(first).filter(({ pathname }) => pathname !== '/oauth/token');
  assert.ok(answers.length > 0, `${type}: nothing was sent`);
  for (const { method, pathname, status, body } of answers) {
    assert.ok(status >= 200 && status < 300, `${method} ${pathname}: ${status}`);
    calls.push({ type, body, at: `${method} ${pathname}` });
  }
  return result;
}

// A refusal: its status, and Auth0's shape of errors.
async function refused(status, make) {
  const error = await make().then(
    () => assert.fail('was not refused'),
    (error) => error,
  );
  assert.equal(error.statusCode, status, String(error));
  const { body } = exchanges.at(-1);
  assert.equal(body.statusCode, status);
  assert.equal(typeof body.error, 'string');
  assert.equal(typeof body.message, 'string');
  return body;
}

const options = { domain, retry: { enabled: false }, maxRetries: 0 };
const client = new ManagementClient({ ...options, clientId: 'deploy', clientSecret: 'secret' });
const { actions, organizations, connections, users } = client;

// Actions
const code = 'exports.onExecutePostLogin = async () => {};';
const supported_triggers = [{ id: 'post-login', version: 'v3' }];
const draft = { name: 'groups', code, supported_triggers, runtime: 'node22', secrets: [{ name: 'K', value: 'v' }] };
const { id } = await call('CreateActionResponseContent', () => actions.create(draft));
await refused(409, () => actions.create(draft));
const notBuilt = await refused(400, () => actions.deploy(id));
assert.match(notBuilt.message, /must be in the 'built' state/);
const built = await call('GetActionResponseContent', () => actions.get(id));
assert.equal(built.status, 'built');
const version = await call('DeployActionResponseContent', () => actions.deploy(id));
await call('UpdateActionResponseContent', () => actions.update(id, { code: `${code}\n` }));
const listed = await call('ListActionsPaginatedResponseContent', () =>
  actions.list({ triggerId: 'post-login', actionName: 'groups' }),
);
assert.deepEqual(
  listed.data.map((action) => action.deployed_version.id),
  [version.id],
);
await call('TestActionResponseContent', () => actions.test(id, { payload: { event: {} } }));
const versions = await call('ListActionVersionsPaginatedResponseContent', () => actions.versions.list(id));
assert.deepEqual(
  versions.data.map(({ number }) => number),
  [1],
);
await call('GetActionVersionResponseContent', () => actions.versions.get(id, version.id));
const old = await call('DeployActionVersionResponseContent', () => actions.versions.deploy(id, version.id, {}));
assert.equal(old.number, 2);
// The SDK goes on until a page is empty.
let pages = 0;
for await (const one of await actions.versions.list(id, { per_page: 1 })) pages += one.number > 0 ? 1 : 0;
assert.equal(pages, 2);

await call('ListActionTriggersResponseContent', () => actions.triggers.list());
const bindings = [{ ref: { type: 'action_name', value: 'groups' }, display_name: 'Groups' }];
await call('UpdateActionBindingsResponseContent', () =>
  actions.triggers.bindings.updateMany('post-login', { bindings }),
);
const bound = await call('ListActionBindingsPaginatedResponseContent', () =>
  actions.triggers.bindings.list('post-login'),
);
assert.deepEqual(
  bound.data.map((binding) => binding.action.id),
  [id],
);
await refused(409, () => actions.delete(id));
await call(undefined, () => actions.delete(id, { force: true }));
await refused(404, () => actions.get(id));

const module = await call('CreateActionModuleResponseContent', () =>
  actions.modules.create({ name: 'shared', code: '' }),
);
await call('CreateActionModuleVersionResponseContent', () => actions.modules.versions.create(module.id));
await call('GetActionModuleVersionsResponseContent', () => actions.modules.versions.list(module.id));
await call('UpdateActionModuleResponseContent', () => actions.modules.update(module.id, { code: '//' }));
await call('GetActionModuleResponseContent', () => actions.modules.get(module.id));
await call('GetActionModulesResponseContent', () => actions.modules.list());
await call(undefined, () => actions.modules.delete(module.id));

// Connections
const waad = { name: 'acme-waad', strategy: 'waad', options: { client_id: 'x', tenant_domain: 'acme.example' } };
const connection = await call('CreateConnectionResponseContent', () => connections.create(waad));
await refused(409, () => connections.create(waad));
await call('ListConnectionsCheckpointPaginatedResponseContent', () => connections.list({ take: 2 }));
await call('GetConnectionResponseContent', () => connections.get(connection.id));
const changed = { options: { client_id: 'y' } };
const updated = await call('UpdateConnectionResponseContent', () => connections.update(connection.id, changed));
assert.deepEqual(updated.options, changed.options);
await call(undefined, () => connections.clients.update(connection.id, [{ client_id: 'app', status: true }]));
await call('GetConnectionEnabledClientsResponseContent', () => connections.clients.get(connection.id));
await refused(404, () => connections.scimConfiguration.get(connection.id));
await refused(404, () => connections.scimConfiguration.tokens.get(connection.id));
// The schemas are of objects, and these answers are lists of them.
const keys = await client.keys.signing.list();
const credentials = await client.clients.credentials.list('app');
calls.push({ type: 'SigningKeys', body: keys[0], at: 'GET /api/v2/keys/signing' });
calls.push({ type: 'ClientCredential', body: credentials[0], at: 'GET /api/v2/clients/app/credentials' });
const scimTokens = await connections.scimConfiguration.tokens.get('con_scim');
calls.push({
  type: 'ScimTokenItem',
  body: scimTokens[0],
  at: 'GET /api/v2/connections/con_scim/scim-configuration/tokens',
});
await refused(404, () => connections.directoryProvisioning.get(connection.id));
await call('ListDirectoryProvisioningsResponseContent', () => connections.directoryProvisioning.list());

// Organizations
const acme = { name: 'acme', display_name: 'Acme', metadata: { a: '1', b: '2' } };
const organization = await call('CreateOrganizationResponseContent', () => organizations.create(acme));
await refused(409, () => organizations.create(acme));
await call('GetOrganizationResponseContent', () => organizations.get(organization.id));
await call('GetOrganizationByNameResponseContent', () => organizations.getByName('acme'));
const metadata = { c: '3' };
const replaced = await call('UpdateOrganizationResponseContent', () =>
  organizations.update(organization.id, { metadata }),
);
assert.deepEqual(replaced.metadata, metadata);
for (const name of ['b', 'c', 'd', 'e']) await organizations.create({ name });
const names = [];
for await (const { name } of await organizations.list({ take: 2 })) names.push(name);
assert.deepEqual(names, ['acme', 'b', 'c', 'd', 'e']);
await call('ListOrganizationsPaginatedResponseContent', () => organizations.list({ take: 50 }));

const enabled = { connection_id: connection.id, assign_membership_on_login: true };
const [org, con] = [organization.id, connection.id];
await call('AddOrganizationConnectionResponseContent', () => organizations.enabledConnections.add(org, enabled));
await call('GetOrganizationConnectionResponseContent', () => organizations.enabledConnections.get(org, con));
const shown = { show_as_button: false };
await call('UpdateOrganizationConnectionResponseContent', () =>
  organizations.enabledConnections.update(org, con, shown),
);
await call('ListOrganizationConnectionsOffsetPaginatedResponseContent', () =>
  organizations.enabledConnections.list(org),
);
await call(undefined, () => organizations.enabledConnections.delete(org, con));
await call('CreateOrganizationAllConnectionResponseContent', () => organizations.connections.create(org, enabled));
await call('GetOrganizationAllConnectionResponseContent', () => organizations.connections.get(org, con));
await call('UpdateOrganizationAllConnectionResponseContent', () => organizations.connections.update(org, con, shown));
await call('ListOrganizationAllConnectionsOffsetPaginatedResponseContent', () => organizations.connections.list(org));
await call(undefined, () => organizations.connections.delete(org, con));

await call(undefined, () => organizations.members.create(org, { members: ['waad|1'] }));
await call('ListOrganizationMembersPaginatedResponseContent', () => organizations.members.list(org, { take: 10 }));
await call('ListUserOrganizationsOffsetPaginatedResponseContent', () => users.organizations.list('waad|1'));
await call(undefined, () => organizations.members.delete(org, { members: ['waad|1'] }));
await call('ListOrganizationClientGrantsOffsetPaginatedResponseContent', () => organizations.clientGrants.list(org));
await call('ListOrganizationDiscoveryDomainsResponseContent', () => organizations.discoveryDomains.list(org));
await call('ListOrganizationClientsResponseContent', () => organizations.clients.list(org));
await call(undefined, () => organizations.delete(org));
await refused(404, () => organizations.get(org));
await call(undefined, () => connections.delete(con));

// Clients and users
await call('ListClientsOffsetPaginatedResponseContent', () => client.clients.list());
await call('GetClientResponseContent', () => client.clients.get('app'));
await call('ListClientGrantPaginatedResponseContent', () =>
  client.clientGrants.list({ client_id: 'deploy', take: 10 }),
);
await call('ListUsersOffsetPaginatedResponseContent', () => users.list());
await call('GetUserResponseContent', () => users.get('waad|1'));
await call('GetUserGroupsPaginatedResponseContent', () => users.groups.get('waad|1'));
await call('UpdateUserResponseContent', () => users.update('waad|1', { blocked: true }));
const created = await call('CreateUserResponseContent', () =>
  users.create({ connection: 'db', email: 'b@example.com' }),
);
const byEmail = await users.listUsersByEmail({ email: 'b@example.com' });
assert.deepEqual(
  byEmail.map(({ user_id }) => user_id),
  [created.user_id],
);
await call(undefined, () => users.delete(created.user_id));

// Credentials
const reader = new ManagementClient({ ...options, token: 'reader' });
const scope = await refused(403, () => reader.organizations.list());
assert.deepEqual(scope.errorCode, 'insufficient_scope');
await refused(401, () => new ManagementClient({ ...options, token: 'nobody' }).organizations.list());
const { privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const clientAssertionSigningKey = privateKey.export({ type: 'pkcs8', format: 'pem' });
const signer = new ManagementClient({ ...options, clientId: 'deploy', clientAssertionSigningKey });
assert.equal((await signer.organizations.list({ take: 10 })).data.length, 4);

// The SDK understands when it may come back.
const fault = { method: 'POST', body: JSON.stringify({ status: 429, retry_after: 1 }) };
assert.equal((await send(`https://${domain}/stand-in/faults`, fault)).status, 200);
const patient = new ManagementClient({ domain, token: 'reader', maxRetries: 1 });
const tried = exchanges.length;
await patient.actions.list();
assert.deepEqual(
  exchanges.slice(tried).map(({ status }) => status),
  [429, 200],
);

// Every answer has its type, and every route was called.
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'standin-schemas-'));
const schema = schemasOf([...new Set(calls.map(({ type }) => type).filter((type) => type !== undefined))], folder);
fs.rmSync(folder, { recursive: true });
const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema(schema, 'sdk');
const declared = (value) =>
  JSON.parse(JSON.stringify(value, (key, member) => (UNDECLARED.has(key) ? undefined : member)));
const wrong = [];
for (const { type, body, at } of calls.filter((it) => it.type !== undefined)) {
  const validate = ajv.getSchema(`sdk#/definitions/${type}`);
  if (!validate(declared(body))) {
    const problems = validate.errors.map(
      (error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
    );
    wrong.push(`${at} is not a ${type}: ${problems.join('; ')}`);
  }
}
assert.deepEqual(wrong, []);

const routes = await (await send(`https://${domain}/stand-in/routes`)).json();
const pattern = (route) => new RegExp(`^${route.replace(' ', ' /api/v2/').replaceAll('*', '[^/]+')}$`);
const missing = routes.filter(
  (route) => !exchanges.some(({ method, pathname }) => pattern(route).test(`${method} ${pathname}`)),
);
assert.deepEqual(missing, []);
console.log(`${calls.length} answers checked, ${routes.length} routes`);
