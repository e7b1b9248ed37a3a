/* tiles.js - the tiles of the others: one per peer, kept for as long as the peer is there. */
/* SPDX-License-Identifier: MIT */

import { PeerNews } from './news.js';
import { part, renderAvatar, watchPicture } from './picture.js';

/** @typedef {import('../peerface.js').Peer} Peer */
/** @typedef {import('./player.js').Player} Player */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */

/** @type {Record<string, Key>} */
const stateKeys = {
  unstable: 'peerUnstable',
  reconnecting: 'peerReconnecting',
  unreachable: 'peerUnreachable',
};

/** Who has lost the relay for less is usually back: after its restart that is everybody. */
const awayAfterMs = 3000;

/** The tile of one peer. */
class PeerTile {
  #texts;
  #video;
  #news = new PeerNews();
  #peer;
  #say;
  #awayTimer = 0;
  /** The peer has lost the relay for long enough to be shown. */
  #longAway = false;

  /**
   * @param {HTMLTemplateElement} template
   * @param {Peer} peer
   * @param {Texts} texts
   * @param {(key: Key, peer: Peer) => void} say
   */
  constructor(template, peer, texts, say) {
    this.#texts = texts;
    this.#peer = peer;
    this.#say = say;
    const content = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.element = part(content, '.tile', HTMLElement);
    this.element.dataset.peer = peer.id;
    this.#video = part(this.element, 'video', HTMLVideoElement);
    watchPicture(this.element, this.#video);
  }

  get video() {
    return this.#video;
  }

  /** The peer is new or another than before: shows it, and says what is news. */
  change() {
    this.#watchAway();
    const keys = this.#news.changed(this.#peer);
    this.render();
    for (const key of keys) this.#say(key, this.#peer);
  }

  end() {
    clearTimeout(this.#awayTimer);
    this.element.remove();
    this.#video.srcObject = null;
  }

  #watchAway() {
    if (this.#peer.away) {
      this.#awayTimer ||= window.setTimeout(() => {
        this.#longAway = true;
        this.render();
        this.#say('saidAway', this.#peer);
      }, awayAfterMs);
      return;
    }
    clearTimeout(this.#awayTimer);
    this.#awayTimer = 0;
    this.#longAway = false;
  }

  render() {
    const peer = this.#peer;
    const name = peer.name || this.#texts.get('guest');
    const data = this.element.dataset;
    data.muted = String(peer.microphone !== 'on');
    data.microphone = peer.microphone;
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
    if (peer.state === 'connecting') return this.#longAway ? '' : this.#texts.get('peerConnecting');
    if (peer.camera === 'on') return '';
    return this.#texts.get(peer.camera === 'off' ? 'cameraIsOff' : 'cameraIsNone');
  }

  /** @param {Peer} peer */
  #badgeState(peer) {
    if (peer.state === 'connecting') return ''; // nothing is known of the sources yet
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
    const key = this.#connectionKey(peer);
    chip.hidden = !key;
    chip.textContent = key ? this.#texts.get(key) : '';
  }

  /**
   * @param {Peer} peer
   * @returns {Key|undefined}
   */
  #connectionKey(peer) {
    const lasting = peer.state === 'connected' || peer.state === 'connecting';
    if (lasting) return this.#longAway ? 'peerAway' : undefined;
    if (peer.state === 'reconnecting' && !this.#news.wasConnected) return 'peerConnecting';
    return stateKeys[peer.state];
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
    const tile = new PeerTile(this.#template, peer, this.#texts,
      (key, who) => this.#tell(key, who));
    this.#tiles.set(peer.id, tile);
    this.#tell('saidJoined', peer);
    tile.change();
    this.#list.append(tile.element);
    this.#player.play(tile.video);
  }

  /**
   * @param {Peer} peer
   * @returns {void}
   */
  change(peer) {
    const tile = this.#tiles.get(peer.id);
    if (!tile) return this.add(peer);
    tile.change();
    if (tile.video.paused) this.#player.play(tile.video);
  }

  /**
   * @param {Peer} peer
   * @param {boolean} told false: it is not this peer who has left
   */
  remove(peer, told) {
    const tile = this.#tiles.get(peer.id);
    if (!tile) return;
    this.#drop(peer.id, tile);
    if (told) this.#tell('saidLeft', peer);
  }

  clear() {
    for (const [id, tile] of this.#tiles) this.#drop(id, tile);
  }

  /** Puts every tile into the language of the time. */
  render() {
    for (const tile of this.#tiles.values()) tile.render();
  }

  /**
   * @param {string} id
   * @param {PeerTile} tile
   */
  #drop(id, tile) {
    this.#tiles.delete(id);
    tile.end();
    this.#player.forget(tile.video);
  }

  /**
   * @param {Key} key
   * @param {Peer} peer
   */
  #tell(key, peer) {
    this.#say(this.#texts.get(key, { name: peer.name || this.#texts.get('guest') }));
  }
}
