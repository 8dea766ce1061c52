/** Makes a login that differs smaller, and the platform with it. */

import { Members, smaller, write } from './json.mjs';

/** The number of candidates in one run of both hosts. */
const BATCH = 200;

/**
 * @param {import('./hosts.mjs').Hosts} hosts
 * @param {object} platform
 * @param {import('./json.mjs').Json} event
 * @param {number} end when to stop, in milliseconds since 1970
 * @returns {Promise<{ platform: object, event: import('./json.mjs').Json, parts: string[] }>}
 */
export async function shrink(hosts, platform, event, end) {
  let found = { platform, event, parts: [] };
  for (let smallerYet = true; smallerYet && Date.now() < end;) {
    smallerYet = false;
    for (const step of [shrinkEvent, shrinkPlatform]) {
      for (let next; Date.now() < end && (next = await step(hosts, found, end));) [found, smallerYet] = [next, true];
    }
  }
  if (found.parts.length === 0)
    found.parts = (await hosts.run(found.platform, [write(found.event)])).differences[0]?.parts ?? [];
  return found;
}

/** The first of the smaller events that differs. */
async function shrinkEvent(hosts, { platform, event }) {
  let batch = [];
  const attempt = async () => {
    const [difference] = (await hosts.run(platform, batch.map(write))).differences;
    const found = difference && { platform, event: batch[difference.at], parts: difference.parts };
    batch = [];
    return found;
  };
  for (const candidate of smaller(event)) {
    if (!(candidate instanceof Members)) continue;
    batch.push(candidate);
    const found = batch.length === BATCH && (await attempt());
    if (found) return found;
  }
  return batch.length > 0 ? attempt() : undefined;
}

/** The first of the smaller platforms whose login differs. */
async function shrinkPlatform(hosts, { platform, event }, end) {
  for (const candidate of without(platform)) {
    if (Date.now() >= end) return undefined;
    const [difference] = (await hosts.run(candidate, [write(event)])).differences;
    if (difference) return { platform: candidate, event, parts: difference.parts };
  }
  return undefined;
}

/** All values that result from removing one member or entry of plain data. */
function* without(value) {
  if (typeof value !== 'object' || value === null) return;
  const isList = Array.isArray(value);
  for (const key of Object.keys(value)) {
    if (isList) yield value.toSpliced(Number(key), 1);
    else {
      const { [key]: _, ...rest } = value;
      yield rest;
    }
  }
  for (const key of Object.keys(value)) {
    for (const inner of without(value[key])) yield isList ? value.with(Number(key), inner) : { ...value, [key]: inner };
  }
}
