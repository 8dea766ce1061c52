/** The stand-in for Auth0's runtime is only worth something if it refuses what the runtime refuses. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi, loadAction } from './auth0-loader.mjs';

const handler = (body) => `exports.onExecutePostLogin = async (event, api) => {${body}};`;
const run = (source, event = {}, api = createApi()) => loadAction(source).execute(event, api);

test('an Action gets the event, the api, require and a console', async () => {
  const api = createApi();
  const source = handler(`
    console.log(event.name, typeof require('node:zlib').brotliDecompressSync);
    await null;
    console.error('two\\nlines');
    api.idToken.setCustomClaim('https://app.example/groups', ['a']).access.deny('no');
  `);
  const { log } = await run(source, { name: 'first' }, api);
  assert.deepEqual(log, ['first function', 'two', 'lines']);
  assert.deepEqual(api.claims, { idToken: { 'https://app.example/groups': ['a'] }, accessToken: {} });
  assert.equal(api.denied, 'no');
});

test('the handler has to be a native async function', async () => {
  for (const source of [
    'exports.onExecutePostLogin = () => Promise.resolve();',
    'exports.onExecutePostLogin = function* () {};',
    'exports.onSomethingElse = async () => {};',
    '',
  ]) {
    await assert.rejects(run(source), /Invalid function signature/);
  }
  await assert.rejects(run('module.exports = async () => {};'), /must export an object/);
});

test('an error at load time comes back at every execution', async () => {
  const action = loadAction('globalThis.loads = (globalThis.loads ?? 0) + 1; throw new Error("at load");');
  await assert.rejects(action.execute({}, createApi()), /at load/);
  await assert.rejects(action.execute({}, createApi()), /at load/);
  assert.equal(globalThis.loads, 1);
  delete globalThis.loads;
});

test('nothing can be written, and files can be read', async () => {
  for (const write of [
    "require('fs').writeFileSync('x', '')",
    "require('node:fs').createWriteStream('x')",
    "require('fs').openSync('x', 'w')",
    "require('fs').mkdirSync('x')",
    "await require('fs').promises.writeFile('x', '')",
    "await require('node:fs/promises').rm('x')",
  ]) {
    await assert.rejects(run(handler(write)), { code: 'EROFS' }, write);
  }
  await run(handler("require('fs').readdirSync('/')"));
});

test('modules cannot be imported dynamically', async () => {
  await assert.rejects(run(handler("await import('node:fs')")), { code: 'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING' });
});

test('what interleaved executions print is told apart', async () => {
  const action = loadAction(handler('console.log(event.name, 1); await event.barrier; console.log(event.name, 2);'));
  let open;
  const barrier = new Promise((resolve) => (open = resolve));
  const runs = ['a', 'b'].map((name) => action.execute({ name, barrier }, createApi()));
  open();
  const [a, b] = await Promise.all(runs);
  assert.deepEqual(a.log, ['a 1', 'a 2']);
  assert.deepEqual(b.log, ['b 1', 'b 2']);
});

test('reserved claims are dropped, and scope throws', () => {
  const api = createApi();
  for (const name of ['groups', 'roles', 'sub', 'https://x.auth0.com/groups', 'http://webtask.io', 'urn:auth0:groups']) {
    api.idToken.setCustomClaim(name, []).accessToken.setCustomClaim(name, []);
  }
  assert.deepEqual(api.claims, { idToken: {}, accessToken: {} });
  assert.throws(() => api.accessToken.setCustomClaim('scope', []), /cannot be set/);
  api.idToken.setCustomClaim('https://notauth0.com/groups', []);
  assert.deepEqual(api.claims.idToken, { 'https://notauth0.com/groups': [] });
});

test('claims are copied, and limited in size', () => {
  const api = createApi();
  const groups = ['a'];
  api.idToken.setCustomClaim('https://app.example/groups', groups);
  groups.push('b');
  assert.deepEqual(api.claims.idToken['https://app.example/groups'], ['a']);
  assert.throws(() => api.idToken.setCustomClaim('https://app.example/groups', ['x'.repeat(110_000)]), /exceed/);
});
