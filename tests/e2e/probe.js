/* probe.js - injected before a page's own scripts: records what it asks of the browser. */
/* SPDX-License-Identifier: MIT */
//
// The page shows its state in its elements; what it really sends and captures is only visible below
// it. The probe wraps RTCPeerConnection, getUserMedia, WebSocket and srcObject. By itself it only
// makes captures cheaper; a test may change which cameras exist, how getUserMedia answers, what is
// shared as a screen, when
// messages of the relay arrive and offers are made, whether connections can be created, and how
// play() answers. It sets window.shim first to say how.
(() => {
  const host = /** @type {any} */ (window);
  if (host.probe) return;
  const shim = Object.assign(
    /** @type {any} */ ({
      cameras: null,
      screen: null, // {id, label, color, width, height, sound}; false: the browser cannot share
      fail: {},
      openMs: 0,
      holdDescriptionsMs: 0,
      offerMs: 0, // createOffer() takes so much longer
      connectionsFail: 0, // so many connections cannot be made
      playAborts: 0, // so many times play() is aborted
      timersMs: 0, // no timer is faster
      voice: false, // the microphone is a tone, as loud as probe.speak() says: silent at first
      single: false, // only one camera can be open
      costly: false, // cameras and microphones are asked for what the page asks for
    }),
    host.shim,
  );
  const probe = (host.probe = /** @type {any} */ ({
    shim,
    connections: [], // one record per RTCPeerConnection
    captures: [], // one record per getUserMedia call
    shares: [], // one record per getDisplayMedia call
    tracks: [], // every track getUserMedia gave, and its clones
    sockets: [],
    wire: [], // the last messages of all sockets
    early: 0, // candidates that arrived while a description was held back
    replaced: 0, // replaceTrack() calls
    log: [], // cameras opened and ended, and what was handed to senders, in order
    clicks: [], // the last clicks and what they hit
  }));

  // Reported through the console, which the harness listens to: it survives a reload.
  const complain = (/** @type {string} */ text) => console.error(`[probe] ${text}`);
  addEventListener('unhandledrejection', (event) => complain(`unhandled: ${event.reason}`));
  addEventListener('securitypolicyviolation', (event) =>
    complain(`content security policy: ${event.violatedDirective} ${event.blockedURI}`),
  );

  slowTimers();
  slowOffers();
  watchClicks();
  watchConnections();
  watchSockets();
  watchVideos();
  if (navigator.mediaDevices) watchCapture(navigator.mediaDevices);
  if (navigator.mediaDevices) watchDisplay(navigator.mediaDevices);

  function watchConnections() {
    const records = new WeakMap();
    /** @param {any} pc */
    const open = (pc) => {
      let end = () => {};
      const record = {
        pc,
        ended: new Promise((resolve) => (end = () => resolve(null))),
        end,
        offers: 0,
        answers: 0,
        set: 0,
        restarts: 0,
        iceErrors: [],
        closed: false,
      };
      records.set(pc, record);
      probe.connections.push(record);
      return pc;
    };
    /** @type {(name: string, before: (record: any, args: any[], result: any) => void) => void} */
    const wrap = (name, before) => {
      const prototype = /** @type {any} */ (RTCPeerConnection.prototype);
      const native = prototype[name];
      /** @this {any} @param {any[]} args */
      prototype[name] = function (...args) {
        const result = native.apply(this, args);
        const record = records.get(this);
        if (record) before(record, args, result);
        return result;
      };
    };
    wrap('createOffer', (record) => record.offers++);
    wrap('createAnswer', (record) => record.answers++);
    wrap('restartIce', (record) => record.restarts++);
    wrap('close', (record) => {
      record.closed = true;
      record.end();
    });
    for (const name of ['setLocalDescription', 'setRemoteDescription']) {
      wrap(name, (record, _, result) =>
        result.then(
          () => record.set++,
          () => {},
        ),
      );
    }
    wrap('addIceCandidate', (record, args, result) =>
      result.then(null, (/** @type {Error} */ error) =>
        record.iceErrors.push(`${error.name}: ${error.message} ${args[0] && args[0].candidate}`),
      ),
    );
    host.RTCPeerConnection = new Proxy(RTCPeerConnection, {
      construct: (target, args, self) => {
        if (shim.connectionsFail-- > 0) {
          throw new DOMException('Cannot create so many PeerConnections', 'UnknownError');
        }
        return open(Reflect.construct(target, args, self));
      },
    });
    const replace = RTCRtpSender.prototype.replaceTrack;
    RTCRtpSender.prototype.replaceTrack = function (track) {
      probe.replaced++;
      if (track && track.kind === 'video') probe.log.push(`send ${deviceOf(track)}`);
      return replace.call(this, track);
    };
  }

  function watchClicks() {
    const kept = 5;
    const keep = (/** @type {MouseEvent} */ event) => {
      const { id, tagName } = /** @type {Element} */ (event.target);
      probe.clicks.push(`${Math.round(event.timeStamp)} ${id || tagName}`);
      if (probe.clicks.length > kept) probe.clicks.shift();
    };
    addEventListener('click', keep, true);
  }

  function slowTimers() {
    const { setTimeout } = window;
    /** @param {any} code @param {number} ms @param {any[]} args */
    host.setTimeout = (code, ms = 0, ...args) =>
      setTimeout(code, Math.max(ms, shim.timersMs), ...args);
  }

  function slowOffers() {
    const createOffer = RTCPeerConnection.prototype.createOffer;
    /** @this {any} @param {any[]} args */
    RTCPeerConnection.prototype.createOffer = async function (...args) {
      const offer = await createOffer.apply(this, /** @type {any} */ (args));
      if (shim.offerMs > 0) await new Promise((resolve) => setTimeout(resolve, shim.offerMs));
      return offer;
    };
  }

  function watchSockets() {
    const kept = 400;
    const again = new WeakSet();
    const log = (/** @type {string} */ way, /** @type {any} */ text) => {
      probe.wire.push({ way, text: String(text), at: performance.now() });
      if (probe.wire.length > kept) probe.wire.shift();
    };
    let held = 0;
    const hold = (/** @type {any} */ socket, /** @type {MessageEvent} */ event) => {
      held++;
      setTimeout(() => {
        held--;
        const late = new MessageEvent('message', { data: event.data, origin: event.origin });
        again.add(late);
        socket.dispatchEvent(late);
      }, shim.holdDescriptionsMs);
    };
    const open = (/** @type {any} */ socket) => {
      probe.sockets.push(socket);
      const send = socket.send;
      socket.send = (/** @type {any} */ data) => {
        log('out', data);
        send.call(socket, data);
      };
      socket.addEventListener('message', (/** @type {MessageEvent} */ event) => {
        if (again.has(event)) return;
        log('in', event.data);
        if (held > 0 && /"kind":"candidate"/.test(event.data)) probe.early++;
        // Not the offer in a `member` message: nothing overtakes the relay's own messages.
        if (shim.holdDescriptionsMs > 0 && /"kind":"description"/.test(event.data)) {
          event.stopImmediatePropagation();
          hold(socket, event);
        }
      });
      return socket;
    };
    host.WebSocket = new Proxy(WebSocket, {
      construct: (target, args, self) => open(Reflect.construct(target, args, self)),
    });
  }

  // Times of the frames each video really presented, the youngest last.
  function watchVideos() {
    const kept = 3000;
    const times = (probe.frameTimes = new WeakMap());
    const watch = (/** @type {HTMLVideoElement} */ video) => {
      if (times.has(video)) return;
      const list = /** @type {number[]} */ ([]);
      times.set(video, list);
      const next = () => {
        list.push(performance.now());
        if (list.length > kept) list.shift();
        video.requestVideoFrameCallback(next);
      };
      video.requestVideoFrameCallback(next);
    };
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = async function () {
      if (shim.playAborts-- > 0) throw new DOMException('shim', 'AbortError');
      return play.call(this);
    };
    const property = /** @type {PropertyDescriptor} */ (
      Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject')
    );
    Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
      ...property,
      set(value) {
        /** @type {any} */ (property.set).call(this, value);
        if (this instanceof HTMLVideoElement) watch(this);
      },
    });
  }

  const deviceOf = (/** @type {MediaStreamTrack} */ track) => track.getSettings().deviceId;

  function watchCapture(/** @type {MediaDevices} */ devices) {
    const native = devices.getUserMedia.bind(devices);
    const enumerate = devices.enumerateDevices.bind(devices);
    const remember = (/** @type {any} */ track) => {
      probe.tracks.push(track);
      const clone = track.clone;
      track.clone = () => remember(clone.call(track));
      if (track.kind !== 'video') return track;
      const stop = track.stop;
      track.stop = () => {
        probe.log.push(`stop ${deviceOf(track)}`);
        stop.call(track);
      };
      probe.log.push(`open ${deviceOf(track)}`);
      return track;
    };
    devices.getUserMedia = async (constraints = {}) => {
      const record = { constraints: JSON.stringify(constraints), outcome: 'pending' };
      probe.captures.push(record);
      try {
        if (shim.openMs > 0) await new Promise((resolve) => setTimeout(resolve, shim.openMs));
        const stream = await capture(constraints, native);
        stream.getTracks().forEach(remember);
        record.outcome = 'live';
        return stream;
      } catch (error) {
        record.outcome = /** @type {Error} */ (error).name;
        throw error;
      }
    };
    devices.enumerateDevices = async () => {
      const list = await enumerate();
      if (!shim.cameras) return list;
      const others = list.filter((device) => device.kind !== 'videoinput');
      return others.concat(shim.cameras.map(describe));
    };
    probe.unplug = (/** @type {string} */ deviceId) => {
      shim.cameras = shim.cameras.filter((/** @type {any} */ camera) => camera.id !== deviceId);
      for (const track of probe.tracks) {
        if (track.readyState !== 'live' || track.getSettings().deviceId !== deviceId) continue;
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
      devices.dispatchEvent(new Event('devicechange'));
    };
    /** The system mutes what is captured, or gives it back. */
    probe.interrupt = (/** @type {string} */ kind, /** @type {boolean} */ muted) => {
      for (const track of probe.tracks) {
        if (track.readyState !== 'live' || track.kind !== kind) continue;
        Object.defineProperty(track, 'muted', { value: muted, configurable: true });
        track.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
      }
    };
    probe.plug = (/** @type {any} */ camera) => {
      shim.cameras.push(camera);
      devices.dispatchEvent(new Event('devicechange'));
    };
  }

  // What a person would choose in the browser's dialog is a canvas here, and its sound a tone.
  function watchDisplay(/** @type {any} */ devices) {
    if (shim.screen === false) delete Object.getPrototypeOf(devices).getDisplayMedia;
    if (!shim.screen) return;
    devices.getDisplayMedia = async (/** @type {any} */ options) => {
      const record = { options, isActive: navigator.userActivation?.isActive !== false };
      probe.shares.push(record);
      await new Promise((resolve) => setTimeout(resolve, shim.openMs));
      if (shim.fail.screen) throw new DOMException('shim', shim.fail.screen);
      const stream = new MediaStream([drawCamera(shim.screen)]);
      if (shim.screen.sound) stream.addTrack(tone());
      for (const track of stream.getTracks()) probe.tracks.push(track);
      return stream;
    };
    /** The person presses "Stop sharing" of the browser. */
    probe.stopSharing = () => {
      for (const track of probe.tracks) {
        const { deviceId } = track.getSettings();
        if (deviceId !== shim.screen.id || track.readyState !== 'live') continue;
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
    };
  }

  function tone() {
    const context = new AudioContext();
    const oscillator = context.createOscillator();
    const end = context.createMediaStreamDestination();
    oscillator.connect(end);
    oscillator.start();
    const [track] = end.stream.getAudioTracks();
    const settings = track.getSettings.bind(track);
    track.getSettings = () => ({ ...settings(), deviceId: shim.screen.id });
    return track;
  }

  // Names and ids are secret until a camera was opened once, as in a browser without permission.
  function describe(/** @type {any} */ camera) {
    const open = probe.tracks.some((/** @type {any} */ track) => track.kind === 'video');
    const info = {
      kind: 'videoinput',
      groupId: '',
      deviceId: open ? camera.id : '',
      label: open ? camera.label : '',
    };
    return /** @type {any} */ ({ ...info, toJSON: () => info });
  }

  async function capture(/** @type {any} */ constraints, /** @type {any} */ native) {
    for (const kind of ['audio', 'video']) {
      if (constraints[kind] && shim.fail[kind]) throw new DOMException('shim', shim.fail[kind]);
    }
    if (constraints.audio && shim.voice) {
      const { video } = constraints;
      const stream = video ? await capture({ video }, native) : new MediaStream();
      stream.addTrack(makeVoice());
      return stream;
    }
    if (!constraints.video || !shim.cameras) {
      return native(shim.costly ? constraints : cheaper(constraints));
    }
    const camera = choose(constraints.video);
    const busy = probe.tracks.some((/** @type {MediaStreamTrack} */ track) =>
      track.kind === 'video' && track.readyState === 'live');
    if (shim.single && busy) throw new DOMException('shim', 'NotReadableError');
    if (shim.fail[camera.id]) throw new DOMException('shim', shim.fail[camera.id]);
    const stream = new MediaStream([drawCamera(camera)]);
    if (constraints.audio) {
      const sound = await native(cheaper({ audio: constraints.audio }));
      sound.getTracks().forEach((/** @type {MediaStreamTrack} */ track) => stream.addTrack(track));
    }
    return stream;
  }

  // A quarter of the pixels, and sound as it is: what a call costs is mostly that of its pictures
  // and of filtering its sound, and few tests are about either.
  function cheaper(/** @type {any} */ constraints) {
    const cheap = /** @type {any} */ ({
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      video: { width: 320, height: 240, frameRate: 15 },
    });
    return Object.fromEntries(
      Object.entries(constraints)
        .filter(([, asked]) => asked)
        .map(([kind, asked]) => [kind, { ...cheap[kind], ...(asked === true ? {} : asked) }]),
    );
  }

  // A microphone into which somebody hums when the test says so.
  function makeVoice() {
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: 300 });
    const loudness = new GainNode(context, { gain: probe.loudness || 0 });
    const out = context.createMediaStreamDestination();
    tone.connect(loudness).connect(out);
    tone.start();
    probe.speak = (/** @type {number} */ level) => {
      probe.loudness = level;
      loudness.gain.value = level;
    };
    return out.stream.getAudioTracks()[0];
  }

  function choose(/** @type {any} */ constraint) {
    if (shim.cameras.length === 0) throw new DOMException('shim', 'NotFoundError');
    const wanted = constraint.deviceId;
    const exact = wanted && (wanted.exact || null);
    const ideal = wanted && (wanted.ideal || (typeof wanted === 'string' ? wanted : null));
    const found = shim.cameras.find((/** @type {any} */ camera) => camera.id === (exact || ideal));
    if (exact && !found) throw new DOMException('shim', 'OverconstrainedError');
    return found || shim.cameras[0];
  }

  // A camera of one colour: its left half is full, its right half dark, a white bar runs through.
  function paintColour(
    /** @type {HTMLCanvasElement} */ canvas,
    /** @type {any} */ camera,
    /** @type {number} */ step,
  ) {
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    const { width, height } = canvas;
    context.fillStyle = camera.color;
    context.fillRect(0, 0, width, height);
    context.fillStyle = 'rgb(0 0 0 / 70%)';
    context.fillRect(width / 2, 0, width / 2, height);
    context.fillStyle = 'white';
    context.fillRect(0, (step * 8) % height, width, 6);
  }

  // A camera as a canvas that is painted over and over; window.paintCamera may paint it otherwise.
  function drawCamera(/** @type {any} */ camera) {
    const { width = 320, height = 240 } = camera;
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const paint = host.paintCamera || paintColour;
    let step = 0;
    paint(canvas, camera, step);
    const track = /** @type {any} */ (canvas.captureStream(15).getVideoTracks()[0]);
    const timer = setInterval(() => {
      if (track.readyState === 'live') paint(canvas, camera, ++step);
      else clearInterval(timer);
    }, 66);
    const settings = track.getSettings.bind(track);
    track.getSettings = () => ({ ...settings(), deviceId: camera.id });
    Object.defineProperty(track, 'label', { value: camera.label });
    return track;
  }

  // What a test asks.

  // `screen ID` is the screen of the peer ID.
  const tile = (/** @type {string} */ id) =>
    document.querySelector(
      id.startsWith('screen ') ? `[data-sharer="${id.slice(7)}"]` : `[data-peer="${id}"]`,
    );
  const videoOf = (/** @type {string} */ id) =>
    /** @type {HTMLVideoElement | null} */ (
      (id === 'self' ? document : tile(id) || document.createElement('p')).querySelector(
        id === 'self' ? '#myFace' : 'video',
      )
    );
  const connectionOf = (/** @type {string} */ id) => {
    const video = videoOf(id);
    const tracks =
      video && video.srcObject ? /** @type {MediaStream} */ (video.srcObject).getTracks() : [];
    return probe.connections.find(
      (/** @type {any} */ record) =>
        !record.closed &&
        record.pc
          .getReceivers()
          .some((/** @type {any} */ receiver) => tracks.includes(receiver.track)),
    );
  };

  /** The state of every tile. */
  probe.peers = () =>
    [...document.querySelectorAll('[data-peer]')].map((element) => ({
      .../** @type {HTMLElement} */ (element).dataset,
      id: /** @type {HTMLElement} */ (element).dataset.peer,
      text: /** @type {HTMLElement} */ (element).innerText,
    }));

  /** The average colour and a fingerprint of what a video shows now; id may be 'self'. */
  probe.picture = (/** @type {string} */ id) => {
    const video = videoOf(id);
    const canvas = Object.assign(document.createElement('canvas'), { width: 32, height: 24 });
    const context = /** @type {any} */ (canvas.getContext('2d', { willReadFrequently: true }));
    if (!video || !video.videoWidth) return { width: 0, height: 0, left: [0, 0, 0], print: 0 };
    context.drawImage(video, 0, 0, 32, 24);
    const average = (/** @type {number} */ x) => {
      const { data } = context.getImageData(x, 0, 12, 24);
      const sum = [0, 0, 0];
      for (let i = 0; i < data.length; i++) if (i % 4 < 3) sum[i % 4] += data[i];
      return sum.map((value) => Math.round(value / (12 * 24)));
    };
    let print = 0;
    for (const value of context.getImageData(0, 0, 32, 24).data) print = (print * 31 + value) % 1e9;
    const { videoWidth: width, videoHeight: height } = video;
    return { width, height, left: average(2), right: average(18), print };
  };

  /** What arrives from a peer: frames and sound, from getStats() and from the video itself. */
  probe.flow = async (/** @type {string} */ id) => {
    const flow = { connected: false, decoded: 0, presented: 0, energy: 0, packets: 0, lost: 0 };
    const record = connectionOf(id);
    const video = videoOf(id);
    if (!record || !video) return flow;
    flow.connected = record.pc.connectionState === 'connected';
    flow.presented = (probe.frameTimes.get(video) || []).length;
    // In Firefox a getStats() that is under way when the connection is closed never settles.
    const stats = await Promise.race([record.pc.getStats(), record.ended]);
    if (!stats) return { ...flow, connected: false };
    stats.forEach((/** @type {any} */ entry) => {
      if (entry.type !== 'inbound-rtp') return;
      if (entry.kind === 'video') flow.decoded += entry.framesDecoded || 0;
      if (entry.kind === 'video') flow.lost += entry.packetsLost || 0;
      if (entry.kind === 'audio') flow.energy += entry.totalAudioEnergy || 0;
      if (entry.kind === 'audio') flow.packets += entry.packetsReceived || 0;
    });
    return flow;
  };

  /** The longest time without a new frame from a peer since `since` (performance.now()). */
  probe.gap = (/** @type {string} */ id, /** @type {number} */ since) => {
    const all = /** @type {number[]} */ (probe.frameTimes.get(videoOf(id)) || []);
    const times = [since, ...all.filter((time) => time > since), performance.now()];
    return Math.max(...times.slice(1).map((time, index) => time - times[index]));
  };

  /** Hands a message to the page as if the relay had sent it. */
  probe.receive = (/** @type {object} */ message) => {
    const data = JSON.stringify(message);
    probe.sockets.at(-1).dispatchEvent(new MessageEvent('message', { data }));
  };

  /** The records of the connections that are open. @returns {any[]} */
  probe.open = () => probe.connections.filter((/** @type {any} */ record) => !record.closed);

  /** Every message of the socket, read. @returns {any[]} */
  probe.messages = () =>
    probe.wire.map((/** @type {any} */ entry) => ({ way: entry.way, ...JSON.parse(entry.text) }));

  /** The head of a signal from a peer as it would be now, to be completed and received. */
  probe.signalFrom = (/** @type {string} */ id) => {
    const exchange = { epoch: 1, offerNumber: 1, fromInstance: 0, toInstance: 0 };
    for (const message of probe.messages()) {
      const { way, type, from, to, kind, instance, fromInstance } = message;
      if (way === 'in' && type === 'member' && message.id === id) exchange.fromInstance = instance;
      if (type === 'join') exchange.toInstance = instance;
      if (kind !== 'description' || (from !== id && to !== id)) continue;
      exchange.epoch = message.epoch;
      exchange.offerNumber = message.offerNumber;
      if (from === id) exchange.fromInstance = fromInstance;
    }
    return { type: 'signal', from: id, ...exchange };
  };

  /** How long after `since` the first new frame of a peer came; to now, where none has. */
  probe.back = (/** @type {string} */ id, /** @type {number} */ since) => {
    const all = /** @type {number[]} */ (probe.frameTimes.get(videoOf(id)) || []);
    return (all.find((time) => time > since) ?? performance.now()) - since;
  };

  /** What is captured, sent and negotiated, as plain numbers. */
  probe.summary = () => {
    const open = probe.open();
    const live = probe.tracks.filter((/** @type {any} */ track) => track.readyState === 'live');
    const count = (/** @type {string} */ kind) =>
      live.filter((/** @type {any} */ track) => track.kind === kind).length;
    const senders = open.flatMap((/** @type {any} */ record) => record.pc.getSenders());
    const sum = (/** @type {(record: any) => number} */ value) =>
      probe.connections.reduce((/** @type {number} */ a, /** @type {any} */ b) => a + value(b), 0);
    return {
      connections: open.length,
      connectionsEver: probe.connections.length,
      negotiations: sum((record) => record.set),
      offers: sum((record) => record.offers),
      restarts: sum((record) => record.restarts),
      iceErrors: probe.connections.flatMap((/** @type {any} */ record) => record.iceErrors),
      liveAudio: count('audio'),
      liveVideo: count('video'),
      audioIds: live
        .filter((/** @type {any} */ track) => track.kind === 'audio')
        .map((/** @type {any} */ track) => track.id),
      captures: probe.captures,
      replaced: probe.replaced,
      sockets: probe.sockets.filter((/** @type {WebSocket} */ socket) => socket.readyState < 2)
        .length,
      early: probe.early,
      sent: senders
        .map((/** @type {any} */ sender) => sender.track)
        .filter(Boolean)
        .map((/** @type {any} */ track) => ({
          kind: track.kind,
          enabled: track.enabled,
          state: track.readyState,
          device: track.getSettings().deviceId,
          id: track.id,
        })),
    };
  };
})();
