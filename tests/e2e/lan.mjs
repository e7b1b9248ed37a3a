/* lan.mjs - a network of its own for a test, which can really fail. */
/* SPDX-License-Identifier: MIT */
//
//   far  ----  router  ----  near         three network namespaces of Linux
//
// The relay is near, and so is everybody but the person whose network fails, who is far: whatever
// this person sends and receives passes the router. The machine's own network is left alone, so the
// browsers are driven through a bridge: a port here, whose bytes a process inside carries on.
//
// The names of the namespaces begin with the process id, and the addresses are only known inside:
// several such networks can exist on one machine.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { launch } from './browsers.mjs';

/**
 * @typedef {'far' | 'near'} Host
 * silence: packets are lost in both directions, without any error. link: the cable is pulled, and
 * the far machine notices. udp: like silence, but only media are lost.
 * @typedef {'silence' | 'link' | 'udp'} Cut
 */

const relayAddress = '10.77.2.2';
const relayPort = 8080;

/** @param {string} command @param {string[]} args */
const run = (command, args) =>
  execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
/** @param {...string} args */
const ip = (...args) => run('ip', args);
/** @param {...string} args */
const tc = (...args) => run('tc', args);

/** @returns {string} why there can be no such network here, '' if there can */
export function whyNoLan() {
  if (process.platform !== 'linux') return 'network namespaces are a feature of Linux';
  const name = `pf${process.pid}try`;
  try {
    ip('netns', 'add', name);
    ip('-n', name, 'link', 'add', 'one', 'type', 'veth', 'peer', 'name', 'two');
    return '';
  } catch (error) {
    const { stderr, message } = /** @type {any} */ (error);
    const reason = String(stderr || message).trim().split('\n')[0];
    return `network namespaces cannot be made here (${reason})`;
  } finally {
    try {
      ip('netns', 'del', name);
    } catch {} // it was never made
  }
}

const carry = `
  const socket = require('net').connect(process.argv[1], '127.0.0.1');
  process.stdin.pipe(socket).pipe(process.stdout);
  for (const end of ['error', 'close']) socket.on(end, () => process.exit());
`;

/** Deletes the networks of processes that were killed. */
function deleteOrphans() {
  for (const [name, pid] of ip('netns', 'list').matchAll(/\bpf(\d+)\w+/g)) {
    if (!fs.existsSync(`/proc/${pid}`)) ip('netns', 'del', name);
  }
}

export class Lan {
  /** @private @type {Map<string, Lan>} */
  static all = new Map();

  /** The network of that name in this process. */
  static get(name = 'chromium') {
    const known = Lan.all.get(name);
    if (known) return known;
    if (Lan.all.size === 0) deleteOrphans();
    const lan = new Lan(name);
    Lan.all.set(name, lan);
    return lan;
  }

  url = `http://${relayAddress}:${relayPort}/`;
  /** Of the browsers launched from now on. @type {import('./browsers.mjs').Camera | undefined} */
  camera;
  /** @private @type {Map<string, Promise<import('puppeteer-core').Browser>>} */
  browsers = new Map();
  /** @private @type {net.Server[]} */
  bridges = [];
  /** @private */
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-lan-'));
  /** @private */
  address = '10.77.1.2';

  /** @param {string} title */
  constructor(title) {
    /** @private */
    this.title = title;
    for (const name of ['router', 'far', 'near']) {
      ip('netns', 'add', this.name(name));
      this.in(name, 'link', 'set', 'lo', 'up');
    }
    for (const [name, net] of [['far', '10.77.1'], ['near', '10.77.2']]) {
      const other = ['peer', 'name', 'cable', 'netns', this.name(name)];
      this.in('router', 'link', 'add', name, 'type', 'veth', ...other);
      this.in('router', 'addr', 'add', `${net}.1/24`, 'dev', name);
      this.in('router', 'link', 'set', name, 'up');
      this.in(name, 'addr', 'add', `${net}.2/24`, 'dev', 'cable');
      this.in(name, 'link', 'set', 'cable', 'up');
      this.in(name, 'route', 'add', 'default', 'via', `${net}.1`);
    }
    this.forward(true);
  }

  /** @private @param {string} name of a namespace */
  name(name) {
    return `pf${process.pid}${this.title}${name}`;
  }

  /** @private @param {string} name @param {...string} args of ip */
  in(name, ...args) {
    return ip('-n', this.name(name), ...args);
  }

  /** @private @param {boolean} on */
  forward(on) {
    const command = `echo ${on ? 1 : 0} > /proc/sys/net/ipv4/ip_forward`;
    ip('netns', 'exec', this.name('router'), 'sh', '-c', command);
  }

  /** The words before a command that is to run there. @param {Host} host */
  prefix(host) {
    return ['ip', 'netns', 'exec', this.name(host)];
  }

  /** Where the relay runs. @returns {import('./relay.mjs').RelayPlace} */
  get relay() {
    return { prefix: this.prefix('near'), port: relayPort, url: this.url };
  }

  /** @param {Cut} how */
  cut(how) {
    if (how === 'silence') this.forward(false);
    else if (how === 'link') this.in('router', 'link', 'set', 'far', 'down');
    else this.in('router', 'rule', 'add', 'pref', '10', 'ipproto', '17', 'blackhole'); // UDP
  }

  /** Repairs everything. */
  mend() {
    this.forward(true);
    this.in('router', 'link', 'set', 'far', 'up');
    while (this.in('router', 'rule', 'show', 'pref', '10')) {
      this.in('router', 'rule', 'del', 'pref', '10');
    }
  }

  /**
   * What the far machine sends passes a link of that rate, with a queue of 200 ms.
   * @param {number} kbps 0: of any rate
   */
  narrow(kbps) {
    const far = (/** @type {string} */ action, /** @type {string[]} */ ...args) =>
      tc('-n', this.name('far'), 'qdisc', action, 'dev', 'cable', ...args);
    if (far('show').includes('tbf')) far('del', 'root');
    if (kbps === 0) return;
    far('add', 'root', 'tbf', 'rate', `${kbps}kbit`, 'burst', '5kb', 'latency', '200ms');
  }

  /** The far machine moves to another network: its address changes. */
  move() {
    const last = this.address;
    this.address = last === '10.77.1.2' ? '10.77.1.3' : '10.77.1.2';
    this.in('far', 'addr', 'del', `${last}/24`, 'dev', 'cable');
    this.in('far', 'addr', 'add', `${this.address}/24`, 'dev', 'cable');
    this.in('far', 'route', 'replace', 'default', 'via', '10.77.1.1');
  }

  /**
   * A browser there, that stays open.
   * @param {Host} host @param {import('./browsers.mjs').Engine} engine
   */
  browser(host, engine) {
    const key = `${host} ${engine}`;
    let launched = this.browsers.get(key);
    if (!launched) {
      launched = this.bridge(host).then((port) =>
        launch(engine, 'granted', {
          prefix: this.prefix(host),
          port,
          origin: new URL(this.url).origin,
          scratch: this.scratch,
          camera: this.camera,
        }),
      );
      this.browsers.set(key, launched);
    }
    return launched;
  }

  /**
   * A port here that is the same port inside.
   * @private @param {Host} host @returns {Promise<number>}
   */
  bridge(host) {
    return new Promise((resolve, reject) => {
      const server = net.createServer((socket) => {
        const { port } = /** @type {net.AddressInfo} */ (server.address());
        const inside = [process.execPath, '-e', carry, String(port)];
        const [command, ...args] = [...this.prefix(host), ...inside];
        const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
        socket.pipe(child.stdin);
        child.stdout.pipe(socket);
        for (const stream of [socket, child.stdin]) stream.on('error', () => child.kill());
        socket.on('close', () => child.kill());
      });
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        this.bridges.push(server);
        resolve(/** @type {net.AddressInfo} */ (server.address()).port);
      });
    });
  }

  static async closeAll() {
    const all = [...Lan.all.values()];
    Lan.all.clear();
    for (const lan of all) await lan.close();
  }

  /** @private */
  async close() {
    this.mend();
    for (const launched of this.browsers.values()) await (await launched).close().catch(() => {});
    for (const bridge of this.bridges) bridge.close();
    for (const name of ['far', 'near', 'router']) ip('netns', 'del', this.name(name));
    fs.rmSync(this.scratch, { recursive: true, force: true });
  }
}
