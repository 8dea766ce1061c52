/** One instance serves logins for as long as Auth0 keeps it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTION, load, recorded } from './support.mjs';

const NAMES = ['acme', 'globex', 'hooli', 'initech', 'soylent', 'stark', 'tyrell', 'umbra', 'umbra-many'];
const LOGINS = 1_000_000;

test('a million logins leave the memory as large as the first thousand', async () => {
  let memory;
  const instantiate = WebAssembly.Instance;
  WebAssembly.Instance = function (...args) {
    const instance = new instantiate(...args);
    ({ memory } = instance.exports);
    return instance;
  };
  try {
    const handler = load(ACTION, { console: { log() {} } }).handler();
    let granted = 0;
    const silent = { setCustomClaim: (_, groups) => (granted += groups.length) };
    const api = { idToken: silent, accessToken: silent, access: { deny() {} } };
    const events = NAMES.map(recorded);
    // Some logins that are refused, and one that is larger than the others.
    events.push({ ...events[0], user: {} }, { ...events[0], client: {} });
    events.push({ ...events[0], user: { groups: Array.from({ length: 200 }, (_, i) => `GG-Vertrieb-München-${i}`) } });

    for (let i = 0; i < 1000; i++) await handler(events[i % events.length], api);
    assert.ok(granted > 1000, 'the logins are good ones');
    const after = memory.buffer.byteLength;
    for (let i = 0; i < LOGINS; i++) await handler(events[i % events.length], api);
    assert.equal(memory.buffer.byteLength, after);
  } finally {
    WebAssembly.Instance = instantiate;
  }
});
