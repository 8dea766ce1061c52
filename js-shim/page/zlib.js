/** In place of `node:zlib`: browsers cannot decompress brotli, so a page has engine and bundle as they are. */

/**
 * @template T
 * @param {T} bytes
 * @returns {T}
 */
export function brotliDecompressSync(bytes) {
  return bytes;
}
