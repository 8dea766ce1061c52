// Real Terraform validates, plans and applies the module of `claimsmith bundle --target terraform`. The provider is a
// stub with the arguments of auth0/auth0, which works on the stand-in.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { claimsmith, control, start } from '../standin.mjs';
import { terraform } from './terraform.mjs';

const MAPPINGS = fs.readFileSync(new URL('../mappings.yaml', import.meta.url), 'utf8');

const seed = {
  build: { steps: 2 },
  tokens: [{ token: 't' }],
  tenant: {
    actions: [{ id: 'device', name: 'Check device', code: '//', versions: [{ number: 1, deployed: true }] }],
    bindings: { 'post-login': [{ action_id: 'device', display_name: 'Check device' }] },
  },
};

const ROOT = `terraform {
  required_providers {
    auth0 = { source = "auth0/auth0" }
  }
}

module "claimsmith" {
  source = "./modules/claimsmith"
}

output "action_id" {
  value = module.claimsmith.action_id
}
`;

async function bundle(standIn, mappings) {
  fs.writeFileSync(path.join(standIn.folder, 'mappings.yaml'), mappings);
  const args = ['bundle', 'mappings.yaml', '--target', 'terraform', '--out', 'modules/claimsmith'];
  const { code, output } = await claimsmith(standIn, args);
  assert.equal(code, 0, output);
  return fs.readFileSync(path.join(standIn.folder, 'modules/claimsmith/claimsmith/action.js'), 'utf8');
}

/** The names in the flow, and the code that logins run. */
async function deployed(standIn) {
  const { tenant } = await control(standIn, ['tenant']);
  const action = tenant.actions.find(({ name }) => name === 'claimsmith');
  return {
    flow: tenant.bindings['post-login'].map(({ display_name }) => display_name),
    code: action?.versions.find(({ deployed }) => deployed).code,
  };
}

const PLAN = ['plan', '-no-color', '-input=false', '-detailed-exitcode'];
const APPLY = ['apply', '-no-color', '-input=false', '-auto-approve'];
/** The exit codes of `plan -detailed-exitcode`. */
const [UNCHANGED, CHANGES] = [0, 2];

test('Terraform takes the module to the tenant', async (context) => {
  const standIn = await start(seed);
  context.after(() => standIn.stop());
  const code = await bundle(standIn, MAPPINGS);
  fs.writeFileSync(path.join(standIn.folder, 'main.tf'), ROOT);

  // Without a registry there is no `init`; `get` installs modules.
  const [form, get, valid, plan] = await terraform(
    standIn,
    ['fmt', '-check', '-diff', '-recursive'],
    ['get'],
    ['validate', '-no-color'],
    PLAN,
  );
  for (const { code, output } of [form, get, valid]) assert.equal(code, 0, output);
  assert.equal(plan.code, CHANGES, plan.output);
  assert.match(plan.output, /Plan: 2 to add, 0 to change, 0 to destroy\./);
  assert.deepEqual(await deployed(standIn), { flow: ['Check device'], code: undefined });

  const [applied, again] = await terraform(standIn, APPLY, PLAN);
  assert.equal(applied.code, 0, applied.output);
  assert.deepEqual(await deployed(standIn), { flow: ['Check device', 'claimsmith'], code });
  assert.equal(again.code, UNCHANGED, again.output);

  const changed = await bundle(standIn, MAPPINGS.replace('exact: Staff', 'exact: Everyone'));
  assert.notEqual(changed, code);
  const [update, updated] = await terraform(standIn, PLAN, APPLY);
  assert.equal(update.code, CHANGES, update.output);
  assert.match(update.output, /module\.claimsmith\.auth0_action\.claimsmith will be updated in-place/);
  assert.match(update.output, /Plan: 0 to add, 1 to change, 0 to destroy\./);
  assert.equal(updated.code, 0, updated.output);
  assert.deepEqual(await deployed(standIn), { flow: ['Check device', 'claimsmith'], code: changed });

  // An argument that the provider does not have is noticed.
  const file = path.join(standIn.folder, 'modules/claimsmith/claimsmith.tf');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('runtime =', 'runtimes ='));
  const [misspelled] = await terraform(standIn, ['validate', '-no-color']);
  assert.equal(misspelled.code, 1, misspelled.output);
  assert.match(misspelled.output, /An argument named "runtimes" is not expected here/);
});

test('Terraform reads the metadata of signed blocks', async (context) => {
  const standIn = await start(seed);
  context.after(() => standIn.stop());
  const key = await claimsmith(standIn, ['keys', 'new', 'only', '--out', 'only.key']);
  assert.equal(key.code, 0, key.output);
  const [line] = key.out.match(/ssh-ed25519 \S+/);
  const blocks = `  blocks:\n    writer: terraform\n    keys: { only: { public: ${line} } }\n`;
  const mappings = MAPPINGS.replace('\norganizations:\n', `${blocks}\norganizations:\n`);
  fs.writeFileSync(path.join(standIn.folder, 'mappings.yaml'), mappings);
  const signed = await claimsmith(standIn, ['sign', 'mappings.yaml', '--key', 'only.key']);
  assert.equal(signed.code, 0, signed.output);
  const root = `module "blocks" {
  source = "./blocks"
}

output "metadata" {
  value = merge({ crm = "4711" }, module.blocks.metadata["northwind"])
}
`;
  fs.writeFileSync(path.join(standIn.folder, 'main.tf'), root);
  const show = ['output', '-no-color', '-json', 'metadata'];
  const runs = [['fmt', '-check', '-diff', '-recursive'], ['get'], ['validate', '-no-color'], APPLY, show];
  const results = await terraform(standIn, ...runs);
  for (const { code, output } of results) assert.equal(code, 0, output);
  const file = path.join(standIn.folder, 'blocks/northwind.json');
  const { values } = JSON.parse(fs.readFileSync(file, 'utf8'));
  assert.deepEqual(JSON.parse(results.at(-1).output), { crm: '4711', ...values });
});
