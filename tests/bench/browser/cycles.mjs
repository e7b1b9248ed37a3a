/* cycles.mjs - whether joining, switching, sharing and leaving leaves anything behind. */
/* SPDX-License-Identifier: MIT */
//
//   node cycles.mjs [--cycles 1000] [--every 100]
//
// One page stays, and makes room after room with peerface.js: joins, is connected to the page of
// somebody who stays in the room, changes the camera, shares a screen, ends that, leaves. The
// browser's own counts after a garbage collection are printed every so many cycles. The exit code
// is 1 if any of them but the heap is larger at the end than after the first part, by more than the
// browser leaves for later.
import process from 'node:process';
import { parseArgs } from 'node:util';
import puppeteer from 'puppeteer-core';
import { Relay } from '../../e2e/relay.mjs';

const { values: options } = parseArgs({
  options: {
    cycles: { type: 'string', default: '1000' },
    every: { type: 'string', default: '100' },
  },
});

/** Runs in the page: keeps what a cycle must give back, weakly, and stands in for the picker. */
function prepare() {
  const host = /** @type {any} */ (window);
  const held = { pcs: /** @type {WeakRef<RTCPeerConnection>[]} */ ([]),
    tracks: /** @type {WeakRef<MediaStreamTrack>[]} */ ([]) };
  const Native = RTCPeerConnection;
  host.RTCPeerConnection = class extends Native {
    /** @param {any[]} args */
    constructor(...args) {
      super(...args);
      held.pcs.push(new WeakRef(this));
    }
  };
  const instantiate = WebAssembly.instantiate.bind(WebAssembly);
  /** @param {any[]} args */
  WebAssembly.instantiate = /** @type {any} */ (async (/** @type {any[]} */ ...args) => {
    const result = /** @type {any} */ (await instantiate(.../** @type {[any]} */ (args)));
    const { exports } = result.instance ?? result;
    const memory = Object.values(exports).find((part) => part instanceof WebAssembly.Memory);
    host.memories = [...host.memories ?? [], new WeakRef(/** @type {object} */ (memory))];
    return result;
  });
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    for (const track of stream.getTracks()) held.tracks.push(new WeakRef(track));
    return stream;
  };
  navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
    canvas.getContext('2d')?.fillRect(0, 0, 640, 360);
    const stream = canvas.captureStream(5);
    for (const track of stream.getTracks()) held.tracks.push(new WeakRef(track));
    return stream;
  };
  host.counts = () => {
    held.pcs = held.pcs.filter((pc) => pc.deref());
    held.tracks = held.tracks.filter((track) => track.deref());
    const memories = (host.memories ?? []).map((/** @type {any} */ ref) => ref.deref())
      .filter(Boolean);
    return {
      connections: held.pcs.length,
      'connections open': held.pcs.filter((pc) => pc.deref()?.connectionState !== 'closed').length,
      tracks: held.tracks.length,
      'tracks live': held.tracks.filter((ref) => ref.deref()?.readyState === 'live').length,
      'wasm memories': memories.length,
      'wasm bytes': Math.max(0, ...memories.map((/** @type {any} */ m) => m.buffer.byteLength)),
    };
  };
}

/** Runs in the page. @param {string} url @param {number} count */
async function cycles(url, count) {
  const { createRoom } = await import(`${url}peerface.js`);
  for (let i = 0; i < count; i++) {
    const room = await createRoom();
    /** @param {string} type @param {() => boolean} holds */
    const until = (type, holds) => new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        room.removeEventListener(type, look);
        resolve(undefined);
      };
      room.addEventListener(type, look);
      look();
    });
    await until('localchange', () => room.camera.state === 'live');
    room.join('cycles', 'Ann');
    await until('peerchange', () =>
      [...room.peers.values()].some((peer) => peer.state === 'connected'));
    await until('deviceschange', () => room.cameras.length > 1);
    const other = room.cameras.find((/** @type {{deviceId: string}} */ camera) =>
      camera.deviceId !== room.camera.deviceId);
    room.selectCamera(other.deviceId);
    await until('localchange', () => room.camera.deviceId === other.deviceId);
    room.setScreen(true);
    await until('localchange', () => room.screen.state === 'live');
    room.setScreen(false);
    await until('localchange', () => room.screen.state === 'idle');
    room.leave();
  }
}

const relay = await Relay.start(['--members-max', '16']);
const browser = await puppeteer.launch({
  browser: 'chrome',
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream=device-count=2'],
});
/** @type {Record<string, number>[]} */
const rows = [];
try {
  const stays = await browser.newPage();
  await stays.goto(`${relay.url}examples/embed.html`);
  await stays.evaluate(async (url) => {
    const { createRoom } = await import(`${url}peerface.js`);
    const room = await createRoom({ camera: false });
    room.join('cycles', 'Bob');
    /** @type {any} */ (window).room = room;
  }, relay.url);
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(prepare);
  await page.goto(`${relay.url}healthz`);
  const session = await page.createCDPSession();
  for (let done = 0; done < Number(options.cycles); done += Number(options.every)) {
    await page.evaluate(cycles, relay.url, Number(options.every));
    await new Promise((resolve) => setTimeout(resolve, 4000)); // what was replaced is stopped late
    for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage');
    const counts = await page.evaluate(() => /** @type {any} */ (window).counts());
    const { JSEventListeners: listeners = 0, JSHeapUsedSize: heap = 0 } = await page.metrics();
    rows.push({ cycles: done + Number(options.every), ...counts, listeners,
      'heap KiB': Math.round(heap / 1024) });
    console.log(JSON.stringify(rows[rows.length - 1]));
  }
} finally {
  await browser.close();
  await relay.stop();
  await relay.close();
}
/** What was collected a moment later in one part than in the other: two cycles' worth. */
const slack = { tracks: 8, connections: 2, 'wasm memories': 2 };
const [first, last] = [rows[0], rows[rows.length - 1]];
const grown = Object.keys(first).filter((key) => key !== 'cycles' && key !== 'heap KiB'
  && last[key] > first[key] + (/** @type {Record<string, number>} */ (slack)[key] ?? 0));
console.log(grown.length ? `more than at first: ${grown.join(', ')}` : 'nothing has grown');
process.exit(grown.length ? 1 : 0);
