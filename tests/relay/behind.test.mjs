/* behind.test.mjs - the relay behind nginx and HAProxy, with the manual's own configurations. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { makeCertificate } from './certificate.mjs';
import { Client, Wire, handshakeText } from './client.mjs';
import {
  blockOfManual, findProgram, haproxyWith, nginxWith, startServer, substitute,
} from './manual.mjs';
import { Relay, freePort, scratchFolder } from './relay.mjs';

const networks = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []);
const hasV6 = networks.some(({ family }) => family === 'IPv6');
/** An address of this machine that has limits: not loopback. */
const outer = networks.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

/**
 * Writes a configuration of the manual, with this test's ports and certificate.
 * @param {string} folder @param {number} port of the proxy @param {Relay} relay
 * @returns {string[]} the options of nginx
 */
function configureNginx(folder, port, relay) {
  const { cert, key } = makeCertificate(folder, 'nginx');
  const site = substitute(blockOfManual('/etc/nginx/conf.d/peerface.conf'), {
    'listen 443 ssl;': `listen ${port} ssl;`,
    'listen [::]:443 ssl;': hasV6 ? `listen [::]:${port} ssl;` : '',
    '/etc/letsencrypt/live/call.example/fullchain.pem': cert,
    '/etc/letsencrypt/live/call.example/privkey.pem': key,
    '127.0.0.1:8080': `127.0.0.1:${relay.port}`,
  });
  return nginxWith(folder, site);
}

/** The same for HAProxy. @type {typeof configureNginx} */
function configureHaproxy(folder, port, relay) {
  const { cert, key } = makeCertificate(folder, 'haproxy');
  const pem = path.join(folder, 'haproxy.pem');
  fs.writeFileSync(pem, fs.readFileSync(cert, 'utf8') + fs.readFileSync(key, 'utf8'));
  const ours = substitute(blockOfManual('/etc/haproxy/haproxy.cfg'), {
    'bind :::443 v4v6': hasV6 ? `bind :::${port} v4v6` : `bind :${port}`,
    '/etc/haproxy/call.example.pem': pem,
    '127.0.0.1:8080': `127.0.0.1:${relay.port}`,
  });
  return haproxyWith(folder, ours);
}

const proxies = [
  { name: 'nginx', configure: configureNginx, more: [], refusal: 429 },
  { name: 'haproxy', configure: configureHaproxy, more: ['--proxy-protocol'], refusal: 502 },
];

/**
 * The status of a WebSocket handshake.
 * @param {Wire} wire @param {Record<string, string>} fields
 */
async function knock(wire, fields) {
  wire.write(handshakeText('/call/ws', fields));
  const { status } = await wire.response(false);
  return status;
}

for (const { name, configure, more, refusal } of proxies) {
  const program = findProgram(name);
  const skip = program ? false : `no ${name} here`;

  /**
   * A relay behind the proxy, which serves a page in a folder of its own too.
   * @param {import('node:test').TestContext} t @param {...string} options of the relay
   */
  const start = async (t, ...options) => {
    const folder = scratchFolder(t);
    fs.mkdirSync(path.join(folder, 'web/more'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'web/index.html'), 'the page');
    fs.writeFileSync(path.join(folder, 'web/more/index.html'), 'another page');
    const relay = await Relay.start(t, '--address', '127.0.0.1', '--trust-proxy', '127.0.0.1',
      '--web', path.join(folder, 'web'), ...more, ...options);
    const port = await freePort();
    await startServer(t, port, program ?? '', ...configure(folder, port, relay));
    /** @param {string} [host] that is connected to, and from */
    const connect = (host = '127.0.0.1') => Wire.connectTls(0, {
      socket: net.connect({ port, host, localAddress: host }), port: undefined,
    });
    return { relay, port, connect };
  };

  test(`${name} serves the page below its path`, { skip }, async (t) => {
    const { port, connect } = await start(t);
    const base = `https://call.example:${port}`;
    /** @param {string} target */
    const get = async (target) => {
      const wire = await connect();
      wire.write(`GET ${target} HTTP/1.1\r\nHost: call.example:${port}\r\n\r\n`);
      const response = await wire.response();
      wire.socket.destroy();
      return { ...response, text: response.body.toString() };
    };
    assert.equal((await get('/call/')).text, 'the page');
    assert.equal((await get('/call/?room=tea')).text, 'the page');
    assert.equal((await get('/call/more/')).text, 'another page');
    assert.match((await get('/call/healthz')).text, /"status":"ok"/);
    assert.equal((await get('/call/missing')).status, 404);
    for (const [from, to] of [['/call', '/call/'], ['/call/more', '/call/more/']]) {
      const { status, headers } = await get(from);
      assert.equal(status, 301, from);
      assert.equal(new URL(headers.location, base + from).href, base + to);
    }
  });

  test(`${name} hands on WebSockets`, { skip }, async (t) => {
    const { connect } = await start(t);
    /** @type {Client[]} */
    const clients = [];
    for (const connection of ['Upgrade', 'keep-alive, Upgrade']) {
      const wire = await connect();
      assert.equal(await knock(wire, { Connection: connection }), 101);
      const client = new Client(wire);
      client.send({ type: 'join', room: 'tea', name: 'Ann', instance: 1 });
      client.id = (await client.message('joined')).self;
      clients.push(client);
    }
    const pad = 'p'.repeat(30000);
    clients[0].send({ type: 'signal', to: clients[1].id, pad });
    assert.equal((await clients[1].message('signal')).pad, pad);
    clients[0].close();
    assert.equal(await clients[0].closed(), 1000);
    assert.equal((await clients[1].message('member')).away, true);
  });

  test(`${name} tells the relay whose a connection is`, {
    skip: skip || (outer ? false : 'no address but loopback here'),
  }, async (t) => {
    const { relay, connect } = await start(t, '--address-connections', '2', '--log-addresses');
    for (const status of [101, 101, refusal]) {
      // What a client says itself does not count.
      const fields = { 'X-Forwarded-For': '198.51.100.7', 'Forwarded': 'for=198.51.100.8' };
      assert.equal(await knock(await connect(outer), fields), status);
    }
    for (let i = 0; i < 4; i++) assert.equal(await knock(await connect(), {}), 101);
    await relay.end('SIGTERM');
    assert.ok(relay.err.includes(outer ?? ''), relay.err);
    assert.doesNotMatch(relay.err, /198\.51\.100/);
  });

  test(`${name} leaves the Host to which the Origin is compared`, { skip }, async (t) => {
    const { port, connect } = await start(t);
    for (const [status, host, origin] of /** @type {[number, string, string][]} */ ([
      [101, 'call.example', 'https://call.example'],
      [101, 'CALL.example', 'https://call.example'],
      [101, 'call.example:443', 'https://call.example'],
      [101, 'call.example.', 'https://call.example'],
      [101, `call.example:${port}`, `https://call.example:${port}`],
      [101, `[::1]:${port}`, `https://[::1]:${port}`],
      [403, 'call.example', 'https://evil.example'],
      [403, `call.example:${port}`, 'https://evil.example'],
      [403, `call.example:${port}`, `https://call.example:${port + 1}`],
      [403, 'call.example', 'null'],
    ])) {
      const wire = await connect();
      assert.equal(await knock(wire, { Host: host, Origin: origin }), status, `${host} ${origin}`);
      wire.socket.destroy();
    }
  });
}
