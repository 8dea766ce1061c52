/**
 * Blocks: mappings that travel, signed, in the metadata of Auth0 organizations; docs/spec/block.md describes them.
 *
 * What writes metadata chooses every byte here. Nothing is used before its signature was checked, apart from the
 * lengths that say where it is.
 *
 * @typedef {object} BlockKey a key that may sign blocks
 * @property {string} id the beginning of its fingerprint, in hexadecimal digits
 * @property {string} key the public key, in hexadecimal digits
 * @property {string[] | null} organizations the ids of the organizations that it may sign for; null if it is all
 * @property {boolean} protected whether it may sign grants of protected groups
 *
 * @typedef {object} BlockSettings what the Action knows about blocks
 * @property {string} domain the tenant's domain
 * @property {number} floor the least second in which a block may have been issued
 * @property {Record<string, number>} floors the same for single organizations
 * @property {BlockKey[]} keys
 *
 * @typedef {object} Block a verified block
 * @property {number} issued in seconds since 1970
 * @property {number} deadline until when the candidate counts, in seconds since 1970; 0 if there is no candidate
 * @property {boolean} protected whether it may grant protected groups
 * @property {Buffer[]} bundles one, or the one that counts without a confirmation and the candidate
 */

import { createHash, createPublicKey, verify } from 'node:crypto';
import { brotliDecompressSync } from 'node:zlib';
import { BLOCK_DAMAGED, BLOCK_FOREIGN, BLOCK_KEY, BLOCK_SIGNATURE, BLOCK_STALE, BLOCK_VERSION } from './boundary.js';

const MAX_VALUES = 20;
const MAX_VALUE_CHARACTERS = 255;
const MAX_BUNDLE_BYTES = 1 << 18;
const MAX_PENDING_SECONDS = 86_400;
const MAX_AHEAD_SECONDS = 300;
const KEY_ID_BYTES = 8;
const SIGNATURE_BYTES = 72;
/** Where the domain begins in the statement. */
const DOMAIN_AT = 26;
/** What OpenSSH signs, up to the hash: magic, namespace, no reserved bytes, `sha512`, and the length of the hash. */
const SIGNED = Buffer.from('U1NIU0lHAAAAEGNsYWltc21pdGgtYmxvY2sAAAAAAAAABnNoYTUxMgAAAEA=', 'base64');
/** What comes before the bytes of an Ed25519 key in DER (RFC 8410, section 4). */
const DER = '302a300506032b6570032100';

/**
 * The text of the block in metadata, without its version.
 *
 * @param {Record<string, unknown>} metadata of the organization, with `claimsmith0`
 * @returns {string | number} the text, or the reason why there is none
 */
export function textOf(metadata) {
  const first = metadata.claimsmith0;
  const parts = typeof first === 'string' && /^(\d{1,3})\.([1-9]\d?)\.([\w-]*)$/.exec(first);
  if (!parts) return BLOCK_DAMAGED;
  if (parts[1] !== '1') return BLOCK_VERSION;
  const values = [first];
  for (let i = 1; i < Number(parts[2]); i++) values.push(/** @type {string} */ (metadata['claimsmith' + i]));
  /** @param {unknown} value */
  const isFine = (value) => typeof value === 'string' && value.length <= MAX_VALUE_CHARACTERS;
  if (values.length > MAX_VALUES || !values.every(isFine)) return BLOCK_DAMAGED;
  values[0] = parts[3];
  const text = values.join('');
  return /^[\w-]*$/.test(text) ? text : BLOCK_DAMAGED;
}

/**
 * @param {string} text as `textOf` gives it
 * @param {string} organization the id of the login's organization
 * @param {BlockSettings} settings
 * @param {number} now seconds since 1970; NaN if the clock is broken
 * @returns {Block | number} the block, or the reason why it is refused
 */
export function verified(text, organization, settings, now) {
  const bytes = Buffer.from(text, 'base64url');
  // Of a text that is too short, zeros are read, which do not fit together.
  const padded = Buffer.concat([bytes], Math.max(bytes.length, DOMAIN_AT + 2));
  if (padded.toString('latin1', 0, 4) !== 'CSBK' || padded[4] !== 1) return BLOCK_VERSION;
  const kind = padded[5];
  const [issued, deadline, inflated, first, length] = [6, 10, 14, 18, 22].map((at) => padded.readUInt32LE(at));
  const organizationAt = DOMAIN_AT + 1 + padded[DOMAIN_AT];
  const payloadAt = organizationAt + 1 + (padded[organizationAt] ?? 0);
  const signaturesAt = payloadAt + length;
  const signatures = bytes.length - signaturesAt;
  if (kind > 1 || (signatures !== SIGNATURE_BYTES && signatures !== 2 * SIGNATURE_BYTES)) return BLOCK_DAMAGED;

  const { keys, floor, floors, domain } = settings;
  let key;
  let signature;
  for (let at = signaturesAt; !key && at < bytes.length; at += SIGNATURE_BYTES) {
    const id = bytes.toString('hex', at, at + KEY_ID_BYTES);
    key = keys.find((known) => known.id === id && (known.organizations?.includes(organization) ?? true));
    signature = bytes.subarray(at + KEY_ID_BYTES, at + SIGNATURE_BYTES);
  }
  if (!key || !signature) return BLOCK_KEY;
  const signed = Buffer.concat([SIGNED, createHash('sha512').update(bytes.subarray(0, signaturesAt)).digest()]);
  const publicKey = createPublicKey({ key: Buffer.from(DER + key.key, 'hex'), format: 'der', type: 'spki' });
  if (!verify(null, signed, publicKey, signature)) return BLOCK_SIGNATURE;

  const of = bytes.toString('utf8', DOMAIN_AT + 1, organizationAt);
  if (of !== domain || bytes.toString('utf8', organizationAt + 1, payloadAt) !== organization) return BLOCK_FOREIGN;
  const least = Object.hasOwn(floors, organization) ? floors[organization] : floor;
  // With a broken clock, it is not known to be in the future.
  if (issued < least || issued > now + MAX_AHEAD_SECONDS) return BLOCK_STALE;
  const pending = deadline - issued;
  if (kind === 1 ? pending <= 0 || pending > MAX_PENDING_SECONDS || first >= inflated : deadline || first !== inflated)
    return BLOCK_DAMAGED;
  if (inflated > MAX_BUNDLE_BYTES) return BLOCK_DAMAGED;
  const payload = inflate(bytes.subarray(payloadAt, signaturesAt), inflated);
  if (payload?.length !== inflated) return BLOCK_DAMAGED;
  const bundles = kind === 1 ? [payload.subarray(0, first), payload.subarray(first)] : [payload];
  return { issued, deadline, protected: key.protected, bundles };
}

/**
 * @param {Buffer} payload
 * @param {number} maxOutputLength a few bytes can inflate to many millions
 * @returns {Buffer | undefined} undefined if it is not compressed, or longer
 */
function inflate(payload, maxOutputLength) {
  try {
    return brotliDecompressSync(payload, { maxOutputLength });
  } catch {
    return undefined;
  }
}
