#!/usr/bin/env node
/**
 * Compares what the compiler makes of files with what other programs do: YAML libraries, by YAML 1.1 and by 1.2, and
 * yaml-language-server, with which editors check files by our schemas. `READERS=FILES cargo test --test schema readers`
 * writes the files.
 *
 * What the compiler accepts, all of them read as the same values, and the language server finds nothing in it. The
 * server also finds something in each file that a schema refuses.
 *
 *     node tests/schema/readers/compare-readers.mjs FILES
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { LanguageServer } from './language-server.mjs';

// The npm packages of all tests are in js-shim/node_modules/, which `import` does not look at from here.
const require = createRequire(new URL('../../../js-shim/package.json', import.meta.url));
const { CORE_SCHEMA, YAML11_SCHEMA, load } = require('js-yaml');
const { parse } = require('yaml');

const SHOWN = 20;
/** The language server fails on an anchor in brackets, and finds nothing in the whole file. */
const SERVER_FAILS = /[[{,:] ?&/;
/** What `yaml` takes for NaN by YAML 1.1, in which an exponent needs digits before it: `E4`. */
const LONE_EXPONENT = /^[-+]?e[-+]?[0-9]+$/i;
/** Where a date needs no quotes. */
const TIMES = /\/(?:expires|now|floor|floors\/\w+\/[^/]+)$/;
const PYYAML = fileURLToPath(new URL('read-yaml.py', import.meta.url));

await main(process.argv[2]);

async function main(path) {
  const started = Date.now();
  const documents = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const accepted = documents.filter(({ accepted }) => accepted);
  const problems = [...compareLibraries(accepted), ...(await compareServer(documents))];
  const seconds = Math.round((Date.now() - started) / 1000);
  say(`${documents.length} files in ${seconds} s: ${problems.length} differences`);
  for (const problem of problems.slice(0, SHOWN)) say(problem.slice(0, 600));
  process.exitCode = problems.length > 0 || accepted.length === 0 ? 1 : 0;
}

/** Where YAML libraries read accepted files differently than the compiler. */
function compareLibraries(accepted) {
  const problems = [];
  for (const [library, values] of Object.entries(readWithLibraries(accepted))) {
    let same = 0;
    for (const [at, document] of accepted.entries()) {
      const difference = compare(document.value, values[at], '');
      if (difference) problems.push(`${library}: ${document.name}: ${difference}`);
      else same++;
    }
    say(`${library}: ${same} of ${accepted.length} files are read as the compiler reads them`);
  }
  return problems;
}

/** The values of the accepted files by library, in the order of the files; an error where it cannot read a file. */
function readWithLibraries(accepted) {
  const libraries = {
    'yaml, version 1.2': accepted.map(reader((text) => parse(text, { version: '1.2' }))),
    'yaml, version 1.1': accepted.map(reader((text) => parse(text, { version: '1.1' }))),
    'js-yaml, version 1.2': accepted.map(reader((text) => load(text, { schema: CORE_SCHEMA }))),
    'js-yaml, version 1.1': accepted.map(reader((text) => load(text, { schema: YAML11_SCHEMA }))),
  };
  const python = readWithPython(accepted);
  if (python) libraries.PyYAML = python;
  else say('skipped: PyYAML is not installed');
  return libraries;
}

/** Where the language server finds something in accepted files, or nothing in those that a schema refuses. */
async function compareServer(documents) {
  if (!LanguageServer.isSupported) {
    say('skipped: yaml-language-server needs Node 22.13 or newer');
    return [];
  }
  const server = await LanguageServer.start();
  const findings = await server.check(documents);
  server.stop();
  const problems = [];
  let [silent, loud] = [0, 0];
  for (const [at, { name, text, accepted, refusedBySchema }] of documents.entries()) {
    if (accepted && findings[at].length > 0) problems.push(`language server: ${name}: ${findings[at].join('; ')}`);
    else if (refusedBySchema && findings[at].length === 0 && !SERVER_FAILS.test(text))
      problems.push(`language server: ${name}: finds nothing`);
    else if (accepted) silent++;
    else if (refusedBySchema) loud++;
  }
  say(
    `yaml-language-server: finds nothing in ${silent} accepted files, and something in ${loud} that a schema refuses`,
  );
  if (silent === 0 || loud === 0) problems.push('language server: it checked nothing');
  return problems;
}

function say(line) {
  console.log(`   ${line}`);
}

/** A function that reads a file, and returns an error instead of throwing it. */
function reader(read) {
  return ({ text }) => {
    try {
      return read(text);
    } catch (error) {
      return error;
    }
  };
}

/** The values that PyYAML reads, unless it is not installed. */
function readWithPython(documents) {
  const input = JSON.stringify(documents.map(({ text }) => text));
  const { status, stdout, stderr } = spawnSync('python3', [PYYAML], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (status === 3 || status === null) return undefined;
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout, (_, value) => {
    if (typeof value?.$time === 'string') return new Date(value.$time);
    return typeof value?.$error === 'string' ? new Error(value.$error) : value;
  });
}

/**
 * Where two values differ first, or undefined.
 *
 * @param {any} expected as JSON has it
 * @param {any} found
 * @param {string} at a path
 * @returns {string | undefined}
 */
function compare(expected, found, at) {
  if (found instanceof Error) return `cannot be read: ${found.message}`;
  // A date without quotes is the same moment, whether as text or not.
  if (found instanceof Date && TIMES.test(at) && found.getTime() === Date.parse(expected)) return;
  if (Number.isNaN(found) && LONE_EXPONENT.test(expected)) return;
  if (isTree(expected) && isTree(found) && Array.isArray(expected) === Array.isArray(found)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(found)]);
    for (const key of keys) {
      if (!Object.hasOwn(expected, key) || !Object.hasOwn(found, key)) return `only one has the key ${at}/${key}`;
      const difference = compare(expected[key], found[key], `${at}/${key}`);
      if (difference) return difference;
    }
    return;
  }
  const same = expected === found || (typeof found === 'bigint' && BigInt(expected) === found);
  if (!same) return `${at || 'the file'} is ${show(found)} and not ${show(expected)}`;
}

function isTree(value) {
  return typeof value === 'object' && value !== null && !(value instanceof Date);
}

function show(value) {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value)).slice(0, 200);
}
