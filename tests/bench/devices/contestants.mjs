/* contestants.mjs - a call between two pages: ours, and the same with bare RTCPeerConnections. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('puppeteer-core').Page} Page */
/**
 * The pages of a call; what the sender's page does on a click is in its window.act.
 * @typedef {(sender: Page, receiver: Page, url: string) => Promise<void>} Connect
 */

/** @type {Connect} */
async function ours(sender, receiver, url) {
  await sender.evaluate(async (base) => {
    const { createRoom } = await import(`${base}peerface.js`);
    const room = await createRoom();
    room.join('devices', 'Ann');
    /** @type {any} */ (window).act = {
      switchTo: (/** @type {string} */ id) => room.selectCamera(id),
      share: () => room.setScreen(true),
      unshare: () => room.setScreen(false),
    };
    while (room.camera.state !== 'live') await new Promise((go) => setTimeout(go, 50));
  }, url);
  await receiver.evaluate(async (base) => {
    const { pair } = /** @type {any} */ (window);
    const { createRoom } = await import(`${base}peerface.js`);
    const room = await createRoom({ camera: false, microphone: false });
    room.addEventListener('peerjoin', (/** @type {any} */ { detail: { peer } }) => {
      pair.show('camera', peer.stream);
      pair.show('screen', peer.screenStream);
      pair.peer = peer;
    });
    room.join('devices', 'Bob');
    while (pair.peer?.state !== 'connected') await new Promise((go) => setTimeout(go, 50));
    await pair.hear(pair.peer.stream);
  }, url);
}

/**
 * hint: with the hint that peerface.js gives, that what is shared is to be read. cap: with a camera
 * that is sent with 500 kbit/s, as peerface.js does to a peer that shows it 640 wide. They tell
 * where a difference comes from.
 * @param {{hint?: boolean, cap?: boolean}} [how]
 * @returns {Connect}
 */
const bare = (how = {}) => async (sender, receiver) => {
  const offer = await sender.evaluate(async ({ hint, cap }) => {
    const host = /** @type {any} */ (window);
    const pc = (host.pc = new RTCPeerConnection());
    host.cap = async () => {
      if (!cap) return;
      const parameters = pc.getSenders()[1].getParameters();
      Object.assign(parameters.encodings[0], { maxBitrate: 500000, maxFramerate: 30 });
      await pc.getSenders()[1].setParameters(parameters);
    };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    for (const track of stream.getTracks()) pc.addTrack(track, stream);
    const camera = pc.getSenders()[1];
    const { sender: screen } = pc.addTransceiver('video', { direction: 'sendrecv' });
    host.act = {
      async switchTo(/** @type {string} */ id) {
        const video = { deviceId: { exact: id } };
        const [track] = (await navigator.mediaDevices.getUserMedia({ video })).getVideoTracks();
        const old = camera.track;
        await camera.replaceTrack(track);
        old?.stop();
      },
      async share() {
        // As peerface.js asks for it: to open the sound takes time too.
        const wishes = {
          video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 15, max: 30 } },
          audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
        };
        host.shared = await navigator.mediaDevices.getDisplayMedia(wishes);
        const [track] = host.shared.getVideoTracks();
        if (hint) track.contentHint = 'detail';
        await screen.replaceTrack(track);
      },
      async unshare() {
        await screen.replaceTrack(null);
        for (const track of host.shared.getTracks()) track.stop();
      },
    };
    await pc.setLocalDescription();
    while (pc.iceGatheringState !== 'complete') await new Promise((go) => setTimeout(go, 50));
    return /** @type {RTCSessionDescription} */ (pc.localDescription).toJSON();
  }, how);
  const answer = await receiver.evaluate(async (description) => {
    const { pair } = /** @type {any} */ (window);
    const pc = new RTCPeerConnection();
    await pc.setRemoteDescription(description);
    const [audio, camera, screen] = pc.getTransceivers().map(({ receiver: { track } }) => track);
    pair.show('camera', new MediaStream([camera]));
    pair.show('screen', new MediaStream([screen]));
    await pc.setLocalDescription();
    while (pc.iceGatheringState !== 'complete') await new Promise((go) => setTimeout(go, 50));
    pair.hear(new MediaStream([audio]));
    return /** @type {RTCSessionDescription} */ (pc.localDescription).toJSON();
  }, offer);
  await sender.evaluate(async (description) => {
    const { pc, cap } = /** @type {any} */ (window);
    await pc.setRemoteDescription(description);
    await cap();
  }, answer);
};

/** @type {Record<string, Connect>} */
export const contestants = {
  ours,
  bare: bare(),
  hint: bare({ hint: true }),
  cap: bare({ cap: true }),
  both: bare({ hint: true, cap: true }),
};
