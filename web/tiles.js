/* tiles.js - the tiles of the others: one per peer, kept for as long as the peer is there. */
/* SPDX-License-Identifier: MIT */

import { part, renderAvatar, watchPicture } from './picture.js';

/** @typedef {import('./peerface.js').Peer} Peer */
/** @typedef {import('./player.js').Player} Player */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */

/** @type {Record<string, Key>} */
const stateKeys = {
  connecting: 'peerConnecting',
  unstable: 'peerUnstable',
  reconnecting: 'peerReconnecting',
  unreachable: 'peerUnreachable',
};

/** @type {Record<string, Key>} */
const saidKeys = {
  connected: 'saidConnected',
  unstable: 'saidUnstable',
  reconnecting: 'saidReconnecting',
  unreachable: 'saidUnreachable',
};

/** The tile of one peer. */
class PeerTile {
  #texts;
  #video;

  /**
   * @param {HTMLTemplateElement} template
   * @param {Peer} peer
   * @param {Texts} texts
   */
  constructor(template, peer, texts) {
    this.#texts = texts;
    const content = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.element = part(content, '.tile', HTMLElement);
    this.element.dataset.peer = peer.id;
    this.#video = part(this.element, 'video', HTMLVideoElement);
    watchPicture(this.element, this.#video);
  }

  get video() {
    return this.#video;
  }

  /** @param {Peer} peer */
  render(peer) {
    const name = peer.name || this.#texts.get('guest');
    const data = this.element.dataset;
    data.muted = String(peer.microphone !== 'on');
    data.camera = peer.camera;
    data.state = peer.state;
    data.away = String(peer.away);
    renderAvatar(this.element, name, peer.id);
    this.#text('.badgeName', name);
    this.#text('.badgeState', this.#badgeState(peer));
    this.#text('.tileNote', this.#note(peer));
    this.#renderConnection(peer);
    this.#video.setAttribute('aria-label', this.#texts.get('videoOf', { name }));
    if (this.#video.srcObject !== peer.stream) this.#video.srcObject = peer.stream;
  }

  /**
   * What stands under the avatar.
   * @param {Peer} peer
   */
  #note(peer) {
    if (peer.state === 'connecting') return this.#texts.get('peerConnecting');
    if (peer.camera === 'on') return '';
    return this.#texts.get(peer.camera === 'off' ? 'cameraIsOff' : 'cameraIsNone');
  }

  /** @param {Peer} peer */
  #badgeState(peer) {
    const states = [];
    if (peer.microphone === 'off') states.push(this.#texts.get('microphoneIsOff'));
    if (peer.microphone === 'none') states.push(this.#texts.get('microphoneIsNone'));
    if (peer.camera === 'off') states.push(this.#texts.get('cameraIsOff'));
    if (peer.camera === 'none') states.push(this.#texts.get('cameraIsNone'));
    return states.join(', ');
  }

  /** @param {Peer} peer */
  #renderConnection(peer) {
    const chip = part(this.element, '.connection', HTMLElement);
    const key = peer.state === 'connected' && peer.away ? 'peerAway' : stateKeys[peer.state];
    chip.hidden = !key || peer.state === 'connecting';
    chip.textContent = key ? this.#texts.get(key) : '';
  }

  /**
   * @param {string} selector
   * @param {string} text
   */
  #text(selector, text) {
    part(this.element, selector, HTMLElement).textContent = text;
  }
}

/** The tiles of all peers, keyed by their ids. */
export class PeerTiles {
  #list;
  #template;
  #texts;
  #player;
  #say;
  /** @type {Map<string, PeerTile>} */
  #tiles = new Map();

  /**
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} template
   * @param {Texts} texts
   * @param {Player} player
   * @param {(text: string) => void} say
   */
  constructor(list, template, texts, player, say) {
    this.#list = list;
    this.#template = template;
    this.#texts = texts;
    this.#player = player;
    this.#say = say;
  }

  get count() {
    return this.#tiles.size;
  }

  /**
   * @param {Peer} peer
   * @returns {void}
   */
  add(peer) {
    if (this.#tiles.has(peer.id)) return this.change(peer);
    const tile = new PeerTile(this.#template, peer, this.#texts);
    this.#tiles.set(peer.id, tile);
    tile.render(peer);
    this.#list.append(tile.element);
    this.#player.play(tile.video);
    this.#say(this.#texts.get('saidJoined', { name: this.#name(peer) }));
  }

  /**
   * @param {Peer} peer
   * @returns {void}
   */
  change(peer) {
    const tile = this.#tiles.get(peer.id);
    if (!tile) return this.add(peer);
    const before = { ...tile.element.dataset };
    tile.render(peer);
    this.#announce(peer, before, tile.element.dataset);
    if (tile.video.paused) this.#player.play(tile.video);
  }

  /** @param {Peer} peer */
  remove(peer) {
    const tile = this.#tiles.get(peer.id);
    if (!tile) return;
    this.#drop(peer.id, tile);
    this.#say(this.#texts.get('saidLeft', { name: this.#name(peer) }));
  }

  clear() {
    for (const [id, tile] of this.#tiles) this.#drop(id, tile);
  }

  /**
   * Puts every tile into the language of the time.
   * @param {Iterable<Peer>} peers
   */
  render(peers) {
    for (const peer of peers) this.#tiles.get(peer.id)?.render(peer);
  }

  /**
   * @param {string} id
   * @param {PeerTile} tile
   */
  #drop(id, tile) {
    this.#tiles.delete(id);
    tile.element.remove();
    tile.video.srcObject = null;
    this.#player.forget(tile.video);
  }

  /** @param {Peer} peer */
  #name(peer) {
    return peer.name || this.#texts.get('guest');
  }

  /**
   * @param {Peer} peer
   * @param {DOMStringMap} before
   * @param {DOMStringMap} now
   */
  #announce(peer, before, now) {
    /** @type {Key[]} */
    const keys = [];
    const entering = before.state === 'connecting' && peer.state === 'connected';
    if (before.state !== now.state && saidKeys[peer.state] && !entering) {
      keys.push(saidKeys[peer.state]);
    }
    // The state of the sources arrives with the connection; it is news only once connected.
    if (before.state !== 'connecting') {
      if (before.muted !== now.muted) keys.push(now.muted === 'true' ? 'saidMuted' : 'saidUnmuted');
      if (before.camera !== now.camera) {
        keys.push(now.camera === 'on' ? 'saidCameraOn' : 'saidCameraOff');
      }
    }
    for (const key of keys) this.#say(this.#texts.get(key, { name: this.#name(peer) }));
  }
}
