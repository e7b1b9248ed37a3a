/* peer.mjs - a member of a room by werift: as much of the protocol as a call needs. */
/* SPDX-License-Identifier: MIT */
//
// It connects to the member under test only, sends it what was recorded, asks for a width over the
// data channel, and keeps what arrives.
import { createRequire } from 'node:module';
import { Feedback } from './feedback.mjs';
import { Player } from './player.mjs';
import { Picture, Sound } from './streams.mjs';

/** @typedef {import('./player.mjs').Track} Track */

// Packages that are not there for whoever only runs the tests.
const load = createRequire(import.meta.url);
const {
  RTCPeerConnection, RTP_EXTENSION_URI, useAbsSendTime, useNACK, useOPUS, usePLI, useSdesMid,
  useTransportWideCC, useTWCC, useVP8,
} = load('werift');
const { WebSocket } = load('ws');

const audioHeader = 12; // bytes of an RTP header
const hiddenMs = 2000; // section 5.2: a picture that is not shown for so long is not sent

const media = () => ({
  iceServers: [],
  iceUseIpv6: false,
  codecs: {
    audio: [useOPUS({ rtcpFeedback: [useTWCC()] })],
    video: [useVP8({ rtcpFeedback: [useNACK(), usePLI(), useTWCC()] })],
  },
  headerExtensions: {
    audio: [useSdesMid(), useTransportWideCC()],
    video: [useSdesMid(), useAbsSendTime(), useTransportWideCC()],
  },
});

export class Peer {
  instance = 1 + Math.floor(Math.random() * 2 ** 31);
  connected = false;
  picture = new Picture(() => this.askKeyFrame());
  sound = new Sound();
  /** What the member under test asks for, and when. @type {{at: number, camera: number}[]} */
  asked = [];
  /** Everything that went wrong. @type {string[]} */
  problems = [];
  /** @private @type {any} */
  other = null;
  /** @private @type {any} */
  pc = null;
  /** @private @type {any} */
  channel = null;
  /** @private */
  epoch = 0;
  /** @private */
  offerNumber = 0;
  /** @private the candidates that came before their description @type {any[]} */
  early = [];
  /** @private */
  isDescribed = false;
  /** @private @type {object | null} */
  answered = null;
  /** The width that it asks for. */
  camera = 640;
  /** @private */
  work = Promise.resolve();

  /**
   * @param {object} options
   * @param {string} options.url of the relay's WebSocket
   * @param {string} options.room
   * @param {string} options.name
   * @param {number} options.camera the width that it asks for
   * @param {(width: number) => {picture: Track | null, sound: Track | null}} options.tracks what it
   *   sends to somebody who asks for that
   */
  constructor({ url, room, name, camera, tracks }) {
    this.camera = camera;
    /** @private */
    this.tracks = tracks;
    /** @private */
    this.name = name;
    this.socket = new WebSocket(url, 'peerface.v1');
    this.socket.on('message', (/** @type {any} */ data) => {
      const message = JSON.parse(String(data));
      this.work = this.work.then(() => this.handle(message, room)).catch((error) => {
        this.problems.push(String(error?.stack ?? error));
      });
    });
    this.socket.on('error', (/** @type {Error} */ error) => this.problems.push(String(error)));
  }

  /** @private @param {object} message */
  send(message) {
    this.socket.send(JSON.stringify(message));
  }

  /** @private @param {object} content */
  signal(content) {
    const { id, instance } = this.other;
    const head = { type: 'signal', to: id, fromInstance: this.instance, toInstance: instance };
    this.send({ ...head, epoch: this.epoch, offerNumber: this.offerNumber, ...content });
  }

  /** @private @param {any} message @param {string} room */
  async handle(message, room) {
    if (message.type === 'hello') {
      this.send({ type: 'join', room, name: this.name, instance: this.instance,
        capabilities: ['quality'] });
    } else if (message.type === 'ping') {
      this.send({ type: 'pong' });
    } else if (message.type === 'error') {
      this.problems.push(`relay: ${message.code}`);
    } else if (message.type === 'joined') {
      const other = message.members.find((/** @type {any} */ one) => isUnderTest(one));
      if (other) await this.offer(other);
    } else if (message.type === 'member' && isUnderTest(message)) {
      this.other = message;
      const { preparedOffer } = message;
      if (preparedOffer) await this.take(1, 1, preparedOffer.description);
      for (const candidate of preparedOffer?.candidates ?? []) await this.add(candidate);
    } else if (message.type === 'signal' && message.from === this.other?.id) {
      await this.hear(message);
    }
  }

  /** @private @param {any} message */
  async hear({ kind, epoch, offerNumber, description, candidate, want }) {
    if (kind === 'description') await this.take(epoch, offerNumber, description);
    else if (kind === 'candidate' && epoch === this.epoch) await this.add(candidate);
    else if (kind === 'request') this.problems.push(`asked for: ${want}`);
  }

  /** @private a new connection */
  connect() {
    this.pc?.close();
    const pc = (this.pc = new RTCPeerConnection(media()));
    const audio = pc.addTransceiver('audio');
    const video = pc.addTransceiver('video');
    this.channel = pc.createDataChannel('peerface', { negotiated: true, id: 0 });
    this.isDescribed = false;
    this.early = [];
    const feedback = new Feedback(audio.sender.ssrc, (report) => {
      const packet = { serialize: () => report };
      audio.receiver.dtlsTransport.sendRtcp([packet]).catch(() => {});
    });
    /** @private */
    this.feedback?.close();
    this.feedback = feedback;
    this.receive(audio, (packet, at) => this.sound.take(packet, at));
    this.receive(video, (packet, at) =>
      this.picture.take(packet, packet.payload.length + audioHeader, at));
    this.players?.forEach((player) => player.close());
    /** @private */
    this.players = [audio, video].map(({ sender }) =>
      new Player((packet) => sender.sendRtp(packet)));
    video.sender.onPictureLossIndication.subscribe(() => this.players?.[1].restart());
    /** @private */
    this.video = video;
    pc.onIceCandidate.subscribe((/** @type {any} */ candidate) => {
      if (candidate) this.signal({ kind: 'candidate', candidate: candidate.toJSON() });
    });
    pc.connectionStateChange.subscribe((/** @type {string} */ state) => {
      this.connected = state === 'connected';
      if (state === 'connected') this.play(this.asked.at(-1)?.camera ?? 640);
      if (state === 'failed') this.problems.push('connection failed');
    });
    this.channel.onMessage.subscribe((/** @type {any} */ data) => this.listen(String(data)));
    this.channel.stateChanged.subscribe((/** @type {string} */ state) => {
      if (state === 'open') this.want(this.camera);
    });
  }

  /**
   * @private
   * @param {any} transceiver
   * @param {(packet: import('./streams.mjs').Packet, at: number) => void} take
   */
  receive({ receiver }, take) {
    receiver.setupTWCC = () => {}; // see feedback.mjs
    const handle = receiver.handleRtpBySsrc;
    receiver.handleRtpBySsrc = (/** @type {any} */ packet, /** @type {any} */ extensions) => {
      const at = performance.now();
      const number = extensions[RTP_EXTENSION_URI.transportWideCC];
      if (number !== undefined) this.feedback?.came(number, packet.header.ssrc, at);
      take(packet, at);
      handle(packet, extensions);
    };
  }

  /** @private @param {any} other */
  async offer(other) {
    this.other = other;
    this.epoch = this.offerNumber = 1;
    this.connect();
    await this.pc.setLocalDescription(await this.pc.createOffer());
    this.describe();
  }

  /** @private */
  describe() {
    const { type, sdp } = this.pc.localDescription;
    const state = { sequence: 1, microphone: 'on', camera: 'on' };
    /** @private */
    this.described = { kind: 'description', description: { type, sdp }, state };
    this.signal(this.described);
  }

  /** @private @param {number} epoch @param {number} offerNumber @param {any} description */
  async take(epoch, offerNumber, description) {
    if (description.type === 'answer') {
      if (epoch !== this.epoch || offerNumber !== this.offerNumber || this.isDescribed) return;
    } else if (epoch < this.epoch || (epoch === this.epoch && offerNumber <= this.offerNumber)) {
      if (epoch === this.epoch && offerNumber === this.offerNumber && this.described) {
        this.signal(this.described); // the answer was lost
      }
      return;
    } else {
      if (epoch > this.epoch) this.connect();
      this.epoch = epoch;
      this.offerNumber = offerNumber;
    }
    await this.pc.setRemoteDescription(description);
    this.isDescribed = true;
    if (description.type === 'offer') {
      await this.pc.setLocalDescription(await this.pc.createAnswer());
      this.describe();
    }
    for (const candidate of this.early.splice(0)) await this.pc.addIceCandidate(candidate);
  }

  /** @private @param {any} candidate */
  async add(candidate) {
    if (!candidate.candidate) return;
    if (this.isDescribed) await this.pc.addIceCandidate(candidate);
    else this.early.push(candidate);
  }

  /** @private @param {string} text */
  listen(text) {
    const message = JSON.parse(text);
    if (message.type !== 'wanted') return;
    this.asked.push({ at: performance.now(), camera: message.camera });
    clearTimeout(this.hiding);
    if (message.camera > 0) this.play(message.camera);
    /** @private */
    else this.hiding = setTimeout(() => this.play(0), hiddenMs);
  }

  /** @private @param {number} width */
  play(width) {
    const { picture, sound } = this.tracks(width);
    this.players?.[0].play(sound);
    this.players?.[1].play(width > 0 ? picture : null);
  }

  /** How wide the picture of the member under test is shown here. @param {number} camera */
  want(camera) {
    this.camera = camera;
    const at = performance.now();
    if (this.channel?.readyState === 'open') {
      this.channel.send(JSON.stringify({ type: 'wanted', camera, screen: 0 }));
    }
    return at;
  }

  askKeyFrame() {
    const ssrc = this.video?.receiver.tracks[0]?.ssrc;
    if (ssrc) this.video?.receiver.sendRtcpPLI(ssrc).catch(() => {});
  }

  close() {
    this.feedback?.close();
    this.players?.forEach((player) => player.close());
    clearTimeout(this.hiding);
    this.send({ type: 'leave' });
    this.socket.close();
    return this.pc?.close();
  }
}

/** @param {{name: string}} member */
const isUnderTest = ({ name }) => !name.startsWith('peer ');
