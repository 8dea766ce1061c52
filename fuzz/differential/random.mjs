/** Random choices that one number determines. */

/** @typedef {ReturnType<typeof createRandom>} Random */

/**
 * @param {number} seed
 */
export function createRandom(seed) {
  let state = seed >>> 0;

  /** Mulberry32. @returns {number} at least 0 and below 1 */
  function next() {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const random = {
    /** @param {number} bound @returns {number} a whole number below the bound */
    below: (bound) => Math.floor(next() * bound),
    /** @param {number} share @returns {boolean} true in this share of the calls */
    chance: (share) => next() < share,
    /** @template T @param {readonly T[]} choices @returns {T} */
    pick: (choices) => choices[random.below(choices.length)],
    /** @template T @param {readonly T[]} choices @param {number} least @param {number} most @returns {T[]} each at most once */
    some(choices, least, most) {
      const left = [...choices];
      const count = Math.min(left.length, least + random.below(most - least + 1));
      return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0]);
    },
    /** @template T @param {number} most @param {() => T} make @returns {T[]} */
    many: (most, make) => Array.from({ length: random.below(most + 1) }, make),
    /** @template T @param {...[number, () => T]} choices how likely each is, and what makes it @returns {T} */
    weighted(...choices) {
      let left = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, make] of choices) if ((left -= weight) < 0) return make();
      return choices[0][1]();
    },
  };
  return random;
}
