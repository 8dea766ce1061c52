/** Blocks in the metadata of organizations that the Action refuses, and with which reason. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';
import {
  ACME,
  ACME_KEY,
  ACTION,
  BUNDLE,
  CLAIM,
  DENYING,
  GLOBEX,
  GLOBEX_BUNDLE,
  GLOBEX_METADATA,
  KEY,
  NOW,
  OTHER_BUNDLE,
  STRANGER,
  changed,
  event,
  groupsOf,
  logIn,
  metadata,
  organization,
  platform,
  sealed,
} from './support-block-logins.mjs';
import { ISSUED, bundleOf, metadataOf } from './support-blocks.mjs';
import { load, login } from './support.mjs';

/** Each is refused, with a reason. */

const REFUSED = {
  'no metadata': ['no-block', undefined],
  'metadata of others': ['no-block', { tier: 'gold' }],
  'a first value that is not text': ['block-damaged', { ...metadata(), claimsmith0: 5 }],
  'a first value that is null': ['block-damaged', { ...metadata(), claimsmith0: null }],
  'no version': ['block-damaged', { claimsmith0: 'x' }],
  'no values': ['block-damaged', { claimsmith0: '1.0.' }],
  'too many values': ['block-damaged', { claimsmith0: '1.21.AAAA' }],
  'a value that is missing': ['block-damaged', without(metadata(), 'claimsmith1')],
  'a value that is not text': ['block-damaged', { ...metadata(), claimsmith1: 5 }],
  'a value that is too long': ['block-damaged', { ...metadata(), claimsmith1: 'A'.repeat(256) }],
  'a sign outside the alphabet': [
    'block-damaged',
    { ...metadata(), claimsmith1: '=' + metadata().claimsmith1.slice(1) },
  ],
  'another version of the text': [
    'block-version',
    { ...metadata(), claimsmith0: '2' + metadata().claimsmith0.slice(1) },
  ],
  'another version of the block': ['block-version', metadata({ version: 2 })],
  'another magic': ['block-version', metadata({ magic: 'CSBL' })],
  'a kind that does not exist': ['block-damaged', metadata({ kind: 2 })],
  'no signature': ['block-damaged', metadata({ keys: [] })],
  'three signatures': ['block-damaged', metadata({ keys: [KEY, KEY, KEY] })],
  'a payload that is longer than the block': ['block-damaged', metadata({ length: 1 << 30 })],
  'a key that the Action does not know': ['block-key', metadata({ keys: [STRANGER] })],
  'a key for another organization': [
    'block-key',
    metadata({ keys: [ACME_KEY], bundles: [GLOBEX_BUNDLE], organization: 'org_globex' }),
    'globex',
  ],
  'a signature of another key': ['block-signature', metadata({ keys: [{ ...STRANGER, id: KEY.id }] })],
  'a signature for another purpose': ['block-signature', metadata({ namespace: 'claimsmith-approval' })],
  'the block of another customer': ['block-foreign', GLOBEX_METADATA],
  'another tenant': ['block-foreign', metadata({ domain: 'globex.eu.auth0.com' })],
  'a block from the future': ['block-stale', metadata({ issued: ISSUED + 361 })],
  'a payload with a large window': [
    'block-damaged',
    metadata({ payload: brotliCompressSync(BUNDLE, { params: { [constants.BROTLI_PARAM_LARGE_WINDOW]: 1 } }) }),
  ],
  'a block without compression': ['block-damaged', metadata({ payload: BUNDLE })],
  'a payload that inflates to more than is stated': [
    'block-damaged',
    metadata({ inflated: BUNDLE.length - 1, first: BUNDLE.length - 1 }),
  ],
  'a payload that inflates to less': [
    'block-damaged',
    metadata({ inflated: BUNDLE.length + 1, first: BUNDLE.length + 1 }),
  ],
  'a payload that inflates to 256 MiB': [
    'block-damaged',
    metadata({ payload: brotliCompressSync(Buffer.alloc(1 << 28)), inflated: 1 << 28, first: 1 << 28 }),
  ],
  'a bundle of the future': ['block-version', metadata({ bundles: [changed(BUNDLE, 4, 99)] })],
  'a bundle that is damaged': ['block-damaged', metadata({ bundles: [changed(BUNDLE, BUNDLE.length - 1, 0xff)] })],
  'something that is not a bundle': ['block-damaged', metadata({ bundles: [Buffer.from('nothing')] })],
  'a bundle of two organizations': ['block-damaged', metadata({ bundles: [bundleOf(platform([ACME, GLOBEX]))] })],
  'a bundle of another organization': ['block-damaged', metadata({ bundles: [GLOBEX_BUNDLE] })],
  'a deadline in a final block': ['block-damaged', metadata({ deadline: ISSUED + 60 })],
  'a pending block without a deadline': ['block-damaged', metadata({ bundles: [BUNDLE, OTHER_BUNDLE] })],
  'a deadline after more than a day': [
    'block-damaged',
    metadata({ bundles: [BUNDLE, OTHER_BUNDLE], deadline: ISSUED + 86_401 }),
  ],
  'a pending block with a bad candidate': [
    'block-damaged',
    metadata({ bundles: [BUNDLE, Buffer.from('nothing')], deadline: ISSUED + 600 }),
  ],
};

function without(metadata, key) {
  const { [key]: _, ...rest } = metadata;
  return rest;
}

for (const [name, [reason, bad, customer = 'acme']] of Object.entries(REFUSED)) {
  test(`refused: ${name}`, async ({ mock }) => {
    for (const [source, outcome] of [
      [ACTION, 'groups'],
      [DENYING, 'deny'],
    ]) {
      const instance = load(source);
      for (const before of [() => {}, () => logIn(mock, instance, event(customer, GOOD[customer]))]) {
        await before();
        const result = await logIn(mock, instance, event(customer, bad));
        assert.deepEqual([result.reason, result.outcome, result.block], [reason, outcome, undefined]);
        assert.deepEqual(groupsOf(result) ?? [], []);
        // Others log in as before.
        assert.deepEqual(groupsOf(await logIn(mock, instance, event('globex', GLOBEX_METADATA))), ['writers']);
      }
      assert.deepEqual(groupsOf(await logIn(mock, instance, event('acme', metadata()))), ['readers']);
    }
  });
}

const GOOD = { acme: metadata(), globex: GLOBEX_METADATA };

test('a value of an older block among those of a newer one is noticed', async ({ mock }) => {
  const [older, newer] = [metadata(), metadata({ issued: ISSUED + 1 })];
  const instance = load(ACTION);
  for (const key of Object.keys(newer)) {
    const { reason, claims } = await logIn(mock, instance, event('acme', { ...newer, [key]: older[key] }));
    assert.deepEqual(claims.idToken[CLAIM], []);
    assert.match(reason, /^block-(signature|damaged)$/);
  }
});

test('a flipped bit anywhere in a block is noticed', async ({ mock }) => {
  const bytes = sealed();
  const instance = load(ACTION);
  for (let at = 0; at < bytes.length; at++) {
    const result = await logIn(mock, instance, event('acme', metadataOf(changed(bytes, at, 1 << (at % 8)))));
    assert.deepEqual([groupsOf(result), result.outcome], [[], 'groups'], `byte ${at}`);
    assert.match(result.reason, /^block-(version|damaged|key|signature)$/, `byte ${at}`);
  }
});

test('a block that is cut anywhere is noticed', async ({ mock }) => {
  const bytes = sealed();
  const instance = load(ACTION);
  for (let length = 0; length < bytes.length; length++) {
    const result = await logIn(mock, instance, event('acme', metadataOf(bytes.subarray(0, length))));
    assert.deepEqual(groupsOf(result), [], `${length} bytes`);
  }
});

/** Each has two faults, and gets the reason of the one that docs/spec/block.md checks first. */
const ORDER = {
  'no form of the text, and its version': ['block-damaged', { claimsmith0: '2.0.' }],
  'the version of the text, and a value that is missing': [
    'block-version',
    { claimsmith0: '2' + metadata().claimsmith0.slice(1) },
  ],
  'the version of the text, and too many values': ['block-version', { claimsmith0: '2.21.AAAA' }],
  'a value, and the version of the block': [
    'block-damaged',
    { ...metadata({ version: 2 }), claimsmith1: '=' + metadata().claimsmith1.slice(1) },
  ],
  'the version of the block, and its kind': ['block-version', metadata({ version: 2, kind: 2 })],
  'the number of signatures, and an unknown key': ['block-damaged', metadata({ keys: [STRANGER, STRANGER, STRANGER] })],
  'the key, and the signature': ['block-key', metadata({ keys: [STRANGER], namespace: 'claimsmith-approval' })],
  'the key, and the organization': ['block-key', metadata({ keys: [STRANGER], organization: 'org_globex' })],
  'the signature, and the organization': [
    'block-signature',
    metadata({ namespace: 'claimsmith-approval', organization: 'org_globex' }),
  ],
  'the organization, and the time': ['block-foreign', metadata({ organization: 'org_globex', issued: ISSUED + 361 })],
  'the tenant, and the time': ['block-foreign', metadata({ domain: 'globex.eu.auth0.com', issued: ISSUED + 361 })],
  'the time, and the deadline': ['block-stale', metadata({ issued: ISSUED + 361, deadline: ISSUED + 362 })],
  'the time, and the payload': ['block-stale', metadata({ issued: ISSUED + 361, payload: BUNDLE })],
  'the length, and the version of the bundle': [
    'block-damaged',
    metadata({ bundles: [changed(BUNDLE, 4, 99)], inflated: BUNDLE.length - 1, first: BUNDLE.length - 1 }),
  ],
  'the version of the bundle, and its digest': [
    'block-version',
    metadata({ bundles: [changed(changed(BUNDLE, 4, 99), BUNDLE.length - 1, 0xff)] }),
  ],
};

for (const [name, [reason, bad]] of Object.entries(ORDER)) {
  test(`the first of two faults counts: ${name}`, async ({ mock }) => {
    const result = await logIn(mock, load(ACTION), event('acme', bad));
    assert.deepEqual([result.reason, groupsOf(result)], [reason, []]);
  });
}

test('a block may be from 300 seconds after the login, and not from later', async ({ mock }) => {
  const now = NOW / 1000;
  for (const [issued, reason, groups] of [
    [now + 300, 'ok', ['readers']],
    [now + 301, 'block-stale', []],
  ]) {
    const result = await logIn(mock, load(ACTION), event('acme', metadata({ issued })));
    assert.deepEqual([result.reason, groupsOf(result)], [reason, groups]);
  }
});
