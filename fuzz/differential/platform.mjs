/** Random platforms over the whole language, most of them without an error. */

import { rule } from './rules.mjs';
import { APPLICATIONS, CONNECTIONS, DELIMITERS, FIELDS, ORGANIZATIONS, STRATEGIES, TARGETS } from './words.mjs';

/** @typedef {import('./random.mjs').Random} Random */

const FORMS = [
  () => ({}),
  (random) => ({
    form: 'dn',
    ...(random.chance(0.3) && { attribute: random.pick(['OU', 'CN', '2.5.4.3']) }),
    ...(random.chance(0.4) && { below: random.pick(['DC=acme', 'OU=Groups,DC=acme']) }),
    ...(random.chance(0.2) && { 'attribute-of': random.pick(['entry', 'parent']) }),
  }),
  (random) => ({ form: 'domain', ...(random.chance(0.5) && { domain: 'ACME' }) }),
  (random) => ({ form: 'email', ...(random.chance(0.5) && { domain: 'acme.example' }) }),
  () => ({ form: 'path' }),
];

/** Where groups are in the events. */
export const POINTERS = [
  '/groups',
  '/group_ids',
  '/federated_groups',
  '/Group',
  '/app_metadata/groups',
  '/a~1b/c',
  '/deep/1/2/3/4/5/6/7',
  '/projects',
  '/lists/0',
];

/** Paths inside objects. */
const PATHS = ['/name', '/name/id', '/name/0', '/id/name', '/email/1/name', '/constructor', '/a~1b'];

/**
 * @param {Random} random
 * @param {string} strategy
 * @returns {object} a source
 */
function source(random, strategy) {
  const found = {};
  const provisioned = random.chance(0.12);
  if (random.chance(0.08)) {
    found.from = 'auth0-roles';
  } else if (provisioned) {
    found.from = 'provisioned';
    if (random.chance(0.5)) found.field = random.pick(FIELDS.slice(0, 3));
  } else {
    const other = strategy === 'other';
    if (other || random.chance(0.3)) found.from = random.pick(POINTERS);
    if (other || random.chance(0.7))
      found.shape = random.pick([
        'list',
        'list-or-string',
        'string',
        'delimited',
        'delimited',
        'delimited-or-list',
        'objects',
        'objects-or-object',
        'json',
        'json',
        'keys',
        'values',
      ]);
    if (
      ['delimited', 'delimited-or-list'].includes(found.shape) ||
      (found.shape === 'list-or-string' && random.chance(0.5))
    )
      found.delimiter = random.pick(DELIMITERS);
    if (
      ['objects', 'objects-or-object'].includes(found.shape) ||
      (['json', 'values'].includes(found.shape) && random.chance(0.5))
    )
      found.field = random.chance(0.7) ? random.pick(FIELDS) : random.pick(PATHS);
    if (found.shape === 'values') found.from = random.pick(['/projects', '/projects', '/groups', '/lists']);
    if (found.shape && !['string', 'delimited', 'keys'].includes(found.shape) && random.chance(0.3)) {
      found.nested = true;
      if (random.chance(0.4)) found.from = '/lists';
    }
    if (found.shape === 'keys') {
      found.from = random.pick(['/projects', '/projects', '/groups']);
      if (random.chance(0.5)) found.having = random.pick(FIELDS);
    }
    if (random.chance(0.15)) found.identity = random.pick(['login', 'primary']);
    if (random.chance(0.3)) found.absent = random.pick(['empty', 'incomplete']);
    if (random.chance(0.3)) found.overage = random.pick(['entra', 'none']);
  }
  Object.assign(found, random.chance(0.6) ? {} : random.pick(FORMS)(random));
  if (random.chance(0.3) && found.shape !== 'delimited' && (found.shape || strategy !== 'okta'))
    found.accept = random.some(['numbers', 'booleans'], 1, 2);
  if (random.chance(0.5)) found.normalize = random.some(['nfc', 'trim'], 1, 2);
  if (random.chance(0.2)) found['if-null'] = 'empty';
  if (random.chance(0.2))
    found.skip = {
      ...(random.chance(0.5) && { nulls: true }),
      ...(found.form && found.form !== 'plain' && random.chance(0.5) && { 'without-form': true }),
      ...(random.chance(0.5) && { exact: random.pick(['eng', 'contractors', 'a,b']) }),
      glob: random.pick(['GG-*', '*CNF:*', '?']),
    };
  if (random.chance(0.15)) found.cap = random.pick([1, 2, 3, 10_000, 'none']);
  return found;
}

/**
 * Rules that exclude by group, have `none` or could fire nowhere else are refused at a connection that sends no groups.
 * @param {any} rule
 * @param {string | undefined} silent such a connection
 */
function keptAway(rule, silent) {
  if (!silent || !rule.match || !(rule.exclude || rule.match.none || rule.when)) return rule;
  return { ...rule, when: { ...(rule.when && { any: [rule.when] }), not: { connection: silent } } };
}

/** @param {Random} random @returns {object} a connection */
function connection(random) {
  const strategy = random.pick(STRATEGIES);
  if (random.chance(0.2) && strategy !== 'other') return { strategy };
  if (random.chance(0.8)) return { strategy, groups: source(random, strategy) };
  return {
    strategy,
    groups: [source(random, strategy), source(random, strategy)],
    combine: random.pick(['first', 'all']),
  };
}

/** The tenant that is tested, and another one. */
export const TENANTS = { production: 'acme', staging: 'acme-staging' };
/** The tenant that the events come to. */
export const TESTED = 'production';

/**
 * @param {boolean} several whether there are several tenants
 * @param {Random} random
 * @param {string} own the id in the tenant that is tested
 * @returns {string | object} the ids
 */
function ids(several, random, own) {
  return several ? { [TESTED]: own, staging: random.chance(0.2) ? 'none' : `${own}Staging` } : own;
}

/** Findings that are off, or that organizations allow; none of them is an error, and none changes what a login gets. */
const FINDINGS = ['near-miss', 'shadowed-rule', 'unused-target-group', 'untested-rule', 'expired-rule', 'unused-allow'];

const policy = (random) => random.pick(['no-groups', 'deny']);
const refresh = (random) => random.pick(['recompute', { 'deny-if-older-than': random.pick(['1s', '12h', '366d']) }]);

/**
 * @param {Random} random
 * @returns {object} a platform in one file
 */
export function platform(random) {
  const several = random.chance(0.25);
  const applications = {};
  for (const name of APPLICATIONS) {
    applications[name] = {
      clients: several ? ids(several, random, `${name}-client`) : [`${name}-client`],
      claim: `https://claims.example.com/${name}`,
      ...(random.chance(0.7) && { provenance: `https://claims.example.com/${name}/provenance` }),
      ...(random.chance(0.3) && { tokens: random.pick(['id', 'access']) }),
      ...(random.chance(0.3) && { 'saml-attribute': 'groups' }),
      ...(random.chance(0.2) && { 'joined-by': random.pick([';', ' | ']) }),
      ...(random.chance(0.2) && { ungranted: random.pick(['deny', 'no-groups']) }),
      ...(random.chance(0.3) && {
        limits: {
          ...(random.chance(0.7) && { groups: random.pick([1, 2, 3]) }),
          ...(random.chance(0.5) && { 'claim-bytes': random.pick([2, 8, 20, 40]) }),
          over: random.pick(['deny', 'no-groups', 'truncate']),
        },
      }),
    };
  }
  const guarded = random.chance(0.2) ? ['vault'] : [];
  const groups = {};
  for (const name of TARGETS) {
    groups[name] = {
      applications: random.some(APPLICATIONS, 1, 3),
      description: 'A group.',
      ...(guarded.includes(name) && { protected: true }),
    };
  }
  const tiers = random.chance(0.4) ? { first: random.some(TARGETS, 2, 4) } : undefined;
  // Only later groups are included, so that there is no ring, and none that leads to another group of a tier.
  for (const [at, name] of [...TARGETS.entries()].reverse()) {
    const later = TARGETS.slice(at + 1).filter((other) => !guarded.includes(other));
    if (!random.chance(0.1) || later.length === 0 || tiers?.first.includes(name)) continue;
    groups[name].includes = random.some(later, 1, 2);
    const reached = new Set([name]);
    for (const group of reached) for (const other of groups[group].includes ?? []) reached.add(other);
    if ([...reached].filter((group) => tiers?.first.includes(group)).length > 1) delete groups[name].includes;
  }
  const organizations = {};
  for (const [at, name] of ORGANIZATIONS.entries()) {
    const incomplete = random.pick(['deny', 'no-groups', 'use-partial', undefined]);
    const partial = incomplete === 'use-partial';
    const connections = Object.fromEntries(
      CONNECTIONS.map((name) => [name, connection(random)]).slice(0, at === 0 ? 3 : 1),
    );
    const silent = at === 0 && random.chance(0.2) ? random.pick(Object.keys(connections)) : undefined;
    if (silent) connections[silent] = { strategy: random.pick(STRATEGIES), groups: 'none' };
    const aliases = random.chance(0.2) ? { 1001: 'Alias one', eng: 'GG-eng-VIEW', 'a,b': 'Alias three' } : undefined;
    const scope = {
      partial,
      ids: aliases ? ['Alias one', 'Alias three'] : [],
      connections: Object.keys(connections),
      protected: guarded,
    };
    organizations[name] = {
      ...(random.chance(0.97) && { organization: ids(several, random, `org_${name}`) }),
      connections,
      ...(aliases && { aliases }),
      ...(random.chance(0.2) && { allow: { [random.pick(FINDINGS.slice(0, -1))]: 'It is meant.' } }),
      rules: Array.from({ length: 1 + random.below(7) }, (_, at) => keptAway(rule(random, at, scope), silent)),
      ...(random.chance(0.3) &&
        !partial && {
          default: random.some(
            TARGETS.filter((group) => !guarded.includes(group)),
            1,
            2,
          ),
        }),
      policies: {
        ...(incomplete && { incomplete }),
        ...(random.chance(0.2) && { unmatched: partial ? 'drop' : random.pick(['drop', 'deny']) }),
        ...(random.chance(0.2) && { ungranted: policy(random) }),
        ...(random.chance(0.3) && { refresh: refresh(random) }),
      },
    };
    if (Object.keys(organizations[name].policies).length === 0) delete organizations[name].policies;
  }
  return {
    version: 1,
    platform: {
      ...(several && {
        tenants: Object.fromEntries(
          Object.entries(TENANTS).map(([name, id]) => [name, { domain: `${id}.eu.auth0.com` }]),
        ),
      }),
      ...(random.chance(0.2) && {
        lints: Object.fromEntries(random.some(FINDINGS, 1, 3).map((code) => [code, random.pick(['off', 'warning'])])),
      }),
      applications,
      groups,
      ...(tiers && { tiers }),
      // A grant that begins with a capture needs a ceiling.
      ceilings: Object.fromEntries(ORGANIZATIONS.map((name) => [name, { groups: TARGETS }])),
      policies: {
        closed: policy(random),
        failure: policy(random),
        ...(random.chance(0.2) && { ungranted: policy(random) }),
      },
    },
    organizations,
    cases: [],
  };
}
