// How long it takes to check many mapping files, compared with only parsing them.
//
//   node bench/validate.mjs COMMAND FOLDER      reports medians
//   node bench/validate.mjs parse FOLDER        parses every file, for the above

import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { median, report, times } from './table.mjs';

const RUNS = 3;
const [command, folder] = process.argv.slice(2);

if (command === 'parse') {
  const { parse } = createRequire(new URL('../js-shim/package.json', import.meta.url))('yaml');
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.yaml'));
  for (const file of files) parse(readFileSync(`${folder}/${file}`, 'utf8'));
} else {
  const sides = [
    ['claimsmith validate', command, ['validate', folder]],
    ['yaml.parse alone, JavaScript', process.execPath, [fileURLToPath(import.meta.url), 'parse', folder]],
  ];
  const runs = sides.map(() => []);
  for (let run = 0; run < RUNS; run++) sides.forEach(([, ...side], at) => runs[at].push(measure(...side)));
  const seconds = runs.map((side) => median(side.map((it) => it.seconds)));
  const rows = sides.map(([name], at) => [
    name,
    seconds[at].toFixed(2),
    median(runs[at].map((it) => it.megabytes)).toFixed(0),
    times(seconds[at] / seconds[0]),
  ]);
  report('validate', { tables: { validate: { heads: ['side', 'seconds', 'megabytes', 'ratio'], rows } } });
}

/** The time and the memory of a process, as GNU time prints them. */
function measure(program, options) {
  const time = spawnSync('/usr/bin/time', ['-f', '%e %M', program, ...options], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (time.status !== 0) throw new Error(`${program} fails: ${time.stderr}`);
  const [seconds, kilobytes] = time.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { seconds, megabytes: kilobytes / 1024 };
}
