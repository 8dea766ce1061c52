/**
 * The members of Auth0's post-login `event` and `api` that the Action uses, and no others: a member that is missing
 * here is one that the Action must not use before it has been looked up and added.
 *
 * Sources, as of November 2026:
 * - event: https://auth0.com/docs/actions/reference/post-login/post-login-event-object
 * - api: https://auth0.com/docs/actions/reference/post-login/post-login-api-object
 * - types: https://github.com/auth0/auth0-actions, src/post-login/v3/index.d.ts
 * - SAML attributes: https://auth0.com/docs/customize/actions/limitations
 *
 * These are the documented types. What an identity provider can write is `unknown`, and the code checks the rest as
 * well, because an exception would fail the login.
 */

export interface PostLoginEvent {
  connection: {
    /** For example `con_…`. */
    id: string;
    /** Unique within a tenant. */
    name: string;
  };
  client: { client_id: string };
  /** Only if the login used an organization. */
  organization?: {
    id: string;
    /** At most 25 values of at most 255 characters. */
    metadata?: Record<string, unknown>;
  };
  transaction?: {
    /** For example `oidc-basic-profile`, `oauth2-refresh-token` or `samlp`. */
    protocol?: string;
  };
  /** What the user may do; missing if Auth0 does not know it. */
  authorization?: {
    /** The names of the roles that the user has in Auth0. */
    roles?: unknown;
  };
  /** The profile; its root attributes, and those of linked accounts, are written by identity providers. */
  user: unknown;
}

export interface PostLoginApi {
  access: {
    /** Refuses the login; the application receives the reason as `error_description`. */
    deny(reason: string): unknown;
  };
  idToken: Token;
  accessToken: Token;
  samlResponse: {
    /** Throws if there are too many attributes, or if the name or a value is too long. */
    setAttribute(name: string, value: string | string[]): unknown;
  };
  groups: {
    /** The groups that Auth0 keeps for the user: those that SCIM or a directory provisions. */
    getUserGroups(options: { take?: number; from?: string }): Promise<GroupPage>;
  };
}

export interface Token {
  /** The value is any JSON. Reserved names are dropped without an error, except `scope`, which throws. */
  setCustomClaim(name: string, value: unknown): unknown;
}

export interface GroupPage {
  /** Each with `id`, `name`, `connection_id` and others; the engine decides which of them counts. */
  groups: unknown[];
  /** Where the next page begins; missing on the last page. */
  next?: string | null;
}
