/**
 * Mappings that are divided among several Actions of one trigger: every login has the answer of one Action with all of
 * them, in whatever order the Actions run, and exactly one of them gives it.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { createApi, takeScene } from '../auth0-loader.mjs';
import {
  CLAIMS,
  NO_CLAIMS,
  PLATFORMS,
  claimsmith,
  compareWithAnswer,
  embed,
  embedded,
  load,
  onBothTokens,
  parseLine,
  recorded,
  withPart,
} from './support.mjs';

const COUNTS = [2, 3];

/** The slices of mapping files: their Actions, and what is known of them. */
function slicesOf(mappings, count, ...args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'claimsmith-'));
  try {
    const options = ['--packaging', 'slices', '--slices', String(count), '--out', folder, '--format', 'json'];
    const { files, slices } = JSON.parse(claimsmith('bundle', mappings, ...args, ...options));
    return slices.map((slice, at) => ({ ...slice, source: readFileSync(files[at], 'utf8') }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a login through Actions, one after the other. Auth0 would stop at a refusal; here the others run as well. */
async function run(actions, event, provisioned = null) {
  const api = createApi({ provisioned });
  const lines = [];
  for (const action of actions) lines.push(...(await action.execute(structuredClone(event), api)).log);
  assert.equal(lines.length, 1, `one line of all slices, not ${JSON.stringify(lines)}`);
  const { claims, attributes, denied } = api;
  return { claims, attributes, denied, line: lines[0], ...parseLine(lines[0]) };
}

const orders = (actions) => [actions, actions.toReversed()];

for (const count of COUNTS) {
  for (const platform of PLATFORMS) {
    test(`${platform} in ${count} slices`, async (context) => {
      const known = new Map();
      const slicesFor = (tenant) => {
        if (!known.has(tenant)) {
          const slices = slicesOf(platform, count, ...(tenant ? ['--tenant', tenant] : []));
          known.set(tenant, { slices, actions: slices.map(({ source }) => load(source)) });
        }
        return known.get(tenant);
      };
      const { cases } = JSON.parse(claimsmith('test', platform, '--format', 'json'));
      assert.ok(cases.length > 0, 'there are cases');
      for (const { name, tenant, event, answer } of cases) {
        await context.test(tenant ? `${name} (${tenant})` : name, async ({ mock }) => {
          const { event: sent, now = 0, provisioned } = takeScene(event);
          mock.timers.enable({ apis: ['Date'], now });
          const { slices, actions } = slicesFor(tenant);
          for (const order of orders(actions)) {
            const result = await run(order, sent, provisioned);
            const own = slices.find(({ digest }) => digest.startsWith(result.digest));
            assert.ok(own, result.line);
            if (answer.organization) assert.ok(own.organizations.includes(answer.organization), result.line);
            compareWithAnswer(result, { ...answer, bundle: own.digest }, sent);
          }
        });
      }
    });
  }
}

const SAMPLES = ['acme', 'globex', 'hooli', 'initech', 'soylent', 'stark', 'tyrell', 'umbra'];

/** A login, and which slice answers it. */
async function owned(actions, slices) {
  const logins = [];
  for (const name of SAMPLES) {
    const event = recorded(name);
    const good = await run(actions, event);
    logins.push({ event, good, owner: slices.findIndex(({ digest }) => digest.startsWith(good.digest)) });
  }
  return logins;
}

for (const count of COUNTS) {
  test(`a slice of ${count} that fails changes no login of another one`, async () => {
    const slices = slicesOf('mappings', count);
    const actions = slices.map(({ source }) => load(source));
    const logins = await owned(actions, slices);
    assert.ok(new Set(logins.map(({ owner }) => owner)).size > 1, 'several slices have sample customers');
    for (const [at, { source }] of slices.entries()) {
      const broken = load(withPart('bundle', (base64) => base64.slice(4), source));
      for (const { event, good, owner } of logins) {
        for (const order of orders(actions.with(at, broken))) {
          const result = await run(order, event);
          if (owner === at) {
            assert.equal(result.reason, 'bad-bundle');
            const claim = event.client.client_id.includes('Catalog') ? CLAIMS.catalog : CLAIMS.qlik;
            assert.deepEqual(result.claims, onBothTokens(claim, []));
          } else {
            assert.deepEqual(result, good);
          }
        }
      }
    }
  });

  test(`a slice of ${count} without its list of keys refuses, and never sets a claim`, async () => {
    const slices = slicesOf('mappings', count);
    const actions = slices.map(({ source }) => load(source));
    for (const { event } of await owned(actions, slices)) {
      for (const { source } of slices) {
        const texts = embedded(source);
        for (const damaged of [texts.SLICE.slice(0, -1), '', `${texts.SLICE}AAAA`]) {
          const api = createApi();
          const { log } = await load(embed({ ...texts, SLICE: damaged })).execute(event, api);
          assert.equal(parseLine(log[0]).outcome, 'deny');
          assert.notEqual(api.denied, null);
          assert.deepEqual(api.claims, NO_CLAIMS);
        }
      }
      const foreign = { ...event, client: { client_id: 'SomebodyElsesClient0000000000001' } };
      assert.deepEqual((await run(actions, foreign)).claims, NO_CLAIMS);
    }
  });
}

test('origins that are not text, and events that lack them, are answered by one slice', async () => {
  const slices = slicesOf('mappings', 3);
  const actions = slices.map(({ source }) => load(source));
  const event = recorded('acme');
  const organizations = [undefined, null, {}, { id: null }, { id: 7 }, { id: ['org_AcmeIndustries0001'] }, 'text', 0];
  const connections = [
    undefined,
    null,
    {},
    { name: 7 },
    { name: '' },
    { name: '\ud800' },
    { name: 'x'.repeat(100_000) },
  ];
  for (const organization of organizations) {
    for (const connection of connections) {
      for (const order of orders(actions)) {
        const { outcome, digest } = await run(order, { ...event, organization, connection });
        assert.deepEqual([outcome, digest], ['groups', slices[0].digest.slice(0, 12)]);
      }
    }
  }
});

test('an event that cannot be read is answered by one slice', async () => {
  const actions = slicesOf('mappings', 3).map(({ source }) => load(source));
  const unreadable = new Proxy(recorded('acme'), {
    get(event, name) {
      if (name === 'organization') throw new Error('cannot be read');
      return event[name];
    },
  });
  for (const order of orders(actions)) {
    const api = createApi();
    const lines = [];
    for (const action of order) lines.push(...(await action.execute(unreadable, api)).log);
    assert.deepEqual(
      lines.map((line) => parseLine(line).reason),
      ['engine-failure'],
    );
    assert.deepEqual(api.claims, onBothTokens(CLAIMS.catalog, []));
  }
});

test('an unknown key with the digits of a known one is answered by one slice', async () => {
  const digest = (text) => createHash('sha256').update(text).digest('base64').slice(0, 22);
  // One digit of each key: many unknown ones have the same.
  const actions = slicesOf('mappings', 2).map(({ source }) => {
    const texts = embedded(source);
    const keys = texts.SLICE.slice(3).match(/.{4}/g);
    const list = `${texts.SLICE[0]}01${[...new Set(keys.map((key) => key[0]))].join('')}`;
    return load(embed({ ...texts, SLICE: list, SLICE_DIGEST: digest(list) }));
  });
  const event = recorded('acme');
  for (let i = 0; i < 300; i++) {
    for (const origin of [{ organization: { id: `org_Unknown${i}` } }, { connection: { name: `unknown${i}` } }]) {
      const { claims } = await run(actions, { ...event, organization: undefined, ...origin });
      assert.deepEqual(claims, onBothTokens(CLAIMS.catalog, []));
    }
  }
});

test('slices stay as they are if another customer changes', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'claimsmith-'));
  try {
    const platform = (rule) => `version: 1
platform:
  applications: { portal: { clients: [portal], claim: https://claims.example.com/groups } }
  groups: { readers: { applications: [portal], description: Reads. } }
organizations:
${[1, 2, 3, 4, 5, 6].map((n) => `  customer${n}: { organization: org_${n}, connections: { c${n}: { strategy: waad } }, rules: [{ id: r, match: { exact: ${n === 3 ? rule : 'A'} }, grant: readers }] }`).join('\n')}
`;
    const file = path.join(folder, 'mappings.yaml');
    writeFileSync(file, platform('A'));
    const before = slicesOf(file, 3);
    writeFileSync(file, platform('B'));
    const after = slicesOf(file, 3);
    const changed = before.filter(({ source }, at) => source !== after[at].source);
    assert.deepEqual(
      changed.map(({ organizations }) => organizations.includes('customer3')),
      [true],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
