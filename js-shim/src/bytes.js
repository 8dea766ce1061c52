/**
 * Bytes as strings, one byte a character.
 *
 * A whole message for the engine is one such string, written into its memory by one call:
 * to append to a string costs V8 some nanoseconds, each call that writes into memory more than fifty.
 */

/**
 * A 32-bit number, little-endian.
 *
 * @param {number} value
 * @returns {string}
 */
export function word(value) {
  return String.fromCharCode(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
}

/**
 * Whether every character is its own byte in UTF-8.
 *
 * @param {string} text
 * @returns {boolean}
 */
export function isAscii(text) {
  return Buffer.byteLength(text) === text.length;
}

/**
 * The UTF-8 bytes of a string. A lone surrogate becomes U+FFFD, which the engine refuses in a group.
 *
 * @param {string} text
 * @returns {string}
 */
export function utf8(text) {
  return isAscii(text) ? text : Buffer.from(text).toString('latin1');
}

/**
 * The length of a string and its UTF-8 bytes.
 *
 * @param {string} text
 * @returns {string}
 */
export function sized(text) {
  const bytes = utf8(text);
  return word(bytes.length) + bytes;
}
