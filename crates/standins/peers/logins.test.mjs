// Whole logins: `claimsmith deploy` takes the Action to the stand-in of the Management API, a real OpenID provider runs
// what is deployed there, and a real relying party reads the groups from its ID token and from /userinfo.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CALLBACK } from './application.mjs';
import { claimsmith, run, start } from './standin.mjs';

const CLAIMS = {
  AnalyticsClient: 'https://claims.example.com/analytics/groups',
  CatalogClient: 'https://claims.example.com/catalog/groups',
};
/** What the Action of somebody else sets. */
const DEVICE = 'https://claims.example.com/device';
const SECRETS = { AnalyticsClient: 'a'.repeat(32), CatalogClient: 'c'.repeat(32), OtherClient: 'o'.repeat(32) };
const MAPPINGS = fs.readFileSync(new URL('mappings.yaml', import.meta.url), 'utf8');

const application = (client_id) => ({ client_id, name: client_id, app_type: 'regular_web', callbacks: [CALLBACK] });
const user = (email, connection, provider, attributes) => ({
  user_id: `${provider}|${connection}|${email}`,
  email,
  email_verified: true,
  identities: [{ connection, provider, user_id: `${connection}|${email}`, isSocial: false }],
  ...attributes,
});

const seed = {
  build: { steps: 2 },
  tokens: [{ token: 'logins' }],
  tenant: {
    clients: [
      ...Object.keys(SECRETS).map(application),
      { client_id: 'deploy', client_secret: 'secret', name: 'Deploy', app_type: 'non_interactive', callbacks: [] },
    ],
    client_grants: [{ client_id: 'deploy', scope: ['read:actions', 'create:actions', 'update:actions'] }],
    connections: [
      { id: 'con_NorthwindEntra001', name: 'northwind-entra', strategy: 'waad' },
      { id: 'con_InitechAdfs000001', name: 'initech-adfs', strategy: 'adfs' },
      { id: 'con_UmbrellaSaml00001', name: 'umbrella-saml', strategy: 'samlp' },
    ],
    organizations: [
      { id: 'org_Northwind00000001', name: 'northwind' },
      { id: 'org_Umbrella000000001', name: 'umbrella' },
    ],
    users: [
      user('ann@northwind.example', 'northwind-entra', 'waad', {
        groups: ['BI Berlin Developers', 'Data Office', 'Staff'],
      }),
      user('bob@northwind.example', 'northwind-entra', 'waad', { groups: ['Domain Users'] }),
      // Its identity provider withheld the groups.
      user('cat@northwind.example', 'northwind-entra', 'waad', {}),
      user('dan@initech.example', 'initech-adfs', 'adfs', { Group: 'Reporting' }),
      user('eve@umbrella.example', 'umbrella-saml', 'samlp', { groups: ['Staff', 'BI X Developers', 'Data Office'] }),
    ],
    actions: [
      {
        id: 'device',
        name: 'Check device',
        supported_triggers: [{ id: 'post-login', version: 'v3' }],
        versions: [
          {
            id: 'device-1',
            number: 1,
            deployed: true,
            code: `exports.onExecutePostLogin = async (event, api) => { api.idToken.setCustomClaim('${DEVICE}', 'known'); };`,
          },
        ],
      },
    ],
    bindings: { 'post-login': [{ action_id: 'device', display_name: 'Check device' }] },
  },
};

const northwind = { connection: 'northwind-entra', organization: 'org_Northwind00000001' };
const LOGINS = [
  { browser: 1, client: 'AnalyticsClient', user: 'ann@northwind.example', ...northwind },
  { browser: 1, client: 'CatalogClient', user: 'ann@northwind.example', ...northwind },
  { browser: 1, client: 'OtherClient', user: 'ann@northwind.example', ...northwind },
  { browser: 2, client: 'AnalyticsClient', user: 'bob@northwind.example', ...northwind },
  { browser: 3, client: 'AnalyticsClient', user: 'cat@northwind.example', ...northwind },
  { browser: 4, client: 'AnalyticsClient', user: 'dan@initech.example', connection: 'initech-adfs' },
  {
    browser: 5,
    client: 'AnalyticsClient',
    user: 'eve@umbrella.example',
    connection: 'umbrella-saml',
    organization: 'org_Umbrella000000001',
  },
  { browser: 6, client: 'AnalyticsClient', user: 'ann@northwind.example', ...northwind, verifier: 'v'.repeat(43) },
];

/** `claimsmith`, which has to succeed; what it prints. */
async function deploy(standIn, ...args) {
  const environment = { AUTH0_CLIENT_ID: 'deploy', AUTH0_CLIENT_SECRET: 'secret', AUTH0_DOMAIN: '' };
  const { code, output } = await claimsmith(standIn, ['deploy', ...args], environment);
  assert.equal(code, 0, output);
  return output;
}

async function takeToTenant(standIn, mappings) {
  fs.writeFileSync(path.join(standIn.folder, 'mappings.yaml'), mappings);
  await deploy(standIn, 'plan', 'mappings.yaml');
  return deploy(standIn, 'apply', 'claimsmith.plan.json', '--mappings', 'mappings.yaml');
}

async function logIn(standIn, logins) {
  const { domain, certificate, key, folder } = standIn;
  const claims = [...Object.values(CLAIMS), DEVICE];
  const file = path.join(folder, 'logins.json');
  fs.writeFileSync(
    file,
    JSON.stringify({ domain, certificate, key, token: 'logins', claims, secrets: SECRETS, logins }),
  );
  const program = fileURLToPath(new URL('login-calls.mjs', import.meta.url));
  const results = path.join(folder, 'results.json');
  const { code, output } = await run(standIn, [program, file, results]);
  assert.equal(code, 0, output);
  return JSON.parse(fs.readFileSync(results, 'utf8'));
}

/** The custom claims of an application, which are the same in the ID token and in /userinfo. */
function claimsOf({ idToken, userinfo, error }) {
  assert.equal(error, undefined);
  const custom = (all) => Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith('https://')));
  assert.equal(userinfo.sub, idToken.sub);
  assert.deepEqual(custom(userinfo), custom(idToken));
  return custom(idToken);
}

const received = (client, groups) => ({ [DEVICE]: 'known', [CLAIMS[client]]: groups });

test('applications receive the groups of the deployed mappings', async (context) => {
  const standIn = await start(seed);
  context.after(() => standIn.stop());
  const applied = await takeToTenant(standIn, MAPPINGS);
  const digest = / with the mappings ([0-9a-f]{12}), in the tenant staging /.exec(applied)?.[1];
  assert.ok(digest, applied);
  const [ann, catalog, other, bob, cat, dan, eve, forged] = await logIn(standIn, LOGINS);

  await context.test('those of the application alone', () => {
    assert.deepEqual(claimsOf(ann), received('AnalyticsClient', ['developers', 'viewers']));
    assert.equal(ann.idToken.aud, 'AnalyticsClient');
    assert.deepEqual(ann.log, [`claimsmith ${digest} groups ok in=3 out=2 rules=3 unmatched=0`]);
  });
  await context.test('also in a second application with the same session', () => {
    assert.deepEqual(claimsOf(catalog), received('CatalogClient', ['stewards']));
    assert.equal(catalog.idToken.sub, ann.idToken.sub);
  });
  await context.test('none in a client that is not one of the platform', () => {
    assert.deepEqual(claimsOf(other), { [DEVICE]: 'known' });
  });
  await context.test('an empty list without a matching rule', () => {
    assert.deepEqual(claimsOf(bob), received('AnalyticsClient', []));
  });
  await context.test('no login if the groups are withheld', () => {
    const { error, description, idToken, log } = cat;
    assert.deepEqual([error, idToken], ['access_denied', undefined]);
    assert.equal(
      description,
      'Access could not be established (claimsmith: attribute-absent). Contact your administrator.',
    );
    assert.deepEqual(log, [`claimsmith ${digest} deny attribute-absent in=0 out=0 rules=0 unmatched=0`]);
  });
  await context.test('those of a customer without an organization, by its connection', () => {
    assert.deepEqual(claimsOf(dan), received('AnalyticsClient', ['viewers']));
  });
  await context.test('an empty list for an organization without a mapping, whatever its groups are called', () => {
    assert.deepEqual(claimsOf(eve), received('AnalyticsClient', []));
    assert.deepEqual(eve.log, [`claimsmith ${digest} groups unknown-organization in=0 out=0 rules=0 unmatched=0`]);
  });
  await context.test('nothing for a code whose verifier is wrong', () => {
    assert.deepEqual([forged.error, forged.idToken], ['invalid_grant', undefined]);
  });
});

test('the next login runs what was deployed or taken back', async (context) => {
  const standIn = await start(seed);
  context.after(() => standIn.stop());
  const groups = async () => {
    const [ann] = await logIn(standIn, LOGINS.slice(0, 1));
    return claimsOf(ann)[CLAIMS.AnalyticsClient];
  };
  await takeToTenant(standIn, MAPPINGS);
  assert.deepEqual(await groups(), ['developers', 'viewers']);
  await takeToTenant(standIn, MAPPINGS.replace('match: { exact: Staff }', 'match: { exact: Everyone }'));
  assert.deepEqual(await groups(), ['developers']);
  await deploy(standIn, 'rollback', 'mappings.yaml');
  assert.deepEqual(await groups(), ['developers', 'viewers']);
});
