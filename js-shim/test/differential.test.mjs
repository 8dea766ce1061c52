/** The fuzzer that compares both hosts runs, and a seed gives the same logins each time. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { ROOT } from './support.mjs';

const run = (...args) =>
  execFileSync(process.execPath, ['fuzz/differential.mjs', ...args], { cwd: ROOT, encoding: 'utf8' });

test('both hosts give the same for random logins of a few random platforms, and so does a second run', () => {
  for (const seed of ['1', '3', '9']) {
    const args = ['--seed', seed, '--seconds', '0', '--events', '60'];
    const said = run(...args);
    assert.match(said, /^seeds from \d: 1 platforms, \d+ logins in both hosts, no difference\n/);
    assert.equal(run(...args), said);
  }
});
