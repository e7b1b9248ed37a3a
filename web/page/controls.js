/* controls.js - the buttons and the device lists of the microphone and the camera. */
/* SPDX-License-Identifier: MIT */

import { facingOf, otherSide } from './kept-devices.js';

/** @typedef {import('../peerface.js').LocalSource} LocalSource */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */
/** @typedef {{deviceId: string, label: string}} Device */
/** @typedef {{unknown: Key, numbered: Key, byDefault: Key, none: Key}} DeviceKeys */
/** @typedef {'microphone'|'camera'} Kind */

/**
 * What is known of one's own sources; undefined: nothing is captured.
 * @typedef {object} SourceView
 * @property {LocalSource|undefined} microphone
 * @property {LocalSource|undefined} camera
 * @property {Device[]} microphones
 * @property {Device[]} cameras
 * @property {boolean} [devicesKnown] false: the lists are empty because nobody has looked yet
 */
/**
 * @typedef {object} SourceIntentions
 * @property {(kind: Kind, on: boolean) => void} toggle
 * @property {(kind: Kind, deviceId: string) => void} select
 */

/** @type {Record<Kind, DeviceKeys>} */
const deviceKeys = {
  microphone: {
    unknown: 'microphone', numbered: 'microphoneNumber', byDefault: 'microphoneDefault',
    none: 'noMicrophoneListed',
  },
  camera: {
    unknown: 'camera', numbered: 'cameraNumber', byDefault: 'cameraDefault', none: 'noCameraListed',
  },
};

/**
 * Its owner has switched it off. A source that has failed is not off: it goes live as soon as it
 * can, so nobody may be led to believe that they are muted.
 * @param {LocalSource} source
 */
export function isOff(source) {
  return !source.wanted;
}

/** @type {Record<Kind, {off: Key, on: Key}>} what pressing the button does */
const pressKeys = {
  microphone: { off: 'mute', on: 'unmute' },
  camera: { off: 'cameraOff', on: 'cameraOn' },
};

/** A button that turns a source off and on. Its name says what pressing it does. */
export class SourceButton {
  #kind;
  #button;
  #texts;

  /**
   * @param {Kind} kind
   * @param {HTMLElement} button
   * @param {Texts} texts
   * @param {Pick<SourceIntentions, 'toggle'>} intentions
   */
  constructor(kind, button, texts, intentions) {
    this.name = `${kind} button`;
    this.#kind = kind;
    this.#button = button;
    this.#texts = texts;
    button.addEventListener('click', () => {
      intentions.toggle(kind, button.dataset.off === 'true');
    });
  }

  /** @param {Pick<SourceView, Kind>} view */
  render(view) {
    const source = view[this.#kind];
    const off = source ? isOff(source) : false;
    const { dataset } = this.#button;
    dataset.off = String(off);
    dataset.source = source ? source.state : 'idle';
    this.#button.setAttribute('aria-label',
      this.#texts.get(pressKeys[this.#kind][off ? 'on' : 'off']));
  }
}

/** The list of the devices of a kind. */
export class DeviceList {
  #kind;
  #select;
  #texts;
  #listed = '';
  /** The device that was used last: a camera that is off keeps its name in the list. */
  #used = '';

  /**
   * @param {Kind} kind
   * @param {HTMLSelectElement} select
   * @param {Texts} texts
   * @param {SourceIntentions} intentions
   */
  constructor(kind, select, texts, intentions) {
    this.name = `${kind} list`;
    this.#kind = kind;
    this.#select = select;
    this.#texts = texts;
    select.addEventListener('change', () => intentions.select(kind, select.value));
  }

  /** @param {SourceView} view */
  render(view) {
    const source = view[this.#kind];
    const devices = view[`${this.#kind}s`];
    if (source?.deviceId) this.#used = source.deviceId;
    const off = source && !source.wanted && !source.deviceId
      && devices.some(({ deviceId }) => deviceId === this.#used);
    const chosen = off ? this.#used : source?.deviceId ?? '';
    this.#renderDevices(chosen, devices, view.devicesKnown !== false);
  }

  /**
   * Leaves the list alone when nothing has changed: it may be open.
   * @param {string} chosen
   * @param {Device[]} devices
   * @param {boolean} known
   */
  #renderDevices(chosen, devices, known) {
    const listed = JSON.stringify([chosen, devices, known, this.#texts.language]);
    if (listed !== this.#listed) this.#listDevices(chosen, devices, known);
    this.#listed = listed;
    // Even if the list is the same: a choice that has failed is undone.
    const value = devices.some((device) => device.deviceId === chosen) ? chosen : '';
    if (this.#select.value !== value) this.#select.value = value;
  }

  /**
   * @param {string} chosen
   * @param {Device[]} devices
   * @param {boolean} known
   */
  #listDevices(chosen, devices, known) {
    const keys = deviceKeys[this.#kind];
    const options = devices.map((device, index) => new Option(
      device.label || this.#texts.get(keys.numbered, { number: index + 1 }), device.deviceId));
    if (!devices.some((device) => device.deviceId === chosen)) {
      const key = devices.length ? keys.byDefault : known ? keys.none : keys.unknown;
      options.unshift(new Option(this.#texts.get(key), ''));
    }
    this.#select.replaceChildren(...options);
    this.#select.disabled = !devices.length;
  }
}

/** Turns a phone's camera to the other side; only where there are two that look apart (D29). */
export class FlipButton {
  name = 'flip button';
  #button;
  #texts;
  /** @type {Device|undefined} */
  #other;

  /**
   * @param {HTMLElement} button
   * @param {Texts} texts
   * @param {Pick<SourceIntentions, 'select'>} intentions
   */
  constructor(button, texts, intentions) {
    this.#button = button;
    this.#texts = texts;
    button.addEventListener('click', () => {
      if (this.#other) intentions.select('camera', this.#other.deviceId);
    });
  }

  /** @param {Pick<SourceView, 'camera'|'cameras'>} view */
  render({ camera, cameras }) {
    this.#other = camera?.wanted ? otherSide(cameras, camera.deviceId) : undefined;
    this.#button.hidden = !this.#other;
    const key = facingOf(this.#other?.label ?? '') === 'user' ? 'toFront' : 'toBack';
    const words = this.#button.querySelector('.itemText');
    if (words) words.textContent = this.#texts.get(key);
  }
}

/** @typedef {SourceButton|DeviceList|FlipButton} SourceControl */

/**
 * Every button and list of the microphone and the camera below `root`.
 * @param {HTMLElement} root
 * @param {Texts} texts
 * @param {SourceIntentions} intentions
 * @returns {SourceControl[]}
 */
export function sourceControls(root, texts, intentions) {
  /** @type {SourceControl[]} */
  const controls = [];
  for (const kind of /** @type {const} */ (['microphone', 'camera'])) {
    const buttons = kind === 'microphone' ? '.muteButton' : '.cameraButton';
    for (const button of root.querySelectorAll(buttons)) {
      controls.push(new SourceButton(kind, /** @type {HTMLElement} */ (button), texts, intentions));
    }
    for (const select of root.querySelectorAll(`.${kind}List`)) {
      controls.push(new DeviceList(kind, /** @type {HTMLSelectElement} */ (select), texts,
        intentions));
    }
  }
  for (const button of root.querySelectorAll('.flipButton')) {
    controls.push(new FlipButton(/** @type {HTMLElement} */ (button), texts, intentions));
  }
  return controls;
}
