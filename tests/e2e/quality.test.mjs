/* quality.test.mjs - a peer is sent what it asks for. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { scenario, standsStill, until } from './harness.mjs';
import { roomPage } from './roompage.mjs';

/** @typedef {import('./person.mjs').Person} Person */
/** @typedef {import('./browsers.mjs').Engine} Engine */

/** @type {[Engine, Engine][]} who sends, and who asks */
const pairs = [['chromium', 'firefox'], ['firefox', 'chromium']];

/** @param {Person} person */
const seesPicture = (person) => person.sees('a connected peer whose camera is on', () => {
  const [peer] = /** @type {any} */ (window).room.peers.values();
  return peer?.state === 'connected' && peer.camera === 'on';
});

/** @param {Person} person @param {number} camera */
const wants = (person, camera) => person.ask((width) => {
  const { room } = /** @type {any} */ (window);
  room.want([...room.peers.values()][0], { camera: width });
}, camera);

/** Waits until the encoding of this person's camera is like that. @param {Person} person */
const sends = (person, /** @type {object} */ wanted) =>
  person.sees(`an encoding ${JSON.stringify(wanted)}`, (like) => {
    const [{ pc }] = /** @type {any} */ (window).probe.open();
    const sender = pc.getSenders().find(
      (/** @type {RTCRtpSender} */ one) => one.track?.kind === 'video');
    const [encoding] = sender?.getParameters().encodings ?? [];
    return encoding && Object.entries(like).every(([name, value]) => encoding[name] === value);
  }, [wanted]);

/** @param {Person} person @returns {Promise<number>} of pictures, since the beginning */
const received = (person) => person.ask(async () => {
  const [{ pc }] = /** @type {any} */ (window).probe.open();
  let bytes = 0;
  (await pc.getStats()).forEach((/** @type {any} */ one) => {
    if (one.type === 'inbound-rtp' && one.kind === 'video') bytes += one.bytesReceived;
  });
  return bytes;
});

/** Waits for more of a picture. @param {Person} person */
async function flows(person) {
  const before = await received(person);
  await until('a picture', async () => await received(person) > before);
}

for (const [here, there] of pairs) {
  scenario(
    `a ${there} is sent by ${here} the size that it asks for, and nothing where it shows nothing`,
    { needs: [here, there] },
    async (world) => {
      const ann = await roomPage(world, 'Ann', here);
      const bob = await roomPage(world, 'Bob', there);
      await Promise.all([seesPicture(ann), seesPicture(bob)]);
      await sends(ann, { active: true, scaleResolutionDownBy: 1, maxBitrate: 500000 });
      await wants(bob, 160);
      await sends(ann, { active: true, scaleResolutionDownBy: 4, maxBitrate: 80000 });
      await flows(bob);
      await wants(bob, 0);
      await sends(ann, { active: false });
      await standsStill('no picture', 1000, () => received(bob));
      await wants(bob, 320);
      await sends(ann, { active: true, scaleResolutionDownBy: 2, maxBitrate: 150000 });
      await flows(bob);
      await ann.sees('statistics', async () => {
        const [stats] = Object.values(await /** @type {any} */ (window).room.stats());
        return /** @type {any} */ (stats)?.sample;
      });
      const [stats] = /** @type {any[]} */ (await ann.ask(async () =>
        Object.values(await /** @type {any} */ (window).room.stats())));
      assert.deepEqual(stats.camera, { asked: 320, kbps: 150, scale: 2, frameRate: 15 });
      const { quality } = await ann.ask(() => {
        const [peer] = /** @type {any} */ (window).room.peers.values();
        return { quality: peer.quality };
      });
      assert.ok(['good', 'weak', 'bad'].includes(quality));
    },
  );
}
