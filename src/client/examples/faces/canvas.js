/* canvas.js - tells Emscripten's SDL2 where to draw: the only JavaScript, and not for peerface. */
/* SPDX-License-Identifier: MIT */
Module['canvas'] = document.getElementById('canvas');
