/* peerface-load.js - where the relay and the wasm are, and how the latter gets here. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('./peerface.js').Wasm} Wasm */
/**
 * Why a room is 'refused': the room or the relay is full, the name of the room or of the person is
 * not allowed (1 to 64 and 0 to 64 bytes of UTF-8 without control characters), another tab of this
 * browser has taken the membership over, or the browser has no RTCPeerConnection. A relay that asks
 * for tokens got none, one that is not valid or not yet, one that has expired, or one for another
 * room. Or a host has not let the member in, or has removed it.
 * @typedef {'room-full'|'relay-full'|'bad-room'|'bad-name'|'replaced'|'no-webrtc'|'token-missing'
 *   |'token-invalid'|'token-expired'|'token-room'
 *   |'refused'|'removed'|''} RefusalReason
 */
/**
 * @typedef {object} RoomOptions
 * @property {string} [url]      of the relay; default: 'ws' in the folder this module came from,
 *                               which suits a module that the relay itself serves
 * @property {boolean|'none'} [microphone]  unmuted from the start; default true. It is opened and
 *                               asked for also when muted: unmuting then takes no time. 'none': not
 *                               used; nobody is asked for it before setMicrophone(true)
 * @property {boolean|'none'} [camera]  on from the start; default true
 * @property {MediaStream} [stream]  tracks of the page's own, in place of microphone and camera, as
 *                               by replaceTrack(); a kind that is not in it is captured
 * @property {string} [microphoneId] preferred; if it is not available, another one is used
 * @property {string} [cameraId]
 * @property {RTCIceTransportPolicy} [iceTransportPolicy]  'relay': calls go through the relay's
 *                               TURN servers only, so that the others do not learn this network
 *                               address; default 'all', unless the relay asks for 'relay'
 * @property {MediaTrackConstraints} [audio]  added to the constraints of getUserMedia()
 * @property {MediaTrackConstraints} [video]
 * @property {string} [ticket]   room.ticket from before a reload: resumes the same membership
 * @property {import('./peerface.js').Message[]} [messages]  room.messages from before a reload, also out of JSON: they are
 *                               shown again beside what the others still have. One's own that were
 *                               'sending' are 'failed', since nobody sends them any more
 * @property {boolean} [record]   keeps an event log, for record(); loads peerface-core-recording.js
 *                               and .wasm instead of peerface-core.js and .wasm; default false
 * @property {string} [wasmUrl]  of that .wasm; default: beside this module
 * @property {Wasm} [wasm]       its bytes, or what WebAssembly.compile() made of them, in place of
 *                               loading them
 * @property {AbortSignal} [signal]  ends the room as leave() does, also while it is being made
 */


/** @type {Map<string|Wasm, Promise<WebAssembly.Module>>} compiled once for all rooms of a page */
const modules = new Map();

/** @param {string|Wasm} source a URL or the bytes */
async function compile(source) {
  if (!globalThis.WebAssembly) throw new DOMException('no WebAssembly', 'NotSupportedError');
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source !== 'string') return WebAssembly.compile(source);
  const response = await fetch(source);
  if (!response.ok) throw new Error(`${source}: HTTP ${response.status}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** @param {string|Wasm} source */
export function loadWasm(source) {
  const known = modules.get(source);
  if (known) return known;
  const loading = compile(source);
  modules.set(source, loading);
  loading.catch(() => modules.delete(source)); // the next room tries again
  return loading;
}

/**
 * An instance of its own for each room. The browser reserves address space for it, and has an end:
 * Chromium with 124 in a page.
 * @param {typeof import('./peerface-core.js').default} create
 * @param {WebAssembly.Module} module
 * @param {import('./peerface-core.js').CoreOptions} options
 * @returns {Promise<{core: any}>}
 */
export function instantiate(create, module, options) {
  return new Promise((resolve, reject) => {
    const run = async (/** @type {WebAssembly.Imports} */ imports) => {
      try {
        return { instance: await WebAssembly.instantiate(module, imports) };
      } catch (error) {
        reject(new RangeError('the browser has no memory for another room', { cause: error }));
        return new Promise(() => {}); // what the runtime waits for
      }
    };
    create({ ...options, instantiate: run }).then(resolve, reject);
  });
}

// Not within a function: a bundler finds the files by these expressions.
export const wasmUrlDefault = new URL('peerface-core.wasm', import.meta.url).href;
export const wasmUrlRecording = new URL('peerface-core-recording.wasm', import.meta.url).href;

/**
 * @param {string} [given] relative to the page
 * @throws {SyntaxError} a DOMException, as WebSocket() has it: if it is no address of a WebSocket
 */
export function relayUrl(given) {
  // Not new URL('ws', import.meta.url): a bundler takes that for a file to include.
  const base = given === undefined ? new URL(import.meta.url) : document.baseURI;
  try {
    const url = new URL(given ?? 'ws', base);
    url.protocol = url.protocol.replace('http', 'ws');
    if (/^wss?:$/.test(url.protocol) && !url.hash) return url.href;
  } catch { // told below
  }
  throw new DOMException(`${given} is no address of a WebSocket`, 'SyntaxError');
}
