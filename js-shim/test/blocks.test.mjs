/** Mappings that travel as blocks in the metadata of organizations: what the Action does with good and with bad ones. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';
import { createApi } from '../auth0-loader.mjs';
import { DOMAIN, ISSUED, blockBytes, bundleOf, metadataOf, newKey } from './support-blocks.mjs';
import { bundleText, claimsmith, load, login, onBothTokens } from './support.mjs';

const CLAIM = 'https://claims.example.com/wiki';
const NOW = (ISSUED + 60) * 1000;
const KEY = newKey();
const NEXT_KEY = newKey();
const ACME_KEY = newKey();
const STRANGER = newKey();

const platform = (
  organizations,
  { groups = ['readers', 'writers', 'root'], closed = 'no-groups', blocks = '' } = {},
) => `
version: 1
platform:
  tenants: { production: { domain: ${DOMAIN} } }
  applications:
    wiki: { clients: [wiki-client], claim: ${CLAIM} }
    audited:
      clients: [audited-client]
      claim: https://claims.example.com/audited
      provenance: https://claims.example.com/provenance
  groups:
${groups.map((name) => `    ${name}: { applications: [wiki, audited], description: x, protected: ${name === 'root'} }`).join('\n')}
  policies: { closed: ${closed}, failure: no-groups }
${organizations.includes(ACME) ? '  ceilings: { acme: { protected: [root] } }' : ''}
${organizations.length > 2 ? settings(blocks) : ''}
organizations:
${organizations.join('')}
`;

/** The keys of a platform that takes blocks, and what else it says about them. */
const settings = (more) => `
  blocks:
    keys:
      main: { public: ${KEY.line}, protected: true }
      next: { public: ${NEXT_KEY.line} }
      acme: { public: ${ACME_KEY.line}, organizations: [acme] }
${more}
`;

const organization = (name, rules, id = `org_${name}`) => `
  ${name}:
    ${id ? `organization: ${id}` : ''}
    connections: { ${name}: { strategy: ad } }
    rules:
${rules.map(([group, grant, more = ''], i) => `      - { id: rule-${i}, match: { exact: ${group} }, grant: ${grant}, ${more} }`).join('\n')}
`;
const ACME = organization('acme', [
  ['Staff', 'readers'],
  ['Admins', 'root', 'protected: true'],
]);
const GLOBEX = organization('globex', [['Staff', 'writers']]);
const INITECH = organization('initech', [['Staff', 'readers']], '');
const ALL = [ACME, GLOBEX, INITECH];

const action = (options) => bundleText(platform(ALL, options), '--packaging', 'organizations');
const ACTION = action();
const BUNDLE = bundleOf(platform([ACME]));
const OTHER_BUNDLE = bundleOf(platform([organization('acme', [['Staff', 'writers']])]));
const GLOBEX_BUNDLE = bundleOf(platform([GLOBEX]));

const sealed = (parts = {}) => blockBytes({ keys: [KEY], bundles: [BUNDLE], organization: 'org_acme', ...parts });
const metadata = (parts) => metadataOf(sealed(parts));
const GLOBEX_METADATA = metadata({ bundles: [GLOBEX_BUNDLE], organization: 'org_globex' });

/** A login of a customer, by default of a member of staff to the wiki. */
function event(name, metadata, { groups = ['Staff'], client = 'wiki-client', id = `org_${name}` } = {}) {
  return {
    ...(id && { organization: { id, ...(metadata && { metadata }) } }),
    connection: { id: 'con_1', name },
    client: { client_id: client },
    transaction: { protocol: 'oidc-basic-profile' },
    user: { user_id: 'x', groups },
  };
}

/** The result of a login at a time, by default a minute after the blocks were signed. */
async function logIn(mock, instance, event, now = NOW) {
  mock.timers.reset();
  mock.timers.enable({ apis: ['Date'], now });
  return login(instance, event, createApi());
}

const groupsOf = ({ claims }) => claims.idToken[CLAIM];

test('a customer logs in with the mapping in its metadata', async ({ mock }) => {
  const instance = load(ACTION);
  for (let i = 0; i < 3; i++) {
    const acme = await logIn(mock, instance, event('acme', metadata(), { groups: ['Staff', 'Admins', 'Other'] }));
    assert.deepEqual(acme.claims, onBothTokens(CLAIM, ['readers', 'root']));
    assert.deepEqual([acme.reason, acme.counts.unmatched, acme.block.issued], ['ok', 1, ISSUED]);
    assert.deepEqual(groupsOf(await logIn(mock, instance, event('globex', GLOBEX_METADATA))), ['writers']);
    const embedded = await logIn(mock, instance, event('initech', undefined, { id: '' }));
    assert.deepEqual([groupsOf(embedded), embedded.block], [['readers'], undefined]);
  }
});

test('other metadata of the organization does not matter, nor do keys beyond the number', async ({ mock }) => {
  const mixed = { tier: 'gold', ...metadata(), claimsmith19: 'left over', claimsmith: 'x' };
  assert.deepEqual(groupsOf(await logIn(mock, load(ACTION), event('acme', mixed))), ['readers']);
});

test('a connection of an embedded customer and of one whose mapping travels is ambiguous', async ({ mock }) => {
  const shared = organization('acme', [['Staff', 'readers']]).replace('{ acme: {', '{ initech: {');
  const instance = load(bundleText(platform([shared, GLOBEX, INITECH]), '--packaging', 'organizations'));
  const result = await logIn(mock, instance, event('initech', undefined, { id: '' }));
  assert.deepEqual([result.reason, groupsOf(result)], ['ambiguous-connection', []]);
});

test('a mapping that travels needs an organization, also where metadata have its block', async ({ mock }) => {
  const instance = load(ACTION);
  for (const metadataOfNoOne of [undefined, metadata()]) {
    const result = await logIn(mock, instance, event('acme', metadataOfNoOne, { id: '' }));
    assert.deepEqual([result.reason, groupsOf(result)], ['organization-required', []]);
  }
});

test('the provenance names the block', async ({ mock }) => {
  const result = await logIn(mock, load(ACTION), event('acme', metadata(), { client: 'audited-client' }));
  const { bundle, rules, block } = result.claims.idToken['https://claims.example.com/provenance'];
  assert.deepEqual([rules, block.issued, block.candidate], [['rule-0'], ISSUED, null]);
  assert.match(block.bundle, /^[0-9a-f]{64}$/);
  assert.notEqual(block.bundle, bundle);
  assert.equal(result.block.bundle, block.bundle.slice(0, 12));
});

/** Each is refused, with a reason. */
const REFUSED = {
  'no metadata': ['no-block', undefined],
  'metadata of others': ['no-block', { tier: 'gold' }],
  'a first value that is not text': ['block-damaged', { ...metadata(), claimsmith0: 5 }],
  'a first value that is null': ['block-damaged', { ...metadata(), claimsmith0: null }],
  'no version': ['block-damaged', { claimsmith0: 'x' }],
  'no values': ['block-damaged', { claimsmith0: '1.0.' }],
  'too many values': ['block-damaged', { claimsmith0: '1.21.AAAA' }],
  'a value that is missing': ['block-damaged', without(metadata(), 'claimsmith1')],
  'a value that is not text': ['block-damaged', { ...metadata(), claimsmith1: 5 }],
  'a value that is too long': ['block-damaged', { ...metadata(), claimsmith1: 'A'.repeat(256) }],
  'a sign outside the alphabet': [
    'block-damaged',
    { ...metadata(), claimsmith1: '=' + metadata().claimsmith1.slice(1) },
  ],
  'another version of the text': [
    'block-version',
    { ...metadata(), claimsmith0: '2' + metadata().claimsmith0.slice(1) },
  ],
  'another version of the block': ['block-version', metadata({ version: 2 })],
  'another magic': ['block-version', metadata({ magic: 'CSBL' })],
  'a kind that does not exist': ['block-damaged', metadata({ kind: 2 })],
  'no signature': ['block-damaged', metadata({ keys: [] })],
  'three signatures': ['block-damaged', metadata({ keys: [KEY, KEY, KEY] })],
  'a payload that is longer than the block': ['block-damaged', metadata({ length: 1 << 30 })],
  'a key that the Action does not know': ['block-key', metadata({ keys: [STRANGER] })],
  'a key for another organization': [
    'block-key',
    metadata({ keys: [ACME_KEY], bundles: [GLOBEX_BUNDLE], organization: 'org_globex' }),
    'globex',
  ],
  'a signature of another key': ['block-signature', metadata({ keys: [{ ...STRANGER, id: KEY.id }] })],
  'a signature for another purpose': ['block-signature', metadata({ namespace: 'claimsmith-approval' })],
  'the block of another customer': ['block-foreign', GLOBEX_METADATA],
  'another tenant': ['block-foreign', metadata({ domain: 'globex.eu.auth0.com' })],
  'a block from the future': ['block-stale', metadata({ issued: ISSUED + 361 })],
  'a payload with a large window': [
    'block-damaged',
    metadata({ payload: brotliCompressSync(BUNDLE, { params: { [constants.BROTLI_PARAM_LARGE_WINDOW]: 1 } }) }),
  ],
  'a block without compression': ['block-damaged', metadata({ payload: BUNDLE })],
  'a payload that inflates to more than is stated': [
    'block-damaged',
    metadata({ inflated: BUNDLE.length - 1, first: BUNDLE.length - 1 }),
  ],
  'a payload that inflates to less': [
    'block-damaged',
    metadata({ inflated: BUNDLE.length + 1, first: BUNDLE.length + 1 }),
  ],
  'a payload that inflates to 256 MiB': [
    'block-damaged',
    metadata({ payload: brotliCompressSync(Buffer.alloc(1 << 28)), inflated: 1 << 28, first: 1 << 28 }),
  ],
  'a bundle of the future': ['block-version', metadata({ bundles: [changed(BUNDLE, 4, 99)] })],
  'a bundle that is damaged': ['block-damaged', metadata({ bundles: [changed(BUNDLE, BUNDLE.length - 1, 0xff)] })],
  'something that is not a bundle': ['block-damaged', metadata({ bundles: [Buffer.from('nothing')] })],
  'a bundle of two organizations': ['block-damaged', metadata({ bundles: [bundleOf(platform([ACME, GLOBEX]))] })],
  'a bundle of another organization': ['block-damaged', metadata({ bundles: [GLOBEX_BUNDLE] })],
  'a deadline in a final block': ['block-damaged', metadata({ deadline: ISSUED + 60 })],
  'a pending block without a deadline': ['block-damaged', metadata({ bundles: [BUNDLE, OTHER_BUNDLE] })],
  'a deadline after more than a day': [
    'block-damaged',
    metadata({ bundles: [BUNDLE, OTHER_BUNDLE], deadline: ISSUED + 86_401 }),
  ],
  'a pending block with a bad candidate': [
    'block-damaged',
    metadata({ bundles: [BUNDLE, Buffer.from('nothing')], deadline: ISSUED + 600 }),
  ],
};

function without(metadata, key) {
  const { [key]: _, ...rest } = metadata;
  return rest;
}

function changed(bytes, at, byte) {
  const copy = Buffer.from(bytes);
  copy[at] ^= byte;
  return copy;
}

for (const [name, [reason, bad, customer = 'acme']] of Object.entries(REFUSED)) {
  test(`refused: ${name}`, async ({ mock }) => {
    for (const [source, outcome] of [
      [ACTION, 'groups'],
      [DENYING, 'deny'],
    ]) {
      const instance = load(source);
      for (const before of [() => {}, () => logIn(mock, instance, event(customer, GOOD[customer]))]) {
        await before();
        const result = await logIn(mock, instance, event(customer, bad));
        assert.deepEqual([result.reason, result.outcome, result.block], [reason, outcome, undefined]);
        assert.deepEqual(groupsOf(result) ?? [], []);
        // Others log in as before.
        assert.deepEqual(groupsOf(await logIn(mock, instance, event('globex', GLOBEX_METADATA))), ['writers']);
      }
      assert.deepEqual(groupsOf(await logIn(mock, instance, event('acme', metadata()))), ['readers']);
    }
  });
}
const GOOD = { acme: metadata(), globex: GLOBEX_METADATA };
const DENYING = action({ closed: 'deny' });

test('a value of an older block among those of a newer one is noticed', async ({ mock }) => {
  const [older, newer] = [metadata(), metadata({ issued: ISSUED + 1 })];
  const instance = load(ACTION);
  for (const key of Object.keys(newer)) {
    const { reason, claims } = await logIn(mock, instance, event('acme', { ...newer, [key]: older[key] }));
    assert.deepEqual(claims.idToken[CLAIM], []);
    assert.match(reason, /^block-(signature|damaged)$/);
  }
});

test('a flipped bit anywhere in a block is noticed', async ({ mock }) => {
  const bytes = sealed();
  const instance = load(ACTION);
  for (let at = 0; at < bytes.length; at++) {
    const result = await logIn(mock, instance, event('acme', metadataOf(changed(bytes, at, 1 << (at % 8)))));
    assert.deepEqual([groupsOf(result), result.outcome], [[], 'groups'], `byte ${at}`);
    assert.match(result.reason, /^block-(version|damaged|key|signature)$/, `byte ${at}`);
  }
});

test('a block that is cut anywhere is noticed', async ({ mock }) => {
  const bytes = sealed();
  const instance = load(ACTION);
  for (let length = 0; length < bytes.length; length++) {
    const result = await logIn(mock, instance, event('acme', metadataOf(bytes.subarray(0, length))));
    assert.deepEqual(groupsOf(result), [], `${length} bytes`);
  }
});

test('one of two keys is enough, whichever the Action knows', async ({ mock }) => {
  for (const keys of [
    [STRANGER, KEY],
    [KEY, STRANGER],
    [KEY, NEXT_KEY],
  ]) {
    assert.deepEqual(groupsOf(await logIn(mock, load(ACTION), event('acme', metadata({ keys })))), ['readers']);
  }
});

test('protected groups need a key that may sign them', async ({ mock }) => {
  const admin = { groups: ['Staff', 'Admins'] };
  for (const [keys, groups] of [
    [[KEY], ['readers', 'root']],
    [[ACME_KEY], ['readers']],
    [[NEXT_KEY], ['readers']],
  ]) {
    const result = await logIn(mock, load(ACTION), event('acme', metadata({ keys }), admin));
    assert.deepEqual(groupsOf(result), groups);
    assert.equal(result.notes['forbidden-target'], groups.length === 1 ? 1 : undefined);
  }
});

test('blocks from before a floor are refused, of all, of one customer, or for one group', async ({ mock }) => {
  const floor = (seconds) => new Date((ISSUED + seconds) * 1000).toISOString().replace('.000', '');
  for (const [blocks, expected] of [
    [`    floor: ${floor(0)}`, ['readers', 'root']],
    [`    floor: ${floor(1)}`, []],
    [`    floors: { organizations: { acme: ${floor(1)} } }`, []],
    [`    floors: { organizations: { org_acme: ${floor(1)} } }`, []],
    [`    floors: { organizations: { globex: ${floor(1)} } }`, ['readers', 'root']],
    [`    floors: { groups: { root: ${floor(1)} } }`, ['readers']],
  ]) {
    const result = await logIn(
      mock,
      load(action({ blocks })),
      event('acme', metadata(), { groups: ['Staff', 'Admins'] }),
    );
    assert.deepEqual(groupsOf(result), expected, blocks);
    assert.equal(result.reason, expected.length === 0 ? 'block-stale' : 'ok');
  }
});

test('a group that the platform of the Action does not have is not granted', async ({ mock }) => {
  const wider = organization('acme', [
    ['Staff', 'readers'],
    ['Staff', 'guests'],
  ]);
  const bundle = bundleOf(platform([wider], { groups: ['guests', 'readers', 'writers'] }));
  const result = await logIn(mock, load(ACTION), event('acme', metadata({ bundles: [bundle] })));
  assert.deepEqual([groupsOf(result), result.notes], [['readers'], { 'unregistered-target': 1 }]);
});

test('the candidate counts until the deadline', async ({ mock }) => {
  const deadline = ISSUED + 600;
  const pending = metadata({ bundles: [BUNDLE, OTHER_BUNDLE], deadline });
  const instance = load(ACTION);
  for (const [now, groups, which] of [
    [(deadline - 1) * 1000, ['writers'], 'candidate'],
    [deadline * 1000 - 1, ['writers'], 'candidate'],
    [deadline * 1000, ['readers'], 'previous'],
    [(deadline + 86_400) * 1000, ['readers'], 'previous'],
    [ISSUED * 1000, ['writers'], 'candidate'],
  ]) {
    const result = await logIn(mock, instance, event('acme', pending), now);
    assert.deepEqual([groupsOf(result), result.block.which], [groups, which], String(now));
  }
});

test('with a broken clock the previous bundle counts', async ({ mock }) => {
  const pending = metadata({ bundles: [BUNDLE, OTHER_BUNDLE], deadline: ISSUED + 600 });
  const instance = load(ACTION);
  mock.method(instance.context?.Date ?? Date, 'now', () => NaN);
  const result = await login(instance, event('acme', pending), createApi());
  assert.deepEqual(groupsOf(result), ['readers']);
});

test('a customer whose mapping is in the Action does not use a block, and a note says so', async ({ mock }) => {
  // A condition on metadata keeps the mapping in the Action.
  const stark = organization('stark', [['Staff', 'readers', 'when: { organization-metadata: { tier: gold } }']]);
  const source = bundleText(platform([...ALL, stark]), '--packaging', 'organizations');
  const sent = { tier: 'gold', ...metadata({ bundles: [OTHER_BUNDLE], organization: 'org_stark' }) };
  const result = await logIn(mock, load(source), event('stark', sent));
  assert.deepEqual([groupsOf(result), result.block], [['readers'], undefined]);
  assert.deepEqual(result.notes, { 'block-ignored': 1 });
});

test('a failure while a login waits for its groups does not put its block in quarantine', async ({ mock }) => {
  const mapping = `
  acme:
    organization: org_acme
    connections: { acme: { strategy: ad, groups: { from: provisioned } } }
    rules: [{ id: staff, match: { exact: Staff }, grant: readers }]
`;
  const block = metadata({ bundles: [bundleOf(platform([mapping]))] });
  const keeps = { groups: [{ id: 'grp_1', name: 'Staff', connection_id: 'con_1' }] };
  const Instance = WebAssembly.Instance;
  let broken = true;
  mock.method(WebAssembly, 'Instance', function (...args) {
    const { exports } = new Instance(...args);
    const evaluate = (length) => {
      if (broken) throw new WebAssembly.RuntimeError('unreachable');
      return exports.evaluate(length);
    };
    return { exports: { ...exports, memory: exports.memory, evaluate } };
  });
  const instance = load(ACTION);
  mock.timers.enable({ apis: ['Date'], now: NOW });
  const waiting = createApi();
  waiting.groups = {
    getUserGroups: async () => {
      const other = await login(instance, event('initech', undefined, { id: '' }), createApi());
      assert.equal(other.reason, 'engine-failure');
      broken = false;
      return keeps;
    },
  };
  for (let i = 0; i < 2; i++) {
    const result = await login(instance, event('acme', block), waiting);
    assert.deepEqual([result.reason, groupsOf(result)], ['ok', ['readers']]);
    waiting.groups = { getUserGroups: async () => keeps };
  }
});

test('an embedded customer is not looked for in metadata', async ({ mock }) => {
  const source = bundleText(platform(ALL));
  // Without the packaging, every mapping is in the Action, and it takes no blocks.
  const result = await logIn(mock, load(source), event('acme', metadata({ bundles: [OTHER_BUNDLE] })));
  assert.deepEqual([groupsOf(result), result.block], [['readers'], undefined]);
});

test('more blocks than an instance keeps start a new one, and nothing changes', async ({ mock }) => {
  const instance = load(ACTION);
  for (let i = 0; i < 200; i++) {
    const fresh = metadata({ issued: ISSUED + (i % 50), bundles: [i % 2 ? BUNDLE : OTHER_BUNDLE] });
    assert.deepEqual(groupsOf(await logIn(mock, instance, event('acme', fresh))), [i % 2 ? 'readers' : 'writers']);
    assert.deepEqual(groupsOf(await logIn(mock, instance, event('globex', GLOBEX_METADATA))), ['writers']);
  }
});

test('a block that made an engine fail is not used again, and others do not wait for a new engine', async ({
  mock,
}) => {
  let engines = 0;
  const Instance = WebAssembly.Instance;
  mock.method(WebAssembly, 'Instance', function (...args) {
    engines++;
    const { exports } = new Instance(...args);
    let at;
    return {
      exports: {
        ...exports,
        memory: exports.memory,
        reserve: (length) => (at = exports.reserve(length)),
        evaluate(length) {
          // The third word is the handle of a block.
          if (new DataView(exports.memory.buffer).getUint32((at >>> 0) + 8, true) !== 0 && broken) {
            throw new WebAssembly.RuntimeError('unreachable');
          }
          return exports.evaluate(length);
        },
      },
    };
  });
  let broken = true;
  const instance = load(ACTION);
  const first = await logIn(mock, instance, event('acme', metadata()));
  assert.deepEqual([first.reason, groupsOf(first), engines], ['engine-failure', [], 1]);
  broken = false;
  for (let i = 0; i < 3; i++) {
    const again = await logIn(mock, instance, event('acme', metadata()));
    assert.deepEqual([again.reason, groupsOf(again)], ['engine-failure', []]);
    assert.deepEqual(groupsOf(await logIn(mock, instance, event('globex', GLOBEX_METADATA))), ['writers']);
  }
  assert.equal(engines, 2);
  // Another block of the customer is used.
  const next = metadata({ issued: ISSUED + 1 });
  assert.deepEqual(groupsOf(await logIn(mock, instance, event('acme', next))), ['readers']);
});

test('a login that waits for its groups uses the block that its event has', async ({ mock }) => {
  const mapping = (grant) => `
  acme:
    organization: org_acme
    connections: { acme: { strategy: ad, groups: { from: provisioned } } }
    rules: [{ id: staff, match: { exact: Staff }, grant: ${grant} }]
`;
  const [older, newer] = ['readers', 'writers'].map((grant, i) =>
    metadata({ bundles: [bundleOf(platform([mapping(grant)]))], issued: ISSUED + i }),
  );
  const instance = load(ACTION);
  mock.timers.enable({ apis: ['Date'], now: NOW });
  const waiting = createApi();
  const keeps = { groups: [{ id: 'grp_1', name: 'Staff', connection_id: 'con_1' }] };
  waiting.groups = {
    // Another login of the customer, with a newer block, comes in between.
    getUserGroups: async () => {
      const api = createApi();
      api.groups = { getUserGroups: async () => keeps };
      assert.deepEqual(groupsOf(await login(instance, event('acme', newer), api)), ['writers']);
      return keeps;
    },
  };
  assert.deepEqual(groupsOf(await login(instance, event('acme', older), waiting)), ['readers']);
});

test('a block that the command signs is used by the Action that the command builds', async ({ mock }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'claimsmith-'));
  try {
    const at = (name) => path.join(folder, name);
    const [, line] = /public: (.*)/.exec(claimsmith('keys', 'new', 'main', '--out', at('key')));
    const mappings = platform(ALL).replace(KEY.line, line);
    writeFileSync(at('mappings.yaml'), mappings);
    const signed = new Date(ISSUED * 1000).toISOString();
    claimsmith('sign', at('mappings.yaml'), '--key', at('key'), '--at', signed, '--out', at('blocks'));
    const valuesOf = (name) => JSON.parse(readFileSync(at(`blocks/${name}.json`), 'utf8')).values;
    const instance = load(bundleText(mappings, '--packaging', 'organizations'));
    for (const [name, groups] of [
      ['acme', ['readers', 'root']],
      ['globex', ['writers']],
    ]) {
      const sent = event(name, valuesOf(name), { groups: ['Staff', 'Admins'] });
      const result = await logIn(mock, instance, sent);
      assert.deepEqual([result.reason, groupsOf(result), result.block.issued], ['ok', groups, ISSUED]);
    }
    const swapped = await logIn(mock, instance, event('acme', valuesOf('globex')));
    assert.deepEqual([swapped.reason, groupsOf(swapped)], ['block-foreign', []]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
