/* room-element.js - <peerface-room>, a call in an element. */
/* SPDX-License-Identifier: MIT */

import { createRoom } from '../peerface.js';
import { chooseLanguage, loadLanguage } from '../page/i18n.js';
import { styles } from './markup.js';
import { Screen } from './screen.js';

/** @typedef {import('../peerface.js').Room} Room */
/** @typedef {import('../page/i18n.js').Key} Key */

/** What the element dispatches again, with the room's own detail. */
const passedOn = ['roomchange', 'localchange', 'deviceschange', 'peerjoin', 'peerchange',
  'peerleave', 'reaction', 'knockschange', 'muted', 'message', 'messagechange', 'file'];

/** @type {Partial<Record<Room['reason'], Key>>} */
const reasonKeys = {
  'room-full': 'roomFullTitle',
  'relay-full': 'relayFullTitle',
  'bad-room': 'badRoomTitle',
  'bad-name': 'badNameTitle',
  'replaced': 'replacedTitle',
  'no-webrtc': 'cannotCallTitle',
  'refused': 'refusedTitle',
  'removed': 'removedTitle',
  'token-missing': 'tokenMissingTitle',
  'token-expired': 'tokenExpiredTitle',
  'token-invalid': 'tokenInvalidTitle',
  'token-room': 'tokenInvalidTitle',
  'relay-refused': 'originRefusedTitle',
};

/** @type {CSSStyleSheet|undefined} of all elements */
let sheet;

function sharedSheet() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
  }
  return sheet;
}

/** @param {string|null} value of the attribute `microphone` or `camera` */
const wish = (value) => (value === 'none' ? 'none' : value !== 'off');

/**
 * Attributes that are properties, too; `lang` is one of every element. `options` is none.
 */
const reflected = /** @type {const} */ (
  ['room', 'name', 'relay', 'microphone', 'camera', 'controls']);

/**
 * @param {Element} element
 * @param {typeof reflected[number]} name
 * @param {string|null|undefined} value
 */
function reflect(element, name, value) {
  if (value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

/** On a server there are no elements, and importing this must not fail. */
const Base = globalThis.HTMLElement
  ?? /** @type {typeof HTMLElement} */ (/** @type {unknown} */ (class {}));

/** See peerface-element.d.ts, which is its face. */
export class PeerfaceRoomElement extends Base {
  static observedAttributes = [...reflected, 'lang'];

  /** @type {import('../peerface.js').RoomOptions|undefined} */
  #options;

  /** @type {Room|undefined} */
  #call;
  /** @type {AbortController|undefined} of the call that goes on, or is being made */
  #ending;
  /** @type {Screen|undefined} */
  #screen;
  #internals = this.attachInternals();
  /** Of a room, 'knocking' or 'failed'; and why it is 'refused'. @type {string[]} */
  #states = [];

  get call() {
    return this.#call;
  }

  get options() {
    return this.#options;
  }

  set options(options) {
    this.#options = options;
  }

  get room() {
    return this.getAttribute('room');
  }

  set room(value) {
    reflect(this, 'room', value);
  }

  get name() {
    return this.getAttribute('name');
  }

  set name(value) {
    reflect(this, 'name', value);
  }

  get relay() {
    return this.getAttribute('relay');
  }

  set relay(value) {
    reflect(this, 'relay', value);
  }

  get microphone() {
    return this.getAttribute('microphone');
  }

  set microphone(value) {
    reflect(this, 'microphone', value);
  }

  get camera() {
    return this.getAttribute('camera');
  }

  set camera(value) {
    reflect(this, 'camera', value);
  }

  get controls() {
    return this.getAttribute('controls');
  }

  set controls(value) {
    reflect(this, 'controls', value);
  }

  connectedCallback() {
    if (this.shadowRoot) return this.#screen?.render();
    this.#upgrade();
    const shadow = this.attachShadow({ mode: 'open', delegatesFocus: true });
    shadow.adoptedStyleSheets = [sharedSheet()];
    this.#begin(shadow).catch((error) => this.#fail(error));
  }

  /** Moved, it is connected again at once, and the call goes on. */
  disconnectedCallback() {
    queueMicrotask(() => {
      if (!this.isConnected) this.leave();
    });
  }

  /** With moveBefore() it is not even disconnected. */
  connectedMoveCallback() {}

  /**
   * @param {string} name
   * @param {string|null} before
   * @param {string|null} value
   */
  attributeChangedCallback(name, before, value) {
    if (!this.#screen || before === value) return;
    const call = this.#call;
    if (name === 'lang') this.#translate();
    else if (name === 'microphone') this.#set('audio', value, (on) => call?.setMicrophone(on));
    else if (name === 'camera') this.#set('video', value, (on) => call?.setCamera(on));
    else if (name === 'name') call?.setName(value ?? '');
    else if (this.#ending && name !== 'controls') this.leave(); // of another room
    this.#render();
  }

  /** Enters the room. Resolves when the room is made; see `call`. */
  async join() {
    if (this.#ending) return;
    const ending = this.#ending = new AbortController();
    this.#show('joining');
    this.#say('');
    try {
      const room = await createRoom({
        url: this.relay ?? undefined,
        microphone: wish(this.microphone),
        camera: wish(this.camera),
        ...this.options,
        signal: ending.signal,
      });
      this.#call = room;
      this.#follow(room);
      room.join(this.room ?? '', this.name ?? this.#screen?.name ?? '');
    } catch (error) {
      if (!ending.signal.aborted) this.#fail(/** @type {Error} */ (error));
    }
  }

  leave() {
    if (!this.#ending) return;
    this.#end();
    this.#show('lobby');
    this.#say('');
    this.#dispatch('roomleave');
  }

  /** Ends the room: its captures stop, so the camera's light goes out. */
  #end() {
    const ending = this.#ending;
    this.#ending = undefined;
    ending?.abort();
    this.#call = undefined;
    this.#screen?.change(false);
  }

  /** @param {Room['reason']} reason why one is not let in, or is put out */
  #refuse(reason) {
    this.#end();
    this.#show('refused', reason);
    this.#say(reasonKeys[reason] ?? 'relayAwayTitle');
    this.#dispatch('roomrefused', { reason });
    this.#dispatch('roomleave');
  }

  /** @param {Key|''} error @param {boolean} [knocking] one waits at the door */
  #say(error, knocking = false) {
    if (!this.#screen) return;
    this.#screen.error = error;
    this.#screen.knocking = knocking;
  }

  /** What was set before the element was defined hides the property of that name. */
  #upgrade() {
    for (const name of [...reflected, 'options']) {
      if (!Object.hasOwn(this, name)) continue;
      const self = /** @type {any} */ (this);
      const value = self[name];
      delete self[name];
      self[name] = value;
    }
  }

  /** @param {ShadowRoot} shadow */
  async #begin(shadow) {
    const language = this.#language();
    await loadLanguage(language);
    this.#screen = new Screen(shadow, language, {
      enter: () => this.join(),
      leave: () => this.leave(),
      room: () => this.#call,
    });
    if (!this.#ending) this.#show('lobby');
    if (this.#call) this.#screen.change(true);
    for (const peer of this.#call?.peers.values() ?? []) this.#screen.show(peer);
    this.#render();
  }

  #language() {
    return chooseLanguage([this.closest('[lang]')?.getAttribute('lang') ?? '',
      ...navigator.languages].filter(Boolean));
  }

  async #translate() {
    const language = this.#language();
    await loadLanguage(language);
    this.#screen?.translate(language);
  }

  /**
   * @param {'audio'|'video'} kind
   * @param {string|null} value
   * @param {(on: boolean) => void} apply
   */
  #set(kind, value, apply) {
    if (value === 'none') this.#call?.replaceTrack(kind, null);
    else apply(value !== 'off');
  }

  /** @param {Room} room */
  #follow(room) {
    for (const type of passedOn) {
      room.addEventListener(/** @type {any} */ (type), (/** @type {CustomEvent} */ event) => {
        if (this.#call !== room) return;
        this.#take(room, type, event.detail?.peer);
        this.#dispatch(type, event.detail);
        if (this.#call === room && room.state === 'refused') this.#refuse(room.reason);
      });
    }
    this.#screen?.change(true);
    this.#show(room.state);
    this.#render();
  }

  /**
   * @param {Room} room
   * @param {string} type
   * @param {import('../peerface.js').Peer} [peer]
   */
  #take(room, type, peer) {
    if (type === 'peerleave' && peer) this.#screen?.remove(peer);
    else if (type.startsWith('peer') && peer) this.#screen?.show(peer);
    if (type === 'roomchange') {
      const knocking = room.state === 'joining' && room.knocking;
      const isNew = knocking && !this.#states.includes('knocking');
      this.#show(knocking ? 'knocking' : room.state);
      this.#say(this.#trouble(room), knocking);
      if (isNew) this.#dispatch('roomknock');
    }
    this.#render();
  }

  /** @param {Room} room @returns {Key|''} */
  #trouble(room) {
    if (room.reason) return reasonKeys[room.reason] ?? 'relayAwayTitle';
    return room.state === 'reconnecting' ? 'reconnectingTitle'
      : room.relayAway ? 'relayAwayTitle' : '';
  }

  /** @param {Error} error */
  #fail(error) {
    this.#ending = undefined;
    this.#show('failed');
    this.#say('cannotCallTitle');
    this.#dispatch('roomerror', { error });
  }

  #render() {
    const screen = this.#screen;
    if (!screen) return;
    screen.asksName = this.name === null;
    screen.controls = this.controls?.split(/\s+/);
    screen.render();
  }

  /**
   * These are custom states, for style sheets.
   * @param {string} state of the room, 'knocking' or 'failed'
   * @param {string} [reason] with 'refused'
   */
  #show(state, reason) {
    const { states } = this.#internals;
    for (const before of this.#states) states?.delete(before);
    this.#states = reason && reason !== state ? [state, reason] : [state];
    try {
      for (const now of this.#states) states?.add(now);
    } catch { // a browser of before 2024 wants dashes
    }
  }

  /**
   * @param {string} type
   * @param {any} [detail]
   */
  #dispatch(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail, composed: true }));
  }
}
