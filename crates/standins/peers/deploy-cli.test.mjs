// The real auth0-deploy-cli imports a tree into the stand-in. Once: reading its own schemas takes it 14 seconds.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { control, run, start } from './standin.mjs';

const require = createRequire(import.meta.url);
const program = path.join(path.dirname(require.resolve('auth0-deploy-cli/package.json')), 'lib/index.js');

// An Action as its directory format has it, with a module, a binding, an organization and its connection.
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
    'triggers/triggers.json': { 'post-login': [{ action_name: 'groups', display_name: 'Groups' }] },
    'connections/acme-waad.json': connection,
    'organizations/acme.json': organization,
  };
}

function write(folder, files) {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
}

test('auth0-deploy-cli imports a tree', async () => {
  const standIn = await start({
    build: { steps: 2 },
    tokens: [{ token: 't' }],
    tenant: { clients: [{ client_id: 'deploy', name: 'Deploy', app_type: 'non_interactive' }] },
  });
  try {
    write(path.join(standIn.folder, 'tree'), tree());
    const config = {
      AUTH0_DOMAIN: standIn.domain,
      AUTH0_ACCESS_TOKEN: 't',
      AUTH0_INCLUDED_ONLY: ['actions', 'actionModules', 'triggers', 'organizations', 'connections'],
    };
    write(standIn.folder, { 'config.json': config });
    const [input, settings] = ['tree', 'config.json'].map((name) => path.join(standIn.folder, name));
    // --env=false: otherwise it replaces keywords in the code by environment variables.
    const { code, output } = await run(standIn, [program, 'import', '--env=false', '-c', settings, '-i', input]);
    assert.equal(code, 0, output);

    const { tenant } = await control(standIn, ['tenant']);
    const [action] = tenant.actions;
    const [version] = action.versions;
    assert.equal(version.deployed && version.code, 'exports.onExecutePostLogin = async () => {};\n');
    assert.deepEqual(
      tenant.bindings['post-login'].map((binding) => [binding.action_id, binding.display_name]),
      [[action.id, 'Groups']],
    );
    assert.equal(action.modules[0].module_id, tenant.modules[0].id);
    const [organization] = tenant.organizations;
    assert.deepEqual(organization.metadata, { region: 'eu' });
    const [enabled] = tenant.organization_connections[organization.id];
    assert.equal(enabled.connection_id, tenant.connections[0].id);
    assert.equal(enabled.assign_membership_on_login, true);
  } finally {
    await standIn.stop();
  }
});
