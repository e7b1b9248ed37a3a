/* page.js - the page of peerface: puts its parts together, and shows what the session says. */
/* SPDX-License-Identifier: MIT */

import { About } from './about.js';
import { Announcer } from './announcer.js';
import { cleanAddress, readAddress, tokenOf } from './arrival.js';
import { Banner, tellHeight } from './banner.js';
import { lackingIn } from './capabilities.js';
import { ask } from './dialogs.js';
import { Guard } from './guard.js';
import { chooseLanguage, loadLanguage, Texts } from './i18n.js';
import { canShare, InviteDialog, share } from './invite.js';
import { linkTo, linkToStart } from './link.js';
import { Lobby } from './lobby.js';
import { OwnNews } from './news.js';
import { Outage } from './outage.js';
import { part } from './picture.js';
import { Preferences } from './preferences.js';
import { obstacleKey } from './quality.js';
import { askPlaces, askRelay, ReachProbe } from './reach.js';
import { loadWords, newRoomName, roomFits } from './roomname.js';
import { Session } from './session.js';
import { Shortcuts } from './shortcuts.js';
import { Soon } from './soon.js';
import { soundConstraints } from './sound-processing.js';
import { Speaker, SpeakerLists } from './speaker.js';
import { ownId } from './own-id.js';
import { Store } from './store.js';
import { Tips } from './tips.js';
import { TopLine } from './top.js';
import { ScreenWakeLock } from './wake-lock.js';
import { troubleOf } from './trouble.js';
import { TwoTabs } from './twotabs.js';

/** @typedef {import('../peerface.js').Room} Room */
/** @typedef {import('./call.js').CallScreen} CallScreen */
/** @typedef {import('./controls.js').Kind} Kind */

/** @param {string} selector */
const element = (selector) => part(document, selector, HTMLElement);

/** What stays: the name, the devices, the language, how one sees oneself. */
const lasting = new Store(() => localStorage);
/** What belongs to this tab: the ticket, the room it is in, mute and camera off. */
const passing = new Store(() => sessionStorage);

/** Of the page: one below another path has another relay. */
const folder = new URL('.', document.baseURI).pathname;

/** After a failure: without a network, or a server that is being restarted. */
const callRetryMs = 2000;

/** @type {never[]} */
const noMessages = [];

class Page {
  #texts;
  #guard = new Guard();
  /** What the session brings about is shown after it has gone on. */
  #soon = new Soon();
  #lacking = lackingIn(window);
  #announcer = new Announcer(element('.announcer'),
    (action) => this.#guard.run('announcer', action));
  /** The room that the address names or that has just been left, or ''. */
  #invited = '';
  /** @param {string} text */
  #say = (text) => this.#announcer.say(text);
  #news = new OwnNews();
  #reach = new ReachProbe(() => askRelay(document.baseURI), () => this.#render());
  /** How many places a room of this relay has: -1 before that is asked, 0 while it is unknown. */
  #places = -1;
  #preferences = new Preferences(lasting);
  #wakeLock = new ScreenWakeLock(document);
  #outage = new Outage(() => this.#render());
  #speaker = new Speaker({
    store: lasting,
    players: () => document.querySelectorAll('.peers video'),
    changed: () => this.#render(),
    lost: () => this.#call?.tell(this.#texts.get('speakerGone')),
  });
  #speakerLists;
  /** The microphones that were there when the outputs were last looked for. */
  #microphones = /** @type {unknown} */ (undefined);
  /** There once something is captured: the lobby is usable before that. */
  #voices = /** @type {import('./voices.js').Voices|undefined} */ (undefined);
  #wants = /** @type {import('./wants.js').Wants|undefined} */ (undefined);
  #capturedLoading = /** @type {Promise<void>|undefined} */ (undefined);
  #tabs = new TwoTabs({
    locks: navigator.locks,
    openChannel: () => new BroadcastChannel(`peerface ${folder}`),
    folder,
    ticket: () => this.#session.room?.ticket ?? '',
  });
  #session = new Session({
    lasting,
    passing,
    capable: !this.#lacking,
    sound: () => soundConstraints((name) => this.#preferences.isOn(name)),
  }, this.#sessionHooks());

  #intentions = {
    toggle: (/** @type {Kind} */ kind, /** @type {boolean} */ on) => this.#toggle(kind, on),
    select: (/** @type {Kind} */ kind, /** @type {string} */ deviceId) =>
      this.#session.select(kind, deviceId),
  };
  #top;
  #banner;
  #lobby;
  /** There soon after the lobby, which can be used before. @type {CallScreen|undefined} */
  #call;
  #callLoading = false;
  #entering = false;
  /** @type {typeof import('./captured.js')|undefined} */
  #captured;
  #inviting;

  /** @param {Texts} texts */
  constructor(texts) {
    this.#texts = texts;
    this.#top = new TopLine(element('.top'), texts, (language) => this.#onLanguage(language));
    this.#banner = new Banner(element('.notice'), texts, {
      say: this.#say,
      act: (action) => this.#act(action),
      share: canShare() ? () => this.#share() : undefined,
      invite: () => this.#invite('ways'),
      keepFocus: (change) => this.#keepFocus(change),
      changed: () => this.#render(),
    });
    tellHeight(element('.notice'));
    this.#lobby = new Lobby(element('.welcome'), texts, {
      ...this.#intentions,
      enter: () => this.#enterOnce(),
      wake: () => this.#session.start(),
      stopWaiting: () => this.#session.stopKnocking(),
      roomTyped: () => {
        this.#session.forgetRefusal();
        this.#render();
      },
      nameTyped: () => this.#render(),
    }, (change) => this.#keepFocus(change));
    this.#speakerLists = new SpeakerLists(document, texts, this.#speaker);
    new MutationObserver(() => this.#speaker.playersChanged())
      .observe(element('.peers'), { childList: true });
    this.#inviting = new InviteDialog(part(document, '.invite', HTMLDialogElement), texts,
      async () => this.#call?.copyLink(this.#link()));
    new About(element('.where'), () => this.#invite('ways'));
    this.#texts.apply(document);
    this.#listen();
    this.#arrive();
    this.#loadCall();
  }

  /** The page has loaded: into the room, if the person has pressed Enter before that. */
  #arrive() {
    const { place, name, submitted } = readAddress(location.href, document.referrer);
    const token = tokenOf(location.href);
    if (token) passing.set('token', token);
    const usable = roomFits(place);
    this.#invited = usable ? place : '';
    this.#lobby.fill(usable ? '' : place, name || lasting.get('name'));
    history.replaceState(history.state, '', cleanAddress(location.href, place));
    this.#session.arrive(this.#invited, this.#lobby.name);
    this.#render();
    if (this.#session.inCall) return;
    this.#lobby.focusFirst();
    if (submitted && this.#lobby.check()) this.#enterOnce();
  }

  #listen() {
    new Tips(element('.top'));
    new Tips(element('.welcome'));
    new Shortcuts(document, {
      letters: {
        m: this.#switch('microphone'),
        v: this.#switch('camera'),
        h: {
          isOn: () => this.#handOf() > 0,
          set: (on) => this.#session.inCall && this.#session.room?.setHand(on),
        },
        c: {
          isOn: () => this.#call?.chatOpen ?? false,
          set: (on) => this.#openChat(on),
        },
      },
      chords: { d: 'm', e: 'v' },
      help: () => this.#call?.showShortcuts(),
      chordsAvailable: () => this.#session.room !== undefined,
      available: () => this.#session.room !== undefined && !document.querySelector('dialog[open]'),
      singleKeys: () => this.#preferences.isOn('singleKeys'),
    });
    for (const type of ['online', 'offline']) addEventListener(type, () => this.#render());
    document.addEventListener('visibilitychange', () => this.#soon.flush());
    for (const gesture of ['pointerup', 'keydown']) {
      document.addEventListener(gesture, () => {
        this.#call?.play();
        this.#voices?.wake();
        this.#speaker.wake();
      });
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
    /** Comes after what is still to be shown. @param {string} name @param {() => void} action */
    const run = (name, action) => {
      this.#soon.flush();
      this.#guard.run(name, action);
    };
    return {
      replaced: (room) => run('room', () => this.#onRoomReplaced(room)),
      entered: () => run('entrance', () => this.#onEntered()),
      peerChanged: (peer) => {
        const name = `peer ${peer.id}`;
        this.#soon.do(name, () => this.#guard.run(name, () => this.#call?.showPeer(peer)));
      },
      peerGone: (peer, told) => {
        run(`peer ${peer.id}`, () => this.#call?.removePeer(peer, told));
        this.#guard.forget(`peer ${peer.id}`);
      },
      muted: (peer) => run('quiet', () => this.#call?.muted(peer)),
      reacted: (peer, kind) => run('reaction', () => this.#call?.reacted(peer, kind)),
      messageCame: (message) => run('message', () => this.#call?.messageCame(message)),
      localChanged: ({ microphone, camera }) => {
        this.#sayNews(this.#news.changed('microphone', microphone));
        this.#sayNews(this.#news.changed('camera', camera));
        this.#render(); // at once: the next press of a button says what is wanted by what it shows
      },
      changed: () => this.#soon.do('everything', () => this.#render()),
    };
  }

  /** @param {Room|undefined} room */
  #onRoomReplaced(room) {
    const stream = room ? room.stream : null;
    this.#lobby.show(stream);
    this.#call?.show(stream);
    this.#call?.clear();
    for (const peer of room ? room.peers.values() : []) this.#call?.showPeer(peer);
  }

  #onEntered() {
    this.#call?.entered(this.#session.place, this.#session.room?.peers.values() ?? []);
    lasting.set('name', this.#lobby.name);
    this.#invited = this.#session.place;
    const link = this.#link();
    if (link !== location.href) history.replaceState(history.state, '', link);
  }

  // ---- what the person wants

  /** Until the way in has been found, which may ask the person, there is no other. */
  async #enterOnce() {
    if (this.#entering) return;
    this.#entering = true;
    await this.#enter().finally(() => { this.#entering = false; });
  }

  async #enter() {
    const place = this.#invited || this.#lobby.typed || await this.#newPlace();
    const { name } = this.#lobby;
    this.#session.place = place;
    // Who has been in the room in this tab goes on as the same member, and nobody is there twice.
    const twice = !this.#session.hasTicket && await this.#tabs.isElsewhere(this.#session.key);
    const answer = twice ? await ask(part(document, '.twice', HTMLDialogElement)) : 'once';
    if (answer === 'once') return this.#session.join(place, name);
    if (answer === 'muted') return this.#session.joinMuted(place, name);
    if (answer !== 'move') return;
    const ticket = await this.#tabs.askForTicket(this.#session.key);
    this.#session.takeOver(place, name, ticket);
  }

  async #newPlace() {
    return newRoomName(await loadWords(this.#texts.language));
  }

  async #leave() {
    if (await this.#call?.mayLeave() ?? true) this.#session.leave();
  }

  #share() {
    const title = this.#texts.get('shareTitle', { room: this.#session.place });
    share(title, this.#link());
  }

  /** @param {'ways'|'by-hand'} why */
  #invite(why) {
    this.#inviting.open(this.#session.place, this.#link(), why);
  }

  /**
   * @param {Kind} kind
   * @param {boolean} on
   */
  #toggle(kind, on) {
    this.#session.toggle(kind, on);
    if (this.#session.room) this.#sayNews(this.#news.switched(kind, on));
    else if (on) this.#session.start();
    else this.#render();
  }

  /** The person speaks, and nobody hears it. */
  #tellMuted() {
    const touch = matchMedia('(pointer: coarse) and (hover: none)').matches;
    const key = this.#preferences.isOn('singleKeys') ? 'M' : 'Ctrl+D';
    this.#call?.tell(touch ? this.#texts.get('saidYouMuted')
      : this.#texts.get('mutedSpeech', { key }));
  }

  /** @param {boolean} open */
  #openChat(open) {
    if (this.#call) this.#call.chatOpen = open && this.#session.inCall;
  }

  /** @param {string} text */
  #send(text) {
    if (!this.#session.room) throw new Error('not in a call');
    this.#session.room.send(text);
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
      case 'copy': return this.#call?.copyLink(this.#link());
      case 'hear': return this.#call?.play();
      case 'reload': return location.reload();
      case 'try-again': return this.#session.tryAgain();
      case 'open-tab': return void open(location.href, '_blank', 'noopener');
      case 'stop-knocking': return this.#session.stopKnocking();
      case 'ask-again':
      case 'use-here': return this.#session.join(this.#session.place, this.#lobby.name);
      case 'retry':
        if (troubleOf(room?.microphone)) room?.setMicrophone(true);
        if (troubleOf(room?.camera)) room?.setCamera(true);
    }
  }

  /** @param {string} language */
  async #onLanguage(language) {
    const chosen = chooseLanguage([language]);
    try {
      await loadLanguage(chosen);
    } catch { // without a network the page keeps its language
      return this.#render();
    }
    this.#texts.language = chosen;
    lasting.set('language', chosen);
    this.#guard.run('texts', () => this.#texts.apply(document));
    this.#guard.run('tiles', () => this.#call?.translate());
    this.#render();
  }

  // ---- showing

  /** Each part on its own: one that fails must not leave another showing what is not true. */
  #render() {
    const { place, inCall, room } = this.#session;
    const sources = {
      microphone: this.#session.source('microphone'),
      camera: this.#session.source('camera'),
      microphones: room?.microphones ?? [],
      cameras: room?.cameras ?? [],
      devicesKnown: this.#session.devicesKnown,
    };
    const run = this.#guard.run.bind(this.#guard);
    this.#reach.watch(room?.relayAway ?? false);
    this.#wakeLock.want(inCall);
    run('title', () => this.#renderTitle());
    run('other tabs', () => this.#tabs.note(this.#session.inside ? this.#session.key : ''));
    run('outage', () => this.#outage.watch(this.#session.state, room?.relayAway ?? false,
      [...room?.peers.keys() ?? []]));
    run('speaker', () => this.#renderSpeaker(room));
    if (room) this.#capturedLoading ??= this.#loadCaptured();
    run('voices', () => this.#voices?.render(room, inCall));
    const people = this.#session.inside ? this.#others + 1 : 0;
    run('top line', () => this.#top.render({ inCall, place, people }));
    run('banner', () => this.#banner.render(this.#noticeView()));
    if (this.#call?.linkCopied) run('invitation', () => this.#inviting.showCopied());
    run('lobby', () => this.#lobby.render({
      ...sources,
      invited: this.#invited,
      start: linkToStart(location.href),
      standby: this.#session.standby,
      waiting: this.#session.state === 'knocking',
      left: this.#session.left,
      wakeable: !this.#lacking,
      mirrored: this.#call?.selfView.mirrored ?? lasting.get('selfMirrored') !== 'no',
    }));
    run('call', () => this.#call?.render({
      ...sources,
      id: room?.self ?? '',
      name: this.#lobby.name,
      hand: this.#handOf(),
      terms: this.#session.inside && room
        ? { joined: room.state === 'joined', host: room.role === 'host', locked: room.locked,
          knocks: room.knocks } : undefined,
      screen: room?.screen,
      messages: room?.messages ?? noMessages,
      files: this.#session.files,
      aloneUnsaid: this.#alone() && this.#banner.code !== 'alone',
    }));
    run('screen', () => this.#showScreen(inCall && this.#call ? 'call' : 'welcome'));
    if (!inCall) run('files', () => this.#call?.saveFiles());
    if (room && inCall) run('wants', () => this.#wants?.render(room.peers));
  }

  /**
   * The names of outputs are known as soon as the microphone may be used, as those of microphones.
   * @param {Room|undefined} room
   */
  #renderSpeaker(room) {
    if (this.#microphones !== room?.microphones) this.#speaker.refresh();
    this.#microphones = room?.microphones;
    this.#speakerLists.render();
  }

  /** What the lobby does without, and can be used before: it is asked for once that is there. */
  async #loadCall() {
    if (this.#callLoading) return;
    this.#callLoading = true;
    const module = await import('./call.js').catch(() => undefined);
    if (module) return this.#guard.run('call screen', () => this.#useCall(module));
    this.#callLoading = false;
    setTimeout(() => this.#loadCall(), callRetryMs);
  }

  /** @param {typeof import('./call.js')} module */
  #useCall({ CallScreen }) {
    const call = new CallScreen(element('.call'), this.#texts, {
      ...this.#intentions,
      say: this.#say,
      leave: () => this.#leave(),
      copyLink: () => call.copyLink(this.#link()),
      copyRefused: () => this.#invite('by-hand'),
      rename: (name) => this.#rename(name),
      host: (action, who) => this.#session.room?.host(action, who),
      mayRemove: async (name) => {
        const dialog = part(document, '.removing', HTMLDialogElement);
        part(dialog, 'h2', HTMLElement).textContent = this.#texts.get('removeTitle', { name });
        return await ask(dialog) === 'remove';
      },
      raiseHand: (raised) => this.#session.room?.setHand(raised),
      react: (kind) => this.#session.room?.react(kind),
      shareScreen: (on) => this.#session.room?.setScreen(on),
      send: (text) => this.#send(text),
      resend: (message) => this.#session.room?.resend(message),
      sendFile: async (file, to) => this.#session.room?.sendFile(file, to && { to }) ?? [],
      chooseLanguage: (language) => this.#onLanguage(language),
      processingChanged: () => this.#session.processingChanged(),
      version: async () => (await import('../peerface.js')).version,
      store: lasting,
      changed: () => this.#render(),
    }, this.#preferences);
    this.#call = call;
    const { room } = this.#session;
    call.show(room ? room.stream : null);
    for (const peer of room ? room.peers.values() : []) call.showPeer(peer);
    if (this.#captured) call.complete(this.#captured);
    if (room && this.#session.inside) call.entered(this.#session.place, room.peers.values());
    this.#render();
  }

  /** To do with what is captured, and not needed before. */
  async #loadCaptured() {
    const captured = await import('./captured.js').catch(() => undefined);
    if (captured) this.#guard.run('captured', () => this.#useCaptured(captured));
    else this.#capturedLoading = undefined; // with the next change, again
  }

  /** @param {typeof import('./captured.js')} captured */
  #useCaptured(captured) {
    const { PushToTalk, Voices, Wants } = captured;
    this.#captured = captured;
    this.#call?.complete(captured);
    this.#voices = new Voices(document, ownId, {
      speaking: (ids) => this.#guard.run('speaking', () => this.#call?.spoke(ids)),
      mutedSpeech: () => this.#tellMuted(),
      noticesMuted: () => this.#preferences.isOn('mutedSpeech'),
    });
    this.#wants = new Wants(element('.stage'), (peer, widths) =>
      this.#session.room?.want(peer, widths));
    new PushToTalk(window, {
      available: () => this.#session.inCall && this.#preferences.isOn('singleKeys')
        && !document.querySelector('dialog[open]'),
      muted: () => this.#session.room?.microphone.wanted === false,
      set: (on) => this.#toggle('microphone', on),
    });
    this.#render();
  }

  #renderTitle() {
    const { place, inCall } = this.#session;
    document.documentElement.lang = this.#texts.language;
    const room = inCall ? place : this.#invited;
    const count = this.#others + 1;
    document.title = this.#session.inside ? this.#texts.get('callTitle', { room, count })
      : room ? this.#texts.get('invitedTitle', { room }) : this.#texts.get('lobbyTitle');
  }

  /** @param {'call'|'welcome'} screen */
  #showScreen(screen) {
    if (document.body.dataset.screen === screen) return;
    document.body.dataset.screen = screen;
    this.#inviting.close();
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

  /** How many others there are. */
  get #others() {
    return this.#call?.count ?? this.#session.room?.peers.size ?? 0;
  }

  #alone() {
    const { state } = this.#session;
    return (state === 'joined' || state === 'reconnecting') && this.#others === 0;
  }

  #link() {
    return linkTo(this.#session.place, location.href);
  }

  /**
   * How many places a full room has, once that is known.
   * @param {string} refusal
   */
  #placesWhenFull(refusal) {
    if (refusal !== 'room-full' || this.#places >= 0) return Math.max(this.#places, 0);
    this.#places = 0;
    askPlaces(document.baseURI).then((places) => {
      this.#places = places;
      this.#render();
    });
    return 0;
  }

  /** @returns {import('./notices.js').View} */
  #noticeView() {
    const { room, state, refusal, broken } = this.#session;
    const peers = [...room?.peers.values() ?? []];
    const blocked = peers.filter((peer) =>
      !peer.away && (peer.state === 'unreachable' || obstacleKey(peer)));
    return {
      state,
      refusal,
      broken,
      lacking: this.#lacking,
      offline: navigator.onLine === false,
      embedded: isShutOut(),
      places: this.#placesWhenFull(refusal),
      back: this.#outage.back,
      relayAway: room?.relayAway ?? false,
      iceServersRefused: room?.iceServersRefused ?? false,
      reach: this.#reach.reach,
      origin: location.origin,
      microphone: room?.microphone,
      camera: room?.camera,
      alone: this.#alone(),
      talking: peers.some(isConnected),
      unconnected: !peers.every(isConnected),
      unreachable: blocked.length > 0,
      obstacle: blocked.map(obstacleKey).find(Boolean) ?? '',
      soundBlocked: this.#call?.soundBlocked ?? false,
      userAgent: navigator.userAgent,
      link: this.#link(),
      copied: this.#call?.linkCopied ?? false,
    };
  }
}

/** @param {import('../peerface.js').Peer} peer */
function isConnected({ state }) {
  return state === 'connected' || state === 'unstable';
}

/** Another page shows this one, and as far as this one can tell does not let it use a camera. */
function isShutOut() {
  if (window.top === window) return false;
  const { featurePolicy } = /** @type {any} */ (document); // not in every browser
  return !featurePolicy?.allowsFeature('camera') || !featurePolicy.allowsFeature('microphone');
}

/** The script does not wait for the document, so that the language is asked for at once. */
const parsed = new Promise((resolve) => {
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', resolve);
  else resolve(undefined);
});
const texts = new Texts(chooseLanguage([lasting.get('language'), ...navigator.languages]));
await loadLanguage(texts.language);
await parsed;
new Page(texts);
