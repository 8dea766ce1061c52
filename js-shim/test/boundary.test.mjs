/**
 * The shim's numbers and words at the boundary, and the texts of a route that it reads, are those of the tables with which
 * tests/boundary.rs compares the core.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as boundary from '../src/boundary.js';
import { encodeLookups, parseLookup } from '../src/reading.js';
import { createApi } from '../auth0-loader.mjs';
import { fakeEngines } from './fake-engine.mjs';
import { decodeAll } from './support-reading.mjs';
import { load } from './support.mjs';

const vectors = (name) => JSON.parse(readFileSync(new URL(`../../tests/vectors/${name}`, import.meta.url), 'utf8'));

const { numbers, outcomes, tags, lookups } = vectors('boundary.json');

test('numbers, outcomes and tags are those of the table, and there are no others', () => {
  const encodedTags = tags.map((name, number) => [name, String.fromCharCode(number)]);
  const expected = { ...numbers, OUTCOMES: outcomes, ...Object.fromEntries(encodedTags) };
  assert.deepEqual({ ...boundary }, expected);
});

test('lookups are parsed as the engine describes them', () => {
  const options = ['json', 'nfc', 'overage', 'members', 'values', 'entries', 'lists', 'nested', 'single'];
  const off = Object.fromEntries(options.map((option) => [option, false]));
  const plain = { ...off, field: '', fieldPath: [''], delimiter: '' };
  const expected = [
    { ...plain, base: 'login', nfc: true, path: ['groups'] },
    { ...plain, base: 'user', overage: true, path: ['a/b', 'list'], field: 'name', fieldPath: ['name'] },
    { ...plain, base: 'event', path: ['organization'], field: 'metadata', fieldPath: ['metadata'] },
    { ...plain, base: 'event', path: ['organization', 'metadata', 'tier'] },
    { ...plain, base: 'login', json: true, nfc: true, path: ['json'], field: 'name', fieldPath: ['name'] },
    { ...plain, base: 'login', nfc: true, path: ['parts'], delimiter: '; ' },
    { ...plain, base: 'provisioned', path: [], field: 'name', fieldPath: ['name'] },
  ];
  const parsed = lookups.map(parseLookup).map(({ head: _, ...lookup }) => lookup);
  assert.deepEqual(parsed, expected);
});

test('lookups of each base read what it names', () => {
  const event = {
    connection: { name: 'idp' },
    organization: { metadata: { tier: 'gold' } },
    user: {
      'a/b': { list: [{ name: 'of the user' }] },
      identities: [
        { connection: 'other' },
        { connection: 'idp', profileData: { groups: ['u\u0308'], json: '[{"name":"in JSON"}]', parts: 'a; b' } },
      ],
    },
  };
  assert.deepEqual(decodeAll(encodeLookups(lookups.map(parseLookup), event, [{ name: 'provisioned' }])), [
    ['\u00fc'],
    [{ name: 'of the user' }],
    { metadata: {} },
    'gold',
    [{ name: 'in JSON' }],
    ['a', 'b'],
    [{ name: 'provisioned' }],
  ]);
});

for (const { name, event, organization, connection, client } of vectors('route.json')) {
  test(`texts of a route: ${name}`, async ({ mock }) => {
    const asked = fakeEngines(mock, { evaluate: () => ({}) });
    await load().execute(JSON.parse(event), createApi());
    assert.deepEqual(asked.routes, [[organization, connection, client]]);
  });
}
