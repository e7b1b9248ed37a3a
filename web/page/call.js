/* call.js - the call screen: everybody's picture and the controls below. */
/* SPDX-License-Identifier: MIT */

/*
 * A component: it gets its root element, finds everything below it, and knows nothing of the page
 * around. The markup is in index.html, the styles in theme.css, tiles.css and call.css.
 */

import { SourceControl } from './controls.js';
import { Guard } from './guard.js';
import { Invite } from './invite.js';
import { OwnTile, sourceNote } from './own.js';
import { part } from './picture.js';
import { Player } from './player.js';
import { Stage } from './stage.js';
import { PeerTiles } from './tiles.js';

/** @typedef {import('../peerface.js').Peer} Peer */
/** @typedef {import('./i18n.js').Key} Key */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./controls.js').SourceView} SourceView */
/** @typedef {import('./controls.js').SourceIntentions} SourceIntentions */

/**
 * @typedef {object} CallHooks
 * @property {(text: string) => void} say to a screen reader
 * @property {() => void} leave the person wants to
 * @property {() => void} copyLink the person wants to
 * @property {() => void} [copyRefused] the browser does not let the page copy
 * @property {() => void} changed something else is to be shown; asks for a call of render()
 */

/**
 * @typedef {object} CallView
 * @property {string} name one's own
 * @property {boolean} aloneUnsaid one is alone in the room, and nothing else says so
 */

export class CallScreen {
  #root;
  #texts;
  #guard = new Guard();
  #player;
  #tiles;
  #stage;
  #own;
  #invite;
  #controls;

  /**
   * @param {HTMLElement} root
   * @param {Texts} texts
   * @param {CallHooks & SourceIntentions} hooks
   */
  constructor(root, texts, hooks) {
    this.#root = root;
    this.#texts = texts;
    this.#player = new Player(hooks.changed);
    this.#stage = new Stage(part(root, '.stage', HTMLElement));
    this.#tiles = new PeerTiles(part(root, '.peers', HTMLElement),
      part(root, '.peerTemplate', HTMLTemplateElement),
      { texts, player: this.#player, guard: this.#guard, say: hooks.say });
    this.#own = new OwnTile(part(root, '.own', HTMLElement), texts);
    const copyButton = part(root, '.copyButton', HTMLElement);
    this.#invite = new Invite(copyButton, texts, hooks.say, hooks.changed,
      () => hooks.copyRefused?.());
    this.#controls = SourceControl.ofBoth(root, texts, hooks);
    copyButton.addEventListener('click', hooks.copyLink);
    part(root, '.leaveButton', HTMLElement).addEventListener('click', hooks.leave);
  }

  /** How many others there are. */
  get count() {
    return this.#tiles.count;
  }

  /** The browser plays the others only after a gesture. */
  get soundBlocked() {
    return this.#player.blocked;
  }

  /** The link to the room has just been copied. */
  get linkCopied() {
    return this.#invite.copied;
  }

  /** To be called within a user gesture. */
  play() {
    this.#player.retry();
  }

  /** @param {string} link */
  copyLink(link) {
    return this.#invite.copy(link);
  }

  /** @param {'mute'|'camera'} which button is to be pressed */
  press(which) {
    part(this.#root, `.${which}Button`, HTMLButtonElement).click();
  }

  /** @param {MediaStream|null} stream one's own picture */
  show(stream) {
    this.#own.show(stream);
  }

  /** @param {Peer} peer who has come or changed */
  showPeer(peer) {
    this.#tiles.show(peer);
  }

  /**
   * @param {Peer} peer
   * @param {boolean} told false: the peer has not left, but is not shown any more
   */
  removePeer(peer, told) {
    this.#tiles.remove(peer, told);
  }

  clear() {
    this.#tiles.clear();
  }

  /** Puts every text into the current language. */
  translate() {
    this.#tiles.render();
  }

  /** @param {CallView & SourceView} view */
  render(view) {
    const { microphone, camera } = view;
    for (const control of this.#controls) {
      this.#guard.run(`${control.kind} control`, () => control.render(view));
    }
    this.#guard.run('stage', () => this.#stage.render(this.#tiles.count));
    this.#guard.run('own tile', () => this.#own.render(view.name, microphone, camera));
    this.#guard.run('chips', () => this.#renderChips(view));
    this.#guard.run('link button', () => this.#invite.render());
  }

  /**
   * What else holds is said on one's own tile; of the camera its note says it.
   * @param {CallView & SourceView} view
   */
  #renderChips({ microphone, aloneUnsaid }) {
    const note = sourceNote('microphone', microphone);
    /** @type {Key[]} */
    const keys = note && note !== 'microphoneIsOff' ? [note] : [];
    if (aloneUnsaid) keys.push('onlyYou');
    const chips = keys.map((key) => {
      const chip = document.createElement('li');
      chip.className = 'chip';
      chip.textContent = this.#texts.get(key);
      return chip;
    });
    part(this.#root, '.own .chips', HTMLElement).replaceChildren(...chips);
  }
}
