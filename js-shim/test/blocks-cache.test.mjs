/** Blocks in the metadata of organizations: what an instance of the Action keeps of them between logins. */

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { test } from 'node:test';
import { createApi } from '../auth0-loader.mjs';
import {
  ACTION,
  BUNDLE,
  GLOBEX_METADATA,
  KEPT,
  NOW,
  OTHER_BUNDLE,
  action,
  event,
  groupsOf,
  logIn,
  metadata,
  organization,
  platform,
  provisioned,
} from './support-block-logins.mjs';
import { ISSUED, bundleOf } from './support-blocks.mjs';
import { load, login } from './support.mjs';

test('a failure while a login waits for its groups does not put its block in quarantine', async ({ mock }) => {
  const block = metadata({ bundles: [bundleOf(platform([provisioned('readers')]))] });
  const Instance = WebAssembly.Instance;
  let broken = true;
  mock.method(WebAssembly, 'Instance', function (...args) {
    const { exports } = new Instance(...args);
    const evaluate = (length) => {
      if (broken) throw new WebAssembly.RuntimeError('unreachable');
      return exports.evaluate(length);
    };
    return { exports: { ...exports, memory: exports.memory, evaluate } };
  });
  const instance = load(ACTION);
  mock.timers.enable({ apis: ['Date'], now: NOW });
  const waiting = createApi();
  waiting.groups = {
    getUserGroups: async () => {
      const other = await login(instance, event('initech', undefined, { id: '' }), createApi());
      assert.equal(other.reason, 'engine-failure');
      broken = false;
      return KEPT;
    },
  };
  for (let i = 0; i < 2; i++) {
    const result = await login(instance, event('acme', block), waiting);
    assert.deepEqual([result.reason, groupsOf(result)], ['ok', ['readers']]);
    waiting.groups = { getUserGroups: async () => KEPT };
  }
});

test('more blocks than an instance keeps start a new one, and nothing changes', async ({ mock }) => {
  const instance = load(ACTION);
  for (let i = 0; i < 200; i++) {
    const fresh = metadata({ issued: ISSUED + (i % 50), bundles: [i % 2 ? BUNDLE : OTHER_BUNDLE] });
    assert.deepEqual(groupsOf(await logIn(mock, instance, event('acme', fresh))), [i % 2 ? 'readers' : 'writers']);
    assert.deepEqual(groupsOf(await logIn(mock, instance, event('globex', GLOBEX_METADATA))), ['writers']);
  }
});

test('a block that made an engine fail is not used again, and others do not wait for a new engine', async ({
  mock,
}) => {
  let engines = 0;
  const Instance = WebAssembly.Instance;
  mock.method(WebAssembly, 'Instance', function (...args) {
    engines++;
    const { exports } = new Instance(...args);
    let at;
    return {
      exports: {
        ...exports,
        memory: exports.memory,
        reserve: (length) => (at = exports.reserve(length)),
        evaluate(length) {
          // The third word is the handle of a block.
          if (new DataView(exports.memory.buffer).getUint32((at >>> 0) + 8, true) !== 0 && broken) {
            throw new WebAssembly.RuntimeError('unreachable');
          }
          return exports.evaluate(length);
        },
      },
    };
  });
  let broken;
  // The policy for failures decides, not the one for logins that are closed.
  for (const [closed, failure, outcome] of [
    ['deny', 'no-groups', 'groups'],
    ['no-groups', 'deny', 'deny'],
  ]) {
    [broken, engines] = [true, 0];
    const instance = load(action({ closed, failure }));
    const first = await logIn(mock, instance, event('acme', metadata()));
    assert.deepEqual([first.reason, first.outcome, groupsOf(first) ?? [], engines], ['engine-failure', outcome, [], 1]);
    broken = false;
    for (let i = 0; i < 3; i++) {
      const again = await logIn(mock, instance, event('acme', metadata()));
      assert.deepEqual([again.reason, again.outcome, groupsOf(again) ?? []], ['engine-failure', outcome, []]);
      assert.deepEqual(groupsOf(await logIn(mock, instance, event('globex', GLOBEX_METADATA))), ['writers']);
    }
    assert.equal(engines, 2);
    // Another block of the customer is used.
    const next = metadata({ issued: ISSUED + 1 });
    assert.deepEqual(groupsOf(await logIn(mock, instance, event('acme', next))), ['readers']);
  }
});

test('a login that waits for its groups uses the block that its event has', async ({ mock }) => {
  const [older, newer] = ['readers', 'writers'].map((grant, i) =>
    metadata({ bundles: [bundleOf(platform([provisioned(grant)]))], issued: ISSUED + i }),
  );
  const instance = load(ACTION);
  mock.timers.enable({ apis: ['Date'], now: NOW });
  const waiting = createApi();
  waiting.groups = {
    // Another login of the customer, with a newer block, comes in between.
    getUserGroups: async () => {
      const api = createApi();
      api.groups = { getUserGroups: async () => KEPT };
      assert.deepEqual(groupsOf(await login(instance, event('acme', newer), api)), ['writers']);
      return KEPT;
    },
  };
  assert.deepEqual(groupsOf(await login(instance, event('acme', older), waiting)), ['readers']);
});

/** Counts the calls of a method; the result says how many there were so far. */
function counted(mock, object, name) {
  const { mock: calls } = mock.method(object, name);
  return () => calls.callCount();
}

/** Logins of acme with blocks that differ in nothing but the second in which they were signed. */
async function logInOften(mock, instance, count, parts = {}) {
  for (let i = 0; i < count; i++) {
    const sent = metadata({ ...parts, issued: ISSUED - i });
    const result = await logIn(mock, instance, event('acme', sent));
    assert.deepEqual([result.reason, groupsOf(result)], ['ok', ['readers']], `block ${i}`);
  }
}

test('an instance keeps 64 bundles of blocks, and begins anew beyond that', async ({ mock }) => {
  const pending = { bundles: [OTHER_BUNDLE, BUNDLE], deadline: ISSUED + 600 };
  for (const [parts, most] of [
    [{}, 64],
    [pending, 32],
  ]) {
    const instance = load(ACTION);
    const engines = counted(mock, WebAssembly, 'Instance');
    await logInOften(mock, instance, most, parts);
    assert.equal(engines(), 1, `${most} blocks fit`);
    // The next one does not, also if it is of another customer.
    for (let i = 0; i < 2; i++) {
      assert.deepEqual(groupsOf(await logIn(mock, instance, event('globex', GLOBEX_METADATA))), ['writers']);
      assert.deepEqual(groupsOf(await logIn(mock, instance, event('acme', metadata()))), ['readers']);
      const embedded = await logIn(mock, instance, event('initech', undefined, { id: '' }));
      assert.deepEqual([embedded.reason, groupsOf(embedded)], ['ok', ['readers']]);
      assert.equal(engines(), 2);
    }
    mock.restoreAll();
  }
});

test('an instance keeps 1 MiB of blocks, and begins anew beyond that', async ({ mock }) => {
  const more = Array.from({ length: 400 }, (_, i) => [`${'x'.repeat(240)}${i}`, 'readers']);
  const bundle = bundleOf(platform([organization('acme', [['Staff', 'readers'], ...more])]));
  const most = Math.floor((1 << 20) / bundle.length);
  assert.ok(most < 30, `${bundle.length} bytes`);
  const instance = load(ACTION);
  const engines = counted(mock, WebAssembly, 'Instance');
  await logInOften(mock, instance, most, { bundles: [bundle] });
  assert.equal(engines(), 1);
  await logInOften(mock, instance, most + 1, { bundles: [bundle] });
  assert.equal(engines(), 3);
});

test('a text that was verified is not verified again, until it changes', async ({ mock }) => {
  const instance = load(ACTION);
  const verified = counted(mock, crypto, 'verify');
  const [older, newer] = [metadata(), metadata({ issued: ISSUED + 1 })];
  for (const [name, sent, expected] of [
    ['acme', older, 1],
    ['acme', older, 1],
    ['globex', GLOBEX_METADATA, 2],
    ['acme', { tier: 'gold', ...older }, 2],
    ['globex', GLOBEX_METADATA, 2],
    ['acme', newer, 3],
    ['acme', newer, 3],
    ['acme', older, 4],
  ]) {
    assert.equal((await logIn(mock, instance, event(name, sent))).reason, 'ok');
    assert.equal(verified(), expected);
  }
});

test('a refusal is not kept: a block from the future counts when its time has come', async ({ mock }) => {
  const instance = load(ACTION);
  const sent = event('acme', metadata({ issued: ISSUED + 361 }));
  for (const [now, reason, groups] of [
    [NOW, 'block-stale', []],
    [NOW, 'block-stale', []],
    [NOW + 1000, 'ok', ['readers']],
  ]) {
    const result = await logIn(mock, instance, sent, now);
    assert.deepEqual([result.reason, groupsOf(result)], [reason, groups]);
  }
});

test('a login that waits for its groups looks its block up again, if the instance begins anew meanwhile', async ({
  mock,
}) => {
  const block = metadata({ bundles: [bundleOf(platform([provisioned('writers')]))] });
  const instance = load(ACTION);
  const engines = counted(mock, WebAssembly, 'Instance');
  const verified = counted(mock, crypto, 'verify');
  const waiting = createApi();
  waiting.groups = {
    getUserGroups: async () => {
      assert.deepEqual([engines(), verified()], [1, 1]);
      await logInOften(mock, instance, 64);
      assert.deepEqual([engines(), verified()], [2, 65]);
      return KEPT;
    },
  };
  mock.timers.enable({ apis: ['Date'], now: NOW });
  const result = await login(instance, event('acme', block), waiting);
  assert.deepEqual([result.reason, groupsOf(result), result.block.issued], ['ok', ['writers'], ISSUED]);
  assert.deepEqual([engines(), verified()], [2, 66]);
});
