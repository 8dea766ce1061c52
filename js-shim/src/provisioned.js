/**
 * Fetches the groups that Auth0 keeps for the user: those that a directory provisions.
 *
 * The trigger has twenty seconds in all, so this has a budget of its own. Groups that cannot be had in time,
 * or not all of them, are unavailable; what that means is the engine's business.
 */

import { MAX_ENTRIES, member } from './attribute.js';

const BUDGET_MILLISECONDS = 3_000;
const MAX_PAGES = 200;
const PAGE = 100;

/**
 * @param {object} event
 * @param {object} api
 * @returns {Promise<object[] | null>} the groups of the login's connection; null if they could not be had
 */
export async function fetchGroups(event, api) {
  let timer;
  const budget = { spent: false };
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
 * @param {object} source Auth0's `api.groups`
 * @param {{ spent: boolean }} budget
 * @returns {Promise<object[] | null>}
 */
async function readPages(connection, source, budget) {
  if (typeof connection !== 'string') return null;
  const groups = [];
  const seen = new Set();
  let from;
  for (let pages = 0; pages < MAX_PAGES && !budget.spent; pages++) {
    const page = await source.getUserGroups(from === undefined ? { take: PAGE } : { take: PAGE, from });
    if (!Array.isArray(page.groups)) return null;
    for (let i = 0; i < page.groups.length; i++) {
      const group = page.groups[i];
      const of = member(group, 'connection_id');
      // Whose group it is cannot be told, and a rule may exclude by it.
      if (typeof of !== 'string') return null;
      // Groups of another connection are not this identity provider's to give.
      if (of === connection && groups.push(group) === MAX_ENTRIES) return groups;
    }
    from = page.next;
    if (from === undefined || from === null || from === '') return groups;
    if (typeof from !== 'string' || seen.has(from)) return null;
    seen.add(from);
  }
  return null;
}
