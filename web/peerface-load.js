/* peerface-load.js - where the relay and the wasm are, and how the latter gets here. */
/* SPDX-License-Identifier: MIT */

/** @type {Map<string, Promise<ArrayBuffer>>} by URL; loaded once for all rooms of a page */
const files = new Map();

/** @param {string} url */
async function fetchWasm(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  const bytes = await response.arrayBuffer();
  await WebAssembly.compile(bytes); // rejects with a reason, which the runtime would not
  return bytes;
}

/** @param {string} url */
export function loadWasm(url) {
  const known = files.get(url);
  if (known) return known;
  const loading = fetchWasm(url);
  files.set(url, loading);
  loading.catch(() => files.delete(url)); // the next room tries again
  return loading;
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
