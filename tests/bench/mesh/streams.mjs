/* streams.mjs - what arrives at one peer: a picture that is counted, and sound. */
/* SPDX-License-Identifier: MIT */
import { look } from './vp8.mjs';

const lateMs = 600; // a packet that has not come by then will not
const askMs = 500; // between two requests for a key frame

/** @typedef {{header: {sequenceNumber: number, marker: boolean, timestamp: number, ssrc: number},
 *   payload: Buffer}} Packet */

/** Numbers of 16 bits, continued. */
class Numbers {
  /** @private */
  highest = -1;

  /** @param {number} number */
  continued(number) {
    if (this.highest < 0) this.highest = number;
    let full = this.highest - (this.highest & 0xffff) + number;
    if (full < this.highest - 32768) full += 65536;
    if (full > this.highest + 32768) full -= 65536;
    this.highest = Math.max(this.highest, full);
    return full;
  }
}

/**
 * A picture of VP8 without layers: each frame needs the one before. A frame counts when it is
 * complete and could be decoded.
 */
export class Picture {
  /** All of them since the beginning: when a frame was complete. @type {{at: number,
   *   pixels: number, isKey: boolean}[]} */
  frames = [];
  /** When packets came, and how large they were; padding: a probe of the network, without a
   *  picture. @type {{at: number, bytes: number, isPadding: boolean}[]} */
  packets = [];
  /** @private @type {Map<number, Packet>} */
  waiting = new Map();
  /** @private */
  numbers = new Numbers();
  /** @private the next packet of a picture that can be decoded; -1: a key frame is needed */
  next = -1;
  /** @private */
  highest = -1;
  /** @private */
  stuckAt = 0;
  /** @private */
  askedAt = 0;
  /** @private */
  isKey = false;
  /** @private */
  ssrc = 0;
  size = { width: 0, height: 0 };

  /** @param {() => void} askKeyFrame */
  constructor(askKeyFrame) {
    /** @private */
    this.askKeyFrame = askKeyFrame;
    /** Each frame's payloads, while it is recorded. @type {{payloads: string[], rtp: number}[] |
     *   null} */
    this.recording = null;
    /** @private @type {string[]} */
    this.payloads = [];
  }

  /** @param {Packet} packet @param {number} bytes with its header @param {number} at ms */
  take(packet, bytes, at) {
    this.packets.push({ at, bytes, isPadding: packet.payload.length === 0 });
    if (packet.header.ssrc !== this.ssrc) {
      this.ssrc = packet.header.ssrc;
      this.numbers = new Numbers();
      this.waiting.clear();
      this.next = this.highest = -1;
    }
    const number = this.numbers.continued(packet.header.sequenceNumber);
    if (this.next >= 0 && number < this.next) return; // once more
    this.waiting.set(number, packet);
    this.highest = Math.max(this.highest, number);
    // A key frame needs nothing of what is missing before it.
    if (this.next >= 0 && look(packet.payload)?.isKey) this.next = number;
    if (this.next < 0) this.begin();
    this.advance(at);
    if (this.next < 0 || !this.waiting.size) {
      if (this.next < 0) this.ask(at);
      this.stuckAt = 0;
      return;
    }
    this.stuckAt ||= at;
    if (at - this.stuckAt < lateMs) return;
    this.next = -1;
    this.stuckAt = 0;
    this.begin();
    if (this.next < 0) this.ask(at);
    this.advance(at);
  }

  /** @private the oldest key frame */
  begin() {
    for (const number of [...this.waiting.keys()].sort((a, b) => a - b)) {
      const packet = this.waiting.get(number);
      if (packet && look(packet.payload)?.isKey) {
        this.next = number;
        return;
      }
      this.waiting.delete(number);
    }
  }

  /** @private @param {number} at */
  ask(at) {
    if (at - this.askedAt < askMs) return;
    this.askedAt = at;
    this.askKeyFrame();
  }

  /** @private @param {number} at */
  advance(at) {
    if (this.next < 0) return;
    for (;;) {
      const packet = this.waiting.get(this.next);
      if (!packet) break;
      this.waiting.delete(this.next++);
      const seen = look(packet.payload);
      if (!seen) continue; // padding
      if (seen.starts) {
        this.isKey = seen.isKey;
        this.payloads = [];
      }
      if (seen.width) this.size = { width: seen.width, height: seen.height };
      if (this.recording) this.payloads.push(packet.payload.toString('base64'));
      if (!packet.header.marker) continue;
      this.frames.push({ at, pixels: this.size.width * this.size.height, isKey: this.isKey });
      if (this.recording && (this.isKey || this.recording.length)) {
        this.recording.push({ payloads: this.payloads, rtp: packet.header.timestamp });
      }
    }
    for (const number of this.waiting.keys()) if (number < this.next) this.waiting.delete(number);
    if (this.waiting.size === 0) this.stuckAt = 0;
  }
}

export class Sound {
  /** @type {{at: number, number: number}[]} */
  packets = [];
  /** @type {{payload: string, rtp: number}[] | null} */
  recording = null;
  /** @private */
  numbers = new Numbers();

  /** @param {Packet} packet @param {number} at ms */
  take({ header, payload }, at) {
    this.packets.push({ at, number: this.numbers.continued(header.sequenceNumber) });
    this.recording?.push({ payload: payload.toString('base64'), rtp: header.timestamp });
  }

  /** Between two times: how much is missing, and the longest wait. @param {number} from */
  between(from, /** @type {number} */ to) {
    const came = this.packets.filter(({ at }) => at >= from && at < to);
    if (came.length < 2) return { expected: 0, lost: 0, gapMs: to - from };
    const numbers = came.map(({ number }) => number);
    const expected = Math.max(...numbers) - Math.min(...numbers) + 1;
    let gapMs = 0;
    for (let i = 1; i < came.length; i++) gapMs = Math.max(gapMs, came[i].at - came[i - 1].at);
    return { expected, lost: expected - new Set(numbers).size, gapMs };
  }
}
