/* own-id.js - what one's own tile is called beside the ids of the peers. */
/* SPDX-License-Identifier: MIT */

/** What one's own tile is called beside the ids of the peers. */
export const ownId = 'self';
