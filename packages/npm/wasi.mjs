/** Runs the command as WebAssembly, with the rights that the program would have. */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import nativePath from 'node:path';
import { listFolders } from './folders.mjs';

/** @typedef {import('node:path').PlatformPath} PlatformPath */

/**
 * The exit code of the command.
 *
 * @returns {number}
 */
export function runAsWebAssembly() {
  const { args, folder, roots } = translate(process.argv.slice(2), process.cwd(), nativePath, existsSync);
  const WASI = importWasi();
  const wasi = new WASI({
    version: 'preview1',
    args: ['claimsmith', ...args],
    // The command begins in the folder that PWD names.
    env: { ...process.env, PWD: folder },
    preopens: roots,
    returnOnExit: true,
  });
  const module = new WebAssembly.Module(readFileSync(new URL('claimsmith.wasm', import.meta.url)));
  const imports = /** @type {any} */ (wasi.getImportObject());
  /** @type {WebAssembly.Instance} */
  let instance;
  const memory = () => /** @type {any} */ (instance.exports).memory;
  const functions = withoutFastCalls(imports.wasi_snapshot_preview1);
  listFolders(functions, Object.values(roots), memory);
  instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: functions });
  try {
    return wasi.start(instance) ?? 0;
  } catch (error) {
    console.error(`error: the command stopped: ${error}`);
    return 2;
  }
}

/**
 * The same functions, called through JavaScript. WebAssembly can also call those of Node 20 directly, and then Node
 * aborts without a message, as it did for `bundle`.
 *
 * @param {Record<string, (...args: any[]) => number>} functions
 */
function withoutFastCalls(functions) {
  /** @type {typeof functions} */
  const wrapped = {};
  for (const [name, call] of Object.entries(functions)) wrapped[name] = (...args) => call(...args);
  return wrapped;
}

/** Without the warning that WASI is an experimental feature of Node: authors can do nothing about it. */
function importWasi() {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return createRequire(import.meta.url)('node:wasi').WASI;
  } finally {
    process.emitWarning = emitWarning;
  }
}

/**
 * The arguments and the working folder by the names that WebAssembly knows them by, and the folders at the root of
 * each of these names. Elsewhere than on Windows, the names are those of the system. On Windows, `C:\maps` is `/C:/maps`.
 *
 * @param {string[]} args
 * @param {string} cwd
 * @param {PlatformPath} path How paths of this system are written.
 * @param {(path: string) => boolean} exists
 */
export function translate(args, cwd, path, exists) {
  if (path.sep === '/') return { args, folder: cwd, roots: { '/': '/' } };
  /** @type {Record<string, string>} */
  const roots = {};
  /** @type {(named: string) => string} */
  const translated = (named) => {
    const { root } = path.parse(named);
    const slashed = named.replaceAll('\\', '/');
    // Relative paths, and those that begin at the root of the current drive or at its current folder.
    if (!root.includes(':') && !root.startsWith('\\\\')) return root ? translated(path.resolve(cwd, named)) : slashed;
    const full = path.resolve(cwd, named);
    const top = path.parse(full).root;
    const name = `/${top.split(/[\\/]/).filter(Boolean).join('/')}`;
    roots[name] = top;
    return `${name}/${full.slice(top.length).replaceAll('\\', '/')}`;
  };
  const folder = translated(cwd);
  let previous = '';
  const translatedArgs = args.map((arg) => {
    const [, option, value] = /^(--[a-z-]+=)?(.*)$/s.exec(arg) ?? ['', '', arg];
    const named = isPath(option?.slice(0, -1) || previous, value);
    previous = arg;
    return named ? `${option ?? ''}${translated(value)}` : arg;
  });
  return { args: translatedArgs, folder, roots };

  /**
   * Whether an argument names a file. Groups such as `CORP\admins` have the same form, so there must be a file or a
   * folder to which the path leads, or the option must be one that takes a path.
   *
   * @param {string} option
   * @param {string} value
   */
  function isPath(option, value) {
    if (!/[\\/:]/.test(value) || value.startsWith('-')) return false;
    if (/^--(out|mappings|event|user|bundle-only)$/.test(option)) return true;
    if (/^--(group|case|only|organization|connection|application)$/.test(option)) return false;
    return path.isAbsolute(value) || exists(path.resolve(cwd, value)) || exists(path.resolve(cwd, value, '..'));
  }
}
