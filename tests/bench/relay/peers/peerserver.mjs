/* peerserver.mjs - PeerServer, with higher limits: node peerserver.mjs PORT */
/* SPDX-License-Identifier: MIT */
import { createRequire } from 'node:module';

// The package is not there for whoever only runs the tests.
const { PeerServer } = createRequire(import.meta.url)('peer');

PeerServer({
  port: Number(process.argv[2]),
  host: '127.0.0.1',
  path: '/',
  concurrent_limit: 1000000,
  alive_timeout: 3600000,
});
