/* peers.mjs - a process of peers, told by lines of JSON what to do, and answering each. */
/* SPDX-License-Identifier: MIT */
//
// It is a process of its own because it may have to run in another network namespace.
import fs from 'node:fs';
import { createInterface } from 'node:readline';
import { Peer } from './peer.mjs';
import { trackOf } from './player.mjs';

/** @typedef {import('./player.mjs').Track} Track */

/** @type {Peer[]} */
const peers = [];
/** @type {Map<number, Track>} the pictures by width; 0: uncapped */
const pictures = new Map();
/** @type {Track | null} */
let sound = null;
let sends = 'policy';

const wall = (/** @type {number} */ ms) => performance.timeOrigin + ms;
const local = (/** @type {number} */ ms) => ms - performance.timeOrigin;

/** As a page of eight would: half of a camera's width at most. @param {number} width */
function tracks(width) {
  if (sends === 'nothing') return { picture: null, sound: null };
  const size = sends === 'uncapped' ? 0 : width <= 160 ? 160 : 320;
  return { picture: pictures.get(size) ?? null, sound };
}

/** @param {string} file */
function load(file) {
  const { pictures: frames, sounds } = JSON.parse(fs.readFileSync(file, 'utf8'));
  for (const [width, list] of Object.entries(frames)) {
    pictures.set(Number(width), trackOf(list, 90));
  }
  sound = trackOf(sounds.map((/** @type {any} */ { payload, rtp }) =>
    ({ payloads: [payload], rtp })), 48);
}

/**
 * What arrived in a time: per peer, and bytes, pixels and frames of all in parts of it.
 * @param {{from: number, to: number, partMs: number}} span
 */
function measure({ from: wallFrom, to: wallTo, partMs }) {
  const [from, to] = [local(wallFrom), local(wallTo)];
  const parts = Array.from({ length: Math.ceil((to - from) / partMs) },
    () => ({ bytes: 0, pixels: 0, frames: 0 }));
  const within = (/** @type {{at: number}} */ { at }) => at >= from && at < to;
  const each = peers.map((peer) => {
    const packets = peer.picture.packets.filter(within);
    const frames = peer.picture.frames.filter(within);
    for (const { at, bytes } of packets) parts[Math.floor((at - from) / partMs)].bytes += bytes;
    for (const { at, pixels } of frames) {
      const part = parts[Math.floor((at - from) / partMs)];
      part.pixels += pixels;
      part.frames++;
    }
    const bytes = packets.reduce((sum, packet) => sum + packet.bytes, 0);
    return { bytes, frames: frames.length, size: peer.picture.size,
      sound: peer.sound.between(from, to) };
  });
  return { parts, each };
}

/** When a peer's picture came after a time. @param {{peer: number, since: number}} span */
function arrivals({ peer, since }) {
  const { frames, packets } = peers[peer].picture;
  const after = (/** @type {{at: number}} */ { at }) => at >= local(since);
  return {
    lastByte: wall(packets.findLast((one) => after(one) && !one.isPadding)?.at ?? local(0)),
    frames: frames.filter(after).map(({ at, isKey }) => ({ at: wall(at), isKey })),
  };
}

/** @type {Record<string, (told: any) => any>} */
const orders = {
  load: ({ file }) => load(file),
  send: ({ what }) => void (sends = what),
  join({ url, room, camera }) {
    const name = `peer ${peers.length + 1}`;
    peers.push(new Peer({ url, room, name, camera, tracks }));
    return { at: wall(performance.now()) };
  },
  state: () => peers.map(({ connected, camera, picture, sound: heard, asked, problems }) => ({
    connected, camera, problems,
    frames: picture.frames.length,
    sounds: heard.packets.length,
    asked: asked.map(({ at, camera }) => ({ at: wall(at), camera })),
  })),
  want: ({ peer, camera }) => ({ at: wall(peers[peer].want(camera)) }),
  measure,
  arrivals,
  record({ on }) {
    const [{ picture, sound: heard }] = peers;
    const kept = { frames: picture.recording, sounds: heard.recording };
    picture.recording = on ? [] : null;
    if (on) peers[0].askKeyFrame();
    heard.recording = on ? [] : null;
    return on ? null : kept;
  },
  async leave() {
    for (const peer of peers.splice(0)) await peer.close();
  },
};

process.on('unhandledRejection', (error) => console.error(String(error)));
for await (const line of createInterface({ input: process.stdin })) {
  const { id, order, ...told } = JSON.parse(line);
  const done = await orders[order](told);
  process.stdout.write(`${JSON.stringify({ id, done: done ?? null })}\n`);
}
process.exit(0);
