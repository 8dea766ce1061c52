/**
 * Random platforms and random logins, through the built Action and through `claimsmith evaluate`: both have to give the
 * same for everything that an identity provider can send.
 *
 *     node fuzz/differential.mjs [--seed N] [--seconds S] [--events N]
 *
 * A platform and its events are made from one number, so a run can be repeated with its seed. A login that differs is
 * made smaller and kept in `target/fuzz/artifacts/differential/`.
 */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { event } from './differential/event.mjs';
import { Hosts } from './differential/hosts.mjs';
import { write } from './differential/json.mjs';
import { platform } from './differential/platform.mjs';
import { createRandom } from './differential/random.mjs';
import { shrink } from './differential/shrink.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const COMMAND = path.join(ROOT, 'target/release/claimsmith');
const FOLDER = path.join(ROOT, 'target/fuzz/differential');
const ARTIFACTS = path.join(ROOT, 'target/fuzz/artifacts/differential');
const SHRINK_MILLISECONDS = 60_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '60' },
    events: { type: 'string', default: '300' },
  },
});
const [seed, seconds, count] = [values.seed, values.seconds, values.events].map(Number);
if (![seed, seconds, count].every((number) => Number.isInteger(number) && number >= 0))
  quit('--seed, --seconds and --events are whole numbers');
if (!existsSync(COMMAND)) quit(`${COMMAND} is missing: run ./build.sh first`);

const hosts = new Hosts(COMMAND, FOLDER);
const end = Date.now() + seconds * 1_000;
const tally = { platforms: 0, refused: new Map(), logins: 0, reasons: new Map() };
let failed = false;

for (let at = seed; at === seed || (Date.now() < end && !failed); at++) {
  const random = createRandom(at);
  const mapping = platform(random);
  const events = Array.from({ length: count }, () => event(random));
  const { refused, differences, reasons } = await hosts.run(mapping, events.map(write));
  tally.platforms++;
  if (refused !== undefined)
    for (const code of new Set(refused.match(/(?<=^error\[)[a-z-]+/gm) ?? ['other'])) add(tally.refused, code);
  tally.logins += reasons.length;
  for (const reason of reasons) add(tally.reasons, reason);
  if (differences.length > 0) {
    failed = true;
    await report(at, mapping, events[differences[0].at], differences);
  }
}

const list = (counts) =>
  [...counts]
    .sort(([, left], [, right]) => right - left)
    .map(([what, times]) => `${what} ${times}`)
    .join(', ');
console.log(
  `seeds from ${seed}: ${tally.platforms} platforms, ${tally.logins} logins in both hosts, ${failed ? 'one or more differ' : 'no difference'}`,
);
console.log(`outcomes and reasons: ${list(tally.reasons)}`);
if (tally.refused.size > 0) console.log(`platforms that the compiler refuses, by code: ${list(tally.refused)}`);
process.exitCode = failed ? 1 : 0;

/** Makes a difference smaller, keeps it, and prints how to run it again. */
async function report(at, mapping, login, differences) {
  const found = await shrink(hosts, mapping, login, Date.now() + SHRINK_MILLISECONDS);
  mkdirSync(ARTIFACTS, { recursive: true });
  const [file, eventFile] = ['yaml', 'json'].map((kind) => path.join(ARTIFACTS, `${at}.${kind}`));
  writeFileSync(file, `${JSON.stringify(found.platform, null, 1)}\n`);
  writeFileSync(eventFile, `${write(found.event)}\n`);
  console.log(
    `FAILED  seed ${at}: ${differences.length} of ${count} logins differ; the Action gives, for a smaller one:`,
  );
  for (const part of found.parts) console.log(`  ${part.length > 1_000 ? `${part.slice(0, 1_000)}…` : part}`);
  console.log(`  platform: ${file}\n  event:    ${eventFile}`);
  console.log(`  rerun: node fuzz/differential.mjs --seed ${at} --seconds 0 --events ${count}`);
  console.log(`  by hand: target/release/claimsmith explain --mappings ${file} --event ${eventFile}`);
}

function add(counts, what) {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function quit(message) {
  console.error(message);
  process.exit(2);
}
