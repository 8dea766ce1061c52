// Makes platforms and logins of any size, always the same for the same numbers.
//
//   node bench/generate.mjs FOLDER ORGANIZATIONS RULES
//
// Seven of ten rules name a group exactly, three have a glob. Names have 15 to 40 characters and look like those
// of directories: unit, subject, role and place in one of several styles, a style for each customer.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// prettier-ignore
const UNITS = ['finance', 'marketing', 'sales', 'logistics', 'procurement', 'engineering', 'production', 'quality',
  'controlling', 'treasury', 'legal', 'research', 'service', 'facility', 'people', 'security', 'compliance',
  'maintenance', 'planning', 'customer'];
// prettier-ignore
const SUBJECTS = ['reporting', 'forecast', 'ledger', 'campaigns', 'orders', 'inventory', 'invoices', 'pricing',
  'contracts', 'assets', 'suppliers', 'payroll', 'budget', 'warehouse', 'plants', 'shipments', 'returns', 'claims',
  'tickets', 'projects', 'risks', 'audits', 'energy', 'fleet', 'training'];
// prettier-ignore
const ROLES = ['viewers', 'analysts', 'editors', 'owners', 'admins', 'developers', 'stewards', 'approvers', 'leads',
  'guests'];
// prettier-ignore
const PLACES = ['emea', 'apac', 'amer', 'dach', 'nordics', 'iberia', 'plant-01', 'plant-02', 'plant-07', 'hq', 'uk',
  'fr', 'it', 'us-east', 'us-west', 'prod', 'test', 'group', 'global', 'local'];

/**
 * The parts of a name, put together as one customer's directory does. Without `/` and `\`, which picomatch and
 * minimatch would treat as parts of a path.
 */
const STYLES = [
  ([unit, subject, role, place]) => `${unit}-${subject}-${role}-${place}`,
  ([unit, subject, role, place]) => `GG_${place.toUpperCase()}_${unit}_${subject}_${role}`,
  ([unit, subject, role, place]) => `${place}.${unit}.${subject}-${role}`,
  ([unit, subject, role, place]) => `CN=${unit} ${subject} ${role} ${place}`,
  ([unit, subject, role]) => `app-${unit}-${subject}-${role}`,
];

/** Numbers between 0 and 1 that are the same each time (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A platform: its customers, each with exact names and globs and what they grant. */
export function platform(organizations, rules) {
  const targets = Array.from({ length: 60 }, (_, at) => `${UNITS[at % 20]}-${ROLES[Math.floor(at / 20)]}`).sort();
  const customers = Array.from({ length: organizations }, (_, at) => customer(at, rules, targets));
  return { targets, customers };
}

function customer(at, rules, targets) {
  const next = random(at + 1);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const style = STYLES[at % STYLES.length];
  const tag = rules > 1000 ? () => `-${Math.floor(next() * 100_000)}` : () => '';
  const name = () => {
    for (;;) {
      const made = style([pick(UNITS), pick(SUBJECTS), pick(ROLES), pick(PLACES)]) + tag();
      if (made.length >= 15 && made.length <= 40) return made;
    }
  };
  const exact = new Map();
  while (exact.size < Math.round(rules * 0.7)) exact.set(name(), grant());
  const globs = new Map();
  while (globs.size < rules - exact.size) globs.set(glob(name()), grant());

  function grant() {
    return Array.from({ length: next() < 0.8 ? 1 : 2 }, () => pick(targets)).filter(
      (it, at, all) => all.indexOf(it) === at,
    );
  }
  /** Any place, any subject, any role, or any of a few characters. */
  function glob(made) {
    const half = Math.ceil(made.length / 2) + Math.floor(next() * 4);
    const kind = next();
    if (kind < 0.5) return `${made.slice(0, half)}*`;
    if (kind < 0.8) return `*${made.slice(-half)}`;
    return `${made.slice(0, 8)}*${made.slice(-8)}`;
  }
  return {
    name: `customer-${String(at).padStart(5, '0')}`,
    id: `org_${String(at).padStart(16, '0')}`,
    exact,
    globs,
    nameOf: name,
  };
}

/** `count` logins, spread over the customers; each carries `groups` groups, of which about half match a rule. */
export function logins({ customers }, count, groups) {
  const next = random(4711);
  return Array.from({ length: count }, (_, at) => {
    const from = customers[at % customers.length];
    const names = [...from.exact.keys()];
    const globs = [...from.globs.keys()];
    const user = Array.from({ length: groups }, () => {
      const kind = next();
      if (kind < 0.35) return names[Math.floor(next() * names.length)];
      if (kind < 0.5) return globs[Math.floor(next() * globs.length)].replace('*', 'x-other');
      return from.nameOf();
    });
    return {
      client: { client_id: 'BenchClient000000000000000000001' },
      connection: { id: `con_${from.id.slice(4)}`, name: `${from.name}-entra`, strategy: 'waad' },
      organization: { id: from.id, name: from.name },
      user: { user_id: `waad|${at}`, email_verified: true, groups: user },
    };
  });
}

/**
 * Writes the mapping files of a platform.
 *
 * @param {string} folder
 * @param {ReturnType<typeof platform>} platform
 * @param {object} [more] what else `platform.yaml` says
 */
export function write(folder, { targets, customers }, more = {}) {
  mkdirSync(join(folder, 'organizations'), { recursive: true });
  const application = (name, client) => ({
    [name]: { clients: [client], claim: `https://claims.example.com/${name}/groups` },
  });
  const registry = targets.map((name, at) => [
    name,
    { applications: at % 3 === 0 ? ['catalog', 'qlik'] : ['qlik'], description: `the ${name} of the platform` },
  ]);
  // JSON is YAML.
  writeFileSync(
    join(folder, 'platform.yaml'),
    JSON.stringify(
      {
        version: 1,
        applications: {
          ...application('qlik', 'BenchClient000000000000000000001'),
          ...application('catalog', 'BenchClient000000000000000000002'),
        },
        groups: Object.fromEntries(registry),
        ...more,
      },
      null,
      1,
    ),
  );
  for (const { name, id, exact, globs } of customers) {
    const rule =
      (kind) =>
      ([pattern, grant], at) => ({ id: `${grant[0]}-${kind}-${at}`, match: { [kind]: pattern }, grant });
    writeFileSync(
      join(folder, 'organizations', `${name}.yaml`),
      JSON.stringify(
        {
          version: 1,
          organization: id.replace(/-/g, ''),
          connections: { [`${name}-entra`]: { strategy: 'waad' } },
          rules: [...[...exact].map(rule('exact')), ...[...globs].map(rule('glob'))],
        },
        null,
        1,
      ),
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, organizations, rules] = process.argv.slice(2);
  if (!rules) {
    console.error('usage: node bench/generate.mjs FOLDER ORGANIZATIONS RULES');
    process.exit(2);
  }
  write(folder, platform(Number(organizations), Number(rules)));
}
