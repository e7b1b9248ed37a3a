/* tabs.test.mjs - what people and browsers do with the tab a call is in. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { annAndBob, scenario } from './harness.mjs';
import { until } from './until.mjs';

/** @typedef {import('./person.mjs').Person} Person */

/** @param {Person} person @param {string} id */
const noTileOf = (person, id) =>
  person.sees(
    `no tile of ${id}`,
    (peer) => !document.querySelector(`[data-peer="${peer}"]`),
    [id],
  );

for (const engine of /** @type {const} */ (['chromium', 'firefox'])) {
  scenario(
    `back and forward in ${engine} leads back into the call as the same member (R5)`,
    { needs: [engine] },
    async (world) => {
      const { ann, bob, annId } = await annAndBob(world, { engine }, { engine });
      await ann.page.goto(new URL('healthz', world.relay.url).href, { waitUntil: 'load' });
      await ann.page.goBack({ waitUntil: 'load' });
      await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
      assert.equal(await bob.idOf('Ann'), annId, 'the same member');
      assert.equal((await bob.peers()).length, 1, 'no ghost');
    },
  );
}

scenario('a tab stays in the call when its closing is cancelled (R6)', {}, async (world) => {
  const { ann, bob, annId, bobId } = await annAndBob(world);
  const before = await ann.summary();
  await ann.ask(() => addEventListener('beforeunload', (event) => event.preventDefault()));
  await ann.click('#mute'); // a browser asks only for a page that somebody has used
  const asked = new Promise((resolve) => {
    ann.page.once('dialog', async (dialog) => {
      await dialog.dismiss();
      resolve(dialog.type());
    });
  });
  await ann.page.close({ runBeforeUnload: true });
  assert.equal(await asked, 'beforeunload');
  await bob.videoPlaying(annId);
  await ann.videoPlaying(bobId);
  await bob.tile(annId, { state: 'connected', muted: 'true' });
  await ann.nothingNegotiatedSince(before);
});

scenario(
  'a page that crashes leaves no ghost after the grace period (R4)',
  { relay: ['--grace-ms', '2000'], expects: [/page crashed/] },
  async (world) => {
    const { ann, bob, annId } = await annAndBob(world);
    // The driver never hears of the end of this navigation.
    ann.page.goto('chrome://crash').catch(() => {});
    await noTileOf(bob, annId);
    await bob.notice('alone');
  },
);

scenario(
  'an interrupted play() is retried and not reported (R30)',
  {},
  async (world) => {
    const interrupt = `(() => {
      const { play } = HTMLMediaElement.prototype;
      window.interrupted = 0;
      HTMLMediaElement.prototype.play = function () {
        if (!this.matches('.peerFace') || window.interrupted >= 3) return play.call(this);
        window.interrupted += 1;
        this.pause();
        return Promise.reject(new DOMException('interrupted by a new load request', 'AbortError'));
      };
    })();`;
    const { ann, bobId } = await annAndBob(world, { scripts: [interrupt] });
    await ann.videoPlaying(bobId);
    assert.equal(await ann.ask(() => /** @type {any} */ (window).interrupted), 3);
    await ann.notice('');
  },
);

scenario(
  'thirty meetings in one page leave no room, connection or socket behind (R22)',
  { slow: true },
  async (world) => {
    const ann = await world.person('Ann', { path: 'healthz', open: false });
    await ann.page.goto(ann.url);
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await bob.notice('alone');
    /** @param {number} count meetings, one after the other */
    const meet = (count) =>
      ann.ask(
        async (url, times) => {
          const { createRoom } = await import(`${url}peerface.js`);
          const host = /** @type {any} */ (window);
          host.rooms ??= [];
          for (let meeting = 0; meeting < times; meeting++) {
            const room = await createRoom({ microphone: false, camera: false });
            host.rooms.push(new WeakRef(room));
            const met = new Promise((resolve) => {
              room.addEventListener('peerchange', (/** @type {CustomEvent} */ { detail }) => {
                if (detail.peer.state === 'connected') resolve(null);
              });
            });
            room.join('tea', 'Ann');
            await met;
            room.leave();
          }
        },
        world.relay.url,
        count,
      );
    for (let tens = 0; tens < 3; tens++) await meet(10);
    await bob.notice('alone');
    const session = await ann.page.createCDPSession();
    const alive = async () => {
      await session.send('HeapProfiler.collectGarbage');
      return ann.ask(() => {
        const { rooms, probe } = /** @type {any} */ (window);
        // The probe itself holds the connections that it has seen.
        for (const record of probe.connections) record.pc = null;
        return rooms.filter((/** @type {WeakRef<object>} */ room) => room.deref()).length;
      });
    };
    assert.ok((await ann.summary()).connectionsEver >= 30, 'each meeting had a connection');
    await ann.nothingLeftOpen();
    // What a promise that is still to settle holds goes a little later.
    await until('all but the last rooms to be collected', async () => await alive() <= 2);
  },
);

scenario(
  'an overlong message does no harm, and the memory of the module never grows (R25)',
  {},
  async (world) => {
    const watch = `
      const native = WebAssembly.instantiate;
      WebAssembly.instantiate = async (...args) => {
        const result = await native(...args);
        const exports = (result.instance || result).exports;
        window.wasmMemory = Object.values(exports).find((x) => x instanceof WebAssembly.Memory);
        return result;
      };`;
    const { ann, bob, annId } = await annAndBob(world, { scripts: [watch] });
    const size = () => ann.ask(() => /** @type {any} */ (window).wasmMemory.buffer.byteLength);
    const before = await size();
    await ann.ask(() => {
      // As long as a message of the relay may be, and far longer.
      const { probe } = /** @type {any} */ (window);
      for (const length of [20000, 2000000]) {
        probe.receive({ type: 'pong', padding: '\u20ac'.repeat(length) });
      }
    });
    assert.equal(await size(), before);
    await ann.click('#mute');
    await bob.tile(annId, { muted: 'true' });
    await ann.click('#camera');
    await bob.tile(annId, { camera: 'off' });
    await bob.click('#leave');
    await ann.notice('alone');
  },
);

scenario(
  'where the browser blocks sound the page asks for a gesture, and one unblocks it (R29)',
  {},
  async (world) => {
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await bob.notice('alone');
    // To ask the page anything is a gesture to Chromium: the page has to tell by itself.
    const tellRefusal = `(() => {
      const { play } = HTMLMediaElement.prototype;
      HTMLMediaElement.prototype.play = function () {
        const played = play.call(this);
        if (this.matches('.peerFace')) played.catch(({ name }) => console.log('refused: ' + name));
        return played;
      };
    })();`;
    const ann = await world.person('Ann', {
      variant: 'silent',
      path: '?room=tea',
      open: false,
      // Back in the call as after a crash, without a gesture of the person.
      scripts: [
        "sessionStorage.setItem('peerface.entered', 'tea');",
        "sessionStorage.setItem('peerface.seen', String(Date.now()));",
        tellRefusal,
      ],
      shim: { fail: { audio: 'NotAllowedError', video: 'NotAllowedError' } },
    });
    await ann.page.goto(ann.url);
    await ann.page.reload();
    await until('Ann to be refused sound', () =>
      ann.console.some((line) => /refused: NotAllowedError/.test(line)));
    await ann.notice('tap-to-hear');
    await ann.page.mouse.click(5, 5);
    await ann.sees('the picture play', () => {
      const video = /** @type {HTMLVideoElement} */ (document.querySelector('video.peerFace'));
      return !video.paused && !video.muted;
    });
    await ann.notice('', 'denied');
  },
);
