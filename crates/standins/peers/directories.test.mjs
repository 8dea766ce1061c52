// The SDKs of Okta and of Microsoft Graph page through the stand-ins, and wait after a refusal for as long as it says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { counts, graph, okta } from './directory-seeds.mjs';
import { control, run, start } from './standin.mjs';

const seeds = { okta, graph };
const pages = { okta: '/api/v1/groups/*/users', graph: '/v1.0/groups/*/members' };

for (const [service, seed] of Object.entries(seeds)) {
  test(`the SDK of ${service} reads everything, and waits after a 429`, async () => {
    const faults = [{ at: { nth: 2, method: 'GET', path: pages[service] }, status: 429, retry_after: 1 }];
    const standIn = await start({ ...seed, faults }, service);
    try {
      const calls = fileURLToPath(new URL('directory-calls.mjs', import.meta.url));
      const { code, out, output } = await run(standIn, [calls, service, standIn.domain]);
      assert.equal(code, 0, output);
      assert.deepEqual(JSON.parse(out), counts(service));
      const { requests } = await control(standIn, ['requests']);
      assert.deepEqual(
        requests.filter((it) => it.status !== 200).map((it) => it.status),
        [429],
        'everything else is answered',
      );
      const lists = requests.filter((it) => it.method === 'GET' && it.status === 200);
      assert.equal(lists.length, 3 + 1 + 2, 'pages of 100');
    } finally {
      await standIn.stop();
    }
  });
}
