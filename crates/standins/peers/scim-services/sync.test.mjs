// `claimsmith sync run` writes to SCIM services of others what a directory has: scim2-server, with pages by position and
// with cursors, SCIMMY, and the stand-in as a service that removes members in the form of Entra alone. Each ends in the
// same state, also if every second answer to a change gets lost.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { claimsmith, start } from '../standin.mjs';
import { ask, overTls, scim2Server, scimmy, standInAsService } from './services.mjs';

assert.ok(process.env.SCIM_PYTHON, 'SCIM_PYTHON is not set: the Python of what scim-tester/requirements.txt lists');

const MAPPINGS = `
version: 1
platform:
  applications:
    catalog: { clients: [CatalogClient], claim: https://claims.example.com/catalog/groups }
  groups:
    admins: { applications: [catalog], description: Administers the catalog. }
    readers: { applications: [catalog], description: Reads the catalog. }
organizations:
  acme:
    organization: org_Acme0000000000001
    connections:
      acme-ldap: { strategy: ad }
    directory: { kind: file, application: catalog }
    rules:
      - { id: admins, match: { exact: IT }, grant: admins }
      - { id: readers, match: { exact: Finance }, grant: readers }
`;

const SERVICES = {
  'scim2-server, with pages by position': (standIn) => scim2Server(standIn.folder, false),
  'scim2-server, with cursors': (standIn) => scim2Server(standIn.folder, true),
  SCIMMY: () => scimmy(),
  'the stand-in, with the form of Entra alone': (standIn) => standInAsService(standIn),
};

const QUIRKS = { removal_by_filter: 'refused', removal_with_value: 'taken' };

/** More than a page of scim2-server has with cursors. */
const PEOPLE = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7'];

function person(id, attributes = {}) {
  const names = { mail: `${id}@acme.example`, displayName: id, givenName: 'Ada', familyName: 'King' };
  return { person: { id, active: true, attributes: { ...names, ...attributes } } };
}

function directory(folder, people, { it, finance }) {
  const groups = [
    { group: { id: 'g1', name: 'IT', members: it } },
    { group: { id: 'g2', name: 'Finance', members: finance } },
  ];
  const lines = [...people, ...groups, { end: { people: people.length, groups: groups.length } }];
  fs.writeFileSync(path.join(folder, 'acme.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
}

// What the service has, without its own ids.
async function content(service) {
  const users = [];
  for (let next = 'Users?count=100'; next;) {
    const page = await ask(service, 'GET', next);
    users.push(...page.Resources);
    next = page.nextCursor && `Users?count=100&cursor=${page.nextCursor}`;
  }
  const names = new Map(users.map((it) => [it.id, it.externalId ?? it.userName]));
  const groups = (await ask(service, 'GET', 'Groups?count=100')).Resources;
  const short = (text) => text.replace('claimsmith:acme:', '');
  return {
    users: Object.fromEntries(
      users
        .filter((it) => it.externalId)
        .map((it) => [
          short(it.externalId),
          [it.userName, it.displayName, it.name?.givenName, it.emails?.map((email) => email.value).join(), it.active],
        ]),
    ),
    groups: Object.fromEntries(
      groups.map((it) => [it.displayName, (it.members ?? []).map((member) => short(names.get(member.value))).sort()]),
    ),
  };
}

for (const [name, serve] of Object.entries(SERVICES)) {
  for (const [loss, loses] of Object.entries({
    'every answer arrives': false,
    'every second answer to a change gets lost': true,
  })) {
    test(`${name}: the service follows the directory, and ${loss}`, async (context) => {
      const tokens = [{ token: 'catalog-token' }];
      const standIn = await start({ tokens, quirks: QUIRKS }, 'scim');
      context.after(() => standIn.stop());
      const service = await serve(standIn);
      context.after(() => service.stop());
      let changes = 0;
      const isLost = (method) => {
        if (method !== 'GET') changes += 1;
        return loses && method !== 'GET' && changes % 2 === 1;
      };
      const proxy = await overTls(service, standIn, isLost);
      context.after(() => proxy.stop());
      const user = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'own', active: true };
      const own = await ask(service, 'POST', 'Users', user);
      const schemas = ['urn:ietf:params:scim:schemas:core:2.0:Group'];
      for (const displayName of ['admins', 'readers', 'by-hand']) {
        await ask(service, 'POST', 'Groups', { schemas, displayName, members: [{ value: own.id }] });
      }
      fs.writeFileSync(path.join(standIn.folder, 'mappings.yaml'), MAPPINGS);
      const settings = { SCIM_URL: proxy.url, SCIM_TOKEN: proxy.token };
      const sync = async (...args) => {
        const { code, output } = await claimsmith(standIn, ['sync', ...args], settings);
        assert.equal(code, 0, output);
        return output;
      };
      await sync('probe', '--out', 'dialect.json');
      const files = ['--mappings', 'mappings.yaml', '--directory', 'acme.jsonl', '--dialect', 'dialect.json'];
      const run = () => sync('run', 'acme', ...files);

      directory(
        standIn.folder,
        PEOPLE.map((id) => person(id)),
        { it: ['p0'], finance: PEOPLE.slice(0, 7) },
      );
      await run();
      const state = (id) => [`${id}@acme.example`, id, 'Ada', `${id}@acme.example`, true];
      const expected = {
        users: Object.fromEntries(PEOPLE.slice(0, 7).map((id) => [id, state(id)])),
        groups: { admins: ['own', 'p0'], readers: ['own', ...PEOPLE.slice(0, 7)], 'by-hand': ['own'] },
      };
      assert.deepEqual(await content(service), expected);

      // Without a difference, nothing is written.
      const before = changes;
      await run();
      assert.equal(changes, before);

      // p1 has other names, p2 has left, p3 has lost a group, and p7 has received one.
      const changed = PEOPLE.filter((id) => id !== 'p2').map((id) =>
        person(id, id === 'p1' ? { mail: 'eva@acme.example', displayName: 'Eva', givenName: 'Eva' } : {}),
      );
      directory(standIn.folder, changed, { it: ['p0'], finance: ['p0', 'p1', 'p4', 'p5', 'p6', 'p7'] });
      await run();
      expected.users.p1 = ['eva@acme.example', 'Eva', 'Eva', 'eva@acme.example', true];
      expected.users.p2[4] = false;
      expected.users.p7 = state('p7');
      expected.groups.readers = ['own', 'p0', 'p1', 'p4', 'p5', 'p6', 'p7'];
      assert.deepEqual(await content(service), expected);

      // p2 comes back.
      directory(standIn.folder, [...changed, person('p2')], {
        it: ['p2'],
        finance: ['p0', 'p1', 'p4', 'p5', 'p6', 'p7'],
      });
      await run();
      expected.users.p2[4] = true;
      expected.groups.admins = ['own', 'p2'];
      assert.deepEqual(await content(service), expected);
    });
  }
}
