// Real Terraform validates and plans the modules of kits, one for each strategy. The provider is a stub with the
// arguments of auth0/auth0.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { claimsmith, start } from '../standin.mjs';
import { terraform } from './terraform.mjs';

const STRATEGIES = ['waad', 'okta', 'oidc', 'samlp', 'adfs', 'pingfederate', 'google-apps', 'ad'];

test('Terraform plans the module of a kit of each strategy', async (context) => {
  const standIn = await start({ tokens: [{ token: 't' }] });
  context.after(() => standIn.stop());
  const { code, output } = await claimsmith(standIn, ['init']);
  assert.equal(code, 0, output);
  let root = 'terraform {\n  required_providers {\n    auth0 = { source = "auth0/auth0" }\n  }\n}\n';
  let resources = 0;
  for (const strategy of STRATEGIES) {
    const scim = ['okta', 'oidc', 'samlp', 'waad'].includes(strategy) ? ['--scim'] : [];
    const args = ['onboard', `c-${strategy}`, '--strategy', strategy, '--out', `kits/${strategy}`, ...scim];
    const { code, output } = await claimsmith(standIn, args);
    assert.equal(code, 0, output);
    const source = `./kits/${strategy}/auth0/terraform`;
    const [file] = fs.readdirSync(path.join(standIn.folder, source));
    const text = fs.readFileSync(path.join(standIn.folder, source, file), 'utf8');
    resources += text.match(/^resource /gm).length;
    root += `\nmodule "${strategy}" {\n  source = "${source}"\n`;
    for (const [, name] of text.matchAll(/^variable "(.*)"/gm)) root += `  ${name} = "a value"\n`;
    root += '}\n';
  }
  fs.writeFileSync(path.join(standIn.folder, 'main.tf'), root);
  // The root is the test's own; the form of the modules is checked.
  const [form, get, valid, plan] = await terraform(
    standIn,
    ['fmt', '-check', '-diff', '-recursive', 'kits'],
    ['get'],
    ['validate', '-no-color'],
    ['plan', '-no-color', '-input=false', '-detailed-exitcode'],
  );
  for (const { code, output } of [form, get, valid]) assert.equal(code, 0, output);
  assert.equal(plan.code, 2, plan.output);
  assert.match(plan.output, new RegExp(`Plan: ${resources} to add, 0 to change, 0 to destroy\\.`));
  assert.doesNotMatch(plan.output, /a value.*client_secret|client_secret.*a value/);
});
