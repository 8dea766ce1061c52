// Auth0's own SDK calls every route of the stand-in, and its types say what the answers may contain.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run, start } from './standin.mjs';

const scope = ['actions', 'organizations', 'connections', 'users']
  .flatMap((kind) => ['read', 'create', 'update', 'delete'].map((verb) => `${verb}:${kind}`))
  .concat(['read', 'create', 'update', 'delete'].map((verb) => `${verb}:organization_connections`))
  .concat(['read', 'create', 'delete'].map((verb) => `${verb}:organization_members`))
  .concat(['organization_client_grants', 'organization_discovery_domains'].map((kind) => `read:${kind}`))
  .concat(
    [
      'scim_config',
      'scim_token',
      'directory_provisionings',
      'clients',
      'client_credentials',
      'client_grants',
      'signing_keys',
      'groups',
    ].map((kind) => `read:${kind}`),
  );

const seed = {
  // The SDK signs its assertions with the time of this machine.
  clock: { start: Math.floor(Date.now() / 1000) },
  build: { steps: 2 },
  tokens: [{ token: 'reader', scopes: ['read:actions'] }],
  tenant: {
    clients: [
      { client_id: 'deploy', client_secret: 'secret', name: 'Deploy', app_type: 'non_interactive' },
      { client_id: 'app', name: 'App', app_type: 'spa' },
    ],
    client_grants: [{ client_id: 'deploy', scope }],
    connections: [{ id: 'con_scim', name: 'scim', strategy: 'samlp' }],
    scim_tokens: { con_scim: [{ token_id: 'tok_1', token: 'secret', valid_until: '2027-01-01T00:00:00.000Z' }] },
    client_credentials: { app: [{ id: 'cred_1', name: 'key', expires_at: '2027-01-01T00:00:00.000Z' }] },
    signing_keys: [{ kid: 'k', cert: '-----BEGIN CERTIFICATE-----', fingerprint: 'f', thumbprint: 't', current: true }],
    users: [{ user_id: 'waad|1', email: 'a@example.com', name: 'A', groups: ['g'] }],
  },
};

test('the SDK finds its types in every answer', async () => {
  const standIn = await start(seed);
  try {
    const { code, output } = await run(standIn, [
      fileURLToPath(new URL('sdk-calls.mjs', import.meta.url)),
      standIn.domain,
    ]);
    assert.equal(code, 0, output);
  } finally {
    await standIn.stop();
  }
});
