/* rows.js - puts the rows of a list in order without touching the one that is in use. */
/* SPDX-License-Identifier: MIT */

/** @param {Element} list the row that has the focus, or is below the pointer */
const inUse = (list) => [...list.children].find((row) => row.matches(':focus-within'))
  ?? [...list.children].find((row) => row.matches(':hover'));

/**
 * Makes these the rows of a list, in this order. A row that is moved loses the focus and the press
 * that has begun on it, so the others move around it. Where the row with the focus is not among
 * them any more, the one in its place is given to `orphaned`, or undefined if there is none.
 * @template {Element} T
 * @param {Element} list
 * @param {T[]} rows
 * @param {(row: T|undefined) => void} orphaned gives the focus to another element
 */
export function placeRows(list, rows, orphaned) {
  const wanted = new Set(/** @type {Element[]} */ (rows));
  const used = inUse(list);
  const lost = [...list.children].findIndex((row) =>
    row.matches(':focus-within') && !wanted.has(row));
  for (const row of [...list.children]) if (!wanted.has(row)) row.remove();
  const kept = Math.max(0, rows.findIndex((row) => row === used));
  if (rows.length && rows[kept].parentNode !== list) list.prepend(rows[kept]);
  for (let at = kept - 1; at >= 0; at--) {
    if (rows[at].nextElementSibling !== rows[at + 1]) rows[at + 1].before(rows[at]);
  }
  for (let at = kept + 1; at < rows.length; at++) {
    if (rows[at].previousElementSibling !== rows[at - 1]) rows[at - 1].after(rows[at]);
  }
  if (lost >= 0) orphaned(rows.at(Math.min(lost, rows.length - 1)));
}
