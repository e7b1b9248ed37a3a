/* socketio.mjs - the relay of socket.io's tutorials: node socketio.mjs PORT */
/* SPDX-License-Identifier: MIT */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

// The package is not there for whoever only runs the tests.
const { Server } = createRequire(import.meta.url)('socket.io');

const server = createServer();
const io = new Server(server, { transports: ['websocket'] });

io.on('connection', (/** @type {any} */ socket) => {
  socket.on('join', (/** @type {string} */ room) => {
    socket.join(room);
    socket.emit('joined', room);
  });
  socket.on('signal', (/** @type {any} */ data, /** @type {string} */ room) => {
    socket.to(room).emit('signal', data);
  });
});
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 });
