/** Digests: whether what the bundler put into the Action is still what it put there. */

import { createHash } from 'node:crypto';

/**
 * @param {string | Uint8Array} data a text counts as its UTF-8
 * @param {'base64' | 'hex'} [encoding]
 * @param {number} [digits] how many are enough: 132 bits find any damage
 * @returns {string} the first digits of the SHA-256
 */
export function hash(data, encoding = 'base64', digits = 22) {
  return createHash('sha256').update(data).digest(encoding).slice(0, digits);
}
