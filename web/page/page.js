/* page.js - the page of peerface: shows what the room says and tells it what the person wants. */
/* SPDX-License-Identifier: MIT */

import { createRoom } from '../peerface.js';
import { Announcer } from './announcer.js';
import { SourceControl } from './controls.js';
import { chooseLanguage, tables, Texts } from './i18n.js';
import { Invite, linkTo } from './invite.js';
import { OwnNews } from './news.js';
import { Banner, troubleOf } from './notices.js';
import { OwnTile, sourceNote } from './own.js';
import { part } from './picture.js';
import { Player } from './player.js';
import { Stage } from './stage.js';
import { Store } from './store.js';
import { PeerTiles } from './tiles.js';

/** @typedef {import('../peerface.js').Room} Room */
/** @typedef {import('../peerface.js').Peer} Peer */
/** @typedef {import('./i18n.js').Language} Language */
/** @typedef {'microphone'|'camera'} Kind */

/** @param {string} id */
const byId = (id) => part(document, `#${id}`, HTMLElement);
/** @param {string} id */
const button = (id) => part(document, `#${id}`, HTMLButtonElement);
/** @param {string} id */
const select = (id) => part(document, `#${id}`, HTMLSelectElement);
/** @param {string} id */
const input = (id) => part(document, `#${id}`, HTMLInputElement);

/** What stays: the name, the devices, the language. */
const lasting = new Store(() => localStorage);
/** What belongs to this tab: the ticket, the room it is in, mute and camera off. */
const passing = new Store(() => sessionStorage);

class Page {
  #texts = new Texts(chooseLanguage([lasting.get('language'), ...navigator.languages]));
  #announcer = new Announcer(byId('announcer'));
  /** @param {string} text */
  #say = (text) => this.#announcer.say(text);
  #banner = new Banner(byId('notice'), this.#texts, this.#say, (action) => this.#act(action),
    (change) => this.#keepFocus(change));
  #news = new OwnNews();
  #player = new Player(() => this.#render());
  #tiles = new PeerTiles(byId('peers'), part(document, '#peerTile', HTMLTemplateElement),
    this.#texts, this.#player, this.#say);
  #stage = new Stage(byId('stage'));
  #invite = new Invite(button('copyLink'), this.#texts, this.#say, () => this.#render());
  #preview = new OwnTile(byId('previewTile'), this.#texts);
  #own = new OwnTile(byId('myStream'), this.#texts);
  #microphones = [this.#control('microphone', 'lobbyMute', 'lobbyMicrophones'),
    this.#control('microphone', 'mute', 'microphones')];
  #cameras = [this.#control('camera', 'lobbyCamera', 'lobbyCameras'),
    this.#control('camera', 'camera', 'cameras')];

  /** @type {Room|undefined} undefined: not made yet, or standby */
  #room;
  #starting = false;
  /** Takes the listeners off the room that is let go. */
  #listening = new AbortController();
  /** The person wants in, but there is no room object yet to tell. */
  #pending = false;
  #place = '';
  #inside = false;
  #left = false;
  #refusal = '';
  #broken = false;

  constructor() {
    this.#fillLanguages();
    this.#texts.apply(document);
    this.#listen();
    input('room').value = new URL(location.href).searchParams.get('room') ?? '';
    input('name').value = lasting.get('name');
    this.#place = input('room').value;
    // A reload in a call goes back into the call, as the same member.
    this.#pending = this.#place !== '' && passing.get('entered') === this.#place;
    this.#start();
    this.#render();
    if (!this.#pending) this.#focusLobby();
  }

  /**
   * @param {Kind} kind
   * @param {string} buttonId
   * @param {string} selectId
   */
  #control(kind, buttonId, selectId) {
    return new SourceControl(kind, button(buttonId), select(selectId), this.#texts, {
      toggle: (on) => this.#toggle(kind, on),
      select: (deviceId) => {
        lasting.set(kind, deviceId);
        if (kind === 'microphone') this.#room?.selectMicrophone(deviceId);
        else this.#room?.selectCamera(deviceId);
      },
    });
  }

  #listen() {
    byId('entrance').addEventListener('submit', (event) => this.#onSubmit(event));
    input('room').addEventListener('input', () => this.#onRoomTyped());
    input('name').addEventListener('input', () => this.#renderSources());
    byId('wake').addEventListener('click', () => this.#start());
    byId('leave').addEventListener('click', () => this.#leave());
    byId('copyLink').addEventListener('click', () => this.#invite.copy(this.#place));
    select('language').addEventListener('change', () => this.#onLanguage());
    document.addEventListener('keydown', (event) => this.#onKey(event));
    for (const gesture of ['pointerup', 'keydown']) {
      document.addEventListener(gesture, () => this.#player.retry());
    }
  }

  // ---- the room object: made, listened to, let go

  #start() {
    if (this.#room || this.#starting) return;
    this.#starting = true;
    this.#broken = false;
    this.#left = false;
    // A duplicated tab has the ticket too, and takes the call over when it enters the same room.
    const ticket = passing.get(`ticket.${this.#place || passing.get('entered')}`);
    createRoom({
      microphone: passing.get('microphone') !== 'off',
      camera: passing.get('camera') !== 'off',
      microphoneId: lasting.get('microphone') || undefined,
      cameraId: lasting.get('camera') || undefined,
      ticket: ticket || undefined,
    }).then((room) => this.#adopt(room), (error) => {
      console.error(error);
      this.#broken = true;
      this.#pending = false;
    }).finally(() => {
      this.#starting = false;
      this.#render();
    });
    this.#render();
  }

  /** @param {Room} room */
  #adopt(room) {
    // Left while it was being made: nobody wants its camera any more.
    if (this.#left && !this.#pending) return room.leave();
    this.#room = room;
    if (this.#pending) this.#join();
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    /** @param {string} type @param {(event: Event) => void} handle */
    const on = (type, handle) => room.addEventListener(type, handle, { signal });
    on('roomchange', () => this.#onRoomChange(room));
    on('localchange', () => this.#onLocalChange(room));
    on('deviceschange', () => this.#renderSources());
    on('peerjoin', (event) => this.#onPeer(event, (peer) => this.#tiles.add(peer)));
    on('peerchange', (event) => this.#onPeer(event, (peer) => this.#tiles.change(peer)));
    // Who is put out no longer sees the others, but they have not left.
    on('peerleave', (event) => this.#onPeer(event, (peer) =>
      this.#tiles.remove(peer, room.state !== 'refused')));
    this.#preview.show(room.stream);
    this.#own.show(room.stream);
    this.#tiles.clear();
    for (const peer of room.peers.values()) this.#tiles.add(peer);
    this.#onRoomChange(room);
  }

  /** Ends the room object: its capture stops, so the light of the camera goes out. */
  #release() {
    this.#listening.abort();
    this.#room?.leave();
    this.#room = undefined;
    this.#inside = false;
    this.#pending = false;
    this.#preview.show(null);
    this.#own.show(null);
    this.#tiles.clear();
  }

  /** @param {Room} room */
  #onRoomChange(room) {
    if (room.state === 'joined') {
      passing.set(`ticket.${this.#place}`, room.ticket);
      if (!this.#inside) this.#onEntered();
    }
    if (room.state === 'refused') return this.#onRefused(room.reason);
    if (room.state === 'left') return this.#onLeft();
    this.#render();
  }

  /** What is remembered is written down now and not before, to lose no time. */
  #onEntered() {
    this.#inside = true;
    this.#say(this.#texts.get('saidEntered', { room: this.#place }));
    lasting.set('name', input('name').value.trim());
    passing.set('entered', this.#place);
    const link = linkTo(this.#place);
    if (link !== location.href) history.replaceState(history.state, '', link);
  }

  /** @param {string} reason */
  #onRefused(reason) {
    // Another tab has the call now; this one keeps its hands off the camera until it is wanted.
    if (reason === 'replaced') this.#release();
    this.#inside = false;
    this.#refusal = reason;
    this.#left = false;
    passing.set('entered', '');
    this.#render();
  }

  #onLeft() {
    this.#release();
    this.#left = true;
    passing.set('entered', '');
    passing.set(`ticket.${this.#place}`, '');
    this.#render();
  }

  /** @param {Room} room */
  #onLocalChange(room) {
    passing.set('microphone', room.microphone.wanted ? '' : 'off');
    passing.set('camera', room.camera.wanted ? '' : 'off');
    this.#sayNews(this.#news.changed('microphone', room.microphone));
    this.#sayNews(this.#news.changed('camera', room.camera));
    this.#render();
  }

  /**
   * @param {Event} event
   * @param {(peer: Peer) => void} handle
   */
  #onPeer(event, handle) {
    handle(/** @type {CustomEvent<{peer: Peer}>} */ (event).detail.peer);
    this.#render();
  }

  // ---- what the person wants

  /** @param {Event} event */
  #onSubmit(event) {
    event.preventDefault();
    this.#place = input('room').value.trim();
    if (!this.#place) return this.#showRoomMissing(true);
    this.#join();
  }

  #join() {
    this.#room?.join(this.#place, input('name').value.trim());
    this.#pending = !this.#room;
    this.#refusal = '';
    this.#left = false;
    if (!this.#pending) return;
    this.#start();
    this.#render();
  }

  #leave() {
    if (this.#room) this.#room.leave();
    this.#onLeft();
  }

  /**
   * @param {Kind} kind
   * @param {boolean} on
   */
  #toggle(kind, on) {
    if (!this.#room) return;
    if (kind === 'microphone') this.#room.setMicrophone(on);
    else this.#room.setCamera(on);
    this.#sayNews(this.#news.switched(kind, on));
  }

  /** @param {import('./i18n.js').Key|''} key */
  #sayNews(key) {
    if (key) this.#say(this.#texts.get(key));
  }

  /** @param {import('./notices.js').Action} action */
  #act(action) {
    switch (action) {
      case 'copy': return this.#invite.copy(this.#place);
      case 'hear': return this.#player.retry();
      case 'reload': return location.reload();
      case 'use-here': return this.#join();
      case 'retry':
        if (troubleOf(this.#room?.microphone)) this.#room?.setMicrophone(true);
        if (troubleOf(this.#room?.camera)) this.#room?.setCamera(true);
    }
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const { target } = event;
    const typing = target instanceof Element && target.matches('input, select, textarea');
    if (typing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (byId('call').hidden) return;
    if (event.code === 'KeyM') button('mute').click();
    if (event.code === 'KeyV') button('camera').click();
  }

  #onLanguage() {
    this.#texts.language = chooseLanguage([select('language').value]);
    lasting.set('language', this.#texts.language);
    this.#texts.apply(document);
    this.#showRoomMissing(!byId('roomError').hidden);
    this.#tiles.render();
    this.#render();
  }

  #onRoomTyped() {
    this.#refusal = '';
    this.#showRoomMissing(false);
    this.#render();
  }

  // ---- showing

  #render() {
    const state = this.#room?.state ?? 'lobby';
    const inCall = this.#pending || ['joining', 'joined', 'reconnecting'].includes(state);
    const screen = inCall ? 'call' : 'welcome';
    document.documentElement.lang = this.#texts.language;
    document.title = inCall ? this.#texts.get('callTitle', { room: this.#place })
      : this.#texts.get('lobbyTitle');
    byId('roomTitle').textContent = this.#place;
    byId('peopleCount').textContent = this.#texts.people(this.#tiles.count + 1);
    this.#stage.render(this.#tiles.count);
    this.#renderBanner();
    this.#invite.render();
    this.#renderSources();
    if (document.body.dataset.screen !== screen) this.#showScreen(screen);
  }

  /** @param {'call'|'welcome'} screen */
  #showScreen(screen) {
    document.body.dataset.screen = screen;
    byId('call').hidden = screen !== 'call';
    byId('where').hidden = screen !== 'call';
    byId('welcome').hidden = screen !== 'welcome';
    this.#focusHeading();
  }

  /** Not at once: moving the focus lays out the page, and the way into the call goes first. */
  #focusHeading() {
    requestAnimationFrame(() => {
      byId(document.body.dataset.screen === 'call' ? 'roomTitle' : 'headline').focus();
    });
  }

  /**
   * Where something hides what has the focus, who uses a keyboard must not begin at the top of the
   * page. Browsers differ in when such an element loses the focus: it is looked at before.
   * @param {() => void} change
   */
  #keepFocus(change) {
    const focused = document.activeElement;
    change();
    if (focused?.closest('[hidden]')) this.#focusHeading();
  }

  #renderSources() {
    const room = this.#room;
    for (const control of this.#microphones) {
      control.render(room?.microphone, room?.microphones ?? []);
    }
    for (const control of this.#cameras) control.render(room?.camera, room?.cameras ?? []);
    const name = input('name').value.trim();
    this.#own.render(name, room?.microphone, room?.camera);
    this.#preview.render(name, room?.microphone, room?.camera);
    this.#renderStandby();
    this.#renderChips();
  }

  #renderStandby() {
    const standby = !this.#room && !this.#starting && !this.#broken;
    this.#keepFocus(() => { byId('wake').hidden = !standby; });
    byId('previewControls').hidden = standby;
    byId('lobbyDevices').hidden = standby;
    byId('previewTile').dataset.standby = String(standby);
    if (standby) {
      part(byId('previewTile'), '.tileNote', HTMLElement).textContent =
        this.#texts.get(this.#left ? 'youLeft' : 'standby');
    }
  }

  /** What holds besides the banner is said on one's own tile; of the camera its note says it. */
  #renderChips() {
    const keys = [sourceNote('microphone', this.#room?.microphone)];
    if (byId('notice').dataset.notice !== 'alone' && this.#alone()) keys.push('onlyYou');
    const chips = keys.flatMap((key) => {
      if (!key || key === 'microphoneIsOff') return [];
      const chip = document.createElement('li');
      chip.className = 'chip';
      chip.textContent = this.#texts.get(key);
      return [chip];
    });
    byId('myChips').replaceChildren(...chips);
  }

  #alone() {
    const state = this.#room?.state;
    return (state === 'joined' || state === 'reconnecting') && this.#tiles.count === 0;
  }

  #renderBanner() {
    const room = this.#room;
    const peers = [...room?.peers.values() ?? []];
    this.#banner.render({
      state: room?.state ?? (this.#pending ? 'joining' : 'standby'),
      refusal: this.#refusal,
      relayAway: room?.relayAway ?? false,
      microphone: room?.microphone,
      camera: room?.camera,
      alone: this.#alone(),
      talking: peers.some(({ state }) => state === 'connected' || state === 'unstable'),
      unreachable: peers.some(({ state, away }) => state === 'unreachable' && !away),
      soundBlocked: this.#player.blocked,
      broken: this.#broken,
      userAgent: navigator.userAgent,
      link: linkTo(this.#place),
      copied: this.#invite.copied,
    });
  }

  /** @param {boolean} missing */
  #showRoomMissing(missing) {
    const error = byId('roomError');
    error.hidden = !missing;
    error.textContent = missing ? this.#texts.get('roomMissing') : '';
    input('room').setAttribute('aria-invalid', String(missing));
    if (missing) input('room').focus();
  }

  #fillLanguages() {
    const options = Object.entries(tables).map(([language, table]) => {
      const option = new Option(table.languageName, language);
      option.lang = language;
      return option;
    });
    select('language').replaceChildren(...options);
    select('language').value = this.#texts.language;
  }

  /** The first thing that is still to be filled in; not on a phone, where a keyboard would open. */
  #focusLobby() {
    if (matchMedia('(pointer: coarse)').matches) return;
    const empty = ['room', 'name'].find((id) => !input(id).value);
    byId(empty ?? 'enter').focus();
  }
}

new Page();
