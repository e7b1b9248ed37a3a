/* player.mjs - sends a recorded picture and sound over and over, as one stream each. */
/* SPDX-License-Identifier: MIT */
import { createRequire } from 'node:module';
import { look } from './vp8.mjs';

// A package that is not there for whoever only runs the tests.
const { RtpHeader, RtpPacket } = createRequire(import.meta.url)('werift');

/** @typedef {{payloads: string[], rtp: number}[]} Frames the first is a key frame */
/** @typedef {{payload: string, rtp: number}[]} Sounds */

const restartMs = 1000; // for a key frame that was asked for, at most so often

/**
 * @typedef {object} Track
 * @property {number} perMs of the RTP clock
 * @property {{payloads: Buffer[], at: number}[]} pieces at: ms from the first
 * @property {number} lengthMs
 */

/** @param {Frames} frames @param {number} perMs @returns {Track} */
export function trackOf(frames, perMs) {
  const pieces = frames.map(({ payloads, rtp }) => ({
    payloads: payloads.map((text) => Buffer.from(text, 'base64')),
    at: ((rtp - frames[0].rtp) >>> 0) / perMs,
  }));
  const last = pieces[pieces.length - 1].at;
  return { perMs, pieces, lengthMs: last + last / Math.max(1, pieces.length - 1) };
}

export class Player {
  /** @private @type {Track | null} */
  track = null;
  /** @private */
  index = 0;
  /** @private ms, of the first piece of this round */
  roundAt = 0;
  /** @private */
  sequence = Math.floor(Math.random() * 65536);
  /** @private the RTP time of ms 0 */
  offset = Math.floor(Math.random() * 2 ** 31);
  /** @private */
  pictureId = 0;
  /** @private */
  restartedAt = 0;
  /** @private @type {NodeJS.Timeout | undefined} */
  timer;

  /** @param {(packet: object) => Promise<unknown>} send */
  constructor(send) {
    /** @private */
    this.send = send;
  }

  /** Begins with its first piece, a key frame. @param {Track | null} track */
  play(track) {
    if (track === this.track) return;
    this.track = track;
    clearTimeout(this.timer);
    if (track) this.begin(performance.now());
  }

  /** A key frame is wanted. */
  restart() {
    const now = performance.now();
    if (!this.track || now < this.restartedAt + restartMs) return;
    clearTimeout(this.timer);
    this.begin(now);
  }

  /** @private @param {number} at */
  begin(at) {
    this.restartedAt = this.roundAt = at;
    this.index = 0;
    this.step();
  }

  /** @private sends what is due */
  step() {
    const { track } = this;
    if (!track) return;
    const now = performance.now();
    for (;;) {
      if (this.index === track.pieces.length) {
        this.index = 0;
        this.roundAt += track.lengthMs;
        if (this.roundAt < now - 1000) this.roundAt = now; // this process could not keep up
      }
      const due = this.roundAt + track.pieces[this.index].at;
      if (due > now) {
        this.timer = setTimeout(() => this.step(), due - now);
        return;
      }
      this.put(track.pieces[this.index++].payloads, due * track.perMs);
    }
  }

  /** @private @param {Buffer[]} payloads @param {number} time */
  put(payloads, time) {
    this.pictureId = (this.pictureId + 1) & 0x7fff;
    payloads.forEach((original, index) => {
      const payload = Buffer.from(original);
      const { idAt = 0 } = (this.track?.perMs === 90 && look(payload)) || {};
      if (idAt) payload.writeUInt16BE(0x8000 | this.pictureId, idAt);
      this.sequence = (this.sequence + 1) & 0xffff;
      const header = new RtpHeader({
        version: 2,
        marker: index === payloads.length - 1,
        sequenceNumber: this.sequence,
        timestamp: (this.offset + Math.round(time)) >>> 0,
      });
      this.send(new RtpPacket(header, payload)).catch(() => {}); // the connection is gone
    });
  }

  close() {
    this.track = null;
    clearTimeout(this.timer);
  }
}
