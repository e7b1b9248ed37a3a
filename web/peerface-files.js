/* peerface-files.js - files from page to page: read, sent, received and stored. */
/* SPDX-License-Identifier: MIT */

/*
 * Loaded by the first file. Who may send what, and from where on, is decided by the core, which
 * says so to show(). Here are the bytes, of which a few blocks at a time are in memory.
 * PROTOCOL.md, section 5.5, has their format. Between them, as text, goes why a file has failed:
 *
 *   {"type":"file-answer","number":9,"error":"QuotaExceededError"}
 *
 * The type is that of the message that says `failed`. It may come after it, as that takes another
 * channel, or not at all.
 */

import { openStorage } from './peerface-storage.js';

export { removeLeftovers } from './peerface-storage.js';

/** @typedef {import('./peerface.js').Room} Room */
/** @typedef {import('./peerface.js').Peer} Peer */
/** @typedef {import('./peerface-storage.js').Storage} Storage */
/** @typedef {{bytes: Uint8Array<ArrayBuffer>, hash: ArrayBuffer}} Block */
/** The data channels of a peer. @typedef {(peer: Peer) => RTCDataChannel[]|undefined} ChannelsOf */
/**
 * What the core offers for files.
 * @typedef {object} FilesCore
 * @property {(id: string, name: string, size: number) => void} offerFile
 * @property {(id: string, state: string, number: number, own: boolean, offset: number) => void
 *   } setFile
 */
/**
 * 'offered': the receiver has not answered. 'accepted': its bytes are on the way. 'paused': the
 * same, but the connection is disturbed or lost; it goes on by itself. The others are final.
 * 'done': the receiver has stored all of it. 'declined': the receiver does not want it.
 * 'cancelled': by either side. 'failed': see `error`, or the peer has left or reloaded.
 * @typedef {'offered'|'accepted'|'paused'|'done'|'declined'|'cancelled'|'failed'} TransferState
 */

const blockSize = 262144;
const hashSize = 32;
const headSize = 8;
const messageSizeMax = 65536;
/** What may be on the way beyond what the receiver has stored. */
const windowSize = 8388608;
/** What may wait in the browser: little, so that messages and media are not held up. */
const bufferedMax = 1048576;
const bufferedLow = 262144;
const sizeMax = 4294967295;
/** Of those that have failed, how many may still be explained. */
const unexplainedMax = 8;
/** Between two events that tell of progress. */
const progressMs = 250;

const nameLength = 100;
const reserved = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/**
 * A name that can be shown and stored, whatever somebody else has chosen: without what separates
 * paths, controls, hides or turns text around, or names a device.
 * @param {string} name
 */
export function safeName(name) {
  const clean = name.normalize('NFC')
    .replace(/[\p{Cc}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu, '')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/\p{Zs}+/gu, ' ')
    .replace(/^[ .]+|[ .]+$/g, '');
  const signs = [...clean];
  const dot = signs.lastIndexOf('.');
  const ending = dot > 0 && signs.length - dot <= 16 ? signs.slice(dot) : [];
  let stem = signs.slice(0, signs.length - ending.length).slice(0, nameLength - ending.length);
  const bytes = () => new TextEncoder().encode([...stem, ...ending].join('')).length;
  while (bytes() > 250) stem = stem.slice(0, -1); // 255 in the file systems
  const short = [...stem, ...ending].join('');
  return reserved.test(short) ? `_${short}` : short || 'file';
}

/** @param {ArrayBuffer} first @param {Uint8Array} second */
function isEqual(first, second) {
  const bytes = new Uint8Array(first);
  return bytes.every((byte, index) => byte === second[index]);
}

/**
 * A file that is offered, or under way, between this page and a peer's. Events, each a CustomEvent
 * without detail:
 *   change     `state` has changed
 *   progress   `moved` or `speed` has; a few times a second at the most
 */
export class Transfer extends EventTarget {
  /** @readonly @type {Peer} */
  peer;
  /** It is one's own; else it is the peer's. @readonly @type {boolean} */
  outgoing;
  /** Without anything that could mislead; see safeName(). @readonly @type {string} */
  name;
  /** In bytes. @readonly @type {number} */
  size;
  /** Read only, as are the next four. @type {TransferState} */
  state = 'offered';
  /** Of `size`: what the receiver has stored; of a peer's file, what has arrived. */
  moved = 0;
  /** In bytes per second. */
  speed = 0;
  /**
   * With 'failed', the name of a DOMException: 'NotReadableError' (it was changed or removed),
   * 'QuotaExceededError' (there is no room for it), 'DataError' (what has arrived is not what was
   * sent), 'NotSupportedError' (not a secure context), or another of the file system, here or at
   * the other side. '': the peer has left or reloaded, or its client does not tell. It may become
   * known after the end, which is one more 'change'.
   */
  error = '';
  /** One's own; of a peer's, what has arrived, when it is 'done'. @type {File|Blob|null} */
  file = null;

  #core;
  #number;
  #tellWhy;
  #timer = /** @type {ReturnType<typeof setTimeout>|undefined} */ (undefined);
  #told = { moved: 0, at: 0 };
  /** @type {RTCDataChannel|undefined} */
  #channel;
  /* of one's own */
  #position = 0;
  #sending = false;
  #wake = () => {};
  /** By offset. @type {Map<number, Promise<Block>>} */
  #blocks = new Map();
  /* of the peer's */
  /** @type {Storage|undefined} */
  #storage;
  #accepting = false;
  #stored = 0;
  #received = 0;
  #block = new Uint8Array(0);
  #hash = new Uint8Array(0);
  /** @type {Promise<void>} */
  #storing = Promise.resolve();

  /**
   * For a Files only.
   * @param {FilesCore} core
   * @param {Peer} peer
   * @param {number} number
   * @param {string} name
   * @param {number} size
   * @param {File|Blob|undefined} file one's own
   * @param {(error: string) => void} tellWhy tells the peer why it fails
   */
  constructor(core, peer, number, name, size, file, tellWhy) {
    super();
    this.#core = core;
    this.#tellWhy = tellWhy;
    this.#number = number;
    this.peer = peer;
    this.outgoing = file !== undefined;
    this.name = safeName(name);
    this.size = size;
    this.file = file ?? null;
  }

  /**
   * Accepts a peer's file, which is 'offered'. It is stored in the origin private file system, or
   * in memory where there is none; then it must not have more than 256 MiB.
   * @param {FileSystemFileHandle} [handle] of where to store it instead, from showSaveFilePicker()
   */
  async accept(handle) {
    if (this.outgoing || this.state !== 'offered' || this.#accepting) return;
    this.#accepting = true;
    try {
      if (!globalThis.crypto?.subtle) throw new DOMException('no https:', 'NotSupportedError');
      this.#storage = await openStorage(this.size, handle);
      this.#set('accepted', 0);
      if (this.size === 0) this.#finish();
    } catch (error) {
      this.#fail(error);
    }
    if (!this.#moves()) this.#storage?.abort();
  }

  /** Declines a peer's file, which is 'offered'. */
  decline() {
    if (!this.outgoing) this.#set('declined');
  }

  /** Ends it, at both sides. */
  cancel() {
    this.#set('cancelled');
  }

  /**
   * For a Files only: what the core says of it.
   * @param {TransferState} state
   * @param {number} offset
   * @param {RTCDataChannel|undefined} channel that its bytes go over
   */
  show(state, offset, channel) {
    const isNew = state !== this.state;
    this.state = state;
    if (state === 'accepted' && channel && channel !== this.#channel) {
      this.#channel = channel;
      this.#position = offset - offset % blockSize;
      if (this.outgoing) this.#listen(channel);
    }
    if (this.outgoing && offset > this.moved) this.#move(offset);
    if (state === 'accepted' && this.outgoing && !this.#sending) this.#send();
    if (isNew) {
      this.speed = 0;
      this.#told = { moved: this.moved, at: performance.now() };
      queueMicrotask(() => this.dispatchEvent(new CustomEvent('change')));
      if (state === 'cancelled' || state === 'failed') this.#storage?.abort();
      if (!this.#moves()) this.#channel = undefined;
    }
    this.#wake();
  }

  #moves() {
    return this.state === 'accepted' || this.state === 'paused';
  }

  /** @param {string} state @param {number} [offset] */
  #set(state, offset = 0) {
    this.#core.setFile(this.peer.id, state, this.#number, this.outgoing, offset);
  }

  /** @param {unknown} error */
  #fail(error) {
    if (!this.#moves() && this.state !== 'offered') return;
    if (!this.error) this.error = error instanceof Error ? error.name : 'Error';
    this.#tellWhy(this.error);
    this.#set('failed');
  }

  /**
   * For a Files only: why it has failed at the other side, or will have in a moment.
   * @param {string} error
   */
  explain(error) {
    if (this.error || !['offered', 'accepted', 'paused', 'failed'].includes(this.state)) return;
    this.error = error;
    if (this.state === 'failed') this.dispatchEvent(new CustomEvent('change'));
  }

  /** @param {number} moved */
  #move(moved) {
    this.moved = moved;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const now = performance.now();
      const seconds = (now - this.#told.at) / 1000;
      const speed = (this.moved - this.#told.moved) / seconds;
      this.#told = { moved: this.moved, at: now };
      this.speed = this.speed ? this.speed * 0.7 + speed * 0.3 : speed;
      this.dispatchEvent(new CustomEvent('progress'));
    }, progressMs);
  }

  /* ---- sending ---- */

  /** @param {RTCDataChannel} channel */
  #listen(channel) {
    channel.bufferedAmountLowThreshold = bufferedLow;
    for (const type of ['bufferedamountlow', 'open', 'close']) {
      channel.addEventListener(type, () => this.#wake());
    }
  }

  /** The block at `offset`, and its hash. @param {number} offset */
  #read(offset) {
    const known = this.#blocks.get(offset);
    if (known) return known;
    const slice = /** @type {Blob} */ (this.file).slice(offset, offset + blockSize);
    const reading = slice.arrayBuffer().then(async (buffer) => {
      const whole = Math.min(blockSize, this.size - offset);
      if (buffer.byteLength !== whole) throw new DOMException('cut', 'NotReadableError');
      return {
        bytes: new Uint8Array(buffer), hash: await crypto.subtle.digest('SHA-256', buffer),
      };
    });
    this.#blocks.set(offset, reading);
    reading.catch(() => {}); // whoever needs it hears of it
    return reading;
  }

  /** Sends from its first acceptance to its end. */
  async #send() {
    this.#sending = true;
    try {
      while (this.#moves()) {
        const channel = this.#channel;
        const at = this.#position;
        if (this.state === 'paused' || at >= Math.min(this.size, this.moved + windowSize)
          || channel?.readyState !== 'open' || channel.bufferedAmount > bufferedMax) {
          await new Promise((resolve) => {
            this.#wake = () => resolve(undefined);
          });
          continue;
        }
        const start = at - at % blockSize;
        const { bytes, hash } = await this.#read(start);
        if (channel !== this.#channel || channel.readyState !== 'open') continue;
        for (const offset of this.#blocks.keys()) {
          if (offset !== start) this.#blocks.delete(offset);
        }
        if (start + blockSize < this.size) this.#read(start + blockSize);
        this.#position = at + this.#sendPiece(channel, at, bytes.subarray(at - start), hash);
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#blocks.clear();
  }

  /**
   * @param {RTCDataChannel} channel
   * @param {number} at
   * @param {Uint8Array} bytes the rest of the block
   * @param {ArrayBuffer} hash of the whole block
   * @returns {number} how many of them are sent
   */
  #sendPiece(channel, at, bytes, hash) {
    const head = headSize + (at % blockSize === 0 ? hashSize : 0);
    const count = Math.min(bytes.length, messageSizeMax - head);
    const message = new Uint8Array(head + count);
    const view = new DataView(message.buffer);
    view.setUint32(0, this.#number);
    view.setUint32(4, at);
    if (head > headSize) message.set(new Uint8Array(hash), headSize);
    message.set(bytes.subarray(0, count), head);
    channel.send(message);
    return count;
  }

  /* ---- receiving ---- */

  /**
   * For a Files only: a message of bytes.
   * @param {number} at
   * @param {Uint8Array<ArrayBuffer>} body
   */
  take(at, body) {
    if (this.outgoing || !this.#storage || !this.#moves()) return; // not accepted, or over
    const begins = at % blockSize === 0;
    const bytes = begins ? body.subarray(hashSize) : body;
    const blockStart = this.#received - this.#received % blockSize;
    const blockEnd = Math.min(blockStart + blockSize, this.size);
    const known = this.#received - at;
    if (known >= bytes.length) return; // from before the last connection
    if (known < 0 || at < blockStart || at + bytes.length > blockEnd
      || this.#received - this.#stored > windowSize) {
      this.#fail(new DOMException('not what is to come', 'DataError'));
      return;
    }
    if (begins) this.#hash = body.slice(0, hashSize);
    if (this.#block.length === 0) this.#block = new Uint8Array(blockEnd - blockStart);
    this.#block.set(bytes.subarray(known), this.#received - blockStart);
    this.#received = at + bytes.length;
    this.#move(this.#received);
    if (this.#received === blockEnd) this.#store(this.#block, this.#hash, blockEnd);
  }

  /** @param {Uint8Array<ArrayBuffer>} block @param {Uint8Array} hash @param {number} end */
  #store(block, hash, end) {
    const hashing = crypto.subtle.digest('SHA-256', block);
    this.#block = new Uint8Array(0);
    this.#storing = this.#storing.then(async () => {
      if (!isEqual(await hashing, hash)) throw new DOMException('another hash', 'DataError');
      if (!this.#moves()) return;
      await this.#storage?.write(block);
      this.#stored = end;
      this.#set('accepted', end);
      if (end === this.size) await this.#finish();
    }).catch((error) => this.#fail(error));
  }

  async #finish() {
    try {
      this.file = await /** @type {Storage} */ (this.#storage).close(this.name);
      this.#set('done', this.size);
    } catch (error) {
      this.#fail(error);
    }
  }
}

/** The files of a room. */
export class Files {
  #room;
  #core;
  #channelsOf;
  /** Those that have not ended, by peer, side and number. @type {Map<string, Transfer>} */
  #transfers = new Map();
  /** Those that have failed, and the peer has not said why. @type {Map<string, Transfer>} */
  #unexplained = new Map();
  /** One's own that is just being offered. @type {File|Blob|undefined} */
  #offering;
  /** @type {Transfer|undefined} */
  #offered;

  /**
   * @param {Room} room
   * @param {FilesCore} core
   * @param {ChannelsOf} channelsOf
   */
  constructor(room, core, channelsOf) {
    this.#room = room;
    this.#core = core;
    this.#channelsOf = channelsOf;
  }

  /**
   * See room.sendFile().
   * @param {File|Blob} file
   * @param {{to?: Peer, name?: string}} [options]
   */
  send(file, options = {}) {
    const { to, name = file instanceof File ? file.name : 'file' } = options;
    if (!(file instanceof Blob)) throw new TypeError('not a file');
    // One who has left, and is not in `peers` any more, must not become everybody.
    if ('to' in options && !to) throw new TypeError('to is nobody');
    if (file.size > sizeMax) throw new RangeError(`${file.size} bytes; at most ${sizeMax}`);
    if (!globalThis.crypto?.subtle) throw new DOMException('needs https:', 'NotSupportedError');
    /** @type {Transfer[]} */
    const offered = [];
    this.#offering = file;
    for (const peer of to ? [to] : this.#room.peers.values()) {
      this.#offered = undefined;
      this.#core.offerFile(peer.id, safeName(name), file.size);
      if (this.#offered) offered.push(this.#offered);
    }
    this.#offering = this.#offered = undefined;
    if (!offered.length) throw new DOMException('nobody can take it now', 'InvalidStateError');
    return offered;
  }

  /**
   * What the core says of a file.
   * @param {string} id of the peer
   * @param {number} number
   * @param {boolean} own
   * @param {TransferState} state
   * @param {number} offset
   * @param {number} size
   * @param {string|null} name null: it was shown before
   */
  show(id, number, own, state, offset, size, name) {
    const key = `${id}${own}${number}`;
    const peer = this.#room.peers.get(id);
    const known = this.#transfers.get(key);
    if (name !== null && peer) {
      const transfer = new Transfer(this.#core, peer, number, name, size,
        own ? this.#offering : undefined, (error) => this.#tellWhy(peer, own, number, error));
      this.#transfers.set(key, transfer);
      this.#listen(peer);
      if (own) this.#offered = transfer;
      queueMicrotask(() =>
        this.#room.dispatchEvent(new CustomEvent('file', { detail: transfer })));
    } else if (known) {
      known.show(state, offset, this.#listen(known.peer));
      if (!['offered', 'accepted', 'paused'].includes(state)) {
        this.#transfers.delete(key);
        if (state === 'failed' && !known.error) this.#keepUnexplained(key, known);
      }
    }
  }

  /** @param {Peer} peer @returns {RTCDataChannel|undefined} the one for files */
  #listen(peer) {
    const channel = this.#channelsOf(peer)?.[3];
    if (channel) channel.onmessage = ({ data }) => this.#take(peer.id, data);
    return channel;
  }

  /** @param {string} key @param {Transfer} transfer */
  #keepUnexplained(key, transfer) {
    this.#unexplained.set(key, transfer);
    const [oldest] = this.#unexplained.keys();
    if (this.#unexplained.size > unexplainedMax) this.#unexplained.delete(oldest);
  }

  /** @param {Peer} peer @param {boolean} own @param {number} number @param {string} error */
  #tellWhy(peer, own, number, error) {
    const channel = this.#channelsOf(peer)?.[3];
    if (channel?.readyState !== 'open') return;
    channel.send(JSON.stringify({ type: own ? 'file' : 'file-answer', number, error }));
  }

  /** @param {string} id of the peer @param {string} text */
  #takeWhy(id, text) {
    try {
      const { type, number, error } = JSON.parse(text);
      if (typeof error !== 'string' || !/^[A-Za-z]{1,40}$/.test(error)) return;
      const key = `${id}${type === 'file-answer'}${number}`;
      const transfer = this.#transfers.get(key) ?? this.#unexplained.get(key);
      this.#unexplained.delete(key);
      transfer?.explain(error);
    } catch { // nothing that we know
    }
  }

  /** @param {string} id @param {ArrayBuffer|string} message */
  #take(id, message) {
    if (typeof message === 'string') return this.#takeWhy(id, message);
    if (message.byteLength <= headSize) return;
    const view = new DataView(message);
    const transfer = this.#transfers.get(`${id}false${view.getUint32(0)}`);
    transfer?.take(view.getUint32(4), new Uint8Array(message, headSize));
  }
}
