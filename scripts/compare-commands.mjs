#!/usr/bin/env node
/**
 * Runs two claimsmith commands with the same arguments, and compares output, errors, exit codes and written files byte
 * by byte: mappings/, every file of tests/cases/, events, wrong arguments, and files to format.
 *
 *     node scripts/compare-commands.mjs COMMAND COMMAND
 */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const commands = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), 'claimsmith-compare-'));
const counts = { runs: 0, bytes: 0, files: 0, different: 0 };

const cases = readdirSync(join(ROOT, 'tests/cases')).map((name) => `tests/cases/${name}`);
const events = readdirSync(join(ROOT, 'js-shim/test/events')).map((name) => `js-shim/test/events/${name}`);
for (const path of ['mappings', ...cases]) {
  compare(['validate', path]);
  compare(['validate', path, '--format', 'json']);
  compare(['test', path]);
  compare(['test', path, '--format', 'json']);
  compare(['fmt', '--check', path]);
}
for (const event of events) {
  compare(['explain', '--event', event, '--now', '2026-11-01T00:00:00Z']);
  compare(['evaluate', '--event', event, '--now', '2026-11-01T00:00:00Z']);
}
compare(['explain', '--event', '-', '--now', '2026-11-01T00:00:00Z'], { input: readFileSync(join(ROOT, events[0])) });
for (const line of [
  '--version',
  '--help',
  'help',
  'help invalid-value',
  'schema whole',
  'completions zsh',
  'explain',
]) {
  compare(line.split(' '));
}
for (const line of ['validate nowhere', 'validate README.md', 'fmt --check .', 'validate --format sarif', 'deploy']) {
  compare(line.split(' '));
}
// From another folder, by paths that lead up or begin at the root.
compare(['validate', '../../mappings'], { cwd: join(ROOT, 'tests/cases') });
compare(['validate', join(ROOT, 'mappings')]);
compareFiles(['bundle', 'mappings', '--out', 'dist'], 'mappings');
compareFiles(['fmt', 'tests/fixtures'], 'tests/fixtures');
compareFiles(['schema', '--out', 'a/b'], 'mappings');
compareLinks();
rmSync(work, { recursive: true });

console.log(
  `   ${counts.runs} runs and ${counts.files} written files compared, ${counts.bytes} bytes: ${counts.different} differ`,
);
if (counts.different > 0 || counts.runs === 0) process.exit(1);

/** Compares one run of each command. */
function compare(args, { cwd = [ROOT, ROOT], input } = {}) {
  const folders = typeof cwd === 'string' ? [cwd, cwd] : cwd;
  const [first, second] = commands.map((command, at) => run(command, args, folders[at], input));
  counts.runs += 1;
  counts.bytes += first.length;
  if (!first.equals(second)) report(`claimsmith ${args.join(' ')}`, first, second);
}

function run(command, args, cwd, input = '') {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, input, maxBuffer: 1 << 28 });
  if (error) throw error;
  return Buffer.concat([Buffer.from(`exit code ${status}\n`), stdout, Buffer.from('\nstandard error:\n'), stderr]);
}

/** Runs each command on its own copy of a folder, and compares the files that are there then. */
function compareFiles(args, path) {
  const folders = commands.map((_, at) => join(work, `${at}`));
  for (const folder of folders) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  compare(args, { cwd: folders });
  const [first, second] = folders.map((folder) => readdirSync(folder, { recursive: true }).sort());
  if (first.join('\n') !== second.join('\n'))
    report(`${args.join(' ')}: files`, Buffer.from(first.join('\n')), Buffer.from(second.join('\n')));
  for (const name of first.filter((it) => second.includes(it) && statSync(join(folders[0], it)).isFile())) {
    const [one, other] = folders.map((folder) => readFileSync(join(folder, name)));
    counts.files += 1;
    counts.bytes += one.length;
    if (!one.equals(other)) report(`${args.join(' ')}: ${name}`, one, other);
  }
  for (const folder of folders) rmSync(folder, { recursive: true });
}

/** Links in a folder, links out of it, and links that lead nowhere: what is read, and what is not written. */
function compareLinks() {
  const folder = join(work, 'links');
  cpSync(join(ROOT, 'mappings'), join(folder, 'mappings'), { recursive: true });
  const [first] = readdirSync(join(folder, 'mappings/templates'));
  for (const [target, name] of [
    [`templates/${first}`, 'inside.yaml'],
    ['../outside.yaml', 'outside.yaml'],
    [join(ROOT, 'tests/cases/glob.yaml'), 'absolute.yaml'],
    ['nowhere.yaml', 'dangling.yaml'],
    ['organizations', 'folder'],
  ]) {
    symlinkSync(target, join(folder, 'mappings', name));
  }
  cpSync(join(ROOT, 'tests/cases/glob.yaml'), join(folder, 'outside.yaml'));
  symlinkSync('mappings', join(folder, 'maps'));
  for (const args of [
    ['validate', 'mappings'],
    ['validate', 'maps'],
    ['fmt', 'mappings/inside.yaml'],
    ['fmt', 'mappings'],
    ['schema', '--out', 'maps'],
    ['schema', '--out', 'mappings/folder/new'],
    ['bundle', '../links/outside.yaml', '--bundle-only', 'mappings/dangling.yaml'],
  ]) {
    compare(args, { cwd: folder });
  }
  rmSync(folder, { recursive: true });
}

function report(what, first, second) {
  counts.different += 1;
  const at = first.findIndex((byte, index) => byte !== second[index]);
  const around = (buffer) => JSON.stringify(buffer.subarray(Math.max(0, at - 60), at + 100).toString());
  console.log(`   ${what}\n      ${around(first)}\n      ${around(second)}`);
}
