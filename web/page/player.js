/* player.js - plays the peers' media, which a browser may refuse before a gesture, or pause. */
/* SPDX-License-Identifier: MIT */

/** A video that is paused this often, this fast, is paused again whenever it plays. */
const pausesMax = 3;
const pausesMs = 3000;

/** Plays videos with sound, and tells when the browser requires a gesture first. */
export class Player {
  /** @type {Map<HTMLVideoElement, number[]>} when each was paused from outside, the latest times */
  #pauses = new Map();
  #blocked;
  #changed;

  /** @param {() => void} changed `blocked` has another value */
  constructor(changed) {
    /** @type {Set<HTMLVideoElement>} */
    this.#blocked = new Set();
    this.#changed = changed;
  }

  get blocked() {
    return this.#blocked.size > 0;
  }

  /**
   * From now on it plays, unless the browser refuses.
   * @param {HTMLVideoElement} video
   */
  add(video) {
    // Only while there is something to play: an element that is gone must be forgotten.
    if (!this.#pauses.size) document.addEventListener('visibilitychange', this.#onVisible);
    this.#pauses.set(video, []);
    video.addEventListener('pause', (event) => this.#onPause(video, event.timeStamp));
    this.play(video);
  }

  /** @param {HTMLVideoElement} video */
  play(video) {
    video.play().then(() => this.#note(video, false), (error) => {
      // AbortError: the tracks of the element changed in the meantime, so play() starts over.
      if (error.name === 'AbortError' && video.isConnected) requestAnimationFrame(() => {
        if (video.isConnected && video.paused && !this.#blocked.has(video)) this.play(video);
      });
      this.#note(video, error.name === 'NotAllowedError' && video.isConnected);
    });
  }

  /** To be called within a user gesture. */
  retry() {
    for (const video of this.#blocked) this.play(video);
  }

  /** @param {HTMLVideoElement} video */
  forget(video) {
    this.#pauses.delete(video);
    if (!this.#pauses.size) document.removeEventListener('visibilitychange', this.#onVisible);
    this.#note(video, false);
  }

  /**
   * Nothing here pauses a video: a media key did, a headset, the browser's own menu, a phone call.
   * It plays on, so that no picture is left frozen. Whatever insists on the pause wins, and the
   * person is asked.
   * @param {HTMLVideoElement} video
   * @param {number} nowMs
   */
  #onPause(video, nowMs) {
    const before = this.#pauses.get(video);
    if (!before || !video.isConnected || !video.srcObject || !video.paused) return;
    const recent = [...before, nowMs].filter((ms) => nowMs - ms < pausesMs).slice(-pausesMax);
    this.#pauses.set(video, recent);
    if (recent.length < pausesMax) this.play(video);
    else this.#note(video, true);
  }

  /** A page that was hidden may have been paused, and refused to play until now. */
  #onVisible = () => {
    if (document.hidden) return;
    for (const video of this.#pauses.keys()) if (video.paused) this.play(video);
  };

  /**
   * @param {HTMLVideoElement} video
   * @param {boolean} blocked
   */
  #note(video, blocked) {
    const before = this.blocked;
    if (blocked) this.#blocked.add(video);
    else this.#blocked.delete(video);
    if (this.blocked !== before) this.#changed();
  }
}
