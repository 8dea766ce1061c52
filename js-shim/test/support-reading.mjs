/** What the tests of reading share: lookups as the engine writes them, and readers of the encoded values. */

import assert from 'node:assert/strict';
import { parseLookup } from '../src/reading.js';

/** A lookup as the engine would describe it. */
export function lookupOf({ base = 'login', options = '', pointer = '/groups', field = '', split = '' }) {
  return parseLookup([base, options, pointer, field, split].join('\0'));
}

/**
 * Reads encoded values back, independently of how they were written.
 *
 * @param {string} bytes one byte a character
 * @returns {unknown[]} the values; those that JSON does not have are words in angle brackets
 */
export function decodeAll(bytes) {
  const buffer = Buffer.from(bytes, 'latin1');
  let at = 0;
  const word = () => buffer.readUInt32LE((at += 4) - 4);
  const text = () => {
    const length = word();
    return buffer.toString('utf8', at, (at += length));
  };
  const value = () => {
    switch (buffer[at++]) {
      case 0:
        return '<absent>';
      case 1:
        return null;
      case 2:
        return false;
      case 3:
        return true;
      case 4:
        return buffer.readDoubleLE((at += 8) - 8);
      case 5:
        return text();
      case 6:
        return Array.from({ length: word() }, value);
      case 7:
        return Object.fromEntries(Array.from({ length: word() }, () => [text(), value()]));
      case 8:
        return '<unreadable>';
      case 9: {
        const count = word();
        const names = text().split('\0');
        assert.equal(names.length, count);
        return names;
      }
      case 10:
        return '<unclear>';
      case 11:
        return '<overage>';
      case 12:
        return '<unavailable>';
      default:
        throw new Error('unknown tag');
    }
  };
  const values = [];
  while (at < buffer.length) values.push(value());
  assert.equal(at, buffer.length, 'nothing is left over');
  return values;
}

/**
 * Encoded values as the vectors write them: like JSON, with `names` before a list of strings and nothing else that came
 * in one piece, numbers by their 64 bits, and words for values that JSON does not have.
 *
 * @param {string} bytes one byte a character
 * @returns {string[]}
 */
export function describeAll(bytes) {
  const buffer = Buffer.from(bytes, 'latin1');
  let at = 0;
  const word = () => buffer.readUInt32LE((at += 4) - 4);
  const text = (length = word()) => buffer.toString('utf8', at, (at += length));
  const many = (one) => Array.from({ length: word() }, one).join(',');
  const value = () => {
    const tag = buffer[at++];
    switch (tag) {
      case 4:
        return `#${buffer
          .readBigUInt64LE((at += 8) - 8)
          .toString(16)
          .padStart(16, '0')}`;
      case 5:
        return JSON.stringify(text());
      case 6:
        return `[${many(value)}]`;
      case 7:
        return `{${many(() => `${JSON.stringify(text())}:${value()}`)}}`;
      case 9:
        return `names ${word()} ${JSON.stringify(text())}`;
      default:
        return {
          0: 'absent',
          1: 'null',
          2: 'false',
          3: 'true',
          8: 'unreadable',
          10: 'unclear',
          11: 'overage',
          12: 'unavailable',
        }[tag];
    }
  };
  const values = [];
  while (at < buffer.length) values.push(value());
  assert.equal(at, buffer.length, 'nothing is left over');
  return values;
}
