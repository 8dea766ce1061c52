// Writes logins as JSON lines for `claimsmith evaluate --jsonl`:  node bench/events.mjs LOGINS GROUPS
import { logins, platform } from './generate.mjs';

const [count, groups] = process.argv.slice(2).map(Number);
for (const event of logins(platform(50, 40), count, groups)) process.stdout.write(`${JSON.stringify(event)}\n`);
