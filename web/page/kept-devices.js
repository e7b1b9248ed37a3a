/* kept-devices.js - the microphone and camera of earlier visits, and the two sides of a phone. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('./controls.js').Kind} Kind */
/** @typedef {import('./controls.js').Device} Device */
/** @typedef {'user'|'environment'|''} Facing  as in MediaTrackSettings.facingMode; '': unknown */

/** What browsers call them; on iOS in the language of the system. */
const facings = /** @type {const} */ ([
  ['environment', /\b(?:back|rear|environment)\b|후면|뒷면/i],
  ['user', /\b(?:front|user|selfie)\b|전면|앞면/i],
]);

/**
 * Which way a camera looks. A list of devices tells it by their labels alone.
 * @param {string} label
 * @returns {Facing}
 */
export function facingOf(label) {
  return facings.find(([, words]) => words.test(label))?.[0] ?? '';
}

/**
 * The camera on the other side of a phone.
 * @param {readonly Device[]} cameras
 * @param {string} used the id of the one in use
 * @returns {Device|undefined} undefined: there is none, or nobody knows which way they look
 */
export function otherSide(cameras, used) {
  const facing = facingOf(cameras.find(({ deviceId }) => deviceId === used)?.label ?? '');
  if (!facing) return undefined;
  return cameras.find(({ label }) => !['', facing].includes(facingOf(label)));
}

/** Keeps what was chosen, with its name: browsers change the ids of devices (D7). */
export class KeptDevices {
  #store;

  /** @param {Pick<import('./store.js').Store, 'get'|'set'>} store */
  constructor(store) {
    this.#store = store;
  }

  /** @param {Kind} kind @returns {string|undefined} undefined: whichever the browser takes */
  id(kind) {
    return this.#store.get(kind) || undefined;
  }

  /**
   * @param {Kind} kind
   * @param {string} deviceId '' for the default
   * @param {readonly Device[]} devices
   */
  keep(kind, deviceId, devices) {
    this.#store.set(kind, deviceId);
    const kept = devices.find((device) => device.deviceId === deviceId);
    this.#store.set(`${kind}Label`, deviceId ? kept?.label ?? '' : '');
  }

  /**
   * Looks for what was kept among those that are there: by its id, then by its label, then by the
   * side that it looks to.
   * @param {Kind} kind
   * @param {readonly Device[]} devices
   * @returns {string} its id, if it has another one now; else ''
   */
  moved(kind, devices) {
    const id = this.#store.get(kind);
    const label = this.#store.get(`${kind}Label`);
    if (!id || !label || devices.some(({ deviceId }) => deviceId === id)) return '';
    const known = devices.filter((device) => device.deviceId && device.label);
    const named = known.filter((device) => device.label === label);
    const facing = kind === 'camera' ? facingOf(label) : '';
    const found = named.length === 1 ? named[0]
      : facing ? known.find((device) => facingOf(device.label) === facing) : undefined;
    if (!found) return '';
    this.keep(kind, found.deviceId, devices);
    return found.deviceId;
  }
}
