// Logs users in, one after the other, and writes down what their applications and the log of the Actions say: not on
// standard output, because the provider prints there.
// NODE_EXTRA_CA_CERTS=ca.pem node login-calls.mjs LOGINS RESULTS (files of JSON; logins.test.mjs writes the first one)
import fs from 'node:fs';
import { Browser, logIn } from './application.mjs';
import { serve } from './authorization-server.mjs';

const [input, output] = process.argv.slice(2);
const { certificate, key, logins, ...options } = JSON.parse(fs.readFileSync(input, 'utf8'));
const [cert, pem] = [certificate, key].map((file) => fs.readFileSync(file));
const server = await serve({ ...options, certificate: cert, key: pem });
const browsers = new Map();
const results = [];
for (const { browser, client, user, ...login } of logins) {
  if (!browsers.has(browser)) browsers.set(browser, new Browser());
  const { organization, connection, verifier } = login;
  const parameters = { login_hint: user, connection, ...(organization && { organization }) };
  const application = { clientId: client, clientSecret: options.secrets[client], parameters, verifier };
  const learned = await logIn(server.issuer, browsers.get(browser), application);
  results.push({ ...learned, log: server.takeLog() });
}
await server.stop();
fs.writeFileSync(output, JSON.stringify(results));
