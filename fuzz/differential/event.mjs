/** Random events for a platform: what an identity provider could send, and what none should send. */

import { Members, Raw, object } from './json.mjs';
import { POINTERS, TENANTS, TESTED } from './platform.mjs';
import { ARRIVALS, CONNECTIONS, DELIMITERS, DEPARTMENTS, DOMAINS, FIELDS, NAMES, NUMBERS, TIERS } from './words.mjs';

/** @typedef {import('./random.mjs').Random} Random @typedef {import('./json.mjs').Json} Json */

const TIMES = [
  '2026-06-01T00:00:00Z',
  '2026-06-01T11:59:59Z',
  '2026-06-01T12:00:00.000Z',
  '2026-06-01T14:00:00+02:00',
  '2025-01-01T00:00:00Z',
  '2041-01-01T00:00:00Z',
];
const GROUPS_LINK = 'http://schemas.microsoft.com/claims/groups.link';

const name = (random) => random.pick(random.chance(0.6) ? NAMES : ARRIVALS);

/** Nesting that is deeper than JSON readers accept by default. */
function nested(random) {
  const depth = random.pick([1, 3, 130, 600]);
  return new Raw(
    random.chance(0.5) ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"name":'.repeat(depth)}"eng"${'}'.repeat(depth)}`,
  );
}

/** @param {Random} random @returns {Json} a value that is not a list of groups, or a strange one */
function odd(random) {
  return random.weighted(
    [3, () => null],
    [2, () => random.chance(0.5)],
    [3, () => new Raw(random.pick(NUMBERS))],
    [4, () => name(random)],
    [1, () => []],
    [1, () => new Members([])],
    [1, () => nested(random)],
    [
      1,
      () =>
        new Members([
          [random.pick(FIELDS), name(random)],
          [random.pick(FIELDS), name(random)],
        ]),
    ],
  );
}

const odds = (random, share, make) => (random.chance(share) ? odd(random) : make());

function entries(random, make) {
  const list = Array.from({ length: random.pick([0, 1, 1, 2, 3, 4, 8]) }, make);
  // Seldom, because they are slow: lists of about as many groups as a login may have.
  if (random.chance(0.01))
    list.push(...Array.from({ length: random.pick([9_999, 10_000, 10_001, 12_000]) - list.length }, () => 'n'));
  if (random.chance(0.005) && list.length > 10_000) list.push(5);
  return list;
}

/** @param {Random} random @returns {Json} groups, in one shape or another */
function groups(random) {
  const objects = () =>
    entries(random, () =>
      odds(random, 0.05, () => {
        const inside = () => (random.chance(0.5) ? object({ name: name(random), id: name(random) }) : strings());
        const members = random.many(2, () => [
          random.pick(FIELDS),
          odds(random, 0.1, () => (random.chance(0.2) ? inside() : name(random))),
        ]);
        return new Members(
          random.chance(0.8) ? [...members, [random.pick(['name', 'id', 'email']), name(random)]] : members,
        );
      }),
    );
  const strings = () => entries(random, () => odds(random, 0.04, () => name(random)));
  return random.weighted(
    [8, strings],
    [4, () => name(random)],
    [
      4,
      () =>
        strings()
          .filter((entry) => typeof entry === 'string')
          .join(random.pick(DELIMITERS)),
    ],
    [4, objects],
    // JSON in a string, sometimes with additional escapes or broken.
    [4, () => damage(random, writeJson(random, random.chance(0.6) ? strings() : objects()))],
    [3, () => odd(random)],
  );
}

/** JSON text in which any string may be written as escapes. */
function writeJson(random, value) {
  if (value instanceof Raw) return value.text;
  if (value instanceof Members)
    return `{${value.members.map(([key, member]) => `${writeJson(random, key)}:${writeJson(random, member)}`).join(',')}}`;
  if (Array.isArray(value))
    return `[${value.map((entry) => writeJson(random, entry)).join(random.chance(0.1) ? ' ,\n' : ',')}]`;
  if (typeof value !== 'string' || random.chance(0.8)) return JSON.stringify(value);
  const unit = (at) => `\\u${value.charCodeAt(at).toString(16).padStart(4, '0')}`;
  // Only some units: half of a pair may be escaped, and the other half not.
  return `"${Array.from({ length: value.length }, (_, at) => (random.chance(0.5) || /["\\\u0000-\u001f]/.test(value[at]) ? unit(at) : value[at])).join('')}"`;
}

function damage(random, text) {
  if (text.length === 0 || random.chance(0.85)) return text;
  const at = random.below(text.length);
  return (
    text.slice(0, at) +
    random.pick(['', ',', ']', '"', '\\', ' ', '0', '\u00a0', '\u0000']) +
    text.slice(at + random.below(2))
  );
}

/** A value at a JSON Pointer of an object. */
function put(members, pointer, value) {
  const [first, ...rest] = pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  const inner = rest.reduceRight((below, token) => new Members([[token, below]]), value);
  const there = members.find(([key]) => key === first);
  if (there && rest.length > 0 && there[1] instanceof Members && inner instanceof Members)
    there[1].members.push(...inner.members);
  else members.push([first, inner]);
}

/** @param {Random} random @returns {Members} the attributes of an identity */
function attributes(random) {
  const members = [];
  for (const pointer of POINTERS) if (random.chance(0.8)) put(members, pointer, groups(random));
  if (random.chance(0.3)) put(members, '/groups', groups(random));
  const add = (share, key, make) => random.chance(share) && members.push([key, make()]);
  add(0.6, 'projects', () =>
    odds(random, 0.1, () =>
      object(
        Object.fromEntries(
          random.many(4, () => [
            name(random),
            odds(random, 0.2, () =>
              random.chance(0.4)
                ? name(random)
                : object({
                    [random.pick(FIELDS)]: odds(random, 0.2, () => (random.chance(0.2) ? groups(random) : 'x')),
                  }),
            ),
          ]),
        ),
      ),
    ),
  );
  add(0.5, 'lists', () => entries(random, () => groups(random)));
  add(0.5, 'department', () => odds(random, 0.2, () => random.pick(DEPARTMENTS)));
  add(0.5, 'level', () => odds(random, 0.2, () => new Raw(random.pick(NUMBERS))));
  add(0.5, 'roles', () =>
    odds(random, 0.2, () =>
      entries(random, () => odds(random, 0.2, () => random.pick([...DEPARTMENTS, 'eng', 'ops']))),
    ),
  );
  add(0.6, 'email', () =>
    odds(
      random,
      0.15,
      () =>
        `${random.pick(['a', 'a@b', '', 'A'])}${random.pick(['@', '@', '@', ''])}${random.pick([...DOMAINS, ...DOMAINS.map((domain) => domain.toUpperCase()), 'other.example', ''])}`,
    ),
  );
  add(0.7, 'email_verified', () => odds(random, 0.15, () => random.chance(0.8)));
  add(0.06, 'hasgroups', () => random.pick([true, false, 'true', 'false', null, 0, 'x']));
  add(0.06, '_claim_names', () =>
    random.pick([null, '{"groups":"src1"}', '{"roles":1}', [], object({ groups: 'src1' }), object({ roles: 'src1' })]),
  );
  add(0.03, random.pick(['groups:src1', GROUPS_LINK, GROUPS_LINK.replaceAll('.', ':')]), () =>
    random.pick([null, '', 'x']),
  );
  if (random.chance(0.02)) members.push(['deep', nested(random)]);
  return new Members(members);
}

/** @param {Random} random @param {string} own the login's connection */
function identities(random, own) {
  const one = () =>
    random.weighted(
      [
        16,
        () =>
          object({
            connection: random.chance(0.4) ? own : random.pick(CONNECTIONS),
            profileData: random.chance(0.8) ? odds(random, 0.1, () => attributes(random)) : undefined,
          }),
      ],
      [1, () => object({ connection: odd(random) })],
      [1, () => odd(random)],
    );
  if (random.chance(0.01))
    return Array.from({ length: random.pick([10_000, 10_001]) }, (_, at) =>
      object({ connection: at === 0 ? own : 'else' }),
    );
  return odds(random, 0.1, () => random.many(3, one));
}

/** @param {Random} random @returns {Json} what `api.groups.getUserGroups()` gives */
function provisioned(random) {
  const group = () =>
    random.chance(0.02)
      ? odd(random)
      : object({
          id: `grp_${random.below(9)}`,
          name: odds(random, 0.04, () => name(random)),
          external_id: random.chance(0.8) ? name(random) : undefined,
          connection_id: random.weighted(
            [40, () => 'con_1'],
            [6, () => 'con_2'],
            [1, () => odd(random)],
            [1, () => undefined],
          ),
        });
  return random.chance(0.1)
    ? null
    : entries(random, group).map((entry) =>
        entry === 'n' ? object({ name: 'n', id: 'n', external_id: 'n', connection_id: 'con_1' }) : entry,
      );
}

const metadata = (random) =>
  random.chance(0.3)
    ? undefined
    : odds(random, 0.1, () =>
        object({
          tier: random.chance(0.7) ? odds(random, 0.2, () => random.pick(TIERS)) : undefined,
          'a/b': random.chance(0.5) ? random.pick(TIERS) : undefined,
        }),
      );

/**
 * @param {Random} random
 * @returns {Members}
 */
export function event(random) {
  const organization = random.chance(0.03)
    ? 'org_nobody'
    : random.pick([
        'org_acme',
        'org_acme',
        'org_acme',
        'org_globex',
        random.chance(0.1) ? 'org_acmeStaging' : 'org_acme',
      ]);
  const known = organization === 'org_globex' && random.chance(0.9) ? CONNECTIONS.slice(0, 1) : CONNECTIONS;
  const connection = random.chance(0.97) ? random.pick(known) : odds(random, 0.5, () => name(random));
  const user = attributes(random);
  if (random.chance(0.25)) user.members.push(['identities', identities(random, connection)]);
  const time = () => odds(random, 0.15, () => random.pick(TIMES));
  return object({
    // Neither host looks at it: an Action is of one tenant, and the command receives its name.
    ...(random.chance(0.3) && {
      tenant: odds(random, 0.1, () => object({ id: random.pick([TENANTS[TESTED], TENANTS.staging, 'nobody']) })),
    }),
    organization: random.chance(0.93)
      ? odds(random, 0.03, () => object({ id: odds(random, 0.03, () => organization), metadata: metadata(random) }))
      : undefined,
    connection: odds(random, 0.02, () =>
      object({
        id: random.chance(0.95) ? odds(random, 0.03, () => 'con_1') : undefined,
        name: connection,
        metadata: metadata(random),
      }),
    ),
    client: odds(random, 0.02, () =>
      object({
        client_id: odds(random, 0.02, () =>
          random.pick(
            random.chance(0.03)
              ? ['unknown', 'portal-clientStaging']
              : ['portal-client', 'portal-client', 'wiki-client', 'desk-client'],
          ),
        ),
        metadata: metadata(random),
      }),
    ),
    user: odds(random, 0.02, () => user),
    authorization: random.chance(0.7)
      ? odds(random, 0.1, () => object({ roles: odds(random, 0.15, () => entries(random, () => name(random))) }))
      : undefined,
    ...(random.chance(0.5) && {
      transaction: odds(random, 0.05, () =>
        object({
          protocol: odds(random, 0.1, () =>
            random.pick(['oauth2-refresh-token', 'oauth2-refresh-token', 'samlp', 'oidc-basic-profile']),
          ),
        }),
      ),
    }),
    ...(random.chance(0.4) && {
      authentication: object({
        methods: odds(random, 0.1, () => random.many(2, () => object({ name: 'federated', timestamp: time() }))),
      }),
    }),
    ...(random.chance(0.3) && { session: object({ authenticated_at: time() }) }),
    ...(random.chance(0.4) && { refresh_token: odds(random, 0.2, () => object({ created_at: time() })) }),
    claimsmith: object({ now: random.pick(TIMES), provisioned: provisioned(random) }),
  });
}
