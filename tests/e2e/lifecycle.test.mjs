/* lifecycle.test.mjs - leaving, coming back, reloading, and a relay that goes away. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { annAndBob, endlessGrace, scenario, socketErrors, stays, until } from './harness.mjs';

scenario(
  'seed bug 12: leaving ends tracks and connections on both sides, and one can come back (R7)',
  { relay: endlessGrace },
  async (world) => {
    const { ann, bob, annId } = await annAndBob(world);
    const { liveAudio, liveVideo } = await ann.summary();
    assert.deepEqual([liveAudio, liveVideo], [1, 1]);
    await ann.click('#leave');
    await ann.shown('#welcome');
    await ann.nothingLeftOpen();
    await bob.sees(
      'the connection to Ann closed and no tile left',
      () =>
        document.querySelectorAll('[data-peer]').length === 0 &&
        /** @type {any} */ (window).probe.connections.every(
          (/** @type {any} */ record) =>
            // The next prepared start waits unconnected.
            record.closed || record.pc.connectionState === 'new',
        ),
    );
    await bob.notice('alone');
    await ann.enter('tea');
    await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
    assert.notEqual(await bob.idOf('Ann'), annId, 'who left for good is another member');
  },
);

scenario('after hanging up no picture, timer or listener goes on (R7)', {}, async (world) => {
  const { ann, bob } = await annAndBob(world);
  await ann.ask(() => {
    const host = /** @type {any} */ (window);
    host.faces = [...document.querySelectorAll('#peers video')];
  });
  await ann.click('#leave');
  await ann.shown('#welcome');
  await bob.notice('alone');
  await ann.nothingLeftOpen();
  const left = await ann.ask(() => {
    const { faces, probe } = /** @type {any} */ (window);
    return {
      faces: faces.filter((/** @type {HTMLVideoElement} */ face) => face.srcObject).length,
      own: /** @type {HTMLVideoElement} */ (document.querySelector('#myFace')).srcObject,
      wire: probe.wire.length,
    };
  });
  assert.deepEqual([left.faces, left.own], [0, null]);
  const captures = (await ann.summary()).captures.length;
  await ann.ask(() => {
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    window.dispatchEvent(new Event('online'));
  });
  // Longer than the first wait of a client that reconnects.
  await stays('nothing is sent and nothing captured', 1500, async () =>
    await ann.ask(() => /** @type {any} */ (window).probe.wire.length) === left.wire
    && (await ann.summary()).captures.length === captures);
  await ann.nothingLeftOpen();
});

for (const engine of /** @type {const} */ (['chromium', 'firefox'])) {
  scenario(
    `a reload in ${engine} goes back into the call as the same member (R3, G23)`,
    { needs: [engine] },
    async (world) => {
      const { ann, bob, annId } = await annAndBob(world, { engine }, { engine });
      await ann.page.reload({ waitUntil: 'load' });
      await Promise.all([ann.inCallWith(1), bob.inCallWith(1)]);
      assert.equal(await bob.idOf('Ann'), annId, 'the same member');
    },
  );
}

scenario('a camera that is not known yet after a reload is not shown as off', {}, async (world) => {
  const note = `const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    await new Promise((resolve) => setTimeout(resolve, 500)); // slower than the call screen
    return open(constraints);
  };
  addEventListener('DOMContentLoaded', () => {
    const own = document.querySelector('.stage .own');
    const seen = (window.ownCameras = []);
    const look = () => {
      if (own.dataset.camera) seen.push(own.dataset.camera);
    };
    new MutationObserver(look).observe(own, { attributeFilter: ['data-camera'] });
  });`;
  const { ann } = await annAndBob(world, { scripts: [note] });
  await ann.page.reload({ waitUntil: 'load' });
  await ann.inCallWith(1);
  const cameras = await ann.ask(() => /** @type {any} */ (window).ownCameras);
  assert.deepEqual([...new Set(cameras)], ['opening', 'on']);
});

scenario('a tab that is closed leaves no ghost (R4)', { relay: endlessGrace }, async (world) => {
  const { ann, bob, annId } = await annAndBob(world);
  await ann.page.close();
  world.people.splice(world.people.indexOf(ann), 1);
  await bob.sees(
    'no tile of the closed tab',
    (id) => !document.querySelector(`[data-peer="${id}"]`),
    [annId],
  );
  await bob.notice('alone');
});

scenario(
  'an orderly restart of the relay does not affect a call',
  { expects: socketErrors },
  async (world) => {
    const { ann, bob, annId } = await annAndBob(world);
    const before = await ann.summary();
    assert.equal(await world.relay.stop(), 0);
    await ann.notice('reconnecting');
    await bob.videoPlaying(annId);
    await world.relay.start();
    await ann.notice('');
    await bob.notice('');
    await bob.waitForPeers(1);
    await ann.nothingNegotiatedSince(before);
  },
);

scenario(
  'a person who leaves while the relay is down disappears for the other',
  { expects: socketErrors },
  async (world) => {
    const { ann, bob } = await annAndBob(world);
    await world.relay.kill();
    await ann.notice('reconnecting');
    await ann.click('#leave');
    await ann.shown('#welcome');
    await bob.sees('no tile', () => document.querySelectorAll('[data-peer]').length === 0);
    await world.relay.start();
    await bob.notice('alone');
  },
);

scenario(
  'the lobby says that the relay is down, and enters when it is back',
  { expects: [...socketErrors, /ERR_CONNECTION_REFUSED .*chat\.css/] }, // comes again
  async (world) => {
    const ann = await world.person('Ann');
    await ann.previews();
    await world.relay.kill();
    await ann.notice('relay-away');
    await ann.enter('tea');
    await ann.notice('relay-away');
    await world.relay.start();
    await ann.notice('alone');
  },
);

scenario(
  'a duplicated tab takes the call over, and the first tab is told and closes its camera',
  {},
  async (world) => {
    const { ann, bob } = await annAndBob(world);
    const twin = await world.person('Ann', { beside: ann, url: ann.page.url(), open: false });
    // A duplicated tab has the session storage of the first.
    const storage = await ann.ask(() => JSON.stringify(sessionStorage));
    await twin.page.evaluateOnNewDocument((text) => {
      for (const [key, value] of Object.entries(JSON.parse(text)))
        sessionStorage.setItem(key, value);
    }, storage);
    await twin.page.goto(twin.url);
    await twin.enter('tea');
    await twin.waitForPeers(1);
    await ann.notice('replaced');
    await ann.nothingLeftOpen();
    await Promise.all([twin.waitForPeers(1), bob.waitForPeers(1)]);
    // As long as an endless exchange of the two would need to show.
    await stays('the second tab is in the call, and the first one is not', 1000, async () =>
      (await twin.peers()).length === 1 && (await bob.peers()).length === 1
      && await ann.ask(() => document.querySelector('#notice')
        ?.getAttribute('data-notice') === 'replaced'));
    const said = await ann.ask(() => document.querySelector('#announcer')?.textContent || '');
    assert.doesNotMatch(said, /Bob left/);
  },
);

/**
 * Holds each request for the module until it is let go.
 * @param {import('./person.mjs').Person} person
 */
async function holdModule(person) {
  /** @type {import('puppeteer-core').HTTPRequest[]} */
  const held = [];
  await person.page.setRequestInterception(true);
  person.page.on('request', (request) => {
    if (request.url().endsWith('.wasm')) held.push(request);
    else request.continue();
  });
  return held;
}

scenario(
  'a person who leaves while the page is loading is not captured afterwards (R21, D3)',
  {},
  async (world) => {
    const { ann } = await annAndBob(world);
    const held = await holdModule(ann);
    await ann.page.reload();
    await ann.click('#leave');
    await ann.shown('#welcome');
    await until('the module to be asked for', () => held.length > 0);
    await Promise.all(held.map((request) => request.continue()));
    await ann.shown('#wake');
    await ann.nothingLeftOpen();
    await ann.click('#wake');
    await ann.previews();
  },
);

scenario(
  'a page that could not start says so until it has started',
  { expects: [/ERR_FAILED/, /Failed to fetch/] },
  async (world) => {
    const ann = await world.person('Ann', { open: false });
    const held = await holdModule(ann);
    await ann.page.goto(ann.url);
    let refused = 0;
    await until('the page to say that it is broken', async () => {
      // The document asks for it ahead, and the module again where that has failed.
      while (refused < held.length) await held[refused++].abort();
      return ann.ask(() => document.querySelector('#notice')?.getAttribute('data-notice') ===
        'broken');
    });
    const entering = ann.enter('tea');
    await until('the module to be asked for again', () => held.length > refused);
    await held[refused].continue();
    await entering;
    await ann.notice('alone');
  },
);

scenario(
  'a lost socket comes back while the call goes on',
  { expects: socketErrors },
  async (world) => {
    const { ann, bob, annId } = await annAndBob(world);
    const before = await ann.summary();
    await ann.ask(() =>
      /** @type {any} */ (window).probe.sockets.forEach((/** @type {WebSocket} */ socket) =>
        socket.close(3000),
      ),
    );
    await ann.sees('another socket to the relay', () => {
      const { sockets } = /** @type {any} */ (window).probe;
      return sockets.length > 1 && sockets.at(-1).readyState === WebSocket.OPEN;
    });
    await ann.notice('');
    await bob.videoPlaying(annId);
    assert.equal(await bob.idOf('Ann'), annId);
    await ann.nothingNegotiatedSince(before);
  },
);
