/* files.mjs - measures files: speed, memory, and what a call notices of them. */
/* SPDX-License-Identifier: MIT */
//
//   PF_RELAY=... PF_WEB=... node tests/bench/files/files.mjs [--mib 1024] [--runs 3] [speed] [cut]
//
// `speed`: a file of a quarter of the size, from Chromium to Firefox and back, beside a bare
// RTCDataChannel between the same two pages that throws away what arrives, and simple-peer where
// `npm ci` was run in tests/bench/browser. `cut`: one file of the whole size from Chromium to
// Firefox during a call with pictures, whose network is cut for 20 s. That needs root.
// The output is the tables of RESULTS.md.
import fs from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { closeBrowsers } from '../../e2e/browsers.mjs';
import { World } from '../../e2e/harness.mjs';
import { Lan, whyNoLan } from '../../e2e/lan.mjs';
import { Relay } from '../../e2e/relay.mjs';
import { pause } from '../../e2e/until.mjs';

/** @typedef {import('../../e2e/person.mjs').Person} Person */

const { values, positionals } = parseArgs({
  options: { mib: { type: 'string', default: '1024' }, runs: { type: 'string', default: '3' } },
  allowPositionals: true,
});
const mib = Number(values.mib);
const cutMs = 20000;
const overMs = 600_000; // until which it must be over
const library = '../browser/node_modules/simple-peer/simplepeer.min.js';
const simplePeer = new URL(library, import.meta.url);

/** What each page can do, in window.bench. */
function tools() {
  const host = /** @type {any} */ (window);
  /** A file of the browser's, on its disk. @param {number} count MiB */
  const make = async (count) => {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle('bench', { create: true });
    const writable = await /** @type {any} */ (handle).createWritable();
    const block = new Uint8Array(1 << 20);
    for (let at = 0; at < block.length; at += 65536) {
      crypto.getRandomValues(block.subarray(at, at + 65536));
    }
    for (let index = 0; index < count; index++) {
      new DataView(block.buffer).setUint32(0, index); // each is another
      await writable.write(block);
    }
    await writable.close();
    return handle.getFile();
  };
  /**
   * SHA-256 of the SHA-256 of each MiB: browsers hash only what is in memory.
   * @param {Blob} file
   */
  const hash = async (file) => {
    const hashes = [];
    for (let at = 0; at < file.size; at += 1 << 20) {
      const bytes = await file.slice(at, at + (1 << 20)).arrayBuffer();
      hashes.push(await crypto.subtle.digest('SHA-256', bytes));
    }
    const all = await crypto.subtle.digest('SHA-256', await new Blob(hashes).arrayBuffer());
    return [...new Uint8Array(all)].join();
  };
  /** What arrives last in a file of the browser's. */
  const { getFile } = FileSystemFileHandle.prototype;
  FileSystemFileHandle.prototype.getFile = async function noted() {
    return host.bench.last = await getFile.call(this);
  };
  host.bench = { make, hash };
}

/**
 * @param {World} world
 * @param {string} name
 * @param {import('../../e2e/harness.mjs').PersonOptions} options
 */
async function enter(world, name, options) {
  const person = await world.person(name, {
    ...options, path: 'healthz', open: false, scripts: [`(${tools})()`],
  });
  await person.page.goto(person.url);
  await person.ask(async (url, who) => {
    const { createRoom } = await import(`${url}peerface.js`);
    const room = await createRoom({ microphone: false, camera: false });
    room.addEventListener('file', (/** @type {CustomEvent} */ { detail }) => {
      if (!detail.outgoing) detail.accept();
    });
    Object.assign(window, { room });
    room.join('tea', who);
  }, world.relay.url, name);
  return person;
}

/** The time of our own, in s. @param {Person} from @param {number} count MiB */
const ours = (from, count) => from.ask(async (size) => {
  const { bench, room } = /** @type {any} */ (window);
  const file = await bench.make(size);
  const [transfer] = await room.sendFile(file);
  const begun = performance.now();
  await new Promise((resolve, reject) => transfer.addEventListener('change', () => {
    if (transfer.state === 'done') resolve(undefined);
    if (transfer.state === 'failed') reject(new Error('failed'));
  }));
  return (performance.now() - begun) / 1000;
}, count);

/** In a page: a connection that throws away what arrives. @param {boolean} initiator */
function openBare(initiator) {
  const host = /** @type {any} */ (window);
  host.signals = [];
  host.received = 0;
  const take = (/** @type {number} */ size) => {
    host.received += size;
  };
  if (host.SimplePeer) {
    const peer = host.peer = new host.SimplePeer({ initiator, config: { iceServers: [] } });
    peer.on('signal', (/** @type {any} */ signal) => host.signals.push(signal));
    peer.on('data', (/** @type {Uint8Array} */ data) => take(data.length));
    host.signal = (/** @type {any} */ signal) => peer.signal(signal);
    return;
  }
  const pc = new RTCPeerConnection();
  const channel = host.channel = pc.createDataChannel('x', { negotiated: true, id: 0 });
  channel.binaryType = 'arraybuffer';
  channel.onmessage = ({ data }) => take(data.byteLength);
  pc.onicecandidate = ({ candidate }) => candidate && host.signals.push({ candidate });
  const describe = async () => {
    await pc.setLocalDescription();
    host.signals.push({ description: pc.localDescription });
  };
  host.signal = async (/** @type {any} */ { candidate, description }) => {
    if (candidate) return pc.addIceCandidate(candidate);
    await pc.setRemoteDescription(description);
    if (description.type === 'offer') await describe();
  };
  if (initiator) describe();
}

/** In a page. @param {number} total bytes */
async function sendBare(total) {
  const { channel, peer } = /** @type {any} */ (window);
  const message = new Uint8Array(65536);
  for (let sent = 0; sent < total; sent += message.length) {
    if (peer) {
      if (!peer.write(message)) await new Promise((resolve) => peer.once('drain', resolve));
      continue;
    }
    channel.bufferedAmountLowThreshold = 262144;
    if (channel.bufferedAmount > 1048576) {
      await new Promise((resolve) => {
        channel.onbufferedamountlow = resolve;
      });
    }
    channel.send(message);
  }
}

/** In a page. */
function closeBare() {
  const host = /** @type {any} */ (window);
  host.peer?.destroy();
  host.channel?.close();
  host.peer = host.channel = host.SimplePeer = undefined;
}

/**
 * The time of a bare channel in s; or, with `library`, of simple-peer.
 * @param {Person} from
 * @param {Person} to
 * @param {number} count MiB
 * @param {string} library its text
 */
async function bare(from, to, count, library) {
  if (library) for (const person of [from, to]) await person.page.evaluate(library);
  await to.ask(openBare, false);
  await from.ask(openBare, true);
  const isOpen = () => from.ask(() => {
    const { channel, peer } = /** @type {any} */ (window);
    return peer ? peer.connected : channel.readyState === 'open';
  });
  while (!await isOpen()) {
    for (const [one, other] of [[from, to], [to, from]]) {
      const signals = await one.ask(() =>
        JSON.stringify(/** @type {any} */ (window).signals.splice(0)));
      await other.ask(async (list) => {
        for (const signal of JSON.parse(list)) await /** @type {any} */ (window).signal(signal);
      }, signals);
    }
    await pause(50);
  }
  const size = count << 20;
  const begun = performance.now();
  const sending = from.ask(sendBare, size);
  await to.sees('all of it', (total) => /** @type {any} */ (window).received >= total, [size],
    { ms: overMs });
  await sending;
  const seconds = (performance.now() - begun) / 1000;
  for (const person of [from, to]) await person.ask(closeBare);
  return seconds;
}

async function speed() {
  const simple = fs.existsSync(simplePeer) ? fs.readFileSync(simplePeer, 'utf8') : '';
  const world = new World(await Relay.start(), { expects: [/./] });
  const count = mib / 4;
  try {
    const ann = await enter(world, 'Ann', { engine: 'chromium' });
    const bob = await enter(world, 'Bob', { engine: 'firefox' });
    for (const person of [ann, bob]) {
      await person.sees('the other', () => [.../** @type {any} */ (window).room.peers.values()]
        .some(({ state }) => state === 'connected'));
    }
    console.log('| run | way | bare MiB/s | ours MiB/s | ratio | simple-peer MiB/s | load |');
    console.log('|---|---|---:|---:|---:|---:|---:|');
    for (let run = 1; run <= Number(values.runs); run++) {
      for (const [way, from, to] of /** @type {[string, Person, Person][]} */ (
        [['Chromium to Firefox', ann, bob], ['Firefox to Chromium', bob, ann]])) {
        const floor = count / await bare(from, to, count, '');
        const own = count / await ours(from, count);
        const other = simple ? (count / await bare(from, to, count, simple)).toFixed(1) : '–';
        console.log(`| ${[run, way, floor.toFixed(1), own.toFixed(1), (own / floor).toFixed(2),
          other, os.loadavg()[0].toFixed(1)].join(' | ')} |`);
      }
    }
  } finally {
    await world.close();
  }
}

/** The processes below this one, itself included. @param {number} root */
function family(root) {
  const parents = new Map(fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, parent] = /** @type {RegExpExecArray} */ (
          /\) \S (\d+)/.exec(fs.readFileSync(`/proc/${name}/stat`, 'utf8')));
        return [[Number(name), Number(parent)]];
      } catch { // it has ended
        return [];
      }
    }));
  const all = new Set([root]);
  for (let before = 0; before < all.size;) {
    before = all.size;
    for (const [pid, parent] of parents) if (all.has(parent)) all.add(pid);
  }
  return [...all];
}

/** What the processes of a person's browser hold, in MiB. @param {Person} person */
function memoryOf(person) {
  const root = person.page.browser().process()?.pid ?? 0;
  return family(root).reduce((sum, pid) => {
    try {
      const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      return sum + Number(/^Pss_Anon:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
    } catch {
      return sum;
    }
  }, 0);
}

/**
 * What gives the longest gap of each one's picture of the other while something lasts.
 * @param {Person} ann
 * @param {Person} bob
 */
async function gapsOf(ann, bob) {
  const seen = [{ person: ann, id: await ann.idOf('Bob') },
    { person: bob, id: await bob.idOf('Ann') }];
  return async (/** @type {() => Promise<unknown>} */ body) => {
    const since = await Promise.all(seen.map(({ person }) => person.now()));
    await body();
    return Promise.all(seen.map(({ person, id }, index) => person.gap(id, since[index])));
  };
}

/** @param {{undisturbed: number[], before: number[], after: number[], memory: number[][]}} seen */
function print({ undisturbed, before, after, memory }) {
  const grown = [0, 1].map((who) => {
    const list = memory.map((sample) => sample[who]);
    return `${Math.round(list[0])}, ${Math.round(Math.max(...list))}`;
  });
  console.log(`\n${mib} MiB, load ${os.loadavg()[0].toFixed(1)}\n`);
  console.log('| what | Chromium | Firefox |\n|---|---:|---:|');
  for (const [what, list] of /** @type {[string, number[]][]} */ ([
    ['longest gap of the picture, undisturbed, ms', undisturbed],
    ['until the cut, ms', before], ['after it, ms', after]])) {
    console.log(`| ${[what, ...list.map(Math.round)].join(' | ')} |`);
  }
  console.log(`| memory of the browser, at first and at most, MiB | ${grown.join(' | ')} |`);
}

async function cut() {
  const lan = Lan.get();
  const relay = await Relay.start([], undefined, lan.relay);
  const world = new World(relay, { expects: [/./], lan: true });
  const scripts = [`(${tools})()`];
  try {
    const ann = await world.person('Ann', { engine: 'chromium', host: 'far', scripts });
    const bob = await world.person('Bob', { engine: 'firefox', scripts });
    for (const person of [ann, bob]) await person.enter('tea');
    await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
    const gaps = await gapsOf(ann, bob);
    const hash = await ann.ask(async (size) => {
      const { bench } = /** @type {any} */ (window);
      bench.file = await bench.make(size);
      return bench.hash(bench.file);
    }, mib);
    await pause(3000);
    const undisturbed = await gaps(() => pause(20000));
    await ann.ask(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(/** @type {any} */ (window).bench.file);
      document.querySelector('.stage')?.dispatchEvent(
        new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    });
    await bob.click('#chat');
    await bob.shown('.file .primary');
    /** @type {number[][]} */
    const memory = [];
    const sampler = setInterval(() => memory.push([memoryOf(ann), memoryOf(bob)]), 1000);
    const begun = performance.now();
    const isIn = (/** @type {string} */ state) => bob.sees(state, (wanted) =>
      /** @type {HTMLElement} */ (document.querySelector('.file')).dataset.state === wanted,
    [state], { ms: overMs });
    const before = await gaps(async () => {
      await bob.click('.file .primary');
      await bob.sees('a third of it', () => {
        const bar = /** @type {HTMLProgressElement} */ (document.querySelector('.fileProgress'));
        return bar.value > bar.max / 3;
      }, [], { ms: overMs });
    });
    lan.cut('udp');
    await pause(cutMs);
    lan.mend();
    await isIn('accepted');
    await pause(3000); // the pictures are back
    const after = await gaps(() => isIn('done'));
    const seconds = (performance.now() - begun) / 1000;
    clearInterval(sampler);
    const arrived = await bob.ask(() => {
      const { bench } = /** @type {any} */ (window);
      return bench.hash(bench.last);
    });
    print({ undisturbed, before, after, memory });
    console.log(`\n${seconds.toFixed(0)} s with the cut; the hashes are ${
      hash === arrived ? 'equal' : 'NOT EQUAL'}`);
    if (hash !== arrived) process.exitCode = 1;
  } finally {
    await world.close();
  }
}

const wanted = positionals.length > 0 ? positionals : ['speed', 'cut'];
try {
  if (wanted.includes('speed')) await speed();
  const noLan = whyNoLan();
  if (wanted.includes('cut') && noLan) console.error(`the network cannot be cut: ${noLan}`);
  else if (wanted.includes('cut')) await cut();
} finally {
  await Lan.closeAll();
  await closeBrowsers();
}
process.exit();
