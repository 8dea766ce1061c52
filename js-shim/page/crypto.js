/** In place of `node:crypto`: SHA-256 (FIPS 180-4), because that of browsers is asynchronous. */

/** @returns {Uint32Array} the first 32 bits of the fraction of the roots of the first 64 primes */
function constants() {
  /** @type {{ prime: number }[]} */
  const found = [];
  for (let n = 2; found.length < 64; n++) if (found.every(({ prime }) => n % prime)) found.push({ prime: n });
  return Uint32Array.from(found, ({ prime }) => (Math.cbrt(prime) % 1) * 2 ** 32);
}

const K = constants();
const START = [2, 3, 5, 7, 11, 13, 17, 19].map((prime) => ((Math.sqrt(prime) % 1) * 2 ** 32) | 0);

/**
 * @param {number} x
 * @param {number} n
 * @returns {number}
 */
const turn = (x, n) => (x >>> n) | (x << (32 - n));

/**
 * @param {Uint8Array} data
 * @returns {Uint8Array}
 */
function sha256(data) {
  const padded = new Uint8Array((data.length + 72) & ~63);
  padded.set(data);
  padded[data.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(data.length / 2 ** 29));
  view.setUint32(padded.length - 4, data.length << 3);
  const state = Int32Array.from(START);
  const w = new Int32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(block + 4 * i);
    for (let i = 16; i < 64; i++) {
      const [a, b] = [w[i - 15], w[i - 2]];
      const s0 = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
      const s1 = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => (state[i] += value));
  }
  const digest = new Uint8Array(32);
  state.forEach((word, i) => new DataView(digest.buffer).setInt32(4 * i, word));
  return digest;
}

/** Blocks are in the metadata of organizations, which no page reads. */
export function createPublicKey() {
  throw new Error();
}

/** As above. */
export function verify() {
  throw new Error();
}

/** @returns {{ update(data: string | Uint8Array): { digest(encoding: string): string } }} */
export function createHash() {
  return {
    update(data) {
      const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
      return {
        digest(encoding) {
          const digest = sha256(bytes);
          if (encoding === 'base64') return btoa(String.fromCharCode(...digest));
          return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
        },
      };
    },
  };
}
