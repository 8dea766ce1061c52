// Runs real Terraform with the stub of the provider.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../standin.mjs';

const python = process.env.TERRAFORM_PYTHON;
assert.ok(python, 'TERRAFORM_PYTHON is not set: the path of a Python that has what requirements.txt lists');
const program = fileURLToPath(new URL('run_terraform.py', import.meta.url));

/** Runs Terraform in the stand-in's folder, once for each list of arguments. */
export async function terraform(standIn, ...runs) {
  const environment = { SSL_CERT_FILE: standIn.ca, AUTH0_DOMAIN: standIn.domain, AUTH0_API_TOKEN: 't' };
  const args = [program, standIn.folder, JSON.stringify(runs)];
  const { code, out, output } = await runProgram(python, args, environment);
  assert.equal(code, 0, output);
  return JSON.parse(out);
}
