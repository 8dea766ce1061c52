/** Any value in the place of the groups is encoded, and encoding never throws. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeLookups } from '../src/reading.js';
import { decodeAll, lookupOf } from './support-reading.mjs';

const read = (user, pointer = '/groups', field = '', options = '') =>
  decodeAll(encodeLookups([lookupOf({ base: 'user', options, pointer, field })], { user }))[0];
const check = (groups, expected, field, options) =>
  assert.deepEqual(read({ groups }, '/groups', field, options), expected);

test('values keep their type', () => {
  check(null, null);
  check(true, true);
  check(false, false);
  check(-1.5, -1.5);
  check('one', 'one');
  check('', '');
  check([], []);
  check(['a', '', 'b'], ['a', '', 'b']);
  check([null, undefined, true, 7], [null, null, true, 7]);
  check([, 'a'], [null, 'a']);
  check({ name: 'a' }, {});
  check(undefined, '<absent>');
});

test('strings of every length and script are encoded', () => {
  const strings = [
    'x'.repeat(127),
    'x'.repeat(128),
    'x'.repeat(255),
    'x'.repeat(256),
    'x'.repeat(70_000),
    'Vertrieb-München',
    'ÿ'.repeat(200),
    '日本語のグループ',
    '🛠 tools',
    '\u0001\u007f\u0080',
    'CN=a\\,b,OU=c',
  ];
  for (const string of strings) check(string, string);
  check(strings, strings);
  const many = Array.from({ length: 1000 }, (_, i) => `${strings[i % strings.length].slice(0, 300)} ${i}`);
  check(many, many);
});

test('entries of different types are distinguished', () => {
  const mixed = ['a', null, { email: 'b' }, 'Köln', { email: 'größe' }, { id: 1 }, ['c'], 5, false];
  check(mixed, ['a', null, { email: 'b' }, 'Köln', { email: 'größe' }, {}, [], 5, false], 'email');
  check(mixed, ['a', null, {}, 'Köln', {}, {}, [], 5, false]);
});

test('lone surrogates become U+FFFD, and neighbors do not pair up', () => {
  check('a\ud800b', 'a\ufffdb');
  check(['a\ud83d', '\ude00b'], ['a\ufffd', '\ufffdb']);
  check(['\ud83d\ude00'], ['\ud83d\ude00']);
});

test('objects are read only at the field', () => {
  check([{ id: '1', email: 'a@x.example', nested: { email: 'b' } }], [{ email: 'a@x.example' }], 'email');
  check([{ id: '1' }, { email: undefined }, { email: null }], [{}, {}, { email: null }], 'email');
  check([{ email: ['a'] }, { email: { a: 1 } }, { email: 5 }], [{ email: [] }, { email: {} }, { email: 5 }], 'email');
  check({ email: 'a' }, { email: 'a' }, 'email');
  check([{ Gruppe: 'Köln' }, 'Köln'], [{ Gruppe: 'Köln' }, 'Köln'], 'Gruppe');
  check([{ größe: 'a' }], [{ größe: 'a' }], 'größe');
});

test('inherited members do not count', () => {
  check([Object.create({ email: 'a' })], [{}], 'email');
  assert.equal(read(Object.create({ groups: ['a'] })), '<absent>');
  assert.equal(read({}, '/constructor/name'), '<absent>');
  assert.equal(read({}, '/__proto__'), '<absent>');
  assert.deepEqual(read(JSON.parse('{"__proto__": ["a"]}'), '/__proto__'), ['a']);
  check([JSON.parse('{"__proto__": "a"}')], [Object.fromEntries([['__proto__', 'a']])], '__proto__');
});

test('pointers lead through objects and lists', () => {
  const user = { app: { 'a/b': { '~': ['x'] }, list: [['y']], text: 'z', '': ['empty'] } };
  const at = (pointer, expected) => assert.deepEqual(read(user, pointer), expected);
  at('/app/a~1b/~0', ['x']);
  at('/app/', ['empty']);
  at('/app/list/0', ['y']);
  for (const step of ['1', '00', '-', '+0', '0.0', 'length']) at(`/app/list/${step}`, '<absent>');
  at('/app/text/length', '<absent>');
  at('/app/missing/deeper', '<absent>');
  for (const user of [undefined, null, 'user', 5, [], () => {}]) assert.equal(read(user), '<absent>');
});

test('values that JSON does not have are unreadable', () => {
  for (const odd of [Symbol('s'), 10n, () => {}]) {
    check(odd, '<unreadable>');
    check([odd], ['<unreadable>']);
    check([{ name: odd }], [{ name: '<unreadable>' }], 'name');
  }
});

test('a value that throws is unreadable', () => {
  const bomb = () => {
    throw new Error('never seen');
  };
  const bombs = new Proxy({}, { get: bomb, has: bomb, ownKeys: bomb, getOwnPropertyDescriptor: bomb });
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  for (const user of [
    {
      get groups() {
        return bomb();
      },
    },
    { groups: Object.defineProperty(['a'], 0, { get: bomb }) },
    { groups: new Proxy(['a'], { get: bomb }) },
    { groups: proxy },
    bombs,
  ]) {
    assert.equal(read(user), '<unreadable>');
  }
  check([bombs], '<unreadable>', 'name');
  check(
    [
      {
        get name() {
          return bomb();
        },
      },
    ],
    '<unreadable>',
    'name',
  );
});

test('methods of the value are never called', () => {
  class Hostile extends Array {
    *[Symbol.iterator]() {
      yield 'admin';
    }
    join() {
      return 'admin';
    }
    map() {
      return ['admin'];
    }
    toJSON() {
      return ['admin'];
    }
    toString() {
      return 'admin';
    }
  }
  check(Hostile.of('a', 'b'), ['a', 'b']);
  check({ toJSON: () => ['admin'], toString: () => 'admin' }, {});
  check([{ name: { toString: () => 'admin' } }, new String('admin')], [{ name: {} }, {}], 'name');
});

test('a value that changes while it is read is encoded as one of its states', () => {
  let reads = 0;
  const restless = new Proxy([], {
    get: (_, name) => (name === 'length' ? 3 : reads++ % 2 ? 'ä'.repeat(reads) : `${reads}`),
  });
  const groups = read({ groups: restless });
  assert.equal(groups.length, 3);
  for (const lie of [NaN, -1, 'many', 1.5, null]) {
    assert.ok(Array.isArray(read({ groups: new Proxy([], { get: (_, name) => (name === 'length' ? lie : 'a') }) })));
  }
});

test('cycles are not followed', () => {
  const cycle = ['a'];
  cycle.push(cycle);
  check(cycle, ['a', []]);
  const object = {};
  object.name = object;
  check([object], [{ name: {} }], 'name');
});

test('JSON in a string is read like JSON', () => {
  const json = (text, expected, field) => check(text, expected, field, 'json');
  json('["a","b"]', ['a', 'b']);
  json('[]', []);
  json(' [{"name":"a","id":1},{"id":2}] ', [{ name: 'a' }, {}], 'name');
  json('{"name":"a"}', { name: 'a' }, 'name');
  json('null', null);
  json('5', 5);
  json('"a"', 'a');
  json('[["a"],{"__proto__":{"name":"a"}}]', [[], {}], 'name');
});

test('a string that is not JSON stays a string', () => {
  for (const text of ['', 'a', '["a"', "['a']", '[undefined]']) check(text, text, '', 'json');
  check('x'.repeat(16 * 1024 * 1024 + 1), '<unreadable>', '', 'json');
  check(`[${'1,'.repeat(8 * 1024 * 1024)}1]`, '<unreadable>', '', 'json');
});

test('only strings are parsed as JSON, and only if the lookup says so', () => {
  check(['["a"]'], ['["a"]'], '', 'json');
  check(5, 5, '', 'json');
  check(undefined, '<absent>', '', 'json');
  check('["a"]', '["a"]');
});

test('strings are converted to NFC if the lookup says so', () => {
  const [apart, together] = ['Mu\u0308nchen', 'M\u00fcnchen'];
  const nfc = (groups, expected, field) => check(groups, expected, field, 'nfc');
  nfc(apart, together);
  nfc([apart, 'plain', together], [together, 'plain', together]);
  nfc([apart, 5], [together, 5]);
  nfc([{ name: apart }, apart], [{ name: together }, together], 'name');
  nfc({ name: apart }, { name: together }, 'name');
  nfc(['e', '\u0301'], ['e', '\u0301']);
  nfc(['\u1100', '\u1161'], ['\u1100', '\u1161']);
  check(apart, apart);
  check([apart], [apart]);
  check(`["${apart}"]`, [together], '', 'nfc,json');
  // Names of members are not normalized.
  nfc([{ [apart]: 'a' }], [{ [apart]: 'a' }], apart);
});

test('values that are too large are cut or unreadable', () => {
  assert.equal(read({ groups: new Array(10_000).fill('a') }).length, 10_000);
  assert.equal(read({ groups: new Array(10_001).fill('a') }).length, 10_001);
  assert.equal(read({ groups: new Array(4_294_967_295) }).length, 10_001);
  const limit = 16 * 1024 * 1024;
  const large = 'x'.repeat(limit);
  check(large, large);
  check(`${large}x`, '<unreadable>');
  check(['x', large], '<unreadable>');
  check([{ name: large }, 'x', 5], '<unreadable>', 'name');
  check([{ name: large }, 5], [{ name: large }, 5], 'name');
  check({ name: `${large}x` }, '<unreadable>', 'name');
  // Bytes count, not characters.
  check('ä'.repeat(limit / 2), 'ä'.repeat(limit / 2));
  check(`${'ä'.repeat(limit / 2)}x`, '<unreadable>');
  check(new Array(10_000).fill(large), '<unreadable>');
});

test('strings are split if the lookup says so', () => {
  const split = (text, expected, options = 'nfc', delimiter = ';') => {
    assert.deepEqual(
      decodeAll(encodeLookups([lookupOf({ options, split: delimiter })], { user: { groups: text } }))[0],
      expected,
    );
  };
  split('a;b', ['a', 'b']);
  split('a', ['a']);
  split('', '');
  split(';', ['', '']);
  split('a, b,c', ['a', 'b,c'], 'nfc', ', ');
  split('aaa', ['', 'a'], 'nfc', 'aa');
  // In NFC the character is a semicolon, but strings are split before they are normalized.
  split('staff;x\u037evault', ['staff', 'x;vault']);
  split('Mu\u0308nchen;b', ['M\u00fcnchen', 'b']);
  // A list that was not split here is not a list of parts.
  split(['a', 'b'], {});
  split([], {});
  for (const odd of [null, 5, true, {}]) split(odd, odd);
  split(undefined, '<absent>');
  assert.equal(
    decodeAll(encodeLookups([lookupOf({ split: ';' })], { user: { groups: 'x;'.repeat(20_000) } }))[0].length,
    10_001,
  );
});

test('text that cannot be converted to NFC in linear time counts as damaged', () => {
  const nfc = (value, expected, field = '') => check(value, expected, field, 'nfc');
  const marks = (count) => `a${'\u0300'.repeat(count)}`;
  nfc(marks(30), marks(30).normalize('NFC'));
  nfc(marks(31), '\ufffd');
  nfc([marks(31), 'Mu\u0308nchen'], ['\ufffd', 'M\u00fcnchen']);
  nfc([marks(31), 5, { name: marks(31) }], ['\ufffd', 5, { name: '\ufffd' }], 'name');
  nfc(`${marks(30)}${marks(30)}`, `${marks(30)}${marks(30)}`.normalize('NFC'));
  // Longer names stay as they are, because the engine refuses them.
  const long = `${'Mu\u0308nchen'.repeat(455)}a`;
  assert.equal(Buffer.byteLength(long), 4_096);
  nfc(long, long.normalize('NFC'));
  nfc(`${long}a`, `${long}a`);
  nfc(`${long}${marks(31)}`, `${long}${marks(31)}`);
  // The same for lists that are too long.
  nfc(new Array(10_000).fill('u\u0308'), new Array(10_000).fill('\u00fc'));
  nfc(new Array(10_001).fill('u\u0308'), new Array(10_001).fill('u\u0308'));
});
