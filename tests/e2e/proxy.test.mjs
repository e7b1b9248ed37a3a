/* proxy.test.mjs - the page behind a reverse proxy: under a path, and without WebSockets. */
/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { annAndBob, scenario } from './harness.mjs';
import { ReverseProxy } from './proxy.mjs';

scenario(
  'a page that is published under a path stays below it: files, WebSocket, link and example',
  {},
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
