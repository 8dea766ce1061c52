/** The groups that Auth0 keeps: all of them or none, within a time limit. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchGroups } from '../src/provisioned.js';
import { createApi } from '../auth0-loader.mjs';

const EVENT = { connection: { id: 'con_1', name: 'idp' } };
const many = (count, rest = {}) =>
  Array.from({ length: count }, (_, i) => ({ id: `grp_${i}`, name: `group ${i}`, connection_id: 'con_1', ...rest }));
/** An `api` whose `getUserGroups` is this function. */
const from = (getUserGroups) => ({ groups: { getUserGroups } });

async function check(provisioned, expected) {
  assert.deepEqual(await fetchGroups(EVENT, createApi({ provisioned })), expected);
}

async function checkUnavailable(getUserGroups) {
  assert.equal(await fetchGroups(EVENT, from(getUserGroups)), null);
}

test('all pages are read', async () => {
  for (const count of [0, 1, 50, 99, 100, 101, 200, 257]) await check(many(count), many(count));
});

test('each page is fetched with the `next` of the page before it', async () => {
  const calls = [];
  const [a, b] = many(2);
  const pages = [
    { groups: [a], next: 'x' },
    { groups: [], next: 'y' },
    { groups: [b], next: null },
  ];
  const groups = await fetchGroups(
    EVENT,
    from(async (options) => (calls.push(options), pages[calls.length - 1])),
  );
  assert.deepEqual(groups, [a, b]);
  assert.deepEqual(calls, [{ take: 100 }, { take: 100, from: 'x' }, { take: 100, from: 'y' }]);
});

test('an empty `next` ends the list like a missing one', async () => {
  for (const next of [undefined, null, '']) {
    assert.deepEqual(
      await fetchGroups(
        EVENT,
        from(async () => ({ groups: many(1), next })),
      ),
      many(1),
    );
  }
});

test('a page that is not a promise is accepted', async () => {
  assert.deepEqual(
    await fetchGroups(
      EVENT,
      from(() => ({ groups: many(2) })),
    ),
    many(2),
  );
});

test('getUserGroups is called as a method of its object', async () => {
  const groups = {
    kept: many(1),
    async getUserGroups() {
      return { groups: this.kept };
    },
  };
  assert.deepEqual(await fetchGroups(EVENT, { groups }), many(1));
});

test('groups of another connection are left out', async () => {
  const [own, foreign, other] = [{}, { connection_id: 'con_2' }, { connection_id: '' }].map((rest) => many(1, rest)[0]);
  await check([own, foreign, other], [own]);
  await check([foreign], []);
});

test('groups without a connection make all of them unavailable', async () => {
  for (const connection_id of [undefined, null, 5, ['con_1'], { con_1: true }]) {
    await check([...many(1), ...many(1, { connection_id })], null);
  }
  await check([Object.assign(Object.create({ connection_id: 'con_1' }), { name: 'a' })], null);
  for (const connection of [undefined, null, {}, { id: null }, { id: 5 }, { id: ['con_1'] }, 'con_1']) {
    for (const provisioned of [[], many(1)]) {
      assert.equal(await fetchGroups({ connection }, createApi({ provisioned })), null);
    }
  }
});

test('without getUserGroups the groups are unavailable', async () => {
  for (const api of [
    createApi(),
    {},
    { groups: null },
    { groups: {} },
    { groups: { getUserGroups: 'groups' } },
    undefined,
  ]) {
    assert.equal(await fetchGroups(EVENT, api), null);
  }
  assert.equal(await fetchGroups(undefined, createApi({ provisioned: [] })), null);
});

test('an error, at once or later, makes the groups unavailable', async () => {
  await checkUnavailable(() => {
    throw new Error('at once');
  });
  await checkUnavailable(async () => {
    throw new Error('later');
  });
  await checkUnavailable(async ({ from }) => {
    if (from) throw new Error('on the second page');
    return { groups: many(100), next: 'x' };
  });
});

test('a value that is not a page makes the groups unavailable', async () => {
  for (const page of [
    undefined,
    null,
    5,
    'groups',
    [],
    {},
    { groups: null },
    { groups: 'abc' },
    { groups: { length: 0 } },
    { groups: ['a'] },
    { groups: [null] },
    { groups: [['a']] },
    { groups: [...many(1), undefined] },
    { groups: [], next: 5 },
    { groups: [], next: {} },
    { groups: [], next: true },
  ]) {
    await checkUnavailable(async () => page);
  }
});

test('pages without an end make the groups unavailable', async () => {
  let calls = 0;
  await checkUnavailable(async () => (calls++, { groups: many(1), next: 'the same' }));
  assert.equal(calls, 2);
  calls = 0;
  await checkUnavailable(async () => (calls++, { groups: many(1), next: `page ${calls % 3}` }));
  assert.equal(calls, 4);
  calls = 0;
  await checkUnavailable(async () => (calls++, { groups: [], next: `page ${calls}` }));
  assert.equal(calls, 200);
});

test('no more groups are read than the engine needs to refuse them', async () => {
  await check(many(10_000), many(10_000));
  await check(many(10_001), many(10_001));
  await check(many(20_000), many(10_001));
  await check([...many(10_001, { connection_id: 'con_2' }), ...many(1)], many(1));
});

test('groups that do not arrive in time are unavailable, and no further page is fetched', async ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const waiting = [];
  let calls = 0;
  const groups = fetchGroups(
    EVENT,
    from(() => (calls++, new Promise((resolve) => waiting.push(resolve)))),
  );
  mock.timers.tick(1_000);
  waiting[0]({ groups: many(1), next: 'x' });
  await settled();
  assert.equal(calls, 2);
  let answered = false;
  groups.then(() => (answered = true));
  mock.timers.tick(1_999);
  await settled();
  assert.equal(answered, false);
  mock.timers.tick(1);
  assert.equal(await groups, null);
  waiting[1]({ groups: many(1), next: 'y' });
  await settled();
  assert.equal(calls, 2);
});

test('an error after the time limit is ignored', async ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  let fail;
  const groups = fetchGroups(
    EVENT,
    from(() => new Promise((_, reject) => (fail = reject))),
  );
  mock.timers.tick(3_000);
  assert.equal(await groups, null);
  fail(new Error('too late'));
  await settled();
});

test('every timer is cleared', async ({ mock }) => {
  const running = new Set();
  const start = setTimeout;
  const stop = clearTimeout;
  mock.method(globalThis, 'setTimeout', (...args) => {
    const timer = start(...args);
    running.add(timer);
    return timer;
  });
  mock.method(globalThis, 'clearTimeout', (timer) => {
    running.delete(timer);
    stop(timer);
  });
  await check(many(1), many(1));
  await checkUnavailable(async () => null);
  await fetchGroups(EVENT, undefined);
  assert.equal(running.size, 0);
  assert.ok(globalThis.clearTimeout.mock.callCount() >= 2);
});

/** Resolves when everything that is due has run. */
function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}
