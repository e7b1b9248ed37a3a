/* package.test.mjs - the npm package: what it says of itself, its types, and what bundlers make. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { bundle, bundlers, makeProject, packageFolder, run, serve } from './bundles.mjs';
import { blocksOf, frameworks, pageOf, writeReact } from './frameworks.mjs';
import { scenario } from './harness.mjs';
import { root } from './relay.mjs';

const skip = fs.existsSync(packageFolder) ? '' : 'the package has not been built';

/** @param {(folder: string) => Promise<any>} action with a project that has the package */
async function inProject(action) {
  const folder = await makeProject();
  try {
    await action(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

scenario('the package is what publint and attw expect of one', { skip, people: 1 }, async () => {
  const { publint } = await import('publint');
  const { formatMessage } = await import('publint/utils');
  const { messages, pkg } = await publint({ pkgDir: packageFolder, strict: true });
  assert.deepEqual(messages.map((message) => formatMessage(message, pkg)), []);
  await inProject(async (folder) => {
    const archive = fs.readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
    await run(path.join(root, 'node_modules/.bin/attw'), [archive, '--profile', 'esm-only',
      '--exclude-entrypoints', './peerface-core.wasm', './peerface-core-recording.wasm',
      './custom-elements.json'], folder);
  });
});

/** Every line with a mistake has to be refused, and nothing else. */
const consumer = `import { createRoom, Room, version } from 'peerface';
import type { Channel, Message, Peer, RoomEventMap, RoomOptions, Transfer } from 'peerface';
import { createRoom as inline } from 'peerface/inline';
import type { PeerfaceRoomElement } from 'peerface/element';

const options: RoomOptions = { url: 'wss://a.example/ws', microphone: false,
  signal: AbortSignal.timeout(1000) };
const room: Room = await createRoom(options);
const other: Room = await inline();
room.addEventListener('peerjoin', ({ detail: { peer } }) => {
  const known: Peer = peer;
  const size: number = known.stream.getTracks().length;
  // @ts-expect-error: there is no such property
  console.log(known.streams, size);
});
room.addEventListener('reaction', (event) => {
  const detail: RoomEventMap['reaction']['detail'] = event.detail;
  // @ts-expect-error: null for one's own
  console.log(detail.peer.name, detail.kind);
});
const listener = (event: RoomEventMap['peerleave']) => console.log(event.detail.peer.id);
room.addEventListener('peerleave', listener, { once: true });
room.removeEventListener('peerleave', listener);
// @ts-expect-error: a listener of another event
room.addEventListener('reaction', listener);
// @ts-expect-error: only the room sets it
room.state = 'left';
if (other.state === 'refused') console.log(other.reason === 'room-full', other.relayAway === true);
// @ts-expect-error: no such state
if (other.state === 'closed') console.log(version);
// @ts-expect-error: a name is text
room.join('tea', 1);
const element: PeerfaceRoomElement = document.createElement('peerface-room');
element.addEventListener('peerjoin', ({ detail: { peer } }) => console.log(peer.name));
element.options = { stream: new MediaStream() };
element.room = element.call?.self ?? null;
// @ts-expect-error: only the element sets it
element.call = room;
room.replaceTrack('video', null);
// @ts-expect-error: no such kind
room.replaceTrack('film', null);
const channel: Channel = await room.openChannel('moves', { reliable: false });
channel.addEventListener('message', ({ detail: { peer, data } }) =>
  console.log(peer.name, typeof data === 'string' ? data : data.byteLength));
channel.addEventListener('writable', () => channel.send(new ArrayBuffer(channel.bufferedAmount)));
// @ts-expect-error: no such event
channel.onopen = () => {};
const sent: Message | undefined = room.send('hello');
const offered: Transfer[] = await room.sendFile(new File([], 'a'),
  { to: [...room.peers.values()][0] });
room.addEventListener('file', ({ detail: transfer }) => transfer.accept());
console.log(sent, offered[0].speed, room.messages[0].state === 'failed');
for (const peer of other.peers.values()) console.log(peer.name, room.ticket.length, room.hand + 1);
export {};
`;

/** Where there is Symbol.dispose. */
const disposing = `import { createRoom } from 'peerface';
export async function f() {
  using room = await createRoom();
  room.join('tea');
}
`;

/** Checks programs as strictly as TypeScript can. @param {string} folder
 * @param {Record<string, string>} programs @param {string} lib @param {string} resolution */
function check(folder, programs, lib, resolution) {
  const files = Object.entries(programs).map(([name, text]) => {
    fs.writeFileSync(path.join(folder, name), text);
    return name;
  });
  const module = resolution === 'bundler' ? 'esnext' : 'nodenext';
  return run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '--strict',
    '--noEmit', '--target', 'es2022', '--lib', `${lib},dom,dom.iterable`, '--module', module,
    '--moduleResolution', resolution, ...files], folder);
}

scenario('its types hold in a strict program, with and without Symbol.dispose',
  { skip, people: 1 }, () => inProject(async (folder) => {
    await check(folder, { 'consumer.ts': consumer }, 'es2022', 'bundler');
    const both = { 'consumer.ts': consumer, 'disposing.ts': disposing };
    await check(folder, both, 'es2023,esnext.disposable', 'nodenext');
  }));

scenario('importing it on a server does and says nothing', { skip, people: 1 }, () =>
  inProject(async (folder) => {
    const script = `globalThis.fetch = () => { throw new Error('asked for a file'); };
      for (const name of ['peerface', 'peerface/inline', 'peerface/element']) await import(name);`;
    const said = await run(process.execPath, ['--input-type=module', '--eval', script], folder);
    assert.equal(said, '');
  }));

scenario('the examples of README and manual are programs without a mistake', { skip, people: 1 },
  () => inProject(async (folder) => {
    const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
    const blocks = [...blocksOf('js'), ...[...readme.matchAll(/^```js\n(.*?)^```/gms)]
      .map(([, code]) => code.replace('./peerface.js', 'peerface'))];
    assert.ok(blocks.length >= 2, `${blocks.length} examples`);
    blocks.forEach((code, index) => {
      fs.writeFileSync(path.join(folder, `example${index}.ts`), code);
    });
    await run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '--noEmit',
      '--target', 'es2022', '--lib', 'es2023,dom,dom.iterable', '--module', 'esnext',
      '--moduleResolution', 'bundler', ...blocks.map((_, index) => `example${index}.ts`)], folder);
  }));

/**
 * Serves a page of another origin, which the relay lets in, and opens it beside Bob's.
 * @param {import('./harness.mjs').World} world
 * @param {string} folder
 * @param {(ann: import('./person.mjs').Person, bob: import('./person.mjs').Person) =>
 *   Promise<void>} action once they are in a call
 */
async function withPage(world, folder, action) {
  const page = await serve(folder);
  try {
    await world.relay.stop();
    world.relay.options.push('--allow-origin', page.origin);
    await world.relay.start();
    const bob = await world.person('Bob');
    await bob.enter('tea');
    await bob.notice('alone');
    const relay = `${world.relay.url.replace('http', 'ws')}ws`;
    const url = `${page.origin}/?relay=${encodeURIComponent(relay)}`;
    const ann = await world.person('Ann', { url, open: false });
    await ann.page.goto(url);
    await bob.inCallWith(1);
    await action(ann, bob);
  } finally {
    page.close();
  }
}

for (const name of /** @type {(keyof typeof bundlers)[]} */ (Object.keys(bundlers))) {
  scenario(`what ${name} makes of three lines is in the call`, { skip }, (world) =>
    inProject(async (folder) => withPage(world, await bundle(folder, name), async () => {})));
}

scenario('three lines with the element, from the installed package, are in the call', { skip },
  (world) => inProject(async (folder) => {
    const output = await bundle(folder, 'vite', `import 'peerface/element';
document.body.innerHTML = '<peerface-room room="tea" name="Ann"></peerface-room>';
const [element] = document.getElementsByTagName('peerface-room');
element.relay = new URLSearchParams(location.search).get('relay');
element.join();
`);
    await withPage(world, output, async (ann) => {
      await ann.sees('the picture of Bob', () => [...document.querySelector('peerface-room')
        ?.shadowRoot?.querySelectorAll('video') ?? []]
        .some((video) => !video.muted && video.videoWidth > 0));
    });
  }));

for (const name of frameworks) {
  scenario(`the manual's component for ${name} is one member, and closes the camera`, { skip },
    (world) => inProject(async (folder) =>
      withPage(world, await pageOf(folder, name), async (ann, bob) => {
        await ann.sees('the picture of Bob', () => [...document.querySelectorAll('video')]
          .some((video) => video.videoWidth > 0 && video.currentTime > 0));
        assert.equal((await bob.peers()).length, 1, 'one member, not two');
        await ann.ask(() => /** @type {any} */ (window).unmount());
        await bob.sees('nobody', () => !document.querySelector('.peer'));
        await ann.sees('the camera closed', () =>
          /** @type {any} */ (window).probe.summary().liveVideo === 0);
      })));
}

scenario('a page of vite and React, with the wasm as a file of its own, is in a call', { skip },
  (world) => inProject(async (folder) =>
    withPage(world, await bundle(folder, 'vite', writeReact(folder)), async (ann, bob) => {
      await ann.sees('the picture of Bob', () => [...document.querySelectorAll('video')]
        .some((video) => video.videoWidth > 0 && video.currentTime > 0));
      await ann.ask(() => /** @type {any} */ (window).unmount());
      await bob.sees('nobody', () => !document.querySelector('.peer'));
    })));
