/**
 * The work between an event and its encoded values is linear in the login, and what is too large is refused before any
 * work. It is counted in characters, not in seconds.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeLookups } from '../src/reading.js';
import { lookupOf } from './support-reading.mjs';

const MARK = '\u0323';
const LIMIT = 16 * 1024 * 1024;

/**
 * The number of characters that functions on texts receive while these lookups are encoded.
 *
 * A run of marks counts as its square, because Node's sorting of them is quadratic.
 */
function workOf(groups, ...lookups) {
  const work = { normalized: 0, parsed: 0, split: 0, measured: 0, searched: 0 };
  const restore = [];
  const count = (object, method, add) => {
    const original = object[method];
    // Not by `mock.method`, which keeps a stack trace of each call.
    object[method] = function (...args) {
      add(this, ...args);
      return original.apply(this, args);
    };
    restore.push(() => (object[method] = original));
  };
  count(String.prototype, 'normalize', (text) => {
    work.normalized += text.length;
    for (const run of String(text).match(/\p{M}+/gu) ?? []) work.normalized += run.length ** 2;
  });
  count(JSON, 'parse', (_, text) => (work.parsed += text.length));
  count(String.prototype, 'split', (text) => (work.split += text.length));
  count(Buffer, 'byteLength', (_, text) => (work.measured += text.length));
  count(RegExp.prototype, 'test', (_, text) => (work.searched += text.length));
  const parsed = lookups.map(lookupOf);
  for (const key of Object.keys(work)) work[key] = 0;
  encodeLookups(parsed, { user: { groups } });
  for (const undo of restore) undo();
  return work;
}

const NFC = { options: 'nfc' };
const SPLIT = { options: 'nfc', split: ';' };
const SPLIT_ENTRIES = { options: 'nfc,lists,entries', split: ';' };
const NESTED = { options: 'nfc,nested' };
const JSON_NFC = { options: 'json,nfc' };
const many = (count, entry) => new Array(count).fill(entry);

/** Functions from a size to a login. */
const LOGINS = {
  'names in two parts': [NFC, (n) => many(n, 'Mu\u0308nchen')],
  'names in ASCII': [NFC, (n) => many(n, 'finance-readers')],
  'one long name': [NFC, (n) => 'u\u0308'.repeat(n)],
  'one long run of marks': [NFC, (n) => `a${MARK.repeat(n)}`],
  'names of marks alone': [NFC, (n) => many(n, MARK.repeat(30))],
  'names of too many marks': [NFC, (n) => many(n, MARK.repeat(200))],
  'names of marks in objects': [{ options: 'nfc', field: 'name' }, (n) => many(n, { name: `a${MARK.repeat(30)}` })],
  'a string of parts': [SPLIT, (n) => 'u\u0308;'.repeat(n)],
  'a string of empty parts': [SPLIT, (n) => ';'.repeat(n)],
  'a string without a delimiter': [SPLIT, (n) => 'u\u0308'.repeat(n)],
  'runs of marks between delimiters': [SPLIT, (n) => `${MARK.repeat(30)};`.repeat(n)],
  'a list of strings of parts': [SPLIT_ENTRIES, (n) => many(n / 100, 'u\u0308;'.repeat(100))],
  'a list of strings of too many parts': [SPLIT_ENTRIES, (n) => many(n / 100, ';'.repeat(1_000))],
  'lists inside a list': [NESTED, (n) => many(n / 10, many(10, 'Mu\u0308nchen'))],
  'lists in objects': [{ ...NESTED, field: '/a/b' }, (n) => many(n / 10, { a: { b: many(10, 'Mu\u0308nchen') } })],
  'values of an object': [
    { options: 'nfc,values' },
    (n) => Object.fromEntries(many(n, 'Mu\u0308nchen').map((name, at) => [`m${at}`, name])),
  ],
  'JSON of names': [JSON_NFC, (n) => JSON.stringify(many(n, 'Mu\u0308nchen'))],
  'JSON of one run of marks': [JSON_NFC, (n) => JSON.stringify([MARK.repeat(n)])],
  'nested JSON': [JSON_NFC, (n) => '['.repeat(n) + ']'.repeat(n)],
  'text that is nearly JSON': [JSON_NFC, (n) => `[${'"a",'.repeat(n)}`],
};

for (const [title, [read, make]] of Object.entries(LOGINS)) {
  test(title, () => {
    for (const size of [4_000, 20_000]) {
      const [one, two] = [make(size), make(2 * size)].map((login) => workOf(login, read));
      for (const [what, done] of Object.entries(one)) {
        assert.ok(two[what] <= 2 * done + 100, `${what}: ${done} for ${size}, ${two[what]} for twice as much`);
      }
    }
  });
}

test('work for each character is bounded', () => {
  for (const [title, [read, make]] of Object.entries(LOGINS)) {
    const login = make(4_000);
    const characters = JSON.stringify(login).length;
    for (const [what, done] of Object.entries(workOf(login, read))) {
      // Thirty marks cost as much as thirty times as many characters.
      assert.ok(done <= (what === 'normalized' ? 31 : 6) * characters, `${title}: ${what} ${done} of ${characters}`);
    }
  }
});

test('a value that is too large is only measured', () => {
  for (const login of [
    `${MARK.repeat(LIMIT / 2)}x`,
    many(10_000, MARK.repeat(1_000)),
    `[${'1,'.repeat(LIMIT / 2)}1]`,
  ]) {
    for (const read of [NFC, SPLIT, JSON_NFC]) {
      const { measured, ...rest } = workOf(login, read);
      assert.ok(measured <= 2 * LIMIT);
      assert.deepEqual(rest, { normalized: 0, parsed: 0, split: 0, searched: 0 });
    }
  }
});

test('too many names are not processed', () => {
  const values = Object.fromEntries(many(10_001, 'u\u0308').map((name, at) => [`m${at}`, name]));
  for (const [login, read] of [
    [many(10_001, 'u\u0308'), NFC],
    [[many(10_001, 'u\u0308')], NESTED],
    [values, { options: 'nfc,values' }],
  ]) {
    const work = workOf(login, read);
    assert.deepEqual([work.normalized, work.searched], [0, 0]);
  }
});
