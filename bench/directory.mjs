// How long a directory takes to be read, compared with OpenLDAP's own client in the same run: `node bench/directory.mjs
// CLAIMSMITH [PEOPLE …]`. Needs `slapd`, `ldapsearch` and GNU time.
//
// The server has groups of 250 people, five for each person on average, and groups of groups that are in each other.
// The command does more than the client: it finds out who is in which group, and explains one person.
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';

const [claimsmith, ...sizes] = process.argv.slice(2);
const PORT = 13_897;
const ACCOUNT = 'cn=admin,dc=example,dc=com';
const MEMBERS = 250;
const RUNS = 3;

const MAPPING = `version: 1
platform:
  applications: { catalog: { clients: [client], claim: https://example.com/groups } }
  groups: { stewards: { applications: [catalog], description: Keeps descriptions. } }
organizations:
  acme:
    organization: org_acme
    connections: { acme-ad: { strategy: ad } }
    directory:
      kind: ldap
      application: catalog
      people: { base: "ou=people,dc=example,dc=com" }
      groups: { base: "ou=groups,dc=example,dc=com" }
    rules: [{ id: stewards, match: { glob: "g1*" }, grant: stewards }]
`;

/** Writes a directory, always the same. */
async function writeDirectory(path, people) {
  const file = createWriteStream(path);
  const write = async (text) => file.write(text) || (await once(file, 'drain'));
  let state = 7;
  const below = (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  await write('dn: dc=example,dc=com\nobjectClass: dcObject\nobjectClass: organization\no: x\ndc: example\n\n');
  for (const ou of ['people', 'groups']) {
    await write(`dn: ou=${ou},dc=example,dc=com\nobjectClass: organizationalUnit\nou: ${ou}\n\n`);
  }
  for (let at = 0; at < people; at++) {
    const attributes = `uid: u${at}\ncn: User ${at}\nsn: N${at}\ngivenName: User\nmail: u${at}@example.com\n`;
    await write(`dn: uid=u${at},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\n${attributes}\n`);
  }
  const groups = people / 50;
  const group = (name, members) =>
    `dn: cn=${name},ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: ${name}\n${members}\n`;
  for (let at = 0; at < groups; at++) {
    const members = new Set();
    while (members.size < MEMBERS) members.add(below(people));
    const lines = [...members].map((it) => `member: uid=u${it},ou=people,dc=example,dc=com\n`).join('');
    await write(group(`g${at}`, lines));
  }
  for (let at = 0; at < 20; at++) {
    const inner = [`g${at}`, `parent${(at + 1) % 20}`];
    await write(group(`parent${at}`, inner.map((it) => `member: cn=${it},ou=groups,dc=example,dc=com\n`).join('')));
  }
  file.end();
  await once(file, 'close');
}

async function start(folder) {
  const schemas = ['core', 'cosine', 'inetorgperson'].map((it) => `include /etc/ldap/schema/${it}.schema\n`).join('');
  writeFileSync(
    join(folder, 'slapd.conf'),
    `${schemas}modulepath /usr/lib/ldap
moduleload back_mdb
sizelimit size.soft=500 size.hard=500 size.pr=1000 size.prtotal=unlimited
database mdb
suffix "dc=example,dc=com"
rootdn "${ACCOUNT}"
rootpw secret
directory ${folder}/db
maxsize 4294967296
dbnosync
index objectClass eq
`,
  );
  const configuration = ['-f', join(folder, 'slapd.conf')];
  execFileSync('/usr/sbin/slapadd', ['-q', ...configuration, '-l', join(folder, 'data.ldif')]);
  const server = spawn('/usr/sbin/slapd', [...configuration, '-d', '0', '-h', `ldap://127.0.0.1:${PORT}`]);
  for (;;) {
    const socket = connect(PORT, '127.0.0.1');
    const isOpen = await new Promise((resolve) =>
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false)),
    );
    socket.destroy();
    if (isOpen) return server;
  }
}

/** Seconds and megabytes of a program that has to succeed. */
function measured(program, args, folder) {
  const report = join(folder, 'time');
  const env = {
    ...process.env,
    LDAP_URL: `ldap://localhost:${PORT}`,
    LDAP_TLS: 'none',
    LDAP_BIND_DN: ACCOUNT,
    LDAP_PASSWORD: 'secret',
  };
  const wrapped = ['-f', '%e %M', '-o', report, program, ...args];
  execFileSync('/usr/bin/time', wrapped, { env, stdio: ['ignore', 'ignore', 'inherit'], cwd: folder });
  const [seconds, kilobytes] = execFileSync('cat', [report], { encoding: 'utf8' }).split(' ').map(Number);
  return { seconds, megabytes: kilobytes / 1024 };
}

const least = (all, key) => Math.min(...all.map((it) => it[key]));

for (const people of sizes.length > 0 ? sizes.map(Number) : [10_000, 100_000]) {
  const folder = mkdtempSync(join(tmpdir(), 'claimsmith-directory-'));
  mkdirSync(join(folder, 'db'));
  writeFileSync(join(folder, 'mappings.yaml'), MAPPING);
  await writeDirectory(join(folder, 'data.ldif'), people);
  const server = await start(folder);
  process.on('exit', () => server.kill());
  const client = (base, attributes) => [
    '-x',
    '-LLL',
    '-H',
    `ldap://localhost:${PORT}`,
    '-D',
    ACCOUNT,
    '-w',
    'secret',
    '-E',
    'pr=1000/noprompt',
    '-b',
    `ou=${base},dc=example,dc=com`,
    ...attributes,
  ];
  const lists = [
    client('people', ['(objectClass=person)', 'entryUUID', 'uid', 'mail', 'displayName', 'givenName', 'sn']),
    client('groups', ['(objectClass=groupOfNames)', 'entryUUID', 'cn', 'member']),
  ];
  const explain = ['sync', 'explain', 'acme', '--mappings', 'mappings.yaml', '--person', 'u1@example.com'];
  const [theirs, ours] = [[], []];
  for (let run = 0; run < RUNS; run++) {
    const both = lists.map((it) => measured('ldapsearch', it, folder));
    theirs.push({ seconds: both[0].seconds + both[1].seconds });
    ours.push(measured(claimsmith, explain, folder));
  }
  server.kill();
  rmSync(folder, { recursive: true });
  const [other, own] = [least(theirs, 'seconds'), least(ours, 'seconds')];
  console.log(
    `${people} people, ${(people / 50) * MEMBERS} memberships: ldapsearch ${other.toFixed(2)} s, claimsmith ${own.toFixed(2)} s, ` +
      `${(own / other).toFixed(2)} times as long, ${least(ours, 'megabytes').toFixed(0)} MB`,
  );
}
