// Time per login, all sides in one process, and how it grows.

import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { hash } from '../js-shim/src/digest.js';
import { Engine } from '../js-shim/src/engine.js';
import { logins, platform } from './generate.mjs';
import { mixed, regex } from './languages.mjs';
import { agree, measure } from './measure.mjs';
import { floor, mapAndPicomatch, mapAndRegExp, minimatchByRule } from './sides.mjs';
import { report, times } from './table.mjs';

const NOW = 1_800_000_000;
const GROUPS = [5, 50, 200];

const base64 = (path) => brotliCompressSync(readFileSync(path)).toString('base64');

/** The engine with a bundle: a function from an event to target groups. */
function claimsmith(bundle) {
  const texts = [base64('target/engine/engine.wasm'), base64(`target/bench/${bundle}.csmb`)];
  const engine = new Engine(...texts, hash(texts.join(' ')));
  return (event) => engine.evaluate(event, NOW).groups;
}

const texts = (events) => events.map((event) => JSON.stringify(event));
const microseconds = (time) => time.toFixed(2);

const small = platform(50, 40);
const figures = {};

function compareSides() {
  const names = [
    'claimsmith',
    '(a) Map + RegExp',
    '(b) Map + picomatch',
    '(c) minimatch by rule',
    '(d) floor: Map.has',
  ];
  const runs = [claimsmith('50x40'), mapAndRegExp(small), mapAndPicomatch(small), minimatchByRule(small), floor(small)];
  const rows = names.map((name) => [name]);
  for (const groups of GROUPS) {
    const sample = texts(logins(small, 500, groups));
    // All but the floor, which only counts.
    agree(runs.slice(0, 4), sample);
    const measured = measure(runs.map((run) => ({ run, texts: sample })));
    const [ours, byRegExp] = measured;
    figures[`map-and-regexp-${groups}`] = byRegExp / ours;
    measured.forEach((time, at) => rows[at].push(microseconds(time), at === 0 ? '' : times(time / ours)));
  }
  return { heads: ['side', ...GROUPS.flatMap((groups) => [`${groups} groups`, 'ratio'])], rows };
}

/** Other parts of the language: each mapping is compared with the same written by hand. */
function compareLanguages() {
  const rows = [mixed, regex].map((mapping) => {
    const runs = [claimsmith(mapping.name), mapping.byHand()];
    const cells = GROUPS.flatMap((groups) => {
      const sample = texts(mapping.logins(500, groups));
      agree(runs, sample);
      const [ours, byHand] = measure(runs.map((run) => ({ run, texts: sample })));
      return [microseconds(ours), microseconds(byHand), times(byHand / ours)];
    });
    return [mapping.title, ...cells];
  });
  return { heads: ['mapping', ...GROUPS.flatMap((groups) => [`${groups} groups`, 'by hand', 'ratio'])], rows };
}

/**
 * With organizations that the platform has, with organizations that log in, and with rules. The number of different
 * logins is the same everywhere, so that only the bundle differs; the first customers of every platform are the same.
 */
function compareSizes() {
  const wide = platform(5000, 40);
  const deep = platform(1, 4000);
  const ours = ['50x40', '5000x40', '5000x40', '1x4000'].map(claimsmith);
  const byRegExp = [mapAndRegExp(small), mapAndRegExp(wide), mapAndRegExp(wide), mapAndRegExp(deep)];
  const rows = [];
  for (const groups of GROUPS) {
    const [few, many, one] = [small, wide, deep].map((of) => texts(logins(of, 5000, groups)));
    const samples = [few, few, many, one];
    const sides = [ours, byRegExp].flatMap((runs) => runs.map((run, at) => ({ run, texts: samples[at] })));
    const measured = measure(sides);
    for (const [name, [base, ...grown]] of [
      ['claimsmith', measured.slice(0, 4)],
      ['(a)', measured.slice(4)],
    ]) {
      const cells = grown.map((time) => `${microseconds(time)} (${times(time / base)})`);
      rows.push([`${groups} groups, ${name}`, microseconds(base), ...cells]);
    }
  }
  const heads = [
    '50 organizations x 40 rules',
    '5 000 x 40, the same 50 log in',
    '5 000 x 40, all log in',
    '1 x 4 000',
  ];
  return { heads: ['side', ...heads], rows };
}

report('login', {
  tables: { sides: compareSides(), languages: compareLanguages(), growth: compareSizes() },
  figures,
});
