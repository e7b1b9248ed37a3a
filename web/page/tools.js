/* tools.js - what a person can do with one tile: its buttons, and the menu that has them all. */
/* SPDX-License-Identifier: MIT */

import { canFullScreen, isFullScreen, toggleFullScreen } from './fullscreen.js';
import { corners } from './layout.js';
import { part } from './picture.js';

/** @typedef {import('./fit.js').TileFit} TileFit */
/** @typedef {import('./i18n.js').Key} Key */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./layout.js').Corner} Corner */
/** @typedef {import('./menu.js').Item} Item */
/** @typedef {import('./menu.js').Menu} Menu */
/** @typedef {import('./pin.js').Pin} Pin */
/** @typedef {import('./pip.js').PictureInPicture} PictureInPicture */
/** @typedef {import('./selfview.js').SelfView} SelfView */

/**
 * What the tools of all tiles share.
 * @typedef {object} ToolContext
 * @property {Texts} texts
 * @property {Menu} menu
 * @property {Pin} pin
 * @property {PictureInPicture} pip
 * @property {HTMLTemplateElement} toolsTemplate
 */

/**
 * The tile that they are for.
 * @typedef {object} Subject
 * @property {string} id
 * @property {() => string} name to show
 * @property {Pick<TileFit, 'fit'|'choosable'|'toggle'>} fit
 * @property {boolean} [screen] it is a screen, of which the small window would cut the edges
 * @property {SelfView} [selfView] it is one's own
 */

/** @type {Record<Corner, Key>} */
const cornerKeys = {
  'top-left': 'ownTopLeft',
  'top-right': 'ownTopRight',
  'bottom-left': 'ownBottomLeft',
  'bottom-right': 'ownBottomRight',
};

export class TileTools {
  #tile;
  #video;
  #context;
  #subject;
  #button;

  /**
   * @param {HTMLElement} tile
   * @param {ToolContext} context
   * @param {Subject} subject
   */
  constructor(tile, context, subject) {
    this.#tile = tile;
    this.#video = part(tile, 'video', HTMLVideoElement);
    this.#context = context;
    this.#subject = subject;
    tile.append(context.toolsTemplate.content.cloneNode(true));
    this.#button = part(tile, '.menuTool', HTMLButtonElement);
    this.#button.addEventListener('click', () => {
      context.menu.toggle(this.#button, this.#title(), this.#items());
    });
    const act = (/** @type {string} */ code) => () => {
      this.#items().find((item) => item.code === code)?.act();
    };
    part(tile, '.pinTool', HTMLButtonElement).addEventListener('click', act('pin'));
    part(tile, '.fitTool', HTMLButtonElement).addEventListener('click', act('fit'));
  }

  render() {
    const { texts, pin } = this.#context;
    const pinned = pin.id === this.#subject.id;
    this.#tile.dataset.pinned = String(pinned);
    this.#tile.dataset.pinnable = String(pin.possible);
    const name = this.#subject.name();
    const key = this.#subject.selfView ? 'ownTileMenu' : 'tileMenu';
    this.#button.setAttribute('aria-label', texts.get(key, { name }));
    this.#entitle('.pinTool', pinned ? 'unpin' : 'pin');
    this.renderFit();
  }

  renderFit() {
    this.#entitle('.fitTool', this.#fitKey());
  }

  /** The tile goes away. */
  end() {
    this.#context.menu.closeWithin(this.#tile);
    this.#context.pip.forget(this.#tile);
  }

  /** @returns {Key} */
  #fitKey() {
    return this.#subject.fit.fit === 'fill' ? 'fitWhole' : 'fitFill';
  }

  /**
   * @param {string} selector
   * @param {Key} key
   */
  #entitle(selector, key) {
    const button = part(this.#tile, selector, HTMLButtonElement);
    button.setAttribute('aria-label', this.#context.texts.get(key));
  }

  /** The name, and what a small tile has no room for: why there is no picture, or no connection. */
  #title() {
    const states = ['.connection:not([hidden])', '.badgeState'].map((selector) =>
      this.#tile.querySelector(selector)?.textContent);
    return [this.#subject.name(), ...states].filter(Boolean).join(' · ');
  }

  /** @returns {Item[]} */
  #items() {
    return [...this.#ofPeople(), ...this.#ofPicture(), ...this.#ofOneself()];
  }

  /** @returns {Item[]} */
  #ofPeople() {
    const { texts, pin } = this.#context;
    if (!pin.possible) return [];
    const pinned = pin.id === this.#subject.id;
    return [{
      code: 'pin', icon: pinned ? 'unpin' : 'pin', label: texts.get(pinned ? 'unpin' : 'pin'),
      act: () => pin.toggle(this.#subject.id, this.#subject.name()),
    }];
  }

  /** @returns {Item[]} */
  #ofPicture() {
    const { texts, pip } = this.#context;
    const { fit, screen, selfView } = this.#subject;
    const items = [];
    if (fit.choosable && this.#tile.dataset.camera === 'on') {
      items.push({
        code: 'fit', icon: fit.fit === 'fill' ? 'whole' : 'fill', label: texts.get(this.#fitKey()),
        act: () => {
          fit.toggle();
          this.renderFit();
        },
      });
    }
    if (canFullScreen(this.#tile, this.#video)) {
      const on = isFullScreen(this.#tile);
      items.push({
        code: 'fullScreen', icon: on ? 'exit-full-screen' : 'full-screen',
        label: texts.get(on ? 'exitFullScreen' : 'fullScreen'),
        act: () => toggleFullScreen(this.#tile, this.#video),
      });
    }
    if (!selfView && !screen && pip.can(this.#video)) {
      items.push({
        code: 'pip', icon: 'pip', label: texts.get(pip.isOf(this.#tile) ? 'exitPip' : 'pip'),
        act: () => pip.toggle(this.#tile),
      });
    }
    return items;
  }

  /** @returns {Item[]} */
  #ofOneself() {
    const { selfView } = this.#subject;
    if (!selfView) return [];
    const { texts } = this.#context;
    /** @type {Item[]} */
    const items = [{
      code: 'mirror', icon: 'mirror', label: texts.get('ownMirror'), checked: selfView.mirrored,
      act: () => { selfView.mirrored = !selfView.mirrored; },
    }];
    if (this.#tile.dataset.place === 'floating') {
      items.push(...corners.map((corner) => ({
        code: corner, icon: corner, label: texts.get(cornerKeys[corner]), oneOf: true,
        checked: selfView.corner === corner, act: () => { selfView.corner = corner; },
      })));
    }
    if (this.#tile.dataset.place !== 'alone') {
      items.push({
        code: 'hide', icon: 'hide', label: texts.get('ownHide'),
        act: () => { selfView.hidden = true; },
      });
    }
    return items;
  }
}
