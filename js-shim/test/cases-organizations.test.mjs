/**
 * The cases with mappings that travel in the metadata of organizations: the same answers as with embedded mappings,
 * except for the kinds of logins that blocks cannot serve, which are listed and counted.
 */

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { createApi, takeScene } from '../auth0-loader.mjs';
import { PLATFORMS, ROOT, claimsmith, compareWithAnswer, load, login } from './support.mjs';

const FOLDER = mkdtempSync(path.join(tmpdir(), 'claimsmith-'));
after(() => rmSync(FOLDER, { recursive: true }));

/** A case without a time is before every date that a rule may have, so blocks are signed at the first second. */
const ISSUED = '1970-01-01T00:00:00Z';

/** The name of the only tenant where a platform declares none. */
const ONLY = 'only';

/**
 * Logins that have another reason with blocks: each is closed. Their number is counted, so that a case of a new kind does
 * not become one of these unseen.
 */
const EXCLUDED = {
  // A login without an organization has no metadata, so no block either.
  'no organization': { reason: 'organization-required', expected: 9, seen: 0 },
  // The Action does not know which organizations have a mapping, only that this one has no block.
  'unknown organization': { reason: 'no-block', expected: 8, seen: 0 },
};
/** Logins for which a mapping that travels was used, and others: of customers whose mappings are in the Action, or closed. */
const USED = { blocks: 0, others: 0 };

/** The files of a platform with a key for each of its tenants. */
function withBlocks(platform, tenants) {
  const folder = mkdtempSync(path.join(FOLDER, 'platform-'));
  const keys = new Map(tenants.map((tenant) => [tenant, path.join(folder, `${tenant}.key`)]));
  const declared = [...keys].map(([tenant, key]) => {
    const line = /public: (ssh-ed25519 \S+)/.exec(claimsmith('keys', 'new', tenant, '--out', key))[1];
    return `${tenant}: { public: ${line}, tenant: ${tenant}, protected: true }`;
  });
  const added = [`blocks: { keys: { ${declared.join(', ')} } }`];
  if (tenants.includes(ONLY)) added.push(`tenants: { ${ONLY}: { domain: only.eu.auth0.com } }`);
  const source = path.join(ROOT, platform);
  if (statSync(source).isDirectory()) {
    const mappings = path.join(folder, 'mappings');
    cpSync(source, mappings, { recursive: true });
    const file = path.join(mappings, 'platform.yaml');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n${added.join('\n')}\n`);
    return { mappings, keys };
  }
  const mappings = path.join(folder, 'mappings.yaml');
  const text = readFileSync(source, 'utf8');
  writeFileSync(
    mappings,
    text.replace(/^platform:\n/m, (line) => `${line}${added.map((it) => `  ${it}\n`).join('')}`),
  );
  return { mappings, keys };
}

/** The Action for a tenant of a platform, its digest, and the blocks by the id of their organization. */
function packaged({ mappings, keys }, tenant) {
  const folder = mkdtempSync(path.join(FOLDER, 'tenant-'));
  const [out, blocks] = ['action', 'blocks'].map((name) => path.join(folder, name));
  const options = [mappings, '--tenant', tenant, '--format', 'json'];
  const { digest } = JSON.parse(claimsmith('bundle', ...options, '--packaging', 'organizations', '--out', out));
  const signing = ['--key', keys.get(tenant), '--at', ISSUED, '--out', blocks];
  const { signed } = JSON.parse(claimsmith('sign', ...options, ...signing));
  const files = signed.map(({ file }) => JSON.parse(readFileSync(file, 'utf8')));
  return {
    action: load(readFileSync(path.join(out, 'action.js'), 'utf8')),
    digest,
    blocks: new Map(files.map((block) => [block.organization_id, block])),
  };
}

/** The event with the block in the metadata of its organization. */
function withMetadata(event, block) {
  if (!block) return event;
  const { organization } = event;
  return {
    ...event,
    organization: {
      ...organization,
      metadata: { ...organization.metadata, ...block.values },
    },
  };
}

/** The kind of a login that blocks cannot serve, or undefined. */
function exclusion({ organization }, answer, blocks) {
  if (organization?.id !== undefined)
    return answer.reason === 'unknown-organization' ? 'unknown organization' : undefined;
  const travels = (name) => [...blocks.values()].some((block) => block.organization === name);
  const isUnclear = ['ambiguous-connection', 'unknown-connection'].includes(answer.reason);
  return isUnclear || travels(answer.organization) ? 'no organization' : undefined;
}

for (const platform of PLATFORMS) {
  test(platform, async (context) => {
    const { cases } = JSON.parse(claimsmith('test', platform, '--format', 'json'));
    assert.ok(cases.length > 0, 'there are cases');
    const tenants = [...new Set(cases.map(({ tenant }) => tenant ?? ONLY))];
    const files = withBlocks(platform, tenants);
    const packages = new Map(tenants.map((tenant) => [tenant, packaged(files, tenant)]));
    for (const { name, tenant, event, answer } of cases) {
      await context.test(tenant ? `${name} (${tenant})` : name, async ({ mock }) => {
        const { action, digest, blocks } = packages.get(tenant ?? ONLY);
        const { event: sent, now = 0, provisioned } = takeScene(event);
        mock.timers.enable({ apis: ['Date'], now });
        const own = blocks.get(sent.organization?.id);
        const result = await login(action, withMetadata(sent, own), createApi({ provisioned }));
        USED[result.block ? 'blocks' : 'others']++;
        if (result.block)
          assert.deepEqual(result.block, {
            bundle: own.digest.slice(0, 12),
            issued: 0,
            which: undefined,
          });
        const kind = exclusion(sent, answer, blocks);
        if (kind) EXCLUDED[kind].seen++;
        const closed = kind && {
          reason: EXCLUDED[kind].reason,
          groups: [],
          rules: [],
          received: 0,
          unmatched: [],
          notes: {},
        };
        const block = own && {
          bundle: own.digest,
          issued: 0,
          candidate: null,
        };
        compareWithAnswer(result, { ...answer, ...closed, bundle: digest, block }, sent);
      });
    }
  });
}

test('no other logins are excluded, and nearly all others use a block', () => {
  for (const [kind, { expected, seen }] of Object.entries(EXCLUDED)) assert.equal(seen, expected, kind);
  assert.ok(USED.blocks > 30 * USED.others, JSON.stringify(USED));
});
