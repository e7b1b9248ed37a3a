/* recording.mjs - what the peers send: recorded once from Chromium, in the sizes of our policy. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import path from 'node:path';
import { pause, until } from '../../e2e/until.mjs';
import { kept } from './stage.mjs';

const recordMs = 6000;
const rampMs = 20000; // until the browser has found out how much it may send

/** @typedef {import('./stage.mjs').Stage} Stage */

/** @param {Stage} stage @param {number} width of the picture that is waited for */
async function record({ members }, width) {
  await until(`a picture ${width} wide`, async () => {
    const now = Date.now();
    const { each: [{ size }] } = await members.ask('measure',
      { from: now - 1000, to: now, partMs: 1000 });
    return size.width === width;
  });
  await pause(3000);
  await members.ask('record', { on: true });
  await pause(recordMs);
  return members.ask('record', { on: false });
}

/** @param {Stage} stage of Chromium @returns {Promise<string>} a file */
export async function recording(stage) {
  const file = path.join(kept, 'recording.json');
  if (fs.existsSync(file)) return file;
  /** @type {Record<number, object>} */
  const pictures = {};
  await stage.members.ask('send', { what: 'nothing' });
  await stage.page('record', true);
  await stage.join('record', 1, 160);
  pictures[160] = (await record(stage, 160)).frames;
  await stage.members.ask('want', { peer: 0, camera: 320 });
  const { frames, sounds } = await record(stage, 320);
  pictures[320] = frames;
  await stage.clear();
  await stage.page('record', false);
  await stage.join('record', 1);
  await pause(rampMs);
  pictures[0] = (await record(stage, 640)).frames;
  await stage.clear();
  fs.writeFileSync(file, JSON.stringify({ pictures, sounds }));
  return file;
}
