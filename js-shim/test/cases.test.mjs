/** The cases that run natively also run through a built Action: same claims, same reasons, same counts. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createApi, takeScene } from '../auth0-loader.mjs';
import { ROOT, bundle, claimsmith, load, login, onTokens } from './support.mjs';

const PLATFORMS = [
  'mappings',
  ...readdirSync(path.join(ROOT, 'tests/cases'))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => `tests/cases/${file}`),
];

for (const platform of PLATFORMS) {
  test(platform, async (context) => {
    const actions = new Map();
    const actionOf = (tenant) => {
      if (!actions.has(tenant)) {
        actions.set(tenant, load(bundle(platform, ...(tenant ? ['--tenant', tenant] : []))));
      }
      return actions.get(tenant);
    };
    const { cases } = JSON.parse(claimsmith('test', platform, '--format', 'json'));
    assert.ok(cases.length > 0, 'there are cases');
    for (const { name, tenant, event, answer } of cases) {
      await context.test(tenant ? `${name} (${tenant})` : name, async ({ mock }) => {
        // A case without a time is before every date that a rule may have.
        const { event: sent, now = 0, provisioned } = takeScene(event);
        mock.timers.enable({ apis: ['Date'], now });
        compare(await login(actionOf(tenant), sent, createApi({ provisioned })), answer, sent);
      });
    }
  });
}

/** Compares what the Action did with the answer of the command. */
function compare(result, answer, event) {
  assert.equal(result.outcome, answer.outcome);
  assert.equal(result.reason, answer.reason);
  assert.deepEqual(result.claims, onTokens(answer));
  const isSaml = event.transaction?.protocol === 'samlp' && answer.saml && answer.outcome === 'groups';
  assert.deepEqual(
    result.attributes,
    isSaml ? { [answer.saml]: answer.joined_by ? answer.groups.join(answer.joined_by) : answer.groups } : {},
  );
  assert.equal(result.denied !== null, answer.outcome === 'deny');
  assert.equal(result.digest, answer.bundle.slice(0, 12));
  const { unmatched, ...counts } = result.counts;
  assert.deepEqual(counts, { received: answer.received, out: answer.groups.length, rules: answer.rules.length });
  // The line counts entries; the answer names each group once.
  assert.ok(unmatched >= answer.unmatched.length && (unmatched === 0) === (answer.unmatched.length === 0), result.line);
  assert.deepEqual(result.notes, answer.notes);
}
