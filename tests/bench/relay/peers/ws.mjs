/* ws.mjs - the smallest relay with rooms on node's `ws`: node ws.mjs PORT [CERT KEY] */
/* SPDX-License-Identifier: MIT */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createRequire } from 'node:module';

// The package has no types, and is not there for whoever only runs the tests.
const { WebSocketServer } = createRequire(import.meta.url)('ws');

/** @type {Map<string, Map<string, any>>} */
const rooms = new Map();
const [, , port, cert, key] = process.argv;
const server = cert ? createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) })
  : createServer();
const sockets = new WebSocketServer({ server });

sockets.on('connection', (/** @type {any} */ socket) => {
  const id = randomBytes(8).toString('hex');
  let name = '';
  socket.on('message', (/** @type {Buffer} */ data) => {
    const message = JSON.parse(String(data));
    if (message.type === 'join') {
      name = message.room;
      const room = rooms.get(name) ?? new Map();
      rooms.set(name, room);
      socket.send(JSON.stringify({ type: 'joined', self: id, members: [...room.keys()] }));
      for (const other of room.values()) other.send(JSON.stringify({ type: 'member', id }));
      room.set(id, socket);
      return;
    }
    message.from = id;
    rooms.get(name)?.get(message.to)?.send(JSON.stringify(message));
  });
  socket.on('close', () => {
    const room = rooms.get(name);
    room?.delete(id);
    if (room?.size === 0) rooms.delete(name);
  });
  socket.on('error', () => {}); // it is closed all the same
});
server.listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 });
