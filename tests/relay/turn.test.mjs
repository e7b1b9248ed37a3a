/* turn.test.mjs - credentials for TURN servers. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Client } from './client.mjs';
import { Relay, runToEnd, scratchFolder, soon } from './relay.mjs';

/** @typedef {{urls: string[], username: string, credential: string}} Server */

const urls = ['turn:turn.example:3478?transport=udp', 'turns:turn.example:443?transport=tcp'];
const servers = urls.flatMap((url) => ['--turn-server', url]);

/** As coturn computes it. @param {string} secret @param {string} username */
const credentialOf = (secret, username) =>
  crypto.createHmac('sha1', secret).update(username).digest('base64');

/** @param {Relay} relay @returns {Promise<Server[]>} */
async function iceServersOf(relay) {
  return (await (await Client.open(relay)).message('hello')).iceServers;
}

test('each client gets credentials of its own, which expire', async (t) => {
  const file = path.join(scratchFolder(t), 'secret');
  fs.writeFileSync(file, 'shared with coturn\n');
  const relay = await Relay.start(t, ...servers, '--turn-secret-file', file,
    '--turn-ttl-s', '600');
  const seen = new Set();
  for (let i = 0; i < 3; i++) {
    const [server, ...more] = await iceServersOf(relay);
    assert.equal(more.length, 0);
    assert.deepEqual(server.urls, urls);
    const [expiry, id] = server.username.split(':');
    const left = Number(expiry) - Date.now() / 1000;
    assert.ok(left > 550 && left <= 601, `${left}`);
    assert.match(id, /^[0-9a-f]{16}$/);
    seen.add(id);
    assert.equal(server.credential, credentialOf('shared with coturn', server.username));
  }
  assert.equal(seen.size, 3);
});

test('static servers come first', async (t) => {
  const file = path.join(scratchFolder(t), 'secret');
  fs.writeFileSync(file, 's');
  const relay = await Relay.start(t, ...servers, '--turn-secret-file', file,
    '--ice-servers', '[{"urls":"stun:stun.example"}]');
  const list = await iceServersOf(relay);
  assert.deepEqual(list.map((server) => server.urls), ['stun:stun.example', urls]);
});

test('SIGHUP reads a new secret; an unusable one leaves the old one in use', async (t) => {
  const file = path.join(scratchFolder(t), 'secret');
  fs.writeFileSync(file, 'old');
  const relay = await Relay.start(t, ...servers, '--turn-secret-file', file);
  fs.writeFileSync(file, '');
  relay.child.kill('SIGHUP');
  await soon('a complaint', new Promise((resolve) => {
    relay.child.stderr.on('data', () => /stays/.test(relay.err) && resolve(undefined));
  }));
  const [before] = await iceServersOf(relay);
  assert.equal(before.credential, credentialOf('old', before.username));
  fs.writeFileSync(file, 'new');
  relay.child.kill('SIGHUP');
  for (let is = ''; is !== 'new';) {
    const [after] = await iceServersOf(relay);
    is = ['old', 'new'].find((secret) =>
      after.credential === credentialOf(secret, after.username)) ?? 'neither';
    assert.notEqual(is, 'neither');
  }
});

test('what is no TURN server, or no secret, is refused', async (t) => {
  const file = path.join(scratchFolder(t), 'secret');
  fs.writeFileSync(file, 's');
  for (const url of ['turn.example', 'stun:stun.example', 'turn:', 'turn:a b', 'turn:a"',
    'turn:a?transport=sctp', `turn:${'a'.repeat(300)}`]) {
    const result = await runToEnd('--port', '0', '--turn-server', url, '--turn-secret-file', file);
    assert.equal(result.code, 2, url);
  }
  assert.equal((await runToEnd('--port', '0', ...servers)).code, 2);
  assert.equal((await runToEnd('--port', '0', '--turn-secret-file', file)).code, 2);
  for (const text of ['', '\n', 's'.repeat(300)]) {
    fs.writeFileSync(file, text);
    const result = await runToEnd('--port', '0', ...servers, '--turn-secret-file', file);
    assert.equal(result.code, 1);
    assert.match(result.err, /--turn-secret-file: .*does not hold a secret/);
  }
});
