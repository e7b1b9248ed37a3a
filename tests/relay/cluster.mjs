/* cluster.mjs - several relays over Redis, and people in rooms of them. */
/* SPDX-License-Identifier: MIT */
import path from 'node:path';
import { Client } from './client.mjs';
import { Relay, scratchFolder, soon } from './relay.mjs';

/** @typedef {import('./client.mjs').Message} Message */

/**
 * Waits until /readyz says yes, or no.
 * @param {Relay} relay
 * @param {boolean} [wanted]
 * @returns {Promise<string>} what it says
 */
export async function readiness(relay, wanted = true) {
  return soon(`/readyz to say ${wanted ? 'yes' : 'no'}`, (async () => {
    for (;;) {
      const response = await fetch(`${relay.url}readyz`);
      const text = await response.text();
      if ((response.status === 200) === wanted) return text;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })());
}

export class Cluster {
  /** @type {Relay[]} */
  relays = [];

  /**
   * @param {import('node:test').TestContext} t
   * @param {string[]} options of every relay
   */
  constructor(t, options) {
    this.t = t;
    this.options = ['--secret-file', path.join(scratchFolder(t), 'secret'), '--log-level', 'info',
      ...options];
  }

  /**
   * As many relays as are wanted, all of them ready.
   * @param {import('node:test').TestContext} t
   * @param {number} count
   * @param {string[]} urls
   * @param {...string} options
   */
  static async start(t, count, urls, ...options) {
    const cluster = new Cluster(t, [...urls.flatMap((url) => ['--redis', url]), ...options]);
    for (let i = 0; i < count; i++) await cluster.add();
    await Promise.all(cluster.relays.map((relay) => readiness(relay)));
    return cluster;
  }

  /** One more relay, with these options as well. @param {...string} options */
  async add(...options) {
    const relay = await Relay.start(this.t, ...this.options, ...options);
    this.relays.push(relay);
    return relay;
  }
}

/** @param {Relay} relay */
async function isReady(relay) {
  try {
    return (await fetch(`${relay.url}readyz`)).ok;
  } catch {
    return false; // it has ended
  }
}

/**
 * A member that notes who is in the room, answers pings, and resumes with its ticket, as pages do:
 * at the first relay of its list that is ready, to which a balancer would lead it.
 */
export class Person {
  /** @type {Map<string, Message>} */
  others = new Map();
  /** Everything that has been received, besides pings. @type {Message[]} */
  heard = [];
  /** The codes with which it has been closed. @type {number[]} */
  closes = [];
  id = '';
  ticket = '';
  /** @type {Message | undefined} */
  room = undefined;
  isIn = false;
  isOver = false;
  /** @type {Client | null} */
  client = null;
  path = '/ws';

  /**
   * Joins, and is in the room when this is fulfilled.
   * @param {import('node:test').TestContext} t
   * @param {Relay[]} relays where it may be, the first one first
   * @param {string} room
   * @param {Message} [more] for its `join`
   * @param {string} [wsPath]
   */
  static async join(t, relays, room, more = {}, wsPath = '/ws') {
    const person = new Person(relays, { type: 'join', room, name: 'Ann', instance: 1, ...more });
    person.path = wsPath;
    t.after(() => person.end());
    person.#live().catch((error) => (person.failure = error));
    await person.until('joined', () => person.isIn);
    return person;
  }

  /** @param {Relay[]} relays @param {Message} join */
  constructor(relays, join) {
    this.relays = relays;
    this.join = join;
    /** @type {Error | undefined} */
    this.failure = undefined;
  }

  async #live() {
    while (!this.isOver) {
      try {
        const client = await Client.open(await this.#choose(), this.path);
        this.client = client;
        if (this.isOver) client.drop();
        client.send({ ...this.join, ...(this.ticket ? { ticket: this.ticket } : {}) });
        await this.#listen(client);
      } catch {
        this.closes.push(1006);
      }
      this.isIn = false;
      this.client = null;
      if (!this.isOver) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #choose() {
    if (this.relays.length === 1) return this.relays[0];
    for (const relay of this.relays) if (await isReady(relay)) return relay;
    return this.relays[0];
  }

  /** Until it is closed. @param {Client} client */
  async #listen(client) {
    for (;;) {
      const { opcode, payload } = await client.next();
      if (opcode === 8) {
        this.closes.push(payload.length >= 2 ? payload.readUInt16BE(0) : 1005);
        client.drop();
        return;
      }
      const message = JSON.parse(payload.toString());
      if (message.type === 'ping') client.send({ type: 'pong' });
      else this.#take(message);
    }
  }

  /** @param {Message} message */
  #take(message) {
    this.heard.push(message);
    if (message.type === 'joined') {
      this.id = message.self;
      this.isIn = true;
      this.others = new Map(message.members.map((/** @type {Message} */ m) => [m.id, m]));
    }
    if (message.ticket) this.ticket = message.ticket;
    if (message.type === 'joined' || message.type === 'room') this.room = message.room ?? message;
    if (message.type === 'member') this.others.set(message.id, message);
    if (message.type === 'left') this.others.delete(message.id);
  }

  /**
   * Waits until something is so, which may be about others as well.
   * @param {string} what
   * @param {() => unknown} isSo
   * @param {number} [patienceMs]
   */
  async until(what, isSo, patienceMs = 30000) {
    const end = Date.now() + patienceMs;
    while (!isSo()) {
      if (Date.now() > end) throw new Error(`waited in vain for ${what}; ${this.describe()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  describe() {
    return JSON.stringify({ id: this.id, isIn: this.isIn, closes: this.closes,
      others: [...this.others.values()], last: this.heard.slice(-3),
      failure: this.failure?.message });
  }

  /** Who it thinks is in the room and connected, itself included, sorted. */
  get roster() {
    return [this.id, ...[...this.others.values()].filter(({ away }) => !away).map(({ id }) => id)]
      .sort().join();
  }

  /** @param {Message} message */
  send(message) {
    this.client?.send(message);
  }

  /** Leaves as somebody who closes the page. */
  end() {
    this.isOver = true;
    this.client?.drop();
  }

  /**
   * Those who have been shown as gone or away since `index` of what it has heard.
   * @param {number} index
   */
  lossesSince(index) {
    return this.heard.slice(index).filter(({ type, away }) => type === 'left' || away);
  }
}

/**
 * Waits until everybody's roster has exactly these people.
 * @param {Person[]} people
 * @param {number} [patienceMs]
 */
export async function together(people, patienceMs) {
  const isWhole = () => {
    const wanted = people.map(({ id }) => id).sort().join();
    return people.every((person) => person.isIn && person.roster === wanted);
  };
  await Promise.all(people.map((person) =>
    person.until('everybody to be there', isWhole, patienceMs).catch((error) => {
      throw new Error(`${error.message}\n${people.map((p) => p.describe()).join('\n')}`);
    })));
}

/**
 * Waits until everybody can signal to everybody. What is sent while connections are made anew may
 * be lost, and is sent again, as people's pages do.
 * @param {Person[]} people
 */
export async function allTalk(people) {
  for (let attempt = 0; ; attempt++) {
    const mark = `${attempt} ${Math.random()}`;
    for (const from of people) {
      for (const to of people) {
        if (from !== to) from.send({ type: 'signal', to: to.id, mark });
      }
    }
    try {
      for (const to of people) {
        await to.until('a signal of everybody', () => people.every((from) => from === to
          || to.heard.some((message) => message.mark === mark && message.from === from.id)), 2000);
      }
      return;
    } catch (error) {
      if (attempt === 10) throw error;
    }
  }
}

/**
 * The relay that owns the room.
 * @param {Relay[]} relays
 * @returns {Promise<Relay>}
 */
export async function ownerOf(relays) {
  for (const relay of relays) if ((await relay.health()).rooms > 0) return relay;
  throw new Error('nobody owns the room');
}
