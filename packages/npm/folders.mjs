/**
 * Lists folders for WebAssembly: under Windows, `node:wasi` cannot. It is done in the same way on every system, so that
 * the tests see it.
 */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Numbers of WASI, preview 1. */
const ERRNO = { success: 0, acces: 2, badf: 8, io: 29, noent: 44, notdir: 54 };
const TYPE = { unknown: 0, blockDevice: 1, characterDevice: 2, folder: 3, file: 4, socket: 6, link: 7 };
/** Next entry, inode, length of the name, type and padding. */
const HEADER = 24;

/**
 * Makes `fd_readdir` list the folder of a descriptor, which is known from the calls that open and close it.
 *
 * @param {Record<string, (...args: any[]) => number>} wasi The functions that the program imports; some are replaced.
 * @param {string[]} roots The folders that are open from the start, in their order.
 * @param {() => { buffer: ArrayBuffer }} memory Of the program, when it runs.
 */
export function listFolders(wasi, roots, memory) {
  // Descriptors 0 to 2 are the standard streams.
  const folders = new Map(roots.map((root, at) => [at + 3, root]));
  /** @type {Map<number, import('node:fs').Dirent[]>} */
  const listings = new Map();
  const { path_open, fd_close } = wasi;

  wasi.path_open = (fd, lookup, path, length, ...rest) => {
    const name = Buffer.from(memory().buffer, path, length).toString();
    const errno = path_open(fd, lookup, path, length, ...rest);
    if (errno === ERRNO.success) {
      const opened = new DataView(memory().buffer).getUint32(rest[rest.length - 1], true);
      folders.set(opened, join(folders.get(fd) ?? '', name));
    }
    return errno;
  };

  wasi.fd_close = (fd) => {
    folders.delete(fd);
    listings.delete(fd);
    return fd_close(fd);
  };

  wasi.fd_readdir = (fd, buffer, size, cookie, used) => {
    const folder = folders.get(fd);
    if (folder === undefined) return ERRNO.badf;
    let entries = listings.get(fd);
    if (!entries || cookie === 0n) {
      try {
        entries = readdirSync(folder, { withFileTypes: true });
      } catch (error) {
        return errnoOf(/** @type {NodeJS.ErrnoException} */ (error));
      }
      listings.set(fd, entries);
    }
    const target = Buffer.from(memory().buffer, buffer, size);
    let written = 0;
    for (let at = Number(cookie); at < entries.length && written < size; at += 1) {
      // The last one may be cut, from which the program sees that there are more.
      written += encode(entries[at], at).copy(target, written);
    }
    new DataView(memory().buffer).setUint32(used, written, true);
    return ERRNO.success;
  };
}

/**
 * @param {import('node:fs').Dirent} entry
 * @param {number} at
 */
function encode(entry, at) {
  const name = Buffer.from(entry.name);
  const encoded = Buffer.alloc(HEADER + name.length);
  encoded.writeBigUInt64LE(BigInt(at + 1), 0);
  encoded.writeUInt32LE(name.length, 16);
  encoded.writeUInt8(typeOf(entry), 20);
  name.copy(encoded, HEADER);
  return encoded;
}

/** @param {import('node:fs').Dirent} entry */
function typeOf(entry) {
  if (entry.isFile()) return TYPE.file;
  if (entry.isDirectory()) return TYPE.folder;
  if (entry.isSymbolicLink()) return TYPE.link;
  if (entry.isSocket()) return TYPE.socket;
  if (entry.isBlockDevice()) return TYPE.blockDevice;
  return entry.isCharacterDevice() ? TYPE.characterDevice : TYPE.unknown;
}

/** @param {NodeJS.ErrnoException} error */
function errnoOf({ code }) {
  if (code === 'EACCES' || code === 'EPERM') return ERRNO.acces;
  if (code === 'ENOENT') return ERRNO.noent;
  return code === 'ENOTDIR' ? ERRNO.notdir : ERRNO.io;
}
