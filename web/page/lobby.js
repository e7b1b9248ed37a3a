/* lobby.js - the lobby: the preview, the devices, and the form to enter a room. */
/* SPDX-License-Identifier: MIT */

/*
 * It is the way in for somebody who starts a room, for somebody who has been invited into one and
 * only has to say who they are, and for somebody who has just left and may want to go back.
 */

import { sourceControls } from './controls.js';
import { Field } from './field.js';
import { OwnTile } from './own.js';
import { part } from './picture.js';
import { nameFits, roomFits } from './roomname.js';

/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */
/** @typedef {import('./controls.js').SourceView} SourceView */
/** @typedef {import('./controls.js').SourceIntentions} SourceIntentions */
/** @typedef {'start'|'invited'|'left'} Mode */

/**
 * @typedef {object} LobbyIntentions
 * @property {() => void} enter the room that is named, or a new one
 * @property {() => void} stopWaiting at the locked door
 * @property {() => void} wake turn camera and microphone on
 * @property {() => void} roomTyped
 * @property {() => void} nameTyped
 */

/**
 * @typedef {object} LobbyView
 * @property {string} invited the room that the address names or that has just been left, or ''
 * @property {string} start the address of the page without a room
 * @property {boolean} standby there is no capture, until the person asks for it
 * @property {boolean} waiting at the locked door of a room
 * @property {boolean} left the person has just left a room
 * @property {boolean} wakeable capturing makes sense in this browser
 * @property {boolean} mirrored how the person wants to see themselves
 */

/** @type {Record<Mode, {title: Key, button: Key}>} */
const modeKeys = {
  start: { title: 'headline', button: 'enterRoom' },
  invited: { title: 'joinRoom', button: 'join' },
  left: { title: 'leftRoom', button: 'rejoin' },
};

export class Lobby {
  #root;
  #texts;
  #keepFocus;
  #tile;
  #preview;
  #wake;
  #room;
  #name;
  #controls;
  #waiting = false;

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
    this.#room = new Field(part(root, '.roomField', HTMLElement), texts, roomFits, 'nameTooLong',
      intentions.roomTyped);
    this.#name = new Field(part(root, '.nameField', HTMLElement), texts, nameFits, 'nameTooLong',
      intentions.nameTyped);
    this.#controls = sourceControls(root, texts, intentions);
    this.#wake.addEventListener('click', intentions.wake);
    part(root, '.stopWaiting', HTMLElement).addEventListener('click', intentions.stopWaiting);
    part(root, '.entrance', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      if (!this.#waiting && this.check()) intentions.enter();
    });
  }

  /** The room that was typed. */
  get typed() {
    return this.#room.text;
  }

  get name() {
    return this.#name.text;
  }

  set name(name) {
    this.#name.text = name;
  }

  /** What gets the focus when the lobby appears. */
  get heading() {
    return part(this.#root, 'h1', HTMLElement);
  }

  /** Whether what was typed can be used; otherwise the field says why not, and has the focus. */
  check() {
    const fits = this.#name.check(); // the room, which is above, has the last word
    return this.#room.check() && fits;
  }

  /**
   * Fills in what is known, but not over what somebody has already typed.
   * @param {string} place
   * @param {string} name
   */
  fill(place, name) {
    this.#room.text = place || this.#room.text;
    this.#name.text = this.#name.text || name;
  }

  /** What to type or to press first. Not on a phone, where a keyboard would open. */
  focusFirst() {
    if (matchMedia('(pointer: coarse)').matches) return;
    if (!this.name) this.#name.focus();
    else if (this.#root.dataset.mode === 'start') this.#room.focus();
    else part(this.#root, '.enter', HTMLElement).focus();
  }

  /** @param {MediaStream|null} stream one's own picture */
  show(stream) {
    this.#preview.show(stream);
  }

  /** @param {LobbyView & SourceView} view */
  render(view) {
    this.#renderMode(view);
    for (const control of this.#controls) control.render(view);
    this.#preview.render({ ...view, name: this.name, id: '' });
    this.#keepFocus(() => { this.#wake.hidden = !view.standby || !view.wakeable; });
    part(this.#root, '.tileControls', HTMLElement).hidden = view.standby && !view.wakeable;
    part(this.#root, '.devices', HTMLElement).hidden = view.standby;
    this.#tile.dataset.standby = String(view.standby);
    if (view.standby) {
      part(this.#tile, '.tileNote', HTMLElement).textContent =
        this.#texts.get(view.left ? 'sourcesAreOff' : 'standby');
    }
    this.#renderWaiting(view.waiting);
    this.#room.render(); // the language may have changed
    this.#name.render();
  }

  /** @param {boolean} waiting */
  #renderWaiting(waiting) {
    this.#waiting = waiting;
    // Not `disabled`, which would take the focus away.
    part(this.#root, '.enter', HTMLElement).setAttribute('aria-disabled', String(waiting));
    if (waiting) {
      part(this.#root, '.enterText', HTMLElement).textContent = this.#texts.get('knockingTitle');
    }
    for (const field of this.#root.querySelectorAll('.entrance input')) {
      field.toggleAttribute('readonly', waiting);
    }
    const stop = part(this.#root, '.stopWaiting', HTMLElement);
    if (stop.hidden !== waiting) return;
    const focused = stop === document.activeElement;
    stop.hidden = !waiting;
    if (focused) part(this.#root, '.enter', HTMLElement).focus();
  }

  /** @param {LobbyView} view */
  #renderMode({ invited, left, start }) {
    /** @type {Mode} */
    const mode = !invited ? 'start' : left ? 'left' : 'invited';
    const keys = modeKeys[mode];
    const isNew = mode === 'start' && !this.typed;
    this.#root.dataset.mode = mode;
    this.heading.textContent = this.#texts.get(keys.title, { room: invited });
    part(this.#root, '.enterText', HTMLElement).textContent =
      this.#texts.get(isNew ? 'newRoom' : keys.button);
    part(this.#root, '.roomField', HTMLElement).hidden = mode !== 'start';
    part(this.#root, '.nameField', HTMLElement).hidden = mode === 'left';
    part(this.#root, '.pitchText', HTMLElement).hidden = mode !== 'start';
    const back = part(this.#root, '.back', HTMLAnchorElement);
    back.hidden = mode === 'start';
    back.href = start;
  }
}
