/* company.js - who is in the call and what they do: seen, heard and said when it happens. */
/* SPDX-License-Identifier: MIT */

import { Expressions, reactions, renderHand } from './expressions.js';
import { Hosting } from './hosting.js';
import { visibleName } from './names.js';
import { part } from './picture.js';
import { PeopleList } from './people.js';
import { ownId } from './own-id.js';
import { obstacleKey, qualityKey } from './quality.js';
import { Toasts } from './toasts.js';

/** @typedef {import('../peerface.js').Peer} Peer */
/** @typedef {import('../peerface.js').Reaction} Reaction */
/** @typedef {import('./i18n.js').Texts} Texts */
/** @typedef {import('./i18n.js').Key} Key */
/** @typedef {import('./people.js').Person} Person */

/**
 * @typedef {object} CompanyHooks
 * @property {(text: string) => void} say to a screen reader
 * @property {(name: string) => boolean} rename oneself; false: the name cannot be used
 * @property {import('./hosting.js').HostingHooks['host']} host does what a host may do
 * @property {(name: string) => Promise<boolean>} mayRemove asks whether to
 * @property {(raised: boolean) => void} raiseHand
 * @property {(kind: Reaction) => void} react
 * @property {(sound: import('./sounds.js').Sound) => boolean} soundsOn
 * @property {(id: string) => boolean} hasTold whether that peer has said what its sources are
 */

/**
 * @typedef {object} OwnView
 * @property {string} id one's own; '' before the first `joined`
 * @property {string} name as typed
 * @property {number} hand
 * @property {Peer['microphone']|null} microphone
 * @property {Peer['camera']|null} camera
 * @property {boolean} sharing one's screen
 * @property {import('./hosting.js').Terms} [terms] undefined: one is in no room
 */

/** @type {Partial<Record<Peer['state'], Key>>} */
const connectionKeys = {
  connecting: 'peerConnecting',
  unstable: 'peerUnstable',
  reconnecting: 'peerReconnecting',
  unreachable: 'peerUnreachable',
};

/** By then most connections have been made. */
const newsDelayMs = 1000;

export class Company {
  #root;
  #texts;
  #say;
  #toasts;
  #soundsOn;
  #hasTold;
  /** @type {import('./sounds.js').Sounds|undefined} */
  #sounds;
  #list;
  #hosting;
  #expressions;
  /** @type {Map<string, Peer>} everybody who is shown, by id */
  #peers = new Map();
  /** @type {Map<string, ReturnType<typeof toldOf>>} what was last said of them */
  #told = new Map();
  /** One has entered, and been told who is there. */
  #inside = false;
  /** News that waits until the connection has been made. @type {(() => void)[]} */
  #waiting = [];
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /**
   * @param {HTMLElement} root of the call screen
   * @param {Texts} texts
   * @param {CompanyHooks} hooks
   */
  constructor(root, texts, hooks) {
    this.#root = root;
    this.#texts = texts;
    this.#say = hooks.say;
    this.#toasts = new Toasts(part(root, '.toasts', HTMLElement));
    this.#soundsOn = hooks.soundsOn;
    this.#hasTold = hooks.hasTold;
    this.#list = new PeopleList(part(root, '.peoplePanel', HTMLElement), texts, {
      rename: hooks.rename,
      appoint: (id) => hooks.host('appoint', { id }),
      remove: async (id, name) => {
        if (await hooks.mayRemove(name)) hooks.host('remove', { id });
      },
    });
    this.#hosting = new Hosting(root, texts, {
      host: hooks.host,
      tell: (text) => this.tell(text),
      knocked: (text) => {
        this.#say(text);
        this.#sounds?.play('come');
      },
    });
    this.#expressions = new Expressions(root, texts, hooks);
  }

  /**
   * A short message that people see, and a screen reader says.
   * @param {string} text
   */
  tell(text) {
    this.#toasts.show(text);
    this.#say(text);
  }

  /**
   * One is in the room: who is there already is one sentence, and no news.
   * @param {string} place
   * @param {Iterable<Peer>} peers
   */
  entered(place, peers) {
    this.#inside = true;
    /** @type {string[]} */
    const names = [];
    for (const peer of peers) {
      this.#told.set(peer.id, toldOf(peer));
      names.push(this.#nameOf(peer));
    }
    // The first list that a browser formats takes it as long as some steps of a connection.
    const people = names.length > 1 ? new Intl.ListFormat(this.#texts.language).format(names)
      : names[0];
    this.#say(names.length ? this.#texts.get('saidEnteredWith', { room: place, people })
      : this.#texts.get('saidEntered', { room: place }));
  }

  /**
   * So do showing and playing what is new, which often comes with a connection that is being made:
   * that goes first.
   * @param {() => void} show
   */
  #showLater(show) {
    this.#waiting.push(show);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const each of this.#waiting.splice(0)) each();
    }, newsDelayMs);
  }

  /** @param {Peer} peer who is new or has changed */
  show(peer) {
    this.#peers.set(peer.id, peer);
    const before = this.#told.get(peer.id);
    this.#told.set(peer.id, toldOf(peer));
    if (!this.#inside) return;
    if (!before) {
      this.#news('saidJoined', peer, 'come');
    } else {
      this.#tellChange(before, peer);
    }
  }

  /**
   * @param {ReturnType<typeof toldOf>} before
   * @param {Peer} peer
   */
  #tellChange(before, peer) {
    if (before.name !== peer.name) {
      this.tell(this.#texts.get('saidRenamed', {
        before: visibleName(before.name, this.#texts.get('guest')), name: this.#nameOf(peer),
      }));
    }
    if (!before.host && peer.role === 'host') this.#news('saidHost', peer);
    if (!before.hand && peer.hand) {
      this.#news('saidHand', peer, 'hand');
    }
    const { sharing } = toldOf(peer);
    if (before.sharing !== sharing) this.#news(sharing ? 'saidShares' : 'saidSharesNoMore', peer);
  }

  /**
   * @param {Peer} peer
   * @param {boolean} left false: it is not this peer who has left
   */
  remove(peer, left) {
    this.#peers.delete(peer.id);
    this.#told.delete(peer.id);
    if (!left || !this.#inside) return;
    this.#news('saidLeft', peer, 'go');
  }

  /** Adds what is loaded later. @param {typeof import('./captured.js')} captured */
  complete({ Sounds }) {
    this.#sounds = new Sounds(this.#soundsOn);
  }

  /** @param {Peer|null} peer the host who has muted everybody */
  muted(peer) {
    const name = peer ? this.#nameOf(peer) : this.#texts.get('host');
    this.tell(this.#texts.get('saidHostMuted', { name }));
  }

  /** A message has come, and the person wants to hear that. */
  soundMessage() {
    this.#sounds?.play('message');
  }

  /** @param {ReadonlySet<string>} ids of the peers who speak now; `ownId` is oneself */
  spoke(ids) {
    /** @type {NodeListOf<HTMLElement>} */
    const tiles = this.#root.querySelectorAll('.stage .tile');
    for (const tile of tiles) {
      tile.dataset.speaking = String(ids.has(tile.dataset.peer ?? ownId));
    }
    this.#list.spoke(ids);
  }

  /** One is in no room any more, or in another one. */
  clear() {
    this.#inside = false;
    this.#peers.clear();
    this.#told.clear();
    this.#waiting = [];
    this.#toasts.clear();
  }

  /**
   * @param {Peer|null} peer null: oneself
   * @param {Reaction} kind
   */
  reacted(peer, kind) {
    const selector = peer ? `.tile[data-peer="${peer.id}"]` : '.stage .own';
    const tile = this.#root.querySelector(selector);
    if (tile instanceof HTMLElement) this.#expressions.show(tile, kind);
    if (!peer || !reactions[kind]) return;
    this.#say(this.#texts.get('saidReaction', {
      name: this.#nameOf(peer), reaction: this.#texts.get(reactions[kind].key),
    }));
  }

  /** @param {OwnView} own */
  render(own) {
    this.#expressions.render(own.hand);
    for (const [id, peer] of this.#peers) {
      const tile = this.#root.querySelector(`.tile[data-peer="${id}"]`);
      if (tile instanceof HTMLElement) renderHand(tile, peer.hand);
    }
    renderHand(part(this.#root, '.stage .own', HTMLElement), own.hand);
    this.#hosting.render(own.terms);
    const me = { ...own, host: own.terms?.host, hosting: own.terms?.host && own.terms.joined,
      own: true, name: visibleName(own.name, this.#texts.get('guest')),
      connection: /** @type {const} */ ('') };
    this.#list.render([me, ...[...this.#peers.values()].map((peer) => this.#personOf(peer))]);
  }

  /**
   * @param {Peer} peer
   * @returns {Person}
   */
  #personOf(peer) {
    const told = this.#hasTold(peer.id);
    return {
      id: peer.id,
      name: this.#nameOf(peer),
      own: false,
      hand: peer.hand,
      microphone: knownSource(peer, 'microphone', told),
      camera: knownSource(peer, 'camera', told),
      sharing: toldOf(peer).sharing,
      host: peer.role === 'host',
      able: peer.hostSupported,
      connection: obstacleKey(peer) || connectionKeys[peer.state]
        || (peer.away ? 'peerAway' : qualityKey(peer, ['weak', 'bad']) ?? ''),
    };
  }

  /** @param {Peer} peer */
  #nameOf(peer) {
    return visibleName(peer.name, this.#texts.get('guest'));
  }

  /**
   * @param {Key} key
   * @param {Peer} peer
   * @param {import('./sounds.js').Sound} [sound]
   */
  #news(key, peer, sound) {
    const text = this.#texts.get(key, { name: this.#nameOf(peer) });
    this.#say(text);
    this.#showLater(() => {
      this.#toasts.show(text);
      if (sound) this.#sounds?.play(sound);
    });
  }
}

/**
 * What the list says of a peer's source; null: nothing, since the peer has not said it yet.
 * @param {Pick<Peer, 'state'|'microphone'|'camera'>} peer
 * @param {'microphone'|'camera'} kind
 * @param {boolean} told the peer has said what its sources are
 */
export function knownSource(peer, kind, told) {
  return peer.state === 'connecting' || (peer[kind] === 'none' && !told) ? null : peer[kind];
}

/** @param {Peer} peer */
function toldOf({ name, hand, screen, role }) {
  return { name, hand, sharing: screen === 'on', host: role === 'host' };
}
