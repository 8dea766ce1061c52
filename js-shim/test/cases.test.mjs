/** The cases that run natively also run through a built Action: same claims, same reasons, same counts. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi, takeScene } from '../auth0-loader.mjs';
import { PLATFORMS, bundle, claimsmith, compareWithAnswer, load, login } from './support.mjs';

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
        compareWithAnswer(await login(actionOf(tenant), sent, createApi({ provisioned })), answer, sent);
      });
    }
  });
}
