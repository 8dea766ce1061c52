#!/usr/bin/env node
/**
 * Runs the claimsmith command: the program of this system if npm installed it, and else the same command as
 * WebAssembly. CLAIMSMITH_WASM=1 chooses WebAssembly.
 */

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { runAsWebAssembly } from './wasi.mjs';

const system = `${process.platform}-${process.arch}`;

process.exitCode = (process.env.CLAIMSMITH_WASM === '1' ? undefined : runProgram()) ?? runAsWebAssembly();

/**
 * The exit code of the program of this system, or undefined if there is none.
 *
 * @returns {number | undefined}
 */
function runProgram() {
  let program;
  try {
    program = createRequire(import.meta.url).resolve(`claimsmith-${system}/bin/claimsmith`);
  } catch {
    return undefined;
  }
  const { error, signal, status } = spawnSync(program, process.argv.slice(2), { stdio: 'inherit' });
  if (signal) process.kill(process.pid, signal);
  if (!error) return status ?? 2;
  // For example, its C library is another one than that of the system.
  console.error(`note: the program for ${system} cannot be started (${error.message}); WebAssembly runs instead`);
  return undefined;
}
