// A stand-in of Auth0's authorization server: a real OpenID provider that runs the Actions of a tenant at each login.
//
// Everything that it knows about the tenant is from the Management API: its clients, connections, organizations and
// users, and which versions of which Actions its trigger runs. They run under the loader of the shim's tests.
import crypto from 'node:crypto';
import https from 'node:https';
import { ManagementClient } from 'auth0';
import Provider from 'oidc-provider';
import { createApi, loadAction } from '../../../js-shim/auth0-loader.mjs';

const TRIGGER = 'post-login';

/**
 * Listens on a free port of `localhost` until `stop` is called.
 *
 * `claims` are the custom claims that applications may receive, and `secrets` those of the clients, which the
 * Management API does not show.
 */
export async function serve({ domain, token, certificate, key, claims, secrets }) {
  const tenant = new Tenant(new ManagementClient({ domain, token }));
  const server = https.createServer({ cert: certificate, key });
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  const issuer = `https://localhost:${server.address().port}`;
  // By the id of the grant that a login ends with: what its Actions put on the ID token.
  const customClaims = new Map();
  const { privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });

  const provider = new Provider(issuer, {
    clients: (await tenant.clients()).map(({ client_id, callbacks }) => ({
      client_id,
      client_secret: secrets[client_id],
      redirect_uris: callbacks,
    })),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [crypto.randomBytes(16).toString('hex')] },
    features: { devInteractions: { enabled: false } },
    // As Auth0: required of every client, and /userinfo has the custom claims of the ID token.
    pkce: { required: () => true },
    claims: { openid: ['sub', ...claims] },
    conformIdTokenClaims: false,
    extraParams: ['organization', 'connection'],
    interactions: { url: (_, { uid }) => `/login/${uid}` },
    // Without a grant from before, each login comes to the Actions, also that of a user who has a session.
    loadExistingGrant: ({ oidc: { result, provider } }) =>
      result?.consent && provider.Grant.find(result.consent.grantId),
    findAccount: (_, accountId, token) => ({
      accountId,
      claims: () => ({ sub: accountId, ...customClaims.get(token?.grantId) }),
    }),
  });

  const log = [];
  async function finish(request, response) {
    const { params, session, client } = await detailsOf(request, response);
    const user = session ? await tenant.user(session.accountId) : await tenant.userByEmail(params.login_hint);
    const api = createApi();
    log.push(...(await tenant.run(await eventOf(tenant, params, user, client), api)));
    const result = api.denied === null ? await grant(user, client, api) : refusal(api.denied);
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  }

  async function detailsOf(request, response) {
    const { params, session } = await provider.interactionDetails(request, response);
    return { params, session, client: await tenant.client(params.client_id) };
  }

  async function grant(user, client, api) {
    const grant = new provider.Grant({ accountId: user.user_id, clientId: client.client_id });
    grant.addOIDCScope('openid');
    const grantId = await grant.save();
    customClaims.set(grantId, api.claims.idToken);
    return { login: { accountId: user.user_id }, consent: { grantId } };
  }

  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/login/')) return answer(request, response);
    finish(request, response).catch((error) => {
      // As Auth0: an Action that throws fails the login.
      response.writeHead(500).end(String(error?.stack ?? error));
    });
  });

  return {
    issuer,
    /** What the Actions printed since the last call. */
    takeLog: () => log.splice(0),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function refusal(reason) {
  return { error: 'access_denied', error_description: reason };
}

// What Auth0 tells an Action about a login.
async function eventOf(tenant, params, user, client) {
  const { id, name, strategy } = await tenant.connection(params.connection);
  const organization = params.organization && (await tenant.organization(params.organization));
  return {
    tenant: { id: 'acme-staging' },
    transaction: { protocol: 'oidc-basic-profile', requested_scopes: params.scope.split(' ') },
    authorization: { roles: [] },
    client: { client_id: client.client_id, name: client.name, metadata: {} },
    connection: { id, name, strategy, metadata: {} },
    ...(organization && { organization: { metadata: {}, ...organization } }),
    user,
  };
}

/** A tenant, as its Management API describes it. */
class Tenant {
  #management;
  /** Running instances by the id of their version, each for many logins. */
  #instances = new Map();

  constructor(management) {
    this.#management = management;
  }

  async clients() {
    return everything(await this.#management.clients.list());
  }

  client(id) {
    return this.#management.clients.get(id);
  }

  async connection(name) {
    const [connection] = await everything(await this.#management.connections.list({ name }));
    return connection;
  }

  organization(id) {
    return this.#management.organizations.get(id);
  }

  user(id) {
    return this.#management.users.get(id);
  }

  async userByEmail(email) {
    const [user] = await this.#management.users.listUsersByEmail({ email });
    return user;
  }

  /** Runs what the trigger runs now, one Action after the other, until one refuses; returns what they printed. */
  async run(event, api) {
    const log = [];
    for (const { action } of await everything(await this.#management.actions.triggers.bindings.list(TRIGGER))) {
      const instance = await this.#instance(action.id);
      log.push(...(await instance.execute(structuredClone(event), api)).log);
      if (api.denied !== null) break;
    }
    return log;
  }

  async #instance(id) {
    const { deployed_version: deployed } = await this.#management.actions.get(id);
    if (!this.#instances.has(deployed.id)) {
      const { code } = await this.#management.actions.versions.get(id, deployed.id);
      this.#instances.set(deployed.id, loadAction(code));
    }
    return this.#instances.get(deployed.id);
  }
}

async function everything(pages) {
  const all = [];
  for await (const one of pages) all.push(one);
  return all;
}
