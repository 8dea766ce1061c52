// Starts the program for a test, and ends it with the test.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const command = process.env.CLAIMSMITH ?? path.join(root, 'target/release/claimsmith');
const program = process.env.CLAIMSMITH_STANDINS ?? path.join(root, 'target/debug/claimsmith-standins');

// A stand-in of Auth0 or of Qlik Cloud with a seed: its domain, the paths of its authority, certificate and key, a folder to write to.
export async function start(seed, service = 'auth0') {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'standin-'));
  const file = path.join(folder, 'seed.json');
  fs.writeFileSync(file, JSON.stringify(seed));
  const child = spawn(program, [service, '--seed', file, '--dir', folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
    readline.createInterface({ input: child.stdout }).once('line', resolve);
  });
  child.removeAllListeners('exit');
  return {
    ...JSON.parse(line),
    folder,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end();
      await ended;
      fs.rmSync(folder, { recursive: true });
    },
  };
}

// Runs a program of Node that trusts the stand-in. Node reads its authorities only at the start, so this has to be another
// process.
export function run(standIn, args, environment = {}) {
  return runProgram(process.execPath, args, { NODE_EXTRA_CA_CERTS: standIn.ca, ...environment });
}

// Runs `claimsmith` in the stand-in's folder, with the stand-in in place of the tenant.
export function claimsmith(standIn, args, environment = {}) {
  const tenant = { SSL_CERT_FILE: standIn.ca, CLAIMSMITH_AUTH0_STAND_IN: standIn.domain };
  return runProgram(command, args, { ...tenant, ...environment }, standIn.folder);
}

// Runs a program; its exit code, what it printed, and of that what was on standard output.
export function runProgram(program, args, environment, cwd) {
  const env = { ...process.env, ...environment };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, output] = ['', ''];
    child.stdout.on('data', (data) => (out += data));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    const deadline = setTimeout(() => child.kill(), 300_000);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(deadline);
      resolve({ code, out, output });
    });
  });
}

// What the stand-in says about itself, by command. As another process, for the same reason.
export async function control(standIn, commands) {
  const script = `
    const [domain, ...commands] = process.argv.slice(1);
    const all = commands.map(async (it) => [it, await (await fetch('https://' + domain + '/stand-in/' + it)).json()]);
    Promise.all(all).then((answers) => console.log(JSON.stringify(Object.fromEntries(answers))));`;
  const { out } = await run(standIn, ['-e', script, standIn.domain, ...commands]);
  return JSON.parse(out);
}
