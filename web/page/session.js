/* session.js - one visit to a room: makes the room object, listens to it, ends it, remembers it. */
/* SPDX-License-Identifier: MIT */

import { KeptDevices } from './kept-devices.js';
import { wouldAsk } from './permission.js';
import { Queue } from './queue.js';
import { decideArrival, navigationKind, seenEveryMs } from './rejoin.js';
import { roomKey } from './roomname.js';

/**
 * The call client is loaded from the start and not waited for: the lobby can be used without.
 * @returns {Promise<typeof import('../peerface.js')>}
 */
const loadClient = () => import('../peerface.js');
loadClient().catch(() => {}); // start() reports it

/** @typedef {import('../peerface.js').Peer} Peer */
/** @typedef {import('../peerface.js').LocalSource} LocalSource */
/** @typedef {import('../peerface.js').Room} Room */
/** @typedef {import('../peerface.js').RoomState} RoomState */
/** @typedef {import('./controls.js').Kind} Kind */
/** @typedef {import('./store.js').Store} Store */

/**
 * Called after the session itself has taken note. None of them may throw.
 * @typedef {object} SessionHooks
 * @property {(room: Room|undefined) => void} replaced there is another room object, or none
 * @property {() => void} entered
 * @property {(peer: Peer) => void} peerChanged it is new or has changed
 * @property {(peer: Peer, told: boolean) => void} peerGone told: it has left
 * @property {(room: Room) => void} localChanged one's own microphone, camera or screen; `changed`
 *   does not follow
 * @property {(peer: Peer|null, kind: import('../peerface.js').Reaction) => void} reacted null:
 *   oneself
 * @property {(peer: Peer|null) => void} muted this host has muted everybody
 * @property {(message: import('../peerface.js').Message) => void} messageCame one's own too
 * @property {() => void} changed anything, also what the other hooks but localChanged tell
 */

export class Session {
  /** The room the person is in or wants to be in, as they or the link spell it. */
  place = '';
  /** Why the person was not let in, until they try again. */
  refusal = '';
  /** The person has left of their own accord. */
  left = false;
  /** No room object could be made. */
  broken = false;
  /** Those of the room. @type {import('./attach.js').Transfer[]} */
  files = [];
  /** Which devices there are has been found out. */
  devicesKnown = false;

  #lasting;
  #kept;
  #passing;
  #hooks;
  #capable;
  #sound;
  /** @type {Room|undefined} undefined: not made yet, or standby */
  #room;
  #starting = false;
  /** Whether to start is being found out. */
  #deciding = false;
  /** The person wants to be in the room, but there is no room object yet. */
  #pending = false;
  #inside = false;
  /** Messages have come or changed since they were last kept. */
  #unkept = false;
  /** Waits for a place where the room is full. */
  #queue = new Queue(() => this.#enter(this.#room), document);
  #name = '';
  /** Removes the listeners of a room object that is not wanted any more. */
  #listening = new AbortController();
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #seenTimer;

  /**
   * @param {object} setting
   * @param {Store} setting.lasting what stays: the devices
   * @param {Store} setting.passing what belongs to this tab: the ticket, the room, mute, camera off
   * @param {boolean} setting.capable this browser can make calls; without that, nothing starts
   * @param {() => MediaTrackConstraints} setting.sound what the person wants of the microphone
   * @param {SessionHooks} hooks
   */
  constructor({ lasting, passing, capable, sound }, hooks) {
    this.#lasting = lasting;
    this.#kept = new KeptDevices(lasting);
    this.#passing = passing;
    this.#capable = capable;
    this.#sound = sound;
    this.#hooks = hooks;
    for (const [target, type] of /** @type {const} */ ([
      [window, 'pagehide'], [document, 'visibilitychange'],
    ])) {
      target.addEventListener(type, () => this.#noteSeen());
    }
  }

  get room() {
    return this.#room;
  }

  /** What the relay knows the room by. */
  get key() {
    return roomKey(this.place);
  }

  /** The person is in the room; the connection to the relay may be lost. */
  get inside() {
    return this.#inside;
  }

  /** @returns {RoomState|'standby'|'knocking'} */
  get state() {
    if (this.#room?.state === 'joining' && this.#room.knocking) return 'knocking';
    // Who waits for a place stays in the lobby each time they ask for one.
    if (this.#queue.waiting && this.#room?.state === 'joining') return 'refused';
    return this.#room?.state ?? (this.#pending ? 'joining' : 'standby');
  }

  /** The call is what the person is to see, although it may not have begun. */
  get inCall() {
    return ['joining', 'joined', 'reconnecting'].includes(this.state);
  }

  /** Nothing is captured, and nothing will be until the person asks for it. */
  get standby() {
    return !this.#room && !this.#starting && !this.#deciding && !this.broken;
  }

  /**
   * The page has loaded. A reload in a call goes back into the call, as the same member.
   * @param {string} place the room that the address names
   * @param {string} name
   */
  async arrive(place, name) {
    this.place = place;
    this.#name = name;
    const arrival = decideArrival({
      place: this.key,
      entered: this.#passing.get('entered'),
      seenMs: Number(this.#passing.get('seen') || NaN),
      nowMs: Date.now(),
      navigation: navigationKind(),
    });
    this.#pending = arrival === 'rejoin';
    if (arrival === 'rejoin') this.start();
    if (arrival !== 'lobby') return;
    const wanted = { microphone: this.isWanted('microphone'), camera: this.isWanted('camera') };
    this.#deciding = true;
    const asks = await wouldAsk(wanted, navigator);
    this.#deciding = false;
    if (!asks && !this.left) this.start();
    this.#hooks.changed();
  }

  /**
   * The person has not switched it off, in the call or before.
   * @param {Kind} kind
   */
  isWanted(kind) {
    return this.#passing.get(kind) !== 'off';
  }

  /**
   * What there is to show of a source, also while there is no room object.
   * @param {Kind} kind
   * @returns {LocalSource|undefined}
   */
  source(kind) {
    if (this.broken || this.#deciding) return undefined;
    return this.#room?.[kind]
      ?? { wanted: this.isWanted(kind), interrupted: false, state: 'idle', error: '',
        deviceId: '' };
  }

  /** This tab has been in the room, and can go on as the same member. */
  get hasTicket() {
    return !!this.#passing.get(`ticket.${this.key}`);
  }

  /** Makes a room object, which starts the preview, unless there is one. */
  start() {
    if (this.#room || this.#starting || !this.#capable) return;
    this.#starting = true;
    this.broken = false;
    this.left = false;
    // A duplicated tab has the ticket too, and takes the call over when it enters the same room.
    const ticket = this.#passing.get(`ticket.${this.key || this.#passing.get('entered')}`);
    loadClient().then(({ createRoom }) => createRoom({
      microphone: this.isWanted('microphone'),
      camera: this.isWanted('camera'),
      microphoneId: this.#kept.id('microphone'),
      cameraId: this.#kept.id('camera'),
      ticket: ticket || undefined,
      messages: ticket ? this.#messagesKept() : undefined,
      audio: this.#sound(),
    })).then((room) => this.#adopt(room), (error) => {
      console.error(error);
      this.broken = true;
      this.#pending = false;
    }).finally(() => {
      this.#starting = false;
      this.#hooks.changed();
    });
    this.#hooks.changed();
  }

  /** @param {Room|undefined} room */
  #enter(room) {
    room?.join(this.key, this.#name, { token: this.#passing.get('token') });
  }

  /** What was written before a reload. */
  #messagesKept() {
    try {
      return JSON.parse(this.#passing.get('messages')) ?? undefined;
    } catch { // nothing, or not ours
      return undefined;
    }
  }

  /** A reload must not lose what was written. */
  #keepMessages() {
    this.#unkept = false;
    const messages = this.#room?.messages ?? [];
    this.#passing.set('messages', messages.length ? JSON.stringify(messages) : '');
  }

  /**
   * @param {string} place
   * @param {string} name
   */
  join(place, name) {
    if (!this.#capable) return;
    this.place = place;
    this.#name = name;
    this.refusal = '';
    this.left = false;
    this.#queue.end();
    this.#enter(this.#room);
    this.#pending = !this.#room;
    if (this.#pending) this.start();
    this.#hooks.changed();
  }

  /**
   * Enters as one more member, who does not add a second microphone to the first one's.
   * @param {string} place
   * @param {string} name
   */
  joinMuted(place, name) {
    this.toggle('microphone', false);
    this.join(place, name);
  }

  /**
   * Goes on as the member that another tab is.
   * @param {string} place
   * @param {string} name
   * @param {string} ticket of the other tab, or '' if it does not give it
   */
  takeOver(place, name, ticket) {
    this.place = place;
    if (ticket) {
      this.#passing.set(`ticket.${this.key}`, ticket);
      this.#release(); // a room object has the ticket from the start
    }
    this.join(place, name);
  }

  /** Asks at once for a place in the room, which was full. */
  tryAgain() {
    this.#queue.askNow();
  }

  /** The person does not want to wait at the door any more. */
  stopKnocking() {
    this.#release();
    this.start();
  }

  /** The person has another room in mind. */
  forgetRefusal() {
    this.refusal = '';
    this.#queue.end();
  }

  leave() {
    this.#room?.leave();
    this.#onLeft();
  }

  /**
   * @param {Kind} kind
   * @param {boolean} on
   */
  toggle(kind, on) {
    if (!this.#room) this.#passing.set(kind, on ? '' : 'off');
    if (kind === 'microphone') this.#room?.setMicrophone(on);
    else this.#room?.setCamera(on);
  }

  /**
   * @param {Kind} kind
   * @param {string} deviceId
   */
  select(kind, deviceId) {
    const room = this.#room;
    this.#kept.keep(kind, deviceId, room?.[`${kind}s`] ?? []);
    if (room) use(room, kind, deviceId);
  }

  /** The person wants something else of the microphone. */
  processingChanged() {
    this.#room?.setAudioConstraints(this.#sound());
  }

  /**
   * @param {string} name
   * @returns {boolean} false: it cannot be used
   */
  rename(name) {
    try {
      this.#room?.setName(name);
    } catch {
      return false;
    }
    this.#name = name;
    this.#lasting.set('name', name);
    return true;
  }

  /** @param {Room} room */
  #adopt(room) {
    // Left while it was being made: nobody wants its camera any more.
    if (this.left && !this.#pending) return room.leave();
    this.#room = room;
    this.files = [];
    // Switched while it was being made.
    for (const kind of /** @type {const} */ (['microphone', 'camera'])) {
      if (room[kind].wanted !== this.isWanted(kind)) this.toggle(kind, this.isWanted(kind));
    }
    if (this.#pending) this.#enter(room);
    this.#pending = false;
    this.#listen(room);
    this.#hooks.replaced(room);
    this.#onRoomChange(room);
  }

  /** @param {Room} room */
  #listen(room) {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    /** @param {string} type @param {(event: Event) => void} handle */
    const on = (type, handle) => room.addEventListener(type, handle, { signal });
    on('roomchange', () => this.#onRoomChange(room));
    on('localchange', () => this.#onLocalChange(room));
    on('deviceschange', () => {
      this.devicesKnown = true;
      for (const kind of /** @type {const} */ (['microphone', 'camera'])) {
        const deviceId = this.#kept.moved(kind, room[`${kind}s`]);
        if (deviceId) use(room, kind, deviceId);
      }
      this.#hooks.changed();
    });
    for (const type of ['peerjoin', 'peerchange']) {
      on(type, (event) => {
        this.#hooks.peerChanged(peerOf(event));
        this.#hooks.changed();
      });
    }
    on('reaction', (event) => {
      const { peer, kind } = /** @type {CustomEvent} */ (event).detail;
      this.#hooks.reacted(peer, kind);
    });
    on('knockschange', () => this.#hooks.changed());
    on('muted', (event) => this.#hooks.muted(/** @type {CustomEvent} */ (event).detail.peer));
    on('message', (event) => {
      this.#unkept = true;
      this.#hooks.messageCame(/** @type {CustomEvent} */ (event).detail);
      this.#hooks.changed();
    });
    on('file', (event) => {
      this.files.push(/** @type {CustomEvent} */ (event).detail);
      this.#hooks.changed();
    });
    on('messagechange', () => {
      this.#unkept = true;
      this.#hooks.changed();
    });
    on('peerleave', (event) => {
      // A person who is put out does not see the others any more, but they have not left.
      this.#hooks.peerGone(peerOf(event), room.state !== 'refused');
      this.#hooks.changed();
    });
  }

  /** Ends the room object: its captures stop, so the camera's light goes out. */
  #release() {
    this.#listening.abort();
    this.#room?.leave();
    this.#room = undefined;
    this.#pending = false;
    this.#setInside(false);
    this.#hooks.replaced(undefined);
  }

  /** @param {Room} room */
  #onRoomChange(room) {
    if (room.state === 'joined') {
      this.#passing.set(`ticket.${this.key}`, room.ticket);
      if (!this.#inside) this.#onEntered();
    }
    if (room.state === 'refused') return this.#onRefused(room.reason);
    if (room.state === 'left') return this.#onLeft();
    this.#hooks.changed();
  }

  /** Storage is written now and not before, to lose no time on the way in. */
  #onEntered() {
    this.#passing.set('entered', this.key);
    this.refusal = '';
    this.#queue.end();
    this.#setInside(true);
    this.#hooks.entered();
  }

  /** @param {string} reason */
  #onRefused(reason) {
    // Another tab has the call now: this one closes the camera until it is wanted again.
    if (reason === 'replaced') this.#release();
    this.#setInside(false);
    this.refusal = reason;
    this.left = false;
    if (reason === 'removed') this.#passing.set(`ticket.${this.key}`, '');
    if (reason === 'room-full') this.#queue.wait();
    else this.#queue.end();
    this.#passing.set('entered', '');
    this.#hooks.changed();
  }

  #onLeft() {
    this.#release();
    this.left = true;
    this.#passing.set('entered', '');
    this.#passing.set('messages', '');
    this.#passing.set(`ticket.${this.key}`, '');
    this.#hooks.changed();
  }

  /** @param {Room} room */
  #onLocalChange(room) {
    this.#passing.set('microphone', room.microphone.wanted ? '' : 'off');
    this.#passing.set('camera', room.camera.wanted ? '' : 'off');
    this.#hooks.localChanged(room);
  }

  /** @param {boolean} inside */
  #setInside(inside) {
    this.#inside = inside;
    clearInterval(this.#seenTimer);
    if (inside) this.#seenTimer = setInterval(() => this.#noteSeen(), seenEveryMs);
    this.#noteSeen();
  }

  /** From the time of this, a page that loads later tells how long ago the call was. */
  #noteSeen() {
    if (this.#inside || this.#pending) this.#passing.set('seen', String(Date.now()));
    if (this.#inside && this.#unkept) this.#keepMessages();
  }
}

/** @param {Event} event */
function peerOf(event) {
  return /** @type {CustomEvent<{peer: Peer}>} */ (event).detail.peer;
}

/** @param {Room} room @param {Kind} kind @param {string} deviceId */
function use(room, kind, deviceId) {
  if (kind === 'microphone') room.selectMicrophone(deviceId);
  else room.selectCamera(deviceId);
}
