/* memory.mjs - what a call must keep while something fails, and what its members are shown. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';

/** @typedef {import('./person.mjs').Person} Person */

/**
 * What must not change: who is there for whom, and the connections. From here on every tile of
 * theirs that is added or removed is counted.
 * @param {Person[]} people
 */
export const remember = (people) =>
  Promise.all(
    people.map(async (person) => {
      const ids = (await person.peers()).map(({ id }) => id);
      await person.ask((known) => {
        const host = /** @type {any} */ (window);
        const tiles = /** @type {Element} */ (document.querySelector('#peers'));
        host.tilesChanged = 0;
        new MutationObserver((records) => {
          for (const { addedNodes, removedNodes } of records) {
            host.tilesChanged += [...addedNodes, ...removedNodes].filter((node) =>
              known.includes(/** @type {HTMLElement} */ (node).dataset?.peer)).length;
          }
        }).observe(tiles, { childList: true });
      }, ids);
      return { person, ids, summary: await person.summary() };
    }),
  );

/**
 * Nobody has left, and no connection is another one.
 * @param {Awaited<ReturnType<typeof remember>>} memory
 */
export async function nothingLost(memory) {
  for (const { person, ids, summary } of memory) {
    const { name } = person;
    assert.deepEqual((await person.peers()).map(({ id }) => id), ids, `the peers of ${name}`);
    const changes = await person.ask(() => /** @type {any} */ (window).tilesChanged);
    assert.equal(changes, 0, `no tile of ${name} came or went`);
    const { connectionsEver } = await person.summary();
    assert.equal(connectionsEver, summary.connectionsEver, `${name} opened another connection`);
  }
}

/** Every picture moves. @param {Person[]} people */
export const allPlaying = (people) =>
  Promise.all(
    people.map(async (person) => {
      const peers = await person.waitForPeers(people.length - 1);
      await Promise.all(peers.map((peer) => person.videoPlaying(peer.id)));
    }),
  );

/**
 * From here on each page notes what it says of others and of its own connection to the relay. Runs
 * in the page.
 */
function noteWhatIsShown() {
  const host = /** @type {any} */ (window);
  const shown = (host.shown = {
    since: performance.now(),
    sockets: host.probe.sockets.length,
    away: /** @type {{id: string, from: number, to: number}[]} */ ([]),
    notices: /** @type {string[]} */ ([]),
  });
  const look = () => {
    const at = performance.now() - shown.since;
    for (const { id, away } of host.probe.peers()) {
      const open = shown.away.find((entry) => entry.id === id && entry.to === 0);
      if (away === 'true' && !open) shown.away.push({ id, from: at, to: 0 });
      if (away !== 'true' && open) open.to = at;
    }
    const notice = document.querySelector('#notice')?.getAttribute('data-notice') ?? '';
    if (notice !== (shown.notices.at(-1) ?? '')) shown.notices.push(notice);
  };
  new MutationObserver(look).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: ['data-away', 'data-notice'],
  });
}

/** Every picture of a call, as who sees whom. @param {Person[]} people */
export async function picturesOf(people) {
  const pictures = [];
  for (const person of people) {
    for (const other of people) {
      if (person !== other) pictures.push({ person, other, id: await person.idOf(other.name) });
    }
  }
  return pictures;
}

/** @param {Person} person @param {number} since how often it has been let in */
const joins = (person, since = 0) =>
  person.ask((from) => /** @type {any} */ (window).probe.wire.filter(
    (/** @type {any} */ { way, text, at }) =>
      way === 'in' && at > from && text.startsWith('{"type":"joined"')).length, since);

/** Looks at a call from a moment on: how long its pictures stand still, and what its pages say. */
export class Watch {
  /**
   * @param {Person[]} people who see each other
   */
  static async begin(people) {
    const watch = new Watch(people, await picturesOf(people));
    await Promise.all(people.map((person) => person.ask(noteWhatIsShown)));
    watch.before = await watch.packets();
    watch.since = new Map(await Promise.all(people.map(async (person) =>
      /** @type {[Person, number]} */ ([person, await person.now()]))));
    return watch;
  }

  /** Packets of pictures that had been lost before, and pictures decoded. */
  before = { lost: 0, frames: 0 };
  /** @type {Map<Person, number>} in each browser's own time */
  since = new Map();

  /** @param {Person[]} people @param {Awaited<ReturnType<typeof picturesOf>>} pictures */
  constructor(people, pictures) {
    this.people = people;
    this.pictures = pictures;
  }

  /** Waits until these people have been let in again. @param {Person[]} people */
  returned(people = this.people) {
    return Promise.all(people.map((person) => person.sees(
      'that it has been let in again',
      (from) => /** @type {any} */ (window).probe.wire.some(
        (/** @type {any} */ { way, text, at }) =>
          way === 'in' && at > from && text.startsWith('{"type":"joined"')),
      [this.since.get(person)],
    )));
  }

  /** Waits until nobody is shown as away, and no page says anything of its relay. */
  whole() {
    return Promise.all(this.people.map(async (person) => {
      await person.notice('');
      await Promise.all(this.pictures.filter((picture) => picture.person === person)
        .map(({ id }) => person.tile(id, { away: 'false' })));
    }));
  }

  /** How often each was let in. @returns {Promise<Map<Person, number>>} */
  async returns() {
    return new Map(await Promise.all(this.people.map(async (person) =>
      /** @type {[Person, number]} */ ([person, await joins(person, this.since.get(person))]))));
  }

  /** How many packets of pictures were lost ever, and how many pictures decoded. */
  async packets() {
    const flows = await Promise.all(this.pictures.map(({ person, id }) => person.flow(id)));
    return flows.reduce((sum, { lost, decoded }) => (
      { lost: sum.lost + lost, frames: sum.frames + decoded }), { lost: 0, frames: 0 });
  }

  /** The same since the beginning. */
  async loss() {
    const now = await this.packets();
    return { lost: now.lost - this.before.lost, frames: now.frames - this.before.frames };
  }

  /** The longest gap of every picture so far. */
  gaps() {
    return Promise.all(this.pictures.map(async ({ person, other, id }) => ({
      who: `${person.name} sees ${other.name}`,
      ms: Math.round(await person.gap(id, this.since.get(person) ?? 0)),
    })));
  }

  /** What the pages have said: who was away when, and what of their relay. */
  async said() {
    const lines = [];
    for (const person of this.people) {
      const { away, notices } = await person.ask(() => /** @type {any} */ (window).shown);
      for (const { id, from, to } of away) {
        const other = this.pictures.find((picture) =>
          picture.person === person && picture.id === id)?.other.name ?? id;
        const end = to === 0 ? 'on' : `to ${(to / 1000).toFixed(1)} s`;
        const start = (from / 1000).toFixed(1);
        lines.push(`${person.name} is shown ${other} as away from ${start} ${end}`);
      }
      const named = notices.filter(Boolean);
      if (named.length > 0) lines.push(`${person.name} is shown ${named.join(', ')}`);
    }
    return lines;
  }
}
