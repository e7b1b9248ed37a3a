/* room.test.mjs - what handlers of a page do happens outside of the core. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fakeTimers } from './timers.mjs';

/** @typedef {import('../../web/peerface.js').Room} Room */
/** @typedef {Record<string, (...values: any[]) => any>} Functions */

const module = fileURLToPath(new URL('../../web/peerface.js', import.meta.url));

/**
 * A room whose core is the test: `page` is what a core calls, `calls` what it was asked for.
 * @param {import('node:test').TestContext} t
 * @param {object} [options] of createRoom()
 * @returns {Promise<{room: Room, page: Functions, calls: string[], starts: any[][]}>} `starts`:
 *   what the core was started with, each time
 */
async function makeRoom(t, options) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-page-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  for (const part of ['', '-channels', '-files', '-load', '-storage', '-streams']) {
    const file = `peerface${part}.js`;
    fs.copyFileSync(path.join(path.dirname(module), file), path.join(folder, file));
  }
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  fs.writeFileSync(path.join(folder, 'peerface-core.js'),
    'export default (options) => globalThis.makeCore(options);');

  /** @type {string[]} */
  const calls = [];
  /** @type {any[][]} */
  const starts = [];
  /** @type {Functions} */
  let page = {};
  const core = new Proxy({}, {
    get: (_, name) => name !== 'record' && ((/** @type {any[]} */ ...values) => { // no event log
      const [value] = values;
      calls.push(String(name));
      if (name === 'start') starts.push(values);
      if (name === 'setToken') return value.length > 9 ? 1 : 0;
      return (name === 'setName' && value === 'bad') || (name === 'say' && value !== 'bad') ? 1 : 0;
    }),
  });
  const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  Object.assign(globalThis, {
    makeCore: async (/** @type {{page: Functions}} */ options) => {
      page = options.page;
      return { core };
    },
    fetch: async () => ({ ok: true, arrayBuffer: async () => emptyModule.buffer }),
    addEventListener: () => {},
    document: { addEventListener: () => {} },
    MediaStream: class {
      /** @param {any[]} [tracks] */
      constructor(tracks = []) {
        this.tracks = tracks;
      }

      getTracks() {
        return this.tracks;
      }

      getAudioTracks() {
        return this.tracks.filter(({ kind }) => kind === 'audio');
      }

      getVideoTracks() {
        return this.tracks.filter(({ kind }) => kind === 'video');
      }
    },
  });
  if (!globalThis.CustomEvent) { // Node 18 has none
    Object.assign(globalThis, {
      CustomEvent: class extends Event {
        /** @param {string} type @param {CustomEventInit} [init] */
        constructor(type, init) {
          super(type, init);
          this.detail = init?.detail;
        }
      },
    });
  }
  if (!globalThis.navigator) Object.assign(globalThis, { navigator: {} });
  const { createRoom } = await import(pathToFileURL(path.join(folder, 'peerface.js')).href);
  const room = await createRoom({ url: 'wss://relay/ws', ...options });
  return { room, page, calls, starts };
}

/** @param {Functions} page @param {string} id */
const showPeer = (page, id, hand = 0) =>
  page.showPeer(id, { name: 'Bob', state: 'connecting', hand }, null);

test('leave() within a handler reaches the core when the core is done (R24)', async (t) => {
  const { room, page, calls } = await makeRoom(t);
  let handled = 0;
  room.addEventListener('peerjoin', () => {
    handled++;
    room.leave();
  });
  showPeer(page, 'a');
  showPeer(page, 'b');
  assert.equal(handled, 0);
  assert.deepEqual(calls, ['start']); // nothing while the core was showing peers
  await Promise.resolve();
  assert.equal(handled, 2);
  assert.deepEqual(calls, ['start', 'leave', 'leave']);
});

test('a mistake in an address is told at once', async (t) => {
  for (const url of ['nonsense:', 'ftp://a.example/ws', 'wss://', 'wss://a.example/ws#x']) {
    await assert.rejects(makeRoom(t, { url }), { name: 'SyntaxError' }, url);
  }
  const { starts } = await makeRoom(t, { url: 'https://a.example/ws' });
  assert.equal(starts[0][0], 'wss://a.example/ws');
});

test('join() with something that is not a string throws, and changes nothing', async (t) => {
  const { room, calls } = await makeRoom(t);
  for (const values of [[1], [undefined], ['tea', null], ['tea', 'Ann', { token: 7 }]]) {
    assert.throws(() => /** @type {any} */ (room).join(...values), { name: 'TypeError' });
  }
  assert.deepEqual(calls, ['start']);
  room.join('tea', 'Ann', { token: 'a.b.c' });
  assert.deepEqual(calls, ['start', 'setToken', 'join']);
});

test('a signal ends the room, also while it is being made', async (t) => {
  const early = new AbortController();
  early.abort();
  await assert.rejects(makeRoom(t, { signal: early.signal }), { name: 'AbortError' });
  const during = new AbortController();
  const making = makeRoom(t, { signal: during.signal });
  during.abort();
  await assert.rejects(making, { name: 'AbortError' });
  const late = new AbortController();
  const { calls } = await makeRoom(t, { signal: late.signal });
  late.abort();
  assert.deepEqual(calls, ['start', 'leave']);
});

test('a name that the core refuses is a RangeError', async (t) => {
  const { room, calls } = await makeRoom(t);
  room.setName('Anna');
  assert.throws(() => room.setName('bad'), { name: 'RangeError' });
  assert.deepEqual(calls, ['start', 'setName', 'setName']);
});

test('a hand is shown with the peer and, of oneself, with the room', async (t) => {
  const { room, page, calls } = await makeRoom(t);
  /** @type {string[]} */
  const heard = [];
  for (const type of ['roomchange', 'peerjoin', 'peerchange']) {
    room.addEventListener(type, () => heard.push(type));
  }
  room.setHand(true);
  page.showRoom({ state: 'joined', hand: 2 });
  showPeer(page, 'a');
  showPeer(page, 'a', 1);
  await Promise.resolve();
  assert.deepEqual(calls, ['start', 'setHand']);
  assert.equal(room.hand, 2);
  assert.equal(room.peers.get('a')?.hand, 1);
  assert.deepEqual(heard, ['roomchange', 'peerjoin', 'peerchange']);
});

test('a reaction names its peer, or nobody when it is one’s own', async (t) => {
  const { room, page, calls } = await makeRoom(t);
  /** @type {any[]} */
  const heard = [];
  room.addEventListener('reaction', (event) => {
    heard.push(/** @type {CustomEvent} */ (event).detail);
  });
  room.react('heart');
  showPeer(page, 'a');
  page.showReaction('a', 'heart');
  page.showReaction('0000000000000000', 'thanks');
  assert.deepEqual(heard, []); // not while the core is showing things
  await Promise.resolve();
  assert.deepEqual(calls, ['start', 'react']);
  assert.deepEqual(heard, [{ peer: room.peers.get('a'), kind: 'heart' },
    { peer: null, kind: 'thanks' }]);
});

/** @param {Room} room */
const texts = (room) => room.messages.map(({ text, state }) => `${text} ${state}`);

test('a late message has its place, but never before one of its sender', async (t) => {
  const { room, page } = await makeRoom(t);
  page.showMessage('a', 7, 1, 'received', 0, 'Ann', 'first');
  page.showMessage('b', 7, 1, 'received', 60000, 'Bob', 'before');
  page.showMessage('a', 7, 2, 'received', 90000, 'Ann', 'second');
  page.showMessage('me', 9, 1, 'sending', 0, 'I', 'last');
  page.showMessage('b', 7, 1, 'received', 0, 'Bob', 'before'); // tried again, and known
  assert.deepEqual(texts(room),
    ['before received', 'first received', 'second received', 'last sending']);
  const [before, , , last] = room.messages;
  assert.deepEqual([before.id, before.peer, before.name], ['b-7-1', 'b', 'Bob']);
  assert.deepEqual([last.id, last.peer], ['me-9-1', undefined]);
  const ageMs = Date.now() - before.time.getTime();
  assert.ok(ageMs >= 60000 && ageMs < 120000);
});

test('what becomes of a message is told once the core is done', async (t) => {
  const { room, page, calls } = await makeRoom(t);
  /** @type {string[]} */
  const heard = [];
  for (const type of ['message', 'messagechange']) {
    room.addEventListener(type, (event) => {
      heard.push(`${type} ${/** @type {CustomEvent} */ (event).detail.text}`);
    });
  }
  page.showMessage('me', 9, 1, 'sending', 0, 'I', 'Hello');
  page.showMessage('me', 9, 1, 'failed', 0, 'I', null);
  page.showMessage('me', 9, 5, 'failed', 0, 'I', null); // not kept any more
  assert.deepEqual(heard, []);
  await Promise.resolve();
  assert.deepEqual(heard, ['message Hello', 'messagechange Hello']);
  room.resend(room.messages[0]);
  assert.deepEqual(calls, ['start', 'say']);
  page.showMessage('me', 9, 1, 'sent', 0, 'I', null);
  room.resend(room.messages[0]);
  assert.deepEqual(calls, ['start', 'say']);
});

test('the last 500 messages are kept', async (t) => {
  const { room, page } = await makeRoom(t);
  for (let i = 1; i <= 501; i++) page.showMessage('a', 7, i, 'received', 0, 'Ann', `message ${i}`);
  assert.equal(room.messages.length, 500);
  assert.equal(room.messages[0].text, 'message 2');
});

test('send() says what is wrong with a text', async (t) => {
  const { room } = await makeRoom(t);
  assert.throws(() => room.send('bad'), { name: 'TypeError' });
  assert.throws(() => room.send(/** @type {any} */ (7)), { name: 'TypeError' });
  assert.throws(() => room.send('a'), { name: 'InvalidStateError' }); // nothing was shown
});

test('messages of before a reload are shown again, and can be sent again', async (t) => {
  const messages = JSON.parse(JSON.stringify([
    { id: 'a-7-1', peer: 'a', name: 'Ann', text: 'Hello', time: new Date(1000), state: 'received' },
    { id: 'me-8-1', name: 'I', text: 'Hi', time: new Date(2000), state: 'sending' },
  ]));
  const { room, page } = await makeRoom(t, { messages });
  assert.deepEqual(texts(room), ['Hello received', 'Hi failed']);
  assert.equal(room.messages[1].time.getTime(), 2000);
  page.showMessage('a', 7, 1, 'received', 9000, 'Ann', 'Hello');
  assert.equal(room.messages.length, 2);
});

test('a channel reaches the peers that have it, and are not behind', async (t) => {
  const { room, page } = await makeRoom(t);
  const none = { getTracks: () => [] };
  /** @type {Record<string, any>} */
  const channels = {};
  for (const [id, channelsSupported] of /** @type {const} */ ([['a', true], ['b', false]])) {
    const sent = /** @type {any[]} */ ([]);
    const send = (/** @type {any} */ data) => sent.push(data);
    channels[id] = { sent, send, readyState: 'open', bufferedAmount: 0 };
    const connection = { pc: null, remote: none, remoteScreen: none };
    page.showPeer(id, { name: id, channelsSupported },
      { ...connection, channels: [{}, channels[id], {}] });
  }
  const channel = await room.openChannel('moves');
  assert.equal(channel.send('e4'), true);
  assert.deepEqual([channels.a.sent, channels.b.sent], [['moves\ne4'], []]);
  assert.equal(channel.send('e4', 'b'), false);
  channels.a.bufferedAmount = 1 << 20;
  assert.equal(channel.bufferedAmount, 1 << 20);
  assert.equal(channel.send('e5'), false);
  assert.equal(channels.a.sent.length, 1);
  /** @type {any[]} */
  const heard = [];
  channel.addEventListener('message', (event) => {
    heard.push(/** @type {CustomEvent} */ (event).detail.data);
  });
  const frame = new TextEncoder().encode('moves\n\n\u0000').buffer;
  for (const data of ['moves\na\nb', 'other\na', 'moves', '', frame]) {
    channels.a.onmessage({ data });
  }
  channel.close();
  channels.a.onmessage({ data: 'moves\nc' });
  assert.deepEqual([heard[0], [...new Uint8Array(heard[1])], heard.length], ['a\nb', [10, 0], 2]);
  await room.openChannel('moves'); // as it is closed
  await assert.rejects(room.openChannel('moves'), { name: 'InvalidStateError' });
  await assert.rejects(room.openChannel('a\nb'), { name: 'RangeError' });
});

test('a peer is as loud as the last packet of its microphone, unless that is old', async (t) => {
  const { room, page } = await makeRoom(t);
  showPeer(page, 'a');
  const peer = /** @type {import('../../web/peerface.js').Peer} */ (room.peers.get('a'));
  assert.equal(peer.level, 0, 'without a connection');
  const source = { audioLevel: 0.3, timestamp: performance.timeOrigin + performance.now() };
  /** @type {any[]} */
  let sources = [source];
  const receiver = (/** @type {string} */ kind, /** @type {() => any[]} */ sourcesOf) =>
    ({ track: { kind }, getSynchronizationSources: sourcesOf });
  const pc = { getReceivers: () => [receiver('video', () => [{ audioLevel: 1 }]),
    receiver('audio', () => sources), receiver('audio', () => [])] };
  const none = { getTracks: () => [] };
  page.showPeer('a', { name: 'Bob' }, { pc, remote: none, remoteScreen: none });
  assert.equal(peer.level, 0.3);
  page.showPeer('a', { name: 'Bo' }, null); // nothing new of the connection
  assert.equal(peer.level, 0.3);
  source.timestamp -= 2000;
  assert.equal(peer.level, 0, 'it sends nothing any more');
  sources = [{ timestamp: performance.timeOrigin + performance.now() }];
  assert.equal(peer.level, 0, 'the browser does not tell');
  sources = [];
  assert.equal(peer.level, 0);
});

test('record() says that the room was made without an event log', async (t) => {
  const { room } = await makeRoom(t);
  assert.throws(() => room.record(), { name: 'InvalidStateError' });
});

test('a handler that throws disturbs neither the core nor other handlers (R23)', async (t) => {
  const { room, page, calls } = await makeRoom(t);
  /** @type {string[]} */
  const heard = [];
  /** @type {Error[]} */
  const reported = [];
  process.setUncaughtExceptionCaptureCallback((error) => reported.push(error));
  t.after(() => process.setUncaughtExceptionCaptureCallback(null));
  room.addEventListener('peerjoin', () => {
    throw new Error('a mistake of the page');
  });
  room.addEventListener('peerjoin', (event) => {
    heard.push(/** @type {CustomEvent} */ (event).detail.peer.id);
  });
  showPeer(page, 'a'); // does not throw
  showPeer(page, 'b');
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(heard, ['a', 'b']);
  assert.deepEqual([...room.peers.keys()], ['a', 'b']);
  assert.deepEqual(reported.map(({ message }) => message), Array(2).fill('a mistake of the page'));
  room.setCamera(false);
  assert.deepEqual(calls, ['start', 'setSource']);
});

test('replaceTrack() takes a track of that kind that has not ended, or none', async (t) => {
  const { room, calls } = await makeRoom(t);
  const track = (/** @type {string} */ kind, readyState = 'live') =>
    /** @type {any} */ ({ kind, readyState });
  room.replaceTrack('video', track('video'));
  room.replaceTrack('audio', null);
  assert.deepEqual(calls.filter((name) => name === 'setTrack').length, 2);
  const wrong = [['audio', track('video')], ['film', track('film')], ['film', null]];
  for (const values of wrong) {
    assert.throws(() => room.replaceTrack(.../** @type {[any, any]} */ (values)), TypeError);
  }
  assert.throws(() => room.replaceTrack('video', track('video', 'ended')),
    { name: 'InvalidStateError' });
  assert.equal(calls.filter((name) => name === 'setTrack').length, 2);
});

test('join() after leave() starts anew, as another member, as it was switched last', async (t) => {
  const { room, page, calls } = await makeRoom(t, { microphone: 'none', ticket: 'old' });
  const source = { interrupted: false, state: 'idle', error: '', deviceId: '' };
  page.showLocal('microphone', { ...source, wanted: false }, null);
  page.showLocal('camera', { ...source, wanted: false, deviceId: 'cam' }, null);
  page.showRoom({ state: 'left', ticket: '' });
  room.join('tea', 'Ann');
  assert.deepEqual(calls.slice(-3), ['start', 'setToken', 'join']);
  page.showRoom({ state: 'lobby' });
  room.join('tea', 'Ann');
  assert.deepEqual(calls.slice(-2), ['setToken', 'join'], 'and once only');
});

test('join() after leave() sends what was sent last, and nothing that has ended', async (t) => {
  const url = 'wss://a.example/ws';
  const { room, page, starts } = await makeRoom(t, { url, microphoneId: 'x' });
  const source = { interrupted: false, state: 'live', error: '', deviceId: 'mic', wanted: true };
  const again = () => {
    page.showRoom({ state: 'left' });
    room.join('tea', 'Ann');
    const [relay, ticket, microphone, microphoneId, , , tracks] = starts.at(-1) ?? [];
    assert.deepEqual([relay, ticket], [url, '']);
    page.showRoom({ state: 'lobby' });
    return { microphone, microphoneId, tracks };
  };
  const track = (/** @type {string} */ kind) => /** @type {any} */ ({ kind, readyState: 'live' });
  const [sound, picture] = [track('audio'), track('video')];
  room.replaceTrack('audio', sound);
  room.replaceTrack('video', picture);
  assert.deepEqual(again().tracks, [sound, picture]);
  picture.readyState = 'ended';
  assert.deepEqual(again().tracks, [sound, undefined]);
  room.selectMicrophone('mic'); // back to a device
  page.showLocal('microphone', source, null);
  assert.deepEqual(again(),
    { microphone: true, microphoneId: 'mic', tracks: [undefined, undefined] });
});

test('a token that is too long does not begin anything', async (t) => {
  const { room, page, calls } = await makeRoom(t);
  page.showRoom({ state: 'left' });
  assert.throws(() => room.join('tea', 'Ann', { token: 'a'.repeat(10) }), { name: 'RangeError' });
  assert.deepEqual(calls.filter((name) => name === 'start' || name === 'join'), ['start']);
  room.join('tea', 'Ann', { token: 'a.b' });
  assert.deepEqual(calls.slice(-3), ['start', 'setToken', 'join'], 'the token is there at the end');
});

/**
 * Lets HTTP give an answer by address; any other address is not reached.
 * @param {Record<string, object>} answers
 */
const answering = (answers) => Object.assign(globalThis, {
  fetch: async (/** @type {string} */ url) => {
    const found = Object.entries(answers).find(([start]) => url.startsWith(start));
    if (!found) throw new TypeError('not reached');
    return { ok: true, status: 200, json: async () => found[1], ...found[1] };
  },
  location: { origin: 'https://page.example' },
});

test('a relay that refuses the page is told from one that is away', async (t) => {
  const { pass } = fakeTimers(t);
  const { room, page } = await makeRoom(t, { url: 'wss://page.example/x/ws' });
  /** @type {string[]} */
  const heard = [];
  room.addEventListener('roomchange', () => heard.push(room.reason));
  const settle = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
    return room.reason;
  };
  answering({});
  page.showRoom({ state: 'joining', reason: '', relayAway: true });
  pass(1000);
  assert.equal(await settle(), '', 'it is not reached');
  answering({ 'https://page.example/x/healthz?origin=https%3A%2F%2Fpage.example':
    { origin: 'allowed' }, 'https://page.example/x/ws': { ok: false, status: 426 } });
  pass(10000);
  assert.equal(await settle(), '', 'it would accept a WebSocket');
  answering({ 'https://page.example/x/healthz': { origin: 'refused' } });
  pass(10000);
  assert.equal(await settle(), 'relay-refused');
  assert.equal(heard.at(-1), 'relay-refused');
  page.showRoom({ state: 'joining', reason: '', relayAway: true }); // something else has changed
  assert.equal(await settle(), 'relay-refused');
  page.showRoom({ state: 'joined', reason: '', relayAway: false });
  assert.equal(await settle(), '');
  answering({ 'https://page.example/x/ws': { ok: false, status: 404 } });
  page.showRoom({ state: 'joining', reason: '', relayAway: true });
  pass(1000);
  assert.equal(await settle(), '', 'it may be restarting');
  pass(10000);
  assert.equal(await settle(), 'relay-refused', 'there is no relay at this path');
  page.showRoom({ state: 'joined', reason: '', relayAway: false, self: 'a' });
  page.showRoom({ state: 'reconnecting', reason: '', relayAway: true });
  for (let i = 0; i < 3; i++) {
    pass(10000);
    assert.equal(await settle(), '', 'there was one');
  }
  page.showRoom({ state: 'left', reason: '', relayAway: true });
  pass(30000);
  assert.equal(await settle(), '');
});

test('after its signal was aborted a room stays left', async (t) => {
  const ending = new AbortController();
  const { room, page, calls } = await makeRoom(t, { signal: ending.signal });
  ending.abort();
  page.showRoom({ state: 'left' });
  room.join('tea');
  assert.equal(calls.filter((name) => name === 'start').length, 1);
});

test('a browser without WebAssembly, or without memory for it, is told as such', async (t) => {
  const { WebAssembly } = globalThis;
  t.after(() => Object.assign(globalThis, { WebAssembly }));
  Object.assign(globalThis, { WebAssembly: undefined });
  await assert.rejects(makeRoom(t), { name: 'NotSupportedError' });
  Object.assign(globalThis, { WebAssembly });
  const full = (/** @type {any} */ { instantiate }) => new Promise((resolve) => {
    instantiate({}).then(resolve);
  });
  const { instantiate } = await import(new URL('../../web/peerface-load.js', import.meta.url).href);
  const failing = async (/** @type {Error} */ error) => {
    t.mock.method(WebAssembly, 'instantiate', async () => Promise.reject(error));
    return instantiate(full, /** @type {any} */ ({}), {});
  };
  await assert.rejects(failing(new RangeError('Out of memory')), { name: 'RangeError' });
  await assert.rejects(failing(new Error('out of memory')), { name: 'RangeError' });
  // Of another version than the script, as out of a cache.
  await assert.rejects(failing(new WebAssembly.LinkError('no import')), { name: 'LinkError' });
});

test('a .wasm that cannot be had is told as such, and the next room tries again', async (t) => {
  const { loadWasm } = await import(new URL('../../web/peerface-load.js', import.meta.url).href);
  const { fetch } = globalThis;
  t.after(() => Object.assign(globalThis, { fetch }));
  const giving = (/** @type {() => any} */ answer) => {
    Object.assign(globalThis, { fetch: async () => answer() });
    return loadWasm('https://a.example/x.wasm');
  };
  const bytesOf = (/** @type {string} */ text) => ({
    ok: true, arrayBuffer: async () => new TextEncoder().encode(text).buffer,
  });
  await assert.rejects(giving(() => { throw new TypeError('Failed to fetch'); }),
    { name: 'NetworkError', message: /x\.wasm: .*Failed to fetch/ });
  await assert.rejects(giving(() => ({ ok: false, status: 404 })),
    { name: 'NetworkError', message: /HTTP 404/ });
  await assert.rejects(giving(() => bytesOf('<!doctype html>')),
    { name: 'NetworkError', message: /no WebAssembly/ });
  await assert.rejects(giving(() => bytesOf('\0asm\x01\0\0\0\xff')), { name: 'CompileError' });
  assert.ok(await giving(() => bytesOf('\0asm\x01\0\0\0')) instanceof WebAssembly.Module);
});
