/**
 * Bytes as strings, one byte a character.
 *
 * A whole message for the engine is one such string, written into its memory by one call: appending to a string costs
 * V8 a few nanoseconds, a call that writes into memory more than fifty.
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
 * The length of a string and its UTF-8 bytes.
 * A lone surrogate becomes U+FFFD, which the engine refuses in a group.
 *
 * @param {string} text
 * @returns {string}
 */
export function sized(text) {
  const length = Buffer.byteLength(text);
  // ASCII is its own UTF-8.
  return word(length) + (length === text.length ? text : Buffer.from(text).toString('latin1'));
}

/**
 * @param {unknown} value
 * @returns {string | undefined}
 */
export function text(value) {
  return typeof value === 'string' ? value : undefined;
}
