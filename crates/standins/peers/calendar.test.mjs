// A calendar program's own parser reads what `claimsmith status --calendar` writes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ICAL from 'ical.js';
import { claimsmith, start } from './standin.mjs';

const certificate = fs.readFileSync(
  fileURLToPath(new URL('../../../tests/fixtures/certificates/generalized-time.pem', import.meta.url)),
  'utf8',
);
// Everything that has to be escaped or folded.
const name = `größe-${'ü'.repeat(60)}; a, b \\ c`;

const seed = {
  tokens: [{ token: 'reader' }],
  tenant: {
    connections: [
      { id: 'con_1', name, strategy: 'samlp', options: { signingCert: btoa(certificate) } },
      { id: 'con_2', name: 'other', strategy: 'samlp', options: { expires: '2030-05-06T07:08:09.000Z' } },
    ],
    scim_tokens: { con_1: [{ token_id: 'tok_1', valid_until: '2031-01-02T03:04:05.000Z' }] },
  },
};

test('ical.js reads the calendar', async () => {
  const standIn = await start(seed);
  try {
    fs.copyFileSync(new URL('mappings.yaml', import.meta.url), path.join(standIn.folder, 'mappings.yaml'));
    const environment = { AUTH0_ACCESS_TOKEN: 'reader' };
    const { code, output } = await claimsmith(standIn, ['status', 'mappings.yaml', '--calendar', 'c.ics'], environment);
    assert.equal(code, 0, output);
    const text = fs.readFileSync(path.join(standIn.folder, 'c.ics'), 'utf8');
    assert.ok(text.split('\r\n').every((line) => !/[\r\n]/.test(line) && Buffer.byteLength(line) <= 75));
    const calendar = new ICAL.Component(ICAL.parse(text));
    assert.equal(calendar.getFirstPropertyValue('version'), '2.0');
    const events = calendar.getAllSubcomponents('vevent').map((it) => new ICAL.Event(it));
    assert.deepEqual(
      events.map((event) => [event.startDate.toJSDate().toISOString(), event.summary]),
      [
        ['2030-05-06T07:08:09.000Z', 'certificate expires: signing certificate of the connection `other`'],
        ['2031-01-02T03:04:05.000Z', `token expires: SCIM token \`tok_1\` of the connection \`${name}\``],
        ['2081-08-30T22:13:00.000Z', `certificate expires: signing certificate of the connection \`${name}\``],
      ],
    );
    assert.equal(new Set(events.map((event) => event.uid)).size, 3);
    for (const event of events) {
      assert.match(event.description, /^Then .*\.\nBefore: .*\.\nTenant: /);
      assert.ok(event.component.getFirstPropertyValue('dtstamp') instanceof ICAL.Time);
      const alarm = event.component.getFirstSubcomponent('valarm');
      assert.equal(alarm.getFirstPropertyValue('trigger').toSeconds(), -14 * 24 * 3600);
    }
  } finally {
    await standIn.stop();
  }
});
