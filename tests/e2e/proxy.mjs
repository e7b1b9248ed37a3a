/* proxy.mjs - a reverse proxy in front of the relay, which publishes it under a path. */
/* SPDX-License-Identifier: MIT */
import http from 'node:http';
import net from 'node:net';

/**
 * @typedef {object} ProxyOptions
 * @property {string} [prefix] the path that the relay is published under; it is removed
 * @property {boolean} [upgrades] false: WebSockets are refused, as by a proxy that knows none
 * @property {(query: URLSearchParams) => object} [healthz] answers `healthz` in place of the relay
 * @property {Record<string, string>} [headers] added to what the relay answers
 * @property {string} [host] passed on as Host in place of the one that the browser sent
 */

export class ReverseProxy {
  /** The paths of the requests that were not below the prefix. @type {string[]} */
  outside = [];

  /** @param {number} to the port of the relay @param {ProxyOptions} options */
  static async open(to, options = {}) {
    const proxy = new ReverseProxy(to, options);
    await new Promise((resolve) => proxy.server.listen(0, '127.0.0.1', () => resolve(0)));
    return proxy;
  }

  /** @param {number} to @param {ProxyOptions} options */
  constructor(to, options) {
    this.to = to;
    this.options = options;
    this.prefix = options.prefix ?? '/';
    /** @private @type {Set<import('node:stream').Duplex>} */
    this.sockets = new Set();
    this.server = http.createServer((request, response) => this.forward(request, response));
    this.server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
    this.server.on('connection', (socket) => this.sockets.add(socket));
  }

  get url() {
    const { port } = /** @type {net.AddressInfo} */ (this.server.address());
    return `http://localhost:${port}${this.prefix}`;
  }

  /** @private @param {string} [url] @returns {string} the relay's path for it, or '' */
  pathOf(url = '') {
    if (url.startsWith(this.prefix)) return `/${url.slice(this.prefix.length)}`;
    this.outside.push(url);
    return '';
  }

  /** @private @param {http.IncomingMessage} request */
  headersOf({ headers }) {
    return { ...headers, host: this.options.host ?? headers.host };
  }

  /** @private @param {http.IncomingMessage} request @param {http.ServerResponse} response */
  forward(request, response) {
    const path = this.pathOf(request.url);
    const url = new URL(path || '/', 'http://relay');
    if (this.options.healthz && url.pathname === '/healthz') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(this.options.healthz(url.searchParams)));
      return;
    }
    if (!path) {
      response.writeHead(404).end();
      return;
    }
    const { method } = request;
    const asked = http.request(
      { port: this.to, host: '127.0.0.1', path, method, headers: this.headersOf(request) },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502,
          { ...answer.headers, ...this.options.headers });
        answer.pipe(response);
      },
    );
    asked.on('error', () => response.writeHead(502).end());
    request.pipe(asked);
  }

  /**
   * @private
   * @param {http.IncomingMessage} request
   * @param {import('node:stream').Duplex} near
   * @param {Buffer} head
   */
  upgrade(request, near, head) {
    const path = this.pathOf(request.url);
    if (!path || this.options.upgrades === false) {
      near.end('HTTP/1.1 426 Upgrade Required\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const far = net.connect({ port: this.to, host: '127.0.0.1' });
    this.sockets.add(far);
    const fields = Object.entries(this.headersOf(request)).map(([name, value]) =>
      `${name}: ${value}\r\n`);
    far.write(`GET ${path} HTTP/1.1\r\n${fields.join('')}\r\n`);
    far.write(head);
    far.pipe(near);
    near.pipe(far);
    for (const [socket, other] of /** @type {const} */ ([[near, far], [far, near]])) {
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
  }

  close() {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}
