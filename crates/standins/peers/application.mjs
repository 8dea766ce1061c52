// An application as the relying party of an OpenID provider, and the browser of its user.
import * as client from 'openid-client';

const CALLBACK = 'https://application.example/callback';

export { CALLBACK };

/** Keeps cookies, and follows redirects until one leads to the application. */
export class Browser {
  #cookies = new Map();

  async open(url) {
    while (!url.startsWith(CALLBACK)) {
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
      for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        if (value === '') this.#cookies.delete(name);
        else this.#cookies.set(name, value);
      }
      const next = response.headers.get('location');
      if (next === null) throw new Error(`${url}: ${response.status} ${await response.text()}`);
      url = new URL(next, url).href;
    }
    return new URL(url);
  }
}

/** Logs a user in by the authorization code flow with PKCE; what the application learns, or why it learns nothing. */
export async function logIn(issuer, browser, { clientId, clientSecret, parameters, verifier }) {
  const provider = await client.discovery(new URL(issuer), clientId, undefined, client.ClientSecretBasic(clientSecret));
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const address = client.buildAuthorizationUrl(provider, {
    redirect_uri: CALLBACK,
    scope: 'openid',
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  });
  const callback = await browser.open(address.href);
  try {
    const checks = { pkceCodeVerifier: verifier ?? pkceCodeVerifier, expectedState, expectedNonce };
    const tokens = await client.authorizationCodeGrant(provider, callback, checks);
    const idToken = tokens.claims();
    return { idToken, userinfo: await client.fetchUserInfo(provider, tokens.access_token, idToken.sub) };
  } catch (error) {
    // Both the redirect and the token endpoint say why.
    if (error.error === undefined) throw error;
    return { error: error.error, description: error.error_description };
  }
}
