/**
 * The shim reads of an event what the table of vectors says; src/ has the same test for the command.
 *
 * Its sources do, and so does the shim as it is built, in which properties have other names.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fetchGroups } from '../src/provisioned.js';
import { encodeLookups } from '../src/reading.js';
import { createApi, takeScene } from '../auth0-loader.mjs';
import { fakeEngines } from './fake-engine.mjs';
import { describeAll, lookupOf } from './support-reading.mjs';
import { load } from './support.mjs';

const VECTORS = JSON.parse(readFileSync(new URL('../../tests/vectors/reading.json', import.meta.url), 'utf8'));

for (const { name, event, groups, read = {}, value } of VECTORS) {
  const scene = () => takeScene(JSON.parse(event === undefined ? `{"user":{"groups":${put(groups)}}}` : put(event)));
  const check = (encoded) => {
    // Not by `assert.equal`, which would print megabytes.
    const found = describeAll(encoded).join();
    assert.ok(found === put(value), `${found.slice(0, 500)} instead of ${put(value).slice(0, 500)}`);
  };
  test(name, async () => {
    const { event: sent, provisioned } = scene();
    const fetched = read.base === 'provisioned' ? await fetchGroups(sent, createApi({ provisioned })) : undefined;
    check(encodeLookups([lookupOf(read)], sent, fetched));
  });
  test(`${name}, in the built shim`, async ({ mock }) => {
    const { event: sent, provisioned } = scene();
    const { base = 'login', options = '', pointer = '/groups', field = '', split = '' } = read;
    let found;
    fakeEngines(mock, {
      lookups: [[base, options, pointer, field, split]],
      onValues: (encoded) => (found = encoded),
      evaluate: () => ({}),
    });
    await load().execute(sent, createApi({ provisioned }));
    check(found);
  });
}

/**
 * @param {string | (string | { repeat: string, times: number })[]} text whole, or in pieces
 * @returns {string}
 */
function put(text) {
  return [text]
    .flat()
    .map((piece) => (typeof piece === 'string' ? piece : piece.repeat.repeat(piece.times)))
    .join('');
}
