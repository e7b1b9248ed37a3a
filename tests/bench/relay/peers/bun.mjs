/* bun.mjs - the same as ws.mjs on Bun, that is µWebSockets: bun bun.mjs PORT [CERT KEY] */
/* SPDX-License-Identifier: MIT */
import { randomBytes } from 'node:crypto';

const { Bun } = /** @type {any} */ (globalThis);
/** @type {Map<string, Map<string, any>>} */
const rooms = new Map();

const [, , port, cert, key] = process.argv;

Bun.serve({
  port: Number(port),
  tls: cert && { cert: Bun.file(cert), key: Bun.file(key) },
  hostname: '127.0.0.1',
  /** @param {Request} request @param {any} server */
  fetch(request, server) {
    const data = { id: randomBytes(8).toString('hex'), room: '' };
    return server.upgrade(request, { data }) ? undefined : new Response('', { status: 400 });
  },
  websocket: {
    idleTimeout: 960,
    /** @param {any} socket @param {string} text */
    message(socket, text) {
      const { data } = socket;
      const message = JSON.parse(text);
      if (message.type === 'join') {
        data.room = message.room;
        const room = rooms.get(data.room) ?? new Map();
        rooms.set(data.room, room);
        socket.send(JSON.stringify({ type: 'joined', self: data.id, members: [...room.keys()] }));
        const told = JSON.stringify({ type: 'member', id: data.id });
        for (const other of room.values()) other.send(told);
        room.set(data.id, socket);
        return;
      }
      message.from = data.id;
      rooms.get(data.room)?.get(message.to)?.send(JSON.stringify(message));
    },
    /** @param {any} socket */
    close({ data }) {
      const room = rooms.get(data.room);
      room?.delete(data.id);
      if (room?.size === 0) rooms.delete(data.room);
    },
  },
});
