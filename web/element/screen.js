/* screen.js - the shadow tree of <peerface-room>: a lobby, and the page's tiles and controls. */
/* SPDX-License-Identifier: MIT */

import { Backdrops } from '../page/backdrop.js';
import { sourceControls } from '../page/controls.js';
import { TileFit } from '../page/fit.js';
import { Guard } from '../page/guard.js';
import { Texts } from '../page/i18n.js';
import { Menu } from '../page/menu.js';
import { ownId } from '../page/own-id.js';
import { OwnTile } from '../page/own.js';
import { part } from '../page/picture.js';
import { Pin } from '../page/pin.js';
import { Player } from '../page/player.js';
import { ScreenTiles } from '../page/screens.js';
import { SelfView } from '../page/selfview.js';
import { OwnShare } from '../page/share.js';
import { Stage } from '../page/stage.js';
import { PeerTiles } from '../page/tiles.js';
import { TileTools } from '../page/tools.js';
import { markup } from './markup.js';

/** @typedef {import('../peerface.js').Room} Room */
/** @typedef {import('../page/i18n.js').Key} Key */
/** @typedef {import('../page/i18n.js').Language} Language */

/**
 * @typedef {object} ScreenHooks
 * @property {() => void} enter
 * @property {() => void} leave
 * @property {() => Room|undefined} room
 */

/** Nothing of a page that is not ours is kept. */
const nowhere = { get: () => '', set: () => false };
/** The small window is the page's. */
const noWindow = /** @type {any} */ ({ can: () => false, isOf: () => false, forget() {} });

/** Which parts of the tree a page may style: its ::part() by our class. */
const styled = { '.stage': 'stage', '.tile': 'tile', '.round, .wide': 'button', '.badge': 'badge' };

/** @param {ParentNode} root with templates */
function nameParts(root) {
  for (const [selector, name] of Object.entries(styled)) {
    for (const element of root.querySelectorAll(selector)) element.setAttribute('part', name);
  }
  for (const template of root.querySelectorAll('template')) nameParts(template.content);
}

/** @type {DocumentFragment|undefined} parsed once for all elements */
let parsed;

/**
 * The markup is ours. A page that requires trusted types has to be told so, once: it may allow the
 * name `peerface` for a single policy.
 */
function tree() {
  if (parsed) return parsed;
  const template = document.createElement('template');
  const { trustedTypes } = /** @type {any} */ (window); // not in every browser
  const policy = trustedTypes?.createPolicy('peerface', {
    createHTML: (/** @type {string} */ html) => html,
  });
  template.innerHTML = policy ? policy.createHTML(markup) : markup;
  nameParts(template.content);
  parsed = template.content;
  return parsed;
}

export class Screen {
  #root;
  #hooks;
  #guard = new Guard();
  #player = new Player(() => this.render());
  #selfView = new SelfView(nowhere, () => this.render());
  /** @type {Key|''} */
  #error = '';
  /** One waits at the locked door. */
  #knocking = false;
  /** @type {string[]|undefined} */
  controls;

  /**
   * @param {ShadowRoot} shadow
   * @param {Language} language whose texts have been loaded
   * @param {ScreenHooks} hooks
   */
  constructor(shadow, language, hooks) {
    shadow.append(document.importNode(tree(), true));
    const root = this.#root = part(shadow, '.room', HTMLElement);
    this.#hooks = hooks;
    this.texts = new Texts(language);
    const say = (/** @type {string} */ text) => {
      part(root, '.announcer', HTMLElement).textContent = text;
    };
    const { texts } = this;
    const changed = () => this.render();
    this.#pin = new Pin(texts, { say, changed });
    const context = {
      texts, say, pin: this.#pin, pip: noWindow, menu: new Menu(part(root, '.menu', HTMLElement)),
      toolsTemplate: part(root, '.toolsTemplate', HTMLTemplateElement),
      player: this.#player, guard: this.#guard, backdrops: new Backdrops(),
    };
    const list = part(root, '.peers', HTMLElement);
    this.#stage = new Stage(part(root, '.stage', HTMLElement), this.#guard);
    this.#tiles = new PeerTiles(list, part(root, '.peerTemplate', HTMLTemplateElement), context);
    this.#screens = new ScreenTiles(list, part(root, '.screenTemplate', HTMLTemplateElement),
      context);
    const own = part(root, '.own', HTMLElement);
    this.#own = new OwnTile(own, texts);
    this.#ownTools = new TileTools(own, context, {
      id: ownId, name: () => texts.get('ownPicture'), selfView: this.#selfView,
      fit: new TileFit(own, part(own, 'video', HTMLVideoElement), () => {}),
    });
    this.#share = new OwnShare(root, texts, {
      say, tell: say, shareScreen: (on) => hooks.room()?.setScreen(on),
    });
    this.#sources = sourceControls(root, texts, {
      toggle(kind, on) {
        const room = hooks.room();
        if (kind === 'microphone') room?.setMicrophone(on);
        else room?.setCamera(on);
      },
      select(kind, id) {
        const room = hooks.room();
        if (kind === 'microphone') room?.selectMicrophone(id);
        else room?.selectCamera(id);
      },
    });
    part(root, '.leaveButton', HTMLElement).addEventListener('click', hooks.leave);
    part(root, '.showOwn', HTMLElement).addEventListener('click', () => {
      this.#selfView.hidden = false;
    });
    part(root, '.play', HTMLElement).addEventListener('click', () => this.#player.retry());
    part(root, '.lobby', HTMLElement).addEventListener('submit', (event) => {
      event.preventDefault();
      hooks.enter();
    });
    this.translate(language);
  }

  #pin;
  #stage;
  #tiles;
  #screens;
  #own;
  #ownTools;
  #share;
  #sources;

  get name() {
    return part(this.#root, '.nameField', HTMLInputElement).value.trim();
  }

  /** Whether the name is to be asked for. @param {boolean} asks */
  set asksName(asks) {
    part(this.#root, '.nameBox', HTMLElement).hidden = !asks;
  }

  /** @param {Key|''} key */
  set error(key) {
    this.#error = key;
    this.render();
  }

  /** @param {boolean} knocking one waits at the locked door */
  set knocking(knocking) {
    this.#knocking = knocking;
    this.render();
  }

  /** @param {Language} language whose texts have been loaded */
  translate(language) {
    this.texts.language = language;
    this.#root.lang = language;
    this.texts.apply(this.#root);
    this.#tiles.render();
    this.#screens.render();
    this.render();
  }

  /** @param {import('../peerface.js').Peer} peer */
  show(peer) {
    this.#tiles.show(peer);
    this.#screens.show(peer);
  }

  /** @param {import('../peerface.js').Peer} peer */
  remove(peer) {
    this.#tiles.remove(peer);
    this.#screens.remove(peer);
  }

  /** A call begins, or is over. @param {boolean} inCall */
  change(inCall) {
    const lobby = part(this.#root, '.lobby', HTMLElement);
    const call = part(this.#root, '.call', HTMLElement);
    const shadow = /** @type {ShadowRoot} */ (this.#root.getRootNode());
    const focused = shadow.activeElement !== null;
    this.#root.dataset.screen = inCall ? 'call' : 'lobby';
    lobby.hidden = inCall;
    call.hidden = !inCall;
    if (!inCall) {
      this.#tiles.clear();
      this.#screens.clear();
      this.#own.show(null);
    }
    if (focused) {
      part(inCall ? call : lobby, inCall ? '.muteButton' : '.enter', HTMLElement).focus();
    }
  }

  render() {
    const room = this.#hooks.room();
    const error = part(this.#root, '.error', HTMLElement);
    const play = part(this.#root, '.play', HTMLElement);
    part(this.#root, '.errorText', HTMLElement).textContent = this.#error
      ? this.texts.get(this.#error) : '';
    play.hidden = !this.#player.blocked;
    error.hidden = !this.#error && play.hidden;
    part(this.#root, '.knocking', HTMLElement).hidden = !this.#knocking;
    if (room) this.#guard.run('call', () => this.#renderCall(room));
  }

  /** @param {Room} room */
  #renderCall(room) {
    const { microphone, camera, microphones, cameras, self, screen, stream, peers } = room;
    const view = { microphone, camera, microphones, cameras };
    const others = this.#tiles.count + this.#screens.count;
    const { mirrored, hidden, corner } = this.#selfView;
    for (const control of this.#sources) control.render(view);
    this.#pin.possible = others > 1;
    if (this.#shown !== stream.id + stream.getTracks().length) this.#own.show(stream);
    this.#shown = stream.id + stream.getTracks().length;
    this.#own.render({ ...view, name: '', id: self, mirrored });
    this.#ownTools.render();
    this.#tiles.renderTools();
    this.#screens.renderTools();
    this.#share.render(screen, peers.values());
    const ownHidden = hidden && others > 0;
    part(this.#root, '.showOwn', HTMLElement).hidden = !ownHidden;
    this.#stage.render(others, { large: this.#pin.id || this.#screens.latest, ownHidden, corner });
    part(this.#root, '.empty', HTMLElement).hidden = others > 0 || room.state !== 'joined';
    this.#renderControls();
  }

  #shown = '';

  #renderControls() {
    const wanted = this.controls;
    const bar = part(this.#root, '.controls', HTMLElement);
    const buttons = { microphone: '.muteButton', camera: '.cameraButton', leave: '.leaveButton' };
    for (const [name, selector] of Object.entries(buttons)) {
      const button = part(bar, selector, HTMLElement);
      const box = /** @type {HTMLElement} */ (button.closest('.split') ?? button);
      box.hidden = wanted !== undefined && !wanted.includes(name);
    }
    part(bar, '.shareButton', HTMLElement).hidden = !navigator.mediaDevices?.getDisplayMedia
      || (wanted !== undefined && !wanted.includes('screen'));
  }
}
