/* table.mjs - a table in Markdown, and the sums of a sample. */
/* SPDX-License-Identifier: MIT */

/** @param {string[]} head @param {(string|number)[][]} rows */
export function table(head, rows) {
  const line = (/** @type {(string|number)[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index ? '---:' : '---'))), ...rows.map(line)]
    .join('\n');
}

/** @param {number[]} values */
export const mean = (values) =>
  values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : NaN;

/** @param {number} value @param {number} digits */
export const round = (value, digits = 0) =>
  Number.isFinite(value) ? value.toFixed(digits) : '–';
