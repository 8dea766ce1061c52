// Cold start: how long the first login of an Action's instance waits, each time in a process of its own.
//
//   node bench/cold.mjs          reports medians in milliseconds, and the ratio
//   node bench/cold.mjs child    measures once, for the above

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { hash } from '../js-shim/src/digest.js';
import { median, report, times } from './table.mjs';

const RUNS = 31;

if (process.argv[2] === 'child') {
  const { Engine } = await import('../js-shim/src/engine.js');
  const [engine, bundle, digest] = JSON.parse(readFileSync(0, 'utf8'));
  warmUp(bundle);
  const whole = time(() => new Engine(engine, bundle, digest));
  process.stdout.write(JSON.stringify(whole));
} else if (process.argv[2] === 'child-floor') {
  const [engine, bundle] = JSON.parse(readFileSync(0, 'utf8'));
  warmUp(bundle);
  const floor = time(() => {
    brotliDecompressSync(Buffer.from(bundle, 'base64'));
    new WebAssembly.Module(brotliDecompressSync(Buffer.from(engine, 'base64')));
  });
  process.stdout.write(JSON.stringify(floor));
} else {
  const action = readFileSync('target/bench/50x40/action.js', 'utf8');
  // The two longest base64 texts of the Action: engine and bundle, whichever is longer.
  const texts = [...action.matchAll(/"([A-Za-z0-9+/=]{2000,})"/g)].map((match) => match[1]);
  const isEngine = (text) => brotliDecompressSync(Buffer.from(text, 'base64')).subarray(1, 4).toString() === 'asm';
  const [engine, bundle] = [texts.find(isEngine), texts.find((text) => !isEngine(text))];
  const input = JSON.stringify([engine, bundle, hash(engine + ' ' + bundle)]);
  const measure = (mode, flags) => {
    return Number(execFileSync(process.execPath, [...flags, fileURLToPath(import.meta.url), mode], { input }));
  };
  const rows = [];
  const figures = {};
  // V8 compiles a function when it is first called, so that "compile" alone is little more than a check of the
  // module, and part of the work comes later; in the second row everything is compiled at once.
  for (const [name, flags] of [
    ['as it is', []],
    ['compiled at once', ['--no-wasm-lazy-compilation']],
  ]) {
    const [floor, whole] = [[], []];
    for (let run = 0; run < RUNS; run++) {
      floor.push(measure('child-floor', flags));
      whole.push(measure('child', flags));
    }
    const ratio = median(whole) / median(floor);
    figures[flags.length === 0 ? 'cold-start' : 'cold-start-at-once'] = ratio;
    rows.push([name, median(floor).toFixed(2), median(whole).toFixed(2), times(ratio)]);
  }
  const whole = '… and instantiate, check the digests, decode the index';
  const heads = ['engine', 'decompress and compile', whole, 'ratio'];
  report('cold', { tables: { 'cold start': { heads, rows } }, figures });
}

/** A process's first use of brotli and of hashing is Node's own cold start, which every Action has. */
function warmUp(bundle) {
  createHash('sha256')
    .update(brotliDecompressSync(Buffer.from(bundle, 'base64')))
    .digest();
}

/** Milliseconds of processor time: in a new process there are too few calls to leave out the moments of other programs. */
function time(run) {
  const started = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}
