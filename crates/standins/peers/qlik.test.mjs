// Qlik's own API client calls every route of the stand-in, and its types say what the answers may contain.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run, start } from './standin.mjs';

const claim = 'https://claims.example.com/qlik/groups';

const seed = {
  shows_secrets: true,
  tenant: {
    clients: [
      { client_id: 'admin', client_secret: 'secret', scopes: ['admin_classic'] },
      { client_id: 'users', client_secret: 'secret', scopes: ['admin.users'] },
    ],
    roles: [{ id: 'r1', name: 'Steward', type: 'custom', description: 'Stewards' }],
    identity_providers: [
      {
        id: 'idp',
        protocol: 'OIDC',
        provider: 'auth0',
        active: true,
        interactive: true,
        options: {
          clientId: 'c',
          clientSecret: 's',
          discoveryUrl: 'https://example.com/.well-known/openid-configuration',
          claimsMapping: { sub: ['/sub'], name: ['/name'], groups: ['/groups'] },
        },
      },
    ],
  },
};

test("Qlik's API client finds its types in every answer", async () => {
  const standIn = await start(seed, 'qlik');
  try {
    const calls = fileURLToPath(new URL('qlik-calls.mjs', import.meta.url));
    const { code, output } = await run(standIn, [calls, standIn.domain, claim]);
    assert.equal(code, 0, output);
  } finally {
    await standIn.stop();
  }
});
