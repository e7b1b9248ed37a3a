/* tiles.js - the tiles of the peers, each kept for as long as its peer is in the room. */
/* SPDX-License-Identifier: MIT */

import { TileFit } from './fit.js';
import { visibleName } from './names.js';
import { PeerNews } from './news.js';
import { part, renderAvatar, watchPicture } from './picture.js';
import { obstacleKey, qualityKey } from './quality.js';
import { TileTools } from './tools.js';

/** @typedef {import('../peerface.js').Peer} Peer */
/** @typedef {import('./player.js').Player} Player */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */
/** @typedef {import('./guard.js').Guard} Guard */
/** @typedef {import('./backdrop.js').Backdrops} Backdrops */
/** @typedef {import('./tools.js').ToolContext} ToolContext */

/**
 * What the tiles share.
 * @typedef {object} TileParts
 * @property {Player} player
 * @property {Guard} guard
 * @property {Backdrops} backdrops
 * @property {(text: string) => void} say to a screen reader
 */
/** @typedef {TileParts & ToolContext} TileContext */

/** @type {Record<string, Key>} */
const stateKeys = {
  unstable: 'peerUnstable',
  reconnecting: 'peerReconnecting',
  unreachable: 'peerUnreachable',
};

/** 'unknown': the peer has not said it yet, which is not to be taken for 'none'. */
/** @typedef {Peer['microphone']|'unknown'} ShownMicrophone */
/** 'unsupported': the camera is on, but its video cannot be received. */
/** @typedef {ShownMicrophone|'unsupported'} ShownCamera */

/** @type {Partial<Record<ShownCamera, Key>>} */
const cameraKeys = {
  off: 'cameraIsOff',
  none: 'cameraIsNone',
  interrupted: 'cameraInterrupted',
  unsupported: 'cameraUnsupported',
};

/** A peer that loses the relay for less is usually back: after a restart, everybody does. */
const awayAfterMs = 3000;

/** The tile of one peer. */
class PeerTile {
  #texts;
  #guard;
  #video;
  #fit;
  #tools;
  #news = new PeerNews();
  #peer;
  /** The peer has said what its sources are: it does so before it is connected. */
  #told = false;
  #say;
  #awayTimer = 0;
  /** The peer has been without the relay for long enough to show it. */
  #longAway = false;

  /**
   * @param {HTMLTemplateElement} template
   * @param {Peer} peer
   * @param {TileContext} context
   * @param {(key: Key, peer: Peer) => void} say
   */
  constructor(template, peer, context, say) {
    this.#texts = context.texts;
    this.#guard = context.guard;
    this.#peer = peer;
    this.#say = say;
    // A clone would belong to the template's document, and its video start over in this one.
    const content = document.importNode(template.content, true);
    this.element = part(content, '.tile', HTMLElement);
    this.element.dataset.peer = peer.id;
    this.#video = part(this.element, 'video', HTMLVideoElement);
    watchPicture(this.element, this.#video);
    this.#fit = new TileFit(this.element, this.#video, (whole) => {
      context.backdrops.set(this.#video, whole);
      this.renderTools();
    });
    this.#tools = new TileTools(this.element, context,
      { id: peer.id, name: () => this.name, fit: this.#fit });
  }

  get video() {
    return this.#video;
  }

  get told() {
    return this.#told;
  }

  get name() {
    return visibleName(this.#peer.name, this.#texts.get('guest'));
  }

  /** The peer is new or has changed: shows it, and says what is new. */
  change() {
    this.#watchAway();
    if (this.#peer.state === 'connecting') this.#told = false;
    if (this.#peer.state === 'connected') this.#told = true;
    const keys = this.#news.changed(this.#peer);
    this.render();
    for (const key of keys) this.#say(key, this.#peer);
  }

  end() {
    clearTimeout(this.#awayTimer);
    this.#fit.end();
    this.#tools.end();
    this.element.remove();
    this.#video.srcObject = null;
    this.#guard.forget(this.#part('picture'));
    this.#guard.forget(this.#part('words'));
    this.#guard.forget(this.#part('tools'));
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
    this.#guard.run(this.#part('picture'), () => this.#renderPicture(this.#peer));
    this.#guard.run(this.#part('words'), () => this.#renderWords(this.#peer));
    this.renderTools();
  }

  renderTools() {
    this.#guard.run(this.#part('tools'), () => this.#tools.render());
  }

  /** @param {string} part */
  #part(part) {
    return `${part} of peer ${this.#peer.id}`;
  }

  /** @param {Peer} peer */
  #renderPicture(peer) {
    const data = this.element.dataset;
    data.microphone = this.#shown(peer.microphone);
    data.muted = String(data.microphone === 'off' || data.microphone === 'none');
    data.camera = this.#shownCamera(peer); // the video is visible only where this is 'on'
    data.state = peer.state;
    data.away = String(peer.away);
    if (this.#video.srcObject !== peer.stream) this.#video.srcObject = peer.stream;
  }

  /**
   * @param {Peer['microphone']} source
   * @returns {ShownMicrophone}
   */
  #shown(source) {
    return source === 'none' && !this.#told ? 'unknown' : source;
  }

  /**
   * @param {Peer} peer
   * @returns {ShownCamera}
   */
  #shownCamera({ camera, videoSupported }) {
    return camera === 'on' && !videoSupported && this.#told ? 'unsupported' : this.#shown(camera);
  }

  /** @param {Peer} peer */
  #renderWords(peer) {
    const name = this.name;
    renderAvatar(this.element, name, peer.id);
    this.#text('.badgeName', name);
    this.#text('.badgeState', this.#badgeState(peer));
    this.#text('.tileNote', this.#note(peer));
    this.#renderConnection(peer);
    this.#video.setAttribute('aria-label', this.#texts.get('videoOf', { name }));
  }

  /**
   * The line below the avatar.
   * @param {Peer} peer
   */
  #note(peer) {
    if (peer.state === 'connecting') return this.#longAway ? '' : this.#texts.get('peerConnecting');
    return this.#cameraText(peer);
  }

  /** @param {Peer} peer */
  #badgeState(peer) {
    if (peer.state === 'connecting') return ''; // the sources are not known yet
    const states = [];
    const microphone = this.#shown(peer.microphone);
    if (microphone === 'off') states.push(this.#texts.get('microphoneIsOff'));
    if (microphone === 'none') states.push(this.#texts.get('microphoneIsNone'));
    if (microphone === 'interrupted') states.push(this.#texts.get('microphoneInterrupted'));
    const camera = this.#cameraText(peer);
    if (camera) states.push(camera);
    return states.join(', ');
  }

  /**
   * Why there is no picture; '' where there is one.
   * @param {Peer} peer
   */
  #cameraText(peer) {
    const key = cameraKeys[this.#shownCamera(peer)];
    return key ? this.#texts.get(key) : '';
  }

  /** @param {Peer} peer */
  #renderConnection(peer) {
    const chip = part(this.element, '.connection', HTMLElement);
    const key = this.#connectionKey(peer);
    chip.hidden = !key;
    chip.textContent = key ? this.#texts.get(key, { name: this.name }) : '';
  }

  /**
   * @param {Peer} peer
   * @returns {Key|undefined}
   */
  #connectionKey(peer) {
    const obstacle = obstacleKey(peer);
    if (obstacle) return obstacle;
    const lasting = peer.state === 'connected' || peer.state === 'connecting';
    if (lasting) return this.#longAway ? 'peerAway' : qualityKey(peer, ['bad']);
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

/** The tiles of all peers, by peer id. */
export class PeerTiles {
  #list;
  #template;
  #context;
  /** @type {Map<string, PeerTile>} */
  #tiles = new Map();

  /**
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} template
   * @param {TileContext} context
   */
  constructor(list, template, context) {
    this.#list = list;
    this.#template = template;
    this.#context = context;
  }

  get count() {
    return this.#tiles.size;
  }

  /**
   * @param {string} id
   * @returns {string} '' if there is no such peer
   */
  nameOf(id) {
    return this.#tiles.get(id)?.name ?? '';
  }

  /**
   * Whether that peer has said what its sources are.
   * @param {string} id
   */
  hasTold(id) {
    return this.#tiles.get(id)?.told ?? false;
  }

  /** @param {Peer} peer who is new or has changed */
  show(peer) {
    const tile = this.#tiles.get(peer.id);
    if (!tile) return this.#add(peer);
    tile.change();
    if (tile.video.paused) this.#context.player.play(tile.video);
  }

  /** @param {Peer} peer */
  remove(peer) {
    const tile = this.#tiles.get(peer.id);
    if (tile) this.#drop(peer.id, tile);
  }

  clear() {
    for (const [id, tile] of this.#tiles) this.#drop(id, tile);
  }

  /** What can be done with the tiles may have changed, and their places. */
  renderTools() {
    for (const tile of this.#tiles.values()) tile.renderTools();
  }

  /** Renders every tile, in the current language. */
  render() {
    for (const tile of this.#tiles.values()) tile.render();
  }

  /** @param {Peer} peer */
  #add(peer) {
    const tile = new PeerTile(this.#template, peer, this.#context,
      (key, who) => this.#tell(key, who));
    this.#tiles.set(peer.id, tile);
    tile.change();
    this.#list.append(tile.element);
    this.#context.player.add(tile.video);
  }

  /**
   * @param {string} id
   * @param {PeerTile} tile
   */
  #drop(id, tile) {
    this.#tiles.delete(id);
    this.#context.pin.forget(id);
    tile.end();
    this.#context.player.forget(tile.video);
  }

  /**
   * @param {Key} key
   * @param {Peer} peer
   */
  #tell(key, peer) {
    const { say, texts } = this.#context;
    say(texts.get(key, { name: visibleName(peer.name, texts.get('guest')) }));
  }
}
