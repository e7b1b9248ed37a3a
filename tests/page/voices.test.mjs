/* voices.test.mjs - who speaks, who speaks while muted, and what is measured of the microphone. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Meter } from '../../web/page/meter.js';
import { barOf, MutedSpeech, SpeechDetector } from '../../web/page/speech.js';
import { Voices } from '../../web/page/voices.js';

const speech = 0.08; // -22 dBov
const fan = 0.004; // -48 dBov

/**
 * What a detector says of levels that come every 100 ms.
 * @param {{note: (level: number, nowMs: number) => boolean}} detector
 * @param {number[]} levels
 */
function through(detector, levels, stepMs = 100, fromMs = 5000) {
  return levels.map((level, index) => detector.note(level, fromMs + index * stepMs));
}

/** @param {number} level @param {number} count */
const times = (level, count) => /** @type {number[]} */ (Array(count).fill(level));

test('who speaks is noticed within 300 ms, and shown without flicker through pauses', () => {
  const words = [...times(speech, 3), ...times(0, 4), ...times(0.01, 3), ...times(speech, 4),
    ...times(0, 8), ...times(speech, 2)];
  const seen = through(new SpeechDetector(), [...times(fan, 20), ...words]);
  assert.equal(seen.indexOf(true) - 20 < 3, true, 'at the third look at the latest');
  assert.equal(seen.slice(21).includes(false), false, 'it flickers');
});

test('it ends a second after the last word', () => {
  const detector = new SpeechDetector();
  const seen = through(detector, [...times(speech, 5), ...times(fan, 12)]);
  assert.equal(seen[13], true);
  assert.equal(seen[15], false);
});

test('clicks, a fan and silence are not speech', () => {
  assert.equal(through(new SpeechDetector(), times(fan, 100)).includes(true), false);
  const clicks = Array.from({ length: 100 }, (_, index) => index % 6 === 0 ? 0.5 : fan);
  assert.equal(through(new SpeechDetector(), clicks).includes(true), false);
});

test('a page that is slow notices speech as well', () => {
  assert.equal(through(new SpeechDetector(), times(speech, 3), 300).at(-1), true);
});

test('who speaks while muted is told once, and again after they have stopped', () => {
  const muted = new MutedSpeech();
  const told = through(muted, [...times(speech, 100), ...times(0, 50), ...times(speech, 100)]);
  assert.equal(told.filter(Boolean).length, 1, 'while they go on');
  assert.ok(told.indexOf(true) >= 6 && told.indexOf(true) < 10);
  const after = through(muted, [...times(0, 110), ...times(speech, 20)], 100, 60000);
  assert.equal(after.filter(Boolean).length, 1);
  muted.reset();
  assert.equal(through(muted, times(speech, 20), 100, 90000).filter(Boolean).length, 1);
});

test('a cough while muted is no news', () => {
  const coughs = Array.from({ length: 300 }, (_, index) => index % 20 < 3 ? 0.3 : 0);
  assert.equal(through(new MutedSpeech(), coughs).includes(true), false);
});

test('a page that slept counts no speech that it has not heard', () => {
  const muted = new MutedSpeech();
  assert.equal(muted.note(speech, 0), false);
  assert.equal(muted.note(speech, 3600000), false);
});

test('a bar grows by decibels and keeps within its bounds', () => {
  assert.deepEqual([0, -1, 1e-9].map(barOf), [0, 0, 0].map((zero) => zero + 0));
  assert.equal(barOf(1), 1);
  assert.equal(barOf(3), 1);
  assert.ok(barOf(0.1) > 0.5 && barOf(0.1) < 0.8);
});

// ---- the own microphone

class FakeTrack {
  enabled = true;
  readyState = 'live';
  /** @type {FakeTrack[]} */
  clones = [];

  clone() {
    const clone = new FakeTrack();
    clone.enabled = this.enabled;
    this.clones.push(clone);
    return clone;
  }

  stop() {
    this.readyState = 'ended';
  }
}

/** A browser that measures, and the tracks that it measures. @param {boolean} active */
function browserWithAudio(t = /** @type {any} */ (undefined), active = true) {
  /** @type {Set<any>} */
  const measured = new Set();
  const state = { active, contexts: 0, running: false };
  const kept = Object.fromEntries(['window', 'navigator', 'AudioContext', 'AnalyserNode',
    'MediaStreamAudioSourceNode', 'MediaStream'].map((name) => [name,
    Object.getOwnPropertyDescriptor(globalThis, name)]));
  t.after(() => {
    for (const [name, before] of Object.entries(kept)) {
      if (before) Object.defineProperty(globalThis, name, before);
      else delete (/** @type {any} */ (globalThis)[name]);
    }
  });
  const define = (/** @type {string} */ name, /** @type {any} */ value) =>
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  define('navigator', { userActivation: { get hasBeenActive() { return state.active; } } });
  define('AudioContext', class {
    constructor() {
      state.contexts++;
    }

    get state() {
      return state.running ? 'running' : 'suspended';
    }

    async resume() {
      state.running = true;
    }

    async suspend() {
      state.running = false;
    }
  });
  define('window', globalThis);
  define('MediaStream', class {
    /** @param {any[]} tracks */
    constructor(tracks) {
      this.tracks = tracks;
    }
  });
  define('AnalyserNode', class {
    /** @param {Float32Array} samples */
    getFloatTimeDomainData(samples) {
      const [track] = measured;
      samples.fill(track?.enabled && track.readyState === 'live' ? 0.25 : 0);
    }
  });
  define('MediaStreamAudioSourceNode', class {
    /** @param {any} _ @param {any} options */
    constructor(_, { mediaStream }) {
      this.tracks = mediaStream.tracks;
    }

    connect() {
      for (const track of this.tracks) measured.add(track);
    }

    disconnect() {
      for (const track of this.tracks) measured.delete(track);
    }
  });
  return { state, measured };
}

test('a muted microphone is measured by a clone that ends with the mute', (t) => {
  const { measured } = browserWithAudio(t);
  const meter = new Meter();
  const track = /** @type {any} */ (new FakeTrack());
  meter.measure(track, true);
  assert.deepEqual([...measured], [track]);
  assert.equal(meter.level, 0.25);
  track.enabled = false;
  meter.measure(track, true);
  const [clone] = track.clones;
  assert.deepEqual([...measured], [clone]);
  assert.equal(meter.level, 0.25);
  assert.equal(track.enabled, false, 'what is sent stays muted');
  track.enabled = true;
  meter.measure(track, true);
  assert.equal(clone.readyState, 'ended');
  assert.deepEqual([...measured], [track]);
  track.enabled = false;
  meter.measure(track, true);
  meter.measure(undefined, true);
  assert.equal(track.clones[1].readyState, 'ended');
  assert.equal(measured.size, 0);
});

test('who does not want to be told is not listened to while muted', (t) => {
  browserWithAudio(t);
  const meter = new Meter();
  const track = /** @type {any} */ (new FakeTrack());
  track.enabled = false;
  meter.measure(track, false);
  assert.equal(meter.level, 0);
  assert.equal(track.clones.length, 0);
});

test('before the first gesture nothing is measured, and with it that begins', (t) => {
  const { state, measured } = browserWithAudio(t, false);
  const meter = new Meter();
  meter.measure(/** @type {any} */ (new FakeTrack()), false);
  assert.deepEqual([state.contexts, meter.level], [0, 0]);
  state.active = true;
  meter.wake();
  assert.equal(measured.size, 1);
  assert.equal(meter.level, 0.25);
});

// ---- all of it

/** A call, as far as voices are concerned. @param {import('node:test').TestContext} t */
function call(t) {
  const now = { ms: 1000 };
  /** @type {(() => void)|undefined} */
  let poll;
  /** @type {() => void} */
  let visibilityChanged = () => {};
  const before = ['document', 'setInterval', 'clearInterval'].map((name) =>
    [name, /** @type {any} */ (globalThis)[name]]);
  t.after(() => Object.assign(globalThis, Object.fromEntries(before)));
  t.mock.method(performance, 'now', () => now.ms);
  const page = { hidden: false, addEventListener: (/** @type {string} */ _,
    /** @type {() => void} */ run) => { visibilityChanged = run; } };
  Object.assign(globalThis, {
    document: page,
    setInterval: (/** @type {() => void} */ run) => {
      poll = run;
      return 1;
    },
    clearInterval: () => { poll = undefined; },
  });
  const meter = { level: 0, measured: /** @type {any[]} */ ([]),
    measure: (/** @type {any[]} */ ...what) => { meter.measured = what; }, wake: () => {} };
  const bar = { value: '', style: { setProperty: (/** @type {string} */ _,
    /** @type {string} */ value) => { bar.value = value; } } };
  const told = { muted: 0, speaking: /** @type {string[][]} */ ([]), wanted: true };
  const voices = new Voices(/** @type {any} */ ({ querySelectorAll: () => [bar] }), 'self', {
    speaking: (ids) => told.speaking.push([...ids]),
    mutedSpeech: () => told.muted++,
    noticesMuted: () => told.wanted,
  }, meter);
  const peer = { microphone: 'on', asked: 0, loudness: 0,
    get level() { peer.asked++; return peer.loudness; } };
  const room = /** @type {any} */ ({ microphone: { wanted: true },
    peers: new Map([['b', peer]]), stream: { getAudioTracks: () => ['track'] } });
  const pass = (/** @type {number} */ ms) => {
    for (let i = 0; i < ms / 100; i++) {
      now.ms += 100;
      poll?.();
    }
  };
  const hide = (/** @type {boolean} */ hidden) => {
    page.hidden = hidden;
    visibilityChanged();
  };
  return { voices, room, peer, meter, bar, told, pass, hide, polls: () => poll !== undefined };
}

test('who speaks is told when it changes, and a mute ends it at once', (t) => {
  const { voices, room, peer, meter, bar, told, pass } = call(t);
  voices.render(room, true);
  peer.loudness = speech;
  pass(1000);
  assert.deepEqual(told.speaking, [['b']]);
  meter.level = speech;
  pass(1000);
  assert.deepEqual(told.speaking, [['b'], ['self', 'b']]);
  assert.ok(Number(bar.value) > 0.5);
  peer.microphone = 'off';
  const { asked } = peer;
  pass(100);
  assert.deepEqual(told.speaking.at(-1), ['self']);
  assert.equal(peer.asked, asked, 'who is muted is not asked');
  room.microphone.wanted = false;
  pass(100);
  assert.deepEqual(told.speaking.at(-1), []);
  assert.equal(bar.value, '0');
});

test('who has left does not speak, and comes back silent', (t) => {
  const { voices, room, peer, told, pass } = call(t);
  voices.render(room, true);
  peer.loudness = speech;
  pass(500);
  room.peers.clear();
  pass(100);
  assert.deepEqual(told.speaking, [['b'], []]);
});

test('a page that nobody sees asks for no levels', (t) => {
  const { voices, room, peer, meter, told, pass, hide, polls } = call(t);
  voices.render(room, true);
  peer.loudness = speech;
  pass(500);
  hide(true);
  assert.equal(polls(), false);
  assert.deepEqual(meter.measured[0], undefined);
  assert.deepEqual(told.speaking.at(-1), []);
  hide(false);
  pass(500);
  assert.deepEqual(told.speaking.at(-1), ['b']);
  voices.render(undefined, false);
  assert.equal(polls(), false);
});

test('in a call, and if they want to be, people who speak while muted are told', (t) => {
  const { voices, room, meter, told, pass } = call(t);
  room.microphone.wanted = false;
  meter.level = speech;
  voices.render(room, false);
  assert.equal(meter.measured[1], false, 'in the lobby nobody is listened to while muted');
  pass(2000);
  assert.equal(told.muted, 0);
  voices.render(room, true);
  assert.equal(meter.measured[1], true);
  pass(2000);
  assert.equal(told.muted, 1);
  told.wanted = false;
  voices.render(room, true);
  assert.equal(meter.measured[1], false);
});
