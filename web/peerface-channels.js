/* peerface-channels.js - channels for what a page sends to the same page at its peers. */
/* SPDX-License-Identifier: MIT */

/* Loaded by room.openChannel(). PROTOCOL.md, section 5.4, has the format. */

/** @typedef {import('./peerface.js').Room} Room */
/** @typedef {import('./peerface.js').Peer} Peer */
/**
 * The data channels of a peer: the core's, the reliable and the lossy one.
 * @typedef {(peer: Peer) => RTCDataChannel[]|undefined} ChannelsOf
 */

/**
 * @typedef {object} ChannelEventMap
 * @property {CustomEvent<{peer: Peer, data: string|ArrayBuffer}>} message
 * @property {Event} writable
 */
/**
 * @template {keyof ChannelEventMap} K
 * @typedef {(this: Channel, event: ChannelEventMap[K]) => void} ChannelEventListener
 */
/**
 * An EventTarget that knows a channel's events.
 * @typedef {{
 *   addEventListener<K extends keyof ChannelEventMap>(type: K, listener: ChannelEventListener<K>,
 *     options?: boolean|AddEventListenerOptions): void,
 *   removeEventListener<K extends keyof ChannelEventMap>(type: K,
 *     listener: ChannelEventListener<K>, options?: boolean|EventListenerOptions): void,
 * } & EventTarget} ChannelEventTarget
 */

/** Of a message with the name of its channel. */
const messageSizeMax = 65536;
/** What may wait in a browser to be sent to one peer. */
const bufferedMax = 1 << 20;
/** Of this at most may wait, before more is asked for. */
const bufferedLow = bufferedMax / 4;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @type {WeakMap<Room, Map<string, Channel>>} by number and name; open ones */
const rooms = new WeakMap();

/** Those whose page has been told that too much waits. @type {WeakSet<Channel>} */
const full = new WeakSet();

/**
 * Events: message, a CustomEvent with detail {peer, data}; data is a string or an ArrayBuffer, as
 * it was sent. writable, once after send() has returned false because too much waited: now at most
 * 256 KiB wait for each peer.
 */
export class Channel extends /** @type {{new (): ChannelEventTarget}} */ (EventTarget) {
  #room;
  #channelsOf;
  #onClose;

  /**
   * For room.openChannel() only.
   * @param {Room} room
   * @param {string} name
   * @param {boolean} reliable
   * @param {ChannelsOf} channelsOf
   * @param {() => void} onClose
   */
  constructor(room, name, reliable, channelsOf, onClose) {
    super();
    this.name = name;
    this.reliable = reliable;
    this.#room = room;
    this.#channelsOf = channelsOf;
    this.#onClose = onClose;
  }

  /** @param {string} [peerId] */
  #open(peerId) {
    return [...this.#room.peers.values()]
      .filter(({ id, channelsSupported }) => channelsSupported && (!peerId || id === peerId))
      .flatMap((peer) => this.#channelsOf(peer)?.[this.reliable ? 1 : 2] ?? [])
      .filter(({ readyState }) => readyState === 'open');
  }

  /**
   * Sends to everybody who is connected, or to one peer.
   * @param {string|ArrayBuffer} data  64 KiB at most, with the name
   * @param {string} [peerId]
   * @returns {boolean} false: not to all of them, as too much waits to be sent there already, or
   *   the one peer is not connected
   * @throws {RangeError} if it is too long
   */
  send(data, peerId) {
    const head = `${this.name}\n`;
    const isText = typeof data === 'string';
    const bytes = encoder.encode(isText ? head + data : head);
    const size = bytes.length + (isText ? 0 : data.byteLength);
    if (size > messageSizeMax) throw new RangeError(`${size} bytes; at most ${messageSizeMax}`);
    const open = this.#open(peerId);
    const free = open.filter(({ bufferedAmount }) => bufferedAmount + size <= bufferedMax);
    if (free.length < open.length) full.add(this);
    for (const channel of free) {
      if (isText) {
        channel.send(head + data);
      } else {
        const frame = new Uint8Array(size);
        frame.set(bytes);
        frame.set(new Uint8Array(data), bytes.length);
        channel.send(frame);
      }
    }
    return free.length === open.length && (!peerId || free.length > 0);
  }

  /** Bytes that wait to be sent to the slowest peer. */
  get bufferedAmount() {
    return Math.max(0, ...this.#open().map(({ bufferedAmount }) => bufferedAmount));
  }

  /** No more events. What has been sent still arrives. */
  close() {
    this.#onClose();
  }
}

/**
 * @param {Map<string, Channel>} channels
 * @param {number} number of the data channel
 * @param {Peer} peer
 * @param {string|ArrayBuffer} frame
 */
function take(channels, number, peer, frame) {
  const isText = typeof frame === 'string';
  const text = isText ? frame : decoder.decode(frame.slice(0, 4 * 64 + 1)); // the longest name
  const name = text.slice(0, Math.max(0, text.indexOf('\n')));
  const data = frame.slice((isText ? name.length : encoder.encode(name).length) + 1);
  channels.get(number + name)?.dispatchEvent(
    new CustomEvent('message', { detail: { peer, data } }));
}

/**
 * Tells those pages for which enough has been sent, or whose peers are gone.
 * @param {Map<string, Channel>} channels
 */
function tellWritable(channels) {
  for (const channel of channels.values()) {
    if (!full.has(channel) || channel.bufferedAmount > bufferedLow) continue;
    full.delete(channel);
    channel.dispatchEvent(new Event('writable'));
  }
}

/**
 * The open channels of a room, which hear its peers from now on.
 * @param {Room} room
 * @param {ChannelsOf} channelsOf
 */
function channelsIn(room, channelsOf) {
  const known = rooms.get(room);
  if (known) return known;
  const channels = /** @type {Map<string, Channel>} */ (new Map());
  const listen = () => {
    for (const peer of room.peers.values()) {
      for (const number of [1, 2]) {
        const channel = channelsOf(peer)?.[number];
        if (!channel) continue;
        channel.onmessage = ({ data }) => take(channels, number, peer, data);
        channel.bufferedAmountLowThreshold = bufferedLow;
        channel.onbufferedamountlow = () => tellWritable(channels);
      }
    }
    tellWritable(channels); // a peer that has left, or lost its connection, holds nobody up
  };
  /* A connection is shown before it is connected. */
  room.addEventListener('peerjoin', listen);
  room.addEventListener('peerchange', listen);
  room.addEventListener('peerleave', listen);
  listen();
  rooms.set(room, channels);
  return channels;
}

/**
 * See room.openChannel().
 * @param {Room} room
 * @param {string} name
 * @param {{reliable?: boolean}|undefined} options
 * @param {ChannelsOf} channelsOf
 */
export function openChannel(room, name, { reliable = true } = {}, channelsOf) {
  if (!/^[^\p{Cc}]{1,64}$/u.test(name)) throw new RangeError('not the name of a channel');
  const channels = channelsIn(room, channelsOf);
  const key = `${reliable ? 1 : 2}${name}`;
  if (channels.has(key)) throw new DOMException('open already', 'InvalidStateError');
  const channel = new Channel(room, name, reliable, channelsOf, () => channels.delete(key));
  channels.set(key, channel);
  return channel;
}
