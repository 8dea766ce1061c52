// `claimsmith sync probe` writes to SCIM services of others: scim2-server, with pages by position and with cursors, and
// SCIMMY. It finds how they differ, also if every second answer to a change gets lost, and leaves nothing of its own.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { claimsmith, start } from '../standin.mjs';
import { ask, overTls, scim2Server, scimmy } from './services.mjs';

assert.ok(process.env.SCIM_PYTHON, 'SCIM_PYTHON is not set: the Python of what scim-tester/requirements.txt lists');

const RFC = { removal: 'path', is_removal_seen: true, names_members: true };

const SERVICES = {
  'scim2-server, with pages by position': {
    serve: (folder) => scim2Server(folder, false),
    found: { ...RFC, stores_members_twice: false, user_name_filter_ignores_case: true },
  },
  'scim2-server, with cursors': {
    serve: (folder) => scim2Server(folder, true),
    found: { ...RFC, stores_members_twice: false, user_name_filter_ignores_case: true },
  },
  SCIMMY: {
    serve: () => scimmy(),
    found: { ...RFC, stores_members_twice: true, user_name_filter_ignores_case: false },
  },
};

// More users than a page has, and a group of some.
async function fill(service) {
  const members = [];
  for (let at = 0; at < 7; at += 1) {
    const user = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: `user${at}`, active: true };
    const { id } = await ask(service, 'POST', 'Users', user);
    members.push({ value: id });
  }
  const schemas = ['urn:ietf:params:scim:schemas:core:2.0:Group'];
  await ask(service, 'POST', 'Groups', { schemas, displayName: 'readers', members });
}

// The names that are there, and the number of members of the group.
async function content(service) {
  const [users, groups] = [await ask(service, 'GET', 'Users?count=5'), await ask(service, 'GET', 'Groups')];
  return {
    users: users.totalResults ?? users.Resources.length,
    groups: groups.Resources.map((it) => [it.displayName, it.members.length]),
  };
}

for (const [name, { serve, found }] of Object.entries(SERVICES)) {
  for (const [loss, isLost] of Object.entries({
    'every answer arrives': () => () => false,
    'every second answer to a change gets lost': () => {
      let changes = 0;
      return (method) => method !== 'GET' && (changes += 1) % 2 === 1;
    },
  })) {
    test(`${name}: the probe finds what it does, and ${loss}`, async (context) => {
      const standIn = await start({}, 'scim');
      context.after(() => standIn.stop());
      const service = await serve(standIn.folder);
      context.after(() => service.stop());
      const proxy = await overTls(service, standIn, isLost());
      context.after(() => proxy.stop());
      await fill(service);
      const before = await content(service);
      const settings = { SCIM_URL: proxy.url, SCIM_TOKEN: proxy.token };
      const { code, output } = await claimsmith(standIn, ['sync', 'probe', '--out', 'dialect.json'], settings);
      assert.equal(code, 0, output);
      const dialect = JSON.parse(fs.readFileSync(path.join(standIn.folder, 'dialect.json'), 'utf8'));
      assert.deepEqual(dialect, { service: proxy.url, ...found }, output);
      assert.deepEqual(await content(service), before, output);
    });
  }
}
