/* watch.js - injected before the page's own scripts: keeps its connections; may take its policy. */
/* SPDX-License-Identifier: MIT */
//
// Without the policy the browser sends what it would by itself: setParameters() does nothing.
(() => {
  const host = /** @type {any} */ (window);
  if (host.watched || location.protocol === 'about:') return;
  /** @type {RTCPeerConnection[]} */
  const watched = (host.watched = []);
  host.RTCPeerConnection = new Proxy(RTCPeerConnection, {
    construct: (target, args, self) => {
      const pc = Reflect.construct(target, args, self);
      watched.push(pc);
      return pc;
    },
  });
  if (host.withoutPolicy) RTCRtpSender.prototype.setParameters = async () => {};

  /** Of all pictures together, since the beginning. @param {'outbound-rtp'|'inbound-rtp'} type */
  host.pictures = async (type) => {
    const sum = { bytes: 0, pixels: 0, frames: 0, sizes: /** @type {string[]} */ ([]) };
    for (const pc of watched) {
      if (pc.connectionState !== 'connected') continue;
      (await pc.getStats()).forEach((one) => {
        if (one.type !== type || one.kind !== 'video') return;
        const frames = one.framesEncoded ?? one.framesDecoded ?? 0;
        sum.bytes += one.bytesSent ?? one.bytesReceived ?? 0;
        sum.frames += frames;
        sum.pixels += frames * (one.frameWidth ?? 0) * (one.frameHeight ?? 0);
        if (one.frameWidth) {
          const rate = Math.round(one.framesPerSecond ?? 0);
          sum.sizes.push(`${one.frameWidth}x${one.frameHeight}@${rate}`);
        }
      });
    }
    return sum;
  };
})();
