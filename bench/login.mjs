// Time per login, all sides in one process, and how it grows. Prints medians in microseconds, and ratios.

import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { Engine } from '../js-shim/src/engine.js';
import { logins, platform } from './generate.mjs';
import { floor, mapAndPicomatch, mapAndRegExp, minimatchByRule } from './sides.mjs';
import { median, table } from './table.mjs';

const ROUNDS = 15;
/** How long one measurement runs; the machines are shared, so many short ones and a median. */
const MILLISECONDS = 60;

const base64 = (path) => brotliCompressSync(readFileSync(path)).toString('base64');
const engine = (bundle) => new Engine(base64('target/engine/engine.wasm'), base64(`target/bench/${bundle}.csmb`));

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
const claimsmith = (event) => instance.evaluate(event).groups;
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

// As many different logins on both sides, so that only the bundle differs.
const wide = platform(5000, 40);
const deep = platform(1, 4000);
const growth = [];
for (const groups of [5, 50, 200]) {
  const sample = (of) => JSON.parse(JSON.stringify(logins(of, 5000, groups)));
  const [few, many, one] = [sample(small), sample(wide), sample(deep)];
  const engines = [engine('50x40'), engine('5000x40'), engine('1x4000')];
  const hand = [mapAndRegExp(small), mapAndRegExp(wide), mapAndRegExp(deep)];
  const run = (side, events) => {
    let next = 0;
    return () => {
      side(events[next]);
      next = next + 1 < events.length ? next + 1 : 0;
    };
  };
  const once = [0];
  const evaluators = engines.map((it) => (event) => it.evaluate(event));
  const pairs = [[few, 0], [many, 1], [one, 2]];
  const runners = [
    ...pairs.map(([events, at]) => batch(run(evaluators[at], events))),
    ...pairs.map(([events, at]) => batch(run(hand[at], events))),
  ];
  const [ours, ourWide, ourDeep, theirs, theirWide, theirDeep] = measure(runners, once).map((time) => time / 100);
  const ratio = (grown, base) => `${grown.toFixed(2)} (${(grown / base).toFixed(2)} x)`;
  growth.push([`${groups} groups, claimsmith`, ours.toFixed(2), ratio(ourWide, ours), ratio(ourDeep, ours)]);
  growth.push([`${groups} groups, (a)`, theirs.toFixed(2), ratio(theirWide, theirs), ratio(theirDeep, theirs)]);
}
console.log('\nGrowth: microseconds per login, 5 000 different logins; ratio to the first column\n');
console.log(table(['side', '50 x 40', '5 000 organizations x 40', '1 organization x 4 000 rules'], growth));

/** A hundred logins a call, so that the clock is read rarely. */
function batch(login) {
  return () => {
    for (let at = 0; at < 100; at++) login();
  };
}
