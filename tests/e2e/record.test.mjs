/* record.test.mjs - an event log recorded in a browser can be replayed natively. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { scenario, socketErrors } from './harness.mjs';
import { enterRecording, isConnected, recordOf } from './recording.mjs';

const replay = process.env.PF_REPLAY || '';
const skip = replay ? '' : 'PF_REPLAY names no peerface-replay';

scenario(
  'event logs recorded in Chromium and Firefox replay natively to the same commands',
  { needs: ['chromium', 'firefox'], skip, expects: socketErrors },
  async (world) => {
    const ann = await enterRecording(world, 'Ann', 'chromium');
    await ann.sees('the room', () => /** @type {any} */ (window).room.state === 'joined');
    const bob = await enterRecording(world, 'Bob', 'firefox');
    for (const person of [ann, bob]) {
      await person.sees('the other', isConnected);
    }
    await ann.ask(() => /** @type {any} */ (window).room.setMicrophone(false));
    await bob.sees('Ann muted', () =>
      [.../** @type {any} */ (window).room.peers.values()].some((p) => p.microphone === 'off'),
    );
    await bob.ask(() => /** @type {any} */ (window).room.setCamera(false));
    await ann.sees('Bob without a picture', () =>
      [.../** @type {any} */ (window).room.peers.values()].some((p) => p.camera === 'off'),
    );
    await world.relay.stop(); // with a word of how long to take for the return
    for (const person of [ann, bob]) {
      await person.sees('that the relay is gone', () =>
        /** @type {any} */ (window).room.state === 'reconnecting');
    }
    await world.relay.start();
    for (const person of [ann, bob]) {
      await person.sees('the room again', () =>
        /** @type {any} */ (window).room.state === 'joined');
    }
    await bob.ask(() => /** @type {any} */ (window).room.leave());
    await ann.sees('nobody', () => /** @type {any} */ (window).room.peers.size === 0);
    const folder =
      process.env.PF_RECORDS || fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-record-'));
    const files = [];
    for (const person of [ann, bob]) {
      const { bytes, complete } = await recordOf(person);
      assert.ok(complete, 'a short call is recorded as a whole');
      assert.match(Buffer.from(bytes).toString(), / socket-closed socket=1 code=1001 retry=1000\n/);
      files.push(path.join(folder, `${person.name.toLowerCase()}.log`));
      fs.writeFileSync(files[files.length - 1], Buffer.from(bytes));
    }
    const said = execFileSync(replay, ['--quiet', ...files], { encoding: 'utf8' });
    assert.match(said, /ann\.log: \d+ events, \d+ commands, [1-9]\d* signals found/);
    assert.match(said, /bob\.log: \d+ events, \d+ commands, [1-9]\d* signals found/);
    if (!process.env.PF_RECORDS) fs.rmSync(folder, { recursive: true });
  },
);
