/**
 * The page of an onboarding kit gives the same groups as `claimsmith explain`, loads nothing, and names no other
 * customer. Its script runs here as in a browser: with the standard objects and a document, and nothing of Node.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import vm from 'node:vm';
import { claimsmith } from './support.mjs';

const CUSTOMERS = {
  acme: 'acme-entra',
  globex: 'globex-entra-oidc',
  hooli: 'hooli-google',
  initech: 'initech-okta',
  soylent: 'soylent-adfs',
  stark: 'stark-ldap',
  tyrell: 'tyrell-ping',
  umbra: 'umbra-saml',
};
const folder = mkdtempSync(path.join(tmpdir(), 'claimsmith-page-'));
after(() => rmSync(folder, { recursive: true }));

/** @returns {{ html: string, data: any, kit: string }} the page of a customer */
function pageOf(customer, ...options) {
  const kit = path.join(folder, customer);
  claimsmith('onboard', customer, '--out', kit, ...options);
  const html = readFileSync(path.join(kit, 'kit.html'), 'utf8');
  const [, json] = /<script id="claimsmith-data" type="application\/json">(.*?)<\/script>/s.exec(html);
  return { html, data: JSON.parse(json), kit };
}

/** The page in a document of its own. */
class Page {
  #elements = new Map();

  constructor(html, data) {
    const script = html.slice(html.lastIndexOf('<script>') + '<script>'.length, html.lastIndexOf('</script>'));
    for (const id of ['input', 'connection', 'run', 'output', 'claimsmith-data'])
      this.#elements.set(id, element('div'));
    this.#elements.get('claimsmith-data').textContent = JSON.stringify(data);
    this.#elements.get('connection').value = data.connections[0].name;
    const document = { getElementById: (id) => this.#elements.get(id), createElement: element };
    const globals = { document, WebAssembly, TextEncoder, TextDecoder, atob, btoa };
    vm.runInNewContext(script, globals);
  }

  /** @returns {{ text: string, groups: Record<string, string[]>, unmatched: string[], matched: string[] }} */
  check(pasted) {
    this.#elements.get('input').value = pasted;
    this.#elements.get('run').listeners.forEach((listener) => listener());
    const shown = this.#elements.get('output').children;
    const lists = {};
    let title = '';
    for (const { name, textContent, children } of shown) {
      if (name === 'h3') lists[(title = textContent)] = [];
      if (name === 'ul') lists[title] = children.map((item) => item.textContent);
    }
    const sent = (end) => lists[`Sent, and ${end}`] ?? [];
    const groups = Object.fromEntries(Object.entries(lists).filter(([title]) => !title.startsWith('Sent, ')));
    const text = shown.map(({ textContent }) => textContent).join('\n');
    return { text, groups, unmatched: sent('matched by no rule'), matched: sent('matched by a rule') };
  }
}

function element(name) {
  return {
    name,
    textContent: '',
    value: '',
    children: [],
    listeners: [],
    append(...added) {
      this.children.push(...added);
    },
    replaceChildren(...added) {
      this.children = added;
    },
    addEventListener(_, listener) {
      this.listeners.push(listener);
    },
  };
}

/** What `claimsmith explain` answers for a profile. */
function explain(customer, application, profile) {
  const file = path.join(folder, 'user.json');
  writeFileSync(file, JSON.stringify(profile));
  const login = ['--organization', customer, '--application', application, '--connection', CUSTOMERS[customer]];
  return JSON.parse(claimsmith('explain', ...login, '--user', file, '--format', 'json')).answer;
}

for (const customer of Object.keys(CUSTOMERS)) {
  test(`the page of ${customer} gives the groups that explain gives`, () => {
    const { html, data, kit } = pageOf(customer, '--connection', CUSTOMERS[customer]);
    const page = new Page(html, data);
    const users = JSON.parse(readFileSync(path.join(kit, 'samples/test-users.json'), 'utf8'));
    assert.ok(users.length > 0);
    for (const { application, profile, provisioned } of users) {
      if (provisioned !== null) continue;
      const shown = page.check(JSON.stringify(profile));
      const answer = explain(customer, application, profile);
      const where = `${customer}: ${JSON.stringify(profile)}: ${shown.text}`;
      assert.deepEqual(shown.groups[application] ?? [], answer.outcome === 'groups' ? answer.groups : [], where);
      if (answer.outcome === 'deny') assert.match(shown.text, new RegExp(`refused: ${answer.reason}`), where);
      // Forms and normalization change names, so only their number is compared there.
      if (answer.reason === 'ok') assert.equal(new Set(shown.unmatched).size, answer.unmatched.length, where);
    }
  });
}

test('pages load nothing and allow nothing else', () => {
  const { html } = pageOf('acme');
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html);
  const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const [, style] = /<style>(.*?)<\/style>/s.exec(html);
  const script = html.slice(html.lastIndexOf('<script>') + '<script>'.length, html.lastIndexOf('</script>'));
  assert.equal(
    policy,
    `default-src 'none'; script-src ${hash(script)} 'wasm-unsafe-eval'; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`,
  );
  const body = html.replace(script, '');
  assert.doesNotMatch(body, / (?:src|href|action|srcset|style|on\w+)="(?!#)/);
  assert.doesNotMatch(body, /<(?:link|img|iframe|object|embed|base)\b/);
  assert.doesNotMatch(
    script,
    /fetch\(|XMLHttpRequest|WebSocket|sendBeacon|EventSource|import\(|innerHTML|document\.write/,
  );
  for (const [, id] of body.matchAll(/href="#([^"]*)"/g)) assert.ok(body.includes(` id="${id}"`), `#${id}`);
});

test('pages name no other customer, also not in their bundles', () => {
  for (const customer of Object.keys(CUSTOMERS)) {
    const { html, data } = pageOf(customer, '--connection', CUSTOMERS[customer]);
    const bundle = Buffer.from(data.bundle, 'base64').toString('latin1');
    const text = html.replace(data.engine, '').toLowerCase();
    for (const other of Object.keys(CUSTOMERS).filter((it) => it !== customer)) {
      assert.ok(!bundle.toLowerCase().includes(other) && !text.includes(other), `${customer}: ${other}`);
    }
  }
});

test('tokens, lists and wrong texts are read for what they are', () => {
  const { html, data, kit } = pageOf('initech', '--connection', 'initech-okta');
  const page = new Page(html, data);
  const token = readFileSync(path.join(kit, 'samples/token.txt'), 'utf8');
  const profile = JSON.parse(readFileSync(path.join(kit, 'samples/profile.json'), 'utf8'));
  const expected = page.check(JSON.stringify(profile)).groups;
  assert.ok(Object.values(expected).flat().length > 0);
  const fromToken = page.check(`Bearer ${token}`);
  assert.deepEqual(fromToken.groups, expected);
  assert.match(fromToken.text, /Its signature was not checked/);
  assert.match(fromToken.text, /Auth0 keeps the claim groups as \/federated_groups, in one string/);
  assert.deepEqual(page.check(JSON.stringify(profile.federated_groups.split(','))).groups, expected);
  const hostile = '<img src=x onerror=alert(1)>';
  assert.deepEqual(page.check(JSON.stringify({ federated_groups: `bi-developers,${hostile}` })).unmatched, [hostile]);
  const claims = JSON.parse(readFileSync(path.join(kit, 'samples/token.json'), 'utf8'));
  assert.deepEqual(page.check(JSON.stringify(claims)).groups, expected);
  // In a profile, an attribute that is called like the claim is another attribute.
  assert.match(page.check(JSON.stringify({ ...claims, user_id: 'a' })).text, /refused: attribute-absent/);
  assert.match(page.check('{}').text, /refused: attribute-absent\.\n.+/);
  const event = { user: profile, connection: { name: 'other' }, organization: { id: 'org_other' } };
  assert.deepEqual(page.check(JSON.stringify(event)).groups, expected);
  for (const [text, message] of [
    ['', 'Paste a profile or a token.'],
    ['groups', 'This is neither JSON nor a token.'],
    ['"a"', 'Paste a JSON object, a list of groups or a token.'],
    ['a.b.c', 'This looks like a token, but its second part is not JSON in base64.'],
    ['a.b.c.d.e', 'This token is encrypted. Paste its decrypted payload.'],
    [' '.repeat(10) + 'x'.repeat(1_000_001), 'This text is longer than a profile or a token.'],
  ]) {
    assert.equal(page.check(text).text, message);
  }
  // A page that was damaged does not answer.
  const damaged = new Page(html, { ...data, bundle: data.bundle.replace(/^./, (char) => (char === 'Q' ? 'R' : 'Q')) });
  assert.equal(Object.keys(damaged.check(JSON.stringify(profile)).groups).length, 0);
});
