/* common.js - what the contestants' pages share: their media. */
/* SPDX-License-Identifier: MIT */
const parameters = new URLSearchParams(location.search);
const byId = (id) => document.getElementById(id);

async function openMedia() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  byId('local').srcObject = stream;
  return stream;
}

// ?media=ready opens the camera before the click, as a lobby with a preview does.
const prepared = parameters.get('media') === 'ready' ? openMedia() : null;
const media = () => prepared || openMedia();
