/** The fuzzer that compares both hosts runs, and its seeds give the same each time. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { ROOT } from './support.mjs';

const run = (...args) =>
  execFileSync(process.execPath, ['fuzz/differential.mjs', ...args], { cwd: ROOT, encoding: 'utf8' });

test('random logins of a few random platforms give the same in both hosts, and again', () => {
  for (const seed of ['1', '3', '9']) {
    const args = ['--seed', seed, '--seconds', '0', '--events', '60'];
    const said = run(...args);
    assert.match(said, /^seeds from \d: 1 platforms, \d+ logins in both hosts, no difference\n/);
    assert.equal(run(...args), said);
  }
});
