// The bodies of every onboarding kit have the types of the packages that call these APIs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { qlikSchemasOf, schemasOf } from './schemas.mjs';

const SNAPSHOTS = fileURLToPath(new URL('../../cli/tests/snapshots/onboard/', import.meta.url));
// The templates have no application with the profile of Qlik Cloud.
const EXAMPLE = fileURLToPath(new URL('../../../docs/examples/onboarding-acme/', import.meta.url));

// The SDK has a type for the body of each strategy.
const CONNECTIONS = {
  waad: 'CreateConnectionRequestContentAzureAd',
  okta: 'CreateConnectionRequestContentOkta',
  oidc: 'CreateConnectionRequestContentOidc',
  samlp: 'CreateConnectionRequestContentSaml',
  adfs: 'CreateConnectionRequestContentAdfs',
  pingfederate: 'CreateConnectionRequestContentPingFederate',
  'google-apps': 'CreateConnectionRequestContentGoogleApps',
  ad: 'CreateConnectionRequestContentAd',
};
const BODIES = {
  'auth0/api/organization.json': 'CreateOrganizationRequestContent',
  'auth0/api/organization-connection.json': 'AddOrganizationConnectionRequestContent',
  'auth0/api/connection-clients.json': 'UpdateEnabledClientConnectionsRequestContent',
  'auth0/api/sso-ticket.json': 'CreateSelfServiceProfileSsoTicketRequestContent',
  'auth0/api/scim-configuration.json': 'CreateScimConfigurationRequestContent',
  'auth0/api/scim-token.json': 'CreateScimTokenRequestContent',
};
const QLIK = { 'qlik-cloud/groups.json': 'GroupPostSchema', 'qlik-cloud/group-settings.json': 'SettingsPatch' };

/** The files of the kits, by the names of their snapshots. */
function kits() {
  const kits = {};
  for (const snapshot of fs.readdirSync(SNAPSHOTS)) {
    const text = fs.readFileSync(path.join(SNAPSHOTS, snapshot), 'utf8');
    const files = text.split(/^=== /m).slice(1);
    kits[snapshot.replace('.txt', '')] = Object.fromEntries(
      files.map((file) => [file.slice(0, file.indexOf('\n')), file.slice(file.indexOf('\n') + 1)]),
    );
  }
  kits.example = Object.fromEntries(
    ['auth0/api', 'qlik-cloud'].flatMap((folder) =>
      fs
        .readdirSync(path.join(EXAMPLE, folder))
        .map((name) => [`${folder}/${name}`, fs.readFileSync(path.join(EXAMPLE, folder, name), 'utf8')]),
    ),
  );
  return kits;
}

function check(validators, type, body, where) {
  const validate = validators(type);
  assert.ok(validate(body), `${where}: ${JSON.stringify(validate.errors)}`);
}

function validatorsOf(schema) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addSchema(schema, 'all');
  return (type) => ajv.compile({ $ref: `all#/properties/${type}` });
}

test('bodies of the kits have the types of the API clients', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claimsmith-onboarding-'));
  try {
    const types = [...new Set([...Object.values(BODIES), ...Object.values(CONNECTIONS)])];
    const auth0 = validatorsOf(schemasOf(types, folder));
    const qlik = validatorsOf(qlikSchemasOf(Object.values(QLIK), folder));
    const seen = new Set();
    for (const [kit, files] of Object.entries(kits())) {
      for (const [name, text] of Object.entries(files)) {
        if (!/^(auth0\/api|qlik-cloud)\/.*\.json$/.test(name)) continue;
        const body = JSON.parse(text);
        const where = `${kit}: ${name}`;
        if (name === 'auth0/api/connection.json') {
          check(auth0, CONNECTIONS[body.strategy], body, where);
          seen.add(CONNECTIONS[body.strategy]);
        } else if (name in BODIES) {
          check(auth0, BODIES[name], body, where);
          seen.add(BODIES[name]);
        } else {
          for (const one of body) check(qlik, QLIK[name], one, where);
          seen.add(QLIK[name]);
        }
      }
    }
    const all = [...types, ...Object.values(QLIK)];
    assert.deepEqual([...seen].sort(), all.sort(), 'each type has a body');
    // A wrong body is found.
    assert.ok(!auth0('CreateScimTokenRequestContent')({ scopes: 'get:users' }));
    assert.ok(!qlik('GroupPostSchema')({ name: 'a', providerType: 'other' }));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
