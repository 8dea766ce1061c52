/** The form of a kit's page: reads what is pasted and shows what `check.js` says about it, as text. */

import { createCheck } from './check.js';

const data = JSON.parse(document.getElementById('claimsmith-data').textContent);
const [input, connection, button, output] = ['input', 'connection', 'run', 'output'].map((id) =>
  document.getElementById(id),
);

const TITLES = [
  ['matched', 'Sent, and matched by a rule'],
  ['unmatched', 'Sent, and matched by no rule'],
  ['skipped', 'Sent, and skipped by the mapping'],
];

/** @type {ReturnType<typeof createCheck> | undefined} */
let check;

/**
 * @param {string} name of the element
 * @param {string} text
 * @param {string} [kind] its class
 * @returns {PageElement}
 */
function node(name, text, kind = '') {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

/** @param {string[]} texts */
function list(texts) {
  const made = document.createElement('ul');
  made.append(...texts.map((text) => node('li', text)));
  return made;
}

function run() {
  try {
    check ??= createCheck(data);
    const result = check(input.value, connection.value);
    const shown = result.notes.map((note) => node('p', note, 'note'));
    for (const { application, outcome, reason, why, groups, received } of result.applications) {
      shown.push(node('h3', application));
      if (outcome === 'deny') shown.push(node('p', `The login is refused: ${reason}.`, 'bad'));
      else if (outcome === 'none') shown.push(node('p', 'The login is not changed.', 'bad'));
      else if (groups.length === 0) shown.push(node('p', `No groups (${reason}).`, reason === 'ok' ? '' : 'bad'));
      else shown.push(node('p', `Groups (${groups.length} from ${received} that were sent):`), list(groups));
      if (reason !== 'ok' && why) shown.push(node('p', why, 'note'));
    }
    for (const [is, title] of TITLES) {
      const names = result.groups.filter((it) => it.is === is).map(({ name }) => name);
      if (names.length > 0) shown.push(node('h3', title), list(names));
    }
    output.replaceChildren(...shown);
  } catch (error) {
    // An engine that has failed is not used again.
    if (!(error instanceof Error) || error.constructor !== Error) check = undefined;
    output.replaceChildren(node('p', error instanceof Error ? error.message : String(error), 'bad'));
  }
}

for (const { name } of data.connections) connection.append(node('option', name));
button.addEventListener('click', run);
