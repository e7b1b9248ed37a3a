/* shortcuts.js - the keys that mute, switch the camera off and raise a hand. */
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
 * A key that is pressed so soon after another belongs to a word: somebody types who believes to be
 * in a text field.
 */
export const typingMs = 300;

/**
 * @typedef {object} Switch something that a key turns on and off
 * @property {() => boolean} isOn
 * @property {(on: boolean) => void} set
 */

/**
 * @typedef {object} ShortcutActions
 * @property {Record<string, Switch>} letters pressed alone, by letter in lower case
 * @property {Record<string, string>} chords the same with Ctrl or Command, by letter: which of
 *   `letters` is meant; also in text fields
 * @property {() => void} help "?" was pressed
 * @property {() => boolean} available whether single keys apply at the moment
 * @property {() => boolean} chordsAvailable whether those with Ctrl or Command do
 * @property {() => boolean} singleKeys whether keys act alone, without Ctrl (WCAG 2.1.4)
 */

/**
 * Turns something on and off when its letter is pressed. A letter belongs to a text field that has
 * the focus, and to a list that is open, where it searches. In a list that is closed it would
 * select another entry unseen (and so change the device): there the shortcut wins.
 *
 * A single key turns off at once, and on after a moment. If more keys follow, it was a word: what
 * was turned off is on again, and what was off has never been on.
 */
export class Shortcuts {
  #actions;
  /** When a key was last pressed that was not a shortcut. */
  #typedMs = -Infinity;
  /** @type {{letter: string, timer: number, wasOn: boolean}|undefined} pressed a moment ago */
  #fresh;
  /** @type {WeakSet<Element>} lists in which a choice has been made since they were opened */
  #chosen = new WeakSet();
  /** @type {WeakSet<Element>} lists that were last used with a pointer */
  #pointed = new WeakSet();

  /**
   * @param {Document} document
   * @param {ShortcutActions} actions
   */
  constructor(document, actions) {
    this.#actions = actions;
    document.addEventListener('keydown', (event) => this.#onKey(event));
    document.addEventListener('pointerdown', (event) => this.#onOpen(event));
    document.addEventListener('change', (event) => this.#onChange(event));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const isChord = event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey;
    if (isChord && this.#actions.chordsAvailable()) return this.#onChord(event);
    if (isChord || !this.#actions.available()) return this.#onOpen(event);
    if (event.ctrlKey || event.metaKey || event.altKey) return this.#onOpen(event);
    const target = targetOf(event);
    if (target?.matches(textFields)) return;
    if (target instanceof HTMLSelectElement && this.#isOpen(target)) return;
    if (!this.#actions.singleKeys()) return this.#onOpen(event);
    if (event.key === '?') return this.#actions.help();
    this.#onSingleKey(event);
  }

  /** @param {KeyboardEvent} event */
  #onChord(event) {
    const { letters, chords } = this.#actions;
    const letter = chords[letterOf(event)];
    if (!letter) return;
    event.preventDefault(); // a bookmark, a search
    if (!event.repeat) letters[letter].set(!letters[letter].isOn());
  }

  /** @param {KeyboardEvent} event */
  #onSingleKey(event) {
    const letter = letterOf(event);
    const action = this.#actions.letters[letter];
    const isText = event.key.length === 1 && event.key !== ' ';
    if (!isText && !action) return this.#onOpen(event); // Tab, Escape, the space that presses
    if (event.repeat) return action && event.preventDefault();
    const word = event.timeStamp - this.#typedMs < typingMs
      || (this.#fresh && this.#fresh.letter !== letter);
    if (word || !action) {
      this.#typedMs = event.timeStamp;
      this.#takeBack();
      if (!action) this.#onOpen(event);
      else event.preventDefault();
      return;
    }
    event.preventDefault(); // no search in a closed list
    this.#press(letter, action);
  }

  /**
   * @param {string} letter
   * @param {Switch} action
   */
  #press(letter, action) {
    const before = this.#fresh;
    this.#forget();
    const on = action.isOn();
    if (on) action.set(false);
    else if (before && !before.wasOn) return; // pressed twice: it stays off
    const timer = window.setTimeout(() => {
      this.#fresh = undefined;
      if (!on) action.set(true);
    }, typingMs);
    this.#fresh = { letter, timer, wasOn: on };
  }

  #takeBack() {
    if (this.#fresh?.wasOn) this.#actions.letters[this.#fresh.letter].set(true);
    this.#forget();
  }

  #forget() {
    clearTimeout(this.#fresh?.timer);
    this.#fresh = undefined;
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
