/* token.test.mjs - a relay that asks for room tokens, as the people with and without one see it. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { scenario } from './harness.mjs';

const secret = crypto.randomBytes(32);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-token-'));
const keys = path.join(folder, 'secret');
fs.writeFileSync(keys, secret, { mode: 0o600 });
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));

/** @param {object} claims @returns {string} a JWT (RFC 7519) with HS256 */
function tokenOf(claims) {
  const encode = (/** @type {object} */ part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url');
  const text = `${encode({ alg: 'HS256' })}.${encode(claims)}`;
  return `${text}.${crypto.createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/** @param {number} seconds from now */
const at = (seconds) => Math.floor(Date.now() / 1000) + seconds;

scenario(
  'who has an invitation is let in, and who has none, an old one or another is told so',
  { relay: ['--token-keys', keys], people: 5 },
  async (world) => {
    /** @param {string} name @param {object} [claims] of the token; none: without one */
    const come = async (name, claims) => {
      const token = claims ? `#token=${tokenOf(claims)}` : '';
      const person = await world.person(name, { path: `?room=tea${token}` });
      await person.enter('tea');
      return person;
    };
    const ann = await come('Ann', { room: 'tea', exp: at(600) });
    await ann.notice('alone');
    assert.equal(await ann.ask(() => location.hash), '', 'it is not in the address any more');
    const bob = await come('Bob', { room: 'tea', exp: at(600) });
    await Promise.all([ann, bob].map((person) => person.inCallWith(1)));
    for (const [name, claims, title] of /** @type {[string, object | undefined, RegExp][]} */ ([
      ['Cho', undefined, /You need an invitation/],
      ['Dan', { room: 'tea', exp: at(-600) }, /Your invitation has expired/],
      ['Eve', { room: 'coffee', exp: at(600) }, /Your invitation is not for this room/],
    ])) {
      const person = await come(name, claims);
      await person.notice('token');
      assert.match(await person.ask(() =>
        document.querySelector('#noticeTitle')?.textContent ?? ''), title);
    }
    await ann.inCallWith(1);
  },
);
