/** `claimsmith test --engine wasm` runs the Action, and reports where it differs from the command. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { COMMAND, ROOT, claimsmith } from './support.mjs';

test('the Action does what the command answers', () => {
  const out = claimsmith('test', '--engine', 'wasm');
  assert.match(out, /: all passed\nthe Action, in WebAssembly under Node v\d+\.\d+\.\d+, did what .* in every case\n$/);
  const { cases } = JSON.parse(claimsmith('test', '--engine', 'wasm', '--format', 'json'));
  assert.ok(cases.length > 0 && cases.every(({ action_differences }) => action_differences.length === 0));
});

for (const file of readdirSync(path.join(ROOT, 'tests/cases'))) {
  test(`the Action does what the command answers, ${file}`, () => {
    const out = claimsmith('test', '--engine', 'wasm', `tests/cases/${file}`);
    assert.match(out, /did what the command answers, in every case\n$/);
  });
}

test('an Action that does something else fails the case', () => {
  const without = (member) => `delete login.${member};`;
  check(`login.claims.idToken = {};`, /claims +the command answers \{"idToken":\{"https/);
  check(`login.denied = true;`, /denied +the command answers false\n +the Action does true\n/);
  check(`login.log = [];`, /log line +the command answers claimsmith [0-9a-f]{12} groups ok /);
  check(`login.attributes = { groups: ['x'] };`, /attributes +the command answers \{\}\n/);
  check(`${without('claims')} login.error = 'broken';`, /error +the command answers none\n +the Action does broken\n/);

  function check(change, expected) {
    const { status, stdout, stderr } = runWith(`const [login] = answer.logins; ${change}`);
    assert.deepEqual([status, stderr], [1, '']);
    assert.match(stdout, expected);
    assert.match(stdout, /did something else than the command answers in 1 case\n$/);
  }
});

test('an answer that is not one for every login is an error', () => {
  const { status, stdout, stderr } = runWith('answer.logins.pop();');
  assert.deepEqual([status, stdout, stderr], [2, '', 'error: `node` did not run every login\n']);
});

test('without Node, the command says so and finds nothing out', () => {
  const { status, stdout, stderr } = run({ PATH: '/nonexistent' });
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /^error: `node` cannot be started; install Node 20 or newer, or leave out `--engine wasm`/);
});

/** Runs the command with a `node` that changes the answer of the real one. */
function runWith(change) {
  const folder = mkdtempSync(path.join(tmpdir(), 'claimsmith-'));
  const program = `
    import { spawnSync } from 'node:child_process';
    const { stdout } = spawnSync(process.execPath, process.argv.slice(2), {
      stdio: ['inherit', 'pipe', 'inherit'],
      maxBuffer: 2 ** 26,
    });
    const answer = JSON.parse(stdout);
    ${change}
    process.stdout.write(JSON.stringify(answer));
  `;
  try {
    writeFileSync(path.join(folder, 'change.mjs'), program);
    const script = `#!/bin/sh\nexec '${process.execPath}' '${folder}/change.mjs' "$@"\n`;
    writeFileSync(path.join(folder, 'node'), script, { mode: 0o700 });
    return run({ PATH: `${folder}:${process.env.PATH}` });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(env) {
  return spawnSync(COMMAND, ['test', '--engine', 'wasm', 'mappings'], { cwd: ROOT, env, encoding: 'utf8' });
}
