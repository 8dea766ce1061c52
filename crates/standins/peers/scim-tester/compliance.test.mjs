// scim2-tester, which checks servers against RFC 7643 and RFC 7644, finds nothing wrong with the stand-in of a SCIM
// service: so what a client of it is refused is refused by the RFCs, or by a quirk that the seed turns on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram, start } from '../standin.mjs';

const scim = process.env.SCIM_TESTER;
assert.ok(scim, 'SCIM_TESTER is not set: the path of the program `scim` of what requirements.txt lists');

/** One of each part: discovery, reading, writing, and PATCH, which comes last. A run that ends early lacks some. */
const CHECKS = [
  'service_provider_config_endpoint',
  'access_schema_by_id',
  'resource_types_schema_validation',
  'random_url',
  'object_creation',
  'object_query_without_id',
  'object_list_with_attributes',
  'search_with_attributes',
  'object_replacement',
  'object_deletion',
  'check_add_attribute',
  'check_remove_attribute',
  'check_replace_attribute',
];

const SERVICES = {
  'as the RFCs have it': {},
  'that answers a PATCH without a body, has no versions, and refuses unknown attributes': {
    patches_without_body: true,
    has_no_versions: true,
    refuses_unknown_attributes: true,
  },
  'whose pages go from cursor to cursor, and whose filters are equalities': {
    has_cursors: true,
    takes_equalities_only: true,
  },
};

for (const [name, quirks] of Object.entries(SERVICES)) {
  test(`scim2-tester is content with a service ${name}`, async (context) => {
    const standIn = await start({ tokens: [{ token: 'tester' }], quirks }, 'scim');
    context.after(() => standIn.stop());
    const { code, output } = await runProgram(scim, ['--url', `https://${standIn.domain}/scim/v2`, 'test'], {
      SSL_CERT_FILE: standIn.ca,
      SCIM_CLI_HEADERS: 'Authorization: Bearer tester',
    });
    const results = [...output.matchAll(/^([A-Z]+) (\w+)$/gm)].map(([, status, check]) => ({ status, check }));
    assert.deepEqual(
      results.filter(({ status }) => status !== 'SUCCESS'),
      [],
      output,
    );
    assert.equal(code, 0, output);
    const ran = new Set(results.map(({ check }) => check));
    assert.deepEqual(
      CHECKS.filter((check) => !ran.has(check)),
      [],
      output,
    );
    context.diagnostic(`${results.length} checks`);
  });
}
