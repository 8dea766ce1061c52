/**
 * The members of Node's `Buffer` that the engine's host uses, for browsers.
 *
 * `build_page` in `scripts/artifacts.sh` puts it in place of the global.
 */

export class Buffer extends Uint8Array {
  /**
   * @param {ArrayBuffer | string} data
   * @param {'base64' | 'utf8'} [encoding] of a string
   * @returns {Buffer}
   */
  static from(data, encoding = 'utf8') {
    if (typeof data !== 'string') return new Buffer(data);
    if (encoding === 'utf8') return new Buffer(new TextEncoder().encode(data));
    const bytes = atob(data);
    const buffer = new Buffer(bytes.length);
    for (let i = 0; i < bytes.length; i++) buffer[i] = bytes.charCodeAt(i);
    return buffer;
  }

  /**
   * @param {string} text
   * @returns {number} the bytes of its UTF-8
   */
  static byteLength(text) {
    return new TextEncoder().encode(text).length;
  }

  /**
   * @param {string} text
   * @param {number} at
   * @param {'hex' | 'latin1'} encoding
   */
  write(text, at, encoding) {
    if (encoding === 'latin1') for (let i = 0; i < text.length; i++) this[at + i] = text.charCodeAt(i);
    else for (let i = 0; i < text.length; i += 2) this[at + i / 2] = parseInt(text.slice(i, i + 2), 16);
  }

  /**
   * @param {number} value
   * @param {number} at
   */
  writeDoubleLE(value, at) {
    this.#view().setFloat64(at, value, true);
  }

  /**
   * @param {number} at
   * @returns {number}
   */
  readUInt32LE(at) {
    return this.#view().getUint32(at, true);
  }

  /**
   * @param {'latin1' | 'utf8'} encoding
   * @param {number} [start]
   * @param {number} [end]
   * @returns {string}
   */
  // @ts-expect-error The signature is that of Node's Buffer.
  toString(encoding, start = 0, end = this.length) {
    // A view of the same bytes: `subarray` of this class would be another Buffer.
    const part = new Uint8Array(this.buffer, this.byteOffset + start, end - start);
    if (encoding === 'utf8') return new TextDecoder().decode(part);
    let text = '';
    for (const byte of part) text += String.fromCharCode(byte);
    return text;
  }

  #view() {
    return new DataView(this.buffer, this.byteOffset, this.byteLength);
  }
}
