/* captured.js - what the page needs once something is captured, in one file that it loads then. */
/* SPDX-License-Identifier: MIT */

/*
 * None of it may import what the page has as well: esbuild would make a third file of that, which
 * the page would have to wait for.
 */
export { Blur } from './blur.js';
export { BlurredBackground } from './blurred-background.js';
export { Chat } from './chat.js';
export { Drag } from './drag.js';
export { PipPage } from './pippage.js';
export { PushToTalk } from './talk.js';
export { Sounds } from './sounds.js';
export { Voices } from './voices.js';
export { Wants } from './wants.js';
