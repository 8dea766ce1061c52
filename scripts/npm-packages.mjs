#!/usr/bin/env node
/**
 * Makes the folders of the npm packages: `claimsmith`, with the command as WebAssembly, and one for each program, such
 * as `claimsmith-linux-x64`. npm installs the one that fits the system, because it is an optional dependency.
 *
 *     node scripts/npm-packages.mjs OUT VERSION claimsmith.wasm [PLATFORM-ARCH=PROGRAM...]
 */

import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const [out, version, wasm, ...programs] = process.argv.slice(2);

const common = {
  version,
  license: 'Apache-2.0 OR MIT',
  engines: { node: '>=20' },
};
const systems = programs.map((program) => program.split('='));
for (const [system, program] of systems) {
  const [os, cpu] = system.split('-');
  const folder = makePackage({
    name: `claimsmith-${system}`,
    description: `The claimsmith command for ${system}`,
    ...common,
    os: [os],
    cpu: [cpu],
    // The program needs the GNU C library; with another one, the command runs as WebAssembly.
    ...(os === 'linux' && { libc: ['glibc'] }),
    files: ['bin', 'LICENSE-*'],
  });
  mkdirSync(join(folder, 'bin'), { recursive: true });
  copy(program, join(folder, 'bin', 'claimsmith'), 0o755);
  const page = `# claimsmith-${system}\n\nThe claimsmith command for ${system}.\nInstall the package \`claimsmith\`, which chooses it.\n`;
  writeFileSync(join(folder, 'README.md'), page);
}
const main = makePackage({
  name: 'claimsmith',
  description: "Maps the groups of your customers' identity providers to the groups of your applications",
  keywords: ['auth0', 'groups', 'mapping', 'claims', 'scim'],
  ...common,
  type: 'module',
  bin: { claimsmith: 'claimsmith.mjs' },
  files: ['claimsmith.mjs', 'wasi.mjs', 'folders.mjs', 'claimsmith.wasm', 'LICENSE-*'],
  optionalDependencies: Object.fromEntries(systems.map(([system]) => [`claimsmith-${system}`, version])),
});
copy(join(ROOT, 'packages/npm/claimsmith.mjs'), join(main, 'claimsmith.mjs'), 0o755);
for (const name of ['wasi.mjs', 'folders.mjs', 'README.md']) copy(join(ROOT, 'packages/npm', name), join(main, name));
copy(wasm, join(main, 'claimsmith.wasm'));

/** @param {Record<string, unknown> & { name: string }} manifest */
function makePackage(manifest) {
  const folder = join(out, manifest.name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const license of ['LICENSE-APACHE', 'LICENSE-MIT']) copy(join(ROOT, license), join(folder, license));
  return folder;
}

function copy(from, to, mode = 0o644) {
  copyFileSync(from, to);
  chmodSync(to, mode);
}
