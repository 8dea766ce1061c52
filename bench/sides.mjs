// What a user would otherwise write by hand, and a floor: the least work that any side has to do.
//
// Each side takes a platform and returns a function from an event to the sorted groups of its application, as an Action
// would have to compute them.

import { createRequire } from 'node:module';

const require = createRequire(new URL('../js-shim/package.json', import.meta.url));
const picomatch = require('picomatch');
const { minimatch } = require('minimatch');

/** Rules of each customer by organization: exact names in a `Map`, globs compiled by `compile`. */
function prepare({ customers }, compile) {
  return new Map(
    customers.map(({ id, exact, globs }) => [
      id,
      { exact, globs: [...globs].map(([glob, grant]) => [compile(glob), grant]) },
    ]),
  );
}

function byMap(platform, compile, matches) {
  const organizations = prepare(platform, compile);
  return (event) => {
    const { exact, globs } = organizations.get(event.organization.id);
    const granted = new Set();
    for (const group of event.user.groups) {
      for (const target of exact.get(group) ?? []) granted.add(target);
      for (const [glob, grant] of globs) {
        if (matches(glob, group)) for (const target of grant) granted.add(target);
      }
    }
    return [...granted].sort();
  };
}

/** `Map` for exact names, one precompiled `RegExp` for each glob. */
export function mapAndRegExp(platform) {
  const escape = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const compile = (glob) => new RegExp(`^${glob.split('*').map(escape).join('.*')}$`, 's');
  return byMap(platform, compile, (regexp, group) => regexp.test(group));
}

/** `Map` for exact names, picomatch for the globs. */
export function mapAndPicomatch(platform) {
  return byMap(
    platform,
    (glob) => picomatch(glob, { dot: true }),
    (matcher, group) => matcher(group),
  );
}

/** minimatch, rule by rule, as a loop over the rules would call it. */
export function minimatchByRule({ customers }) {
  const organizations = new Map(customers.map(({ id, exact, globs }) => [id, [...exact, ...globs]]));
  return (event) => {
    const granted = new Set();
    for (const [pattern, grant] of organizations.get(event.organization.id)) {
      if (event.user.groups.some((group) => minimatch(group, pattern, { dot: true }))) {
        for (const target of grant) granted.add(target);
      }
    }
    return [...granted].sort();
  };
}

/** One `Map.has` for each group: a side that looks at every group cannot be faster. */
export function floor({ customers }) {
  const organizations = new Map(customers.map(({ id, exact }) => [id, exact]));
  return (event) => {
    const exact = organizations.get(event.organization.id);
    let count = 0;
    for (const group of event.user.groups) if (exact.has(group)) count++;
    return count;
  };
}
