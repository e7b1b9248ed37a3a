/* cluster_behind.test.mjs - three relays behind one name, as the operator's manual has it. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { makeCertificate } from './certificate.mjs';
import { Person, allTalk, together } from './cluster.mjs';
import { blockOfManual, findProgram, startServer, substitute } from './manual.mjs';
import { Redis, skipRedis } from './redis.mjs';
import { Relay, freePort, scratchFolder } from './relay.mjs';

const haproxy = findProgram('haproxy');
const skip = skipRedis || (haproxy ? false : 'no haproxy here');

/**
 * @param {string} folder
 * @param {number} port
 * @param {number[]} ports of the relays
 */
function configure(folder, port, ports) {
  const { cert, key } = makeCertificate(folder, 'haproxy');
  const pem = path.join(folder, 'haproxy.pem');
  fs.writeFileSync(pem, fs.readFileSync(cert, 'utf8') + fs.readFileSync(key, 'utf8'));
  const [frontend] = blockOfManual('/etc/haproxy/haproxy.cfg').split('\nbackend');
  const backend = blockOfManual('/etc/haproxy/haproxy.cfg for three relays');
  const ours = substitute(`${frontend}\n${backend}`,
    {
      'bind :::443 v4v6': `bind 127.0.0.1:${port}`,
      '/etc/haproxy/call.example.pem': pem,
      '10.0.0.11:8080': `127.0.0.1:${ports[0]}`,
      '10.0.0.12:8080': `127.0.0.1:${ports[1]}`,
      '10.0.0.13:8080': `127.0.0.1:${ports[2]}`,
      'inter 2s': 'inter 100ms', // a test need not wait
    });
  const file = path.join(folder, 'haproxy.cfg');
  fs.writeFileSync(file, `defaults\n  timeout connect 5000\n  timeout client 50000
  timeout server 50000\n\n${ours}`);
  return ['-db', '-f', file];
}

test('three relays behind HAProxy are upgraded one by one, and nobody has left', { skip },
  async (t) => {
    const folder = scratchFolder(t);
    const redis = await Redis.start(t);
    const port = await freePort();
    const ports = [await freePort(), await freePort(), await freePort()];
    /** @param {number} i */
    const start = (i) => Relay.start(t, '--address', '127.0.0.1', '--port', `${ports[i]}`,
      '--trust-proxy', '127.0.0.1', '--proxy-protocol', '--secret-file',
      path.join(folder, 'secret'), '--redis', redis.url(), '--drain-s', '1');
    const relays = [await start(0), await start(1), await start(2)];
    await startServer(t, port, haproxy ?? '', ...configure(folder, port, ports));
    const balancer = /** @type {Relay} */ ({ isSecure: true, port });
    const people = [];
    for (let i = 0; i < 6; i++) {
      people.push(await Person.join(t, [balancer], 'tea', { instance: i + 1 }, '/call/ws'));
    }
    await together(people);
    const ids = people.map(({ id }) => id);
    for (let i = 0; i < 3; i++) {
      assert.equal(await relays[i].end('SIGTERM'), 0);
      relays[i] = await start(i);
      await together(people);
    }
    await allTalk(people);
    assert.deepEqual(people.map(({ id }) => id), ids);
    for (const { heard } of people) {
      assert.deepEqual(heard.filter(({ type }) => type === 'left'), []);
    }
  });
