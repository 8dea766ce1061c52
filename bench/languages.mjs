// Two mappings of one customer that use more of the language than names and globs: folders for claimsmith, logins,
// and JavaScript written by hand that does the same.
//
//   node bench/languages.mjs FOLDER      writes FOLDER/mixed and FOLDER/regex

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { random } from './generate.mjs';

const ORGANIZATION = 'org_Bench0000000001';
const CLIENT = 'BenchClient000000000000000000001';
const TEAMS = ['finance', 'marketing', 'sales', 'logistics', 'engineering'];
const ROLES = ['viewers', 'editors', 'admins'];
const TARGETS = TEAMS.flatMap((team) => ROLES.map((role) => `${team}-${role}`)).sort();
const TARGET_SET = new Set(TARGETS);
const BASE = 'OU=Groups,DC=acme,DC=example';

/** Distinguished names, aliases, conditions, captures, an excluding rule, and a pattern that ignores letter case. */
const MIXED = {
  connections: {
    acme: { strategy: 'ad', groups: { from: '/groups', shape: 'list', form: 'dn', below: BASE } },
  },
  aliases: { 'S-1-5-21-1004': 'Finance Board' },
  rules: [
    { id: 'board', match: { exact: 'Finance Board' }, grant: ['finance-admins'] },
    { id: 'teams', match: { glob: 'GG-${team}-Viewers', 'ignore-case': true }, grant: ['${team}-viewers'] },
    { id: 'editors', match: { glob: 'GG-${team}-Editors' }, grant: ['${team:lower}-editors'] },
    {
      id: 'staff',
      when: { user: { attribute: '/department', equals: ['Sales', 'Marketing'] } },
      match: { glob: 'Staff-*' },
      grant: ['sales-viewers', 'marketing-viewers'],
    },
    { id: 'leavers', match: { exact: 'Leavers' }, exclude: ['sales-viewers', 'engineering-editors'] },
  ],
};

/** Ten regular expressions, and nothing else; each matches whole names. */
const EXPRESSIONS = [
  ['(GG|GL)-finance-[a-z]+-(eu|us)', 'finance-viewers'],
  ['sales[-_.](emea|apac|amer)[-_.][0-9]{2,4}', 'sales-viewers'],
  ['.*-admins?', 'engineering-admins'],
  ['app-(bi|crm|erp)-.*-edit(or|ors)', 'marketing-editors'],
  ['[A-Z]{2,4}_logistics_[0-9]+', 'logistics-viewers'],
  ['plant-[0-9]{2}-(quality|assembly|paint)', 'logistics-editors'],
  ['.*engineering.*platform.*', 'engineering-viewers'],
  ['(ext|int)-[a-z]+-[a-z]+@partner', 'marketing-viewers'],
  ['dept[0-9]+-(lead|deputy)', 'sales-editors'],
  ['cost-center-(1[0-9]|2[0-5])[0-9]{2}', 'finance-editors'],
];

const REGEX = {
  connections: { acme: { strategy: 'okta', groups: { from: '/groups', shape: 'list', cap: 'none' } } },
  rules: EXPRESSIONS.map(([regex, grant], at) => ({ id: `r${at}`, match: { regex }, grant: [grant] })),
};

function write(folder, mapping) {
  mkdirSync(join(folder, 'organizations'), { recursive: true });
  writeFileSync(
    join(folder, 'platform.yaml'),
    JSON.stringify({
      version: 1,
      applications: { qlik: { clients: [CLIENT], claim: 'https://claims.example.com/qlik/groups' } },
      groups: Object.fromEntries(TARGETS.map((name) => [name, { applications: ['qlik'], description: name }])),
      // A grant that begins with a capture needs a ceiling.
      ceilings: { acme: { groups: TARGETS } },
    }),
  );
  const file = { version: 1, organization: ORGANIZATION, ...mapping };
  writeFileSync(join(folder, 'organizations', 'acme.yaml'), JSON.stringify(file));
}

/** `count` logins with `groups` groups each, made by `group`. */
function logins(count, groups, strategy, group) {
  const next = random(815);
  const pick = (list) => list[Math.floor(next() * list.length)];
  return Array.from({ length: count }, (_, at) => ({
    client: { client_id: CLIENT },
    connection: { id: 'con_1', name: 'acme', strategy },
    organization: { id: ORGANIZATION, name: 'acme' },
    user: {
      user_id: `${strategy}|${at}`,
      department: pick(['Sales', 'Finance', 'Production']),
      groups: Array.from({ length: groups }, () => group(pick, next)),
    },
  }));
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

export const mixed = {
  name: 'mixed',
  title: 'distinguished names, aliases, conditions, captures, exclusions, letter case',
  logins: (count, groups) =>
    logins(count, groups, 'ad', (pick, next) => {
      const kind = next();
      const name =
        kind < 0.1
          ? `GG-${capital(pick(TEAMS))}-${pick(['Viewers', 'VIEWERS'])}`
          : kind < 0.2
            ? `GG-${capital(pick(TEAMS))}-Editors`
            : kind < 0.25
              ? `Staff-${pick(TEAMS)}`
              : kind < 0.26
                ? pick(['Leavers', 'S-1-5-21-1004'])
                : `All ${pick(TEAMS)} of ${Math.floor(next() * 10_000)}`;
      return `CN=${name},${kind < 0.9 ? 'OU=Bench,' : ''}${kind < 0.95 ? BASE : 'OU=Other,DC=acme,DC=example'}`;
    }),
  byHand() {
    const viewers = /^gg-(.+?)-viewers$/;
    const editors = /^GG-(.+?)-Editors$/;
    const below = BASE.toLowerCase();
    return ({ user }) => {
      const granted = new Set();
      const excluded = new Set();
      for (const dn of user.groups) {
        const comma = dn.indexOf(',');
        const parent = dn.slice(comma + 1).toLowerCase();
        if (parent !== below && !parent.endsWith(`,${below}`)) continue;
        const name = dn.slice(3, comma);
        if (name === 'S-1-5-21-1004') granted.add('finance-admins');
        if (name === 'Leavers') for (const target of ['sales-viewers', 'engineering-editors']) excluded.add(target);
        const viewer = viewers.exec(name.toLowerCase());
        if (viewer && TARGET_SET.has(`${viewer[1]}-viewers`)) granted.add(`${viewer[1]}-viewers`);
        const editor = editors.exec(name);
        if (editor && TARGET_SET.has(`${editor[1].toLowerCase()}-editors`))
          granted.add(`${editor[1].toLowerCase()}-editors`);
        if (name.startsWith('Staff-') && (user.department === 'Sales' || user.department === 'Marketing')) {
          granted.add('sales-viewers').add('marketing-viewers');
        }
      }
      return [...granted].filter((target) => !excluded.has(target)).sort();
    };
  },
};

export const regex = {
  name: 'regex',
  title: 'ten regular expressions',
  logins: (count, groups) =>
    logins(count, groups, 'okta', (pick, next) => {
      const number = Math.floor(next() * 3000);
      return pick([
        `GG-finance-${pick(ROLES)}-eu`,
        `sales_emea_${number}`,
        `${pick(TEAMS)}-admin`,
        `app-crm-${pick(TEAMS)}-editors`,
        `DE_logistics_${number}`,
        `plant-0${number % 10}-paint`,
        `engineering of the data platform ${number}`,
        `ext-${pick(TEAMS)}-acme@partner`,
        `dept${number}-lead`,
        `cost-center-${number}`,
        `All employees of ${pick(TEAMS)} ${number}`,
        `VPN users ${number}`,
        `Office 365 E${number}`,
        `project-${number}-members`,
      ]);
    }),
  byHand() {
    const rules = EXPRESSIONS.map(([text, target]) => [new RegExp(`^(?:${text})$`, 's'), target]);
    return ({ user }) => {
      const granted = new Set();
      for (const group of user.groups) for (const [rule, target] of rules) if (rule.test(group)) granted.add(target);
      return [...granted].sort();
    };
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  write(join(process.argv[2], 'mixed'), MIXED);
  write(join(process.argv[2], 'regex'), REGEX);
}
