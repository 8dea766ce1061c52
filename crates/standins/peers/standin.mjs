// Starts the program for a test, and ends it with the test.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const program = process.env.CLAIMSMITH_STANDINS ?? path.join(root, 'target/debug/claimsmith-standins');

// A stand-in with a seed: its domain, the path of its authority, a folder to write to.
export async function start(seed) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'standin-'));
  const file = path.join(folder, 'seed.json');
  fs.writeFileSync(file, JSON.stringify(seed));
  const child = spawn(program, ['auth0', '--seed', file, '--dir', folder], { stdio: ['pipe', 'pipe', 'inherit'] });
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

// Runs a program that trusts the stand-in. Node reads its authorities only at the start, so this has to be another process.
export function run(standIn, args, environment = {}) {
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: standIn.ca, ...environment };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    const deadline = setTimeout(() => child.kill(), 300_000);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(deadline);
      resolve({ code, output });
    });
  });
}

// What the stand-in says about itself, by command. As another process, for the same reason.
export async function control(standIn, commands) {
  const script = `
    const [domain, ...commands] = process.argv.slice(1);
    const all = commands.map(async (it) => [it, await (await fetch('https://' + domain + '/stand-in/' + it)).json()]);
    Promise.all(all).then((answers) => console.log(JSON.stringify(Object.fromEntries(answers))));`;
  const { output } = await run(standIn, ['-e', script, standIn.domain, ...commands]);
  return JSON.parse(output);
}
