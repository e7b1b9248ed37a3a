/* servers.mjs - the servers of all contestants, on loopback, on free ports. */
/* SPDX-License-Identifier: MIT */
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Relay, relayFile, webFolder } from '../../e2e/relay.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
// The contestants' packages have no types, and are not there for whoever only runs the tests.
const load = createRequire(import.meta.url);
const { PeerServer } = load('peer');
const { Server: SocketIo } = load('socket.io');
const { WebSocketServer } = load('ws');
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript' };

/** @param {string} name @param {string} file @returns {Buffer} a file of an installed package */
function packaged(name, file) {
  const folders = load.resolve.paths(name) || [];
  const found = folders
    .map((folder) => path.join(folder, name, file))
    .find((full) => fs.existsSync(full));
  if (!found) throw new Error(`${name} is not installed: npm ci first`);
  return fs.readFileSync(found);
}

/** Everything served is read once, so that a run does not change because a file did. */
function readPages() {
  const files = new Map([
    ['/lib/peerjs.min.js', packaged('peerjs', 'dist/peerjs.min.js')],
    ['/lib/simplepeer.min.js', packaged('simple-peer', 'simplepeer.min.js')],
  ]);
  for (const entry of fs.readdirSync(path.join(here, 'pages'), { withFileTypes: true })) {
    if (!entry.isFile()) continue; // cold/ is cold.mjs's
    files.set(`/${entry.name}`, fs.readFileSync(path.join(here, 'pages', entry.name)));
  }
  return files;
}

/** @param {http.Server} web the bare relay: what one in a room sends goes to the others */
function bareRelay(web) {
  const server = new WebSocketServer({ noServer: true });
  /** @type {Map<string, Set<any>>} */
  const rooms = new Map();
  server.on('connection', (/** @type {any} */ socket) => {
    /** @type {Set<any>} */
    let room = new Set();
    socket.on('message', (/** @type {Buffer} */ data) => {
      const { join } = JSON.parse(String(data));
      if (join) {
        room = rooms.get(join) || new Set();
        rooms.set(join, room);
        room.forEach((other) => other.send('{"welcome":1}'));
        room.add(socket);
        return;
      }
      room.forEach((other) => other !== socket && other.send(String(data)));
    });
    socket.on('close', () => room.delete(socket));
  });
  web.on('upgrade', (request, socket, head) => {
    if (request.url !== '/ws') return;
    server.handleUpgrade(request, socket, head, (/** @type {any} */ client) =>
      server.emit('connection', client),
    );
  });
  return server;
}

/** @param {http.Server} web the tutorial app's server */
function tutorialServer(web) {
  const io = new SocketIo(web);
  io.on('connection', (/** @type {any} */ socket) => {
    socket.on('join_room', (/** @type {string} */ room) => {
      socket.join(room);
      socket.to(room).emit('welcome');
    });
    for (const kind of ['offer', 'answer', 'ice']) {
      socket.on(kind, (/** @type {any} */ value, /** @type {string} */ room) =>
        socket.to(room).emit(kind, value),
      );
    }
  });
  return io;
}

/** Our relay, serving what the build made and the benchmark's page beside it. */
async function ourRelay() {
  if (!fs.existsSync(relayFile) || !fs.existsSync(path.join(webFolder, 'index.html'))) return null;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peerface-bench-'));
  fs.cpSync(webFolder, folder, { recursive: true });
  fs.copyFileSync(path.join(here, 'pages/ours.html'), path.join(folder, 'bench.html'));
  fs.copyFileSync(path.join(here, 'pages/ours.js'), path.join(folder, 'bench-ours.js'));
  const relay = await Relay.start([], folder);
  return {
    url: relay.url,
    async close() {
      await relay.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function startServers() {
  const files = readPages();
  const web = http.createServer((request, response) => {
    const name = new URL(request.url || '/', 'http://localhost').pathname;
    const body = files.get(name);
    if (!body) {
      response.statusCode = 404;
      response.end();
      return;
    }
    const type = types[/** @type {keyof types} */ (path.extname(name))];
    response.setHeader('content-type', type || 'application/octet-stream');
    response.end(body);
  });
  const bare = bareRelay(web);
  const io = tutorialServer(web);
  await new Promise((resolve) => web.listen(0, '127.0.0.1', () => resolve(0)));
  /** @type {http.Server} */
  const peers = await new Promise((resolve) => {
    const options = { host: '127.0.0.1', port: 0, path: '/' };
    PeerServer(options, (/** @type {http.Server} */ server) => resolve(server));
  });
  const ours = await ourRelay();
  const port = (/** @type {any} */ server) => server.address().port;
  return {
    base: `http://localhost:${port(web)}/`,
    peerPort: port(peers),
    ours,
    async close() {
      bare.close();
      await ours?.close();
      peers.close();
      io.close();
    },
  };
}
