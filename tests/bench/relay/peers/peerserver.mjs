// peerserver.mjs - PeerServer as its README starts it, but for its limits: node peerserver.mjs PORT
// SPDX-License-Identifier: MIT
import { PeerServer } from 'peer';

PeerServer({
  port: Number(process.argv[2]),
  host: '127.0.0.1',
  path: '/',
  concurrent_limit: 1000000,
  alive_timeout: 3600000,
});
