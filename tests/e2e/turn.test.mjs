/* turn.test.mjs - calls through a TURN server (coturn), whose credentials the relay makes. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { scenario, socketErrors } from './harness.mjs';
import { freePort } from './relay.mjs';
import { until } from './until.mjs';

/** @typedef {import('./harness.mjs').World} World */
/** @typedef {import('./person.mjs').Person} Person */

/** Browsers reach no TURN server on a loopback address. */
const address = Object.values(os.networkInterfaces()).flat()
  .find((one) => one && one.family === 'IPv4' && !one.internal)?.address;

const missing =
  spawnSync('turnserver', ['--version']).error ? 'there is no coturn (turnserver)'
  : address ? ''
  : 'there is no network interface for it';

const secret = 'shared with coturn';

/** A TURN server for one test. */
class TurnServer {
  output = '';
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-turn-'));

  /** @param {number} port */
  constructor(port) {
    this.port = port;
    this.url = `turn:${address}:${port}`;
    this.secretFile = path.join(this.folder, 'secret');
    this.process = this.spawn();
  }

  spawn() {
    return spawn('turnserver', [
      '-n', '--use-auth-secret', `--static-auth-secret=${secret}`, '--realm=call.example',
      `--listening-ip=${address}`, `--relay-ip=${address}`, `--listening-port=${this.port}`,
      '--no-cli', '--no-tls', '--no-dtls', '--log-file=/dev/null',
      `--pidfile=${path.join(this.folder, 'pid')}`, `--userdb=${path.join(this.folder, 'db')}`,
    ], { stdio: 'ignore' });
  }

  /** It forgets all allocations. */
  async restart() {
    const gone = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await gone;
    this.process = this.spawn();
  }

  close() {
    this.process.kill('SIGKILL');
    fs.rmSync(this.folder, { recursive: true });
  }
}

/**
 * Ann and Bob, who enter a room. The relay sends all calls through a TURN server, which ends with
 * the test, and renews credentials after 7.5 s, or as they are refused.
 * @param {World} world @param {import('./browsers.mjs').Engine} engine
 * @param {string} relaySecret with which the relay makes credentials
 */
async function meet(world, engine, relaySecret) {
  const turn = new TurnServer(await freePort());
  world.servers.push(turn);
  fs.writeFileSync(turn.secretFile, relaySecret);
  world.relay.options.push('--turn-server', turn.url, '--turn-secret-file', turn.secretFile,
    '--turn-ttl-s', '10', '--turn-only', '--ping-ms', '500');
  await world.relay.stop();
  await world.relay.start();
  const ann = await world.person('Ann', { engine });
  const bob = await world.person('Bob', { engine });
  await ann.enter('tea');
  await bob.enter('tea');
  return { turn, ann, bob };
}

/** @param {Person[]} people two */
const inCall = (...people) => Promise.all(people.map((person) => person.inCallWith(1)));

/**
 * Of each connection that is not closed: whether its path is relayed, and until when its
 * credentials are good.
 * @param {Person} person
 */
const paths = (person) => person.ask(async () => {
  const found = [];
  for (const { pc, closed } of /** @type {any} */ (window).probe.connections) {
    if (closed) continue;
    const report = await pc.getStats();
    const pair = [...report.values()].find((one) =>
      one.type === 'candidate-pair' && one.state === 'succeeded' && one.nominated);
    const [server] = pc.getConfiguration().iceServers;
    found.push({
      isRelayed: !!pair && report.get(pair.localCandidateId).candidateType === 'relay',
      fragment: /a=ice-ufrag:(\S+)/.exec(pc.localDescription?.sdp ?? '')?.[1],
      expires: Number(server.username.split(':')[0]),
    });
  }
  return found;
});

/** No address of a page's own network is in what it sends. @param {Person} person */
async function sendsRelayedCandidatesOnly(person) {
  const wire = await person.ask(() => /** @type {any} */ (window).probe.wire);
  const sent = wire.filter((/** @type {any} */ one) => one.way === 'out');
  const all = sent.map((/** @type {any} */ { text }) => text).join('\n');
  const types = new Set([...all.matchAll(/candidate:\S+ \d \w+ \d+ \S+ \d+ typ (\w+)/g)]
    .map((match) => match[1]));
  assert.deepEqual([...types], ['relay']);
}

for (const engine of /** @type {('chromium'|'firefox')[]} */ (['chromium', 'firefox'])) {
  scenario(
    `in ${engine} a call goes through a TURN server only, whose credentials are renewed (I25, I26)`,
    { needs: [engine], skip: missing, slow: true },
    async (world) => {
      const { ann, bob } = await meet(world, engine, secret);
      await inCall(ann, bob);
      const before = await until('a relayed path', async () => {
        const [path] = await paths(ann); // getStats() tells it a moment later than the picture
        return path.isRelayed ? path : undefined;
      });
      await sendsRelayedCandidatesOnly(ann);
      await sendsRelayedCandidatesOnly(bob);
      await until('new candidates with new credentials', async () => {
        const [now, ...others] = await paths(ann);
        assert.equal(others.length, 0); // it is the same connection
        return now.expires > before.expires + 10 && now.fragment !== before.fragment &&
          now.isRelayed;
      });
      await inCall(ann, bob);
    },
  );

  scenario(
    `in ${engine} credentials that the TURN server refuses are replaced (I24)`,
    { needs: [engine], skip: missing, slow: true, expects: [/WebRTC: ICE failed/] },
    async (world) => {
      const { turn, ann, bob } = await meet(world, engine, 'not the one of the TURN server');
      const asks = () => /** @type {any} */ (window).probe.wire.some(
        (/** @type {any} */ { way, text }) => way === 'out' && text.includes('ice-servers'));
      await ann.sees('that it has asked for others', asks);
      fs.writeFileSync(turn.secretFile, secret);
      world.relay.signal('SIGHUP');
      await inCall(ann, bob);
      await until('a relayed path', async () => (await paths(ann)).some((one) => one.isRelayed));
    },
  );

  scenario(
    `in ${engine} a call whose credentials have expired comes back with new ones (I24)`,
    { needs: [engine], skip: missing, slow: true, expects: [/ICE failed/, ...socketErrors] },
    async (world) => {
      const { turn, ann, bob } = await meet(world, engine, secret);
      await inCall(ann, bob);
      await world.relay.kill(); // who would give them new ones
      const last = Math.max(...(await paths(ann)).concat(await paths(bob))
        .map((one) => one.expires));
      await until('that all credentials have expired', () => Date.now() / 1000 > last + 1);
      await turn.restart();
      const hasLost = () => /** @type {any} */ (window).probe.connections.every(
        (/** @type {any} */ { pc }) => pc.connectionState !== 'connected');
      await ann.sees('that the TURN server has forgotten the call', hasLost);
      await world.relay.start();
      await inCall(ann, bob);
      await until('a relayed path with new credentials', async () =>
        (await paths(ann)).some((one) => one.isRelayed && one.expires > last));
    },
  );
}
