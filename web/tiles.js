/* tiles.js - the pictures of a call: one tile per peer, one's own, and the stage they stand on. */
/* SPDX-License-Identifier: MIT */

import { isOff } from './controls.js';
import { fitTiles } from './layout.js';
import { troubleOf } from './notices.js';

/** @typedef {import('./peerface.js').Peer} Peer */
/** @typedef {import('./peerface.js').LocalSource} LocalSource */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */
/** @typedef {'microphone'|'camera'} Kind */

const hues = 8;

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

/** @type {Record<Kind, Partial<Record<import('./notices.js').Trouble, Key>>>} */
const troubleKeys = {
  microphone: { denied: 'microphoneBlocked', none: 'microphoneIsNone', busy: 'microphoneBusy',
    insecure: 'microphoneBlocked' },
  camera: { denied: 'cameraBlocked', none: 'cameraIsNone', busy: 'cameraBusy',
    insecure: 'cameraBlocked' },
};

/**
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new (...args: never[]) => T} type
 * @returns {T}
 */
export function part(root, selector, type) {
  const element = root.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`the page has no ${selector}`);
  return element;
}

/**
 * One or two letters that stand for a name: of a Korean name the given name, else the initials.
 * @param {string} name
 */
export function initialsOf(name) {
  const words = name.trim().split(/\s+/u);
  const letters = Array.from(words[0]);
  if (/^[\uac00-\ud7a3]{2,4}$/u.test(words[0])) return letters.slice(-2).join('');
  const last = words.length > 1 ? Array.from(words[words.length - 1])[0] : '';
  return ((letters[0] ?? '') + last).toUpperCase();
}

/**
 * A colour of the avatar that stays the same for the same person.
 * @param {string} seed
 */
function hueOf(seed) {
  let sum = 0;
  for (const character of seed) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65521;
  return String(sum % hues);
}

/**
 * @param {HTMLElement} tile
 * @param {string} name
 * @param {string} seed
 */
function renderAvatar(tile, name, seed) {
  const avatar = part(tile, '.avatar', HTMLElement);
  avatar.textContent = initialsOf(name);
  tile.dataset.hue = hueOf(seed);
}

/** Plays what arrives, and tells when the browser wants a gesture first. */
export class Player {
  #blocked;
  #changed;

  /** @param {() => void} changed the answer of `blocked` is another one */
  constructor(changed) {
    /** @type {Set<HTMLVideoElement>} */
    this.#blocked = new Set();
    this.#changed = changed;
  }

  get blocked() {
    return this.#blocked.size > 0;
  }

  /** @param {HTMLVideoElement} video */
  play(video) {
    video.play().then(() => this.#note(video, false), (error) => {
      // AbortError: the element was given other tracks meanwhile; it has to be asked again.
      if (error.name === 'AbortError' && video.isConnected) requestAnimationFrame(() => {
        if (video.isConnected && video.paused) this.play(video);
      });
      this.#note(video, error.name === 'NotAllowedError' && video.isConnected);
    });
  }

  /** To be called within a gesture of the person. */
  retry() {
    for (const video of this.#blocked) this.play(video);
  }

  /** @param {HTMLVideoElement} video */
  forget(video) {
    this.#note(video, false);
  }

  /**
   * @param {HTMLVideoElement} video
   * @param {boolean} blocked
   */
  #note(video, blocked) {
    const before = this.blocked;
    if (blocked) this.#blocked.add(video);
    else this.#blocked.delete(video);
    if (this.blocked !== before) this.#changed();
  }
}

/**
 * Marks a tile as having a picture once there is one to show.
 * @param {HTMLElement} tile
 * @param {HTMLVideoElement} video
 */
function watchPicture(tile, video) {
  const mark = () => { tile.dataset.picture = String(video.videoWidth > 0); };
  for (const event of ['loadeddata', 'resize', 'playing', 'emptied']) {
    video.addEventListener(event, mark);
  }
}

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
    if (before.state !== now.state && saidKeys[peer.state]) keys.push(saidKeys[peer.state]);
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

/** One's own picture: in the lobby as the preview, in the call as a tile. */
export class OwnTile {
  #tile;
  #texts;
  #video;

  /**
   * @param {HTMLElement} tile
   * @param {Texts} texts
   */
  constructor(tile, texts) {
    this.#tile = tile;
    this.#texts = texts;
    this.#video = part(tile, 'video', HTMLVideoElement);
    watchPicture(tile, this.#video);
  }

  /** @param {MediaStream|null} stream */
  show(stream) {
    this.#video.srcObject = stream;
    // Muted, so no browser refuses; a picture that is hidden starts when it is shown.
    if (stream) this.#video.play().catch(() => {});
  }

  /**
   * @param {string} name
   * @param {LocalSource|undefined} microphone
   * @param {LocalSource|undefined} camera
   */
  render(name, microphone, camera) {
    const data = this.#tile.dataset;
    data.muted = String(!!microphone && isOff(microphone));
    data.camera = cameraState(camera);
    data.mirrored = String(this.#facing() !== 'environment');
    renderAvatar(this.#tile, name || this.#texts.get('you'), name);
    const badge = this.#tile.querySelector('.badgeName');
    if (badge) {
      badge.textContent = name ? this.#texts.get('youNamed', { name }) : this.#texts.get('you');
    }
    const note = sourceNote('camera', camera);
    part(this.#tile, '.tileNote', HTMLElement).textContent = note ? this.#texts.get(note) : '';
  }

  /** A camera at the back of a phone shows the world: that is not to be mirrored. */
  #facing() {
    const stream = this.#video.srcObject;
    const track = stream instanceof MediaStream ? stream.getVideoTracks()[0] : undefined;
    return track?.getSettings().facingMode ?? '';
  }
}

/**
 * @param {LocalSource|undefined} camera
 * @returns {'on'|'off'|'none'|'opening'}
 */
function cameraState(camera) {
  if (!camera || !camera.wanted) return 'off';
  if (camera.state === 'live') return 'on';
  return camera.state === 'failed' ? 'none' : 'opening';
}

/**
 * What is to be said of a source on its owner's tile, if anything.
 * @param {Kind} kind
 * @param {LocalSource|undefined} source
 * @returns {Key|''}
 */
export function sourceNote(kind, source) {
  if (!source) return '';
  if (!source.wanted) return kind === 'camera' ? 'cameraIsOff' : 'microphoneIsOff';
  if (source.state === 'opening' || source.state === 'idle') {
    return kind === 'camera' ? 'cameraStarting' : 'microphoneStarting';
  }
  return troubleKeys[kind][troubleOf(source)] ?? '';
}

/** Where the tiles stand: their number and the room for them decide how large they are. */
export class Stage {
  #stage;
  #peerCount = 0;

  /** @param {HTMLElement} stage */
  constructor(stage) {
    this.#stage = stage;
    new ResizeObserver(() => this.#fit()).observe(stage);
  }

  /** @param {number} peerCount */
  render(peerCount) {
    if (peerCount === this.#peerCount && this.#stage.dataset.layout) return;
    this.#peerCount = peerCount;
    this.#stage.dataset.layout = ['alone', 'pair'][peerCount] ?? 'grid';
    this.#fit();
  }

  #fit() {
    const gap = parseFloat(getComputedStyle(this.#stage).columnGap) || 0;
    // With two people one's own picture lies over the other's; else it is a tile like the others.
    const count = this.#peerCount === 1 ? 1 : this.#peerCount + 1;
    const { clientWidth, clientHeight } = this.#stage;
    const tile = fitTiles(count, clientWidth, clientHeight, gap);
    this.#stage.style.setProperty('--tile-width', `${tile.width}px`);
    this.#stage.style.setProperty('--tile-height', `${tile.height}px`);
    this.#stage.style.setProperty('--columns', String(tile.columns));
  }
}
