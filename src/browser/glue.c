/* glue.c - the tables, texts and timers that the glue shares, and the WebSocket. */
/* SPDX-License-Identifier: MIT */
#include "browser/glue.h"

#include <emscripten.h>

const char pf_glue_linked = 0;

/* clang-format off */

/*
 * Module["glue"][driver], for each driver:
 *   driver   where it is, for calls into C; 0 when it is gone
 *   sockets, tracks, pcs   the browser's objects by the room's ids
 *   own      the caller's own tracks, by source; clones of them are in `tracks`
 *   devices  MediaDevices; a program may put an object of its own in its place
 *   kinds    of the sources, in the order of enum pf_source
 *   streams  group our tracks in descriptions, so that a receiver keeps them in sync: microphone
 *            and camera, and a screen with its sound
 *   get(pointer, size)     a text out of wasm memory; null for the null pointer
 *   word(pointer)          one that ends in NUL
 *   put(texts)             writes strings, bytes and nulls into the driver's buffer, as far as
 *                          there is room; must come directly before the call that reads them
 *   tell(call, texts, ...values)   put(), then call into C and return what that returns, unless
 *                          the driver is gone
 *   hold(track, object)    keeps a MediaStreamTrack, unless the driver is gone: then it is stopped
 *   later(f)               runs f after C has returned
 *   failed(...)            gives a function that reports a rejection
 *   described(...)         reports a description
 */
EM_JS(void, pf_glue_open, (struct pf_driver *driver), {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const glues = Module["glue"] = Module["glue"] || {};
  glues[driver] = {
    driver: driver,
    slept_ms: 0,
    sockets: new Map(),
    tracks: new Map(),
    own: [],
    pcs: new Map(),
    devices: navigator.mediaDevices,
    kinds: ["audio", "video", "video", "audio"],
    streams: [new MediaStream(), new MediaStream()],
    get: (pointer, size) =>
      pointer ? decoder.decode(HEAPU8.slice(pointer, pointer + size)) : null,
    word: (pointer) => decoder.decode(HEAPU8.slice(pointer, HEAPU8.indexOf(0, pointer))),
    put(texts) {
      let at = driver + 16;
      const end = at + 66560;
      for (let index = 0; index < 4; index++) {
        const text = texts[index]; /* null or undefined: none */
        let size = -1;
        if (text != null) {
          const isArrayBuffer = text instanceof ArrayBuffer;
          const everything = isArrayBuffer ? new Uint8Array(text) : encoder.encode(text);
          const whatFitsIn = everything.subarray(0, Math.max(end - at, 0));
          HEAPU8.set(whatFitsIn, at);
          size = whatFitsIn.length;
        }
        HEAP32[(driver >> 2) + index] = size;
        if (size > 0) at += size;
      }
    },
    tell(call, texts, ...values) {
      if (!this.driver) return;
      this.put(texts);
      return call(driver, ...values);
    },
    hold(id, track) {
      if (!this.driver) {
        track.stop();
        return;
      }
      this.tracks.set(id, track);
      const ended = () => this.tracks.delete(id) && this.tell(_pf_driver_track_ended, [], id);
      const muted = () =>
        this.tracks.has(id) && this.tell(_pf_driver_track_muted, [], id, track.muted);
      track.onended = ended;
      track.onmute = track.onunmute = muted;
      /* And what it was already. */
      this.later(() => { if (track.muted) muted(); if (track.readyState == "ended") ended(); });
    },
    later(f) { Promise.resolve().then(f); },
    nameOf(error) { return error && error.name ? error.name : "Error"; },
    failed(pc, operation, source) {
      return (error) => {
        if (!this.pcs.has(pc)) return;
        this.tell(_pf_driver_pc_failed, [operation, this.nameOf(error)], pc, source);
      };
    },
    described(pc, description, isLocal) {
      if (!this.pcs.has(pc)) return;
      this.tell(_pf_driver_pc_description, [description.type, description.sdp], pc, isLocal);
    }
  };
});

/* The room is over: there is nothing left in the tables but what is still being opened. */
EM_JS(void, pf_glue_close, (struct pf_driver *driver), {
  const glue = Module["glue"][driver];
  clearTimeout(glue.timer);
  clearInterval(glue.sampler);
  glue.driver = 0;
  delete Module["glue"][driver];
});

/* On most machines performance.now() stands still during sleep; the room has to notice it. */
EM_JS(double, pf_glue_now_ms, (struct pf_driver *driver), {
  const glue = Module["glue"][driver];
  const awake_ms = performance.now();
  return awake_ms + (glue.slept_ms = Math.max(glue.slept_ms, Date.now() - awake_ms));
});

EM_JS(void, pf_glue_set_timer, (struct pf_driver *driver, double wait_ms), {
  const glue = Module["glue"][driver];
  clearTimeout(glue.timer);
  if (wait_ms < 2147483648) { /* the longest there is; never is longer */
    glue.timer = setTimeout(() => glue.tell(_pf_driver_timeout, []), wait_ms);
  }
});

/* ---- WebSocket ---- */

EM_JS(void, pf_glue_socket_open, (struct pf_driver *driver, unsigned id, const char *url,
                                  size_t url_size), {
  const glue = Module["glue"][driver];
  const closed = (code, reason = "") => {
    if (glue.sockets.delete(id)) {
      glue.tell(_pf_driver_socket_closed, [], id, code, +reason.split("retry-ms=")[1] | 0);
    }
  };
  try {
    const socket = new WebSocket(glue.get(url, url_size), "peerface.v1");
    glue.sockets.set(id, socket);
    socket.onmessage = (event) => {
      glue.tell(_pf_driver_socket_message, [typeof event.data == "string" ? event.data : ""], id);
    };
    socket.onclose = (event) => closed(event.code, event.reason);
  } catch (error) {
    glue.sockets.set(id, null);
    glue.later(() => closed(1006));
  }
});

EM_JS(void, pf_glue_socket_send, (struct pf_driver *driver, unsigned id, const char *text,
                                  size_t size), {
  const glue = Module["glue"][driver];
  const socket = glue.sockets.get(id);
  if (socket && socket.readyState == 1) socket.send(glue.get(text, size));
});

EM_JS(void, pf_glue_socket_close, (struct pf_driver *driver, unsigned id, int code), {
  const glue = Module["glue"][driver];
  const socket = glue.sockets.get(id);
  glue.sockets.delete(id);
  if (socket) {
    socket.onmessage = null;
    socket.onclose = null;
    socket.close(code);
  }
});

/* clang-format on */
