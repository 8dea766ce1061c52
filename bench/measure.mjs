// Measures functions that take an event, each with events that were parsed from JSON for this one call.
//
// At a real login V8 has not seen the strings of the event before. A string that was a key of a `Map` once keeps its
// hash, so measuring the same event objects again and again would make every side that uses a `Map` look faster than
// it is. Parsing is not a part of the time: Auth0 does it before an Action runs.

import { median } from './table.mjs';

const ROUNDS = 15;
/** The first rounds are not counted: V8 compiles during them. */
const WARM_UP_ROUNDS = 2;
/** How long one side runs in each round. The machines are shared, so there are many short rounds and a median. */
const MILLISECONDS = 60;
/** Logins between two looks at the clock: enough for its cost not to count, few enough to be in the cache. */
const BATCH = 10;

/**
 * @typedef {object} Side
 * @property {(event: any) => unknown} run
 * @property {string[]} texts of the events, as JSON
 */

/**
 * Microseconds per login of each side. They take turns, so that a slow moment of the machine affects all of them.
 *
 * @param {Side[]} sides
 * @returns {number[]}
 */
export function measure(sides) {
  const runs = sides.map((side) => ({ ...side, next: 0, times: [] }));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    for (const run of runs) {
      const time = measureRound(run);
      if (round >= WARM_UP_ROUNDS) run.times.push(time);
    }
  }
  return runs.map((run) => median(run.times));
}

function measureRound(run) {
  let nanoseconds = 0;
  let count = 0;
  while (nanoseconds < MILLISECONDS * 1e6) {
    const events = Array.from({ length: BATCH }, () => {
      const text = run.texts[run.next];
      run.next = (run.next + 1) % run.texts.length;
      return JSON.parse(text);
    });
    const started = process.hrtime.bigint();
    for (const event of events) run.run(event);
    nanoseconds += Number(process.hrtime.bigint() - started);
    count += BATCH;
  }
  return nanoseconds / 1000 / count;
}

/** Throws unless all sides give the same for every event. */
export function agree(runs, texts) {
  for (const text of texts) {
    const [first, ...others] = runs.map((run) => JSON.stringify(run(JSON.parse(text))));
    for (const other of others) {
      if (other !== first) throw new Error(`the sides differ: ${first} and ${other} for ${text}`);
    }
  }
}
