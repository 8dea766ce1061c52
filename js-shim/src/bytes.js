/**
 * Bytes as strings, one byte a character.
 *
 * A whole message for the engine is one such string, written into its memory by one call:
 * to append to a string costs V8 some nanoseconds, each call that writes into memory more than fifty.
 */

/** One number as a float and as two words. */
const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

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
 * A 64-bit float, little-endian.
 *
 * @param {number} value
 * @returns {string}
 */
export function double(value) {
  float[0] = value;
  return word(words[0]) + word(words[1]);
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
  return word(length) + (length === text.length ? text : Buffer.from(text).toString('latin1'));
}
