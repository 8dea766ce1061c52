/** The Action is plain ASCII, and contains no keyword of the programs that deploy it, whatever is in a mapping. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi } from '../auth0-loader.mjs';
import { ACTION, bundleText, embedded, load, login } from './support.mjs';

/** auth0-deploy-cli replaces the first two, Terraform's templates the others. */
const KEYWORDS = /##|@@|\$\{|%\{/;

const TEXTS = [
  '##KEY##',
  '@@KEY@@',
  '${key}',
  '%{if key}',
  '$${key}',
  '%%{key}',
  '#',
  '@',
  '$',
  '%',
  '#'.repeat(9),
  '@{',
  '${"',
  "${'",
  'Büro',
  'Größe-東京',
  '🛠',
  '\u{10ffff}',
  'a\u0301',
  '\u2028',
  '\u2029',
  '\ufeff',
  'ﬁ',
  '\u00ad',
  '\\u0024{',
  '\\',
  '\\\\#',
  '\\"@@',
  '"',
  "'",
  '`',
  '</script>',
  '__proto__',
  '__CLAIMSMITH_BUNDLE__',
  '\\u',
];
const claim = (text, at) => `https://claims.example.com/${at}/${encodeSpaces(text)}/groups`;
/** A claim's name has no spaces; line separators count as spaces. */
const encodeSpaces = (text) => text.replace(/[\s\u2028\u2029\ufeff]/g, '_');

const stringify = (value) =>
  JSON.stringify(value).replace(/[\u2028\u2029]/g, (text) => `\\u${text.charCodeAt(0).toString(16)}`);

const applications = TEXTS.map((text, at) => ({
  client: `client ${at} ${text} end`,
  claim: claim(text, at),
  saml: at % 3 === 1 ? `https://saml.example.com/${at}/${encodeSpaces(text)}` : null,
  provenance: at % 3 === 2 ? claim(text, `provenance-${at}`) : null,
}));

// JSON is YAML; line separators, which `stringify` leaves as they are, must be escapes in a mapping file.
const platform = (failure) =>
  stringify({
    version: 1,
    platform: {
      applications: Object.fromEntries(
        applications.map(({ client, claim, saml, provenance }, at) => [
          `app-${at}`,
          { clients: [client], claim, ...(saml && { 'saml-attribute': saml }), ...(provenance && { provenance }) },
        ]),
      ),
      groups: {
        staff: { applications: applications.map((_, at) => `app-${at}`), description: 'All: ${x} ##Y## @@Z@@ é' },
      },
      policies: { failure },
    },
    organizations: {
      acme: {
        organization: 'org_acme',
        connections: { '@@acme@@': { strategy: 'samlp', groups: { from: '/%{groups}', shape: 'list' } } },
        rules: [{ id: 'staff', match: { exact: '##STAFF##' }, grant: 'staff' }],
      },
    },
  });

const action = bundleText(platform('no-groups'));
const broken = (source) => {
  const { Module } = WebAssembly;
  const run = load(source);
  return {
    async execute(...args) {
      WebAssembly.Module = undefined;
      try {
        return await run.execute(...args);
      } finally {
        WebAssembly.Module = Module;
      }
    },
  };
};
const event = ({ client }) => ({
  client: { client_id: client },
  organization: { id: 'org_acme' },
  connection: { name: '@@acme@@' },
  transaction: { protocol: 'samlp' },
  user: { '%{groups}': ['##STAFF##'] },
});

test('the text is plain ASCII without keywords', () => {
  for (const source of [action, ACTION, bundleText(platform('deny'))]) {
    assert.match(source, /^[\x20-\x7e\n]*$/);
    assert.doesNotMatch(source, KEYWORDS);
  }
  // Where they come from a mapping, not even the characters are there.
  assert.doesNotMatch(embedded(action).FALLBACK, /[#@$%]/);
});

test('without an engine every application receives exactly its names', async () => {
  for (const application of applications) {
    const { claims, attributes, outcome, reason } = await login(broken(action), event(application), createApi());
    assert.deepEqual([outcome, reason], ['groups', 'bad-bundle'], application.client);
    assert.deepEqual(claims, { idToken: { [application.claim]: [] }, accessToken: { [application.claim]: [] } });
    assert.deepEqual(attributes, application.saml === null ? {} : { [application.saml]: [] });
  }
});

test('with an engine every application receives exactly its names', async () => {
  const instance = load(action);
  for (const application of applications) {
    const { claims, reason } = await login(instance, event(application), createApi());
    assert.equal(reason, 'ok');
    assert.deepEqual(claims.idToken[application.claim], ['staff'], application.client);
    assert.equal(Object.keys(claims.idToken).length, application.provenance === null ? 1 : 2);
    if (application.provenance !== null) assert.ok(Object.hasOwn(claims.idToken, application.provenance));
  }
});
