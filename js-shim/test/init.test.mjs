/** A folder that `claimsmith init` started logs its users in through the Action. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { COMMAND, ROOT } from './support.mjs';

const STRATEGIES = ['waad', 'okta', 'oidc', 'samlp', 'adfs', 'pingfederate', 'google-apps', 'ad', 'other'];

for (const strategy of STRATEGIES) {
  test(`a new folder with ${strategy} gives in the Action what its cases expect`, () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'claimsmith-'));
    try {
      claimsmith('init', '--strategy', strategy);
      claimsmith('new', 'organization', 'second', '--strategy', strategy);
      const out = claimsmith('test', '--engine', 'wasm');
      assert.match(out, /^6 cases in 2 files: all passed\nthe Action, .* in every case\n$/);
      claimsmith('bundle');
    } finally {
      rmSync(folder, { recursive: true });
    }

    function claimsmith(...args) {
      const { status, stdout, stderr } = spawnSync(COMMAND, args, { cwd: folder, encoding: 'utf8' });
      assert.deepEqual([status, stderr], [0, ''], stdout);
      return stdout;
    }
  });
}

test('a login to a new folder is answered by the bundled Action', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'claimsmith-'));
  try {
    for (const args of [['init'], ['bundle']]) {
      assert.equal(spawnSync(COMMAND, args, { cwd: folder }).status, 0);
    }
    const event = {
      client: { client_id: 'ReplaceByTheClientId' },
      organization: { id: 'org_Replacefirstcustomer' },
      connection: { name: 'first-customer-waad', strategy: 'waad' },
      user: { groups: ['Report Editors', 'All Employees'] },
    };
    writeFileSync(path.join(folder, 'login.json'), JSON.stringify(event));
    const args = [path.join(ROOT, 'js-shim/login.mjs'), 'dist/action.js', 'login.json'];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0);
    assert.ok(stdout.includes('report-editors') && !stdout.includes('All Employees'), stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
