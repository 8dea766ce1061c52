// What a mapping costs that travels in the metadata of an organization, compared with the same mapping in the Action:
// a login with a block that is known, and the first login with a block. Both sides take turns in one process.
// And how many values of the metadata a block takes.
//
//   node bench/blocks.mjs COMMAND

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { hash } from '../js-shim/src/digest.js';
import { Engine } from '../js-shim/src/engine.js';
import { logins, platform, write } from './generate.mjs';
import { agree, measure } from './measure.mjs';
import { median, report } from './table.mjs';

const FOLDER = 'target/bench/blocks';
const NOW = 1_800_000_000;
const GROUPS = [5, 50, 200];
const RULES = [40, 100, 200, 300];
/** How often each customer's block is signed anew, which makes it unknown to an engine that runs. */
const SIGNINGS = 8;
const [command] = process.argv.slice(2);

const claimsmith = (...args) => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const at = (name) => join(FOLDER, name);
const customers = platform(50, 40);
const ENGINE = base64('target/engine/engine.wasm');

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const [, line] = /public: (ssh-ed25519 \S+)/.exec(claimsmith('keys', 'new', 'bench', '--out', at('key')));
const TRAVELING = {
  tenants: { bench: { domain: 'bench.eu.auth0.com' } },
  blocks: { keys: { bench: { public: line } } },
};
write(at('mappings'), customers, TRAVELING);

const engines = Object.fromEntries(
  ['embedded', 'organizations'].map((packaging) => {
    claimsmith('bundle', at('mappings'), '--packaging', packaging, '--bundle-only', at(`${packaging}.csmb`));
    return [packaging, () => start(at(`${packaging}.csmb`))];
  }),
);
/** The metadata of each organization, for each time at which its block was signed. */
const metadata = Array.from({ length: SIGNINGS }, (_, signing) => {
  const time = new Date((NOW - 600 + signing) * 1000).toISOString();
  const out = at(`blocks-${signing}`);
  const signed = claimsmith('sign', at('mappings'), '--key', at('key'), '--at', time, '--out', out, '--format', 'json');
  const files = JSON.parse(signed).signed.map((it) => JSON.parse(readFileSync(it.file, 'utf8')));
  return new Map(files.map((it) => [it.organization_id, it.values]));
});

function base64(path) {
  return brotliCompressSync(readFileSync(path)).toString('base64');
}

/** An engine that has just started. */
function start(bundle) {
  const texts = [ENGINE, base64(bundle)];
  return new Engine(...texts, hash(texts.join(' ')));
}

/** The texts of logins, as Auth0 sends them with the metadata of their organizations. */
function textsOf(events, values) {
  return events.map((event) => {
    const { organization } = event;
    return JSON.stringify({ ...event, organization: { ...organization, metadata: values.get(organization.id) } });
  });
}

const run = (engine) => (event) => engine.evaluate(event, NOW).groups;
const figures = {};

/** Logins with blocks that are known: 50 customers, as many as an instance keeps. */
function known() {
  const rows = [];
  for (const groups of GROUPS) {
    const texts = textsOf(logins(customers, 500, groups), metadata[0]);
    const sides = [run(engines.embedded()), run(engines.organizations())];
    agree(sides, texts);
    const [embedded, traveling] = measure(sides.map((side) => ({ run: side, texts })));
    figures[`block-known-${groups}`] = traveling - embedded;
    rows.push([`${groups} groups`, ...[embedded, traveling, traveling - embedded].map((it) => it.toFixed(2))]);
  }
  return { heads: ['login', 'embedded', 'block', 'more'], rows };
}

/** The first login of each customer in an engine that has started, without the first customers: V8 compiles then. */
function first() {
  const events = logins(customers, 50, 50);
  const times = { embedded: [], organizations: [] };
  for (const values of metadata) {
    const texts = textsOf(events, values);
    for (const side of Object.keys(times)) {
      const engine = engines[side]();
      texts.forEach((text, customer) => {
        const event = JSON.parse(text);
        const started = process.hrtime.bigint();
        engine.evaluate(event, NOW);
        const time = Number(process.hrtime.bigint() - started) / 1e6;
        if (customer >= 10) times[side].push(time);
      });
    }
  }
  const [embedded, traveling] = [times.embedded, times.organizations].map(median);
  figures['block-first'] = traveling - embedded;
  const cells = [embedded, traveling, traveling - embedded].map((it) => it.toFixed(3));
  return { heads: ['login', 'embedded', 'block', 'more'], rows: [['first of a customer, 50 groups', ...cells]] };
}

/** How many values of 255 characters the blocks of 50 customers take, by the number of their rules. */
function values() {
  const rows = RULES.map((rules) => {
    const folder = at(`mappings-${rules}`);
    write(folder, platform(50, rules), TRAVELING);
    const out = at(`values-${rules}`);
    const signed = JSON.parse(claimsmith('sign', folder, '--key', at('key'), '--out', out, '--format', 'json')).signed;
    const counts = signed.map((it) => Object.keys(JSON.parse(readFileSync(it.file, 'utf8')).values).length);
    const cells = counts.length === 0 ? ['', '', ''] : [Math.min(...counts), median(counts), Math.max(...counts)];
    return [`${rules} rules`, ...cells.map(String), String(50 - counts.length)];
  });
  return { heads: ['mapping', 'fewest values', 'median', 'most', 'do not fit'], rows };
}

report('blocks', { tables: { known: known(), first: first(), values: values() }, figures });
