/* tokens.test.mjs - room tokens: who may enter, by which key, and what a token says. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Client } from './client.mjs';
import { Relay, runToEnd, scratchFolder, soon } from './relay.mjs';

const secret = crypto.randomBytes(32);
const ec = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = crypto.generateKeyPairSync('ed25519');
const now = () => Math.floor(Date.now() / 1000);

/** @param {string | object | Buffer} part */
const encode = (part) => Buffer.from(
  typeof part === 'object' && !Buffer.isBuffer(part) ? JSON.stringify(part) : part,
).toString('base64url');

/**
 * @param {string} alg
 * @param {Buffer | crypto.KeyObject} key
 * @param {string} text
 */
function sign(alg, key, text) {
  if (alg === 'HS256') {
    return crypto.createHmac('sha256', /** @type {Buffer} */ (key)).update(text).digest();
  }
  const digest = alg === 'ES256' ? 'sha256' : null;
  return crypto.sign(digest, Buffer.from(text),
    { key: /** @type {crypto.KeyObject} */ (key), dsaEncoding: 'ieee-p1363' });
}

/**
 * @param {object} claims beside an `exp` in an hour
 * @param {{alg?: string, key?: Buffer | crypto.KeyObject, header?: object}} [options]
 */
function makeToken(claims, { alg = 'HS256', key = secret, header = {} } = {}) {
  const payload = { exp: now() + 3600, ...claims };
  const text = `${encode({ alg, typ: 'JWT', ...header })}.${encode(payload)}`;
  return `${text}.${encode(sign(alg, key, text))}`;
}

/** A JWK set. @param {object[]} keys */
const setOf = (...keys) => JSON.stringify({ keys });
const jwks = setOf(
  { kty: 'RSA', kid: 'skipped', n: 'AQAB', e: 'AQAB' },
  { kty: 'oct', kid: 'h', k: secret.toString('base64url') },
  { ...ec.publicKey.export({ format: 'jwk' }), kid: 'e' },
  { ...ed.publicKey.export({ format: 'jwk' }), kid: 'd' },
);

/**
 * @param {import('node:test').TestContext} t
 * @param {string | Buffer} keys
 * @param {...string} more options
 */
async function startWith(t, keys, ...more) {
  const file = path.join(scratchFolder(t), 'keys');
  fs.writeFileSync(file, keys);
  return { file, relay: await Relay.start(t, '--token-keys', file, ...more) };
}

/**
 * Joins; the client, or the code of the refusal.
 * @param {Relay} relay
 * @param {string} room
 * @param {object} more
 * @returns {Promise<Client | string>}
 */
async function join(relay, room, more) {
  const client = await Client.open(relay);
  await client.message('hello');
  client.send({ type: 'join', room, name: 'Ann', instance: 1, ...more });
  const message = JSON.parse((await client.next()).payload.toString());
  if (message.type === 'error') {
    assert.equal(await client.closed(), message.code === 'bad-message' ? 0 : 4004);
    return message.code;
  }
  client.joined = message;
  client.id = message.self;
  return client;
}

test('each algorithm and each form of keys admits its tokens, and no others', async (t) => {
  const pem = [ec, ed].map(({ publicKey }) => publicKey.export({ format: 'pem', type: 'spki' }));
  /** @type {[string | Buffer, string[]][]} */
  const files = [
    [jwks, ['HS256', 'ES256', 'EdDSA']], [secret, ['HS256']],
    [pem.join('# a comment\n'), ['ES256', 'EdDSA']], [`${pem[1]}`, ['EdDSA']],
  ];
  const keys = { HS256: secret, ES256: ec.privateKey, EdDSA: ed.privateKey };
  for (const [file, admitted] of files) {
    const { relay } = await startWith(t, file);
    for (const [alg, key] of Object.entries(keys)) {
      const result = await join(relay, 'tea', { token: makeToken({ room: 'tea' }, { alg, key }) });
      if (admitted.includes(alg)) assert.ok(result instanceof Client, alg);
      else assert.equal(result, 'token-invalid', alg);
    }
  }
});

test('a join without a token is refused, and one with a damaged token too', async (t) => {
  const { relay } = await startWith(t, jwks);
  assert.equal(await join(relay, 'tea', {}), 'token-missing');
  const good = makeToken({ room: 'tea' });
  const [header, payload, signature] = good.split('.');
  const publicPem = ec.publicKey.export({ format: 'pem', type: 'spki' });
  for (const token of [
    'x', '..', 'a.b.c', good.slice(0, -2), `${good}A`, `${good}.`, `${good}=`,
    `${header}.${payload}.`, `${header}.${payload}`,
    `${header}.${encode({ room: 'tea' })}.${signature}`,
    `${encode({ alg: 'none' })}.${payload}.`,
    `${encode({ alg: 'none' })}.${payload}.${signature}`,
    // The public key taken for a secret.
    makeToken({ room: 'tea' }, { key: Buffer.from(publicPem) }),
    makeToken({ room: 'tea' }, { header: { alg: 'ES256' } }),
    makeToken({ room: 'tea' }, { header: { alg: 'HS512' } }),
    makeToken({ room: 'tea' }, { header: { kid: 'e' } }),
    makeToken({ room: 'tea' }, { header: { crit: ['x'], x: 1 } }),
    makeToken({ room: 'tea' }, { key: crypto.randomBytes(32) }),
    makeToken({ room: 'tea' },
      { alg: 'EdDSA', key: crypto.generateKeyPairSync('ed25519').privateKey }),
    makeToken({}).replace(/\.[^.]+\./, `.${encode('[]')}.`),
    makeToken({ room: 'tea', exp: 'soon' }), makeToken({ room: 'tea', exp: undefined }),
    makeToken({ room: 'tea', exp: -1 }), makeToken({ room: 'tea', nbf: 'x' }),
    makeToken({ room: 'tea', name: 7 }), makeToken({ room: 'tea', name: 'a\u0007' }),
    makeToken({ room: 'tea', name: 'n'.repeat(65) }), makeToken({ room: 'tea', role: 'king' }),
  ]) {
    assert.equal(await join(relay, 'tea', { token }), 'token-invalid', token);
  }
  assert.ok(await join(relay, 'tea', { token: good }) instanceof Client);
  const named = makeToken({ room: 'tea' }, { header: { kid: 'h' } });
  assert.ok(await join(relay, 'tea', { token: named }) instanceof Client);
});

test('any byte of a token changed makes it invalid', async (t) => {
  const { relay } = await startWith(t, secret, '--address-joins', '0');
  const good = makeToken({ room: 'tea' });
  for (let at = 0; at < good.length - 1; at++) {
    const other = good[at] === 'A' ? 'B' : 'A';
    const token = good.slice(0, at) + other + good.slice(at + 1);
    assert.equal(await join(relay, 'tea', { token }), 'token-invalid', `${at}`);
  }
});

test('a token is for a room, or for all that begin alike', async (t) => {
  const { relay } = await startWith(t, secret);
  for (const [claim, room, isGood] of /** @type {[any, string, boolean][]} */ ([
    ['tea', 'tea', true], ['tea', 'tea2', false], ['tea', 'te', false], ['tea*', 'tea', true],
    ['tea*', 'tea2', true], ['tea*', 'te', false], ['*', 'anything', true], ['', 'tea', false],
    [undefined, 'tea', false], [7, 'tea', false], ['*tea', 'green tea', false],
  ])) {
    const result = await join(relay, room, { token: makeToken({ room: claim }) });
    if (isGood) assert.ok(result instanceof Client, `${claim} ${room}`);
    else assert.equal(result, 'token-room', `${claim} ${room}`);
  }
});

test('a token has its time, give or take half a minute', async (t) => {
  const { relay } = await startWith(t, secret);
  for (const [claims, isGood] of /** @type {[object, boolean][]} */ ([
    [{ exp: now() - 3600 }, false], [{ exp: now() - 40 }, false], [{ exp: now() - 10 }, true],
    [{ exp: now() + 60.5 }, true], [{ nbf: now() + 3600 }, false], [{ nbf: now() + 10 }, true],
    [{ nbf: now() - 60 }, true],
  ])) {
    const result = await join(relay, 'tea', { token: makeToken({ room: 'tea', ...claims }) });
    if (isGood) assert.ok(result instanceof Client, JSON.stringify(claims));
    else assert.equal(result, 'token-expired', JSON.stringify(claims));
  }
});

test('a member returns with its ticket and an expired token, but not without one', async (t) => {
  const { relay } = await startWith(t, secret);
  const bob = await join(relay, 'tea', { token: makeToken({ room: 'tea' }) });
  const ann = /** @type {Client} */ (await join(relay, 'tea', { token: makeToken({ room: '*' }) }));
  assert.ok(bob instanceof Client);
  const { ticket } = ann.joined;
  ann.drop();
  const expired = makeToken({ room: 'tea', exp: now() - 3600 });
  assert.equal(await join(relay, 'tea', { ticket }), 'token-missing');
  assert.equal(await join(relay, 'tea', { token: expired }), 'token-expired');
  assert.equal(await join(relay, 'tea', { ticket: `${ticket}0`, token: expired }), 'token-expired');
  assert.equal(await join(relay, 'tea', { ticket, token: makeToken({ room: 'tea', exp: 1 },
    { key: crypto.randomBytes(32) }) }), 'token-invalid');
  const back = await join(relay, 'tea', { ticket, token: expired });
  assert.equal(/** @type {Client} */ (back).joined.resumed, true);
});

test('the name in a token is the name of the member, which it cannot change', async (t) => {
  const { relay } = await startWith(t, secret);
  const ann = /** @type {Client} */ (await join(relay, 'tea',
    { name: 'Queen', token: makeToken({ room: 'tea', name: 'Ann Ä', role: 'host' }) }));
  const bob = /** @type {Client} */ (await join(relay, 'tea',
    { token: makeToken({ room: 'tea' }) }));
  assert.equal(bob.joined.members[0].name, 'Ann Ä');
  ann.send({ type: 'rename', name: 'Queen' });
  assert.equal((await ann.message('error')).code, 'bad-message');
  bob.send({ type: 'rename', name: 'Bob' });
  assert.equal((await ann.message('member')).name, 'Bob');
});

test('a host is who has a token that says so, and nobody else', async (t) => {
  const { relay } = await startWith(t, secret);
  const capabilities = ['host'];
  const roles = [];
  for (const role of [undefined, 'member', 'host']) {
    const token = makeToken({ room: 'tea', role });
    const client = /** @type {Client} */ (await join(relay, 'tea', { token, capabilities }));
    roles.push(client.joined.role);
  }
  assert.deepEqual(roles, [undefined, undefined, 'host']);
});

test('SIGHUP reads the keys again; unusable ones leave the old ones in use', async (t) => {
  const { relay, file } = await startWith(t, secret);
  const other = crypto.randomBytes(40);
  fs.writeFileSync(file, 'too short');
  relay.child.kill('SIGHUP');
  await soon('a complaint', new Promise((resolve) => {
    relay.child.stderr.on('data', () => /stay/.test(relay.err) && resolve(undefined));
  }));
  assert.ok(await join(relay, 'tea', { token: makeToken({ room: 'tea' }) }) instanceof Client);
  fs.writeFileSync(file, other);
  relay.child.kill('SIGHUP');
  for (let result = null; !(result instanceof Client);) {
    result = await join(relay, 'tea', { token: makeToken({ room: 'tea' }, { key: other }) });
  }
  assert.equal(await join(relay, 'tea', { token: makeToken({ room: 'tea' }) }), 'token-invalid');
});

test('a relay without usable keys does not start', async (t) => {
  const file = path.join(scratchFolder(t), 'keys');
  const jwk = ec.publicKey.export({ format: 'jwk' });
  const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
  for (const keys of ['', 'short', '{}', '{"keys":[]}', '{"keys":', setOf({ kty: 'RSA' }),
    setOf({ kty: 'oct', k: 'c2hvcnQ' }), setOf({ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }),
    setOf({ ...jwk, y: jwk.x }),
    rsa.publicKey.export({ format: 'pem', type: 'spki' }),
    ec.privateKey.export({ format: 'pem', type: 'pkcs8' })]) {
    fs.writeFileSync(file, keys);
    const { code, err } = await runToEnd('--port', '0', '--token-keys', file);
    assert.equal(code, 1, `${keys}`);
    assert.match(err, /--token-keys: /);
  }
  assert.equal((await runToEnd('--port', '0', '--token-keys', '/missing')).code, 1);
});

test('without --token-keys rooms are open, and tokens are ignored', async (t) => {
  const relay = await Relay.start(t);
  assert.ok(await join(relay, 'tea', { token: 'nonsense' }) instanceof Client);
});
