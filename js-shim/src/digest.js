/** Digests, which find damage to the engine and the bundle in the text of the Action. */

import { createHash } from 'node:crypto';

/**
 * @param {string | Uint8Array} data of a string, its UTF-8
 * @param {'base64' | 'hex'} [encoding]
 * @param {number} [digits] of the result; 22 of base64 are 132 bits, which find any damage
 * @returns {string} the first digits of the SHA-256
 */
export function hash(data, encoding = 'base64', digits = 22) {
  return createHash('sha256').update(data).digest(encoding).slice(0, digits);
}
