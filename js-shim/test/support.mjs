/** What the tests of the built Action share. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { createApi, loadAction } from '../auth0-loader.mjs';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ACTION_FILE = path.join(ROOT, 'dist/action.js');
export const COMMAND = path.join(ROOT, 'target/release/claimsmith');

for (const file of [ACTION_FILE, COMMAND]) {
  assert.ok(existsSync(file), `${file} is missing: run ./build.sh first`);
}

/** All platforms with cases. */
export const PLATFORMS = [
  'mappings',
  ...readdirSync(path.join(ROOT, 'tests/cases'))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => `tests/cases/${file}`),
];

/** The Action of the sample mappings. */
export const ACTION = readFileSync(ACTION_FILE, 'utf8');
export const CLAIMS = {
  qlik: 'https://claims.data-platform.example/qlik/groups',
  catalog: 'https://claims.data-platform.example/catalog/groups',
};

/**
 * @param {string} name a file in `events/`
 * @returns {any} a recorded login
 */
export function recorded(name) {
  return JSON.parse(readFileSync(new URL(`events/${name}.json`, import.meta.url), 'utf8'));
}

/**
 * Runs one login and returns what it did, with the parts of its log line.
 *
 * @param {import('../auth0-loader.mjs').Instance} action
 * @param {any} event
 * @param {object} [api] as `createApi` makes it
 */
export async function login(action, event, api = createApi()) {
  const { log } = await action.execute(event, api);
  assert.equal(log.length, 1, `one line, not ${JSON.stringify(log)}`);
  const { claims, attributes, denied } = api;
  return { claims, attributes, denied, line: log[0], ...parseLine(log[0]) };
}

/**
 * Runs the command in the project's folder.
 *
 * @param {string[]} args
 * @returns {string} what it printed
 */
export function claimsmith(...args) {
  return execFileSync(COMMAND, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

/**
 * The Action of mapping files.
 *
 * @param {string} mappings a path below the project's folder
 */
export function bundle(mappings, ...args) {
  return inFolder((out) => {
    claimsmith('bundle', mappings, ...args, '--out', out);
    return readFileSync(path.join(out, 'action.js'), 'utf8');
  });
}

/**
 * The Action of mappings that a test writes itself.
 *
 * @param {string} yaml a platform in one file
 */
export function bundleText(yaml, ...args) {
  return inFolder((folder) => {
    writeFileSync(path.join(folder, 'mappings.yaml'), yaml);
    return bundle(path.join(folder, 'mappings.yaml'), ...args);
  });
}

function inFolder(run) {
  const folder = mkdtempSync(path.join(tmpdir(), 'claimsmith-'));
  try {
    return run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The Action of the sample mappings, if the platform refuses logins after a failure. */
export const DENY = inFolder((folder) => {
  const platform = path.join(folder, 'platform.yaml');
  cpSync(path.join(ROOT, 'mappings'), folder, { recursive: true });
  const text = readFileSync(platform, 'utf8');
  writeFileSync(platform, text.replace('failure: no-groups', 'failure: deny'));
  assert.notEqual(readFileSync(platform, 'utf8'), text);
  return bundle(folder);
});

/** @param {string} line */
export function parseLine(line) {
  assert.ok(line.length < 256, `${line.length} characters: ${line}`);
  const parts =
    /^claimsmith ([0-9a-f]{12}|-) (groups|deny|none) ([a-z-]+) in=(\d+) out=(\d+) rules=(\d+) unmatched=(\d+)(?: block=([0-9a-f]{12})@(\d+)(?::(candidate|previous))?)?((?: [a-z-]+=\d+)*)$/.exec(
      line,
    );
  assert.ok(parts, `not a log line: ${line}`);
  const [, digest, outcome, reason, received, out, rules, unmatched, block, issued, which, notes] = parts;
  return {
    digest,
    outcome,
    reason,
    counts: { received: Number(received), out: Number(out), rules: Number(rules), unmatched: Number(unmatched) },
    block: block && { bundle: block, issued: Number(issued), which },
    notes: Object.fromEntries(
      notes
        .split(' ')
        .filter(Boolean)
        .map((note) => note.split('='))
        .map(([code, count]) => [code, Number(count)]),
    ),
  };
}

/**
 * The claims of both tokens for an application.
 *
 * @param {string} claim
 * @param {string[]} groups
 */
export function onBothTokens(claim, groups) {
  return { idToken: { [claim]: groups }, accessToken: { [claim]: groups } };
}

/**
 * The claims of the tokens, according to the command's answer.
 *
 * @param {any} answer
 */
export function onTokens({
  outcome,
  claim,
  groups,
  joined_by: joinedBy,
  tokens = ['id', 'access'],
  provenance,
  bundle,
  rules,
  block,
}) {
  if (outcome !== 'groups') return NO_CLAIMS;
  const claims = {
    [claim]: joinedBy ? groups.join(joinedBy) : groups,
    ...(provenance ? { [provenance]: { bundle, rules, ...(block && { block }) } } : {}),
  };
  return {
    idToken: tokens.includes('id') ? claims : {},
    accessToken: tokens.includes('access') ? claims : {},
  };
}

/**
 * Compares what the Action did with the answer of the command.
 *
 * @param {any} result as `login` returns it
 * @param {any} answer
 * @param {any} event
 */
export function compareWithAnswer(result, answer, event) {
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

export const NO_CLAIMS = { idToken: {}, accessToken: {} };

/** A new instance of an Action, by default that of the sample mappings. */
export function load(source = ACTION, options = {}) {
  return loadAction(source, options);
}

/**
 * The Action with its engine or its bundle replaced.
 *
 * @param {'engine' | 'bundle'} part
 * @param {(base64: string, content: Buffer) => string} change gives the new base64
 * @param {string} [action]
 */
export function withPart(part, change, action = ACTION) {
  let changed = 0;
  const source = action.replace(/"([A-Za-z0-9+/]{200,}={0,2})"/g, (literal, base64) => {
    const content = brotliDecompressSync(Buffer.from(base64, 'base64'));
    const found = content.subarray(0, 4).equals(Buffer.from('\0asm')) ? 'engine' : 'bundle';
    if (found !== part) return literal;
    changed++;
    return JSON.stringify(change(base64, content));
  });
  assert.equal(changed, 1, `one ${part} in the Action`);
  return source;
}

/** The shim in pieces: code, then the name of a placeholder that `claimsmith bundle` replaces, then code, and so on. */
const SHIM = readFileSync(path.join(ROOT, 'target/engine/shim.js'), 'utf8').split(/__CLAIMSMITH_([A-Z_]+)__/);

/**
 * The texts that are embedded in an Action, as written between the quotes.
 *
 * @param {string} [action]
 * @returns {Record<string, string>} by the names of their placeholders
 */
export function embedded(action = ACTION) {
  const texts = {};
  // The first line may say which Action it is.
  let rest = action.replace(/^\/\/.*\n/, '');
  for (let i = 0; i < SHIM.length; i += 2) {
    assert.ok(rest.startsWith(SHIM[i]), 'the Action is made of the shim in target/engine');
    rest = rest.slice(SHIM[i].length);
    if (i + 1 === SHIM.length) break;
    const end = rest.indexOf(SHIM[i + 2]);
    texts[SHIM[i + 1]] = rest.slice(0, end);
    rest = rest.slice(end);
  }
  return texts;
}

/**
 * An Action with other texts.
 *
 * @param {Record<string, string>} texts by the names of their placeholders
 */
export function embed(texts) {
  return SHIM.map((piece, i) => (i % 2 === 0 ? piece : texts[piece])).join('');
}

const sha256 = (text) => createHash('sha256').update(text).digest('base64').slice(0, 22);

/**
 * The Action with digests that match its engine and its bundle, to test the checks after that of the digests.
 *
 * @param {string} action
 */
export function resealed(action) {
  const texts = embedded(action);
  return embed({ ...texts, DIGEST: sha256(`${texts.ENGINE} ${texts.BUNDLE}`) });
}

/** The digest in the header of the bundle in `ACTION`. */
export const DIGEST = (() => {
  let digest;
  withPart('bundle', (base64, content) => {
    digest = content.toString('hex', 5, 37);
    return base64;
  });
  return digest;
})();

/** @param {Uint8Array} content */
export function pack(content) {
  return brotliCompressSync(content).toString('base64');
}
