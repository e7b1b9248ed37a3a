/* proxy.test.mjs - the page behind a reverse proxy: under a path, and without WebSockets. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { annAndBob, scenario, socketErrors } from './harness.mjs';
import { ReverseProxy } from './proxy.mjs';

scenario(
  'a page that is published under a path stays below it: files, WebSocket, link and example',
  { people: 4 },
  async (world) => {
    const proxy = await ReverseProxy.open(world.relay.port, { prefix: '/video/' });
    try {
      const { ann, bob } = await annAndBob(world, { url: proxy.url }, { url: proxy.url });
      assert.equal(ann.page.url(), `${proxy.url}?room=tea`, 'the link that is copied');
      const url = `${proxy.url}examples/embed.html?room=tea`;
      const cho = await world.person('Cho', { url, open: false });
      await cho.page.goto(url);
      await cho.page.click('#talk');
      await Promise.all([ann.waitForPeers(2), bob.waitForPeers(2)]);
      // A browser asks for this one without being told to.
      assert.deepEqual(proxy.outside.filter((path) => path !== '/favicon.ico'), []);
    } finally {
      proxy.close();
    }
  },
);

/** @type {[string, object, string, RegExp][]} */
const obstacles = [
  ['an origin that the relay refuses', { healthz: () => ({ status: 'ok', origin: 'refused' }) },
    'origin-refused', /refuses connections from pages at http:\/\/localhost:\d+/],
  ['a proxy that lets no WebSocket through',
    { healthz: () => ({ status: 'ok', origin: 'allowed' }) }, 'websocket-blocked', /proxy/],
  ['a relay that says nothing of origins', { healthz: () => ({ status: 'ok' }) },
    'relay-away', /We keep trying/],
];

for (const [what, options, code, words] of obstacles) {
  const expects = [...socketErrors, /426/, /400 .*\/ws/]; // also where the client asks why
  scenario(`${what} is called by its name`, { expects }, async (world) => {
    const proxy = await ReverseProxy.open(world.relay.port, { upgrades: false, ...options });
    try {
      const ann = await world.person('Ann', { url: proxy.url });
      await ann.sees(`the notice ${code}`, (wanted) =>
        document.querySelector('#notice')?.getAttribute('data-notice') === wanted, [code]);
      const said = await ann.ask(() => document.querySelector('#notice')?.textContent ?? '');
      assert.match(said, words);
      if (code !== 'relay-away') assert.doesNotMatch(said, /internet connection/);
    } finally {
      proxy.close();
    }
  });
}
