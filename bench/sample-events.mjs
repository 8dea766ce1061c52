// The recorded logins of the sample customers whose groups are lists of names, filled up to a number of groups, as
// JSON lines for `claimsmith evaluate --jsonl`:  node bench/sample-events.mjs LOGINS GROUPS
import { readFileSync } from 'node:fs';

const [count, groups] = process.argv.slice(2).map(Number);
const recorded = ['acme', 'globex', 'stark', 'umbra-many'].map((name) => {
  const event = JSON.parse(readFileSync(new URL(`../js-shim/test/events/${name}.json`, import.meta.url), 'utf8'));
  const names = event.user.groups ?? event.user.group_ids;
  while (names.length < groups) names.push(`all-employees-of-department-${names.length}`);
  return JSON.stringify(event);
});
for (let at = 0; at < count; at++) process.stdout.write(`${recorded[at % recorded.length]}\n`);
