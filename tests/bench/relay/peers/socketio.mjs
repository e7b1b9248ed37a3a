// socketio.mjs - the relay of socket.io's tutorials: node socketio.mjs PORT
// SPDX-License-Identifier: MIT
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer();
const io = new Server(server, { transports: ['websocket'] });

io.on('connection', (socket) => {
  socket.on('join', (room) => {
    socket.join(room);
    socket.emit('joined', room);
  });
  socket.on('signal', (data, room) => socket.to(room).emit('signal', data));
});
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 });
