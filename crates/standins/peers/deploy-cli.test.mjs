// The real auth0-deploy-cli imports a tree into the stand-in, with the Action that `claimsmith bundle` writes into it and the
// block that `claimsmith sign` writes, and what is there then is run. Once: reading its own schemas takes it 14 seconds.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { createApi, loadAction } from '../../../js-shim/auth0-loader.mjs';
import { claimsmith, control, run, start } from './standin.mjs';

const require = createRequire(import.meta.url);
const program = path.join(path.dirname(require.resolve('auth0-deploy-cli/package.json')), 'lib/index.js');

// An Action as its directory format has it, with a module, an organization and its connection.
function tree() {
  const action = {
    name: 'groups',
    code: './actions/groups/code.js',
    runtime: 'node22',
    dependencies: [],
    secrets: [],
    modules: [{ module_name: 'shared', module_version_number: 1 }],
    supported_triggers: [{ id: 'post-login', version: 'v3' }],
    deployed: true,
    status: 'built',
  };
  const module = {
    name: 'shared',
    code: './action-modules/shared/code.js',
    dependencies: [],
    secrets: [],
    all_changes_published: true,
  };
  const connection = {
    name: 'acme-waad',
    strategy: 'waad',
    enabled_clients: [],
    options: { client_id: 'x', tenant_domain: 'acme.example' },
  };
  const organization = {
    name: 'acme',
    display_name: 'Acme',
    metadata: { region: 'eu' },
    connections: [{ name: 'acme-waad', assign_membership_on_login: true, show_as_button: true }],
  };
  return {
    'actions/groups.json': action,
    'actions/groups/code.js': 'exports.onExecutePostLogin = async () => {};\n',
    'action-modules/shared.json': module,
    'action-modules/shared/code.js': 'module.exports = {};\n',
    'connections/acme-waad.json': connection,
    'organizations/acme.json': organization,
  };
}

// The organization and the connection of an onboarding kit, under other names than those of the tree.
function kit() {
  const text = fs.readFileSync(new URL('../../cli/tests/snapshots/onboard/okta.txt', import.meta.url), 'utf8');
  const files = text.replaceAll('acme', 'kit').split(/^=== auth0\/deploy-cli\//m);
  return Object.fromEntries(
    files.slice(1).map((file) => {
      const end = file.indexOf('\n');
      return [file.slice(0, end), file.slice(end + 1).split(/^=== /m)[0]];
    }),
  );
}

function write(folder, files) {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
}

// As docs/deploy.md says. --env=false: otherwise it replaces keywords in the code by environment variables.
async function importInto(standIn, config, input) {
  write(standIn.folder, { 'config.json': config });
  const at = (name) => path.join(standIn.folder, name);
  const files = [`--config_file=${at('config.json')}`, `--input_file=${at(input)}`];
  const { code, output } = await run(standIn, [program, 'import', '--env=false', ...files]);
  assert.equal(code, 0, output);
}

// The mappings in the folder of the stand-in, of which those of organizations travel, and the metadata that
// auth0-deploy-cli is to write.
async function travelingMappings(standIn) {
  const done = async (...args) => {
    const { code, output } = await claimsmith(standIn, args);
    assert.equal(code, 0, output);
    return output;
  };
  const [, key] = /public: (ssh-ed25519 \S+)/.exec(await done('keys', 'new', 'deploy', '--out', 'key'));
  const blocks = `  blocks:\n    writer: deploy-cli\n    keys: { deploy: { public: ${key} } }\n`;
  const text = fs.readFileSync(new URL('mappings.yaml', import.meta.url), 'utf8');
  fs.writeFileSync(path.join(standIn.folder, 'mappings.yaml'), text.replace('  applications:\n', `${blocks}$&`));
  await done('sign', 'mappings.yaml', '--key', 'key');
  return JSON.parse(fs.readFileSync(path.join(standIn.folder, 'blocks/organizations/northwind.json'), 'utf8'));
}

const codeOf = (action) => action.versions.find(({ deployed }) => deployed).code;

async function claimsOfLogin(code, metadata = {}) {
  const api = createApi();
  const event = {
    organization: { id: 'org_Northwind00000001', metadata },
    connection: { id: 'con_NorthwindEntra001', name: 'northwind-entra' },
    client: { client_id: 'CatalogClient' },
    user: { groups: ['Data Office', 'Staff'], identities: [{ connection: 'northwind-entra' }] },
  };
  await loadAction(code).execute(event, api);
  assert.equal(api.denied, null);
  return api.claims.idToken;
}

test('auth0-deploy-cli imports a tree', async () => {
  const standIn = await start({
    build: { steps: 2 },
    tokens: [{ token: 't' }],
    tenant: {
      clients: [
        { client_id: 'deploy', name: 'Deploy', app_type: 'non_interactive' },
        { client_id: 'ReplaceByTheClientId', name: 'Reports', app_type: 'spa' },
      ],
      organizations: [{ id: 'org_Northwind00000001', name: 'northwind', metadata: { region: 'us' } }],
    },
  });
  try {
    const { name, metadata } = await travelingMappings(standIn);
    const northwind = { name, display_name: 'Northwind', metadata: { region: 'us', ...metadata } };
    write(path.join(standIn.folder, 'tree'), { ...tree(), ...kit(), 'organizations/northwind.json': northwind });
    const target = ['--target', 'deploy-cli-directory', '--bindings', 'groups,claimsmith', '--out', 'tree'];
    const packaged = ['bundle', 'mappings.yaml', '--packaging', 'organizations', ...target];
    const bundled = await claimsmith(standIn, packaged);
    assert.equal(bundled.code, 0, bundled.output);
    const config = {
      AUTH0_DOMAIN: standIn.domain,
      AUTH0_ACCESS_TOKEN: 't',
      AUTH0_INCLUDED_ONLY: ['actions', 'actionModules', 'triggers', 'organizations', 'connections'],
      AUTH0_KEYWORD_REPLACE_MAPPINGS: {
        ACME_CLIENT_ID: 'kit-id',
        ACME_CLIENT_SECRET: 'kit-secret',
        ACME_OKTA_DOMAIN: 'kit.okta.example',
      },
    };
    await importInto(standIn, config, 'tree');

    const { tenant } = await control(standIn, ['tenant']);
    const flow = tenant.bindings['post-login'].map(({ action_id }) =>
      tenant.actions.find(({ id }) => id === action_id),
    );
    assert.deepEqual(
      flow.map(({ name }) => name),
      ['groups', 'claimsmith'],
    );
    const [own, built] = flow;
    assert.equal(codeOf(own), 'exports.onExecutePostLogin = async () => {};\n');
    assert.equal(own.modules[0].module_id, tenant.modules[0].id);
    assert.equal(codeOf(built), fs.readFileSync(path.join(standIn.folder, 'tree/actions/claimsmith/code.js'), 'utf8'));
    const written = tenant.organizations.find((it) => it.name === 'northwind').metadata;
    assert.deepEqual(written, northwind.metadata);
    assert.deepEqual(await claimsOfLogin(codeOf(built), written), {
      'https://claims.example.com/catalog/groups': ['stewards'],
    });
    assert.deepEqual(await claimsOfLogin(codeOf(built), { region: 'us' }), {
      'https://claims.example.com/catalog/groups': [],
    });
    const named = (list, name) => list.find((it) => it.name === name);
    for (const [name, connection] of [
      ['acme', 'acme-waad'],
      ['kit', 'kit-okta'],
    ]) {
      const [enabled] = tenant.organization_connections[named(tenant.organizations, name).id];
      assert.equal(enabled.connection_id, named(tenant.connections, connection).id);
      assert.equal(enabled.assign_membership_on_login, true);
    }
    assert.deepEqual(named(tenant.organizations, 'acme').metadata, { region: 'eu' });
    const { id, options, show_as_button: isShown } = named(tenant.connections, 'kit-okta');
    assert.deepEqual(
      [options.client_id, options.client_secret, options.domain, isShown],
      ['kit-id', 'kit-secret', 'kit.okta.example', false],
    );
    assert.deepEqual(tenant.connection_clients[id], ['ReplaceByTheClientId']);
  } finally {
    await standIn.stop();
  }
});

test('auth0-deploy-cli imports a YAML file', async () => {
  const standIn = await start({
    build: { steps: 2 },
    tokens: [{ token: 't' }],
    tenant: {
      actions: [{ id: 'other', name: 'other', code: '//', versions: [{ number: 1, deployed: true }] }],
      bindings: { 'post-login': [{ action_id: 'other', display_name: 'other' }] },
    },
  });
  try {
    fs.copyFileSync(new URL('mappings.yaml', import.meta.url), path.join(standIn.folder, 'mappings.yaml'));
    const named = async () => {
      const { tenant } = await control(standIn, ['tenant']);
      const flow = tenant.bindings['post-login'].map(({ display_name: name }) => name);
      return { flow, action: tenant.actions.find(({ name }) => name === 'claimsmith') };
    };
    const config = { AUTH0_DOMAIN: standIn.domain, AUTH0_ACCESS_TOKEN: 't', AUTH0_ALLOW_DELETE: false };
    // Without bindings, the flow stays as it is; with all of them named, the Action is in its place.
    for (const [bindings, included, flow] of [
      [[], ['actions'], ['other']],
      [
        ['--bindings', 'claimsmith,other'],
        ['actions', 'triggers'],
        ['claimsmith', 'other'],
      ],
    ]) {
      const target = ['--target', 'deploy-cli-yaml', '--out', included.join('-'), ...bindings];
      const bundled = await claimsmith(standIn, ['bundle', 'mappings.yaml', ...target]);
      assert.equal(bundled.code, 0, bundled.output);
      const input = `${included.join('-')}/claimsmith.yaml`;
      await importInto(standIn, { ...config, AUTH0_INCLUDED_ONLY: included }, input);
      const found = await named();
      assert.deepEqual(found.flow, flow);
      const written = path.join(standIn.folder, included.join('-'), 'actions/claimsmith/code.js');
      assert.equal(codeOf(found.action), fs.readFileSync(written, 'utf8'));
      assert.deepEqual(await claimsOfLogin(codeOf(found.action)), {
        'https://claims.example.com/catalog/groups': ['stewards'],
      });
    }
  } finally {
    await standIn.stop();
  }
});
