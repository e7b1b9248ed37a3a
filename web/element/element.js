/* element.js - defines <peerface-room>, once, and not on a server. */
/* SPDX-License-Identifier: MIT */

import { PeerfaceRoomElement } from './room-element.js';

export { PeerfaceRoomElement };

/** Importing it twice, as when two scripts of a page bring it along, does no harm. */
export function define() {
  const { customElements } = globalThis;
  if (customElements && !customElements.get('peerface-room')) {
    customElements.define('peerface-room', PeerfaceRoomElement);
  }
}

define();
