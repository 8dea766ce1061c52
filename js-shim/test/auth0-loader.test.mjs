/** The loader refuses what Auth0's runtime refuses; otherwise tests with it would prove nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi, loadAction, takeScene } from '../auth0-loader.mjs';

const handler = (body) => `exports.onExecutePostLogin = async (event, api) => {${body}};`;
const run = (source, event = {}, api = createApi()) => loadAction(source).execute(event, api);

test('an Action receives the event, the api, require and a console', async () => {
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

test('an error at load time is thrown at every execution', async () => {
  const action = loadAction('globalThis.loads = (globalThis.loads ?? 0) + 1; throw new Error("at load");');
  await assert.rejects(action.execute({}, createApi()), /at load/);
  await assert.rejects(action.execute({}, createApi()), /at load/);
  assert.equal(globalThis.loads, 1);
  delete globalThis.loads;
});

test('files can be read and not written', async () => {
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

test('interleaved executions have logs of their own', async () => {
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
  for (const name of [
    'groups',
    'roles',
    'sub',
    'https://x.auth0.com/groups',
    'http://webtask.io',
    'urn:auth0:groups',
  ]) {
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

test('SAML attributes are copied, and limited as Auth0 limits them', () => {
  const api = createApi();
  const set = (name, value) => api.samlResponse.setAttribute(name, value);
  const groups = ['a'];
  set('groups', groups).samlResponse.setAttribute('empty', []);
  groups.push('b');
  assert.deepEqual(api.attributes, { groups: ['a'], empty: [] });
  for (const value of ['x'.repeat(2048), 5, true, null, ['x'.repeat(2048), 5, true, null]]) set('any', value);
  for (const value of [
    undefined,
    {},
    5n,
    () => {},
    'x'.repeat(2049),
    ['a', 'x'.repeat(2049)],
    [['a']],
    [undefined],
    [{}],
  ]) {
    assert.throws(() => set('any', value), /The value of a SAML attribute/);
  }
  set('x'.repeat(1024), 'a');
  for (const name of [5, 'x'.repeat(1025), 'ä'.repeat(513)])
    assert.throws(() => set(name, 'a'), /The name of a SAML attribute/);
  for (let i = Object.keys(api.attributes).length; i < 100; i++) set(`attribute ${i}`, i);
  set('groups', ['c']);
  assert.throws(() => set('one more', 'a'), /at most 100 attributes/);
});

test('getUserGroups returns the groups page by page', async () => {
  const provisioned = Array.from({ length: 120 }, (_, i) => ({ id: `grp_${i}`, name: `${i}` }));
  const { groups } = createApi({ provisioned });
  const first = await groups.getUserGroups();
  assert.deepEqual(first.groups, provisioned.slice(0, 50));
  const second = await groups.getUserGroups({ from: first.next });
  assert.deepEqual(second.groups, provisioned.slice(50, 100));
  assert.deepEqual(await groups.getUserGroups({ from: second.next, take: 20 }), { groups: provisioned.slice(100) });
  second.groups[0].name = 'changed';
  assert.equal((await groups.getUserGroups({ take: 51 })).groups[50].name, '50');
  for (const options of [{ take: 101 }, { take: 0 }, { take: '50' }, { from: '' }, { from: 50 }]) {
    await assert.rejects(groups.getUserGroups(options));
  }
  assert.deepEqual(await createApi({ provisioned: [] }).groups.getUserGroups(), { groups: [] });
  assert.equal(createApi().groups, undefined);
});

test('takeScene separates the member claimsmith from the event', () => {
  const claimsmith = { now: '2026-11-01T01:00:00+01:00', provisioned: [{ name: 'a' }] };
  const expected = { event: { user: {} }, now: Date.UTC(2026, 10, 1), provisioned: [{ name: 'a' }] };
  assert.deepEqual(takeScene({ user: {}, claimsmith }), expected);
  for (const claimsmith of [undefined, null, {}, { now: null, provisioned: null }]) {
    assert.deepEqual(takeScene({ user: {}, claimsmith }), { event: { user: {} }, now: undefined, provisioned: null });
  }
  for (const event of [null, 5, 'event']) assert.deepEqual(takeScene(event), { event, provisioned: null });
});
