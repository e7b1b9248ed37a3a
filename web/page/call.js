/* call.js - the call screen: everybody's picture and the controls below. */
/* SPDX-License-Identifier: MIT */

/*
 * A component: it gets its root element, finds everything below it, and knows nothing of the page
 * around. The markup is in index.html, the styles in theme.css, tiles.css and call.css.
 */

import { Company } from './company.js';
import { sourceControls } from './controls.js';
import { Guard } from './guard.js';
import { Invite } from './invite.js';
import { OwnTile, shownSource, sourceNote } from './own.js';
import { Panels } from './panels.js';
import { part } from './picture.js';
import { Player } from './player.js';
import { Settings } from './settings.js';
import { Speaker } from './speaker.js';
import { Stage } from './stage.js';
import { PeerTiles } from './tiles.js';
import { Tips } from './tips.js';

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
 * @property {() => void} changed something else is to be shown; asks for a call of render()
 * @property {(language: string) => void} chooseLanguage
 * @property {string} version
 */

/**
 * @typedef {object} CallView
 * @property {string} id one's own, as a member; '' before the first `joined`
 * @property {string} name one's own
 * @property {number} hand one's own
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
  #company;
  #settings;
  #shortcuts;

  /**
   * @param {HTMLElement} root
   * @param {Texts} texts
   * @param {CallHooks & SourceIntentions & import('./expressions.js').ExpressionHooks &
   *   Pick<import('./company.js').CompanyHooks, 'rename'>} hooks
   * @param {import('./preferences.js').Preferences} preferences
   */
  constructor(root, texts, hooks, preferences) {
    this.#root = root;
    this.#texts = texts;
    this.#player = new Player(hooks.changed);
    this.#stage = new Stage(part(root, '.stage', HTMLElement));
    this.#tiles = new PeerTiles(part(root, '.peers', HTMLElement),
      part(root, '.peerTemplate', HTMLTemplateElement),
      { texts, player: this.#player, guard: this.#guard, say: hooks.say });
    this.#company = new Company(root, texts, {
      ...hooks, soundsOn: () => preferences.isOn('sounds'),
    });
    this.#own = new OwnTile(part(root, '.own', HTMLElement), texts);
    this.#invite = new Invite(texts, (text) => this.#company.tell(text), hooks.changed);
    this.#controls = sourceControls(root, texts, hooks);
    const speaker = new Speaker(root);
    this.#settings = new Settings(root, texts, preferences, {
      chooseLanguage: hooks.chooseLanguage,
      chooseSpeaker: (deviceId) => speaker.choose(deviceId),
      showShortcuts: () => this.showShortcuts(),
      version: hooks.version,
    });
    this.#shortcuts = part(root, '.shortcutSheet', HTMLDialogElement);
    new Panels(root);
    new Tips(root);
    this.#onClick('.copyButton', hooks.copyLink);
    this.#onClick('.settingsButton', () => this.#settings.open());
    this.#onClick('.moreMenu .shortcutsButton', () => this.showShortcuts());
    part(root, '.leaveButton', HTMLElement).addEventListener('click', hooks.leave);
  }

  /**
   * @param {string} selector
   * @param {() => void} action
   */
  #onClick(selector, action) {
    for (const button of this.#root.querySelectorAll(selector)) {
      button.addEventListener('click', action);
    }
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
    this.#invite.copy(link);
  }

  showShortcuts() {
    if (!this.#shortcuts.open) this.#shortcuts.showModal();
  }

  /**
   * One is in the room.
   * @param {string} place
   * @param {Iterable<Peer>} peers who is there
   */
  entered(place, peers) {
    this.#company.entered(place, peers);
  }

  /**
   * @param {Peer|null} peer null: oneself
   * @param {import('../peerface.js').Reaction} kind
   */
  reacted(peer, kind) {
    this.#company.reacted(peer, kind);
  }

  /** @param {MediaStream|null} stream one's own picture */
  show(stream) {
    this.#own.show(stream);
  }

  /** @param {Peer} peer who has come or changed */
  showPeer(peer) {
    this.#tiles.show(peer);
    this.#company.show(peer);
  }

  /**
   * @param {Peer} peer
   * @param {boolean} told false: the peer has not left, but is not shown any more
   */
  removePeer(peer, told) {
    this.#tiles.remove(peer);
    this.#company.remove(peer, told);
  }

  clear() {
    this.#tiles.clear();
    this.#company.clear();
  }

  /** Puts every text into the current language. */
  translate() {
    this.#tiles.render();
  }

  /** @param {CallView & SourceView} view */
  render(view) {
    const { microphone, camera } = view;
    this.#controls.forEach((control, index) => {
      this.#guard.run(`${control.name} ${index}`, () => control.render(view));
    });
    this.#guard.run('stage', () => this.#stage.render(this.#tiles.count));
    this.#guard.run('own tile', () => this.#own.render(view.name, microphone, camera));
    this.#guard.run('chips', () => this.#renderChips(view));
    this.#guard.run('company', () => this.#company.render({
      id: view.id,
      name: view.name,
      hand: view.hand,
      microphone: shownSource(microphone),
      camera: shownSource(camera),
    }));
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
