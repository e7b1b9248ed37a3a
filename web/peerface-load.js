/* peerface-load.js - where the relay and the wasm are, how that gets here, and whether this may. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('./peerface.js').Wasm} Wasm */

/** @type {Map<string|Wasm, Promise<WebAssembly.Module>>} compiled once for all rooms of a page */
const modules = new Map();

/**
 * @param {string} url
 * @param {string} message
 * @param {unknown} [cause]
 */
function networkError(url, message, cause) {
  return Object.assign(new Error(`${url}: ${message}`, { cause }), { name: 'NetworkError' });
}

/** @param {string} url */
async function download(url) {
  const response = await fetch(url).catch((error) => {
    throw networkError(url, error.message, error);
  });
  if (!response.ok) throw networkError(url, `HTTP ${response.status}`);
  const bytes = await response.arrayBuffer();
  // Many servers send a page in place of a file that they do not have.
  const isWasm = new TextDecoder().decode(bytes.slice(0, 4)) === '\0asm';
  if (!isWasm) throw networkError(url, 'no WebAssembly is served there');
  return bytes;
}

/** @param {string|Wasm} source a URL or the bytes */
async function compile(source) {
  if (!globalThis.WebAssembly) throw new DOMException('no WebAssembly', 'NotSupportedError');
  if (source instanceof WebAssembly.Module) return source;
  return WebAssembly.compile(typeof source === 'string' ? await download(source) : source);
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
        reject(error instanceof WebAssembly.LinkError ? error
          : new RangeError('the browser has no memory for another room', { cause: error }));
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

/** @typedef {''|'unreached'|'refused'|'allowed'} Answer  of `healthz`; '' if it is not clear */

/** The first question; a relay that restarts is back by then. */
const firstAskMs = 1000;
const askEveryMs = 10000;
const answerMs = 5000;

/**
 * Asks a relay whether it takes WebSockets of pages of an origin. A WebSocket that cannot be opened
 * tells a page nothing but that: a server that is down, a person without internet, a relay that
 * refuses the page's origin and a proxy that does not pass upgrades all look alike. Its `healthz`
 * takes the same way without an upgrade, and says how the relay judges the origin.
 * @param {string|URL} base what it is beside
 * @param {string} origin of the page
 * @returns {Promise<Answer>}
 */
export async function askRelay(base, origin) {
  const url = new URL('healthz', base);
  url.searchParams.set('origin', origin);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), answerMs);
  try {
    const response = await fetch(url.href, { cache: 'no-store', signal: abort.signal });
    if (!response.ok) return 'unreached'; // a proxy whose relay is down
    const { origin: answer } = await response.json();
    return answer === 'refused' || answer === 'allowed' ? answer : '';
  } catch (error) {
    // Something else answers there, and not in JSON: no reason to blame anybody.
    return error instanceof SyntaxError ? '' : 'unreached';
  } finally {
    clearTimeout(timer);
  }
}

/** Whether there is nothing at this address, as far as the browser tells. @param {URL} url */
async function isMissing(url) {
  if (url.origin !== location.origin) return false;
  return fetch(url.href, { cache: 'no-store' }).then(({ status }) => status === 404, () => false);
}

/** Finds out why the relay is away, for as long as it is and that is not known. */
export class RefusalProbe {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  #away = false;
  #told;
  /** The relay refuses this page. */
  refused = false;

  /** @param {() => void} told `refused` has become true */
  constructor(told) {
    this.#told = told;
  }

  /**
   * @param {boolean} away
   * @param {string|undefined} relay its address
   * @param {boolean} known it has let this page in before, so that the address is right
   */
  watch(away, relay, known) {
    if (away === this.#away) return;
    this.#away = away;
    this.refused = false;
    clearTimeout(this.#timer);
    if (!away) return;
    const url = new URL(relayUrl(relay));
    url.protocol = url.protocol.replace('ws', 'http');
    this.#askIn(firstAskMs, url, false, !known);
  }

  /**
   * @param {number} ms
   * @param {URL} url
   * @param {boolean} doubts the address: an answer other than 404 is an error in the console, so
   *   that nothing is asked there while the relay may just be restarting
   * @param {boolean} mayDoubt later
   */
  #askIn(ms, url, doubts, mayDoubt) {
    const timer = setTimeout(async () => {
      const refused = await askRelay(url, location.origin) === 'refused'
        || (doubts && await isMissing(url));
      if (this.#timer !== timer || !this.#away) return; // it is back, or away again
      this.refused = refused;
      if (refused) this.#told();
      else this.#askIn(askEveryMs, url, mayDoubt, mayDoubt);
    }, ms);
    this.#timer = timer;
  }
}
