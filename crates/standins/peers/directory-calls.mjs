// Reads a directory page by page with the vendor's own SDK, and prints how many users, groups, and members of `g1` it has.
// NODE_EXTRA_CA_CERTS=ca.pem node directory-calls.mjs okta|graph DOMAIN
import { Client, PageIterator } from '@microsoft/microsoft-graph-client';
import okta from '@okta/okta-sdk-nodejs';

const [service, domain] = process.argv.slice(2);

async function countOfOkta() {
  const client = new okta.Client({ orgUrl: `https://${domain}`, token: process.env.OKTA_TOKEN ?? 'hunter2' });
  const count = async (list) => {
    let seen = 0;
    await (
      await list
    ).each((it) => {
      if (it.id) seen += 1;
    });
    return seen;
  };
  const groups = [];
  await (
    await client.groupApi.listGroups({})
  ).each((it) => {
    groups.push(it);
  });
  const group = groups.find((it) => it.profile.name === 'Data Office');
  return {
    users: await count(client.userApi.listUsers({})),
    groups: groups.length,
    members: await count(client.groupApi.listGroupUsers({ groupId: group.id })),
  };
}

async function countOfGraph() {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'reader',
    client_secret: 'hunter2',
    scope: 'https://graph.microsoft.com/.default',
  });
  const answer = await fetch(`https://${domain}/acme.onmicrosoft.com/oauth2/v2.0/token`, {
    method: 'POST',
    body: form,
  });
  const { access_token: token } = await answer.json();
  const client = Client.init({
    baseUrl: `https://${domain}`,
    customHosts: new Set(['localhost']),
    authProvider: (done) => done(null, token),
  });
  const count = async (path, isRight) => {
    let seen = 0;
    const iterator = new PageIterator(client, await client.api(path).get(), (it) => {
      if (it.id && isRight(it)) seen += 1;
      return true;
    });
    await iterator.iterate();
    return seen;
  };
  return {
    users: await count('/users?$select=id,accountEnabled,mail', (it) => typeof it.accountEnabled === 'boolean'),
    groups: await count('/groups?$select=id,displayName', (it) => it.displayName !== null),
    members: await count('/groups/g1/members?$select=id', (it) => it['@odata.type'].startsWith('#microsoft.graph.')),
  };
}

console.log(JSON.stringify(await (service === 'okta' ? countOfOkta() : countOfGraph())));
