/* peerface-streams.js - the tracks of peers and of oneself, and what is known of connections. */
/* SPDX-License-Identifier: MIT */

/*
 * A part of peerface.js, which is served as one file with it.
 */

/**
 * How one's own picture is sent to a peer; not at all with `kbps` 0. `asked` is the width that the
 * peer shows it with.
 * @typedef {{asked: number, kbps: number, scale: number, frameRate: number}} Encoding
 */
/**
 * The last sample of a connection, of 2 s; 0, NaN or undefined where the browser does not tell.
 * `limitation` and `encodeMs` are of one's own camera, `width` is of the peer's, as received.
 * @typedef {object} Sample
 * @property {number} roundTripMs
 * @property {number} lostOutPercent  of what is sent
 * @property {number} lostInPercent  of what is received
 * @property {number} availableKbps  the browser's estimate of what could be sent
 * @property {string} limitation  RTCOutboundRtpStreamStats.qualityLimitationReason
 * @property {number} encodeMs  per frame
 * @property {number} width
 */
/**
 * null: not sampled or not set yet, or the picture has never been sent.
 * @typedef {{sample: Sample|null, camera: Encoding|null, screen: Encoding|null}} PeerStats
 */
/** @typedef {import('./peerface.js').Peer} Peer */

/**
 * Makes `track` the only one of its kind.
 * @param {MediaStream} stream
 * @param {'audio'|'video'} kind
 * @param {MediaStreamTrack|null} track
 */
export function setTrack(stream, kind, track) {
  for (const old of stream.getTracks()) {
    if (old.kind === kind && old !== track) stream.removeTrack(old);
  }
  if (track) stream.addTrack(track);
}

/**
 * The glue's entry.
 * @typedef {object} Connection
 * @property {RTCPeerConnection|null} pc
 * @property {MediaStream} remote
 * @property {MediaStream} remoteScreen
 * @property {RTCDataChannel[]} channels  the core's, the reliable and the lossy one, files
 * @property {Sample|null} sample
 * @property {Encoding[]} encodings  by source
 */

/**
 * From now on the peer is heard and seen by this connection.
 * @param {Connection} connection
 * @param {Peer} peer
 */
export function connectPeer(connection, peer) {
  moveTracks(connection, 'remote', peer.stream);
  moveTracks(connection, 'remoteScreen', peer.screenStream);
  heardBy.set(peer, connection);
}

/** @param {Peer} peer */
export const channelsOf = (peer) => heardBy.get(peer)?.channels;

/**
 * @param {Peer} peer
 * @returns {PeerStats}
 */
export function statsOf(peer) {
  const connection = heardBy.get(peer);
  const [, camera = null, screen = null] = connection?.encodings ?? [];
  return { sample: connection?.sample ?? null, camera, screen };
}

/** @type {WeakMap<Peer, Connection>} the one that a peer's tracks come from */
const heardBy = new WeakMap();

/**
 * @param {string} id
 * @returns {Peer} without what the core knows of it
 */
export function makePeer(id) {
  return /** @type {Peer} */ ({
    id,
    stream: new MediaStream(),
    screenStream: new MediaStream(),
    get level() { return levelOf(heardBy.get(/** @type {Peer} */ (this))?.pc); },
  });
}

/** A packet that was played longer ago says nothing of this moment. */
const levelAgeMs = 500;

/**
 * RTCRtpReceiver.getSynchronizationSources() of the microphone's section, the first with sound.
 * @param {RTCPeerConnection|null|undefined} pc
 */
function levelOf(pc) {
  const receiver = pc?.getReceivers().find(({ track }) => track.kind === 'audio');
  const [source] = receiver?.getSynchronizationSources() ?? [];
  if (!source) return 0;
  const ageMs = performance.timeOrigin + performance.now() - source.timestamp;
  return ageMs < levelAgeMs ? source.audioLevel ?? 0 : 0;
}

/**
 * Makes `stream` the one that holds the remote tracks of this connection, and not an earlier one's.
 * @param {Connection} connection
 * @param {'remote'|'remoteScreen'} which
 * @param {MediaStream} stream
 */
function moveTracks(connection, which, stream) {
  if (connection[which] === stream) return;
  for (const track of stream.getTracks()) stream.removeTrack(track);
  for (const track of connection[which].getTracks()) stream.addTrack(track);
  connection[which] = stream;
}

/** Whether it has been looked for what earlier pages have left; once is enough for a page. */
let isTidy = false;

/** What they have received and not saved is removed, by code that is loaded for that alone. */
async function tidy() {
  if (isTidy) return;
  isTidy = true;
  try {
    const root = await navigator.storage.getDirectory();
    await root.getDirectoryHandle('peerface');
    await (await import('./peerface-files.js')).removeLeftovers();
  } catch { // there is nothing, or it must not be seen
  }
}

/** A room's files; their code is loaded by the first. */
export class Files {
  #room;
  #core;
  /** @type {import('./peerface-files.js').Files|undefined} */
  #files;
  /** @type {Promise<import('./peerface-files.js').Files>|undefined} */
  #loading;

  /**
   * @param {import('./peerface.js').Room} room
   * @param {() => import('./peerface-files.js').FilesCore} core
   */
  constructor(room, core) {
    this.#room = room;
    this.#core = core;
    tidy();
  }

  load() {
    return this.#loading ??= import('./peerface-files.js').then(({ Files }) => {
      return this.#files = new Files(this.#room, this.#core(), channelsOf);
    }).catch((error) => {
      this.#loading = undefined; // the next one tries again
      throw error;
    });
  }

  /** @param {Parameters<import('./peerface-files.js').Files['show']>} shown */
  show(...shown) {
    if (this.#files) this.#files.show(...shown);
    else this.load().then((files) => files.show(...shown)).catch(() => {});
  }
}
