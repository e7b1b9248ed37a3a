/* causes.test.mjs - browsers that lack something, or refuse it: the page names the cause. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { scenario } from './harness.mjs';

/** @typedef {import('./harness.mjs').World} World */
/** @typedef {import('./person.mjs').Person} Person */

const engines = /** @type {('chromium'|'firefox')[]} */ (['chromium', 'firefox']);

/** As where a policy of the browser, or the app around it, allows no captures. */
const withoutMediaDevices =
  'Object.defineProperty(navigator, "mediaDevices", { value: undefined });';

/** @param {Person} person @param {string} id */
const receives = (person, id) => Promise.all([person.videoPlaying(id), person.audioFlowing(id)]);

/** What the banner says. @param {Person} person @returns {Promise<string>} */
const banner = (person) => person.ask(() => document.querySelector('#notice')?.textContent ?? '');

for (const engine of engines) {
  scenario(
    `a person in ${engine} without navigator.mediaDevices enters and receives`,
    { needs: [engine] },
    async (world) => {
      const ann = await world.person('Ann', { engine, scripts: [withoutMediaDevices] });
      assert.ok(await ann.ask(() => isSecureContext));
      await ann.notice('unsupported');
      assert.match(await banner(ann), /This browser or app does not let web pages use camera/);
      await ann.enter('tea');
      await ann.shown('#call');
      const bob = await world.person('Bob', { engine });
      await bob.enter('tea');
      await bob.waitForPeers(1);
      await bob.tile(await bob.idOf('Ann'), { camera: 'none', muted: 'true' });
      await receives(ann, await ann.idOf('Bob'));
      await ann.notice('unsupported');
    },
  );
}

/**
 * A person who says yes when the browser asks for the microphone alone, as nobody can in a browser
 * without a window. Everything else is the browser's own answer.
 * @param {Person} person
 */
async function allowsMicrophone({ page, url }) {
  await page.exposeFunction('allowMicrophone', () => page.browserContext().setPermission(
    new URL(url).origin, { permission: { name: 'microphone' }, state: 'granted' }));
  await page.evaluateOnNewDocument(() => {
    const devices = navigator.mediaDevices;
    const native = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (constraints) => {
      if (!constraints?.video) await /** @type {any} */ (window).allowMicrophone();
      return native(constraints);
    };
  });
}

// Chromium alone: Firefox asks in a window of its own, which nobody can answer here.
scenario('where the camera is blocked, the microphone is asked for by itself, and works',
  { needs: ['chromium'] },
  async (world) => {
    const ann = await world.person('Ann', {
      variant: 'unanswered', path: '?room=tea', asks: true, blocks: ['camera'], open: false,
    });
    await allowsMicrophone(ann);
    await ann.open();
    await ann.shown('#wake');
    const states = () => ann.ask(() => Promise.all(['camera', 'microphone'].map(async (name) =>
      (await navigator.permissions.query({ name: /** @type {any} */ (name) })).state)));
    assert.deepEqual(await states(), ['denied', 'prompt'], 'one blocked, one never asked for');
    assert.deepEqual((await ann.summary()).captures, [], 'nothing is asked for before a press');
    await ann.enter('tea');
    await ann.notice('denied');
    assert.match(await banner(ann), /The camera is blocked/);
    const bob = await world.person('Bob');
    await bob.enter('tea');
    const annId = await bob.idOf('Ann');
    await bob.tile(annId, { camera: 'none', muted: 'false' });
    await Promise.all([bob.audioFlowing(annId), receives(ann, await ann.idOf('Bob'))]);
    await ann.notice('denied');
    const asked = (await ann.summary()).captures.map(
      (/** @type {{constraints: string, outcome: string}} */ { constraints, outcome }) => {
        const { audio, video } = JSON.parse(constraints);
        return [!!audio, !!video, outcome];
      });
    assert.deepEqual(asked, [[true, true, 'NotAllowedError'], [true, false, 'live']]);
  });

scenario('an emptied RTCPeerConnection is noticed in the lobby, and no camera opens', {},
  async (world) => {
    const ann = await world.person('Ann', { open: false });
    await ann.page.evaluateOnNewDocument(() => {
      // @ts-ignore as an extension does
      window.RTCPeerConnection = undefined;
    });
    await ann.open();
    await ann.notice('unsupported-browser');
    assert.match(await banner(ann), /WebRTC is missing or turned off/);
    await ann.enter('tea');
    await ann.shown('#welcome');
    assert.deepEqual((await ann.summary()).captures, []);
  });

for (const how of ['deleted', 'emptied']) {
  scenario(`an RTCPeerConnection ${how} after the page has looked for it is named as the cause`, {},
    async (world) => {
      const ann = await world.person('Ann', { open: false });
      // The page has looked before it opens the WebSocket, and makes a connection after that.
      await ann.page.evaluateOnNewDocument((deleted) => {
        const scope = /** @type {any} */ (window);
        scope.WebSocket = new Proxy(WebSocket, {
          construct: (target, args) => {
            if (deleted) delete scope.RTCPeerConnection; // as an extension does
            else scope.RTCPeerConnection = undefined;
            return Reflect.construct(target, args);
          },
        });
      }, how === 'deleted');
      await ann.open();
      await ann.previews(); // so the page found nothing lacking
      await ann.enter('tea');
      await ann.notice('unsupported-browser');
      assert.match(await banner(ann), /WebRTC is missing or turned off/);
    });
}

/* ---- ICE servers that a browser refuses ---- */

/**
 * A server that the relay lets pass and Firefox does not: its RTCPeerConnection() throws a
 * SyntaxError, as the host looks like an IPv4 address but is none. Chromium takes it.
 */
const unusable = ['--ice-servers', '[{"urls":"stun:999.999.999.999"}]'];

const refusing = `{
  window.RTCPeerConnection = new Proxy(RTCPeerConnection, {
    construct(target, args, self) {
      if (args[0].iceServers.length > 0) throw new DOMException('refused', 'NotSupportedError');
      return Reflect.construct(target, args, self);
    },
  });
}`;

/**
 * A member who never connects.
 * @param {World} world
 * @param {'chromium'|'firefox'} engine
 */
async function bystander(world, engine) {
  const eve = await world.person('Eve', { engine, path: 'healthz', open: false });
  await eve.page.goto(eve.url);
  await eve.ask((url) => {
    const socket = new WebSocket(url, 'peerface.v1');
    const send = (/** @type {object} */ message) => socket.send(JSON.stringify(message));
    socket.onmessage = ({ data }) => {
      const { type } = JSON.parse(data);
      if (type === 'hello') send({ type: 'join', room: 'tea', name: 'Eve', instance: 7 });
      if (type === 'ping') send({ type: 'pong' });
    };
  }, `${world.relay.url.replace('http', 'ws')}ws`);
  return eve;
}

for (const engine of engines) {
  scenario(
    `ICE servers that ${engine} refuses are blamed only while somebody is not connected`,
    { needs: [engine], relay: unusable, people: 3 },
    async (world) => {
      const scripts = engine === 'chromium' ? [refusing] : [];
      const ann = await world.person('Ann', { engine, scripts });
      await ann.enter('tea');
      await ann.notice('alone');
      const bob = await world.person('Bob', { engine, scripts });
      await bob.enter('tea');
      await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
      await ann.notice('');
      const eve = await bystander(world, engine);
      await ann.notice('ice-servers-refused');
      assert.match(await banner(ann), /rejects the STUN and TURN servers.*--ice-servers/);
      await eve.page.close();
      await receives(ann, await ann.idOf('Bob'));
    },
  );
}

/* ---- no video codec in common ---- */

/** A browser that has this video codec and no other. @param {string} name */
const onlyCodec = (name) => `{
  const wanted = RTCRtpReceiver.getCapabilities('video').codecs
    .filter(({ mimeType }) => mimeType === 'video/${name}');
  for (const method of ['createOffer', 'createAnswer']) {
    const native = RTCPeerConnection.prototype[method];
    RTCPeerConnection.prototype[method] = function (...args) {
      for (const transceiver of this.getTransceivers()) {
        if (transceiver.receiver.track.kind === 'video') transceiver.setCodecPreferences(wanted);
      }
      return native.apply(this, args);
    };
  }
}`;

for (const engine of engines) {
  scenario(
    `in ${engine} a peer without a common video codec is heard, and its tile says why it is unseen`,
    { needs: [engine] },
    async (world) => {
      const ann = await world.person('Ann', { engine, scripts: [onlyCodec('VP8')] });
      await ann.enter('tea');
      await ann.shown('#call');
      const bob = await world.person('Bob', { engine, scripts: [onlyCodec('VP9')] });
      await bob.enter('tea');
      await Promise.all([ann.waitForPeers(1), bob.waitForPeers(1)]);
      for (const [one, other] of [[ann, 'Bob'], [bob, 'Ann']]) {
        const person = /** @type {Person} */ (one);
        const id = await person.idOf(/** @type {string} */ (other));
        await person.tile(id, { camera: 'unsupported', muted: 'false' });
        const seen = await person.ask((peer) => {
          const tile = /** @type {Element} */ (document.querySelector(`[data-peer="${peer}"]`));
          const style = (/** @type {string} */ css) =>
            getComputedStyle(/** @type {Element} */ (tile.querySelector(css)));
          return {
            note: tile.querySelector('.tileNote')?.textContent,
            face: style('.tileFace').visibility,
            video: style('video').opacity,
          };
        }, id);
        assert.deepEqual(seen, {
          note: 'No video: your browsers have no video format in common',
          face: 'visible',
          video: '0',
        });
        await person.audioFlowing(id);
      }
    },
  );
}
