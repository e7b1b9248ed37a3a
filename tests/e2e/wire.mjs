/* wire.mjs - a TCP proxy in front of the relay, whose connections can fail. */
/* SPDX-License-Identifier: MIT */
import net from 'node:net';

/**
 * silence: data is held back and neither side notices, as in a network that loses every packet.
 * closed: connections are reset, and new ones are refused.
 * @typedef {'silence' | 'closed'} Cut
 */

/** Forwards TCP connections from a port of its own to another. */
export class Wire {
  /** @param {number} to the port it leads to */
  static async open(to) {
    const wire = new Wire(to);
    await new Promise((resolve) => wire.server.listen(0, '127.0.0.1', () => resolve(0)));
    return wire;
  }

  /** @private @type {Set<net.Socket>} both ends of each connection */
  sockets = new Set();
  /** @private @type {Cut | ''} */
  state = '';
  /** How many connections were attempted, including those that were refused. */
  count = 0;

  /** @param {number} to */
  constructor(to) {
    const options = { allowHalfOpen: true, pauseOnConnect: true };
    this.server = net.createServer(options, (socket) => this.accept(socket, to));
  }

  get url() {
    return `http://localhost:${/** @type {net.AddressInfo} */ (this.server.address()).port}/`;
  }

  /** @private @param {net.Socket} near @param {number} to */
  accept(near, to) {
    this.count++;
    if (this.state === 'closed') {
      near.resetAndDestroy();
      return;
    }
    const far = net.connect({ port: to, host: '127.0.0.1', allowHalfOpen: true });
    near.pipe(far);
    far.pipe(near);
    for (const [socket, other] of [[near, far], [far, near]]) {
      this.sockets.add(socket);
      socket.on('error', () => {}); // 'close' follows
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
      if (this.state === 'silence') socket.pause();
      else socket.resume();
    }
  }

  /** @param {Cut} how */
  cut(how) {
    this.state = how;
    for (const socket of this.sockets) {
      if (how === 'silence') socket.pause();
      else socket.resetAndDestroy();
    }
  }

  mend() {
    this.state = '';
    for (const socket of this.sockets) socket.resume();
  }

  close() {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}
