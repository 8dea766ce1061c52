// Time per login, all sides in one process, and how it grows. Prints medians in microseconds, and ratios.

import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { hash } from '../js-shim/src/digest.js';
import { Engine } from '../js-shim/src/engine.js';
import { logins, platform } from './generate.mjs';
import { mixed, regex } from './languages.mjs';
import { floor, mapAndPicomatch, mapAndRegExp, minimatchByRule } from './sides.mjs';
import { median, table } from './table.mjs';

const ROUNDS = 15;
const NOW = 1_800_000_000;
/** How long one measurement runs; the machines are shared, so many short ones and a median. */
const MILLISECONDS = 60;

const BATCH = 10;

const base64 = (path) => brotliCompressSync(readFileSync(path)).toString('base64');
const engine = (bundle) => {
  const texts = [base64('target/engine/engine.wasm'), base64(`target/bench/${bundle}.csmb`)];
  return new Engine(...texts, hash(texts.join(' ')));
};

/** Microseconds per login of each side, in turn, so that a slow moment of the machine meets them all. */
function measure(sides, events) {
  const times = sides.map(() => []);
  for (let round = 0; round < ROUNDS + 2; round++) {
    sides.forEach((side, at) => {
      const started = process.hrtime.bigint();
      const end = started + BigInt(MILLISECONDS) * 1_000_000n;
      let count = 0;
      let now = started;
      while (now < end) {
        for (const event of events) side(event);
        count += events.length;
        now = process.hrtime.bigint();
      }
      // The first rounds warm the compilers up.
      if (round >= 2) times[at].push(Number(now - started) / 1000 / count);
    });
  }
  return times.map(median);
}

const small = platform(50, 40);
const instance = engine('50x40');
const claimsmith = (event) => instance.evaluate(event, NOW).groups;
const names = ['claimsmith', '(a) Map + RegExp', '(b) Map + picomatch', '(c) minimatch by rule', '(d) floor: Map.has'];
const sides = [claimsmith, mapAndRegExp(small), mapAndPicomatch(small), minimatchByRule(small), floor(small)];

const rows = names.map((name) => [name]);
for (const groups of [5, 50, 200]) {
  const events = JSON.parse(JSON.stringify(logins(small, 500, groups)));
  // Every third target group is the catalog's as well, and all are Qlik's: the sides must agree.
  for (const event of events) {
    const expected = JSON.stringify(sides[1](event));
    for (const side of sides.slice(0, 4)) {
      if (JSON.stringify(side(event)) !== expected) throw new Error(`the sides differ: ${JSON.stringify(event)}`);
    }
  }
  const times = measure(sides, events);
  times.forEach((time, at) => rows[at].push(time.toFixed(2), at === 0 ? '' : `${(time / times[0]).toFixed(2)} x`));
}
console.log('Time per login, 50 organizations x 40 rules (28 exact, 12 globs), microseconds; ratio to claimsmith\n');
console.log(table(['side', '5 groups', 'ratio', '50 groups', 'ratio', '200 groups', 'ratio'], rows));

// More of the language: once per mapping, against the same by hand.
const languages = [];
for (const mapping of [mixed, regex]) {
  const started = engine(mapping.name);
  const both = [(event) => started.evaluate(event, NOW).groups, mapping.byHand()];
  const cells = [mapping.name];
  for (const groups of [5, 50, 200]) {
    const events = JSON.parse(JSON.stringify(mapping.logins(500, groups)));
    for (const event of events) {
      const [got, expected] = both.map((side) => JSON.stringify(side(event)));
      if (got !== expected) throw new Error(`the sides differ: ${got} and ${expected} for ${JSON.stringify(event)}`);
    }
    const [ours, byHand] = measure(both, events);
    cells.push(ours.toFixed(2), byHand.toFixed(2), `${(byHand / ours).toFixed(2)} x`);
  }
  languages.push(cells);
}
const columns = [5, 50, 200].flatMap((groups) => [`${groups} groups`, 'by hand', 'ratio']);
console.log(
  '\nTime per login of other mappings, microseconds, beside JavaScript written by hand: distinguished names,',
);
console.log('aliases, conditions, captures, exclusions and letter case; ten regular expressions\n');
console.log(table(['mapping', ...columns], languages));

// How it grows: with organizations that are there, with organizations that log in, with rules. As many different
// logins everywhere, so that only the bundle differs; the first customers of every platform are the same.
const wide = platform(5000, 40);
const deep = platform(1, 4000);
const growth = [];
for (const groups of [5, 50, 200]) {
  const sample = (of) => JSON.parse(JSON.stringify(logins(of, 5000, groups)));
  const [few, many, one] = [sample(small), sample(wide), sample(deep)];
  const engines = ['50x40', '5000x40', '5000x40', '1x4000'].map(engine).map((it) => (event) => it.evaluate(event, NOW));
  const regExps = [mapAndRegExp(small), mapAndRegExp(wide), mapAndRegExp(wide), mapAndRegExp(deep)];
  const events = [few, few, many, one];
  const runners = [...engines, ...regExps].map((side, at) => inTurn(side, events[at % events.length]));
  const times = measure(runners, [0]).map((time) => time / BATCH);
  [
    ['claimsmith', times.slice(0, 4)],
    ['(a)', times.slice(4)],
  ].forEach(([name, [base, ...grown]]) => {
    const cells = grown.map((time) => `${time.toFixed(2)} (${(time / base).toFixed(2)} x)`);
    growth.push([`${groups} groups, ${name}`, base.toFixed(2), ...cells]);
  });
}
const heads = [
  'side',
  '50 organizations x 40 rules',
  '5 000 x 40, the same 50 log in',
  '5 000 x 40, all log in',
  '1 x 4 000',
];
console.log('\nGrowth: microseconds per login, 5 000 different logins; ratio to the first column\n');
console.log(table(heads, growth));

/** Some logins a call, so that the clock is read rarely. */
function inTurn(side, events) {
  let next = 0;
  return () => {
    for (let count = 0; count < BATCH; count++) {
      side(events[next]);
      next = next + 1 < events.length ? next + 1 : 0;
    }
  };
}
