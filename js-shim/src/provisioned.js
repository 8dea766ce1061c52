/**
 * Fetches the groups that Auth0 keeps for the user: those that a directory provisions.
 *
 * The trigger has twenty seconds in all, so this has a time limit of its own. If not all groups arrive in time, none of
 * them is available; the engine decides what that means.
 *
 * @import { GroupPage, PostLoginApi, PostLoginEvent } from '../types/auth0.js'
 */

import { MAX_ENTRIES, member } from './attribute.js';

const BUDGET_MILLISECONDS = 3_000;
const MAX_PAGES = 200;
const PAGE = 100;

/**
 * @param {PostLoginEvent} event
 * @param {PostLoginApi} api
 * @returns {Promise<unknown[] | null>} the groups of the login's connection; null if they could not be fetched
 */
export async function fetchGroups(event, api) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const budget = { spent: false };
  /** @type {Promise<null>} */
  const late = new Promise((resolve) => {
    timer = setTimeout(() => {
      budget.spent = true;
      resolve(null);
    }, BUDGET_MILLISECONDS);
  });
  try {
    return await Promise.race([readPages(event.connection?.id, api.groups, budget), late]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {unknown} connection the id of the login's connection
 * @param {PostLoginApi['groups']} source
 * @param {{ spent: boolean }} budget
 * @returns {Promise<unknown[] | null>}
 */
async function readPages(connection, source, budget) {
  if (typeof connection !== 'string') return null;
  /** @type {unknown[]} */
  const groups = [];
  const seen = new Set();
  /** @type {any} a string as soon as it is used: it is checked before */
  let from;
  for (let pages = 0; pages < MAX_PAGES && !budget.spent; pages++) {
    /** @type {GroupPage} */
    const page = await source.getUserGroups(from === undefined ? { take: PAGE } : { take: PAGE, from });
    if (!Array.isArray(page.groups)) return null;
    for (let i = 0; i < page.groups.length; i++) {
      const group = page.groups[i];
      const of = member(group, 'connection_id');
      // The group may be of this connection, and a rule may exclude by it.
      if (typeof of !== 'string') return null;
      // Groups of another connection do not count: this identity provider did not assign them.
      if (of === connection && groups.push(group) === MAX_ENTRIES) return groups;
    }
    from = page.next;
    if (from === undefined || from === null || from === '') return groups;
    if (typeof from !== 'string' || seen.has(from)) return null;
    seen.add(from);
  }
  return null;
}
