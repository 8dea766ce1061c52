#!/usr/bin/env node
/**
 * Logs in one user of each sample customer through a built Action, and prints the results.
 *
 *     node scripts/demo.mjs dist/action.js js-shim/test/events
 */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The attributes in which the sample customers' connections send upstream groups; a mapping file can name others. */
const ATTRIBUTES = ['groups', 'federated_groups', 'group_ids', 'Group', 'memberOf'];
const LOGIN = fileURLToPath(new URL('../js-shim/login.mjs', import.meta.url));

const [action, folder] = process.argv.slice(2);
const events = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort();
for (const name of events) console.log(describe(join(folder, name)));

function describe(path) {
  const event = JSON.parse(readFileSync(path, 'utf8'));
  const { claims, denied, log, timings } = logIn(path);
  const { organization, connection, client } = event;
  // A linked account has attributes of its own.
  const linked = event.user.identities.find((identity) => identity.connection === connection.name);
  const attributes = linked?.profileData ?? event.user;
  const attribute = ATTRIBUTES.find((candidate) => candidate in attributes);
  const lines = [
    '',
    `   ${organization?.display_name ?? 'no organization'} (${connection.strategy}) logs in to ${client.name}`,
    `     upstream  ${attribute}: ${JSON.stringify(attributes[attribute])}`,
  ];
  for (const [claim, groups] of Object.entries(claims.idToken)) {
    lines.push(`     claim     ${claim}: ${JSON.stringify(groups)}`);
  }
  if (denied !== null) lines.push(`     denied    ${denied}`);
  lines.push(...log.map((line) => `     log       ${line}`));
  lines.push(`     time      ${timings.first} ms with the start of the engine, then ${timings.second} ms`);
  return lines.join('\n');
}

/** In a process of its own, so that each login starts the engine as a new instance of the Action does. */
function logIn(path) {
  const run = spawnSync(process.execPath, [LOGIN, action, path], { encoding: 'utf8' });
  if (run.status !== 0) {
    process.stderr.write(run.stderr || run.stdout);
    process.exit(1);
  }
  return JSON.parse(run.stdout);
}
