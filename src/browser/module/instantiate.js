/* instantiate.js - linked into the module's script: peerface-load.js instantiates the wasm. */
/* SPDX-License-Identifier: MIT */

// It has compiled it once for all rooms, and is told when the browser refuses, which the runtime
// would not pass on.
var WebAssembly = Object.assign(Object.create(globalThis.WebAssembly), {
  instantiate(_, imports) {
    return Module["instantiate"](imports);
  }
});
