/* pair.js - injected: what both contestants' pages need, whose calls are measured. */
/* SPDX-License-Identifier: MIT */
//
// The camera takes as long to open as window.openMs says, and the microphone is a tone, so that any
// interruption can be heard.
(() => {
  const host = /** @type {any} */ (window);
  if (host.pair || !navigator.mediaDevices) return;
  const wall = () => performance.timeOrigin + performance.now();
  const pair = (host.pair = /** @type {any} */ ({ frames: { camera: [], screen: [] }, pcs: [] }));

  const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  /** @returns {MediaStreamTrack} */
  const tone = () => {
    const context = new AudioContext();
    const end = context.createMediaStreamDestination();
    const oscillator = new OscillatorNode(context, { frequency: 440 });
    oscillator.connect(end);
    oscillator.start();
    return end.stream.getAudioTracks()[0];
  };
  navigator.mediaDevices.getUserMedia = async (constraints = {}) => {
    const stream = new MediaStream();
    if (constraints.video) {
      await new Promise((resolve) => setTimeout(resolve, host.openMs ?? 0));
      stream.addTrack((await native({ video: constraints.video })).getVideoTracks()[0]);
    }
    if (constraints.audio) stream.addTrack(tone());
    return stream;
  };
  const share = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getDisplayMedia = async (wishes) => {
    const stream = await share(wishes);
    pair.pickedAt = wall();
    return stream;
  };
  host.RTCPeerConnection = new Proxy(RTCPeerConnection, {
    construct: (target, args, self) => {
      const pc = Reflect.construct(target, args, self);
      pair.pcs.push(pc);
      return pc;
    },
  });

  /** Shows a stream, and notes when it has a frame. @param {'camera'|'screen'} name */
  pair.show = (name, /** @type {MediaStream} */ stream) => {
    const video = document.createElement('video');
    Object.assign(video, { autoplay: true, muted: true, width: 320, height: 240 });
    const next = () => {
      pair.frames[name].push(wall());
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
    video.srcObject = stream;
    document.body.append(video);
  };

  const program = `registerProcessor('silence', class extends AudioWorkletProcessor {
    run = 0; longest = 0;
    constructor() {
      super();
      this.port.onmessage = () => { this.port.postMessage(this.longest); this.longest = 0; };
    }
    process([[samples]]) {
      for (let i = 0; i < 128; i++) {
        this.run = samples && Math.abs(samples[i]) > 0.001 ? 0 : this.run + 1;
        if (this.run > this.longest) this.longest = this.run;
      }
      return true;
    }
  });`;
  /** Listens to a stream. */
  pair.hear = async (/** @type {MediaStream} */ stream) => {
    const audio = Object.assign(new Audio(), { srcObject: stream, muted: true });
    await audio.play();
    const context = new AudioContext();
    const url = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }));
    await context.audioWorklet.addModule(url);
    const node = new AudioWorkletNode(context, 'silence');
    context.createMediaStreamSource(stream).connect(node).connect(context.destination);
    /** The longest silence since it was asked for last, in ms. */
    pair.silence = () => new Promise((resolve) => {
      node.port.onmessage = ({ data }) => resolve(data * 1000 / context.sampleRate);
      node.port.postMessage(0);
    });
  };
  /** What was made up for lack of packets, since the beginning. */
  pair.sound = async () => {
    const sum = { concealedMs: 0, lost: 0 };
    for (const pc of pair.pcs) {
      (await pc.getStats()).forEach((/** @type {any} */ one) => {
        if (one.type !== 'inbound-rtp' || one.kind !== 'audio') return;
        sum.concealedMs += one.concealedSamples / 48;
        sum.lost += one.packetsLost;
      });
    }
    return sum;
  };
})();
