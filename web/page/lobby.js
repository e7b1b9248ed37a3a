/* lobby.js - the lobby: the preview, the devices, and the form to enter a room. */
/* SPDX-License-Identifier: MIT */

import { sourceControls } from './controls.js';
import { OwnTile } from './own.js';
import { part } from './picture.js';

/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./controls.js').SourceView} SourceView */
/** @typedef {import('./controls.js').SourceIntentions} SourceIntentions */

/**
 * @typedef {object} LobbyIntentions
 * @property {() => void} enter
 * @property {() => void} wake turn camera and microphone on again
 * @property {() => void} roomTyped
 * @property {() => void} nameTyped
 */

/**
 * @typedef {object} LobbyView
 * @property {boolean} standby there is no capture, until the person asks for it
 * @property {boolean} left the person has just left a room
 * @property {boolean} wakeable capturing makes sense in this browser
 * @property {boolean} mirrored how the person wants to see themselves
 */

export class Lobby {
  #root;
  #texts;
  #keepFocus;
  #tile;
  #preview;
  #wake;
  #room;
  #name;
  #error;
  #controls;

  /**
   * @param {HTMLElement} root
   * @param {Texts} texts
   * @param {LobbyIntentions & SourceIntentions} intentions
   * @param {(change: () => void) => void} keepFocus calls `change`, which may hide what has it
   */
  constructor(root, texts, intentions, keepFocus) {
    this.#root = root;
    this.#texts = texts;
    this.#keepFocus = keepFocus;
    this.#tile = part(root, '.preview', HTMLElement);
    this.#preview = new OwnTile(this.#tile, texts);
    this.#wake = part(root, '.wake', HTMLElement);
    this.#room = part(root, '[name="room"]', HTMLInputElement);
    this.#name = part(root, '[name="name"]', HTMLInputElement);
    this.#error = part(root, '.fieldError', HTMLElement);
    this.#controls = sourceControls(root, texts, intentions);
    this.#wake.addEventListener('click', intentions.wake);
    this.#name.addEventListener('input', intentions.nameTyped);
    this.#room.addEventListener('input', () => {
      this.#showMissing(false);
      intentions.roomTyped();
    });
    part(root, '.entrance', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      this.#showMissing(!this.place);
      if (this.place) intentions.enter();
      else this.#room.focus();
    });
  }

  get place() {
    return this.#room.value.trim();
  }

  get name() {
    return this.#name.value.trim();
  }

  set name(name) {
    this.#name.value = name;
  }

  /** What gets the focus when the lobby appears. */
  get heading() {
    return part(this.#root, 'h1', HTMLElement);
  }

  /**
   * @param {string} place
   * @param {string} name
   */
  fill(place, name) {
    this.#room.value = place;
    this.#name.value = name;
  }

  /** The first field that is still empty. Not on a phone, where a keyboard would open. */
  focusFirst() {
    if (matchMedia('(pointer: coarse)').matches) return;
    const empty = [this.#room, this.#name].find((field) => !field.value);
    (empty ?? part(this.#root, '.enter', HTMLElement)).focus();
  }

  /** @param {MediaStream|null} stream one's own picture */
  show(stream) {
    this.#preview.show(stream);
  }

  /** @param {LobbyView & SourceView} view */
  render(view) {
    for (const control of this.#controls) control.render(view);
    this.#preview.render({ ...view, name: this.name, id: '' });
    this.#keepFocus(() => { this.#wake.hidden = !view.standby || !view.wakeable; });
    part(this.#root, '.tileControls', HTMLElement).hidden = view.standby;
    part(this.#root, '.devices', HTMLElement).hidden = view.standby;
    this.#tile.dataset.standby = String(view.standby);
    if (view.standby) {
      part(this.#tile, '.tileNote', HTMLElement).textContent =
        this.#texts.get(view.left ? 'youLeft' : 'standby');
    }
    if (!this.#error.hidden) this.#showMissing(true); // the language may have changed
  }

  /** @param {boolean} missing the person wants to enter a room and has not named it */
  #showMissing(missing) {
    this.#error.hidden = !missing;
    this.#error.textContent = missing ? this.#texts.get('roomMissing') : '';
    this.#room.setAttribute('aria-invalid', String(missing));
  }
}
