/* feedback.mjs - tells a sender when each packet came: transport-wide congestion control. */
/* SPDX-License-Identifier: MIT */
//
// draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1. werift 0.22 has a sender of such
// packets, but it takes lost packets for received ones, and a browser then drops the whole report:
// its congestion control would not see what the benchmark is about.

const everyMs = 50;
const tickUs = 250; // the unit of the differences between times of arrival
const referenceUs = 64000;
const packetsMax = 1000; // in one report
const rtpFeedback = 205;
const transportWide = 15;

/** @typedef {{kind: 0|1|2, ticks: number}} Arrival kind: lost, difference of one byte, of two */

/** Chunks of seven packets, with two bits for each. @param {Arrival[]} arrivals */
function chunksOf(arrivals) {
  const chunks = Buffer.alloc(Math.ceil(arrivals.length / 7) * 2);
  for (let at = 0; at < arrivals.length; at += 7) {
    let bits = 3; // a vector, of two bits each
    for (let i = 0; i < 7; i++) bits = (bits << 2) | (arrivals[at + i]?.kind ?? 0);
    chunks.writeUInt16BE(bits, (at / 7) * 2);
  }
  return chunks;
}

/** @param {Arrival[]} arrivals */
function differencesOf(arrivals) {
  const bytes = [];
  for (const { kind, ticks } of arrivals) {
    if (kind === 1) bytes.push(ticks);
    if (kind === 2) bytes.push((ticks >> 8) & 255, ticks & 255);
  }
  return Buffer.from(bytes);
}

/**
 * @param {number} first sequence number
 * @param {(number|undefined)[]} times of arrival from there on, in microseconds; none: lost
 * @param {{ssrc: number, of: number, count: number}} head of the receiver, of the medium; how many
 *   such reports there were before
 */
export function reportOf(first, times, { ssrc, of, count }) {
  const reference = Math.floor(Math.min(...times.filter((time) => time !== undefined))
    / referenceUs);
  let last = reference * referenceUs;
  /** @type {Arrival[]} */
  const arrivals = times.map((time) => {
    if (time === undefined) return { kind: 0, ticks: 0 };
    const ticks = Math.max(-32768, Math.min(32767, Math.round((time - last) / tickUs)));
    last += ticks * tickUs;
    return { kind: ticks >= 0 && ticks < 256 ? 1 : 2, ticks };
  });
  const body = Buffer.concat([chunksOf(arrivals), differencesOf(arrivals)]);
  const padding = (4 - (body.length % 4)) % 4;
  const report = Buffer.alloc(20 + body.length + padding);
  report[0] = (2 << 6) | (padding > 0 ? 0x20 : 0) | transportWide;
  report[1] = rtpFeedback;
  report.writeUInt16BE(report.length / 4 - 1, 2);
  report.writeUInt32BE(ssrc >>> 0, 4);
  report.writeUInt32BE(of >>> 0, 8);
  report.writeUInt16BE(first & 0xffff, 12);
  report.writeUInt16BE(times.length, 14);
  report.writeUIntBE(reference & 0xffffff, 16, 3);
  report[19] = count & 255;
  body.copy(report, 20);
  if (padding > 0) report[report.length - 1] = padding;
  return report;
}

export class Feedback {
  /** @private @type {Map<number, number>} times by number, of packets that are not reported yet */
  times = new Map();
  /** @private */
  next = -1;
  /** @private */
  highest = -1;
  /** @private */
  count = 0;
  /** @private */
  of = 0;

  /** @param {number} ssrc @param {(report: Buffer) => void} send */
  constructor(ssrc, send) {
    this.timer = setInterval(() => {
      const report = this.take(ssrc);
      if (report) send(report);
    }, everyMs);
  }

  /** @param {number} sequence of 16 bits @param {number} of the SSRC @param {number} ms */
  came(sequence, of, ms) {
    const near = this.highest < 0 ? sequence : this.highest;
    let number = near - (near & 0xffff) + sequence;
    if (number < near - 32768) number += 65536;
    if (number > near + 32768) number -= 65536;
    if (this.next < 0) this.next = number;
    if (number < this.next) return; // it was reported as lost
    this.highest = Math.max(this.highest, number);
    this.times.set(number, ms * 1000);
    this.of = of;
  }

  /** @private @param {number} ssrc */
  take(ssrc) {
    if (this.times.size === 0) return undefined;
    let first = this.next;
    if (this.highest - first >= packetsMax) first = Math.min(...this.times.keys());
    const size = Math.min(packetsMax, this.highest - first + 1);
    const times = Array.from({ length: size }, (_, index) => this.times.get(first + index));
    this.times.clear();
    this.next = this.highest + 1;
    return reportOf(first, times, { ssrc, of: this.of, count: this.count++ });
  }

  close() {
    clearInterval(this.timer);
  }
}
