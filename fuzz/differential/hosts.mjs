/** Runs the logins of one platform through the command and through the built Action, and says where they differ. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createApi, loadAction, takeScene } from '../../js-shim/auth0-loader.mjs';
import { TESTED } from './platform.mjs';

const LINE =
  /^claimsmith ([0-9a-f]{12}|-) (groups|deny|none) ([a-z-]+) in=(\d+) out=(\d+) rules=(\d+) unmatched=(\d+)((?: [a-z-]+=\d+)*)$/;

/**
 * @typedef {object} Difference
 * @property {number} at which of the events
 * @property {string[]} parts what differs: `part: the Action's, not the command's`
 *
 * @typedef {object} Outcome
 * @property {string} [refused] why the platform cannot be used
 * @property {Difference[]} differences
 * @property {string[]} reasons of the command's answer for each event
 */

export class Hosts {
  /**
   * @param {string} command the program `claimsmith`
   * @param {string} folder where files may be written
   */
  constructor(command, folder) {
    mkdirSync(folder, { recursive: true });
    this.command = command;
    this.folder = folder;
    this.file = path.join(folder, 'mapping.yaml');
  }

  /**
   * @param {object} platform
   * @param {string[]} events JSON texts
   * @returns {Promise<Outcome>}
   */
  async run(platform, events) {
    // JSON is YAML.
    writeFileSync(this.file, JSON.stringify(platform, null, 1));
    const tenant = platform.platform?.tenants ? ['--tenant', TESTED] : [];
    const bundled = this.#run(['bundle', this.file, '--out', this.folder, ...tenant]);
    if (bundled.status !== 0) return { refused: bundled.stdout + bundled.stderr, differences: [], reasons: [] };
    const evaluate = ['evaluate', '--mappings', this.file, '--jsonl', '--event', '-', ...tenant];
    const evaluated = this.#run(evaluate, events.join('\n'));
    const answers = evaluated.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    if (answers.length !== events.length)
      throw new Error(`${answers.length} answers for ${events.length} events: ${evaluated.stderr}`);
    const action = loadAction(readFileSync(path.join(this.folder, 'action.js'), 'utf8'));
    const differences = [];
    for (const [at, text] of events.entries()) {
      const parts = compare(await login(action, JSON.parse(text)), answers[at]);
      if (parts.length > 0) differences.push({ at, parts });
    }
    return { differences, reasons: answers.map(({ outcome, reason }) => `${outcome} ${reason}`) };
  }

  #run(args, input = '') {
    return spawnSync(this.command, args, {
      input,
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      env: { ...process.env, NO_COLOR: '1' },
    });
  }
}

/**
 * @param {import('../../js-shim/auth0-loader.mjs').Instance} action
 * @param {any} event
 */
async function login(action, event) {
  const { event: sent, now, provisioned } = takeScene(event);
  const api = createApi({ provisioned });
  const clock = Date.now;
  Date.now = () => now;
  try {
    const { log } = await action.execute(sent, api);
    return { log, api, saml: sent.transaction?.protocol === 'samlp' };
  } catch (error) {
    return { log: [`threw ${error}`], api, saml: false };
  } finally {
    Date.now = clock;
  }
}

/** The groups as the application reads them: a list, or one string. */
function value({ groups, joined_by: delimiter }) {
  return delimiter ? groups.join(delimiter) : groups;
}

/** @returns {string[]} the differences between what the Action did and the command's answer */
function compare({ log, api, saml }, answer) {
  const line = log.length === 1 ? LINE.exec(log[0]) : null;
  if (answer.error !== undefined || !line) return [`line: ${JSON.stringify(log)}, not ${JSON.stringify(answer)}`];
  const [, digest, outcome, reason, received, out, rules, unmatched, rest] = line;
  const notes = Object.fromEntries(
    rest
      .split(' ')
      .filter(Boolean)
      .map((note) => note.split('='))
      .map(([code, count]) => [code, Number(count)]),
  );
  const expectedNotes = { ...answer.notes };
  // Notes that do not fit into the line are counted.
  if (notes.more !== undefined) {
    for (const code of Object.keys(expectedNotes)) if (!(code in notes)) delete expectedNotes[code];
    expectedNotes.more = Object.keys(answer.notes).length - Object.keys(expectedNotes).length;
  }
  const gives = answer.outcome === 'groups';
  const claims = gives
    ? {
        [answer.claim]: value(answer),
        ...(answer.provenance && { [answer.provenance]: { bundle: answer.bundle, rules: answer.rules } }),
      }
    : {};
  const on = (token) => (answer.tokens.includes(token) ? claims : {});
  const parts = [];
  const check = (what, found, expected) => {
    if (!isDeepStrictEqual(found, expected))
      parts.push(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
  };
  check('outcome', outcome, answer.outcome);
  check('reason', reason, answer.reason);
  check('digest', digest, answer.bundle.slice(0, 12));
  check('counts', [received, out, rules, unmatched].map(Number), [
    answer.received,
    answer.groups.length,
    answer.rules.length,
    answer.unmatched_count,
  ]);
  check('notes', notes, expectedNotes);
  check('ID token', api.claims.idToken, on('id'));
  check('access token', api.claims.accessToken, on('access'));
  check('SAML attribute', api.attributes, saml && gives && answer.saml ? { [answer.saml]: value(answer) } : {});
  check('denied', api.denied !== null, answer.outcome === 'deny');
  return parts;
}
