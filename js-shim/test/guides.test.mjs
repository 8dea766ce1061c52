/**
 * The guides do what they say: their commands run in order, in an empty folder, and print what the page shows.
 *
 * - In a block `console`, a line that begins with `$ ` is a command, and what follows is what it prints.
 *   A line `…` is replaced by any lines.
 * - `<!-- write PATH -->` before a block makes the file, `<!-- add to PATH -->` appends to it, and
 *   `<!-- replace in PATH -->` before two blocks replaces the text of the first by that of the second.
 *
 * `SNAPSHOTS=overwrite` writes what the commands print into the pages: read it before you accept it.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { COMMAND, ROOT } from './support.mjs';

const GUIDES = ['docs/onboarding.md'].concat(
  readdirSync(path.join(ROOT, 'docs/guides')).map((name) => `docs/guides/${name}`),
);
/** A block, with the comment before it. */
const BLOCK =
  /^(?:<!-- (?<action>write|add to|replace in) (?<file>\S+) -->\n)?```(?<language>\w*)\n(?<content>.*?)^```$/gms;
const PATH = `${path.dirname(COMMAND)}:${process.env.PATH}`;

for (const page of GUIDES) {
  test(page, () => {
    const file = path.join(ROOT, page);
    const text = readFileSync(file, 'utf8');
    const followed = follow(text);
    if (process.env.SNAPSHOTS === 'overwrite') writeFileSync(file, followed);
    else assert.equal(followed, text);
  });
}

test('a page can write files, add to them and replace their text', () => {
  const block = (comment, ...lines) => [comment, '```yaml', ...lines, '```', ''].join('\n');
  const page = [
    block('<!-- write a/b.yaml -->', 'one', 'two'),
    block('<!-- add to a/b.yaml -->', 'three'),
    block('<!-- replace in a/b.yaml -->', 'two'),
    block('', '2', '2a'),
    '```console\n$ cat a/b.yaml\none\n2\n2a\nthree\n```\n',
  ].join('\n');
  assert.equal(follow(page), page);
});

test('what a page shows wrongly is noticed', () => {
  const page = (...lines) => ['```console', ...lines, '```', ''].join('\n');
  const right = page('$ echo a; echo b; echo c', 'a', '…', 'c', '$ cat none', 'cat: none: No such file or directory');
  assert.equal(follow(right), right);
  assert.equal(follow(page('$ echo a', 'b')), page('$ echo a', 'a'));
  assert.equal(follow(page('$ echo a; echo b', '…', 'c')), page('$ echo a; echo b', 'a', 'b'));
  assert.equal(follow(page('$ echo a', 'a', '…', 'a')), page('$ echo a', 'a'));
});

/** Does what a page says, and returns the page with what its commands printed. */
function follow(text) {
  const folder = mkdtempSync(path.join(tmpdir(), 'claimsmith-guide-'));
  try {
    let old;
    return text.replace(BLOCK, (...args) => {
      const [block] = args;
      const { action, file, language, content } = args.at(-1);
      if (old) old = void replace(old.file, old.content, content);
      else if (action === 'replace in') old = { file: path.join(folder, file), content };
      else if (action) write(action, path.join(folder, file), content);
      if (language !== 'console') return block;
      const steps = content.split(/^(?=\$ )/m).map((step) => run(folder, step));
      return block.replace(content, () => steps.join(''));
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function write(action, file, content) {
  mkdirSync(path.dirname(file), { recursive: true });
  if (action === 'write') writeFileSync(file, content);
  else appendFileSync(file, content);
}

function replace(file, old, content) {
  const parts = readFileSync(file, 'utf8').split(old);
  assert.equal(parts.length, 2, `${file} has this text once:\n${old}`);
  writeFileSync(file, parts.join(content));
}

/** Runs a command, and returns it with what it printed; with what the page shows, if that is the same. */
function run(folder, step) {
  const end = step.indexOf('\n') + 1;
  const [command, shown] = [step.slice(2, end), step.slice(end)];
  const { stdout } = spawnSync('sh', ['-c', `{ ${command}\n} 2>&1`], {
    cwd: folder,
    env: { PATH, HOME: folder, LANG: 'C' },
    encoding: 'utf8',
  });
  return `$ ${command}${matches(shown, stdout) ? shown : stdout}`;
}

function matches(shown, printed) {
  const [start, ...rest] = shown.split('…\n');
  if (rest.length === 0) return shown === printed;
  const end = rest.pop();
  if (printed.length < start.length + end.length || !printed.startsWith(start) || !printed.endsWith(end)) return false;
  let at = start.length;
  for (const part of rest) {
    const found = printed.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= printed.length - end.length;
}
