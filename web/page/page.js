/* page.js - the page of peerface: puts its parts together, and shows what the session says. */
/* SPDX-License-Identifier: MIT */

import { version } from '../peerface.js';
import { Announcer } from './announcer.js';
import { Banner } from './banner.js';
import { CallScreen } from './call.js';
import { lackingIn } from './capabilities.js';
import { Guard } from './guard.js';
import { chooseLanguage, Texts } from './i18n.js';
import { linkTo } from './invite.js';
import { Lobby } from './lobby.js';
import { OwnNews } from './news.js';
import { troubleOf } from './notices.js';
import { part } from './picture.js';
import { Preferences } from './preferences.js';
import { askRelay, ReachProbe } from './reach.js';
import { Session } from './session.js';
import { Shortcuts } from './shortcuts.js';
import { Store } from './store.js';
import { Tips } from './tips.js';
import { TopLine } from './top.js';
import { ScreenWakeLock } from './wake-lock.js';

/** @typedef {import('../peerface.js').Room} Room */
/** @typedef {import('./controls.js').Kind} Kind */

/** @param {string} selector */
const element = (selector) => part(document, selector, HTMLElement);

/** What stays: the name, the devices, the language, how one sees oneself. */
const lasting = new Store(() => localStorage);
/** What belongs to this tab: the ticket, the room it is in, mute and camera off. */
const passing = new Store(() => sessionStorage);

class Page {
  #guard = new Guard();
  #lacking = lackingIn(window);
  #texts = new Texts(chooseLanguage([lasting.get('language'), ...navigator.languages]));
  #announcer = new Announcer(element('.announcer'),
    (action) => this.#guard.run('announcer', action));
  /** @param {string} text */
  #say = (text) => this.#announcer.say(text);
  #news = new OwnNews();
  #reach = new ReachProbe(() => askRelay(document.baseURI), () => this.#render());
  #preferences = new Preferences(lasting);
  #wakeLock = new ScreenWakeLock(document);
  #session = new Session({ lasting, passing, capable: !this.#lacking }, this.#sessionHooks());

  #intentions = {
    toggle: (/** @type {Kind} */ kind, /** @type {boolean} */ on) => this.#toggle(kind, on),
    select: (/** @type {Kind} */ kind, /** @type {string} */ deviceId) =>
      this.#session.select(kind, deviceId),
  };
  #top = new TopLine(element('.top'), this.#texts, (language) => this.#onLanguage(language));
  #banner = new Banner(element('.notice'), this.#texts, {
    say: this.#say,
    act: (action) => this.#act(action),
    keepFocus: (change) => this.#keepFocus(change),
    changed: () => this.#render(),
  });
  #lobby = new Lobby(element('.welcome'), this.#texts, {
    ...this.#intentions,
    enter: () => this.#enter(),
    wake: () => this.#session.start(),
    roomTyped: () => {
      this.#session.refusal = '';
      this.#render();
    },
    nameTyped: () => this.#render(),
  }, (change) => this.#keepFocus(change));
  #call = new CallScreen(element('.call'), this.#texts, {
    ...this.#intentions,
    say: this.#say,
    leave: () => this.#session.leave(),
    copyLink: () => this.#call.copyLink(this.#link()),
    rename: (name) => this.#rename(name),
    raiseHand: (raised) => this.#session.room?.setHand(raised),
    react: (kind) => this.#session.room?.react(kind),
    chooseLanguage: (language) => this.#onLanguage(language),
    version,
    store: lasting,
    changed: () => this.#render(),
  }, this.#preferences);

  constructor() {
    this.#texts.apply(document);
    const place = new URL(location.href).searchParams.get('room') ?? '';
    this.#lobby.fill(place, lasting.get('name'));
    this.#listen();
    this.#session.arrive(place, this.#lobby.name);
    this.#render();
    if (!this.#session.inCall) this.#lobby.focusFirst();
  }

  #listen() {
    new Tips(element('.welcome'));
    new Shortcuts(document, {
      letters: {
        m: this.#switch('microphone'),
        v: this.#switch('camera'),
        h: {
          isOn: () => this.#handOf() > 0,
          set: (on) => this.#session.inCall && this.#session.room?.setHand(on),
        },
      },
      chords: { d: 'm', e: 'v' },
      help: () => this.#call.showShortcuts(),
      available: () => this.#session.room !== undefined && !document.querySelector('dialog[open]'),
      singleKeys: () => this.#preferences.isOn('singleKeys'),
    });
    for (const gesture of ['pointerup', 'keydown']) {
      document.addEventListener(gesture, () => this.#call.play());
    }
  }

  /**
   * @param {Kind} kind
   * @returns {import('./shortcuts.js').Switch}
   */
  #switch(kind) {
    return {
      isOn: () => this.#session.room?.[kind].wanted ?? false,
      set: (on) => this.#toggle(kind, on),
    };
  }

  // ---- what happens in the session

  /** @returns {import('./session.js').SessionHooks} */
  #sessionHooks() {
    const run = this.#guard.run.bind(this.#guard);
    return {
      replaced: (room) => run('room', () => this.#onRoomReplaced(room)),
      entered: () => run('entrance', () => this.#onEntered()),
      peerChanged: (peer) => run(`peer ${peer.id}`, () => this.#call.showPeer(peer)),
      peerGone: (peer, told) => {
        run(`peer ${peer.id}`, () => this.#call.removePeer(peer, told));
        this.#guard.forget(`peer ${peer.id}`);
      },
      reacted: (peer, kind) => run('reaction', () => this.#call.reacted(peer, kind)),
      localChanged: ({ microphone, camera }) => {
        this.#sayNews(this.#news.changed('microphone', microphone));
        this.#sayNews(this.#news.changed('camera', camera));
      },
      changed: () => this.#render(),
    };
  }

  /** @param {Room|undefined} room */
  #onRoomReplaced(room) {
    const stream = room ? room.stream : null;
    this.#lobby.show(stream);
    this.#call.show(stream);
    this.#call.clear();
    for (const peer of room ? room.peers.values() : []) this.#call.showPeer(peer);
  }

  #onEntered() {
    this.#call.entered(this.#session.place, this.#session.room?.peers.values() ?? []);
    lasting.set('name', this.#lobby.name);
    const link = this.#link();
    if (link !== location.href) history.replaceState(history.state, '', link);
  }

  // ---- what the person wants

  #enter() {
    this.#session.join(this.#lobby.place, this.#lobby.name);
  }

  /**
   * @param {Kind} kind
   * @param {boolean} on
   */
  #toggle(kind, on) {
    if (!this.#session.room) return;
    this.#session.toggle(kind, on);
    this.#sayNews(this.#news.switched(kind, on));
  }

  /** @param {string} name */
  #rename(name) {
    if (!this.#session.rename(name)) return false;
    this.#lobby.name = name;
    this.#render();
    return true;
  }

  #handOf() {
    return this.#session.room?.hand ?? 0;
  }

  /** @param {import('./i18n.js').Key|''} key */
  #sayNews(key) {
    if (key) this.#say(this.#texts.get(key));
  }

  /** @param {import('./notices.js').Action} action */
  #act(action) {
    const { room } = this.#session;
    switch (action) {
      case 'copy': return this.#call.copyLink(this.#link());
      case 'hear': return this.#call.play();
      case 'reload': return location.reload();
      case 'use-here': return this.#session.join(this.#session.place, this.#lobby.name);
      case 'retry':
        if (troubleOf(room?.microphone)) room?.setMicrophone(true);
        if (troubleOf(room?.camera)) room?.setCamera(true);
    }
  }

  /** @param {string} language */
  #onLanguage(language) {
    this.#texts.language = chooseLanguage([language]);
    lasting.set('language', this.#texts.language);
    this.#guard.run('texts', () => this.#texts.apply(document));
    this.#guard.run('tiles', () => this.#call.translate());
    this.#render();
  }

  // ---- showing

  /** Each part on its own: one that fails must not leave another showing what is not true. */
  #render() {
    const { place, inCall, room } = this.#session;
    const sources = {
      microphone: room?.microphone,
      camera: room?.camera,
      microphones: room?.microphones ?? [],
      cameras: room?.cameras ?? [],
    };
    const run = this.#guard.run.bind(this.#guard);
    this.#reach.watch(room?.relayAway ?? false);
    this.#wakeLock.want(inCall);
    run('title', () => this.#renderTitle());
    run('top line', () => this.#top.render({ inCall, place, people: this.#call.count + 1 }));
    run('banner', () => this.#banner.render(this.#noticeView()));
    run('lobby', () => this.#lobby.render({
      ...sources,
      standby: this.#session.standby,
      left: this.#session.left,
      wakeable: !this.#lacking,
      mirrored: this.#call.selfView.mirrored,
    }));
    run('call', () => this.#call.render({
      ...sources,
      id: room?.self ?? '',
      name: this.#lobby.name,
      hand: this.#handOf(),
      aloneUnsaid: this.#alone() && this.#banner.code !== 'alone',
    }));
    run('screen', () => this.#showScreen(inCall ? 'call' : 'welcome'));
  }

  #renderTitle() {
    const { place, inCall } = this.#session;
    document.documentElement.lang = this.#texts.language;
    const count = this.#call.count + 1;
    document.title = inCall ? this.#texts.get('callTitle', { room: place, count })
      : this.#texts.get('lobbyTitle');
  }

  /** @param {'call'|'welcome'} screen */
  #showScreen(screen) {
    if (document.body.dataset.screen === screen) return;
    document.body.dataset.screen = screen;
    element('.call').hidden = screen !== 'call';
    element('.welcome').hidden = screen !== 'welcome';
    this.#focusHeading();
  }

  /** In the next frame: moving the focus forces a layout, and entering the call goes first. */
  #focusHeading() {
    requestAnimationFrame(() => {
      const inCall = document.body.dataset.screen === 'call';
      (inCall ? this.#top.heading : this.#lobby.heading).focus();
    });
  }

  /**
   * When what has the focus is hidden, a keyboard user must not start again at the top of the page.
   * Browsers differ in when a hidden element loses the focus, so it is looked up before the change.
   * @param {() => void} change
   */
  #keepFocus(change) {
    const focused = document.activeElement;
    change();
    if (focused?.closest('[hidden]')) this.#focusHeading();
  }

  #alone() {
    const { state } = this.#session;
    return (state === 'joined' || state === 'reconnecting') && this.#call.count === 0;
  }

  #link() {
    return linkTo(this.#session.place, location.href);
  }

  /** @returns {import('./notices.js').View} */
  #noticeView() {
    const { room, state, refusal, broken } = this.#session;
    const peers = [...room?.peers.values() ?? []];
    return {
      state,
      refusal,
      broken,
      lacking: this.#lacking,
      relayAway: room?.relayAway ?? false,
      iceServersRefused: room?.iceServersRefused ?? false,
      reach: this.#reach.reach,
      origin: location.origin,
      microphone: room?.microphone,
      camera: room?.camera,
      alone: this.#alone(),
      talking: peers.some(isConnected),
      unconnected: !peers.every(isConnected),
      unreachable: peers.some((peer) => peer.state === 'unreachable' && !peer.away),
      soundBlocked: this.#call.soundBlocked,
      userAgent: navigator.userAgent,
      link: this.#link(),
      copied: this.#call.linkCopied,
    };
  }
}

/** @param {import('../peerface.js').Peer} peer */
function isConnected({ state }) {
  return state === 'connected' || state === 'unstable';
}

new Page();
