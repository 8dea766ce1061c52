/**
 * JSON as a tree with what JavaScript's own values cannot hold: several members of one name, and raw text.
 *
 * @typedef {null | boolean | number | string | Json[] | Members | Raw} Json
 */

/** An object, with its members in order. */
export class Members {
  /** @param {[string, Json][]} members */
  constructor(members) {
    this.members = members;
  }
}

/** JSON text, such as a number that no double holds. */
export class Raw {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/** @param {Record<string, Json | undefined>} members those that are undefined are left out @returns {Members} */
export function object(members) {
  return new Members(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** @param {Json} value @returns {string} */
export function write(value) {
  if (value instanceof Raw) return value.text;
  if (value instanceof Members)
    return `{${value.members.map(([key, member]) => `${JSON.stringify(key)}:${write(member)}`).join(',')}}`;
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  return JSON.stringify(value);
}

/**
 * All values that result from removing one part of a value, or from replacing it by one of its parts.
 *
 * @param {Json} value
 * @returns {Generator<Json>}
 */
export function* smaller(value) {
  if (value instanceof Members) {
    const { members } = value;
    for (let i = 0; i < members.length; i++) yield new Members(members.toSpliced(i, 1));
    for (let i = 0; i < members.length; i++) {
      for (const member of smaller(members[i][1])) yield new Members(members.with(i, [members[i][0], member]));
    }
  } else if (Array.isArray(value)) {
    if (value.length > 8) {
      const half = value.length >> 1;
      yield value.slice(0, half);
      yield value.slice(half);
    } else {
      for (let i = 0; i < value.length; i++) yield value.toSpliced(i, 1);
      for (let i = 0; i < value.length; i++) for (const entry of smaller(value[i])) yield value.with(i, entry);
    }
  } else if (typeof value === 'string' && value.length > 1) {
    yield value.slice(0, value.length >> 1);
    yield value.slice(value.length >> 1);
    if (value.length < 40) for (let i = 0; i < value.length; i++) yield value.slice(0, i) + value.slice(i + 1);
  }
}
