/* shortcuts.js - the keys that mute and switch the camera off, also while a list has the focus. */
/* SPDX-License-Identifier: MIT */

/** Where a letter is text. */
const textFields = 'input, textarea, [contenteditable]:not([contenteditable="false"])';

/**
 * The Latin letter of a key. On a layout without Latin letters it is the one that a US keyboard has
 * in the same place.
 * @param {Pick<KeyboardEvent, 'key'|'code'>} event
 */
export function letterOf({ key, code }) {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  const latin = /^[\x20-\x7e]$/.test(key);
  return latin ? '' : /^Key([A-Z])$/.exec(code)?.[1].toLowerCase() ?? '';
}

/**
 * Calls an action when its letter is pressed alone. A letter belongs to a text field that has the
 * focus, and to a list that is open, where it searches. In a list that is closed it would select
 * another entry unseen (and so change the device): there the shortcut wins.
 */
export class Shortcuts {
  #actions;
  #available;
  /** @type {WeakSet<Element>} lists in which a choice has been made since they were opened */
  #chosen = new WeakSet();
  /** @type {WeakSet<Element>} lists that were last used with a pointer */
  #pointed = new WeakSet();

  /**
   * @param {Document} document
   * @param {Record<string, () => void>} actions by letter, lower case
   * @param {() => boolean} available whether the shortcuts apply at the moment
   */
  constructor(document, actions, available) {
    this.#actions = actions;
    this.#available = available;
    document.addEventListener('keydown', (event) => this.#onKey(event));
    document.addEventListener('pointerdown', (event) => this.#onOpen(event));
    document.addEventListener('change', (event) => this.#onChange(event));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return this.#onOpen(event);
    const action = this.#actions[letterOf(event)];
    if (!action || !this.#available()) return this.#onOpen(event);
    const target = targetOf(event);
    if (target?.matches(textFields)) return;
    if (target instanceof HTMLSelectElement && this.#isOpen(target)) return;
    event.preventDefault(); // no search in a closed list
    if (!event.repeat) action();
  }

  /** @param {HTMLSelectElement} list */
  #isOpen(list) {
    try {
      return list.matches(':open');
    } catch {
      // A browser that does not know :open. A list is closed once something has been chosen in it.
      return !this.#chosen.has(list);
    }
  }

  /**
   * A list may open now. Moving the selection by keys in a closed list does not open it.
   * @param {KeyboardEvent|PointerEvent} event
   */
  #onOpen(event) {
    const target = targetOf(event);
    if (!(target instanceof HTMLSelectElement)) return;
    const opens = event instanceof PointerEvent || event.altKey
      || [' ', 'Enter', 'F4'].includes(event.key);
    if (opens) this.#chosen.delete(target);
    if (event instanceof PointerEvent) this.#pointed.add(target);
    else this.#pointed.delete(target);
  }

  /**
   * Who chooses with a pointer is done with the list and gets the focus back, so that the next key
   * goes to the page. Who uses the keyboard may be on the way to another entry and stays.
   * @param {Event} event
   */
  #onChange(event) {
    const target = targetOf(event);
    if (!(target instanceof HTMLSelectElement)) return;
    this.#chosen.add(target);
    if (this.#pointed.has(target)) target.blur();
  }
}

/**
 * What an event happened to, also inside of a shadow tree.
 * @param {Event} event
 */
function targetOf(event) {
  const [target] = event.composedPath();
  return target instanceof Element ? target : undefined;
}
