/** A platform whose customers' mappings travel as blocks, and logins to it. */

import { createApi } from '../auth0-loader.mjs';
import { DOMAIN, ISSUED, blockBytes, bundleOf, metadataOf, newKey } from './support-blocks.mjs';
import { bundleText, login } from './support.mjs';

export const CLAIM = 'https://claims.example.com/wiki';
export const NOW = (ISSUED + 60) * 1000;
export const KEY = newKey();
export const NEXT_KEY = newKey();
export const ACME_KEY = newKey();
export const STRANGER = newKey();

export const platform = (
  organizations,
  { groups = ['readers', 'writers', 'root'], closed = 'no-groups', failure = 'no-groups', blocks = '' } = {},
) => `
version: 1
platform:
  tenants: { production: { domain: ${DOMAIN} } }
  applications:
    wiki: { clients: [wiki-client], claim: ${CLAIM} }
    audited:
      clients: [audited-client]
      claim: https://claims.example.com/audited
      provenance: https://claims.example.com/provenance
  groups:
${groups.map((name) => `    ${name}: { applications: [wiki, audited], description: x, protected: ${name === 'root'} }`).join('\n')}
  policies: { closed: ${closed}, failure: ${failure} }
${organizations.includes(ACME) ? '  ceilings: { acme: { protected: [root] } }' : ''}
${organizations.length > 2 ? settings(blocks) : ''}
organizations:
${organizations.join('')}
`;

/** The keys of a platform that takes blocks, and what else it says about them. */
const settings = (more) => `
  blocks:
    keys:
      main: { public: ${KEY.line}, protected: true }
      next: { public: ${NEXT_KEY.line} }
      acme: { public: ${ACME_KEY.line}, organizations: [acme] }
${more}
`;

export const organization = (name, rules, id = `org_${name}`) => `
  ${name}:
    ${id ? `organization: ${id}` : ''}
    connections: { ${name}: { strategy: ad } }
    rules:
${rules.map(([group, grant, more = ''], i) => `      - { id: rule-${i}, match: { exact: ${group} }, grant: ${grant}, ${more} }`).join('\n')}
`;
export const ACME = organization('acme', [
  ['Staff', 'readers'],
  ['Admins', 'root', 'protected: true'],
]);
export const GLOBEX = organization('globex', [['Staff', 'writers']]);
export const INITECH = organization('initech', [['Staff', 'readers']], '');
export const ALL = [ACME, GLOBEX, INITECH];

export const action = (options) => bundleText(platform(ALL, options), '--packaging', 'organizations');
export const ACTION = action();
export const BUNDLE = bundleOf(platform([ACME]));
export const OTHER_BUNDLE = bundleOf(platform([organization('acme', [['Staff', 'writers']])]));
export const GLOBEX_BUNDLE = bundleOf(platform([GLOBEX]));

export const sealed = (parts = {}) =>
  blockBytes({ keys: [KEY], bundles: [BUNDLE], organization: 'org_acme', ...parts });
export const metadata = (parts) => metadataOf(sealed(parts));
export const GLOBEX_METADATA = metadata({ bundles: [GLOBEX_BUNDLE], organization: 'org_globex' });

/** A login of a customer, by default of a member of staff to the wiki. */
export function event(name, metadata, { groups = ['Staff'], client = 'wiki-client', id = `org_${name}` } = {}) {
  return {
    ...(id && { organization: { id, ...(metadata && { metadata }) } }),
    connection: { id: 'con_1', name },
    client: { client_id: client },
    transaction: { protocol: 'oidc-basic-profile' },
    user: { user_id: 'x', groups },
  };
}

/** The result of a login at a time, by default a minute after the blocks were signed. */
export async function logIn(mock, instance, event, now = NOW) {
  mock.timers.reset();
  mock.timers.enable({ apis: ['Date'], now });
  return login(instance, event, createApi());
}

export const groupsOf = ({ claims }) => claims.idToken[CLAIM];

/** A mapping of acme whose groups Auth0 keeps, so that a login waits for them. */
export const provisioned = (grant) => `
  acme:
    organization: org_acme
    connections: { acme: { strategy: ad, groups: { from: provisioned } } }
    rules: [{ id: staff, match: { exact: Staff }, grant: ${grant} }]
`;
export const KEPT = { groups: [{ id: 'grp_1', name: 'Staff', connection_id: 'con_1' }] };

/** A copy of bytes with bits of one of them flipped. */
export function changed(bytes, at, byte) {
  const copy = Buffer.from(bytes);
  copy[at] ^= byte;
  return copy;
}

export const DENYING = action({ closed: 'deny' });
