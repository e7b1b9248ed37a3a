/* readme-shot.mjs - takes the README's picture: the real page in a real call of three. */
/* SPDX-License-Identifier: MIT */
//
//   node tests/e2e/readme-shot.mjs [FILE]      default: web/call.png
//
// Three browsers' pages in one room of a real relay; only what the cameras see is drawn (scene.js).
import fs from 'node:fs';
import path from 'node:path';
import { closeBrowsers } from './browsers.mjs';
import { World } from './harness.mjs';
import { Relay, root } from './relay.mjs';
import { pause } from './until.mjs';

const file = process.argv[2] || path.join(root, 'web/call.png');
const scene = fs.readFileSync(new URL('scene.js', import.meta.url), 'utf8');

/** @type {[string, object][]} */
const people = [
  ['Jonas', {
    wall: ['#dfe7e2', '#b9c9c4'], skin: '#e9b996', hair: '#5b3a26', shirt: '#2f5d7c',
    style: 'short', things: 'books', phase: 1,
  }],
  ['수민', {
    wall: ['#f3e3d3', '#e2c3ab'], skin: '#f3cfae', hair: '#1d1a1f', shirt: '#c65f4a',
    style: 'long', things: 'plant', phase: 3,
  }],
  ['Amara', {
    wall: ['#cfdcec', '#a9bcd6'], skin: '#8a5a3c', hair: '#21160f', shirt: '#d9a441',
    style: 'bun', things: 'window', phase: 5,
  }],
];

const world = new World(await Relay.start(), {});
try {
  /** @type {import('./person.mjs').Person[]} */
  const all = [];
  for (const [name, what] of people) {
    const camera = { id: 'drawn', label: 'Camera', width: 1280, height: 720, scene: what };
    const person = await world.person(name, { shim: { cameras: [camera] }, scripts: [scene] });
    await person.page.setViewport({ width: 1280, height: 800 });
    await person.enter('tea-at-four');
    await person.shown('#call');
    all.push(person);
  }
  await Promise.all(all.map((person) => person.inCallWith(2)));
  const shooter = all[2];
  await pause(6000); // until the encoders have found their best picture
  await shooter.page.mouse.move(5, 5);
  await shooter.page.screenshot({ path: file });
  console.log(`${file}: ${fs.statSync(file).size} bytes; problems: ${world.problems.length}`);
} finally {
  await world.close();
  await closeBrowsers();
}
