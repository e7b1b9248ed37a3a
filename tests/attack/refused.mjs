/* refused.mjs - connections that are refused do not make others give way. */
/* SPDX-License-Identifier: MIT */
//
// Needs addresses that have limits, without a proxy, whose own connections would count.
import assert from 'node:assert/strict';
import { Target, addresses, moveIntoNamespace } from './field.mjs';

const REQUESTS_MAX = 11; // one of ours, and
const MINE_MAX = 10; // of the attacker

moveIntoNamespace(process.argv[1]);
const target = new Target(['--requests-max', `${REQUESTS_MAX}`,
  '--address-connections', `${MINE_MAX}`]);
try {
  await target.ready();
  const ann = await target.connect();
  const wires = [];
  for (let i = 0; i < 5 * REQUESTS_MAX; i++) wires.push(await target.connect(addresses.attackers));
  await Promise.all(wires.slice(MINE_MAX).map((wire) => wire.end()));
  assert.ok(wires.slice(0, MINE_MAX).every((wire) => !wire.ended));
  ann.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.equal((await ann.response()).status, 200);
  for (const wire of [ann, ...wires]) wire.socket.destroy();
  assert.equal(await target.end('SIGTERM'), 0);
} finally {
  target.child.kill('SIGKILL');
}
