/* voices.js - who speaks at the moment, how loud the own microphone is, and who speaks muted. */
/* SPDX-License-Identifier: MIT */

/*
 * Nobody reports levels: they are asked for, ten times a second, and only while somebody can see
 * what is shown of them.
 */

import { Meter } from './meter.js';
import { barOf, MutedSpeech, SpeechDetector } from './speech.js';

/** @typedef {import('../peerface.js').Room} Room */
/** @typedef {Pick<Room, 'peers'|'microphone'|'stream'>} Heard */

const pollMs = 100;

/**
 * @typedef {object} VoiceHooks
 * @property {(ids: ReadonlySet<string>) => void} speaking others speak now than before: ids of
 *   peers, and `ownId`
 * @property {() => void} mutedSpeech the person speaks while they are muted
 * @property {() => boolean} noticesMuted the person wants to be told that
 */

export class Voices {
  #ownId;
  #hooks;
  /** @type {NodeListOf<HTMLElement>} show the level of the own microphone */
  #bars;
  #meter;
  /** @type {Map<string, SpeechDetector>} by id of the peer, or `ownId` */
  #detectors = new Map();
  #mutedSpeech = new MutedSpeech();
  /** @type {ReadonlySet<string>} who speaks */
  #speaking = new Set();
  #bar = 0;
  /** @type {Heard|undefined} */
  #room;
  #inCall = false;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #timer;

  /**
   * @param {ParentNode} root
   * @param {string} ownId what one's own voice is called beside the ids of the peers
   * @param {VoiceHooks} hooks
   * @param {Pick<Meter, 'measure'|'wake'|'level'>} [meter]
   */
  constructor(root, ownId, hooks, meter = new Meter()) {
    this.#ownId = ownId;
    this.#hooks = hooks;
    this.#bars = root.querySelectorAll('.level');
    this.#meter = meter;
    document.addEventListener('visibilitychange', () => this.#follow());
  }

  /**
   * Something may have changed.
   * @param {Heard|undefined} room undefined: nothing is captured
   * @param {boolean} inCall
   */
  render(room, inCall) {
    this.#room = room;
    this.#inCall = inCall;
    this.#follow();
  }

  /** To be called within a user gesture. */
  wake() {
    this.#meter.wake();
  }

  #follow() {
    const room = document.hidden ? undefined : this.#room;
    this.#measure(room);
    if (!room || room.microphone.wanted || !this.#inCall) this.#mutedSpeech.reset();
    if (room && this.#timer === undefined) {
      this.#timer = setInterval(() => this.#poll(), pollMs);
    } else if (!room && this.#timer !== undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#detectors.clear();
      this.#show(new Set(), 0);
    }
  }

  /** @param {Heard|undefined} room */
  #measure(room) {
    const [track] = room?.stream.getAudioTracks() ?? [];
    this.#meter.measure(track, this.#inCall && this.#hooks.noticesMuted());
  }

  #poll() {
    const room = this.#room;
    if (!room) return;
    this.#measure(room); // the person may have changed their mind in the settings
    const nowMs = performance.now();
    const { wanted } = room.microphone;
    const own = this.#meter.level;
    /** @type {Set<string>} */
    const speaking = new Set();
    /** @type {Map<string, SpeechDetector>} */
    const detectors = new Map();
    /** @param {string} id @param {boolean} silent @param {() => number} level */
    const look = (id, silent, level) => {
      if (silent) return; // with the mute, not a moment later
      const detector = this.#detectors.get(id) ?? new SpeechDetector();
      detectors.set(id, detector);
      if (detector.note(level(), nowMs)) speaking.add(id);
    };
    look(this.#ownId, !wanted, () => own);
    for (const [id, peer] of room.peers) {
      // Asking a connection that is still being made would hold that up.
      const silent = peer.state === 'connecting' || peer.microphone !== 'on';
      look(id, silent, () => peer.level);
    }
    this.#detectors = detectors;
    this.#show(speaking, wanted ? barOf(own) : 0);
    if (this.#inCall && !wanted && this.#mutedSpeech.note(own, nowMs)) this.#hooks.mutedSpeech();
  }

  /**
   * @param {ReadonlySet<string>} speaking
   * @param {number} bar
   */
  #show(speaking, bar) {
    if (bar !== this.#bar) {
      for (const element of this.#bars) element.style.setProperty('--level', String(bar));
    }
    this.#bar = bar;
    const same = speaking.size === this.#speaking.size
      && [...speaking].every((id) => this.#speaking.has(id));
    this.#speaking = speaking;
    if (!same) this.#hooks.speaking(speaking);
  }
}
