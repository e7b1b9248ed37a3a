/* voice.test.mjs - who speaks, who speaks while muted, and where the others are heard. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { annAndBob, scenario } from './harness.mjs';

/** @typedef {import('./person.mjs').Person} Person */
/** @typedef {import('./harness.mjs').Engine} Engine */

/** @type {readonly [Engine, Engine][]} */
const pairs = [['chromium', 'firefox'], ['firefox', 'chromium']];

/**
 * Somebody hums so loud, or stops with 0. In Chromium only: Firefox starts no AudioContext on a
 * machine without speakers. Its fake microphone hums all the time, so that muting it is silence.
 * @param {Person} person @param {number} level
 */
const speak = (person, level) =>
  person.ask((loudness) => /** @type {any} */ (window).probe.speak(loudness), level);

/** @param {Engine} engine */
const withVoice = (engine) => ({ engine, shim: engine === 'chromium' ? { voice: true } : {} });

/** @param {Person} person @param {string} selector @param {boolean} speaking */
const shows = (person, selector, speaking) =>
  person.sees(`${selector} speaking: ${speaking}`, (css, wanted) => {
    const tile = /** @type {HTMLElement} */ (document.querySelector(css));
    const mark = tile.querySelector('.badgeSpeaking, .personSpeaking');
    return (tile.dataset.speaking === 'true') === wanted && mark?.checkVisibility() === wanted;
  }, [selector, speaking]);

/** The level that a bar shows is above that. @param {Person} person @param {string} selector */
const barMoves = (person, selector) =>
  person.sees(`${selector} move`, (css) => {
    const bar = /** @type {HTMLElement} */ (document.querySelector(css));
    return Number(bar.style.getPropertyValue('--level')) > 0.3 && bar.checkVisibility();
  }, [selector]);

for (const [here, there] of pairs) {
  scenario(
    `a ${there} sees on the tile and in the list when somebody in a ${here} speaks`,
    { needs: [here, there] },
    async (world) => {
      const { ann, bob, annId } = await connected(world, here, there);
      await bob.click('#showPeople');
      if (here === 'chromium') await speak(ann, 0.3);
      await Promise.all([
        shows(bob, '.peer', true),
        shows(bob, '.person:nth-child(2)', true),
      ]);
      assert.match(await bob.ask(() =>
        document.querySelector('.person:nth-child(2)')?.textContent || ''), /Ann.*Speaking/s);
      await ann.click('#mute');
      await bob.tile(annId, { muted: 'true' });
      await shows(bob, '.peer', false);
      await shows(bob, '.person:nth-child(2)', false);
      await ann.click('#mute');
      await shows(bob, '.peer', true);
    },
  );
}

for (const there of /** @type {const} */ (['chromium', 'firefox'])) {
  scenario(
    `who speaks while muted is told so, and a ${there} hears nothing`,
    { needs: ['chromium', there] },
    async (world) => {
      const { ann, bob, annId } = await connected(world, 'chromium', there);
      await ann.click('#mute');
      await bob.tile(annId, { muted: 'true' });
      await speak(ann, 0.3);
      await ann.sees('that they are muted', () => [...document.querySelectorAll('.toast')]
        .some((toast) => /You are muted\. Press M/.test(toast.textContent || '')));
      await bob.audioSilent(annId);
      assert.equal((await ann.summary()).sent.filter(({ kind }) => kind === 'audio')
        .every(({ enabled }) => !enabled), true, 'no sender has what is listened to');
      await shows(ann, '.stage .own', false);
      await ann.click('#mute');
      await bob.audioFlowing(annId);
      await ann.sees('one microphone', () =>
        /** @type {any} */ (window).probe.summary().liveAudio === 1);
      await ann.click('#mute');
      await ann.click('#leave');
      await ann.nothingLeftOpen();
    },
  );
}

for (const [here, there] of pairs) {
  scenario(
    `in ${here} who holds the space bar is heard, and no longer than that`,
    { needs: [here, there] },
    async (world) => {
      const { ann, bob, annId } = await connected(world, here, there);
      const muted = (/** @type {boolean} */ wanted) => bob.tile(annId, { muted: String(wanted) });
      await ann.click('#mute');
      await muted(true);
      await ann.ask(() => /** @type {HTMLElement} */ (document.activeElement).blur());
      if (here === 'chromium') await speak(ann, 0.3);
      await ann.page.keyboard.down(' ');
      await Promise.all([muted(false), bob.audioFlowing(annId)]);
      await ann.page.keyboard.up(' ');
      await Promise.all([muted(true), bob.audioSilent(annId)]);
      await ann.page.keyboard.down(' ');
      await muted(false);
      await ann.ask(() => window.dispatchEvent(new Event('blur'))); // another window
      await muted(true);
      await ann.page.keyboard.up(' ');
      // On a button, the space bar presses that, and does not speak.
      await ann.page.focus('#showPeople');
      await ann.page.keyboard.press(' ');
      await ann.sees('the people', () => document.querySelector('#people:popover-open') !== null);
      await muted(true);
    },
  );
}

/**
 * Two people who are connected; in Chromium they are silent until they are asked to hum.
 * @param {import('./harness.mjs').World} world @param {Engine} here @param {Engine} there
 */
async function connected(world, here, there) {
  const ann = await world.person('Ann', withVoice(here));
  const bob = await world.person('Bob', withVoice(there));
  await ann.enter('tea');
  await bob.enter('tea');
  await Promise.all([ann.waitForPeers(1), bob.waitForPeers(1)]);
  return { ann, bob, annId: await bob.idOf('Ann') };
}

scenario('who does not want to be told has no second ear at the microphone', {}, async (world) => {
  const { ann } = await connected(world, 'chromium', 'chromium');
  await ann.click('#mute');
  await ann.sees('a clone of the microphone', () =>
    /** @type {any} */ (window).probe.summary().liveAudio === 2);
  await ann.click('#more');
  await ann.click('#openSettings');
  await ann.page.click('[data-preference="mutedSpeech"]');
  await ann.sees('no clone any more', () =>
    /** @type {any} */ (window).probe.summary().liveAudio === 1);
});

scenario('one’s own voice is seen in the lobby, on the button and on the tile, until it ends', {},
  async (world) => {
    const ann = await world.person('Ann', withVoice('chromium'));
    await ann.previews();
    await ann.fill('#name', 'Ann');
    await speak(ann, 0.3);
    await barMoves(ann, '.devices .level');
    await ann.click('#lobbyMute');
    await ann.sees('no level', () => /** @type {HTMLElement} */ (
      document.querySelector('.devices .level')).style.getPropertyValue('--level') === '0');
    await ann.click('#lobbyMute');
    await ann.enter('tea');
    await barMoves(ann, '#mute .level');
    await shows(ann, '.stage .own', true);
    await speak(ann, 0);
    await shows(ann, '.stage .own', false);
  });

/** Runs in the page before its scripts: two outputs, of which one can be pulled out. */
const fakeOutputs = () => {
  const host = /** @type {any} */ (window);
  const output = (/** @type {string} */ deviceId, /** @type {string} */ label) =>
    ({ kind: 'audiooutput', deviceId, label, groupId: `group ${deviceId}` });
  const desk = output('desk', 'Desk speakers');
  const headset = output('headset', 'Headset');
  let outputs = [output('default', 'Default - Desk speakers'), desk, headset];
  const sinks = new WeakMap();
  Object.defineProperty(HTMLMediaElement.prototype, 'sinkId', {
    get() { return sinks.get(this) ?? ''; },
  });
  HTMLMediaElement.prototype.setSinkId = async function (/** @type {string} */ id) {
    if (id && !outputs.some(({ deviceId }) => deviceId === id)) {
      throw new DOMException('shim', 'NotFoundError');
    }
    sinks.set(this, id);
  };
  const devices = navigator.mediaDevices;
  const enumerate = devices.enumerateDevices.bind(devices);
  devices.enumerateDevices = async () => (await enumerate())
    .filter(({ kind }) => kind !== 'audiooutput').concat(/** @type {any} */ (outputs));
  host.unplugHeadset = () => {
    outputs = outputs.filter((each) => each !== headset);
    devices.dispatchEvent(new Event('devicechange'));
  };
};

/** Everybody is heard there, and the lists say so. @param {Person} person @param {string} id */
const hearsAt = (person, id) =>
  person.sees(`sound at "${id}"`, (wanted) => {
    const all = (/** @type {string} */ css) => [...document.querySelectorAll(css)];
    const videos = /** @type {HTMLVideoElement[]} */ (all('.peers video'));
    const lists = /** @type {HTMLSelectElement[]} */ (all('.speakerList'));
    return videos.every(({ sinkId }) => sinkId === wanted) && lists.length === 2
      && lists.every((list) => list.value === wanted && list.options.length > 1);
  }, [id]);

for (const [here, there] of pairs) {
  scenario(
    `in ${here} the speaker is chosen in the lobby, kept, and left when it is gone (D20, D21)`,
    { needs: [here, there] },
    async (world) => {
      const scripts = [`(${fakeOutputs})()`];
      const ann = await world.person('Ann', { engine: here, scripts });
      const bob = await world.person('Bob', { engine: there });
      await ann.previews();
      await ann.choose('#lobbySpeakers', 'Headset');
      await ann.enter('tea');
      await bob.enter('tea');
      await Promise.all([ann.waitForPeers(1), bob.waitForPeers(1)]);
      await hearsAt(ann, 'headset');
      await ann.page.reload();
      await ann.waitForPeers(1);
      await hearsAt(ann, 'headset');
      await ann.ask(() => /** @type {any} */ (window).unplugHeadset());
      await hearsAt(ann, '');
      await ann.sees('what has happened', () => [...document.querySelectorAll('.toast')]
        .some((toast) => /The speaker is gone/.test(toast.textContent || '')));
      await ann.audioFlowing(await ann.idOf('Bob'));
    },
  );
}

/** @param {Person} person @param {'audio'|'video'} kind @param {boolean} muted */
const interrupt = (person, kind, muted) =>
  person.ask((source, on) => /** @type {any} */ (window).probe.interrupt(source, on), kind, muted);

/** @param {Person} person @param {string} selector @param {string} text */
const reads = (person, selector, text) =>
  person.sees(`"${text}" in ${selector}`, (css, wanted) =>
    document.querySelector(css)?.textContent?.includes(wanted), [selector, text]);

for (const [here, there] of pairs) {
  scenario(
    `what the system of a ${here} pauses is shown as that to both, and goes on (D22)`,
    { needs: [here, there] },
    async (world) => {
      const { ann, bob, annId } = await annAndBob(world, { engine: here }, { engine: there });
      const before = await ann.summary();
      await interrupt(ann, 'audio', true);
      await interrupt(ann, 'video', true);
      await bob.tile(annId, { microphone: 'interrupted', camera: 'interrupted', muted: 'false' });
      await reads(bob, '.peer .tileNote', 'Camera paused by the device');
      await reads(bob, '.peer .badgeState', 'Microphone paused by the device');
      await reads(bob, '#announcer', 'Ann’s device has paused the camera.');
      await reads(ann, '.stage .own .tileNote', 'Camera paused by the device');
      await reads(ann, '.stage .own .chips', 'Microphone paused by the device');
      await reads(ann, '#announcer', 'Your device has paused the camera.');
      assert.equal(await ann.ask(() =>
        document.querySelector('#mute')?.getAttribute('data-off')), 'false');
      await interrupt(ann, 'audio', false);
      await interrupt(ann, 'video', false);
      await bob.tile(annId, { microphone: 'on', camera: 'on' });
      await reads(ann, '#announcer', 'Your camera is back.');
      await bob.videoPlaying(annId);
      await ann.nothingNegotiatedSince(before);
      assert.equal((await ann.summary()).captures.length, before.captures.length);
    },
  );

  scenario(
    `a camera that is still paused when a ${here} page is seen again is opened anew (D23)`,
    { needs: [here, there] },
    async (world) => {
      const { ann, bob, annId } = await annAndBob(world, { engine: here }, { engine: there });
      const before = await ann.summary();
      await interrupt(ann, 'video', true);
      await bob.tile(annId, { camera: 'interrupted', microphone: 'on' });
      await ann.ask(() => document.dispatchEvent(new Event('visibilitychange')));
      await bob.tile(annId, { camera: 'on' });
      await bob.videoPlaying(annId);
      await ann.nothingNegotiatedSince(before);
      const after = await ann.summary();
      assert.equal(after.captures.length, before.captures.length + 1);
      await ann.sees('the old camera stopped', () =>
        /** @type {any} */ (window).probe.summary().liveVideo === 1);
    },
  );
}

scenario(
  'what is done to the sound is switched in the call and kept, and the microphone goes on',
  {},
  async (world) => {
    const { ann, bob, annId } = await annAndBob(world);
    const leftOut = async () => (await ann.summary()).captures
      .map(({ constraints, outcome }) => constraints.includes('"noiseSuppression":false')
        && outcome === 'live');
    await ann.click('#more');
    await ann.click('#openSettings');
    assert.ok(await ann.ask(() => document.querySelector('[data-preference="noiseSuppression"]')
      ?.checkVisibility()));
    assert.ok(await ann.ask(() => !document.querySelector('.backgroundBlur')?.checkVisibility()),
      'this camera has no blur');
    const before = await ann.summary();
    assert.deepEqual(await leftOut(), [false]);
    await ann.click('[data-preference="noiseSuppression"]');
    await ann.sees('the microphone again', () => {
      const { probe } = /** @type {any} */ (window);
      return probe.captures.length === 2 && probe.captures[1].outcome === 'live';
    });
    assert.deepEqual(await leftOut(), [false, true]);
    await bob.audioFlowing(annId);
    await bob.tile(annId, { muted: 'false' });
    await ann.nothingNegotiatedSince(before);
    await ann.page.reload();
    await ann.waitForPeers(1);
    await bob.audioFlowing(annId);
    assert.deepEqual(await leftOut(), [true]);
  },
);
