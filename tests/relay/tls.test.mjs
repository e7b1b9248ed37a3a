/* tls.test.mjs - TLS in the relay: protocols, tickets, certificates, bounds of handshakes. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import tls from 'node:tls';
import { makeCertificate, tlsOptions } from './certificate.mjs';
import { Client, Wire, slowReaderLosesNothing } from './client.mjs';
import { Relay, freePort, runToEnd, scratchFolder, soon } from './relay.mjs';

/**
 * A relay with a new certificate.
 * @param {import('node:test').TestContext} t
 * @param {string[]} [options]
 * @param {'ec' | 'rsa'} [kind]
 */
async function startSecure(t, options = [], kind = 'ec') {
  const folder = scratchFolder(t);
  const certificate = makeCertificate(folder, 'first', kind);
  const relay = await Relay.start(t, ...tlsOptions(certificate), ...options);
  return { relay, folder, certificate };
}

/** @param {Wire} wire */
const socketOf = (wire) => /** @type {tls.TLSSocket} */ (wire.socket);

/** @param {Wire} wire */
const nameOf = (wire) => socketOf(wire).getPeerCertificate().subject.CN;

/**
 * What `openssl s_client` says; unless told otherwise it quits after the handshake.
 * @param {number} port
 * @param {...(string | {input: string})} options
 */
function askOpenssl(port, ...options) {
  const words = options.filter((option) => typeof option === 'string');
  const [{ input } = { input: 'Q\n' }] = options.filter((option) => typeof option !== 'string');
  const child = spawn('openssl', ['s_client', '-connect', `localhost:${port}`, ...words],
    { stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (data) => (text += data));
  child.stderr.on('data', (data) => (text += data));
  child.stdin.end(input);
  return soon('openssl s_client', new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, text }));
  }));
}

/** @param {Wire} wire @param {string} target */
async function get(wire, target) {
  wire.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return wire.response();
}

test('members join over TLS and are relayed to one another', async (t) => {
  const { relay } = await startSecure(t);
  assert.match(relay.out, /at https:\/\/localhost:/);
  const ann = await Client.join(relay, 'tea');
  const bob = await Client.join(relay, 'tea');
  assert.equal(socketOf(ann.wire).getProtocol(), 'TLSv1.3');
  assert.equal(socketOf(ann.wire).alpnProtocol, 'http/1.1');
  const pad = 'p'.repeat(60000); // several records
  for (let i = 0; i < 5; i++) bob.send({ type: 'signal', to: ann.id, i, pad });
  for (let i = 0; i < 5; i++) {
    const signal = await ann.message('signal');
    assert.deepEqual([signal.i, signal.pad.length], [i, pad.length]);
  }
});

test('large files arrive whole over TLS', async (t) => {
  const web = scratchFolder(t);
  const bytes = Buffer.alloc(700001, 'peerface');
  fs.writeFileSync(path.join(web, 'large.bin'), bytes);
  const { relay } = await startSecure(t, ['--web', web]);
  const wire = await Wire.connectTls(relay.port);
  for (let i = 0; i < 2; i++) assert.ok((await get(wire, '/large.bin')).body.equals(bytes));
});

test('a slow reader over TLS loses nothing', async (t) => {
  const { relay } = await startSecure(t);
  await slowReaderLosesNothing(relay);
});

test('only TLS 1.2 and 1.3 are spoken, with ciphers of the intermediate profile', async (t) => {
  for (const kind of /** @type {const} */ (['ec', 'rsa'])) {
    const { relay } = await startSecure(t, [], kind);
    const auth = kind === 'ec' ? 'ECDSA' : 'RSA';
    for (const old of ['-tls1', '-tls1_1']) {
      const refused = await askOpenssl(relay.port, old, '-cipher', 'ALL:@SECLEVEL=0');
      assert.match(refused.text, /alert protocol version/, old);
    }
    for (const cipher of ['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305']) {
      const name = `ECDHE-${auth}-${cipher}`;
      const taken = await askOpenssl(relay.port, '-tls1_2', '-cipher', name);
      assert.match(taken.text, new RegExp(`TLSv1.2, Cipher is ${name}`), name);
    }
    for (const weak of [`ECDHE-${auth}-AES128-SHA`, `ECDHE-${auth}-AES128-SHA256`,
      'AES128-GCM-SHA256', 'DHE-RSA-AES128-GCM-SHA256']) {
      const refused = await askOpenssl(relay.port, '-tls1_2', '-cipher', weak);
      assert.match(refused.text, /alert handshake failure/, weak);
    }
    const newest = await askOpenssl(relay.port, '-tls1_3');
    assert.match(newest.text, /TLSv1.3, Cipher is TLS_/);
  }
});

test('of all ciphers that OpenSSL knows, only those of the intermediate profile are taken',
  async (t) => {
    const known = spawnSync('openssl', ['ciphers', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'],
      { encoding: 'utf8' }).stdout.trim().split(':');
    const good = /^TLS_|^ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM-SHA\d+|CHACHA20-POLY1305)$/;
    const others = known.filter((name) => !good.test(name));
    assert.ok(others.length > 30);
    for (const kind of /** @type {const} */ (['ec', 'rsa'])) {
      const { relay } = await startSecure(t, [], kind);
      const { text } = await askOpenssl(relay.port, '-tls1_2', '-cipher',
        `${others.join(':')}:@SECLEVEL=0`);
      assert.match(text, /alert handshake failure/, kind);
    }
    const { relay } = await startSecure(t);
    for (const [suite, isTaken] of /** @type {const} */ ([['TLS_AES_128_GCM_SHA256', true],
      ['TLS_AES_256_GCM_SHA384', true], ['TLS_CHACHA20_POLY1305_SHA256', true],
      ['TLS_AES_128_CCM_SHA256', false], ['TLS_AES_128_CCM_8_SHA256', false]])) {
      const { text } = await askOpenssl(relay.port, '-tls1_3', '-ciphersuites', suite);
      assert.equal(text.includes(`Cipher is ${suite}`), isTaken, suite);
    }
  });

test('openssl sees ALPN, resumes its session, and gets no early data', async (t) => {
  const { relay, folder } = await startSecure(t);
  const file = path.join(folder, 'session');
  for (const version of ['-tls1_2', '-tls1_3']) {
    // With TLS 1.3 the ticket comes behind the handshake, with the first response at the latest.
    const request = { input: 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' };
    const first = await askOpenssl(relay.port, version, '-alpn', 'h2,http/1.1', '-ign_eof',
      '-sess_out', file, request);
    assert.match(first.text, /ALPN protocol: http\/1\.1/, version);
    assert.match(first.text, /^New, /m, version);
    const again = await askOpenssl(relay.port, version, '-sess_in', file);
    assert.match(again.text, /^Reused, /m, version);
    if (version === '-tls1_3') assert.match(first.text, /Max Early Data: 0/);
  }
  const refused = await askOpenssl(relay.port, '-alpn', 'h2');
  assert.match(refused.text, /no application protocol/);
});

test('renegotiation and compression are refused', async (t) => {
  const { relay } = await startSecure(t);
  const said = await askOpenssl(relay.port, '-tls1_2');
  assert.match(said.text, /Secure Renegotiation IS supported/);
  assert.match(said.text, /Compression: NONE/);
  const refused = await askOpenssl(relay.port, '-tls1_2', { input: 'R\n' });
  assert.match(refused.text, /no renegotiation/);
});

test('a client that offers only another protocol by ALPN is refused', async (t) => {
  const { relay } = await startSecure(t);
  await assert.rejects(Wire.connectTls(relay.port, { ALPNProtocols: ['h2'] }), /alert/i);
  for (const offered of [['h2', 'http/1.1'], undefined]) {
    const wire = await Wire.connectTls(relay.port, { ALPNProtocols: offered });
    assert.equal(socketOf(wire).alpnProtocol, offered ? 'http/1.1' : false);
    assert.equal((await get(wire, '/healthz')).status, 200);
  }
});

/** The first session that the relay gives. @param {Wire} wire @returns {Promise<Buffer>} */
const sessionOf = (wire) => soon('a session',
  new Promise((resolve) => socketOf(wire).once('session', resolve)));

test('sessions are resumed by tickets, also after the certificate has changed', async (t) => {
  for (const maxVersion of /** @type {const} */ (['TLSv1.2', 'TLSv1.3'])) {
    const { relay, folder, certificate } = await startSecure(t);
    const socket = tls.connect({
      port: relay.port, host: 'localhost', rejectUnauthorized: false, maxVersion,
    });
    const wire = new Wire(socket);
    const session = await sessionOf(wire);
    assert.equal(socket.isSessionReused(), false);
    for (const what of ['the same', 'another certificate']) {
      const again = await Wire.connectTls(relay.port, { session, maxVersion });
      assert.equal(socketOf(again).isSessionReused(), true, `${maxVersion}, ${what}`);
      assert.equal((await get(again, '/healthz')).status, 200);
      const other = makeCertificate(folder, 'second');
      fs.copyFileSync(other.cert, certificate.cert);
      fs.copyFileSync(other.key, certificate.key);
      relay.child.kill('SIGHUP');
    }
    const { relay: stranger } = await startSecure(t);
    const anew = await Wire.connectTls(stranger.port, { session, maxVersion });
    assert.equal(socketOf(anew).isSessionReused(), false);
  }
});

test('SIGHUP reads a new certificate while connections stay (R14)', async (t) => {
  const { relay, folder, certificate } = await startSecure(t);
  const ann = await Client.join(relay, 'tea');
  assert.equal(nameOf(ann.wire), 'first');
  const next = makeCertificate(folder, 'next');
  fs.copyFileSync(next.cert, certificate.cert);
  fs.copyFileSync(next.key, certificate.key);
  relay.child.kill('SIGHUP');
  for (;;) {
    const wire = await Wire.connectTls(relay.port);
    const name = nameOf(wire);
    wire.socket.destroy();
    if (name === 'next') break;
  }
  const bob = await Client.join(relay, 'tea');
  bob.send({ type: 'signal', to: ann.id, i: 7 });
  assert.equal((await ann.message('signal')).i, 7);
});

test('a certificate that cannot be read leaves the old one in use, and is logged', async (t) => {
  const { relay, folder, certificate } = await startSecure(t);
  const other = makeCertificate(folder, 'other');
  for (const [damage, reason] of /** @type {[() => void, RegExp][]} */ ([
    [() => fs.writeFileSync(certificate.cert, 'no certificate'), /certificate .*first\.crt: /],
    [() => fs.copyFileSync(other.cert, certificate.cert), /private key .*first\.key: /],
  ])) {
    relay.err = '';
    damage();
    relay.child.kill('SIGHUP');
    const said = new Promise((resolve) => {
      relay.child.stderr.on('data', () => /stays/.test(relay.err) && resolve(undefined));
    });
    await soon('a complaint', said);
    assert.match(relay.err, reason);
    const wire = await Wire.connectTls(relay.port);
    assert.equal(nameOf(wire), 'first');
  }
});

test('a relay without a usable certificate does not start', async (t) => {
  const folder = scratchFolder(t);
  const { cert, key } = makeCertificate(folder, 'first');
  const other = makeCertificate(folder, 'other');
  for (const files of [{ cert: '/missing', key }, { cert, key: '/missing' },
    { cert: key, key }, { cert, key: other.key }]) {
    const { code, err } = await runToEnd('--port', '0', ...tlsOptions(files));
    assert.equal(code, 1);
    assert.match(err, /^peerface-relay: TLS: (certificate|private key) .+: .+\n$/);
  }
  for (const options of [['--tls-cert', cert], ['--tls-key', key], ['--hsts', '10'],
    ['--redirect-port', '8081']]) {
    assert.equal((await runToEnd('--port', '0', ...options)).code, 2, options[0]);
  }
});

test('a handshake that takes too long, or too much, is cut off', async (t) => {
  const { relay } = await startSecure(t, ['--handshake-ms', '300', '--request-ms', '600000']);
  const silent = await Wire.connect(relay.port);
  const dripping = await Wire.connect(relay.port);
  const hello = Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, ...Array(500).fill(0)]);
  let at = 0;
  const drip = setInterval(() => dripping.write(hello.subarray(at, ++at)), 20);
  t.after(() => clearInterval(drip));
  await Promise.all([silent.end(), dripping.end()]);
  // A ClientHello that announces 128 KiB, in many records, at a relay that has time.
  const { relay: patient } = await startSecure(t,
    ['--handshake-ms', '600000', '--request-ms', '600000']);
  const huge = await Wire.connect(patient.port);
  huge.write(Buffer.from([22, 3, 1, 4, 0, 1, 1, 255, 0, ...Array(1020).fill(0)]));
  for (let i = 0; i < 40; i++) huge.write(Buffer.from([22, 3, 1, 4, 0, ...Array(1024).fill(0)]));
  await huge.end();
  const plain = await Wire.connect(relay.port);
  plain.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await plain.end();
  assert.ok(!plain.received.includes('HTTP/1.1 200'));
  assert.equal((await get(await Wire.connectTls(relay.port), '/healthz')).status, 200);
});

test('handshakes that do not end keep nobody out: the oldest gives way', async (t) => {
  const { relay } = await startSecure(t, ['--handshakes-max', '3', '--handshake-ms', '600000']);
  const first = await Wire.connect(relay.port);
  const silent = await Promise.all(Array.from({ length: 2 }, () => Wire.connect(relay.port)));
  const ann = await Client.join(relay, 'tea');
  await first.end();
  await Client.join(relay, 'tea');
  ann.send({ type: 'ping' });
  await ann.message('pong');
  for (const wire of silent) wire.socket.destroy();
});

test('a client may close its TLS connection in any way', async (t) => {
  const { relay } = await startSecure(t);
  for (const end of /** @type {((socket: import('node:net').Socket) => void)[]} */ ([
    (socket) => socket.end(), (socket) => socket.destroy(), (socket) => socket.write('tea'),
  ])) {
    const client = await Client.open(relay);
    await client.message('hello');
    end(client.wire.socket);
    client.drop();
    for (let clients = 1; clients > 0;) ({ clients } = await healthOf(relay));
  }
  const client = await Client.open(relay);
  client.close(1000);
  assert.equal(await client.closed(), 1000);
});

/** @param {Relay} relay */
async function healthOf(relay) {
  const wire = await Wire.connectTls(relay.port);
  const { body } = await get(wire, '/healthz');
  wire.socket.destroy();
  return JSON.parse(body.toString());
}

test('--hsts tells browsers to stay with https, and only over https', async (t) => {
  const { relay } = await startSecure(t, ['--hsts', '31536000']);
  const wire = await Wire.connectTls(relay.port);
  const { headers } = await get(wire, '/healthz');
  assert.equal(headers['strict-transport-security'], 'max-age=31536000');
  const { relay: other } = await startSecure(t);
  const answer = await get(await Wire.connectTls(other.port), '/healthz');
  assert.equal(answer.headers['strict-transport-security'], undefined);
});

test('--redirect-port leads to https and keeps path and query', async (t) => {
  const port = await freePort();
  const { relay } = await startSecure(t, ['--redirect-port', `${port}`, '--hsts', '60']);
  const to = `https://call.example:${relay.port}`;
  for (const target of ['/', '/video/?room=tea&x=%20', '/ws']) {
    const wire = await Wire.connect(port);
    wire.write(`GET ${target} HTTP/1.1\r\nHost: call.example:${port}\r\n\r\n`);
    const { status, headers } = await wire.response();
    assert.deepEqual([status, headers.location], [301, to + target]);
    assert.equal(headers['strict-transport-security'], undefined);
    wire.socket.destroy();
  }
  const literal = await Wire.connect(port);
  literal.write('HEAD /a HTTP/1.1\r\nHost: [::1]:80\r\n\r\n');
  assert.equal((await literal.response(false)).headers.location,
    `https://[::1]:${relay.port}/a`);
  const long = await Wire.connect(port);
  long.write(`GET /?${'q'.repeat(8000)} HTTP/1.1\r\nHost: a.example\r\n\r\n`);
  assert.equal((await long.response()).status, 301);
});
