/* news.js - which changes of peers and of one's own sources are announced, and when. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('../peerface.js').Peer} Peer */
/** @typedef {import('../peerface.js').LocalSource} LocalSource */
/** @typedef {import('./i18n.js').Key} Key */
/** @typedef {'microphone'|'camera'} Kind */
/** @typedef {Pick<Peer, 'state'|'microphone'|'camera'>} PeerLook */

/** @type {Partial<Record<Peer['state'], Key>>} */
const stateKeys = {
  connected: 'saidConnected',
  unstable: 'saidUnstable',
  reconnecting: 'saidReconnecting',
  unreachable: 'saidUnreachable',
};

/** @type {Record<Kind, {on: Key, off: Key}>} */
const peerKeys = {
  microphone: { on: 'saidUnmuted', off: 'saidMuted' },
  camera: { on: 'saidCameraOn', off: 'saidCameraOff' },
};

/** @type {Record<Kind, {begins: Key, ends: Key}>} what the system of a peer does, not the peer */
const interruptionKeys = {
  microphone: { begins: 'saidMicrophoneInterrupted', ends: 'saidMicrophoneBack' },
  camera: { begins: 'saidCameraInterrupted', ends: 'saidCameraBack' },
};

/** @type {Record<Kind, {begins: Key, ends: Key}>} */
const ownInterruptionKeys = {
  microphone: { begins: 'saidYourMicrophoneInterrupted', ends: 'saidYourMicrophoneBack' },
  camera: { begins: 'saidYourCameraInterrupted', ends: 'saidYourCameraBack' },
};

/** @type {Record<Kind, {on: Key, off: Key}>} */
const ownKeys = {
  microphone: { on: 'saidYouUnmuted', off: 'saidYouMuted' },
  camera: { on: 'saidYouCameraOn', off: 'saidYouCameraOff' },
};

/** Keeps what was announced of one peer, so that only differences are announced. */
export class PeerNews {
  /** @type {PeerLook} */
  #last = { state: 'connecting', microphone: 'none', camera: 'none' };
  #wasConnected = false;
  #stateSaid = false;
  /** Assumed of a peer that has just joined, and so not announced: it is heard and seen. */
  #on = { microphone: true, camera: true };
  #interrupted = { microphone: false, camera: false };

  /** There has been a connection: before that, none can be lost. */
  get wasConnected() {
    return this.#wasConnected;
  }

  /**
   * Takes note of the present state of a peer.
   * @param {PeerLook} peer
   * @returns {Key[]} what is to be announced
   */
  changed(peer) {
    const state = this.#ofState(peer.state);
    const keys = [state, this.#ofSource('microphone', peer), this.#ofSource('camera', peer)];
    this.#last = { state: peer.state, microphone: peer.microphone, camera: peer.camera };
    return keys.flatMap((key) => key || []);
  }

  /**
   * @param {Peer['state']} state
   * @returns {Key|undefined}
   */
  #ofState(state) {
    if (state === this.#last.state) return undefined;
    // That the peer has joined was announced; the first connection only completes that.
    const entering = state === 'connected' && !this.#wasConnected && !this.#stateSaid;
    const notLost = state === 'reconnecting' && !this.#wasConnected;
    this.#wasConnected ||= state === 'connected';
    if (entering || notLost || !stateKeys[state]) return undefined;
    this.#stateSaid = true;
    return stateKeys[state];
  }

  /**
   * @param {Kind} kind
   * @param {PeerLook} peer
   * @returns {Key|undefined}
   */
  #ofSource(kind, peer) {
    if (peer.state === 'connecting') return undefined;
    // For a peer that is new or has reloaded, 'none' means that its state has not arrived yet.
    const known = this.#last.state !== 'connecting' && this.#last[kind] !== 'none';
    if (peer[kind] === 'none' && !known) return undefined;
    const interrupted = peer[kind] === 'interrupted';
    const on = peer[kind] === 'on' || interrupted;
    const before = this.#interrupted[kind];
    this.#interrupted[kind] = interrupted;
    if (on && this.#on[kind] && interrupted !== before) {
      return interruptionKeys[kind][interrupted ? 'begins' : 'ends'];
    }
    if (on === this.#on[kind]) return undefined;
    this.#on[kind] = on;
    return peerKeys[kind][on ? 'on' : 'off'];
  }
}

/** One's own switches: "off" is true at once, "on" only once there is sound or a picture. */
export class OwnNews {
  /** @type {Set<Kind>} */
  #awaited = new Set();
  #interrupted = { microphone: false, camera: false };

  /**
   * The person has switched a source.
   * @param {Kind} kind
   * @param {boolean} on
   * @returns {Key|''} what is to be announced at once
   */
  switched(kind, on) {
    if (on) this.#awaited.add(kind);
    else this.#awaited.delete(kind);
    return on ? '' : ownKeys[kind].off;
  }

  /**
   * @param {Kind} kind
   * @param {LocalSource} source
   * @returns {Key|''}
   */
  changed(kind, source) {
    const before = this.#interrupted[kind];
    this.#interrupted[kind] = source.interrupted;
    if (before !== source.interrupted && source.wanted) {
      return ownInterruptionKeys[kind][before ? 'ends' : 'begins'];
    }
    if (!this.#awaited.has(kind)) return '';
    const live = source.wanted && source.state === 'live';
    if (live || !source.wanted || source.state === 'failed') this.#awaited.delete(kind);
    return live ? ownKeys[kind].on : '';
  }
}
