/**
 * Blocks that a test signs itself, byte by byte as docs/spec/block.md says, so that the shim is not compared with the
 * code that signs blocks in the command.
 */

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { claimsmith } from './support.mjs';

export const DOMAIN = 'acme.eu.auth0.com';
/** When blocks are signed, in seconds since 1970. */
export const ISSUED = 1_790_000_000;

const word = (number) => Buffer.from(Uint32Array.of(number).buffer);
const short = (text) => Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);
/** A string of SSH: its length in big-endian order, and its bytes. */
function string(bytes) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, Buffer.from(bytes)]);
}

/** A key pair, with the line of its `.pub` file and the id that blocks have. */
export function newKey() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { x } = createPublicKey(createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }))).export({
    format: 'jwk',
  });
  const wire = Buffer.concat([string('ssh-ed25519'), string(Buffer.from(x, 'base64url'))]);
  const id = createHash('sha256').update(wire).digest().subarray(0, 8);
  return { privateKey, id, line: `ssh-ed25519 ${wire.toString('base64')}` };
}

/** Statement, payload and signatures. What is not given is as in a good block of the bundles. */
export function blockBytes({
  keys,
  bundles,
  organization,
  magic = 'CSBK',
  version = 1,
  kind = bundles.length - 1,
  issued = ISSUED,
  deadline = 0,
  domain = DOMAIN,
  payload = brotliCompressSync(Buffer.concat(bundles)),
  inflated = Buffer.concat(bundles).length,
  first = bundles[0].length,
  length = payload.length,
  namespace = 'claimsmith-block',
}) {
  const statement = Buffer.concat([
    Buffer.from(magic),
    Buffer.of(version, kind),
    ...[issued, deadline, inflated, first, length].map(word),
    short(domain),
    short(organization),
  ]);
  const message = Buffer.concat([statement, payload]);
  const hash = createHash('sha512').update(message).digest();
  const signed = Buffer.concat([Buffer.from('SSHSIG'), ...[namespace, '', 'sha512', hash].map(string)]);
  const signatures = keys.map(({ privateKey, id }) => Buffer.concat([id, sign(null, signed, privateKey)]));
  return Buffer.concat([message, ...signatures]);
}

/** The metadata that holds the bytes of a block. */
export function metadataOf(bytes) {
  const text = bytes.toString('base64url');
  const whole = (count) => `1.${count}.${text}`;
  let count = 1;
  while (Math.ceil(whole(count).length / 255) > count) count++;
  const values = whole(count).match(/.{1,255}/g);
  return Object.fromEntries(values.map((value, i) => [`claimsmith${i}`, value]));
}

/** The bundle of a platform, without what is not the mapping of one organization. */
export function bundleOf(yaml, ...args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'claimsmith-'));
  try {
    const [file, out] = ['mappings.yaml', 'bundle'].map((name) => path.join(folder, name));
    writeFileSync(file, yaml);
    claimsmith('bundle', file, ...args, '--bundle-only', out);
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
