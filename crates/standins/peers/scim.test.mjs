// A SCIM service of others: `claimsmith verify-live` reads its users and groups, page by page.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { test } from 'node:test';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { claimsmith, start } from './standin.mjs';

const TOKEN = 'catalog-token';
const MAPPINGS = fs.readFileSync(new URL('mappings.yaml', import.meta.url), 'utf8');
/** More than a page of the service, and of claimsmith. */
const PEOPLE = 130;

const number = (at) => String(at).padStart(3, '0');
const users = Array.from({ length: PEOPLE }, (_, at) => ({
  user_id: `waad|${number(at)}`,
  email: `user${number(at)}@northwind.example`,
  last_login: '2026-11-24T08:00:00.000Z',
  groups: at % 2 ? ['Data Office'] : [],
  identities: [{ connection: 'northwind-entra', provider: 'waad', user_id: number(at), isSocial: false }],
}));

const seed = {
  rate: { burst: 1_000_000 },
  tokens: [{ token: 'verify' }],
  tenant: {
    connections: [{ id: 'con_NorthwindEntra001', name: 'northwind-entra', strategy: 'waad' }],
    organizations: [{ id: 'org_Northwind00000001', name: 'northwind' }],
    organization_members: { org_Northwind00000001: users.map((it) => it.user_id) },
    users,
  },
};

// SCIMMY with its resources in memory, over TLS as `localhost`.
function serve(standIn) {
  const stores = { User: new Map(), Group: new Map() };
  for (const [name, store] of Object.entries(stores)) {
    SCIMMY.Resources.declare(SCIMMY.Resources[name], {
      ingress: (resource, instance) => {
        const id = resource.id ?? randomUUID();
        const document = { ...JSON.parse(JSON.stringify(instance)), id, meta: { created: new Date(0) } };
        store.set(id, document);
        return document;
      },
      egress: (resource) => (resource.id ? store.get(resource.id) : [...store.values()]),
      degress: (resource) => void store.delete(resource.id),
    });
  }
  const app = express();
  const handler = (request) => {
    if (request.header('Authorization') !== `Bearer ${TOKEN}`) throw new Error('no token');
    return 'client';
  };
  app.use('/scim/v2', new SCIMMYRouters({ type: 'bearer', handler }));
  const identity = { cert: fs.readFileSync(standIn.certificate), key: fs.readFileSync(standIn.key) };
  const server = https.createServer(identity, app);
  return new Promise((resolve) => server.listen(0, 'localhost', () => resolve(server)));
}

test('SCIMMY says who is in which group, and claimsmith finds who is not', async () => {
  const standIn = await start(seed);
  const server = await serve(standIn);
  try {
    const members = [];
    for (const [at, user] of users.entries()) {
      const created = await new SCIMMY.Resources.User().write({
        userName: user.email,
        active: true,
        displayName: `${at}`,
      });
      if (at % 2) members.push({ value: created.id });
    }
    // One person has lost the group there.
    members.pop();
    await new SCIMMY.Resources.Group().write({ displayName: 'stewards', members });
    await new SCIMMY.Resources.Group().write({ displayName: 'other', members: [] });
    fs.writeFileSync(path.join(standIn.folder, 'mappings.yaml'), MAPPINGS);
    const run = await claimsmith(
      standIn,
      ['verify-live', 'mappings.yaml', '--scim', '--application', 'catalog', '--people', '1000', '--format', 'json'],
      {
        AUTH0_DOMAIN: 'acme-staging.eu.auth0.com',
        AUTH0_ACCESS_TOKEN: 'verify',
        SCIM_URL: `https://localhost:${server.address().port}/scim/v2`,
        SCIM_TOKEN: TOKEN,
      },
    );
    assert.equal(run.code, 1, run.output);
    const result = JSON.parse(run.out);
    assert.deepEqual(
      [result.application_users, result.equal, result.different, result.unseen_in_application, result.unseen_in_auth0],
      [PEOPLE, PEOPLE - 1, 1, 0, 0],
      run.output,
    );
    assert.deepEqual(result.differences[0].missing, ['stewards']);
  } finally {
    server.close();
    server.closeAllConnections();
    await standIn.stop();
  }
});
