/* embed.test.mjs - rooms in other pages: the example, two rooms in one page, another origin. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { endlessGrace, scenario, socketErrors } from './harness.mjs';
import { webFolder } from './relay.mjs';
import { roomPage } from './roompage.mjs';

/** @typedef {import('./harness.mjs').World} World */

const example = fs.existsSync(path.join(webFolder, 'examples/embed.html'))
  ? ''
  : 'web/examples/embed.html is missing';

scenario(
  'the example page embeds a room that meets people on the main page',
  { skip: example, relay: endlessGrace },
  async (world) => {
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await bob.notice('alone');
    const ann = await world.person('Ann', { path: 'examples/embed.html?room=tea', open: false });
    await ann.page.goto(ann.url, { waitUntil: 'load' });
    // The example may enter by itself or by a button of its own.
    const button = await ann.page.$('button');
    if (button) await button.click();
    const [peer] = await bob.inCallWith(1);
    await ann.sees('the picture of Bob in the example', () =>
      [...document.querySelectorAll('video')].some(
        (video) => !video.muted && video.videoWidth > 0 && video.currentTime > 0,
      ),
    );
    await ann.page.close();
    world.people.splice(world.people.indexOf(ann), 1);
    await bob.sees('no tile', (id) => !document.querySelector(`[data-peer="${id}"]`), [peer.id]);
  },
);

/**
 * Opens an empty page of the relay, so that a test can act as the page.
 * @param {World} world
 */
async function emptyPage(world) {
  const ann = await world.person('Ann', { path: 'healthz', open: false });
  await ann.page.goto(ann.url);
  return ann;
}

/** Makes four members of two rooms in one page, one after another. @param {string} url */
async function makeRooms(url) {
  const { createRoom } = await import(`${url}peerface.js`);
  const events = /** @type {string[]} */ ([]);
  const make = async (/** @type {string} */ name, /** @type {string} */ place) => {
    const room = await createRoom({ microphone: false });
    room.addEventListener('peerjoin', (/** @type {CustomEvent} */ event) =>
      events.push(`${name} sees ${event.detail.peer.name}`),
    );
    room.addEventListener('peerleave', (/** @type {CustomEvent} */ event) =>
      events.push(`${name} misses ${event.detail.peer.name}`),
    );
    const joined = new Promise((resolve) => room.addEventListener('roomchange', () => {
      if (room.state === 'joined') resolve(room);
    }));
    room.join(place, name);
    return joined;
  };
  const tea1 = await make('Tea One', 'tea');
  const jam1 = await make('Jam One', 'jam');
  const tea2 = await make('Tea Two', 'tea');
  const jam2 = await make('Jam Two', 'jam');
  const only = (/** @type {any} */ room) => [...room.peers.values()][0];
  Object.assign(window, { tea1, jam1, tea2, jam2, only, events });
}

scenario('two rooms live in one page, and each hears only its own peers', {}, async (world) => {
  const ann = await emptyPage(world);
  await ann.ask(makeRooms, world.relay.url);
  await ann.sees('a connected peer with a picture in each room', () => {
    const { tea1, jam1, tea2, jam2, only } = /** @type {any} */ (window);
    return [tea1, jam1, tea2, jam2].every((room) => room.peers.size === 1
      && only(room).state === 'connected' && only(room).stream.getVideoTracks().length === 1);
  });
  const names = await ann.ask(() => {
    const { tea1, jam1, tea2, jam2, only } = /** @type {any} */ (window);
    tea1.setMicrophone(true);
    return [tea1, jam1, tea2, jam2].map((room) => only(room).name);
  });
  assert.deepEqual(names, ['Tea Two', 'Jam Two', 'Tea One', 'Jam One']);
  await ann.sees('one unmuted', () => {
    const { tea2, only } = /** @type {any} */ (window);
    return only(tea2).microphone === 'on';
  });
  const others = await ann.ask(() => {
    const { tea1, jam1, jam2, only } = /** @type {any} */ (window);
    const microphones = [jam1, jam2, tea1].map((room) => only(room).microphone);
    tea1.leave();
    return microphones;
  });
  assert.deepEqual(others, ['off', 'off', 'off'], 'only one was unmuted');
  await ann.sees('one less', () => /** @type {any} */ (window).tea2.peers.size === 0);
  const kept = await ann.ask(() => {
    const { jam1, tea2, jam2 } = /** @type {any} */ (window);
    const { size } = jam2.peers;
    for (const room of [jam1, tea2, jam2]) room.leave();
    return size;
  });
  assert.equal(kept, 1, 'the other room is untouched');
  await ann.sees('all left, and every connection closed', () => {
    const { tea1, jam1, tea2, jam2, probe } = /** @type {any} */ (window);
    return [tea1, jam1, tea2, jam2].every(({ state }) => state === 'left')
      && probe.connections.every((/** @type {any} */ record) => record.closed);
  });
  assert.equal((await ann.summary()).liveVideo, 0, 'every camera is closed');
  /** @type {string[]} */
  const events = await ann.ask(() => /** @type {any} */ (window).events);
  assert.ok(events.includes('Tea One sees Tea Two'), events.join());
  assert.ok(events.includes('Tea Two misses Tea One'), events.join());
  assert.ok(!events.some((event) => /Tea.*Jam|Jam.*Tea/.test(event)), events.join());
});

scenario(
  'an exception in a handler of the embedding page does not harm the room (R23)',
  { expects: [/mistake of the embedder/] },
  async (world) => {
    const ann = await emptyPage(world);
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await bob.notice('alone');
    await ann.ask(async (url) => {
      const { createRoom } = await import(`${url}peerface.js`);
      const room = await createRoom({});
      for (const type of ['roomchange', 'localchange', 'peerjoin', 'peerchange']) {
        room.addEventListener(type, () => {
          throw new Error('mistake of the embedder');
        });
      }
      room.join('tea', 'Ann');
    }, world.relay.url);
    await bob.inCallWith(1);
  },
);

scenario(
  'a page of another origin loads the module from the relay and is in the room',
  {},
  (world) => elsewhere(world, '', {}, async (ann) => {
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await bob.notice('alone');
    await ann.ask(async (url) => {
      const { createRoom } = await import(`${url}peerface.js`);
      const room = await createRoom({});
      room.join('tea', 'Ann');
    }, world.relay.url);
    await bob.inCallWith(1);
  }),
);

scenario('a room that starts muted and without camera asks for the microphone alone', {},
  async (world) => {
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await bob.notice('alone');
    const ann = await roomPage(world, 'Ann', undefined, { microphone: false, camera: false });
    await bob.waitForPeers(1);
    await ann.sees('a picture of Bob', () => {
      const [peer] = /** @type {any} */ (window).room.peers.values();
      const video = document.querySelector('video')
        ?? document.body.appendChild(document.createElement('video'));
      if (peer && video.srcObject !== peer.stream) {
        video.muted = true;
        video.srcObject = peer.stream;
        video.play().catch(() => {});
      }
      return video.videoWidth > 0;
    });
    const captures = await ann.ask(() => /** @type {any} */ (window).probe.summary().captures);
    assert.deepEqual(captures.map((/** @type {any} */ capture) => capture.constraints),
      ['{"audio":true,"video":false}']);
    assert.equal((await bob.peers())[0].muted, 'true');
  });

scenario('a room that was left is entered again by the same object, as another member', {},
  async (world) => {
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await bob.notice('alone');
    const ann = await roomPage(world, 'Ann', undefined, {});
    const [first] = await bob.inCallWith(1);
    await ann.ask(() => {
      const { room } = /** @type {any} */ (window);
      room.leave();
      room.join('tea', 'Ann again');
    });
    await bob.sees('another member', (id) =>
      document.querySelector('.peer')
      && !document.querySelector(`[data-peer="${id}"]`), [first.id]);
    const [second] = await bob.inCallWith(1);
    assert.match(second.text, /Ann again/);
    await ann.ask(() => /** @type {any} */ (window).room.leave());
    await ann.nothingLeftOpen();
  });

scenario('rooms are made until the browser has no memory for more, which is told',
  { people: 1, expects: socketErrors },
  async (world) => {
    const ann = await emptyPage(world);
    const [count, name, message] = await ann.ask(async (url) => {
      const { createRoom } = await import(`${url}peerface.js`);
      const rooms = [];
      try {
        while (rooms.length < 1000) {
          rooms.push(await createRoom({ microphone: 'none', camera: 'none' }));
        }
      } catch (error) {
        return [rooms.length, /** @type {any} */ (error).name, String(error)];
      } finally {
        for (const room of rooms) room.leave();
      }
      return [rooms.length, '', ''];
    }, world.relay.url);
    assert.ok(count >= 100, `${count} rooms`);
    assert.equal(name, 'RangeError', message);
  });

/**
 * A page of another origin, whose relay takes it, with that Content-Security-Policy.
 * @param {World} world
 * @param {string} policy with RELAY for the relay's origin; '' for none
 * @param {import('./harness.mjs').PersonOptions} options
 * @param {(ann: import('./person.mjs').Person) => Promise<void>} act
 */
async function elsewhere(world, policy, options, act) {
  const server = http.createServer((_, response) => {
    const { origin } = new URL(world.relay.url);
    response.setHeader('content-type', 'text/html');
    if (policy) {
      response.setHeader('content-security-policy', policy.replaceAll('RELAY', origin));
    }
    response.end('<!doctype html><title>elsewhere</title><link rel="icon" href="data:,">');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(0)));
  try {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    await world.relay.stop();
    world.relay.options.push('--allow-origin', `http://localhost:${port}`);
    await world.relay.start();
    const url = `http://localhost:${port}/`;
    const ann = await world.person('Ann', { ...options, url, open: false });
    await ann.page.goto(ann.url);
    await act(ann);
  } finally {
    server.close();
  }
}

scenario('a page that requires trusted types has rooms, and the element', {}, async (world) => {
  const bob = await world.person('Bob');
  await bob.enter('tea');
  await bob.notice('alone');
  const policy = "require-trusted-types-for 'script'; trusted-types peerface; "
    + "script-src RELAY 'wasm-unsafe-eval'";
  await elsewhere(world, policy, {}, async (ann) => {
    await ann.ask(async (url) => {
      await import(`${url}peerface-element.js`);
      await import(`${url}peerface-element.js?again`); // by another script
      const element = /** @type {any} */ (document.createElement('peerface-room'));
      Object.assign(element, { room: 'tea', name: 'Ann' });
      document.body.append(element);
      await element.join();
    }, world.relay.url);
    await ann.sees('Bob', () => {
      const element = /** @type {any} */ (document.querySelector('peerface-room'));
      return [...element.call?.peers.values() ?? []][0]?.state === 'connected'
        && element.shadowRoot.querySelector('.peer video')?.videoWidth > 0;
    });
  });
});

for (const engine of /** @type {const} */ (['chromium', 'firefox'])) {
  scenario(`in ${engine} a room whose .wasm cannot be had or run is refused, with the reason`,
    { needs: [engine], expects: [/nothing\.wasm/, /Content.Security.Policy/i] },
    async (world) => {
      const policy = 'script-src RELAY';
      await elsewhere(world, policy, { engine }, async (ann) => {
        const names = await ann.ask(async (url) => {
          const { createRoom } = await import(`${url}peerface.js`);
          const fails = (/** @type {object} */ options) => createRoom(options).then(() => '',
            (/** @type {Error} */ error) => `${error.name}: ${error.message}`);
          return [await fails({ wasmUrl: `${url}nothing.wasm` }),
            await fails({ wasmUrl: `${url}index.html` }),
            await fails({})];
        }, world.relay.url);
        assert.match(names[0], /^NetworkError: .*nothing\.wasm/);
        assert.match(names[1], /^NetworkError/);
        assert.match(names[2], /^CompileError/);
      });
    });
}

scenario('a relay that is not at its address is told from one that is away',
  { expects: [...socketErrors, /404/] },
  async (world) => {
    const ann = await emptyPage(world);
    const wrong = new URL('wrong', world.relay.url).href.replace('http', 'ws');
    await ann.ask(async (url, relay) => {
      const { createRoom } = await import(`${url}peerface.js`);
      const room = await createRoom({ url: relay, microphone: 'none', camera: 'none' });
      room.join('tea', 'Ann');
      Object.assign(window, { room });
    }, world.relay.url, wrong);
    await ann.sees('the reason', () => {
      const { reason, state, relayAway } = /** @type {any} */ (window).room;
      return reason === 'relay-refused' && state === 'joining' && relayAway;
    });
    await ann.ask(() => /** @type {any} */ (window).room.leave());
    await ann.nothingLeftOpen();
  });

scenario('a relay that refuses the origin of a page is told, until it takes it',
  { expects: [...socketErrors, /403/] },
  async (world) => {
    await elsewhere(world, '', {}, async (ann) => {
      const hear = (/** @type {string} */ url) => ann.ask(async (relay) => {
        const { createRoom } = await import(`${relay}peerface.js`);
        const room = await createRoom({ microphone: 'none', camera: 'none' });
        Object.assign(window, { room, reasons: [] });
        room.addEventListener('roomchange', () =>
          /** @type {any} */ (window).reasons.push(room.reason));
      }, url);
      await hear(world.relay.url);
      await world.relay.stop();
      const allowed = world.relay.options.splice(-2);
      await ann.ask(() => /** @type {any} */ (window).room.join('tea', 'Ann'));
      await ann.sees('the relay away', () => /** @type {any} */ (window).room.relayAway);
      await world.relay.start();
      await ann.sees('the reason', () =>
        /** @type {any} */ (window).reasons.at(-1) === 'relay-refused');
      await world.relay.stop();
      world.relay.options.push(...allowed);
      await world.relay.start();
      await ann.sees('the room', () => {
        const { room } = /** @type {any} */ (window);
        return room.state === 'joined' && room.reason === '';
      });
    });
  });
