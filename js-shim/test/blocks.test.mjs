/** Mappings that travel as blocks in the metadata of organizations: what the Action does with them. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { createApi } from '../auth0-loader.mjs';
import {
  ACME_KEY,
  ACTION,
  ALL,
  BUNDLE,
  CLAIM,
  GLOBEX,
  GLOBEX_METADATA,
  INITECH,
  KEY,
  NEXT_KEY,
  OTHER_BUNDLE,
  STRANGER,
  action,
  event,
  groupsOf,
  logIn,
  metadata,
  organization,
  platform,
} from './support-block-logins.mjs';
import { ISSUED, bundleOf } from './support-blocks.mjs';
import { bundleText, claimsmith, load, login, onBothTokens } from './support.mjs';

test('a customer logs in with the mapping in its metadata', async ({ mock }) => {
  const instance = load(ACTION);
  for (let i = 0; i < 3; i++) {
    const acme = await logIn(mock, instance, event('acme', metadata(), { groups: ['Staff', 'Admins', 'Other'] }));
    assert.deepEqual(acme.claims, onBothTokens(CLAIM, ['readers', 'root']));
    assert.deepEqual([acme.reason, acme.counts.unmatched, acme.block.issued], ['ok', 1, ISSUED]);
    assert.deepEqual(groupsOf(await logIn(mock, instance, event('globex', GLOBEX_METADATA))), ['writers']);
    const embedded = await logIn(mock, instance, event('initech', undefined, { id: '' }));
    assert.deepEqual([groupsOf(embedded), embedded.block], [['readers'], undefined]);
  }
});

test('other metadata of the organization does not matter, nor do keys beyond the number', async ({ mock }) => {
  const mixed = { tier: 'gold', ...metadata(), claimsmith19: 'left over', claimsmith: 'x' };
  assert.deepEqual(groupsOf(await logIn(mock, load(ACTION), event('acme', mixed))), ['readers']);
});

test('a connection of an embedded customer and of one whose mapping travels is ambiguous', async ({ mock }) => {
  const shared = organization('acme', [['Staff', 'readers']]).replace('{ acme: {', '{ initech: {');
  const instance = load(bundleText(platform([shared, GLOBEX, INITECH]), '--packaging', 'organizations'));
  const result = await logIn(mock, instance, event('initech', undefined, { id: '' }));
  assert.deepEqual([result.reason, groupsOf(result)], ['ambiguous-connection', []]);
});

test('a mapping that travels needs an organization, also where metadata have its block', async ({ mock }) => {
  const instance = load(ACTION);
  for (const metadataOfNoOne of [undefined, metadata()]) {
    const result = await logIn(mock, instance, event('acme', metadataOfNoOne, { id: '' }));
    assert.deepEqual([result.reason, groupsOf(result)], ['organization-required', []]);
  }
});

test('the provenance names the block', async ({ mock }) => {
  const result = await logIn(mock, load(ACTION), event('acme', metadata(), { client: 'audited-client' }));
  const { bundle, rules, block } = result.claims.idToken['https://claims.example.com/provenance'];
  assert.deepEqual([rules, block.issued, block.candidate], [['rule-0'], ISSUED, null]);
  assert.match(block.bundle, /^[0-9a-f]{64}$/);
  assert.notEqual(block.bundle, bundle);
  assert.equal(result.block.bundle, block.bundle.slice(0, 12));
});

test('one of two keys is enough, whichever the Action knows', async ({ mock }) => {
  for (const keys of [
    [STRANGER, KEY],
    [KEY, STRANGER],
    [KEY, NEXT_KEY],
  ]) {
    assert.deepEqual(groupsOf(await logIn(mock, load(ACTION), event('acme', metadata({ keys })))), ['readers']);
  }
});

test('protected groups need a key that may sign them', async ({ mock }) => {
  const admin = { groups: ['Staff', 'Admins'] };
  for (const [keys, groups] of [
    [[KEY], ['readers', 'root']],
    [[ACME_KEY], ['readers']],
    [[NEXT_KEY], ['readers']],
  ]) {
    const result = await logIn(mock, load(ACTION), event('acme', metadata({ keys }), admin));
    assert.deepEqual(groupsOf(result), groups);
    assert.equal(result.notes['forbidden-target'], groups.length === 1 ? 1 : undefined);
  }
});

test('blocks from before a floor are refused, of all, of one customer, or for one group', async ({ mock }) => {
  const floor = (seconds) => new Date((ISSUED + seconds) * 1000).toISOString().replace('.000', '');
  for (const [blocks, expected] of [
    [`    floor: ${floor(0)}`, ['readers', 'root']],
    [`    floor: ${floor(1)}`, []],
    [`    floors: { organizations: { acme: ${floor(1)} } }`, []],
    [`    floors: { organizations: { org_acme: ${floor(1)} } }`, []],
    [`    floors: { organizations: { globex: ${floor(1)} } }`, ['readers', 'root']],
    [`    floors: { groups: { root: ${floor(1)} } }`, ['readers']],
  ]) {
    const result = await logIn(
      mock,
      load(action({ blocks })),
      event('acme', metadata(), { groups: ['Staff', 'Admins'] }),
    );
    assert.deepEqual(groupsOf(result), expected, blocks);
    assert.equal(result.reason, expected.length === 0 ? 'block-stale' : 'ok');
  }
});

test('a group that the platform of the Action does not have is not granted', async ({ mock }) => {
  const wider = organization('acme', [
    ['Staff', 'readers'],
    ['Staff', 'guests'],
  ]);
  const bundle = bundleOf(platform([wider], { groups: ['guests', 'readers', 'writers'] }));
  const result = await logIn(mock, load(ACTION), event('acme', metadata({ bundles: [bundle] })));
  assert.deepEqual([groupsOf(result), result.notes], [['readers'], { 'unregistered-target': 1 }]);
});

test('the provenance says which bundle of a pending block counts', async ({ mock }) => {
  const deadline = ISSUED + 600;
  const pending = metadata({ bundles: [BUNDLE, OTHER_BUNDLE], deadline });
  const instance = load(ACTION);
  const found = [];
  for (const now of [deadline - 1, deadline]) {
    const sent = event('acme', pending, { client: 'audited-client' });
    const { claims, block: logged } = await logIn(mock, instance, sent, now * 1000);
    const { block } = claims.idToken['https://claims.example.com/provenance'];
    assert.equal(logged.bundle, block.bundle.slice(0, 12));
    found.push([claims.idToken['https://claims.example.com/audited'], block.candidate, block.issued, block.bundle]);
  }
  const digest = (bundle) => bundle.toString('hex', 5, 37);
  assert.deepEqual(found, [
    [['writers'], true, ISSUED, digest(OTHER_BUNDLE)],
    [['readers'], false, ISSUED, digest(BUNDLE)],
  ]);
});

test('the candidate counts until the deadline', async ({ mock }) => {
  const deadline = ISSUED + 600;
  const pending = metadata({ bundles: [BUNDLE, OTHER_BUNDLE], deadline });
  const instance = load(ACTION);
  for (const [now, groups, which] of [
    [(deadline - 1) * 1000, ['writers'], 'candidate'],
    [deadline * 1000 - 1, ['writers'], 'candidate'],
    [deadline * 1000, ['readers'], 'previous'],
    [(deadline + 86_400) * 1000, ['readers'], 'previous'],
    [ISSUED * 1000, ['writers'], 'candidate'],
  ]) {
    const result = await logIn(mock, instance, event('acme', pending), now);
    assert.deepEqual([groupsOf(result), result.block.which], [groups, which], String(now));
  }
});

test('with a broken clock the previous bundle counts', async ({ mock }) => {
  const pending = metadata({ bundles: [BUNDLE, OTHER_BUNDLE], deadline: ISSUED + 600 });
  const instance = load(ACTION);
  mock.method(instance.context?.Date ?? Date, 'now', () => NaN);
  const result = await login(instance, event('acme', pending), createApi());
  assert.deepEqual(groupsOf(result), ['readers']);
});

test('a customer whose mapping is in the Action does not use a block, and a note says so', async ({ mock }) => {
  // A condition on metadata keeps the mapping in the Action.
  const stark = organization('stark', [['Staff', 'readers', 'when: { organization-metadata: { tier: gold } }']]);
  const source = bundleText(platform([...ALL, stark]), '--packaging', 'organizations');
  const sent = { tier: 'gold', ...metadata({ bundles: [OTHER_BUNDLE], organization: 'org_stark' }) };
  const result = await logIn(mock, load(source), event('stark', sent));
  assert.deepEqual([groupsOf(result), result.block], [['readers'], undefined]);
  assert.deepEqual(result.notes, { 'block-ignored': 1 });
});

test('an embedded customer is not looked for in metadata', async ({ mock }) => {
  const source = bundleText(platform(ALL));
  // Without the packaging, every mapping is in the Action, and it takes no blocks.
  const result = await logIn(mock, load(source), event('acme', metadata({ bundles: [OTHER_BUNDLE] })));
  assert.deepEqual([groupsOf(result), result.block], [['readers'], undefined]);
});

test('a block that the command signs is used by the Action that the command builds', async ({ mock }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'claimsmith-'));
  try {
    const at = (name) => path.join(folder, name);
    const [, line] = /public: (.*)/.exec(claimsmith('keys', 'new', 'main', '--out', at('key')));
    const mappings = platform(ALL).replace(KEY.line, line);
    writeFileSync(at('mappings.yaml'), mappings);
    const signed = new Date(ISSUED * 1000).toISOString();
    claimsmith('sign', at('mappings.yaml'), '--key', at('key'), '--at', signed, '--out', at('blocks'));
    const valuesOf = (name) => JSON.parse(readFileSync(at(`blocks/${name}.json`), 'utf8')).values;
    const instance = load(bundleText(mappings, '--packaging', 'organizations'));
    for (const [name, groups] of [
      ['acme', ['readers', 'root']],
      ['globex', ['writers']],
    ]) {
      const sent = event(name, valuesOf(name), { groups: ['Staff', 'Admins'] });
      const result = await logIn(mock, instance, sent);
      assert.deepEqual([result.reason, groupsOf(result), result.block.issued], ['ok', groups, ISSUED]);
    }
    const swapped = await logIn(mock, instance, event('acme', valuesOf('globex')));
    assert.deepEqual([swapped.reason, groupsOf(swapped)], ['block-foreign', []]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
