/* observer.js - injected into every page: takes the times, so that no page speaks for itself. */
/* SPDX-License-Identifier: MIT */
//
// A remote picture counts from the first frame that requestVideoFrameCallback reports on a <video>
// whose stream holds a track of an RTCPeerConnection's "track" event. Times are on the wall clock
// (performance.timeOrigin + now), so that those of two pages can be compared.
(() => {
  const host = /** @type {any} */ (window);
  if (host.observer || location.protocol === 'about:') return;
  const now = () => performance.timeOrigin + performance.now();
  const observer = (host.observer = /** @type {any} */ ({
    clicked: 0,
    frames: [],
    marks: {},
    errors: [],
    rejected: [],
    taken: [],
    tasks: [],
  }));
  const mark = (/** @type {string} */ name) => {
    if (!(name in observer.marks)) observer.marks[name] = now();
  };
  addEventListener('error', (event) => observer.errors.push(String(event.message)));
  addEventListener('unhandledrejection', (event) =>
    observer.errors.push(`unhandled ${event.reason}`),
  );

  const remote = new WeakSet();
  const videos = /** @type {Set<HTMLVideoElement>} */ (new Set());
  const watched = new WeakSet();
  const waiting = /** @type {(() => void)[]} */ ([]);
  const watch = (/** @type {HTMLVideoElement} */ video) => {
    const stream = /** @type {MediaStream | null} */ (video.srcObject);
    const theirs = stream && stream.getTracks().some((track) => remote.has(track));
    if (!theirs || watched.has(video)) return;
    watched.add(video);
    const index = observer.frames.push(0) - 1;
    const look = () => video.requestVideoFrameCallback(() => {
      // Nobody sees it yet.
      if (!video.isConnected || video.closest('[hidden]')) return look();
      observer.frames[index] = now();
      waiting.forEach((check) => check());
    });
    look();
  };
  const watchAll = () => videos.forEach(watch);

  const property = /** @type {PropertyDescriptor} */ (
    Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject')
  );
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    ...property,
    set(value) {
      /** @type {any} */ (property.set).call(this, value);
      if (!(this instanceof HTMLVideoElement)) return;
      videos.add(this);
      watch(this);
    },
  });
  const addTrack = MediaStream.prototype.addTrack;
  MediaStream.prototype.addTrack = function (track) {
    addTrack.call(this, track);
    watchAll();
  };

  const candidatesIn = (/** @type {any} */ description) =>
    ((description && description.sdp) || '')
      .split(/\r?\n/)
      .filter((/** @type {string} */ line) => line.startsWith('a=candidate:'))
      .map((/** @type {string} */ line) => line.slice(2));
  const prototype = /** @type {any} */ (RTCPeerConnection.prototype);
  const addIceCandidate = prototype.addIceCandidate;
  /** @this {RTCPeerConnection} @param {any} candidate */
  prototype.addIceCandidate = function (candidate) {
    const result = addIceCandidate.apply(this, arguments);
    const text = candidate && candidate.candidate;
    result.then(
      () => text && observer.taken.push(text),
      (/** @type {Error} */ error) => observer.rejected.push(`${error.name} ${text}`),
    );
    return result;
  };
  const setRemoteDescription = prototype.setRemoteDescription;
  /** @this {RTCPeerConnection} @param {any} description */
  prototype.setRemoteDescription = function (description) {
    const result = setRemoteDescription.apply(this, arguments);
    result.then(
      () => {
        mark('remote');
        observer.taken.push(...candidatesIn(description));
      },
      (/** @type {Error} */ error) => observer.errors.push(`${error.name}: ${error.message}`),
    );
    return result;
  };
  const setLocalDescription = prototype.setLocalDescription;
  /** @this {RTCPeerConnection} @param {any} description */
  prototype.setLocalDescription = function (description) {
    const result = setLocalDescription.apply(this, arguments);
    result.then(() => mark('local'), () => {}); // the page reports it
    return result;
  };
  const gathered = /** @type {{pc: RTCPeerConnection, text: string}[]} */ ([]);
  const open = (/** @type {RTCPeerConnection} */ pc) => {
    mark('connection');
    pc.addEventListener('track', (event) => {
      remote.add(event.track);
      mark('track');
      watchAll();
    });
    pc.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate && candidate.candidate) gathered.push({ pc, text: candidate.candidate });
    });
    pc.addEventListener('connectionstatechange', () => mark(pc.connectionState));
    return pc;
  };
  host.RTCPeerConnection = new Proxy(RTCPeerConnection, {
    construct: (target, args, self) => open(Reflect.construct(target, args, self)),
  });

  // How long the thread of the page was taken, in pieces of 50 ms and more.
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      observer.tasks.push({ start: performance.timeOrigin + startTime, duration });
    }
  }).observe({ type: 'longtask', buffered: true });

  /** The click: takes the time and calls the page. */
  observer.click = async (/** @type {string} */ room) => {
    observer.clicked = now();
    observer.marks = {}; // of what was prepared before the click, nothing is a step of the call
    try {
      await host.bench.join(room);
    } catch (error) {
      observer.errors.push(`join: ${error}`);
    }
  };
  /** True as soon as so many remote pictures have a frame, false after `ms`. */
  observer.pictures = (/** @type {number} */ count, /** @type {number} */ ms) =>
    new Promise((resolve) => {
      const check = () => {
        if (observer.frames.filter(Boolean).length >= count) resolve(true);
      };
      waiting.push(check);
      setTimeout(() => resolve(false), ms);
      check();
    });
  observer.report = () => {
    const { clicked, frames, marks, errors, rejected, taken, tasks } = observer;
    // A connection that was prepared and not needed has no peer who could take its candidates.
    const sent = gathered.filter(({ pc }) => pc.remoteDescription).map(({ text }) => text);
    return { clicked, frames, marks, errors, rejected, taken, tasks, gathered: sent };
  };
})();
