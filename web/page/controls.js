/* controls.js - the button and the device list of one source: a microphone or a camera. */
/* SPDX-License-Identifier: MIT */

import { part } from './picture.js';

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

export class SourceControl {
  #button;
  #select;
  #texts;
  #listed = '';
  /** The device that was used last: a camera that is off keeps its name in the list. */
  #used = '';

  /**
   * The controls of the microphone and of the camera below `root`.
   * @param {HTMLElement} root
   * @param {Texts} texts
   * @param {SourceIntentions} intentions
   */
  static ofBoth(root, texts, intentions) {
    return [
      new SourceControl('microphone', part(root, '.muteButton', HTMLButtonElement),
        part(root, '.microphoneList', HTMLSelectElement), texts, intentions),
      new SourceControl('camera', part(root, '.cameraButton', HTMLButtonElement),
        part(root, '.cameraList', HTMLSelectElement), texts, intentions),
    ];
  }

  /**
   * @param {Kind} kind
   * @param {HTMLButtonElement} button pressed means: off
   * @param {HTMLSelectElement} select
   * @param {Texts} texts
   * @param {SourceIntentions} intentions
   */
  constructor(kind, button, select, texts, intentions) {
    this.kind = kind;
    this.#button = button;
    this.#select = select;
    this.#texts = texts;
    button.addEventListener('click', () => {
      intentions.toggle(kind, button.getAttribute('aria-pressed') === 'true');
    });
    select.addEventListener('change', () => intentions.select(kind, select.value));
  }

  /** @param {SourceView} view */
  render(view) {
    const source = view[this.kind];
    this.#button.setAttribute('aria-pressed', String(source ? isOff(source) : false));
    this.#button.dataset.source = source ? source.state : 'idle';
    const devices = view[`${this.kind}s`];
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
    const keys = deviceKeys[this.kind];
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
