/* controls.js - the button and the device list of one source: a microphone or a camera. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('../peerface.js').LocalSource} LocalSource */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */
/** @typedef {{deviceId: string, label: string}} Device */
/** @typedef {{numbered: Key, byDefault: Key, none: Key}} DeviceKeys */
/** @typedef {{toggle: (on: boolean) => void, select: (deviceId: string) => void}} Intentions */

/** @type {Record<'microphone'|'camera', DeviceKeys>} */
const deviceKeys = {
  microphone: {
    numbered: 'microphoneNumber', byDefault: 'microphoneDefault', none: 'noMicrophoneListed',
  },
  camera: { numbered: 'cameraNumber', byDefault: 'cameraDefault', none: 'noCameraListed' },
};

/**
 * Its owner has switched it off. One that has failed is not off: it goes live as soon as it can, so
 * nobody must take themselves for muted.
 * @param {LocalSource} source
 */
export function isOff(source) {
  return !source.wanted;
}

export class SourceControl {
  #kind;
  #button;
  #select;
  #texts;
  #shown = '';

  /**
   * @param {'microphone'|'camera'} kind
   * @param {HTMLButtonElement} button pressed means: off
   * @param {HTMLSelectElement} select
   * @param {Texts} texts
   * @param {Intentions} intentions
   */
  constructor(kind, button, select, texts, intentions) {
    this.#kind = kind;
    this.#button = button;
    this.#select = select;
    this.#texts = texts;
    button.addEventListener('click', () => {
      intentions.toggle(button.getAttribute('aria-pressed') === 'true');
    });
    select.addEventListener('change', () => intentions.select(select.value));
  }

  /**
   * @param {LocalSource|undefined} source
   * @param {Device[]} devices
   */
  render(source, devices) {
    this.#button.setAttribute('aria-pressed', String(source ? isOff(source) : false));
    this.#button.dataset.source = source ? source.state : 'idle';
    this.#renderDevices(source ? source.deviceId : '', devices);
  }

  /**
   * Leaves the list alone when nothing has changed: it may be open.
   * @param {string} chosen
   * @param {Device[]} devices
   */
  #renderDevices(chosen, devices) {
    const listed = JSON.stringify([chosen, devices, this.#texts.language]);
    if (listed !== this.#shown) this.#listDevices(chosen, devices);
    this.#shown = listed;
    // Also when the list is the same: a choice that failed is taken back.
    const value = devices.some((device) => device.deviceId === chosen) ? chosen : '';
    if (this.#select.value !== value) this.#select.value = value;
  }

  /**
   * @param {string} chosen
   * @param {Device[]} devices
   */
  #listDevices(chosen, devices) {
    const keys = deviceKeys[this.#kind];
    const options = devices.map((device, index) => new Option(
      device.label || this.#texts.get(keys.numbered, { number: index + 1 }), device.deviceId));
    if (!devices.some((device) => device.deviceId === chosen)) {
      const key = devices.length ? keys.byDefault : keys.none;
      options.unshift(new Option(this.#texts.get(key), ''));
    }
    this.#select.replaceChildren(...options);
    this.#select.disabled = !devices.length;
  }
}
