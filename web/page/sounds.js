/* sounds.js - soft tones when somebody comes, goes, raises a hand or writes. */
/* SPDX-License-Identifier: MIT */

/** @typedef {'come'|'go'|'hand'|'message'} Sound */

/**
 * The notes of a sound, in Hz, one after the other.
 * @type {Record<Sound, number[]>}
 */
const notes = { come: [523.25, 783.99], go: [659.25, 440], hand: [880], message: [698.46] };
const noteSeconds = 0.14;
const loudness = 0.05;

/** Several that are due at the same moment are one sound: eight who return are no alarm. */
const quietMs = 700;

export class Sounds {
  #isOn;
  /** @type {AudioContext|undefined} made when first needed: it takes a device */
  #context;
  #lastMs = -Infinity;

  /** @param {(sound: Sound) => boolean} isOn whether the person wants to hear it */
  constructor(isOn) {
    this.#isOn = isOn;
  }

  /**
   * @param {Sound} sound
   * @returns {boolean} false: it is not played
   */
  play(sound) {
    const nowMs = performance.now();
    if (!this.#isOn(sound) || !('AudioContext' in window)) return false;
    if (nowMs - this.#lastMs < quietMs) return false;
    this.#lastMs = nowMs;
    this.#context ??= new AudioContext();
    const context = this.#context;
    // Before the first gesture there is no sound, and a late one would make no sense.
    if (context.state !== 'running') {
      context.resume().catch(() => {});
      return false;
    }
    notes[sound].forEach((hertz, index) => {
      note(context, hertz, context.currentTime + index * noteSeconds);
    });
    return true;
  }
}

/**
 * @param {AudioContext} context
 * @param {number} hertz
 * @param {number} from in the context's time
 */
function note(context, hertz, from) {
  const tone = context.createOscillator();
  const level = context.createGain();
  const until = from + 3 * noteSeconds;
  tone.frequency.value = hertz;
  level.gain.setValueAtTime(0, from);
  level.gain.linearRampToValueAtTime(loudness, from + 0.02);
  level.gain.exponentialRampToValueAtTime(0.0001, until);
  tone.connect(level).connect(context.destination);
  tone.start(from);
  tone.stop(until);
}
