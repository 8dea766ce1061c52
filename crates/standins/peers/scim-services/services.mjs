// SCIM services of others, over TLS as `localhost`, with an end at which answers can get lost.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import readline from 'node:readline';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';

const TOKEN = 'catalog-token';

/** scim2-server listens on a port that the system chooses, and says which one. */
const SCIM2_SERVER = `
from scim2_server.testserver import cli
make_server = cli.make_server
def listening(*arguments, **options):
    server = make_server(*arguments, **options)
    print("port", server.server_port, flush=True)
    return server
cli.make_server = listening
cli.main()`;

// Pages of five, from cursor to cursor (RFC 9865).
const WITH_CURSORS = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: 5 },
  changePassword: { supported: false },
  sort: { supported: true },
  etag: { supported: true },
  pagination: {
    cursor: true,
    index: false,
    defaultPaginationMethod: 'cursor',
    defaultPageSize: 5,
    maxPageSize: 5,
    cursorTimeout: 3600,
  },
};

// scim2-server, in the environment of scim2-tester.
export async function scim2Server(folder, hasCursors) {
  const args = ['-c', SCIM2_SERVER, '--port', '0', '--bearer-token', TOKEN];
  if (hasCursors) {
    const file = path.join(folder, 'service-provider-config.json');
    fs.writeFileSync(file, JSON.stringify(WITH_CURSORS));
    args.push('--service-provider-config', file);
  }
  const child = spawn(process.env.SCIM_PYTHON, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const port = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`scim2-server ended with ${code}`)));
    readline.createInterface({ input: child.stdout }).once('line', (line) => resolve(Number(line.split(' ')[1])));
  });
  child.removeAllListeners('exit');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    port,
    base: '/v2',
    stop() {
      child.kill();
      return ended;
    },
  };
}

// SCIMMY, with its resources in memory. It is one for each process.
export function scimmy() {
  const stores = { User: new Map(), Group: new Map() };
  for (const [name, store] of Object.entries(stores)) {
    const key = name === 'User' ? 'userName' : 'displayName';
    const known = (id) => {
      if (!store.has(id)) throw new SCIMMY.Types.Error(404, null, 'there is no such resource');
      return store.get(id);
    };
    SCIMMY.Resources.declare(SCIMMY.Resources[name], {
      ingress: (resource, instance) => {
        const id = resource.id ?? randomUUID();
        if (resource.id) known(id);
        const isSame = (it) => it.id !== id && it[key].toLowerCase() === instance[key].toLowerCase();
        if ([...store.values()].some(isSame)) throw new SCIMMY.Types.Error(409, 'uniqueness', 'the name is taken');
        const document = { ...JSON.parse(JSON.stringify(instance)), id, meta: { created: new Date(0) } };
        store.set(id, document);
        return document;
      },
      egress: (resource) => {
        if (resource.id) return known(resource.id);
        const all = [...store.values()];
        return resource.filter ? resource.filter.match(all) : all;
      },
      degress: (resource) => void store.delete(known(resource.id).id),
    });
  }
  const app = express();
  const handler = (request) => {
    if (request.header('Authorization') !== `Bearer ${TOKEN}`) throw new Error('no token');
    return 'client';
  };
  app.use('/scim/v2', new SCIMMYRouters({ type: 'bearer', handler }));
  const server = http.createServer(app);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      resolve({
        port,
        base: '/scim/v2',
        async stop() {
          server.closeAllConnections();
          await new Promise((closed) => server.close(closed));
        },
      });
    });
  });
}

// The stand-in of a SCIM service, which has TLS itself. It ends with the test that started it.
export function standInAsService(standIn) {
  const port = Number(standIn.domain.split(':')[1]);
  return { port, base: '/scim/v2', ca: fs.readFileSync(standIn.ca), async stop() {} };
}

function send(service, request) {
  const { port, ca } = service;
  return (ca ? https : http).request({ host: ca ? 'localhost' : '127.0.0.1', port, ca, ...request });
}

// Ends TLS before a service. An answer for which `isLost(method)` says so is not passed on, although the service did
// what it was asked.
export function overTls(service, identity, isLost) {
  const proxy = https.createServer(
    { cert: fs.readFileSync(identity.certificate), key: fs.readFileSync(identity.key) },
    (request, response) => {
      const { method, headers } = request;
      const sent = send(service, { path: request.url, method, headers });
      sent.once('error', () => request.socket.destroy());
      sent.once('response', (answer) => {
        if (isLost(method)) {
          answer.resume();
          answer.once('end', () => request.socket.destroy());
          return;
        }
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      request.pipe(sent);
    },
  );
  return new Promise((resolve) => {
    proxy.listen(0, 'localhost', () => {
      resolve({
        url: `https://localhost:${proxy.address().port}${service.base}`,
        token: TOKEN,
        async stop() {
          proxy.closeAllConnections();
          await new Promise((closed) => proxy.close(closed));
        },
      });
    });
  });
}

// Asks a service itself.
export async function ask(service, method, endpoint, body) {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/scim+json' };
  const request = send(service, { path: `${service.base}/${endpoint}`, method, headers });
  const answered = new Promise((resolve, reject) => request.once('response', resolve).once('error', reject));
  request.end(body && JSON.stringify(body));
  let text = '';
  for await (const part of (await answered).setEncoding('utf8')) text += part;
  return JSON.parse(text);
}
