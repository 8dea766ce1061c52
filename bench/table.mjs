// What the benchmarks share: medians, Markdown tables, and the files that the page is made of.

import { mkdirSync, writeFileSync } from 'node:fs';

/** The results of one run; `bench/page.mjs` writes the page from them. */
export const RESULTS = new URL('../target/bench/results/', import.meta.url);

export function median(numbers) {
  const sorted = numbers.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)];
}

/** `8.5 x` */
export const times = (ratio) => `${ratio.toFixed(2)} x`;

/** Rows of text as a Markdown table. */
export function table(heads, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * Prints tables, and keeps them for the page.
 *
 * @param {string} name of the result
 * @param {{ tables: Record<string, { heads: string[], rows: string[][] }>, figures?: Record<string, number> }} result
 *   `figures` are the numbers that budgets are about
 */
export function report(name, result) {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(new URL(`${name}.json`, RESULTS), JSON.stringify(result, null, 1));
  for (const [title, { heads, rows }] of Object.entries(result.tables)) {
    console.log(`${name}, ${title}\n\n${table(heads, rows)}\n`);
  }
}
