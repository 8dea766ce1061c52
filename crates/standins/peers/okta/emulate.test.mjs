// `emulate`, another program that answers as Okta, has a directory; `claimsmith sync plan` reads it, and Okta's own SDK
// finds the same people there. It has pages by number in place of cursors, takes no `limit`, and its lists have people who
// are deactivated: so links are followed as they are, and no list is taken for another one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import readline from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run, runProgram, start } from '../standin.mjs';

/** `emulate` needs a newer Node than the tests. */
const node = process.env.NODE_22;
assert.ok(node, 'NODE_22 is not set: the path of Node 22 or newer');
const command =
  process.env.CLAIMSMITH ?? fileURLToPath(new URL('../../../../target/release/claimsmith', import.meta.url));
const emulate = fileURLToPath(new URL('../node_modules/emulate/dist/index.js', import.meta.url));
const TOKEN = 'test_token_admin';
/** More than two pages. */
const PEOPLE = 75;
const MEMBERS = 40;

const at = (number) => String(number).padStart(3, '0');
const address = (number) => `user${at(number)}@acme.example`;
const numbers = Array.from({ length: PEOPLE }, (_, number) => number);

const directory = {
  tokens: { [TOKEN]: { login: 'testuser@okta.local' } },
  okta: {
    users: numbers.map((it) => ({
      okta_id: `00u${at(it)}`,
      login: address(it),
      first_name: 'Ada',
      last_name: at(it),
      status: { 1: 'DEPROVISIONED', 2: 'SUSPENDED' }[it] ?? 'ACTIVE',
    })),
    groups: [
      { okta_id: '00g1', name: 'Data Office' },
      { okta_id: '00g2', name: 'Empty' },
    ],
    group_memberships: numbers.slice(0, MEMBERS).map((it) => ({ group_okta_id: '00g1', user_okta_id: `00u${at(it)}` })),
  },
};

const MAPPING = `\
version: 1
platform:
  applications: { catalog: { clients: [client], claim: https://example.com/groups } }
  groups: { stewards: { applications: [catalog], description: Keeps descriptions. } }
organizations:
  acme:
    organization: org_acme0000000000001
    connections: { acme-okta: { strategy: okta } }
    directory: { kind: okta, application: catalog }
    rules:
      - { id: data-office, match: { exact: Data Office }, grant: stewards }
`;

// Starts `emulate` on a free port.
async function startEmulate(folder) {
  const seed = path.join(folder, 'seed.json');
  fs.writeFileSync(seed, JSON.stringify(directory));
  const probe = http.createServer();
  const port = await new Promise((resolve) => probe.listen(0, '127.0.0.1', () => resolve(probe.address().port)));
  await new Promise((resolve) => probe.close(resolve));
  const child = spawn(node, [emulate, '-p', String(port), '-s', 'okta', '--seed', seed], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`emulate ended with ${code}`)));
    readline.createInterface({ input: child.stdout }).on('line', (line) => line.includes('Ready') && resolve());
  });
  child.removeAllListeners('exit');
  return { child, port };
}

// Ends TLS as a proxy does: the links of what is in it begin with `https:`, and are otherwise as they were.
function startProxy(standIn, port) {
  const identity = { cert: fs.readFileSync(standIn.certificate), key: fs.readFileSync(standIn.key) };
  const requests = [];
  const server = https.createServer(identity, ({ method, url, headers }, response) => {
    requests.push(url);
    const forwarded = http.request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      const { link } = answer.headers;
      if (link) answer.headers.link = link.replaceAll('<http://', '<https://');
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    forwarded.end();
  });
  return new Promise((resolve) => server.listen(0, 'localhost', () => resolve({ server, requests })));
}

test('the directory of `emulate` is read to its end, and its people become users', async () => {
  const catalog = {
    tokens: [{ token: 'catalog' }],
    tenant: {
      users: [{ id: 'own', userName: 'own@acme.example', active: true }],
      groups: [{ displayName: 'stewards', members: [{ value: 'own' }] }],
    },
  };
  const standIn = await start(catalog, 'scim');
  const { child, port } = await startEmulate(standIn.folder);
  const { server, requests } = await startProxy(standIn, port);
  try {
    const okta = `localhost:${server.address().port}`;
    fs.writeFileSync(path.join(standIn.folder, 'mappings.yaml'), MAPPING);
    const settings = {
      SSL_CERT_FILE: standIn.ca,
      OKTA_URL: `https://${okta}`,
      OKTA_TOKEN: TOKEN,
      SCIM_URL: `https://${standIn.domain}/scim/v2`,
      SCIM_TOKEN: 'catalog',
    };
    const { code, out, output } = await runProgram(
      command,
      ['sync', 'plan', 'acme', '--mappings', 'mappings.yaml', '--format', 'json'],
      settings,
      standIn.folder,
    );
    assert.equal(code, 0, output);
    const written = JSON.parse(fs.readFileSync(path.join(standIn.folder, JSON.parse(out).file), 'utf8'));
    const text = JSON.stringify(written);
    // Of the members, one is deactivated and one suspended.
    const created = numbers.filter((it) => text.includes(`"${address(it)}"`));
    assert.deepEqual(
      created,
      numbers.slice(0, MEMBERS).filter((it) => it !== 1 && it !== 2),
      output,
    );
    assert.equal(requests.filter((it) => /[?&]page=3\b/.test(it)).length, 1, 'the links of the service');

    const calls = fileURLToPath(new URL('../directory-calls.mjs', import.meta.url));
    const counted = await run(standIn, [calls, 'okta', okta], { OKTA_TOKEN: TOKEN });
    // It has a user and a group of its own.
    assert.deepEqual(JSON.parse(counted.out), { users: PEOPLE + 1, groups: 3, members: MEMBERS }, counted.output);
  } finally {
    server.close();
    server.closeAllConnections();
    child.kill();
    await standIn.stop();
  }
});
