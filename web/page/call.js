/* call.js - the call screen: everybody's picture and the controls below. */
/* SPDX-License-Identifier: MIT */

/*
 * A component: it gets its root element, finds everything below it, and knows nothing of the page
 * around. The markup is in index.html, the styles in theme.css, tiles.css and call.css.
 */

import { Backdrops } from './backdrop.js';
import { Company } from './company.js';
import { sourceControls } from './controls.js';
import { TileFit } from './fit.js';
import { Guard } from './guard.js';
import { Invite } from './invite.js';
import { Menu } from './menu.js';
import { OwnTile, shownSource, sourceNote } from './own.js';
import { Panels } from './panels.js';
import { part } from './picture.js';
import { Pin } from './pin.js';
import { PictureInPicture } from './pip.js';
import { Player } from './player.js';
import { ScreenTiles } from './screens.js';
import { SelfView } from './selfview.js';
import { Settings } from './settings.js';
import { OwnShare } from './share.js';
import { ownId } from './own-id.js';
import { Stage } from './stage.js';
import { PeerTiles } from './tiles.js';
import { Tips } from './tips.js';
import { TileTools } from './tools.js';

/** @typedef {import('../peerface.js').Peer} Peer */
/** @typedef {import('./i18n.js').Key} Key */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./controls.js').SourceView} SourceView */
/** @typedef {import('./controls.js').SourceIntentions} SourceIntentions */

/**
 * @typedef {object} CallHooks
 * @property {(text: string) => void} say to a screen reader
 * @property {() => void} leave the person wants to
 * @property {(text: string) => void} send a message; see chat.js
 * @property {(message: import('../peerface.js').Message) => void} resend
 * @property {import('./attach.js').AttachHooks['sendFile']} sendFile
 * @property {() => void} copyLink the person wants to
 * @property {() => void} [copyRefused] the browser does not let the page copy
 * @property {() => void} changed something else is to be shown; asks for a call of render()
 * @property {(language: string) => void} chooseLanguage
 * @property {() => void} processingChanged the person wants something else of the microphone
 * @property {() => Promise<string>} version of the call client
 * @property {import('./selfview.js').Keeper} store keeps what the person has chosen here
 */

/**
 * @typedef {object} CallView
 * @property {string} id one's own, as a member; '' before the first `joined`
 * @property {string} name one's own
 * @property {number} hand one's own
 * @property {boolean} aloneUnsaid one is alone in the room, and nothing else says so
 * @property {import('../peerface.js').LocalSource} [screen] one's own
 * @property {import('./hosting.js').Terms} [terms] undefined: one is in no room
 * @property {readonly import('../peerface.js').Message[]} [messages] oldest first
 * @property {readonly import('./attach.js').Transfer[]} [files] likewise
 */

export class CallScreen {
  #root;
  #texts;
  #say;
  #guard = new Guard();
  #player;
  #tiles;
  #screens;
  #share;
  /** @type {Map<string, Peer>} */
  #peers = new Map();
  #stage;
  #own;
  #ownTools;
  #pin;
  #pip;
  #backdrops = new Backdrops();
  #store;
  /** @type {import('./blurred-background.js').BlurredBackground|undefined} */
  #blur;
  /** @type {MediaStream|null} one's own */
  #stream = null;
  #showOwn;
  #invite;
  #controls;
  #company;
  #settings;
  #send;
  /** @type {import('../peerface.js').Message[]} those that came before the chat was loaded */
  #early = [];
  /** @type {import('./chat.js').Chat|undefined} */
  #chat;
  #shortcuts;
  #panels;

  /**
   * @param {HTMLElement} root
   * @param {Texts} texts
   * @param {CallHooks & SourceIntentions & import('./expressions.js').ExpressionHooks &
   *   Pick<import('./company.js').CompanyHooks, 'rename'|'host'|'mayRemove'> &
   *   Pick<import('./share.js').ShareHooks, 'shareScreen'>} hooks
   * @param {import('./preferences.js').Preferences} preferences
   */
  constructor(root, texts, hooks, preferences) {
    this.#root = root;
    this.#texts = texts;
    this.#say = hooks.say;
    this.#send = { send: hooks.send, resend: hooks.resend, sendFile: hooks.sendFile };
    this.#player = new Player(hooks.changed);
    /** How the person sees themselves; to be read and set from outside too. */
    this.#store = hooks.store;
    this.selfView = new SelfView(hooks.store, hooks.changed);
    this.#pin = new Pin(texts, hooks);
    this.#pip = new PictureInPicture(root, texts, hooks);
    const shared = {
      texts, pin: this.#pin, pip: this.#pip, menu: new Menu(part(root, '.menu', HTMLElement)),
      toolsTemplate: part(root, '.toolsTemplate', HTMLTemplateElement),
      player: this.#player, guard: this.#guard, backdrops: this.#backdrops, say: hooks.say,
    };
    this.#stage = new Stage(part(root, '.stage', HTMLElement), this.#guard);
    this.#tiles = new PeerTiles(part(root, '.peers', HTMLElement),
      part(root, '.peerTemplate', HTMLTemplateElement), shared);
    this.#screens = new ScreenTiles(part(root, '.peers', HTMLElement),
      part(root, '.screenTemplate', HTMLTemplateElement), shared);
    this.#company = new Company(root, texts, {
      ...hooks,
      hasTold: (id) => this.#tiles.hasTold(id),
      soundsOn: (sound) => preferences.isOn(sound === 'message' ? 'chatSounds' : 'sounds'),
    });
    this.#share = new OwnShare(root, texts, {
      ...hooks, tell: (text) => this.#company.tell(text),
    });
    const own = part(root, '.own', HTMLElement);
    this.#own = new OwnTile(own, texts);
    this.#ownTools = this.#makeOwnTools(own, shared);
    this.#showOwn = part(root, '.showOwn', HTMLElement);
    this.#showOwn.addEventListener('click', () => { this.selfView.hidden = false; });
    this.#invite = new Invite(texts, (text) => this.#company.tell(text), hooks.changed,
      () => hooks.copyRefused?.());
    this.#controls = sourceControls(root, texts, hooks);
    this.#settings = new Settings(root, texts, preferences, {
      chooseLanguage: hooks.chooseLanguage,
      showShortcuts: () => this.showShortcuts(),
      version: hooks.version,
      selfView: this.selfView,
      processingChanged: hooks.processingChanged,
    });
    this.#shortcuts = part(root, '.shortcutSheet', HTMLDialogElement);
    this.#panels = new Panels(root);
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

  /**
   * @param {HTMLElement} tile one's own
   * @param {import('./tiles.js').TileContext} shared
   */
  #makeOwnTools(tile, shared) {
    const video = part(tile, 'video', HTMLVideoElement);
    const fit = new TileFit(tile, video, (whole) => shared.backdrops.set(video, whole));
    return new TileTools(tile, shared, {
      id: ownId, name: () => this.#texts.get('ownPicture'), fit, selfView: this.selfView,
    });
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

  /** Adds what is loaded later. @param {typeof import('./captured.js')} captured */
  complete(captured) {
    const { Blur, BlurredBackground, Chat, Drag } = captured;
    this.#backdrops.complete(new Blur());
    this.#pip.complete(captured);
    this.#company.complete(captured);
    new Drag(part(this.#root, '.own', HTMLElement), (centre) => {
      this.selfView.corner = this.#stage.cornerAt(centre);
    });
    this.#blur = new BlurredBackground(this.#store, () => this.#settings.render());
    this.#settings.blur = this.#blur;
    this.#chat = new Chat(this.#root, {
      ...this.#send,
      say: this.#say,
      tell: (text) => this.tell(text),
      sound: () => this.#company.soundMessage(),
      language: () => this.#texts.language,
      title: () => this.#texts.get('chat'),
      guest: () => this.#texts.get('guest'),
      fill: (text, values) => this.#texts.fill(text, values),
      peers: () => [...this.#peers.values()],
    });
    for (const message of this.#early.splice(0)) this.#chat.came(message);
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

  /** @param {Peer|null} peer the host who has muted everybody */
  muted(peer) {
    this.#company.muted(peer);
  }

  /** @param {import('../peerface.js').Message} message one's own too */
  messageCame(message) {
    if (!message.peer) return;
    if (this.#chat) this.#chat.came(message);
    else this.#early.push(message);
  }

  /** The chat, for a key to open and close it. */
  get chatOpen() {
    return this.#chat?.isOpen ?? false;
  }

  set chatOpen(open) {
    if (open) this.#chat?.open();
    else this.#chat?.close();
  }

  /** Whether the person may leave without losing a file they want; asks them where needed. */
  async mayLeave() {
    return await this.#chat?.mayLeave() ?? true;
  }

  /** The call has ended: downloads what has been received and not saved. */
  saveFiles() {
    this.#chat?.saveFiles();
  }

  /** @param {ReadonlySet<string>} ids of the peers who speak now; `ownId` is oneself */
  spoke(ids) {
    this.#company.spoke(ids);
  }

  /**
   * A short message that is seen, and that a screen reader says.
   * @param {string} text
   */
  tell(text) {
    this.#company.tell(text);
  }

  /** Whose tile is large: the id of a peer or `ownId`; '' is nobody's. */
  get pinned() {
    return this.#pin.id;
  }

  /**
   * Makes a tile large, or ends that.
   * @param {string} id
   */
  pin(id) {
    const name = id === ownId ? this.#texts.get('ownPicture') : this.#tiles.nameOf(id);
    if (name) this.#pin.toggle(id, name);
  }

  /** @param {MediaStream|null} stream one's own picture */
  show(stream) {
    this.#stream = stream;
    this.#own.show(stream);
  }

  /** @param {Peer} peer who has come or changed */
  showPeer(peer) {
    this.#peers.set(peer.id, peer);
    this.#tiles.show(peer);
    this.#screens.show(peer);
    this.#company.show(peer);
  }

  /**
   * @param {Peer} peer
   * @param {boolean} told false: the peer has not left, but is not shown any more
   */
  removePeer(peer, told) {
    this.#peers.delete(peer.id);
    this.#tiles.remove(peer);
    this.#screens.remove(peer);
    this.#company.remove(peer, told);
  }

  clear() {
    this.#panels.close();
    this.#peers.clear();
    this.#tiles.clear();
    this.#screens.clear();
    this.#company.clear();
  }

  /** Puts every text into the current language. */
  translate() {
    this.#tiles.render();
    this.#screens.render();
  }

  /** @param {CallView & SourceView} view */
  render(view) {
    const { microphone, camera } = view;
    this.#controls.forEach((control, index) => {
      this.#guard.run(`${control.name} ${index}`, () => control.render(view));
    });
    this.#guard.run('background', () => this.#blur?.follow(this.#stream?.getVideoTracks()[0]));
    this.#pin.possible = this.#others > 1;
    this.#guard.run('own tile', () => {
      this.#own.render({ ...view, mirrored: this.selfView.mirrored });
      this.#ownTools.render();
    });
    this.#guard.run('tiles', () => this.#tiles.renderTools());
    this.#guard.run('screens', () => this.#screens.renderTools());
    this.#guard.run('share', () => this.#share.render(view.screen, this.#peers.values()));
    this.#guard.run('stage', () => this.#renderStage());
    this.#guard.run('picture in picture', () => this.#pip.render(view));
    this.#guard.run('chips', () => this.#renderChips(view));
    this.#guard.run('chat', () => this.#chat?.render(view.messages ?? [], view.files ?? []));
    this.#guard.run('company', () => this.#company.render({
      id: view.id,
      name: view.name,
      hand: view.hand,
      microphone: shownSource(microphone),
      camera: shownSource(camera),
      sharing: view.screen?.state === 'live',
      terms: view.terms,
    }));
  }

  /** How many tiles of others there are. */
  get #others() {
    return this.#tiles.count + this.#screens.count;
  }

  #renderStage() {
    const hidden = this.selfView.hidden && this.#others > 0;
    if (hidden) this.#pin.forget(ownId);
    const changed = hidden === this.#showOwn.hidden;
    const root = /** @type {Document|ShadowRoot} */ (this.#root.getRootNode());
    const own = part(this.#root, '.own', HTMLElement);
    // Who hides it by keyboard must find the way back where they are, and the other way round.
    const focused = [own, this.#showOwn].some((part) => part.contains(root.activeElement));
    this.#showOwn.hidden = !hidden;
    // A screen is shared to be looked at, unless the person has chosen something else.
    const large = this.#pin.id || this.#screens.latest;
    this.#stage.render(this.#others, { large, ownHidden: hidden, corner: this.selfView.corner });
    if (!changed) return;
    this.#say(this.#texts.get(hidden ? 'saidOwnHidden' : 'saidOwnShown'));
    if (focused) (hidden ? this.#showOwn : part(own, '.menuTool', HTMLElement)).focus();
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
