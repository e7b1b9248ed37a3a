/* screens.js - the tiles of the screens that peers share, each for as long as it is shared. */
/* SPDX-License-Identifier: MIT */

import { visibleName } from './names.js';
import { part, renderAvatar, watchPicture } from './picture.js';
import { TileTools } from './tools.js';

/** @typedef {import('../peerface.js').Peer} Peer */
/** @typedef {import('./tiles.js').TileContext} TileContext */

/**
 * What the tile of a peer's screen is called beside the ids of the peers.
 * @param {string} id of the peer
 */
export const screenIdOf = (id) => `screen ${id}`;

/** A screen is to be read: all of it is shown, however its tile is shaped. */
const whole = /** @type {const} */ ({ fit: 'whole', choosable: false, toggle: () => {} });

class ScreenTile {
  #context;
  #peer;
  #tools;

  /**
   * @param {HTMLTemplateElement} template
   * @param {Peer} peer
   * @param {TileContext} context
   */
  constructor(template, peer, context) {
    this.#context = context;
    this.#peer = peer;
    // A clone would belong to the template's document, and its video start over in this one.
    const content = document.importNode(template.content, true);
    this.element = part(content, '.tile', HTMLElement);
    this.element.dataset.sharer = peer.id;
    this.video = part(this.element, 'video', HTMLVideoElement);
    watchPicture(this.element, this.video);
    this.#tools = new TileTools(this.element, context,
      { id: screenIdOf(peer.id), name: () => this.name, fit: whole, screen: true });
  }

  get name() {
    const { texts } = this.#context;
    return texts.get('screenOf', { name: visibleName(this.#peer.name, texts.get('guest')) });
  }

  render() {
    const { id, name, state, screenStream } = this.#peer;
    const { texts } = this.#context;
    this.element.dataset.state = state;
    if (this.video.srcObject !== screenStream) this.video.srcObject = screenStream;
    renderAvatar(this.element, visibleName(name, texts.get('guest')), id);
    part(this.element, '.tileNote', HTMLElement).textContent = texts.get('screenStarting');
    part(this.element, '.badgeName', HTMLElement).textContent = this.name;
    this.video.setAttribute('aria-label', this.name);
    this.#tools.render();
  }

  renderTools() {
    this.#tools.render();
  }

  end() {
    this.#tools.end();
    this.element.remove();
    this.video.srcObject = null;
  }
}

/** The tiles of all shared screens, by the id of the peer. */
export class ScreenTiles {
  #list;
  #template;
  #context;
  /** @type {Map<string, ScreenTile>} in the order in which they were shared */
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

  /** The tile of the screen that was shared last; '' if there is none. */
  get latest() {
    const ids = [...this.#tiles.keys()];
    return ids.length ? screenIdOf(ids[ids.length - 1]) : '';
  }

  /** @param {Peer} peer who is new or has changed */
  show(peer) {
    const { guard, player } = this.#context;
    const name = `screen of peer ${peer.id}`;
    const known = this.#tiles.get(peer.id);
    if (peer.screen !== 'on') return this.remove(peer);
    if (known) {
      guard.run(name, () => known.render());
      if (known.video.paused) player.play(known.video);
      return;
    }
    const tile = new ScreenTile(this.#template, peer, this.#context);
    this.#tiles.set(peer.id, tile);
    guard.run(name, () => tile.render());
    this.#list.append(tile.element);
    player.add(tile.video);
  }

  /** @param {Pick<Peer, 'id'>} peer whose screen is not shared any more */
  remove({ id }) {
    const tile = this.#tiles.get(id);
    if (!tile) return;
    this.#tiles.delete(id);
    this.#context.pin.forget(screenIdOf(id));
    tile.end();
    this.#context.player.forget(tile.video);
    this.#context.guard.forget(`screen of peer ${id}`);
  }

  clear() {
    for (const id of this.#tiles.keys()) this.remove({ id });
  }

  /** What can be done with the tiles may have changed, and their places. */
  renderTools() {
    for (const tile of this.#tiles.values()) tile.renderTools();
  }

  /** Renders every tile, in the current language. */
  render() {
    for (const tile of this.#tiles.values()) tile.render();
  }
}
