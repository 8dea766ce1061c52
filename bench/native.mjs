// Logins per second of the command, on one core. With the path of another `claimsmith`, such as one of an older
// version, the two take turns.
//
//   node bench/native.mjs COMMAND [BASELINE]

import { spawnSync } from 'node:child_process';
import { median, report, times } from './table.mjs';

const RUNS = 7;
const [command, baseline] = process.argv.slice(2);
const INPUTS = [
  [
    '50x40',
    '50 organizations x 40 rules',
    ['--mappings', 'target/bench/50x40', '--event', 'target/bench/events.jsonl'],
  ],
  ['sample', 'the sample mappings', ['--mappings', 'mappings', '--event', 'target/bench/sample-events.jsonl']],
];

const millions = (rate) => `${(rate / 1e6).toFixed(2)} million`;
const figures = {};
const rows = INPUTS.map(([key, name, input]) => {
  const commands = baseline ? [command, baseline] : [command];
  const rates = commands.map(() => []);
  for (let run = 0; run < RUNS; run++) commands.forEach((it, at) => rates[at].push(evaluate(it, input)));
  const [ours, theirs] = rates.map(median);
  if (baseline) figures[`native-${key}`] = ours / theirs;
  return [name, millions(ours), ...(baseline ? [millions(theirs), times(ours / theirs)] : [])];
});
const heads = ['mappings', 'logins per second and core', ...(baseline ? ['older command', 'ratio'] : [])];
report('native', { tables: { rates: { heads, rows } }, figures });

/** Logins per second: the command prints the rate of evaluation alone, without reading JSON. */
function evaluate(program, input) {
  const options = { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 1 << 26 };
  const { status, stderr, error } = spawnSync(program, ['evaluate', ...input, '--jsonl'], options);
  const rate = /([\d ]+) evaluated/.exec(stderr ?? '');
  if (status !== 0 || !rate) throw new Error(`${program} fails: ${error ?? stderr}`);
  return Number(rate[1].replaceAll(' ', ''));
}
