/* drag.js - one's own tile, dragged by pointer or finger into another corner. */
/* SPDX-License-Identifier: MIT */

/** A pointer that moves less has clicked. */
const clickPx = 6;
const settleMs = 180;

/** @typedef {{x: number, y: number}} Point  of the window */

/** Lets a tile be dragged, while it lies on another. */
export class Drag {
  #tile;
  #dropped;
  #calm = matchMedia('(prefers-reduced-motion: reduce)');
  /** @type {{pointer: number, from: Point, moved: boolean}|undefined} */
  #now;

  /**
   * @param {HTMLElement} tile
   * @param {(centre: Point) => void} dropped
   */
  constructor(tile, dropped) {
    this.#tile = tile;
    this.#dropped = dropped;
    tile.addEventListener('pointerdown', (event) => this.#begin(event));
    tile.addEventListener('pointermove', (event) => this.#move(event));
    tile.addEventListener('pointerup', (event) => this.#drop(event));
    tile.addEventListener('pointercancel', () => this.#end());
    tile.addEventListener('lostpointercapture', () => this.#end());
    tile.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#end();
    });
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    const onButton = event.target instanceof Element && event.target.closest('button');
    if (this.#tile.dataset.place !== 'floating' || event.button !== 0 || onButton) return;
    this.#now = { pointer: event.pointerId, from: pointOf(event), moved: false };
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (!this.#now || event.pointerId !== this.#now.pointer) return;
    const { from } = this.#now;
    const [x, y] = [event.clientX - from.x, event.clientY - from.y];
    if (!this.#now.moved && Math.hypot(x, y) < clickPx) return;
    if (!this.#now.moved) this.#tile.setPointerCapture(event.pointerId);
    this.#now.moved = true;
    this.#tile.dataset.dragged = 'true';
    this.#tile.style.transform = `translate(${x}px, ${y}px)`;
  }

  /** @param {PointerEvent} event */
  #drop(event) {
    if (!this.#now?.moved || event.pointerId !== this.#now.pointer) return this.#end();
    const before = this.#tile.getBoundingClientRect();
    this.#end();
    this.#dropped({ x: before.left + before.width / 2, y: before.top + before.height / 2 });
    requestAnimationFrame(() => this.#settle(before));
  }

  #end() {
    this.#now = undefined;
    delete this.#tile.dataset.dragged;
    this.#tile.style.transform = '';
  }

  /**
   * From where it was let go to where it belongs.
   * @param {DOMRect} before
   */
  #settle(before) {
    if (this.#calm.matches) return;
    const { left, top } = this.#tile.getBoundingClientRect();
    this.#tile.animate(
      [{ transform: `translate(${before.left - left}px, ${before.top - top}px)` },
        { transform: 'none' }],
      { duration: settleMs, easing: 'ease-out' },
    );
  }
}

/** @param {PointerEvent} event @returns {Point} */
function pointOf({ clientX, clientY }) {
  return { x: clientX, y: clientY };
}
