/* socketio.mjs - the relay of socket.io's tutorials: node socketio.mjs PORT [REDIS PORT] */
/* SPDX-License-Identifier: MIT */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

// The package is not there for whoever only runs the tests.
const load = createRequire(import.meta.url);
const { Server } = load('socket.io');

const server = createServer();
const io = new Server(server, { transports: ['websocket'] });

// Several of these serve the same rooms over Redis, as the adapter's manual has it.
if (process.argv[3]) {
  const publisher = load('redis').createClient({ url: `redis://127.0.0.1:${process.argv[3]}` });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  io.adapter(load('@socket.io/redis-adapter').createAdapter(publisher, subscriber));
}

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
