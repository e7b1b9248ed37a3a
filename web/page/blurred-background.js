/* blurred-background.js - the blur that a system or browser puts behind a person. */
/* SPDX-License-Identifier: MIT */

/*
 * MediaStreamTrack, constraint `backgroundBlur` (Media Capture and Streams Extensions). Where a
 * camera has none, nothing is said of it.
 */

/** @typedef {import('./store.js').Store} Store */

export class BlurredBackground {
  #store;
  #changed;
  /** @type {MediaStreamTrack|undefined} the camera's */
  #track;

  /**
   * @param {Pick<Store, 'get'|'set'>} store keeps the person's choice
   * @param {() => void} changed what it is may have changed, here or in the system
   */
  constructor(store, changed) {
    this.#store = store;
    this.#changed = changed;
  }

  /** @param {MediaStreamTrack|undefined} track the camera's; the same again changes nothing */
  follow(track) {
    if (track === this.#track) return;
    this.#track?.removeEventListener('configurationchange', this.#changed);
    this.#track = track;
    track?.addEventListener('configurationchange', this.#changed);
    const chosen = this.#store.get('backgroundBlur');
    if (chosen && this.possible && this.on !== (chosen === 'on')) this.#ask(!this.on);
  }

  /** The camera has it, and the system lets the page choose. */
  get possible() {
    const { backgroundBlur = [] } = /** @type {{backgroundBlur?: boolean[]}} */ (
      this.#track?.getCapabilities?.() ?? {});
    return backgroundBlur.includes(true) && backgroundBlur.includes(false);
  }

  get on() {
    return /** @type {any} */ (this.#track?.getSettings() ?? {}).backgroundBlur === true;
  }

  /** @param {boolean} on */
  set(on) {
    this.#store.set('backgroundBlur', on ? 'on' : 'off');
    this.#ask(on);
  }

  /** @param {boolean} on */
  #ask(on) {
    const constraints = /** @type {MediaTrackConstraints} */ ({ backgroundBlur: on });
    // Refused, it stays as it is, which is what is shown.
    this.#track?.applyConstraints(constraints).catch(() => {}).then(this.#changed);
  }
}
