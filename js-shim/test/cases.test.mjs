/** The cases that run natively also run through a built Action: same claims, same reasons, same counts. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { COMMAND, NO_CLAIMS, load, login, onBothTokens } from './support.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PLATFORMS = [
  'mappings',
  ...readdirSync(path.join(ROOT, 'tests/cases'))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => `tests/cases/${file}`),
];

const scratch = mkdtempSync(path.join(tmpdir(), 'claimsmith-'));
after(() => rmSync(scratch, { recursive: true }));

function claimsmith(...args) {
  return execFileSync(COMMAND, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

for (const [index, platform] of PLATFORMS.entries()) {
  test(platform, async (context) => {
    const out = path.join(scratch, String(index));
    claimsmith('bundle', platform, '--out', out);
    const action = load(readFileSync(path.join(out, 'action.js'), 'utf8'));
    const { cases } = JSON.parse(claimsmith('test', platform, '--format', 'json'));
    assert.ok(cases.length > 0, 'there are cases');
    for (const { name, event, answer } of cases) {
      await context.test(name, async () => compare(await login(action, event), answer));
    }
  });
}

/** Holds what the Action did against what the command says that the login gets. */
function compare(result, answer) {
  assert.equal(result.outcome, answer.outcome);
  assert.equal(result.reason, answer.reason);
  assert.deepEqual(result.claims, answer.outcome === 'groups' ? onBothTokens(answer.claim, answer.groups) : NO_CLAIMS);
  assert.equal(result.denied !== null, answer.outcome === 'deny');
  assert.equal(result.digest, answer.bundle.slice(0, 12));
  const { unmatched, ...counts } = result.counts;
  assert.deepEqual(counts, { received: answer.received, out: answer.groups.length, rules: answer.rules.length });
  // The line counts entries; the answer names each group once.
  assert.ok(unmatched >= answer.unmatched.length && (unmatched === 0) === (answer.unmatched.length === 0), result.line);
  assert.deepEqual(result.notes, answer.notes);
}
