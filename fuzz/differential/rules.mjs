/** Random rules: patterns, conditions, grants. */

import { APPLICATIONS, CONNECTIONS, DEPARTMENTS, DOMAINS, NAMES, STRATEGIES, TARGETS, TIERS } from './words.mjs';

const GLOBS = [
  'GG-*',
  '*-VIEW',
  'GG-*-VIEW',
  '?ng',
  'e*',
  '*s',
  '[eo]*',
  '{eng,ops}',
  '{GG,adm}*',
  '*[!a-z]',
  'K?ln',
  '*,*',
  'a*b',
  '[*]x',
  'x*',
];
const CAPTURING = [
  'GG-${team}-VIEW',
  'adm_${team}',
  '{GG,GG-x}-${team}',
  '*-${team}-VIEW',
  '${team}-x',
  '${team}/core',
  '${team}@*',
];
const REGEXES = [
  'GG-.+',
  '[a-z]+',
  'eng|ops',
  'GG-[a-z]{3}-VIEW',
  '\\d+',
  'K(\u00f6|o\u0308)ln',
  '.{2}',
  'a.b',
  '(eng|ops)+',
  '-?\\d{1,4}',
];
const CAPTURING_REGEXES = ['GG-(?<team>[^-]+)-VIEW', 'adm_(?<team>.+)', '(?<team>eng|ops)', 'GG-(?<team>.+?)(-VIEW)?'];
/** Globs of target groups; each matches one that is not protected. */
const TARGET_GLOBS = ['*', '*-viewers', 'eng*', '?ps', '{eng,ops}-[!v]*', 'k[!a]ln', '*,*'];

const GRANTS = [
  '${team}-viewers',
  '${team:lower}-viewers',
  '${team}',
  '${team:lower}',
  '${team:upper}-viewers',
  '${team}-admins',
];
const ATTRIBUTES = [
  '/department',
  '/roles/0',
  '/roles/01',
  '/level',
  '/roles',
  '/app_metadata/plan',
  '/a~1b/c',
  '/email',
  '/nothing',
];
const SCALARS = [...DEPARTMENTS, 0, 1, 5, -1, 0.1, 4.35, 1001, true, false, 'eng', 'ops', 'a\u0000b'.slice(0, 1)];

/** @typedef {import('./random.mjs').Random} Random */

/**
 * @param {Random} random
 * @param {{ partial: boolean, ids: string[] }} scope whether partial input is used, and the names of aliases
 * @returns {object} a set of patterns
 */
function patterns(random, { ids }) {
  const set = {};
  const names = [...NAMES, ...ids];
  random.weighted(
    [6, () => (set.exact = random.some(names, 1, 4))],
    [3, () => (set.glob = random.some(GLOBS, 1, 2))],
    [2, () => (set.regex = random.some(REGEXES, 1, 2))],
    [
      2,
      () =>
        Object.assign(set, {
          exact: random.some(names, 1, 2),
          glob: random.some(GLOBS, 1, 2),
          regex: random.some(REGEXES, 0, 1),
        }),
    ],
  );
  if (random.chance(0.25) && !set.regex) set['ignore-case'] = true;
  return set;
}

/** @param {Random} random @param {object} scope */
function match(random, scope) {
  if (random.chance(0.7)) return patterns(random, scope);
  const sets = () => random.some([0, 0, 0], 1, 2).map(() => patterns(random, scope));
  const found = {};
  if (random.chance(0.5)) found.any = sets();
  if (random.chance(0.5) || !found.any) found.all = sets();
  if (random.chance(0.5) && !scope.partial) found.none = sets();
  return found;
}

const TEXT_TESTS = {
  glob: ['F*', '*n*', '?', 'eng', '{ops,K*}'],
  regex: ['[A-Z].+', 'eng|ops', '.', '\\d+'],
  'starts-with': ['F', 'K', 'e', '*'],
  'ends-with': ['e', 'n', '.example', 's'],
  'contains-text': ['n', 'in', '&', '@'],
};

/** @param {Random} random @param {boolean} entries whether it is a test of the entries of a list @returns {object} */
function textTest(random, entries) {
  const key = random.pick(Object.keys(TEXT_TESTS));
  const ignoring = key !== 'regex' && random.chance(0.4);
  const tested = { [key]: random.some(TEXT_TESTS[key], 1, 2) };
  return { ...(entries ? { contains: tested } : tested), ...(ignoring && { 'ignore-case': true }) };
}

/** @param {Random} random @returns {object} an entry of `user` */
function test(random) {
  const attribute = random.pick(ATTRIBUTES);
  const number = () => random.pick([-1, 0, 0.1, 1, 4.35, 5, 1001]);
  return random.weighted(
    [3, () => ({ attribute, equals: random.some(SCALARS, 1, 3) })],
    [3, () => ({ attribute, contains: random.some(SCALARS, 1, 3) })],
    [1, () => ({ attribute, exists: random.chance(0.5) })],
    [
      2,
      () => ({
        attribute,
        [random.pick(['at-least', 'at-most', 'above', 'below'])]: number(),
        ...(random.chance(0.4) && { 'as-number': true }),
      }),
    ],
    [2, () => ({ attribute, ...textTest(random, false) })],
    [2, () => ({ attribute, ...textTest(random, true) })],
  );
}

/**
 * @param {Random} random
 * @param {string[]} connections
 * @param {number} [depth]
 * @returns {object} a condition
 */
function condition(random, connections, depth = 0) {
  const metadata = () => ({ [random.pick(['tier', 'a/b', '__proto__'].slice(0, 2))]: random.some(TIERS, 1, 2) });
  const inner = () => condition(random, connections, depth + 1);
  const keys = [
    [3, () => ({ user: random.chance(0.7) ? test(random) : [test(random), test(random)] })],
    [3, () => ({ 'email-domain': random.some(DOMAINS, 1, 2) })],
    [2, () => ({ 'organization-metadata': metadata() })],
    [1, () => ({ 'connection-metadata': metadata() })],
    [1, () => ({ 'client-metadata': metadata() })],
    [1, () => ({ application: random.some(APPLICATIONS.slice(0, 2), 1, 1) })],
    [1, () => ({ connection: random.some(connections, 1, 1) })],
    ...(depth < 2
      ? [
          [2, () => ({ not: inner() })],
          [2, () => ({ any: [inner(), inner()] })],
        ]
      : []),
  ];
  const found = random.weighted(...keys);
  if (random.chance(0.2)) Object.assign(found, random.weighted(...keys));
  if (random.chance(0.15)) found['if-unknown'] = false;
  return found;
}

/**
 * @param {Random} random
 * @param {number} at its position
 * @param {{ partial: boolean, ids: string[], connections: string[], protected: string[] }} scope
 * @returns {object} a rule
 */
export function rule(random, at, scope) {
  const found = { id: `rule-${at}` };
  if (random.chance(0.35)) found.when = condition(random, scope.connections);
  const capturing = random.chance(0.2);
  if (capturing) {
    found.match = random.chance(0.6) ? { glob: random.pick(CAPTURING) } : { regex: random.pick(CAPTURING_REGEXES) };
    if (random.chance(0.15) && found.match.glob) found.match['ignore-case'] = true;
    found.grant = random.pick(GRANTS);
  } else {
    if (random.chance(0.12)) found.everyone = true;
    else found.match = match(random, scope);
    // Where partial input is used, conditions on missing groups are not allowed.
    if (random.chance(0.2) && (!scope.partial || found.everyone)) found.exclude = random.some(TARGETS, 1, 2);
    else
      found.grant = random.some(
        TARGETS.filter((group) => !scope.protected.includes(group)),
        1,
        2,
      );
    const key = found.exclude ? 'exclude' : 'grant';
    if (random.chance(0.2)) found[key].push({ glob: random.some(TARGET_GLOBS, 1, 2) });
  }
  if (random.chance(0.12))
    found.expires = random.pick(['2025-01-01', '2026-06-01T12:00:00Z', '2026-06-01T12:00:00+02:00', '2040-01-01']);
  return found;
}
