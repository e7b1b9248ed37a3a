/* web.test.mjs - the files that the relay serves. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import zlib from 'node:zlib';
import { Wire } from './client.mjs';
import { Relay, scratchFolder } from './relay.mjs';

const page = '<!doctype html><title>tea</title>';
const script = 'export const tea = 1;\n'.repeat(100);
const large = crypto.randomBytes(3000000);

/** Starts a relay that serves a folder with files of every kind. */
async function serve(/** @type {import('node:test').TestContext} */ t) {
  const scratch = scratchFolder(t);
  const folder = path.join(scratch, 'web');
  fs.mkdirSync(path.join(folder, 'examples'), { recursive: true });
  /** @param {string} name @param {string | Buffer} data */
  const write = (name, data) => fs.writeFileSync(path.join(folder, name), data);
  write('index.html', page);
  write('examples/index.html', 'an example');
  write('page.js', script);
  write('page.js.br', zlib.brotliCompressSync(script));
  write('page.js.gz', zlib.gzipSync(script));
  write('peerface.wasm', Buffer.from([0, 97, 115, 109]));
  write('empty.txt', '');
  write('large.bin', large);
  write('.secret', 'hidden');
  fs.writeFileSync(path.join(scratch, 'outside.txt'), 'outside');
  fs.symlinkSync('../outside.txt', path.join(folder, 'link.txt'));
  fs.symlinkSync('..', path.join(folder, 'up'));
  return { folder, relay: await Relay.start(t, '--web', folder) };
}

/**
 * One request on a connection of its own.
 * @param {Relay} relay
 * @param {string} target
 * @param {Record<string, string>} [fields]
 */
async function get(relay, target, fields = {}, method = 'GET') {
  const wire = await Wire.connect(relay.port);
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  wire.write(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}\r\n`);
  const response = await wire.response(method !== 'HEAD');
  wire.socket.destroy();
  return response;
}

test('files are served with their types and contents', async (t) => {
  const { relay } = await serve(t);
  for (const [target, type, body] of /** @type {[string, string, string | Buffer][]} */ ([
    ['/', 'text/html; charset=utf-8', page],
    ['/?room=tea', 'text/html; charset=utf-8', page],
    ['/index.html', 'text/html; charset=utf-8', page],
    ['/examples/', 'text/html; charset=utf-8', 'an example'],
    ['/page.js', 'text/javascript; charset=utf-8', script],
    ['/peerface.wasm', 'application/wasm', Buffer.from([0, 97, 115, 109])],
    ['/empty.txt', 'text/plain; charset=utf-8', ''],
    ['/large.bin', 'application/octet-stream', large],
  ])) {
    const response = await get(relay, target);
    assert.equal(response.status, 200, target);
    assert.equal(response.headers['content-type'], type, target);
    assert.ok(response.body.equals(Buffer.from(body)), target);
  }
});

test('a folder without its final slash is redirected', async (t) => {
  const { relay } = await serve(t);
  const response = await get(relay, '/examples');
  assert.equal(response.status, 301);
  assert.equal(response.headers.location, './examples/');
});

test('compressed files are served if the browser accepts their coding', async (t) => {
  const { relay } = await serve(t);
  const brotli = await get(relay, '/page.js', { 'Accept-Encoding': 'gzip, deflate, br' });
  assert.equal(brotli.headers['content-encoding'], 'br');
  assert.equal(brotli.headers['content-type'], 'text/javascript; charset=utf-8');
  assert.equal(brotli.headers.vary, 'Accept-Encoding');
  assert.equal(zlib.brotliDecompressSync(brotli.body).toString(), script);
  const gzip = await get(relay, '/page.js', { 'Accept-Encoding': 'gzip, br;q=0' });
  assert.equal(gzip.headers['content-encoding'], 'gzip');
  assert.equal(zlib.gunzipSync(gzip.body).toString(), script);
  const plain = await get(relay, '/page.js');
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.notEqual(plain.headers.etag, brotli.headers.etag);
  assert.notEqual(gzip.headers.etag, brotli.headers.etag);
});

test('a compressed file older than its source is not served', async (t) => {
  const { folder, relay } = await serve(t);
  fs.utimesSync(path.join(folder, 'page.js.br'), 1000000000, 1000000000);
  fs.utimesSync(path.join(folder, 'page.js.gz'), 1000000000, 1000000000);
  const response = await get(relay, '/page.js', { 'Accept-Encoding': 'br, gzip' });
  assert.equal(response.headers['content-encoding'], undefined);
  assert.equal(response.body.toString(), script);
});

test('an unchanged file is not sent again, a rebuilt one is sent at once', async (t) => {
  const { folder, relay } = await serve(t);
  const first = await get(relay, '/');
  assert.match(first.headers.etag, /^"[^"]+"$/);
  assert.equal(first.headers['cache-control'], 'no-cache');
  const second = await get(relay, '/', { 'If-None-Match': first.headers.etag });
  assert.equal(second.status, 304);
  assert.equal(second.headers.etag, first.headers.etag);
  assert.equal(second.headers['content-length'], undefined);
  fs.writeFileSync(path.join(folder, 'index.html'), page.replace('tea', 'TEA'));
  const third = await get(relay, '/', { 'If-None-Match': first.headers.etag });
  assert.equal(third.status, 200);
  assert.ok(third.body.includes('TEA'));
});

test('files outside the folder and hidden files are not served', async (t) => {
  const { relay } = await serve(t);
  for (const target of [
    '/../outside.txt', '/%2e%2e/outside.txt', '/..%2foutside.txt', '/examples/../../outside.txt',
    '/.secret', '/%2esecret', '/link.txt', '/up/outside.txt', '//etc/passwd', '/etc/passwd',
    '/index.html%00.js', '/..\\outside.txt', '/index.html/', '/page.js/x', '/missing',
  ]) {
    assert.equal((await get(relay, target)).status, 404, target);
  }
});

test('responses have security fields and allow loading by other origins', async (t) => {
  const { relay } = await serve(t);
  for (const [target, shared] of /** @type {[string, boolean][]} */ ([
    ['/', true], ['/peerface.wasm', true], ['/missing', false], ['/healthz', false],
    ['/healthz?origin=https%3A%2F%2Fa.example', true],
  ])) {
    const { headers } = await get(relay, target);
    const policy = headers['content-security-policy'];
    assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval'? *;?.*'unsafe-eval'/);
    assert.match(policy, /frame-ancestors 'self'/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.match(headers['permissions-policy'], /camera=\(self\), microphone=\(self\)/);
    assert.equal(headers['access-control-allow-origin'], shared ? '*' : undefined, target);
    assert.equal(headers['cross-origin-resource-policy'], shared ? 'cross-origin' : undefined);
    assert.match(headers.date, / GMT$/);
  }
});

test('a page of another origin learns of the relay whether it may use it, and nothing else',
  async (t) => {
    const { relay } = await serve(t);
    const { body } = await get(relay, '/healthz?origin=https%3A%2F%2Fa.example');
    assert.deepEqual(JSON.parse(body.toString()),
      { status: 'ok', places: 8, origin: 'refused' });
  });

test('--allow-frame names pages that may show the page in a frame', async (t) => {
  const relay = await Relay.start(t, '--allow-frame', 'https://a.example',
    '--allow-frame', 'http://b.example:8080');
  const { headers } = await get(relay, '/');
  assert.match(headers['content-security-policy'],
    /; frame-ancestors 'self' https:\/\/a\.example http:\/\/b\.example:8080$/);
});

test('HEAD is answered like GET without a body', async (t) => {
  const { relay } = await serve(t);
  const wire = await Wire.connect(relay.port);
  wire.write('HEAD /page.js HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const head = await wire.response(false);
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-length'], String(script.length));
  assert.equal((await wire.response()).body.toString(), page);
});

test('pipelined requests are answered in order, including large files', async (t) => {
  const { relay } = await serve(t);
  const wire = await Wire.connect(relay.port);
  const targets = ['/', '/large.bin', '/missing', '/page.js', '/large.bin', '/healthz', '/'];
  wire.write(targets.map((target) => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
  const sizes = [];
  for (const target of targets) {
    const response = await wire.response();
    assert.equal(response.status, target === '/missing' ? 404 : 200);
    if (target === '/large.bin') assert.ok(response.body.equals(large));
    sizes.push(response.body.length);
  }
  assert.equal(sizes[0], page.length);
  assert.equal(sizes[6], page.length);
});

test('a reader that pauses receives a large file completely', async (t) => {
  const { folder, relay } = await serve(t);
  const larger = Buffer.concat([large, large, large, large]);
  fs.writeFileSync(path.join(folder, 'larger.bin'), larger);
  const wire = await Wire.connect(relay.port);
  wire.socket.pause();
  wire.write('GET /larger.bin HTTP/1.1\r\nHost: x\r\n\r\n');
  // Meanwhile the relay fills the socket buffers.
  for (let i = 0; i < 20; i++) await relay.health();
  wire.socket.resume();
  assert.ok((await wire.response()).body.equals(larger));
});

test('a connection is closed on request, and after HTTP/1.0', async (t) => {
  const { relay } = await serve(t);
  for (const text of [
    'GET /large.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'GET /large.bin HTTP/1.0\r\n\r\n',
  ]) {
    const wire = await Wire.connect(relay.port);
    wire.write(text);
    const response = await wire.response();
    assert.equal(response.headers.connection, 'close');
    assert.ok(response.body.equals(large));
    await wire.end();
  }
});

test('invalid requests are refused and the connection is closed', async (t) => {
  const { relay } = await serve(t);
  for (const [status, text] of /** @type {[number, string][]} */ ([
    [400, 'tea please\r\n\r\n'],
    [400, 'GET / HTTP/1.1\r\n\r\n'],
    [405, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ntea'],
    [405, 'DELETE /page.js HTTP/1.1\r\nHost: x\r\n\r\n'],
    [413, 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ntea'],
    [400, 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n'],
    [400, 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n'],
    [400, 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n'],
    [400, 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    [400, 'GET / HTTP/1.1\r\nHost: user@x\r\n\r\n'],
    [431, `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(9000)}`],
    [411, 'GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'],
    [501, 'GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n'],
    [505, 'GET / HTTP/2.0\r\nHost: x\r\n\r\n'],
  ])) {
    const wire = await Wire.connect(relay.port);
    wire.write(text);
    const response = await wire.response();
    assert.equal(response.status, status);
    if (status === 405) assert.equal(response.headers.allow, 'GET, HEAD');
    await wire.end();
  }
});

test('a target may be an absolute URL, and a version 1.2 (RFC 9112, RFC 9110)', async (t) => {
  const { relay } = await serve(t);
  for (const line of ['GET http://localhost/ HTTP/1.1', 'GET / HTTP/1.2',
    'GET HTTPS://other.example:81/index.html?x HTTP/1.1']) {
    const wire = await Wire.connect(relay.port);
    wire.write(`${line}\r\nHost: x\r\n\r\n`);
    const { status, body } = await wire.response();
    assert.deepEqual([status, body.toString()], [200, page], line);
    wire.socket.destroy();
  }
});

test('without a folder only the WebSocket and the health check exist', async (t) => {
  const relay = await Relay.start(t);
  assert.equal((await get(relay, '/')).status, 404);
  assert.equal((await get(relay, '/healthz')).status, 200);
});
