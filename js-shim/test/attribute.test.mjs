/** Whatever stands where the groups should be is encoded, and never throws. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeAttribute } from '../src/attribute.js';

/** Reads an encoded value back, independently of how it was written. */
function decode(bytes) {
  const buffer = Buffer.from(bytes, 'latin1');
  let at = 0;
  const word = () => buffer.readUInt32LE((at += 4) - 4);
  const text = () => {
    const length = word();
    return buffer.toString('utf8', at, (at += length));
  };
  const value = () => {
    switch (buffer[at++]) {
      case 0: return '<absent>';
      case 1: return null;
      case 2: return false;
      case 3: return true;
      case 4: return buffer.readDoubleLE((at += 8) - 8);
      case 5: return text();
      case 6: return Array.from({ length: word() }, value);
      case 7: return Object.fromEntries(Array.from({ length: word() }, () => [text(), value()]));
      case 8: return '<unreadable>';
      case 9: {
        const count = word();
        const names = text().split('\0');
        assert.equal(names.length, count);
        return names;
      }
      default: throw new Error('unknown tag');
    }
  };
  const decoded = value();
  assert.equal(at, buffer.length, 'nothing is left over');
  return decoded;
}

const read = (user, pointer = '/groups', field = '') =>
  decode(encodeAttribute(user, { path: pointer.split('/').slice(1), field }));
const check = (groups, expected, field) => assert.deepEqual(read({ groups }, '/groups', field), expected);

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

test('strings of every length and script survive', () => {
  const strings = [
    'x'.repeat(127), 'x'.repeat(128), 'x'.repeat(255), 'x'.repeat(256), 'x'.repeat(70_000),
    'Vertrieb-München', 'ÿ'.repeat(200), '日本語のグループ', '🛠 tools', '\u0001\u007f\u0080', 'CN=a\\,b,OU=c',
  ];
  for (const string of strings) check(string, string);
  check(strings, strings);
  const many = Array.from({ length: 1000 }, (_, i) => `${strings[i % strings.length].slice(0, 300)} ${i}`);
  check(many, many);
});

test('entries of different types are told apart', () => {
  const mixed = ['a', null, { email: 'b' }, 'Köln', { email: 'größe' }, { id: 1 }, ['c'], 5, false];
  check(mixed, ['a', null, { email: 'b' }, 'Köln', { email: 'größe' }, {}, [], 5, false], 'email');
  check(mixed, ['a', null, {}, 'Köln', {}, {}, [], 5, false]);
});

test('lone surrogates become U+FFFD, and neighbors do not pair up', () => {
  check('a\ud800b', 'a\ufffdb');
  check(['a\ud83d', '\ude00b'], ['a\ufffd', '\ufffdb']);
  check(['\ud83d\ude00'], ['\ud83d\ude00']);
});

test('of an object only the field is read', () => {
  check([{ id: '1', email: 'a@x.example', nested: { email: 'b' } }], [{ email: 'a@x.example' }], 'email');
  check([{ id: '1' }, { email: undefined }, { email: null }], [{}, {}, { email: null }], 'email');
  check([{ email: ['a'] }, { email: { a: 1 } }, { email: 5 }], [{ email: [] }, { email: {} }, { email: 5 }], 'email');
  check({ email: 'a' }, { email: 'a' }, 'email');
  check([{ Gruppe: 'Köln' }, 'Köln'], [{ Gruppe: 'Köln' }, 'Köln'], 'Gruppe');
  check([{ größe: 'a' }], [{ größe: 'a' }], 'größe');
});

test('what is inherited does not count', () => {
  check([Object.create({ email: 'a' })], [{}], 'email');
  assert.equal(read(Object.create({ groups: ['a'] })), '<absent>');
  assert.equal(read({}, '/constructor/name'), '<absent>');
  assert.equal(read({}, '/__proto__'), '<absent>');
  assert.deepEqual(read(JSON.parse('{"__proto__": ["a"]}'), '/__proto__'), ['a']);
  check([JSON.parse('{"__proto__": "a"}')], [Object.fromEntries([['__proto__', 'a']])], '__proto__');
});

test('a pointer leads through objects only', () => {
  const user = { app: { 'a/b': { '~': ['x'] }, list: [['y']], text: 'z', '': ['empty'] } };
  const at = (path, expected) => assert.deepEqual(decode(encodeAttribute(user, { path, field: '' })), expected);
  at(['app', 'a/b', '~'], ['x']);
  at(['app', ''], ['empty']);
  at(['app', 'list', '0'], '<absent>');
  at(['app', 'text', 'length'], '<absent>');
  at(['app', 'missing', 'deeper'], '<absent>');
  for (const nobody of [undefined, null, 'user', 5, [], () => {}]) assert.equal(read(nobody), '<absent>');
});

test('what has no place in JSON is unreadable', () => {
  for (const odd of [Symbol('s'), 10n, () => {}]) {
    check(odd, '<unreadable>');
    check([odd], ['<unreadable>']);
    check([{ name: odd }], [{ name: '<unreadable>' }], 'name');
  }
});

test('what throws is unreadable', () => {
  const bomb = () => {
    throw new Error('never seen');
  };
  const bombs = new Proxy({}, { get: bomb, has: bomb, ownKeys: bomb, getOwnPropertyDescriptor: bomb });
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  for (const user of [
    { get groups() { return bomb(); } },
    { groups: Object.defineProperty(['a'], 0, { get: bomb }) },
    { groups: new Proxy(['a'], { get: bomb }) },
    { groups: proxy },
    bombs,
  ]) {
    assert.equal(read(user), '<unreadable>');
  }
  check([bombs], '<unreadable>', 'name');
  check([{ get name() { return bomb(); } }], '<unreadable>', 'name');
});

test('no code of the value decides what is read', () => {
  class Hostile extends Array {
    *[Symbol.iterator]() { yield 'admin'; }
    join() { return 'admin'; }
    map() { return ['admin']; }
    toJSON() { return ['admin']; }
    toString() { return 'admin'; }
  }
  check(Hostile.of('a', 'b'), ['a', 'b']);
  check({ toJSON: () => ['admin'], toString: () => 'admin' }, {});
  check([{ name: { toString: () => 'admin' } }, new String('admin')], [{ name: {} }, {}], 'name');
});

test('a value that changes while it is read gives some of what it gave', () => {
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

test('cycles end', () => {
  const cycle = ['a'];
  cycle.push(cycle);
  check(cycle, ['a', []]);
  const object = {};
  object.name = object;
  check([object], [{ name: {} }], 'name');
});

test('what is too much is cut or unreadable', () => {
  assert.equal(read({ groups: new Array(10_000).fill('a') }).length, 10_000);
  assert.equal(read({ groups: new Array(10_001).fill('a') }).length, 10_001);
  assert.equal(read({ groups: new Array(4_294_967_295) }).length, 10_001);
  const large = 'x'.repeat(16 * 1024 * 1024);
  check(large.slice(5), large.slice(5));
  check(large, '<unreadable>');
  check('ä'.repeat(8 * 1024 * 1024), '<unreadable>');
  check(new Array(10_000).fill(large), '<unreadable>');
});
