/* cluster_behind.test.mjs - three relays behind one name, as the operator's manual has it. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { makeCertificate } from './certificate.mjs';
import { Client, Wire } from './client.mjs';
import { Person, allTalk, readiness, together } from './cluster.mjs';
import {
  blockOfManual, findProgram, haproxyWith, nginxWith, startServer, substitute,
} from './manual.mjs';
import { Gate, Redis, skipRedis } from './redis.mjs';
import { Relay, freePort, scratchFolder, soon } from './relay.mjs';

/** @typedef {import('node:test').TestContext} TestContext */

/** An address of this machine that Redis does not take for itself. */
const outer = Object.values(os.networkInterfaces()).flatMap((list) => list ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

/** The addresses of the manual. @param {number[]} ports of the relays */
const places = (ports) => ({
  '10.0.0.11:8080': `127.0.0.1:${ports[0]}`,
  '10.0.0.12:8080': `127.0.0.1:${ports[1]}`,
  '10.0.0.13:8080': `127.0.0.1:${ports[2]}`,
});

/**
 * @param {string} folder
 * @param {number} port
 * @param {number[]} ports of the relays
 */
function configureHaproxy(folder, port, ports) {
  const { cert, key } = makeCertificate(folder, 'haproxy');
  const pem = path.join(folder, 'haproxy.pem');
  fs.writeFileSync(pem, fs.readFileSync(cert, 'utf8') + fs.readFileSync(key, 'utf8'));
  const block = blockOfManual('/etc/haproxy/haproxy.cfg for three relays');
  return haproxyWith(folder, substitute(block, {
    'bind :::443 v4v6': `bind 127.0.0.1:${port}`,
    '/etc/haproxy/call.example.pem': pem,
    ...places(ports),
    'inter 2s': 'inter 100ms', // a test need not wait
  }));
}

/** @type {(block: string) => typeof configureHaproxy} */
const nginxOf = (block) => (folder, port, ports) => {
  const { cert, key } = makeCertificate(folder, 'nginx');
  return nginxWith(folder, substitute(blockOfManual(block), {
    'listen 443 ssl;': `listen 127.0.0.1:${port} ssl;`,
    'listen [::]:443 ssl;': '',
    '/etc/letsencrypt/live/call.example/fullchain.pem': cert,
    '/etc/letsencrypt/live/call.example/privkey.pem': key,
    ...places(ports),
  }));
};

/** Three relays that can be started again where they were. */
class Three {
  /** @type {Relay[]} */
  relays = [];
  /** The ports for whoever watches them: on the others a PROXY header may come first. */
  metrics = [0, 0, 0];

  /**
   * @param {TestContext} t @param {string} program @param {typeof configureHaproxy} configure
   * @param {...string} options of the relays
   */
  static async start(t, program, configure, ...options) {
    const folder = scratchFolder(t);
    const three = new Three(t, [await freePort(), await freePort(), await freePort()],
      ['--address', '127.0.0.1', '--trust-proxy', '127.0.0.1', '--secret-file',
        path.join(folder, 'secret'), '--drain-s', '1', ...options]);
    for (let i = 0; i < 3; i++) await three.restart(i);
    three.port = await freePort();
    await startServer(t, three.port, program, ...configure(folder, three.port, three.ports));
    return three;
  }

  port = 0;

  /** @param {TestContext} t @param {number[]} ports @param {string[]} options */
  constructor(t, ports, options) {
    this.t = t;
    this.ports = ports;
    this.options = options;
  }

  /** @param {number} i */
  async restart(i) {
    this.metrics[i] = await freePort();
    this.relays[i] = await Relay.start(this.t, ...this.options, '--port', `${this.ports[i]}`,
      '--metrics-port', `${this.metrics[i]}`);
  }

  /** Waits until /readyz of a relay says yes, or no. @param {number} i @param {boolean} wanted */
  ready(i, wanted) {
    const url = `http://localhost:${this.metrics[i]}/`;
    return readiness(/** @type {Relay} */ ({ url }), wanted);
  }

  /** Waits until all of them are ready, or none is. @param {boolean} wanted */
  allReady(wanted) {
    return Promise.all([0, 1, 2].map((i) => this.ready(i, wanted)));
  }

  /** How many WebSockets a relay has. @param {number} i @returns {Promise<number>} */
  async clients(i) {
    const answer = await fetch(`http://localhost:${this.metrics[i]}/healthz`);
    return (await answer.json()).clients;
  }

  /** What stands in front of them, for clients. */
  get balancer() {
    return /** @type {Relay} */ ({ isSecure: true, port: this.port });
  }

  /**
   * A request to what stands in front of them.
   * @param {string} target
   */
  async get(target) {
    const wire = await Wire.connectTls(0, {
      socket: net.connect({ port: this.port, host: '127.0.0.1' }), port: undefined,
    });
    wire.write(`GET ${target} HTTP/1.1\r\nHost: call.example:${this.port}\r\n\r\n`);
    const response = await wire.response();
    wire.socket.destroy();
    return { ...response, text: response.body.toString() };
  }

  /** @param {string} room @param {number} count @param {string} wsPath */
  async people(room, count, wsPath) {
    const people = [];
    for (let i = 0; i < count; i++) {
      people.push(await Person.join(this.t, [this.balancer], room, { instance: i + 1 }, wsPath));
    }
    await together(people);
    return people;
  }
}

/** @type {[string, typeof configureHaproxy, string[]][]} */
const balancers = [
  ['haproxy', configureHaproxy, ['--proxy-protocol']],
  ['nginx', nginxOf('/etc/nginx/conf.d/peerface.conf for three relays'), []],
];

for (const [name, configure, more] of balancers) {
  const program = findProgram(name) ?? '';
  const skip = skipRedis || (program ? false : `no ${name} here`);

  test(`three relays behind ${name} are upgraded one by one, and nobody has left (R35)`, { skip },
    async (t) => {
      const redis = await Redis.start(t);
      const three = await Three.start(t, program, configure, ...more, '--redis', redis.url());
      const people = await three.people('tea', 6, '/call/ws');
      const ids = people.map(({ id }) => id);
      for (let i = 0; i < 3; i++) {
        assert.equal(await three.relays[i].end('SIGTERM'), 0);
        await three.restart(i);
        await three.ready(i, true);
        await together(people);
      }
      await allTalk(people);
      assert.deepEqual(people.map(({ id }) => id), ids);
      for (const { heard } of people) {
        assert.deepEqual(heard.filter(({ type }) => type === 'left'), []);
      }
    });

  test(`whoever was at a relay that is killed is led elsewhere by ${name}`, { skip }, async (t) => {
    const redis = await Redis.start(t);
    const three = await Three.start(t, program, configure, ...more, '--redis', redis.url());
    const people = await three.people('tea', 6, '/call/ws');
    const ids = people.map(({ id }) => id);
    await three.relays[2].end('SIGKILL');
    await together(people);
    assert.deepEqual(people.map(({ id }) => id), ids);
    for (let i = 0; i < 4; i++) {
      assert.equal((await three.get('/call/healthz')).status, 200, 'a request');
    }
  });

  test(`while Redis stands still ${name} leads to relays that live`, { skip }, async (t) => {
    const redis = await Redis.start(t);
    const three = await Three.start(t, program, configure, ...more, '--redis', redis.url());
    await three.allReady(true);
    redis.stop();
    await three.allReady(false);
    for (let i = 0; i < 8; i++) {
      const client = await Client.open(three.balancer, '/call/ws');
      await client.message('hello');
      client.drop();
    }
    redis.goOn();
  });
}

test('HAProxy leads nobody to a relay that is cut off from Redis', {
  skip: skipRedis || (findProgram('haproxy') ? false : 'no haproxy here'),
}, async (t) => {
  const redis = await Redis.start(t);
  const gate = await Gate.open(t, redis);
  const three = await Three.start(t, findProgram('haproxy') ?? '', configureHaproxy,
    '--proxy-protocol', '--redis', redis.url());
  await three.relays[0].end('SIGTERM');
  three.options.splice(three.options.indexOf(redis.url()), 1, gate.url);
  await three.restart(0);
  await three.allReady(true);
  gate.cut();
  await three.ready(0, false);
  let inTurn = 0; // HAProxy asks every 100 ms, and then leads nobody there
  while (inTurn < 9) {
    const before = await three.clients(0);
    await (await Client.open(three.balancer, '/call/ws')).message('hello');
    inTurn = await three.clients(0) === before ? inTurn + 1 : 0;
  }
});

test('Redis as the manual has it lets relays in that have the password, and nobody else', {
  skip: skipRedis,
}, async (t) => {
  const folder = scratchFolder(t);
  const host = outer ?? '127.0.0.1';
  const lines = substitute(blockOfManual('/etc/redis/redis.conf'), {
    'bind 10.0.0.2': `bind ${[...new Set([host, '127.0.0.1'])].join(' ')}`,
    PASSWORD: 'geheim',
  }).trim().split('\n').slice(1);
  const redis = await Redis.start(t, ...lines.flatMap((line) => {
    const [name, ...values] = line.split(' ');
    return [`--${name}`, ...values.map((value) => (value === '""' ? '' : value))];
  }));
  /** @param {number} i @param {string} password */
  const start = (i, password) => {
    const [file, config] = [path.join(folder, `redis${i}`), path.join(folder, `relay${i}.conf`)];
    fs.writeFileSync(file, `${password}\n`, { mode: 0o600 });
    fs.writeFileSync(config, substitute(blockOfManual('/etc/peerface/relay.conf of three relays'), {
      '10.0.0.2': `${host}:${redis.port}`,
      '/etc/peerface/redis': file,
      '/etc/peerface/secret': path.join(folder, 'secret'),
    }));
    return Relay.start(t, '--config', config);
  };
  const relays = [await start(0, 'geheim'), await start(1, 'geheim')];
  await Promise.all(relays.map((relay) => readiness(relay)));
  await together([await Person.join(t, [relays[0]], 'tea'),
    await Person.join(t, [relays[1]], 'tea', { instance: 2 })]);
  const stranger = await start(2, 'falsch');
  assert.match(await readiness(stranger, false), /a Redis server is down/);
  await assert.rejects(redis.command('KEYS', '*'), /NOAUTH/);
  await assert.rejects(redis.commandAs(['relay', 'geheim'], 'KEYS', '*'), /NOPERM/);
  await assert.rejects(redis.commandAs(['relay', 'geheim'], 'SET', 'other', '1'), /NOPERM/);
});

/* ---- without Redis ---- */

const withoutRedis = nginxOf('/etc/nginx/conf.d/peerface.conf without Redis');
const nginx = findProgram('nginx') ?? '';
const options = { skip: nginx ? false : 'no nginx here' };

/** Where a link leads: the path of its relay. @param {Three} three @param {string} link */
async function follow(three, link) {
  const { status, headers } = await three.get(link);
  assert.equal(status, 302);
  assert.equal(headers['cache-control'], 'no-store');
  const [, folder, query] = /^(\/r[123]\/)(.*)$/.exec(headers.location) ?? [];
  assert.equal(query, link.slice(1), 'the room and what else the link has');
  return folder;
}

test('without Redis, two people with the same link meet, and rooms are spread', options,
  async (t) => {
    const three = await Three.start(t, nginx, withoutRedis);
    const used = new Set();
    for (let i = 0; i < 12; i++) {
      const link = `/?room=room%20${i}&name=Ann`;
      const folder = await follow(three, link);
      assert.equal(await follow(three, link), folder, 'whoever comes with it later');
      const people = await three.people(`room ${i}`, 2, `${folder}ws`);
      await allTalk(people);
      used.add(folder);
    }
    assert.equal(used.size, 3);
    assert.match(await follow(three, '/'), /r[123]/);
  });

test('without Redis, the rooms of a dead relay say so, and go on when it is back', options,
  async (t) => {
    const three = await Three.start(t, nginx, withoutRedis);
    const people = await three.people('tea', 3, '/r2/ws');
    const others = await three.people('tea', 2, '/r1/ws');
    const ids = people.map(({ id }) => id);
    await three.relays[1].end('SIGKILL');
    const { status, headers, text } = await three.get('/r2/?room=tea');
    assert.equal(status, 503);
    assert.equal(headers['retry-after'], '5');
    assert.match(text, /does not answer/);
    await three.restart(1);
    await together(people);
    assert.deepEqual(people.map(({ id }) => id), ids);
    assert.deepEqual(others.map(({ closes }) => closes), [[], []], 'the other relay');
    await soon('a page', three.get('/r2/healthz').then((page) => assert.equal(page.status, 200)));
  });
