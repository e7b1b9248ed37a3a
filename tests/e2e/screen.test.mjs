/* screen.test.mjs - sharing a screen beside the camera. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { annAndBob, scenario } from './harness.mjs';

/** @typedef {import('./person.mjs').Person} Person */
/** @typedef {import('./harness.mjs').Engine} Engine */

/** @type {[Engine, Engine][]} */
const pairs = [['chromium', 'firefox'], ['firefox', 'chromium']];
const screen = { id: 'screen', label: 'Screen', color: '#00a000', width: 800, height: 450 };
const sounding = { screen: { ...screen, sound: true } };

/** @param {Person} person @param {string} id of the peer whose screen it is */
const screenLarge = (person, id) => person.sees(`the screen of ${id} large`, (peer) =>
  document.querySelector(`[data-sharer="${peer}"][data-place="large"]`) !== null, [id]);

/** @param {Person} person */
const noScreen = (person) => person.sees('no screen', () =>
  document.querySelector('[data-sharer].tile') === null);

/** @param {Person} person @param {string} state */
const shareIs = (person, state) => person.sees(`the share ${state}`, (wanted) => {
  const reminded = document.querySelector('.sharing')?.checkVisibility() ?? false;
  const on = /** @type {HTMLElement} */ (document.querySelector('#share')).dataset.on === 'true';
  return reminded === on && on === (wanted === 'on');
}, [state]);

/** @param {Person} person @param {RegExp} text */
const isTold = (person, text) =>
  person.sees(`the message ${text}`, (source) => [...document.querySelectorAll('.toast')]
    .some((toast) => new RegExp(source).test(toast.textContent || '')), [text.source]);

/** @param {Person} person */
const sectionsOf = (person) => person.ask(() =>
  /** @type {any} */ (window).probe.open().map((/** @type {any} */ { pc }) =>
    pc.localDescription.sdp.split('\r\nm=').length - 1));

for (const [here, there] of pairs) {
  scenario(
    `in ${here} a screen is shared and large at a ${there}, beside the camera, without negotiation`,
    { needs: [here, there] },
    async (world) => {
      const { ann, bob, annId } = await annAndBob(world, { engine: here, shim: sounding },
        { engine: there });
      const before = await Promise.all([ann.summary(), bob.summary()]);
      await ann.click('#share');
      await Promise.all([screenLarge(bob, annId), shareIs(ann, 'on')]);
      await isTold(bob, /^Ann is sharing their screen/);
      await bob.videoPlaying(`screen ${annId}`);
      const picture = await bob.picture(`screen ${annId}`);
      assert.ok(picture.left[1] > picture.left[0] + 50, 'it is the screen, which is green');
      await Promise.all([bob.videoPlaying(annId), bob.audioFlowing(annId)]);
      const how = await bob.ask((id) => {
        const video = document.querySelector(`[data-sharer="${id}"] video`);
        return { fit: getComputedStyle(/** @type {Element} */ (video)).objectFit,
          name: document.querySelector(`[data-sharer="${id}"] .badgeName`)?.textContent };
      }, annId);
      assert.deepEqual(how, { fit: 'contain', name: 'Ann’s screen' });
      const own = await ann.ask(() => ({
        screens: document.querySelectorAll('.tile.screen').length,
        shares: /** @type {any} */ (window).probe.shares,
        hint: /** @type {any} */ (window).probe.tracks.findLast((/** @type {any} */ track) =>
          track.kind === 'video' && track.getSettings().deviceId === 'screen').contentHint,
      }));
      assert.equal(own.screens, 0, 'nobody sees their own screen within itself');
      assert.equal(own.shares.length, 1);
      assert.ok(own.shares[0].isActive, 'it is asked for within the click');
      assert.equal(own.shares[0].options.selfBrowserSurface, 'exclude');
      assert.equal(own.hint, 'detail');

      await ann.click('#stopSharing');
      await Promise.all([noScreen(bob), shareIs(ann, 'off')]);
      assert.equal(await ann.ask(() => document.activeElement?.id), 'share');
      await bob.videoPlaying(annId);
      await ann.nothingNegotiatedSince(before[0]);
      await bob.nothingNegotiatedSince(before[1]);
      assert.deepEqual((await ann.summary()).audioIds, before[0].audioIds,
        'the microphone is untouched');
    },
  );

  scenario(
    `in ${here} D33 the browser's own button ends the share for everybody, and the camera stays`,
    { needs: [here, there] },
    async (world) => {
      const { ann, bob, annId } = await annAndBob(world, { engine: here, shim: sounding },
        { engine: there });
      await ann.click('#share');
      await screenLarge(bob, annId);
      await ann.ask(() => /** @type {any} */ (window).probe.stopSharing());
      await Promise.all([noScreen(bob), shareIs(ann, 'off')]);
      await bob.tile(annId, { camera: 'on', muted: 'false' });
      await bob.videoPlaying(annId);
    },
  );

  scenario(
    `in ${here} D34 a screen is shared with the camera off and the microphone muted`,
    { needs: [here, there] },
    async (world) => {
      const { ann, bob, annId } = await annAndBob(world, { engine: here, shim: { screen } },
        { engine: there });
      const before = await ann.summary();
      await ann.click('#mute');
      await ann.click('#camera');
      await bob.tile(annId, { muted: 'true', camera: 'off' });
      await ann.click('#share');
      await screenLarge(bob, annId);
      await bob.videoPlaying(`screen ${annId}`);
      await bob.tile(annId, { muted: 'true', camera: 'off' });
      await ann.click('#camera');
      await bob.tile(annId, { muted: 'true', camera: 'on' });
      await ann.click('#share');
      await noScreen(bob);
      await bob.tile(annId, { muted: 'true', camera: 'on' });
      await ann.nothingNegotiatedSince(before);
    },
  );
}

scenario('D32 a cancelled dialog changes nothing and says nothing', {}, async (world) => {
  const { ann, bob } = await annAndBob(world,
    { shim: { screen, fail: { screen: 'NotAllowedError' } } });
  await ann.click('#share');
  await ann.sees('the dialog', () => /** @type {any} */ (window).probe.shares.length === 1);
  await shareIs(ann, 'off');
  assert.deepEqual(await ann.ask(() => [...document.querySelectorAll('.toast')]
    .map(({ textContent }) => textContent).filter((text) => /screen/i.test(text || ''))), []);
  await noScreen(bob);
});

scenario('a share that fails is told once', {}, async (world) => {
  const { ann } = await annAndBob(world,
    { shim: { screen, fail: { screen: 'NotReadableError' } } });
  await ann.click('#share');
  await isTold(ann, /could not be shared/);
  await shareIs(ann, 'off');
});

for (const engine of /** @type {Engine[]} */ (['chromium', 'firefox'])) {
  scenario(
    `in ${engine} D35 there is no button where the browser cannot share`,
    { needs: [engine], people: 1 },
    async (world) => {
      const ann = await world.person('Ann', { engine, shim: { screen: false } });
      await ann.enter('tea');
      await ann.shown('#mute');
      assert.deepEqual(await ann.ask(() => [...document.querySelectorAll('.shareButton')]
        .map((button) => button.checkVisibility())), [false, false]);
    },
  );
}

scenario(
  'G15 a share that is switched on, off and on again ends as the last wish has it',
  {},
  async (world) => {
    const { ann, bob, annId } = await annAndBob(world, { shim: { screen, openMs: 1000 } });
    const [before, sections] = await Promise.all([ann.summary(), sectionsOf(ann)]);
    const wishes = await ann.ask(async () => {
      const button = /** @type {HTMLElement} */ (document.querySelector('#share'));
      const seen = [];
      for (let i = 0; i < 3; i++) {
        button.click();
        await new Promise((resolve) => setTimeout(resolve));
        seen.push(button.dataset.on);
      }
      return seen;
    });
    assert.deepEqual(wishes, ['true', 'false', 'true']);
    await screenLarge(bob, annId);
    assert.equal(await ann.ask(() => /** @type {any} */ (window).probe.shares.length), 1,
      'the browser asks once');
    await ann.nothingNegotiatedSince(before);
    assert.deepEqual(await sectionsOf(ann), sections);
  },
);

scenario(
  'two people share at once, the later screen is large, and who comes last sees both',
  { people: 3 },
  async (world) => {
    const { ann, bob, annId, bobId } = await annAndBob(world, { shim: { screen } },
      { shim: { screen } });
    await ann.click('#share');
    await screenLarge(bob, annId);
    await bob.click('#share');
    await screenLarge(ann, bobId);
    await screenLarge(bob, annId);
    const cho = await world.person('Cho');
    await cho.enter('tea');
    await cho.waitForPeers(2);
    const ids = [await cho.idOf('Ann'), await cho.idOf('Bob')];
    await Promise.all(ids.map((id) => cho.videoPlaying(`screen ${id}`)));
    const places = () => cho.ask(() => [...document.querySelectorAll('.stage .tile')]
      .map((tile) => /** @type {HTMLElement} */ (tile).dataset.place).sort());
    assert.deepEqual(await places(), ['large', 'strip', 'strip', 'strip', 'strip']);
    const small = await cho.ask((both) => both.find((/** @type {string} */ id) =>
      document.querySelector(`[data-sharer="${id}"][data-place="strip"]`)), ids);
    await cho.ask((id) => /** @type {any} */ (
      document.querySelector(`[data-sharer="${id}"] .pinTool`)).click(), small);
    await screenLarge(cho, small);
    await cho.click('#showPeople');
    await cho.sees('who shares, in the list', () => [...document.querySelectorAll('.personState')]
      .filter(({ textContent }) => /Sharing their screen/.test(textContent || '')).length === 2);
  },
);

const strangerFile = fileURLToPath(new URL('stranger.js', import.meta.url));
for (const engine of /** @type {Engine[]} */ (['chromium', 'firefox'])) {
  for (const role of /** @type {const} */ (['answers', 'offers'])) {
    scenario(
      `in ${engine} a share leaves the call with a client that ${role} without screens as it is`,
      { needs: [engine] },
      async (world) => {
        const socket = `${world.relay.url.replace('http', 'ws')}ws`;
        const eve = await world.person('Stranger', {
          engine, path: 'healthz', open: false, scripts: [fs.readFileSync(strangerFile, 'utf8')],
        });
        await eve.page.goto(eve.url);
        const meet = () => eve.ask(async (url) => {
          const host = /** @type {any} */ (window);
          const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
          const [sound] = media.getAudioTracks();
          const [picture] = media.getVideoTracks();
          const give = (/** @type {RTCPeerConnection} */ pc) => {
            pc.addTrack(sound, media);
            pc.addTrack(picture, media);
          };
          host.eve = host.meet(url, 'tea', {
            offers: give,
            answers: (/** @type {RTCPeerConnection} */ pc) => {
              give(pc); // and, as clients of before did, the further sections are stopped
              pc.getTransceivers().slice(2).forEach((transceiver) => transceiver.stop());
            },
            more: { state: { microphone: 'on', camera: 'on' } },
          });
        }, socket);
        if (role === 'answers') await meet();
        if (role === 'answers') {
          await eve.sees('the room', () => /** @type {any} */ (window).eve.joined);
        }
        const ann = await world.person('Ann', { engine, shim: sounding });
        await ann.enter('tea');
        if (role === 'offers') await ann.notice('alone');
        if (role === 'offers') await meet();
        await ann.waitForPeers(1);
        const id = await ann.idOf('Stranger');
        await ann.inCallWith(1);
        const before = await ann.summary();
        await ann.click('#share');
        await shareIs(ann, 'on');
        await ann.sees('who does not see it', () =>
          /Stranger cannot see it/.test(document.querySelector('.sharingText')?.textContent || ''));
        await Promise.all([ann.videoPlaying(id), ann.audioFlowing(id)]);
        await eve.sees('picture and sound arrive', async () => {
          const stats = [...(await /** @type {any} */ (window).eve.pc.getStats()).values()];
          return ['audio', 'video'].every((wanted) =>
            stats.some(({ type, kind, packetsReceived }) =>
              type === 'inbound-rtp' && kind === wanted && packetsReceived > 10));
        });
        await ann.click('#share');
        await shareIs(ann, 'off');
        await ann.nothingNegotiatedSince(before);
      },
    );
  }
}

scenario(
  'in Chromium itself a click shares a screen of 1080 lines, for detail',
  { people: 1 },
  async (world) => {
    const ann = await world.person('Ann', { path: 'healthz', open: false });
    await ann.page.goto(ann.url);
    await ann.ask(async (url) => {
      const { createRoom } = await import(`${url}peerface.js`);
      const room = await createRoom({ microphone: false, camera: false });
      const button = Object.assign(document.createElement('button'), { id: 'try' });
      button.textContent = 'Share';
      button.addEventListener('click', () => room.setScreen(true));
      document.body.replaceChildren(button);
      Object.assign(window, { room });
    }, world.relay.url);
    await ann.click('#try');
    await ann.sees('the share', () => /** @type {any} */ (window).room.screen.state === 'live');
    const shared = await ann.ask(() => {
      const { screenStream } = /** @type {any} */ (window).room;
      const [track] = screenStream.getTracks();
      const { width, height } = track.getSettings();
      return { count: screenStream.getTracks().length, hint: track.contentHint, width, height };
    });
    assert.deepEqual({ ...shared, width: shared.width <= 1920, height: shared.height <= 1080 },
      { count: 1, hint: 'detail', width: true, height: true });
    assert.ok(shared.height > 480, 'not scaled to a camera\'s size');
    await ann.ask(() => /** @type {any} */ (window).room.leave());
  },
);
