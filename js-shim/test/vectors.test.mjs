/** The shim reads of an event what the table of vectors says; src/ has the same test for the command. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fetchGroups } from '../src/provisioned.js';
import { encodeLookups } from '../src/reading.js';
import { createApi, takeScene } from '../auth0-loader.mjs';
import { describeAll, lookupOf } from './support-reading.mjs';

const VECTORS = JSON.parse(readFileSync(new URL('../../tests/vectors/reading.json', import.meta.url), 'utf8'));

for (const { name, event, groups, read = {}, value } of VECTORS) {
  test(name, async () => {
    const text = event === undefined ? `{"user":{"groups":${put(groups)}}}` : put(event);
    const { event: sent, provisioned } = takeScene(JSON.parse(text));
    const fetched = read.base === 'provisioned' ? await fetchGroups(sent, createApi({ provisioned })) : undefined;
    // Not by `assert.equal`, which would print megabytes.
    const found = describeAll(encodeLookups([lookupOf(read)], sent, fetched)).join();
    assert.ok(found === put(value), `${found.slice(0, 500)} instead of ${put(value).slice(0, 500)}`);
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
