/**
 * Unicode's normalization form C in the command and in this Node, which the Action uses, over all of Unicode.
 *
 * The normalization of assigned characters never changes, so both agree on every text of characters that both know.
 * The Action leaves characters that are newer than this Node's Unicode as they are; the command may normalize them.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { COMMAND, ROOT } from './support.mjs';

/** Marks and letters that compose with the character before them, or change places with it. */
const FOLLOWING = [
  '\u0301',
  '\u0308',
  '\u0323',
  '\u0327',
  '\u0338',
  '\u0345',
  '\u05bc',
  '\u0653',
  '\u093c',
  '\u3099',
  '\u1161',
  '\u11a8',
];
const BEFORE = ['a', 'o\u0301', '\u0622', '\u1100', '\u1109\u1161', '=', '\u0915'];
const TOO_MANY = 31;
const NAMES_OF_AN_EVENT = 9_000;

/** Every character, except surrogates and those that the engine refuses in a name. */
const characters = Array.from({ length: 0x11_0000 }, (_, point) => point)
  .filter((point) => (point < 0xd800 || point > 0xdfff) && point !== 0xfffd)
  .map((point) => String.fromCodePoint(point))
  .filter((char) => !/\p{Cc}/u.test(char));
const known = characters.filter((char) => !/\p{Cn}/u.test(char));

/**
 * @param {string[]} texts
 * @returns {Set<string>[]} for each event, the groups that rules saw
 */
function normalize(texts) {
  const names = texts.map((text, at) => `${at.toString(36)}_${text}`);
  const events = [];
  for (let i = 0; i < names.length; i += NAMES_OF_AN_EVENT) {
    events.push(
      JSON.stringify({
        organization: { id: 'org_nfc' },
        connection: { name: 'nfc' },
        client: { client_id: 'NfcClient00000000000000000000001' },
        user: { groups: names.slice(i, i + NAMES_OF_AN_EVENT) },
      }),
    );
  }
  const answers = execFileSync(
    COMMAND,
    ['evaluate', '--mappings', 'js-shim/test/mappings/nfc.yaml', '--jsonl', '--event', '-'],
    {
      cwd: ROOT,
      input: events.join('\n'),
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  const seen = new Map();
  for (const line of answers.trimEnd().split('\n')) {
    for (const name of JSON.parse(line).unmatched) {
      const end = name.indexOf('_');
      seen.set(Number.parseInt(name.slice(0, end), 36), name.slice(end + 1));
    }
  }
  return texts.map((_, at) => seen.get(at));
}

const code = (text) =>
  [...text].map((char) => `U+${char.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`).join(' ');

function check(texts, expected) {
  const found = normalize(texts);
  const wrong = texts.filter((text, at) => found[at] !== expected(text));
  const shown = wrong
    .slice(0, 20)
    .map((text) => `${code(text)}: ${code(found[texts.indexOf(text)] ?? '')}, here ${code(expected(text) ?? '')}`);
  assert.equal(
    wrong.length,
    0,
    `the command and Unicode ${process.versions.unicode} differ in ${wrong.length} texts:\n${shown.join('\n')}`,
  );
}

const composed = (text) => text.normalize('NFC');

test('each character alone is normalized as in the command', () => check(known, composed));

test('each character before others is normalized as in the command', () =>
  check(
    known.filter((char) => !/\p{Co}/u.test(char)).flatMap((char) => FOLLOWING.map((following) => char + following)),
    composed,
  ));

test('each character after others is normalized as in the command', () => {
  const marks = known.filter((char) => /[\p{M}\p{Lo}]/u.test(char) && !/\p{Unified_Ideograph}/u.test(char));
  check(
    marks.flatMap((char) => BEFORE.map((before) => `${before}${char}\u0323`)),
    composed,
  );
});

test('names with too many marks in a row are damaged in both', () => {
  check(
    known.filter((char) => !/[\p{Co}\p{Unified_Ideograph}]/u.test(char)).map((char) => `a${char.repeat(TOO_MANY)}`),
    (text) => (/\p{M}{31}/u.test(text) ? undefined : composed(text)),
  );
});

test('characters that this Node does not know stay as they are', (context) => {
  const unknown = characters.filter((char) => /\p{Cn}/u.test(char));
  const found = normalize(unknown);
  const changed = unknown.filter((char, at) => found[at] !== char);
  context.diagnostic(
    `the command normalizes ${changed.length} characters that are newer than Unicode ${process.versions.unicode}: ${changed.map(code).join(', ')}`,
  );
  // If there are none, both know the same characters.
  assert.ok(changed.length < 100, 'this Node is too old to compare with');
});
