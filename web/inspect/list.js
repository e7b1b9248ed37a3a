/* list.js - a table of any number of rows, of which only those that can be seen exist. */
/* SPDX-License-Identifier: MIT */

const AROUND = 8; // rows above and below what is seen

/**
 * A grid: one row has the focus, and arrow keys move it. Screen readers are told how many rows
 * there are, and which one each is.
 */
export class List {
  #count = 0;
  #first = 0;
  #last = 0;

  /** The chosen row; -1: none. */
  chosen = -1;

  /** @type {Map<number, HTMLTableRowElement>} */
  #shown = new Map();

  /**
   * @param {HTMLElement} box that scrolls
   * @param {HTMLTableElement} table
   * @param {(index: number) => HTMLTableRowElement} make a row
   * @param {(index: number) => void} onchoose by the user
   */
  constructor(box, table, make, onchoose) {
    this.box = box;
    this.table = table;
    this.body = table.tBodies[0];
    this.make = make;
    this.onchoose = onchoose;
    this.above = this.#spacer();
    this.below = this.#spacer();
    this.body.replaceChildren(this.above, this.below);
    box.addEventListener('scroll', () => this.#draw(), { passive: true });
    new ResizeObserver(() => this.#draw()).observe(box);
    this.body.addEventListener('click', ({ target }) => {
      const row = target instanceof Element ? target.closest('tr') : null;
      const index = Number(row?.dataset.index ?? -1);
      if (index >= 0) this.onchoose(index);
    });
    table.addEventListener('keydown', (event) => this.#onKey(event));
  }

  get count() {
    return this.#count;
  }

  /** Other rows. @param {number} count @param {number} chosen */
  reset(count, chosen) {
    this.#count = count;
    this.chosen = Math.min(chosen, count - 1);
    this.table.setAttribute('aria-rowcount', String(count + 1)); // and the head
    this.clear();
    this.#stretch(this.above, 0);
    if (this.chosen >= 0) this.#reveal(this.chosen);
    this.#draw();
  }

  /** Has every row made again. */
  clear() {
    this.#stretch(this.below, this.#count); // or else the box would scroll up
    for (const row of this.#shown.values()) row.remove();
    this.#shown.clear();
  }

  /** Chooses a row, and shows it. @param {number} index @param {boolean} [focus] */
  choose(index, focus = false) {
    const had = this.body.contains(document.activeElement);
    const before = this.#shown.get(this.chosen);
    before?.setAttribute('aria-selected', 'false');
    if (before) before.tabIndex = -1;
    this.chosen = index;
    if (index >= 0) this.#reveal(index);
    this.#draw();
    const row = this.#shown.get(index);
    row?.setAttribute('aria-selected', 'true');
    if (row) row.tabIndex = 0;
    if (focus || had) row?.focus({ preventScroll: true });
  }

  /** What the style sheet says. */
  get #height() {
    const set = getComputedStyle(this.table).getPropertyValue('--row');
    return parseFloat(set) || 30;
  }

  #spacer() {
    const row = document.createElement('tr');
    row.setAttribute('aria-hidden', 'true');
    row.className = 'spacer';
    const cell = document.createElement('td');
    cell.colSpan = 3;
    row.append(cell);
    return row;
  }

  /** @param {HTMLTableRowElement} row @param {number} rows */
  #stretch(row, rows) {
    row.cells[0].style.height = `${rows * this.#height}px`;
    row.hidden = rows === 0;
  }

  /** @param {number} index */
  #reveal(index) {
    const height = this.#height;
    const head = this.table.tHead?.offsetHeight ?? 0;
    const [top, seen] = [index * height, this.box.clientHeight - head];
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (top + height > this.box.scrollTop + seen) this.box.scrollTop = top + height - seen;
  }

  #draw() {
    const height = this.#height;
    const seen = Math.ceil(this.box.clientHeight / height);
    const top = Math.floor(this.box.scrollTop / height);
    this.#first = Math.max(0, Math.min(top - AROUND, this.#count - seen));
    this.#last = Math.min(this.#count, top + seen + AROUND);
    // Never less high than before, or else the box would scroll up.
    this.#stretch(this.below, this.#count);
    for (const [index, row] of this.#shown) {
      if (index < this.#first || index >= this.#last) {
        row.remove();
        this.#shown.delete(index);
      }
    }
    let place = this.above.nextSibling;
    for (let i = this.#first; i < this.#last; i++) {
      const row = this.#shown.get(i) ?? this.#make(i);
      if (row === place) place = row.nextSibling;
      else this.body.insertBefore(row, place);
    }
    this.#stretch(this.above, this.#first);
    this.#stretch(this.below, this.#count - this.#last);
  }

  /** @param {number} index */
  #make(index) {
    const row = this.make(index);
    row.dataset.index = String(index);
    row.setAttribute('aria-rowindex', String(index + 2));
    row.setAttribute('aria-selected', String(index === this.chosen));
    row.tabIndex = index === Math.max(0, this.chosen) ? 0 : -1;
    this.#shown.set(index, row);
    return row;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.#height) - 2);
    const moves = /** @type {Record<string, number>} */ ({
      ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity,
    });
    if (!(event.key in moves) || this.#count === 0) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(this.#count - 1, this.chosen + moves[event.key]));
    this.onchoose(to);
    this.choose(to, true);
  }
}
