/* peerface.js - the module for web pages: a room of people who see and hear each other. */
/* SPDX-License-Identifier: MIT */

/*
 * The logic is C, in peerface-core.wasm. This file loads it, exposes its state as properties, and
 * dispatches its changes as events. It makes no decisions.
 *
 *   import { createRoom } from './peerface.js';
 *   const room = await createRoom();
 *   room.addEventListener('peerjoin', ({ detail: { peer } }) => {
 *     video.srcObject = peer.stream;
 *   });
 *   room.join('tea', 'Ann');
 */

import createCore from './peerface-core.js';
import {
  instantiate, loadWasm, RefusalProbe, relayUrl, wasmUrlDefault, wasmUrlRecording,
} from './peerface-load.js';
import { channelsOf, connectPeer, Files, makePeer, setTrack, statsOf } from './peerface-streams.js';

/** @typedef {import('./peerface-types.js').RoomOptions} RoomOptions */
/** @typedef {import('./peerface-types.js').RefusalReason} RefusalReason */
/** @typedef {import('./peerface-types.js').HostAction} HostAction */
/** @typedef {import('./peerface-types.js').Knock} Knock */
/** @typedef {import('./peerface-types.js').LocalSource} LocalSource */
/** @typedef {import('./peerface-types.js').Message} Message */
/** @typedef {import('./peerface-types.js').RoomEventTarget} RoomEventTarget */
/** @typedef {import('./peerface-types.js').RoomEventMap} RoomEventMap */
/** @typedef {import('./peerface-types.js').SourceState} SourceState */
/** @typedef {import('./peerface-types.js').RoomState} RoomState */
/** @typedef {import('./peerface-types.js').PeerState} PeerState */
/** @typedef {import('./peerface-types.js').Reaction} Reaction */
/** @typedef {import('./peerface-types.js').Quality} Quality */
/** @typedef {import('./peerface-types.js').QualityReason} QualityReason */
/** @typedef {import('./peerface-types.js').Peer} Peer */
/** @typedef {import('./peerface-types.js').Device} Device */
/** @typedef {import('./peerface-types.js').Wasm} Wasm */
/** @typedef {import('./peerface-streams.js').PeerStats} PeerStats */
/** @typedef {import('./peerface-channels.js').Channel} Channel */
/** @typedef {import('./peerface-files.js').Transfer} Transfer */

/** Of this module, as in CMakeLists.txt. */
export const version = '0.1.0';

/** @param {unknown} value @param {string} name */
function needString(value, name) {
  if (typeof value !== 'string') throw new TypeError(`${name} is not a string`);
}

/** What a page keeps of them. */
const messagesMax = 500;

/**
 * Room.#open(), for createRoom() alone.
 * @type {(room: Room, wasm: WebAssembly.Module, options: RoomOptions) => Promise<void>}
 */
let openRoom;

/**
 * Makes a room: starts the captures, connects to the relay, and prepares joining. A page may have
 * several rooms. Rejects if the core cannot be loaded, an option is out of bounds, `signal` is
 * aborted, or the browser has no WebAssembly (NotSupportedError) or no memory for another room
 * (RangeError); what fails later (no camera, no relay) is reported by properties and events.
 * @param {RoomOptions} [options]
 * @returns {Promise<Room>}
 */
export async function createRoom(options = {}) {
  const { record, wasmUrl = record ? wasmUrlRecording : wasmUrlDefault, signal } = options;
  signal?.throwIfAborted();
  relayUrl(options.url);
  const wasm = await loadWasm(options.wasm ?? wasmUrl);
  signal?.throwIfAborted();
  const room = new Room();
  await openRoom(room, wasm, options);
  if (signal?.aborted) room.leave();
  signal?.throwIfAborted();
  signal?.addEventListener('abort', () => room.leave(), { once: true });
  return room;
}

/**
 * A room. Events are dispatched after the change and never during a method call, so a handler may
 * call any method:
 *   roomchange     state, reason, relayAway, iceServersRefused, self, ticket, hand, role, locked or
 *                  knocking has changed
 *   localchange    microphone, camera, screen, screenAudio or the tracks of stream or screenStream
 *                  have changed
 *   deviceschange  microphones or cameras have changed
 *   peerjoin, peerchange, peerleave   CustomEvent with detail {peer}
 *   reaction       CustomEvent with detail {peer, kind}; peer is null for one's own
 *   knockschange   knocks has changed
 *   muted          CustomEvent with detail {peer}: a host has muted everybody. It can be undone
 *   message        CustomEvent whose detail is a new Message, a peer's or one's own
 *   messagechange  CustomEvent whose detail is a Message of one's own: its state has changed
 *   file           CustomEvent whose detail is a new Transfer, a peer's or one's own
 * 'peerleave' is also dispatched for every peer when this member leaves or is refused.
 */
export class Room extends /** @type {{new (): RoomEventTarget}} */ (EventTarget) {
  /** @readonly @type {RoomState} */
  state = 'lobby';
  /** @readonly @type {RefusalReason} */
  reason = '';
  /**
   * There is no connection to the relay; it is being reconnected.
   * @readonly @type {boolean}
   */
  relayAway = false;
  /**
   * The browser rejects the relay's ICE servers: calls work within a local network at best.
   * @readonly @type {boolean}
   */
  iceServersRefused = false;
  /**
   * One's own member id; '' before the first 'joined' and when refused.
   * @readonly @type {string}
   */
  self = '';
  /**
   * To be kept across a reload and passed to createRoom(). Before the first 'joined' it is the one
   * that was passed, or ''.
   * @readonly @type {string}
   */
  ticket = '';
  /**
   * One's own raised hand, as in Peer; 0: not raised.
   * @readonly @type {number}
   */
  hand = 0;
  /**
   * A host can lock the room, admit and remove people: see host(). Who enters first is one, or who
   * has a token that says so.
   * @readonly @type {'member'|'host'}
   */
  role = 'member';
  /** Newcomers have to knock. @readonly @type {boolean} */
  locked = false;
  /** While 'joining': waits at the locked door for a host. @readonly @type {boolean} */
  knocking = false;
  /** For a host: who waits at the door, oldest first. @readonly @type {Knock[]} */
  knocks = [];
  /** @readonly @type {LocalSource} */
  microphone = { wanted: true, interrupted: false, state: 'idle', error: '', deviceId: '' };
  /** @readonly @type {LocalSource} */
  camera = { wanted: true, interrupted: false, state: 'idle', error: '', deviceId: '' };
  /** @readonly @type {LocalSource} */
  screen = { wanted: false, interrupted: false, state: 'idle', error: '', deviceId: '' };
  /** @readonly @type {LocalSource} */
  screenAudio = { wanted: false, interrupted: false, state: 'idle', error: '', deviceId: '' };
  /** One's own live tracks, for a preview; always the same object. @readonly */
  stream = new MediaStream();
  /**
   * The picture of one's own screen while it is shared, without its sound; always the same.
   * @readonly
   */
  screenStream = new MediaStream();
  /** @readonly @type {Device[]} */
  microphones = [];
  /** @readonly @type {Device[]} */
  cameras = [];
  /** @readonly @type {Map<string, Peer>} by id, in order of arrival */
  peers = new Map();

  /**
   * What has been written, one's own too, oldest first: the last 500. Read only.
   * @type {Message[]}
   */
  messages = [];

  /** @type {Set<Message>} of them, those of an earlier load of the page */
  #earlier = new Set();
  /** @type {Message|undefined} one of these that is just being sent again */
  #again;
  /** @type {any} */
  #core;
  /** @type {Device[]} the lists that the core is in the middle of showing */
  #microphonesTold = [];
  /** @type {Device[]} */
  #camerasTold = [];
  /** @type {Knock[]} */
  #knocksTold = [];
  #files = new Files(this, () => this.#core);
  #refusal = new RefusalProbe(() => {
    this.#showRefusal();
    this.#later('roomchange');
  });
  /** Removes the listeners when the room is over. */
  #listening = new AbortController();
  /** @type {RoomOptions} */
  #options = {};

  static {
    openRoom = (room, wasm, options) => room.#open(wasm, options);
  }

  /**
   * @param {WebAssembly.Module} wasm
   * @param {RoomOptions} options
   */
  async #open(wasm, options) {
    const create = options.record
      ? (await import('./peerface-core-recording.js')).default
      : createCore;
    const module = await instantiate(create, wasm, {
      page: this.#page(), audio: options.audio, video: options.video,
    });
    this.#core = module.core;
    this.#options = { ...options };
    for (const message of options.messages ?? []) {
      const state = message.state === 'sending' ? 'failed' : message.state;
      this.messages.push({ ...message, state, time: new Date(message.time) });
    }
    this.#start();
  }

  #start() {
    const { url, ticket = '', microphone = true, microphoneId = '', camera = true, cameraId = '',
      stream } = this.#options;
    this.#earlier = new Set(this.messages);
    const error = this.#core.start(relayUrl(url), ticket, microphone, microphoneId, camera,
      cameraId, [stream?.getAudioTracks()[0], stream?.getVideoTracks()[0]]);
    if (error) throw new RangeError('url, ticket or a device id is empty or too long');
    if (this.#options.iceTransportPolicy === 'relay') this.#core.relayOnly();
    this.#listening = new AbortController();
    this.#listen();
  }

  /** After leave(): as it was made, but with what has been switched and chosen since. */
  #startAgain() {
    const { microphone, camera } = this;
    this.#keepTracks(({ readyState }) => readyState !== 'ended');
    for (const message of this.messages) if (message.state === 'sending') message.state = 'failed';
    this.#options = {
      ...this.#options,
      ticket: '',
      microphone: microphone.wanted || (this.#options.microphone === 'none' && 'none'),
      camera: camera.wanted || (this.#options.camera === 'none' && 'none'),
      microphoneId: microphone.deviceId,
      cameraId: camera.deviceId,
    };
    this.#start();
  }

  #listen() {
    const { signal } = this.#listening;
    const changed = () => this.#core.networkChanged(navigator.onLine);
    addEventListener('online', changed, { signal });
    /** @type {(EventTarget & {type?: string})|undefined} not in every browser */
    const connection = /** @type {any} */ (navigator).connection;
    let type = connection?.type;
    connection?.addEventListener('change', () => { // also fires for the speed alone
      if (type !== connection.type) changed();
      type = connection.type;
    }, { signal });
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#core.visible();
    }, { signal });
    navigator.mediaDevices?.addEventListener('devicechange', () => this.#core.devicesChanged(),
      { signal });
  }

  /**
   * Enters a room; `name` is shown to the others. Does nothing while joining or joined. After
   * leave() it starts anew, as another member.
   * @param {string} room  1 to 64 bytes of UTF-8
   * @param {string} [name]  up to 64 bytes
   * @param {{token?: string}} [options]  a room token (a JWT), where the relay asks for one; it is
   *   shown again whenever the relay is reconnected
   * @throws {TypeError} if one of them is not a string
   * @throws {RangeError} if the token has more than 2,048 bytes
   */
  join(room, name = '', { token = '' } = {}) {
    needString(room, 'room');
    needString(name, 'name');
    needString(token, 'token');
    if (this.#core.setToken(token)) throw new RangeError('token is too long');
    if (this.state === 'left' && !this.#options.signal?.aborted) {
      this.#startAgain();
      this.#core.setToken(token);
    }
    this.#core.join(room, name);
  }

  /**
   * Changes one's own name after join(). The others see it at once, or as soon as the relay is back
   * (with a relay of a version before this method: after the next reconnect).
   * @param {string} name  up to 64 bytes of UTF-8
   * @throws {RangeError} if it is longer or has control characters; the name then stays as it was
   */
  setName(name) {
    if (this.#core.setName(name)) {
      throw new RangeError('name is too long or has control characters');
    }
  }

  /**
   * Raises or lowers one's own hand, for everybody to see until it is lowered; see Peer.hand.
   * @param {boolean} raised
   */
  setHand(raised) {
    this.#core.setHand(raised);
  }

  /**
   * Shows a reaction to everybody who is connected. More than a few per second are dropped. What is
   * sent is dispatched here, too: as the event 'reaction' with peer null.
   * @param {Reaction} kind
   */
  react(kind) {
    this.#core.react(kind);
  }

  /**
   * Does what a host may do; ignored where room.role is 'member', or without the relay.
   * @param {HostAction} action
   * @param {{id: string}} [who]  the Knock or Peer that it is about
   * @throws {TypeError} if there is no such action
   */
  host(action, who) {
    if (!this.#core.host(action, who?.id)) throw new TypeError(`there is no action ${action}`);
  }

  /**
   * Writes to everybody in the room. Whoever is not connected gets it when that is repaired, and
   * newcomers get the last messages (64 of each member at most).
   * @param {string} text  1 to 2,000 bytes of UTF-8 without U+0000
   * @returns {Message}
   * @throws {TypeError} if it is no string, is empty or has a U+0000 in it
   * @throws {RangeError} if it is too long
   * @throws {DOMException} InvalidStateError outside of a room
   */
  send(text) {
    const last = this.messages.at(-1);
    if (typeof text !== 'string' || !this.#core.say(text, 0)) {
      const { size } = new Blob([text]);
      if (size > 2000) throw new RangeError(`${size} bytes; at most 2000`);
      throw new TypeError('not a text');
    }
    const message = /** @type {Message} */ (this.messages.at(-1));
    if (message === last) throw new DOMException('not in a room', 'InvalidStateError');
    return message;
  }

  /**
   * Tries again to send a message that is 'failed'; does nothing with any other, or outside of a
   * room. Nobody is shown it twice, unless it is one of before a reload: it has another id then.
   * @param {Message} message
   */
  resend(message) {
    const { id, state, text } = message;
    if (state !== 'failed') return;
    this.#again = this.#earlier.has(message) ? message : undefined;
    this.#core.say(text, this.#again ? 0 : id.slice(id.lastIndexOf('-') + 1));
    this.#again = undefined;
  }

  /**
   * Tells a peer how wide its pictures are shown here, in device pixels; 0: not at all. It sends no
   * more than that, and nothing of what has not been shown for 2 s. To be called whenever that
   * changes; the peer is told at most twice a second. Without a call, 640 is assumed.
   * @param {Peer} peer
   * @param {{camera?: number, screen?: number}} widths  what is left out stays as it was
   */
  want(peer, { camera, screen }) {
    if (camera !== undefined) this.#core.setWanted(peer.id, 1, Math.max(0, Math.ceil(camera)));
    if (screen !== undefined) this.#core.setWanted(peer.id, 2, Math.max(0, Math.ceil(screen)));
  }

  /**
   * What is known of the connections, for developers, by the ids of the peers.
   * @returns {Promise<Record<string, PeerStats>>}
   */
  async stats() {
    return Object.fromEntries([...this.peers.values()].map((peer) => [peer.id, statsOf(peer)]));
  }

  /**
   * A channel to the peers whose pages have opened one of that name, for what a page likes to send:
   * moves of a game, cursors. Nothing is kept: what is under way when a connection is lost is lost
   * too, also if `reliable`, and who comes later does not get what was sent before.
   * @param {string} name  1 to 64 characters, none of them a control character
   * @param {{reliable?: boolean}} [options]  false: a message may be lost, or overtaken by another
   * @returns {Promise<Channel>}  its code is loaded when needed.
   *   Rejects with RangeError for another name, and InvalidStateError if it is open already
   */
  async openChannel(name, options) {
    const { openChannel } = await import('./peerface-channels.js');
    return openChannel(this, name, options, channelsOf);
  }

  /**
   * Offers a file to all, or to one peer. Nothing is sent before it is accepted. It goes on when a
   * lost connection is repaired, but not after a reload.
   * @param {File|Blob} file  4 GiB - 1 at most
   * @param {{to?: Peer, name?: string}} [options]  `name`: instead of the file's own
   * @returns {Promise<Transfer[]>}  one for each peer that can take
   *   it: at most eight at a time. RangeError if it is too large, InvalidStateError if none can,
   *   TypeError if `to` is there and undefined
   */
  async sendFile(file, options) {
    return (await this.#files.load()).send(file, options);
  }

  /** Ends captures and connections. Only join() does anything afterwards. */
  leave() {
    this.#core.leave();
  }

  /**
   * Unmutes or mutes, at once. `true` also retries a capture that has failed.
   * @param {boolean} on
   */
  setMicrophone(on) {
    this.#core.setSource(0, on);
  }

  /**
   * Turns the camera on or off; its light goes out a second later.
   * @param {boolean} on
   */
  setCamera(on) {
    this.#core.setSource(1, on);
  }

  /**
   * Shares a screen, window or tab beside the camera, or ends that. `true` has the browser ask the
   * user which one, and must be called within a click or key press. Where the browser cannot share,
   * as on phones (there is no navigator.mediaDevices.getDisplayMedia), screen.error is
   * 'unsupported'.
   * @param {boolean} on
   */
  setScreen(on) {
    this.#core.setSource(2, on);
  }

  /**
   * Sends a track of the page's own in place of the microphone or camera: of a canvas, a file, or
   * processed sound. What is sent, and is in `stream`, is a clone: the track stays the page's, to
   * stop and to use elsewhere. Muting and switching off work as ever. selectMicrophone() and
   * selectCamera() go back to a device.
   * @param {'audio'|'video'} kind
   * @param {MediaStreamTrack|null} track  null: nothing is sent or captured any more, as with the
   *   option 'none', until the source is switched on
   * @throws {TypeError} if the track is not of that kind
   * @throws {DOMException} InvalidStateError if it has ended
   */
  replaceTrack(kind, track) {
    const source = ['audio', 'video'].indexOf(kind);
    if (source < 0 || (track && track.kind !== kind)) throw new TypeError(`no ${kind} track`);
    if (track?.readyState === 'ended') throw new DOMException('it has ended', 'InvalidStateError');
    this.#keepTracks((other) => other.kind !== kind, track ?? undefined);
    this.#core.setTrack(source, track);
  }

  /**
   * What join() sends after leave(), of the page's own.
   * @param {(track: MediaStreamTrack) => boolean} stays
   * @param {MediaStreamTrack} [added]
   */
  #keepTracks(stays, added) {
    const tracks = this.#options.stream?.getTracks().filter(stays) ?? [];
    this.#options.stream = new MediaStream(added ? [...tracks, added] : tracks);
  }

  /**
   * Changes how the browser treats the microphone's sound, where it can; a microphone in use is
   * opened anew for that, and silent meanwhile.
   * @param {MediaTrackConstraints} audio  in place of those given to createRoom(), for example
   *   {noiseSuppression: false}
   */
  setAudioConstraints(audio) {
    this.#core.setAudio(audio);
  }

  /** @param {string} deviceId  '' is the browser's default */
  selectMicrophone(deviceId) {
    this.#keepTracks(({ kind }) => kind !== 'audio');
    this.#core.selectDevice(0, deviceId);
  }

  /**
   * Changes the camera, for every peer and without a gap. If the new one cannot be opened, the old
   * one stays in use and camera.error says why.
   * @param {string} deviceId  '' is the browser's default
   */
  selectCamera(deviceId) {
    this.#keepTracks(({ kind }) => kind !== 'video');
    this.#core.selectDevice(1, deviceId);
  }

  /**
   * The event log of a room made with the option `record`, for diagnosis: tests/sim/README.md says
   * how to replay it natively, which needs it to be `complete` (the log of a long call loses its
   * beginning). It contains what the call contained: names, network addresses, the ticket.
   * @returns {{events: Uint8Array<ArrayBuffer>, complete: boolean}}
   * @throws {DOMException} InvalidStateError without that option
   */
  record() {
    if (this.#core.record) return this.#core.record();
    throw new DOMException('made without the option record', 'InvalidStateError');
  }

  /**
   * @param {string} type
   * @param {object} [detail]
   */
  #later(type, detail) {
    queueMicrotask(() => this.dispatchEvent(new CustomEvent(type, { detail })));
  }

  /**
   * @param {string} sender
   * @param {number} instance
   * @param {number} first
   * @param {Message['state']} state
   * @param {number} ageMs
   * @param {string} name
   * @param {string|null} text  null: it was shown before
   */
  #showMessage(sender, instance, first, state, ageMs, name, text) {
    const { messages } = this;
    const id = `${sender}-${instance}-${first}`;
    const peer = state === 'received' ? sender : undefined;
    const known = (text && this.#again) || messages.find((message) => message.id === id);
    if (known && !peer) {
      Object.assign(known, { id, state });
      this.#earlier.delete(known);
      this.#later('messagechange', known);
    } else if (!known && text) {
      const time = new Date(Date.now() - ageMs);
      const message = { id, peer, name, text, time, state };
      // What comes late has its place, but never before an earlier one of its sender.
      const after = messages.findLastIndex((other) => {
        return !peer || other.time <= time || other.peer === peer;
      });
      messages.splice(after + 1, 0, message);
      if (messages.length > messagesMax) messages.shift();
      this.#later('message', message);
    }
  }

  /** What the core does not know: why a WebSocket cannot be opened. */
  #showRefusal() {
    Object.assign(this, { reason: this.reason || 'relay-refused' });
  }

  /** The part of #page() that is about hosts. */
  #hostPage() {
    return {
      /** @param {string} id @param {string} name */
      showKnock: (id, name) => this.#knocksTold.push({ id, name }),
      showKnocksEnd: () => {
        Object.assign(this, { knocks: this.#knocksTold });
        this.#knocksTold = [];
        this.#later('knockschange');
      },
      /** @param {string} id */
      showMuted: (id) => this.#later('muted', { peer: this.peers.get(id) ?? null }),
    };
  }

  /** What the core calls. Nothing here may call the core back. */
  #page() {
    return {
      /** @param {Partial<Room>} shown */
      showRoom: (shown) => {
        Object.assign(this, shown);
        const away = this.relayAway && this.state !== 'left';
        this.#refusal.watch(away, this.#options.url, this.self !== '');
        if (this.#refusal.refused) this.#showRefusal();
        if (shown.state === 'left') this.#listening.abort();
        this.#later('roomchange');
      },
      /**
       * @param {'microphone'|'camera'|'screen'|'screenAudio'} source
       * @param {LocalSource} shown
       * @param {MediaStreamTrack|null} track
       */
      showLocal: (source, shown, track) => {
        Object.assign(this, { [source]: shown });
        if (source === 'microphone') setTrack(this.stream, 'audio', track);
        if (source === 'camera') setTrack(this.stream, 'video', track);
        if (source === 'screen') setTrack(this.screenStream, 'video', track);
        this.#later('localchange');
      },
      /**
       * @param {'microphone'|'camera'} source
       * @param {string} deviceId
       * @param {string} label
       */
      showDevice: (source, deviceId, label) => {
        const list = source === 'microphone' ? this.#microphonesTold : this.#camerasTold;
        list.push({ deviceId, label });
      },
      showDevicesEnd: () => {
        Object.assign(this, { microphones: this.#microphonesTold, cameras: this.#camerasTold });
        this.#microphonesTold = [];
        this.#camerasTold = [];
        this.#later('deviceschange');
      },
      /**
       * @param {string} id
       * @param {Omit<Peer, 'id'|'stream'|'screenStream'|'level'>} shown
       * @param {import('./peerface-streams.js').Connection|null} connection
       */
      showPeer: (id, shown, connection) => {
        const known = this.peers.get(id);
        const peer = known ?? makePeer(id);
        Object.assign(peer, shown);
        if (connection) connectPeer(connection, peer);
        this.peers.set(id, peer);
        this.#later(known ? 'peerchange' : 'peerjoin', { peer });
      },
      /** @param {string} id */
      hidePeer: (id) => {
        const peer = this.peers.get(id);
        this.peers.delete(id);
        this.#later('peerleave', { peer });
      },
      /**
       * @param {string} id
       * @param {Reaction} kind
       */
      showReaction: (id, kind) => {
        this.#later('reaction', { peer: this.peers.get(id) ?? null, kind });
      },
      ...this.#hostPage(),
      showMessage: this.#showMessage.bind(this),
      /** @param {Parameters<Files['show']>} shown */
      showFile: (...shown) => this.#files.show(...shown),
    };
  }
}

// `using room = await createRoom()`, where there is such a thing; the type is Disposal's.
const { dispose } = /** @type {any} */ (Symbol);
if (dispose) Object.assign(Room.prototype, { [dispose]: Room.prototype.leave });
