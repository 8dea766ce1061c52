/** The Action of `claimsmith bundle --smoke`: it says what works, and does nothing else. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { createApi } from '../auth0-loader.mjs';
import { DOMAIN, blockBytes, metadataOf, newKey } from './support-blocks.mjs';
import { claimsmith, load, recorded } from './support.mjs';

const CLAIM = 'https://claims.data-platform.example/claimsmith-smoke';

/** The Action for mapping files, whose path a function gives. */
function smokeOf(mappings) {
  const folder = mkdtempSync(path.join(tmpdir(), 'claimsmith-'));
  try {
    claimsmith('bundle', mappings(folder), '--smoke', '--out', folder);
    return readFileSync(path.join(folder, 'smoke.js'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const SOURCE = smokeOf(() => 'mappings');

/** What the Action reports of a login, and what else it did. */
async function report(source, event = recorded('acme')) {
  const api = createApi();
  const { log } = await load(source).execute(event, api);
  const { claims, attributes, denied } = api;
  assert.deepEqual([log, attributes, denied], [[], {}, null]);
  assert.deepEqual(Object.keys(claims.idToken), [CLAIM]);
  assert.deepEqual(claims.accessToken, claims.idToken);
  return claims.idToken[CLAIM];
}

const GOOD = {
  text: 'ok',
  digest: 'ok',
  brotli: 'ok',
  webassembly: 'ok',
  ed25519: 'ok',
  block: 'not checked: the platform takes no blocks',
  node: process.version,
  claim: 'ok',
};

test('everything is ok where the Action can run, for every login', async () => {
  for (const event of [recorded('acme'), recorded('umbra'), { user: {} }, {}]) {
    assert.deepEqual(await report(SOURCE, event), GOOD);
  }
});

test('the Action is plain ASCII, and holds no keyword of deployment programs', () => {
  assert.match(SOURCE, /^[\t\n\x20-\x7e]*$/);
  assert.doesNotMatch(SOURCE, /##|@@|\$\{|__CLAIMSMITH/);
  assert.ok(SOURCE.length < 64_000, `${SOURCE.length} bytes`);
});

test('what does not work is named', async ({ mock }) => {
  const { Module } = WebAssembly;
  mock.method(WebAssembly, 'Module', function () {
    throw new Error('no WebAssembly');
  });
  assert.deepEqual(await report(SOURCE), { ...GOOD, webassembly: 'failed: Error: no WebAssembly' });
  assert.notEqual(WebAssembly.Module, Module);
});

test('a text that was changed is noticed', async () => {
  const broken = SOURCE.replace(/"[A-Za-z0-9+/]{2000}/, (text) => `"AAAA${text.slice(5)}`);
  assert.notEqual(broken, SOURCE);
  const { digest, brotli, claim } = await report(broken);
  assert.equal(digest, 'failed: Error: the text of the engine was changed');
  assert.match(brotli, /^failed: /);
  assert.equal(claim, 'ok');
});

test('the block in the metadata of the organization is verified as the Action does it', async () => {
  const [key, stranger] = [newKey(), newKey()];
  const yaml = `
version: 1
platform:
  tenants: { production: { domain: ${DOMAIN} } }
  blocks: { keys: { main: { public: ${key.line} } } }
  applications: { wiki: { clients: [wiki-client], claim: ${new URL(CLAIM).origin}/wiki } }
  groups: { readers: { applications: [wiki], description: Reads. } }
organizations:
  acme: { organization: org_acme, connections: { acme: { strategy: ad } }, rules: [{ id: r, match: { exact: A }, grant: readers }] }
`;
  const source = smokeOf((folder) => {
    const file = path.join(folder, 'mappings.yaml');
    writeFileSync(file, yaml);
    return file;
  });
  const blockOf = async (metadata) => (await report(source, { organization: { id: 'org_acme', metadata } })).block;
  const issued = Math.floor(Date.now() / 1000);
  const block = (more) =>
    metadataOf(blockBytes({ keys: [key], bundles: [Buffer.from('x')], organization: 'org_acme', issued, ...more }));
  assert.equal(await blockOf(block()), 'ok');
  assert.equal(await blockOf(block({ keys: [stranger] })), 'refused: block-key');
  assert.equal(await blockOf(block({ organization: 'org_other' })), 'refused: block-foreign');
  assert.equal(await blockOf({ ...block(), claimsmith0: 'x' }), 'refused: block-damaged');
  assert.equal(await blockOf({}), 'there is none');
});
