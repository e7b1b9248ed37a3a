/* peerface-load.js - where the relay and the wasm are, and how the latter gets here. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('./peerface.js').Wasm} Wasm */


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
