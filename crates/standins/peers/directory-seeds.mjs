// Directories for the stand-ins, and what a client that reads all of each of them finds.

/** More than a page of each service with 100 entries, and than the 20 that `$expand` of Microsoft Graph answers. */
export const PEOPLE = 250;
const MEMBERS = 130;

const at = (number) => String(number).padStart(3, '0');
const people = Array.from({ length: PEOPLE }, (_, number) => number);
export const address = (number) => `user${at(number)}@acme.example`;

export const okta = {
  tokens: [{ token: 'hunter2' }],
  quirks: { most_per_page: 100 },
  tenant: {
    users: people.map((it) => ({
      id: `u${at(it)}`,
      status: it === 3 ? 'DEPROVISIONED' : 'ACTIVE',
      profile: { login: address(it), email: address(it), firstName: 'Ada', lastName: at(it) },
    })),
    groups: [
      {
        id: 'g1',
        type: 'OKTA_GROUP',
        profile: { name: 'Data Office' },
        members: people.slice(10, 10 + MEMBERS).map((it) => ({ id: `u${at(it)}` })),
      },
      { id: 'g2', type: 'OKTA_GROUP', profile: { name: 'Empty' }, members: [] },
    ],
  },
};

export const graph = {
  quirks: { most_per_page: 100 },
  tenant: {
    clients: [{ tenant: 'acme.onmicrosoft.com', client_id: 'reader', client_secret: 'hunter2' }],
    users: people.map((it) => ({
      id: `u${at(it)}`,
      displayName: `User ${it}`,
      userPrincipalName: address(it),
      mail: address(it),
      accountEnabled: it !== 3,
    })),
    groups: [
      {
        id: 'g1',
        displayName: 'Data Office',
        visibility: null,
        members: [
          ...people.slice(0, MEMBERS - 1).map((it) => ({ '@odata.type': '#microsoft.graph.user', id: `u${at(it)}` })),
          { '@odata.type': '#microsoft.graph.group', id: 'g2' },
        ],
      },
      {
        id: 'g2',
        displayName: 'Empty',
        visibility: null,
        members: [{ '@odata.type': '#microsoft.graph.device', id: 'd1' }],
      },
    ],
  },
};

export const google = {
  quirks: { most_per_page: 100 },
  tenant: {
    clients: [
      {
        client_email: 'reader@acme-project.iam.gserviceaccount.com',
        admins: ['admin@acme.example'],
        scopes: ['user', 'group'].map((it) => `https://www.googleapis.com/auth/admin.directory.${it}.readonly`),
      },
    ],
    users: people.map((it) => ({
      kind: 'admin#directory#user',
      id: `u${at(it)}`,
      primaryEmail: address(it),
      name: { givenName: 'Ada', familyName: at(it), fullName: `Ada ${at(it)}` },
      suspended: it === 3,
      archived: false,
    })),
    groups: [
      {
        kind: 'admin#directory#group',
        id: 'g1',
        email: 'data-office@acme.example',
        name: 'Data Office',
        members: people.slice(0, MEMBERS).map((it) => ({
          kind: 'admin#directory#member',
          id: `u${at(it)}`,
          email: address(it),
          role: 'MEMBER',
          type: 'USER',
          status: 'ACTIVE',
        })),
      },
      { kind: 'admin#directory#group', id: 'g2', email: 'empty@acme.example', name: 'Empty', members: [] },
    ],
  },
};

/** What each vendor's SDK has to count. Okta's list of users leaves out the one who is deactivated. */
export const counts = (service) => ({
  users: service === 'okta' ? PEOPLE - 1 : PEOPLE,
  groups: 2,
  members: MEMBERS,
});
