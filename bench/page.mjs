// Writes docs/benchmarks.md, the whole of it, from the results of one run.
//
//   node bench/page.mjs SIZES      SIZES is what `claimsmith bundle --format json` prints

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { RESULTS, table, times } from './table.mjs';

const PAGE = new URL('../docs/benchmarks.md', import.meta.url);
const MAX_ENGINE_AND_SHIM = 64_000;

const [cold, login, blocks, validate, native] = ['cold', 'login', 'blocks', 'validate', 'native'].map((name) =>
  JSON.parse(readFileSync(new URL(`${name}.json`, RESULTS), 'utf8')),
);
const { sizes } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const figures = { ...cold.figures, ...login.figures, ...blocks.figures, ...native.figures };

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ' ');
const show = ({ heads, rows }) => table(heads, rows);

function machine() {
  const [{ model }] = cpus();
  return table(
    ['', ''],
    [
      ['processor', `${model.trim()}, ${cpus().length} cores`],
      ['Node', process.version],
      ['date', new Date().toISOString().slice(0, 10)],
    ],
  );
}

function budgets() {
  const atLeast = (name, ratio, limit) => [
    name,
    `at least ${limit} x`,
    ratio === undefined ? 'not measured' : times(ratio),
    ratio === undefined ? '' : ratio >= limit ? 'yes' : 'no',
  ];
  const atMost = (name, figure, limit, unit) => [
    name,
    `at most ${limit} ${unit} more`,
    `${figure.toFixed(2)} ${unit}`,
    figure <= limit ? 'yes' : 'no',
  ];
  const embedded = sizes.engine.embedded + sizes.shim.embedded;
  const byRegExp = { 5: 2, 50: 3, 200: 4 };
  return table(
    ['budget', 'limit', 'measured', 'met'],
    [
      ...Object.entries(byRegExp).map(([groups, limit]) =>
        atLeast(`login of ${groups} groups, Map + RegExp to claimsmith`, figures[`map-and-regexp-${groups}`], limit),
      ),
      [
        'cold start, to decompress + compile',
        'at most 1.6 x',
        times(figures['cold-start']),
        figures['cold-start'] <= 1.6 ? 'yes' : 'no',
      ],
      atMost('login of 50 groups with a known block, to the embedded mapping', figures['block-known-50'], 30, 'µs'),
      atMost('first login with a block, to the embedded mapping', figures['block-first'], 2, 'ms'),
      [
        'engine + shim in the Action, bytes',
        `at most ${grouped(MAX_ENGINE_AND_SHIM)}`,
        grouped(embedded),
        embedded <= MAX_ENGINE_AND_SHIM ? 'yes' : 'no',
      ],
      atLeast('natively, 50 x 40, to an older command', figures['native-50x40'], 0.6),
    ],
  );
}

function size() {
  const { engine, mapping, shim, total, limit } = sizes;
  const bytes = (number) => (number === undefined || number === null ? '' : grouped(number));
  const row = (name, part) => [name, bytes(part.raw), bytes(part.compressed), bytes(part.embedded)];
  return table(
    ['bytes', 'raw', 'compressed', 'in the Action'],
    [
      row('engine', engine),
      row('mapping', mapping),
      row('shim', shim),
      ['total', '', '', bytes(total)],
      ['limit', '', '', bytes(limit)],
    ],
  );
}

const page = `# Benchmarks

\`./build.sh bench\` writes this page.
All figures are of one run, on one machine:

${machine()}

On a shared machine, times vary by half from hour to hour.
So compare the ratios: the sides of a table take turns in one run.

"50 x 40" is a platform of 50 organizations with 40 rules each, 28 with an exact name and 12 with a glob.
\`bench/generate.mjs\` makes it, always the same; names look like those of directories and have 15 to 40 characters.
About half of the groups of a login match a rule.

## Budgets

A change that misses a limit has to say why.
The size is a test as well, in \`./build.sh test\`; times are not, because they depend on the machine.

${budgets()}

An older command is measured if its path is in \`CLAIMSMITH_BASELINE\`:

\`\`\`sh
CLAIMSMITH_BASELINE=path/to/claimsmith ./build.sh bench
\`\`\`

## Size of an Action

\`claimsmith bundle target/bench/50x40\`, compared with the 100 000 bytes that Auth0 allows.

${size()}

Engine and mapping are compressed with Brotli and embedded as base64.

## Cold start

\`node bench/cold.mjs\`: how long the first login of an Action's instance waits, in milliseconds of processor time, with the mappings of 50 x 40.
It is compared with the part that any engine in WebAssembly needs: to decompress engine and mappings, and to compile the engine.
Each figure is the median of 31 processes.

${show(cold.tables['cold start'])}

V8 compiles a function when it is first called, so in the first row "compile" is little more than a check of the module.
In the second row everything is compiled at once.

## Time of a login

\`node bench/login.mjs\`, in microseconds, with the mappings of 50 x 40.
Measured is what an Action does with an event that it has: to read the groups and to find the target groups, sorted.
The other sides are what one would otherwise write by hand (\`bench/sides.mjs\`), and a floor that only looks up each group in a \`Map\`.
Before it measures, the bench checks that all sides give the same groups.

Each login is an event that was parsed from JSON for this one call, as an event at a real login is new.
V8 keeps the hash of a string that was once looked up in a \`Map\`, so logging in with the same objects again would favor each side that uses one.
Parsing is not in the time.

${show(login.tables.sides)}

Ratios are to claimsmith: a ratio of 4 is a side that takes four times as long.

### Other parts of the language

The same, with two mappings of one organization, compared with JavaScript written by hand for this one mapping (\`bench/languages.mjs\`).

${show(login.tables.languages)}

The code written by hand reads only distinguished names without escapes, and V8 compiles a regular expression to machine code.
The engine reads all names of RFC 4514, and its time is linear in the length of a name, whatever the expression.

### Growth

How the time of a login grows with organizations and with rules, with 5 000 different logins; (a) is Map + RegExp.
Ratios are to the first column.

${show(login.tables.growth)}

When all 5 000 organizations log in, the data of each is outside the processor's nearest cache.
When the same 50 log in, the other 4 950 cost nothing.

## Blocks

\`node bench/blocks.mjs\`: logins of customers whose mappings travel as [blocks](blocks.md), compared with the same mappings in the Action, 50 x 40.
Both sides take turns in one process.

In microseconds, if the block is known because the customer has logged in before:

${show(blocks.tables.known)}

In milliseconds, for the first login of a customer in an instance of the Action, where others have logged in before:

${show(blocks.tables.first)}

The block is verified, inflated and loaded; each figure is the median of 320 logins.

How many of the 20 values a block may take the mappings of 50 customers need, with names of groups that were made at random:

${show(blocks.tables.values)}

Names that have more in common take less.

## Checking mappings

\`claimsmith validate\` with 5 000 organizations of 40 rules, compared with only parsing the files with the npm package \`yaml\`: \`node bench/validate.mjs\`.
Each figure is the median of 3 runs.

${show(validate.tables.validate)}

## Logins in the command

\`claimsmith evaluate --jsonl\` with 20 000 logins of 20 groups: \`node bench/native.mjs\`.
The rate is of the evaluation alone, without reading JSON, on one core, and the median of 7 runs.

${show(native.tables.rates)}

More of the logins match with the mappings of 50 x 40.
`;

writeFileSync(PAGE, page);
