/** The texts that platforms and events are made of: few, so that they match each other, and difficult ones for readers. */

export const APPLICATIONS = ['portal', 'wiki', 'desk'];
export const ORGANIZATIONS = ['acme', 'globex'];
export const TARGETS = [
  'eng',
  'ops',
  'staff',
  'vault',
  'eng-viewers',
  'ops-viewers',
  'ENG-viewers',
  'eng-admins',
  'a,b',
  'k\u00f6ln',
];
export const CONNECTIONS = ['c0', 'c1', 'c2'];
export const STRATEGIES = ['waad', 'okta', 'oidc', 'samlp', 'adfs', 'pingfederate', 'google-apps', 'ad', 'other'];
export const DELIMITERS = [',', ';', ', ', '|', '::'];
export const FIELDS = ['name', 'id', 'external_id', 'email', '__proto__', 'k\u00f6ln'];
export const DEPARTMENTS = ['Finance', 'finance', 'R&D', '', '\u{1f600}', 'Ko\u0308ln', 'K\u00f6ln', '5', 'true'];
export const TIERS = ['gold', 'silver', ''];
export const DOMAINS = ['acme.example', 'b\u00fccher.example', 'xn--bcher-kva.example', 'k.example'];

/** The numbers at which readers differ. */
// prettier-ignore
export const NUMBERS = [
  '0', '-0', '1', '-1', '5', '1001', '1e3', '1E3', '1001.0', '100100e-2', '0.1', '122.416294033786585', '9007199254740991',
  '9007199254740992', '9007199254740993', '-9007199254740993', '18446744073709551616', '1e21', '1e400', '-1e400', '1e-400',
  '5e-324', '2.2250738585072011e-308', '1.7976931348623159e308', '123456789012345678901234567890', '4.35', '0.3', '2.675',
];

/** Names that patterns are made of, too. */
// prettier-ignore
export const NAMES = [
  'eng', 'ops', 'vault', 'staff', 'contractors', 'suspended', 'GG-eng-VIEW', 'GG-ops-VIEW', 'adm_eng', 'Eng', 'ENG', 'a,b', 'a;b',
  'a, b', 'x', 'K\u00f6ln', 'Ko\u0308ln', 'Stra\u00dfe', '\u03c3\u03c2', '\u03a3\u03a3', '1001', '-5', 'true', '[EU] staff', '\u{1f600}',
];

/** Names in events. */
// prettier-ignore
export const ARRIVALS = [
  ...NAMES, '', ' eng', 'eng ', '\u00a0ops', 'e\u200bng', 'eng\u0000', 'eng\u0000ops', 'eng\n', '\ufffd', '\ud83d', '\ude00', '\ufeffeng',
  'GG--VIEW', 'GG-unknown-VIEW', 'STRASSE', '\u017f', '\u212a', '\u0130', 'staff;x\u037evault', 'x,vault', 'eng,ops', 'eng;ops', 'eng, ops', 'eng|ops', 'eng::ops',
  '[eng, ops]', '["eng","ops"]', '["eng"]', '[]', '{"name":"eng"}', '[1001, 1e400]', '[{"name":"eng"},{"name":"ops","name":"vault"}]', '"eng"', 'null', '1e400',
  '["\\ud83d\\ude00"]', '["\\ud83d"]', '["eng",[["a"]]]', `${'['.repeat(200)}${']'.repeat(200)}`, `["eng",${'['.repeat(200)}${']'.repeat(200)}]`,
  'CN=eng,OU=Groups,DC=acme', 'cn=ops, ou=groups, dc=acme', 'OU=Vault,CN=vault', 'CN=a\\,b,OU=Groups,DC=acme', 'CN=eng+OU=x,DC=acme', 'CN=eng;DC=acme',
  'OU=Groups,DC=acme', 'CN="eng",DC=acme', 'CN=#0403,DC=acme', 'CN=eng', '2.5.4.3=eng,DC=acme', 'CN=eng,DC=other',
  'ACME\\eng', 'acme\\ops', 'OTHER\\vault', 'ACME\\', '\\eng', 'eng@acme.example', 'Ops@ACME.example', 'eng@other.example', '@acme.example', 'a@b@acme.example',
  '/eng', '/eng/core', '//eng', 'eng/', `a${'\u0323'.repeat(30)}`, `a${'\u0323'.repeat(31)}`, `eng${'\u0301\u0323'.repeat(40)}`,
  'x'.repeat(4_096), 'x'.repeat(4_097), `${'u\u0308'.repeat(1_365)}x`, '\u00e4'.repeat(2_048), 'u\u0308', '\u0308', '\u1100\u1161', '\u0344', '\ufb1d', '\u{1d15e}',
];
