/* proxy.test.mjs - which pages may connect through a reverse proxy. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import test from 'node:test';
import { Wire, handshakeText } from './client.mjs';
import { Relay } from './relay.mjs';

/**
 * A reverse proxy that forwards requests and WebSockets to the relay with rewritten fields.
 * @param {import('node:test').TestContext} t
 * @param {Relay} relay
 * @param {(host: string) => Record<string, string>} rewrite gets the Host that the browser sent
 * @returns {Promise<number>} its port
 */
async function startProxy(t, relay, rewrite) {
  const server = http.createServer((request, response) => {
    const headers = { ...request.headers, ...rewrite(request.headers.host ?? '') };
    http.get({ port: relay.port, path: request.url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
  });
  server.on('upgrade', (request, socket) => {
    const headers = { ...request.headers, ...rewrite(request.headers.host ?? '') };
    const inner = net.connect(relay.port, 'localhost', () => {
      const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      inner.write(`GET ${request.url} HTTP/1.1\r\n${fields.join('')}\r\n`);
      inner.pipe(socket).pipe(inner);
    });
    inner.on('error', () => socket.destroy());
    socket.on('error', () => inner.destroy());
  });
  await new Promise((resolve) => server.listen(0, 'localhost', () => resolve(undefined)));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return /** @type {net.AddressInfo} */ (server.address()).port;
}

/**
 * The handshake status for a page of `origin`, served as `host`. The health check must agree.
 * @param {number} port of the proxy
 * @param {string} host
 * @param {string} origin
 */
async function knock(port, host, origin) {
  const wire = await Wire.connect(port);
  wire.write(handshakeText('/ws', { Host: host, Origin: origin }));
  const { status } = await wire.response(false);
  wire.socket.destroy();
  const health = await new Promise((resolve, reject) => {
    const path = `/healthz?origin=${encodeURIComponent(origin)}`;
    http.get({ host: 'localhost', port, path, headers: { Host: host } }, (response) => {
      let text = '';
      response.on('data', (data) => (text += data));
      response.on('end', () => resolve(JSON.parse(text)));
    }).on('error', reject);
  });
  assert.equal(health.origin, status === 101 ? 'allowed' : 'refused', `${host} ${origin}`);
  return status;
}

const trust = ['--trust-proxy', '127.0.0.1', '--trust-proxy', '::1/128'];

/** @type {[string, (host: string) => Record<string, string>, number, number][]} */
const proxies = [
  // what it does, how, and the status without and with --trust-proxy
  ['passes Host as it is', () => ({}), 101, 101],
  ['adds the default port', (host) => ({ host: `${host}:443` }), 101, 101],
  ['writes Host in capitals', (host) => ({ host: host.toUpperCase() }), 101, 101],
  ['uses its own name', () => ({ host: 'relay.internal:8080' }), 403, 403],
  ['uses its own name and says so', (host) =>
    ({ 'host': 'relay.internal:8080', 'x-forwarded-host': host }), 403, 101],
  ['uses its own name and says so by RFC 7239', (host) =>
    ({ host: 'relay.internal', forwarded: `for=192.0.2.1;host="${host}";proto=https` }), 403, 101],
];

for (const [what, rewrite, plain, trusting] of proxies) {
  test(`behind a proxy that ${what}`, async (t) => {
    for (const [status, ...options] of [[plain], [trusting, ...trust]]) {
      const relay = await Relay.start(t, ...options.map(String));
      const port = await startProxy(t, relay, rewrite);
      assert.equal(await knock(port, 'call.example', 'https://call.example'), status);
      assert.equal(await knock(port, 'call.example', 'https://evil.example'), 403);
    }
  });
}

test('a proxy that drops the port of the origin needs --trust-proxy', async (t) => {
  for (const [status, ...options] of [[403], [101, ...trust]]) {
    const relay = await Relay.start(t, ...options.map(String));
    const port = await startProxy(t, relay, (host) => ({ host: host.replace(/:\d+$/, '') }));
    assert.equal(await knock(port, 'call.example:8443', 'https://call.example:8443'), status);
  }
});

test('a proxy that is not named is not believed', async (t) => {
  const relay = await Relay.start(t, '--trust-proxy', '192.0.2.0/24');
  const port = await startProxy(t, relay, (host) =>
    ({ 'host': 'relay.internal:8080', 'x-forwarded-host': host }));
  assert.equal(await knock(port, 'call.example', 'https://call.example'), 403);
});

test('refusals are logged once per Origin and Host, with the option to use', async (t) => {
  const relay = await Relay.start(t);
  for (let i = 0; i < 3; i++) {
    await knock(relay.port, 'relay.internal', 'https://call.example');
    await knock(relay.port, 'call.example', 'https://call.example:8443');
    await knock(relay.port, 'call.example', 'call.example\u009b');
  }
  await relay.end('SIGTERM');
  const lines = relay.err.trim().split('\n');
  assert.equal(lines.length, 3, relay.err);
  assert.match(lines[0], /Origin https:\/\/call\.example is of another host .*relay\.internal/);
  assert.match(lines[0], /--allow-origin https:\/\/call\.example, or --trust-proxy/);
  assert.match(lines[2], /Origin call\.example\?+ is not a valid origin/);
  assert.match(lines[1], /is of another port .*--allow-origin https:\/\/call\.example:8443/);
});

test('the number of logged refusals is limited', async (t) => {
  const relay = await Relay.start(t);
  for (let i = 0; i < 80; i++) await knock(relay.port, 'a.example', `https://${i}.example`);
  await relay.end('SIGTERM');
  const lines = relay.err.trim().split('\n');
  assert.equal(lines.length, 65);
  assert.match(lines[64], /further refusals are not logged/);
});

test('the health check mentions an origin only if asked', async (t) => {
  const relay = await Relay.start(t);
  assert.equal('origin' in await relay.health(), false);
});

test('--allow-origin applies to the handshake and the health check alike', async (t) => {
  const relay = await Relay.start(t, '--allow-origin', 'https://call.example:443');
  assert.equal(await knock(relay.port, 'relay.internal', 'https://call.example'), 101);
  assert.equal(await knock(relay.port, 'relay.internal', 'http://call.example'), 403);
});
