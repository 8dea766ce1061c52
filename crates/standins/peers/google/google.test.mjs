// Google's client for Python gets a token for its service account, pages through the stand-in, and tries again after the
// 403 with which Google says that there were too many requests.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { counts, google } from '../directory-seeds.mjs';
import { control, runProgram, start } from '../standin.mjs';

const python = process.env.GOOGLE_PYTHON;
assert.ok(python, 'GOOGLE_PYTHON is not set: a Python with what requirements.txt lists');

test("Google's client reads everything, and tries again after `userRateLimitExceeded`", async () => {
  const members = '/admin/directory/v1/groups/*/members';
  const faults = [{ at: { nth: 2, method: 'GET', path: members }, status: 403 }];
  // Assertions are dated by this machine's clock.
  const clock = { start: Math.floor(Date.now() / 1000) };
  const standIn = await start({ ...google, clock, faults }, 'google');
  try {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = path.join(standIn.folder, 'account.pem');
    fs.writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const calls = fileURLToPath(new URL('google-calls.py', import.meta.url));
    const { code, out, output } = await runProgram(python, [calls, standIn.domain, standIn.ca, key], {});
    assert.equal(code, 0, output);
    assert.deepEqual(JSON.parse(out), counts('google'));
    const { requests } = await control(standIn, ['requests']);
    assert.deepEqual(
      requests.filter((it) => it.status !== 200).map((it) => it.status),
      [403],
    );
    assert.equal(requests.filter((it) => it.method === 'GET' && it.status === 200).length, 3 + 1 + 2);
  } finally {
    await standIn.stop();
  }
});
