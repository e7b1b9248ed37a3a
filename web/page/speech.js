/* speech.js - tells from how loud somebody is whether they speak. */
/* SPDX-License-Identifier: MIT */

/*
 * Levels are as in RTCRtpContributingSource.audioLevel: linear, from 0 (silence) to 1 (0 dBov).
 * They are looked at about ten times a second; what counts is time, and not how often that was.
 */

/** Somebody who is as loud as that speaks: -35 dBov. Quiet speech into a far microphone is -30. */
const loud = 0.018;
/** Who speaks goes on while they are as loud as that: -43 dBov, above a room with a fan. */
const audible = 0.007;

/** A click is loud once. Speech is loud again within this time. */
const againMs = 350;
/** A pause between words and for breath is part of speaking. */
const pauseMs = 900;

/** Whether somebody speaks: on after two loud moments, off after a pause. */
export class SpeechDetector {
  #speaks = false;
  #loudMs = -Infinity;
  #heardMs = -Infinity;

  /**
   * @param {number} level
   * @param {number} nowMs
   * @returns {boolean} they speak
   */
  note(level, nowMs) {
    if (level >= audible) this.#heardMs = nowMs;
    if (level >= loud) {
      this.#speaks ||= nowMs - this.#loudMs <= againMs;
      this.#loudMs = nowMs;
    }
    if (nowMs - this.#heardMs > pauseMs) this.#speaks = false;
    return this.#speaks;
  }
}

/** Being loud for so long, on and off, is trying to say something. */
const insistMs = 600;
/** How much of that is forgotten in the same time of silence. */
const forget = 0.4;
/** Who was silent for so long has stopped, and is told again if they begin again. */
const stretchMs = 10000;
/** A page that was slow has not heard what was in between. */
const stepMaxMs = 250;

/** Somebody who speaks although they are muted is told so, once for as long as they go on. */
export class MutedSpeech {
  #spokenMs = 0;
  #told = false;
  #loudMs = -Infinity;
  #lastMs = NaN;

  /**
   * @param {number} level of the muted microphone
   * @param {number} nowMs
   * @returns {boolean} they are to be told now
   */
  note(level, nowMs) {
    const step = Math.min(nowMs - this.#lastMs, stepMaxMs) || 0;
    this.#lastMs = nowMs;
    if (level >= loud) {
      this.#spokenMs = Math.min(this.#spokenMs + step, insistMs);
      this.#loudMs = nowMs;
    } else {
      this.#spokenMs = Math.max(0, this.#spokenMs - step * forget);
    }
    if (nowMs - this.#loudMs > stretchMs) this.#told = false;
    if (this.#told || this.#spokenMs < insistMs) return false;
    this.#told = true;
    return true;
  }

  /** They are not muted, or not in a call. */
  reset() {
    this.#spokenMs = 0;
    this.#told = false;
    this.#lastMs = NaN;
  }
}

/** What a bar shows, in dB below full scale. */
const barDb = 55;

/**
 * How long a bar is for a level: as ears are, by decibels.
 * @param {number} level
 * @returns {number} from 0 to 1, in steps of a twentieth
 */
export function barOf(level) {
  const share = level > 0 ? 1 + 20 * Math.log10(level) / barDb : 0;
  return Math.round(Math.min(1, Math.max(0, share)) * 20) / 20;
}
