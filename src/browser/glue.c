/* glue.c - the tables, texts and timers that the glue shares, the WebSocket, and the page. */
/* SPDX-License-Identifier: MIT */
#include "browser/glue.h"

#include <emscripten.h>

/* clang-format off */

/*
 * Module.glue:
 *   client   the C client that events go to (a pointer)
 *   sockets, tracks, pcs   the browser's objects by the core's ids
 *   stream   groups our tracks in descriptions, so that a receiver plays them in step
 *   get(pointer, size)     a text out of wasm memory; null for the null pointer
 *   word(pointer)          one that ends in NUL
 *   put(...texts)          texts into the client's buffer, as far as there is room, null stays
 *                          null; must come directly before the call into C that reads them
 *   later(f)               runs f after C has returned
 *   failed(...)            gives a function that reports a rejection
 *   described(...)         reports a description
 */
EM_JS(void, pf_glue_init, (void), {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  Module["glue"] = {
    client: 0,
    slept_ms: 0,
    sockets: new Map(),
    tracks: new Map(),
    pcs: new Map(),
    stream: new MediaStream(),
    get(pointer, size) {
      return pointer ? decoder.decode(HEAPU8.subarray(pointer, pointer + size)) : null;
    },
    word(pointer) {
      return decoder.decode(HEAPU8.subarray(pointer, HEAPU8.indexOf(0, pointer)));
    },
    put(...texts) {
      let at = this.client + 16;
      const end = at + 66560;
      for (let index = 0; index < 4; index++) {
        const text = texts[index]; /* null or undefined: none */
        const size = text == null ? -1
          : encoder.encodeInto(text, HEAPU8.subarray(at, end)).written;
        HEAP32[(this.client >> 2) + index] = size;
        if (size > 0) at += size;
      }
    },
    later(f) { Promise.resolve().then(f); },
    nameOf(error) { return error && error.name ? error.name : "Error"; },
    failed(pc, operation, source) {
      return (error) => {
        if (!this.pcs.has(pc)) return;
        this.put(operation, this.nameOf(error));
        _pf_client_pc_failed(this.client, pc, source);
      };
    },
    described(pc, description, isLocal) {
      if (!this.pcs.has(pc)) return;
      this.put(description.type, description.sdp);
      _pf_client_pc_description(this.client, pc, isLocal);
    }
  };
});

/* What web/peerface.js calls: Module.core. Text arguments are strings. */
EM_JS(void, pf_glue_publish, (void), {
  const glue = Module["glue"];
  Module["core"] = {
    start(url, ticket, microphone, microphoneId, camera, cameraId) {
      const random = crypto.getRandomValues(new Uint32Array(2));
      glue.client = _pf_client_new();
      if (!glue.client) throw new Error("out of memory");
      glue.put(url, ticket, microphoneId, cameraId);
      return _pf_client_start(glue.client, microphone, camera, random[0], random[1] || 1);
    },
    join(room, name) {
      glue.put(room, name);
      _pf_client_join(glue.client);
    },
    leave() { _pf_client_leave(glue.client); },
    setSource(source, on) { _pf_client_set_source(glue.client, source, on); },
    selectDevice(source, id) {
      glue.put(id);
      _pf_client_select_device(glue.client, source);
    },
    networkChanged(online) { _pf_client_network_changed(glue.client, online); },
    devicesChanged() { _pf_client_devices_changed(glue.client); },
    record() {
      _pf_client_record(glue.client);
      return glue.record;
    }
  };
});

EM_JS(void, pf_glue_give_record, (const char *events, size_t size, int is_complete), {
  Module["glue"].record = { events: HEAPU8.slice(events, events + size), complete: !!is_complete };
});

static __attribute__((constructor)) void publish(void)
{
  pf_glue_init();
  pf_glue_publish();
}

/* On most machines performance.now() stands still while they sleep; the core is to know of it. */
EM_JS(double, pf_glue_now_ms, (void), {
  const glue = Module["glue"];
  const awake_ms = performance.now();
  return awake_ms + (glue.slept_ms = Math.max(glue.slept_ms, Date.now() - awake_ms));
});

EM_JS(void, pf_glue_set_timer, (double wait_ms), {
  const glue = Module["glue"];
  clearTimeout(glue.timer);
  if (wait_ms < 2147483648) { /* the longest there is; never is longer */
    glue.timer = setTimeout(() => _pf_client_timeout(glue.client), wait_ms);
  }
});

/* ---- WebSocket ---- */

EM_JS(void, pf_glue_socket_open, (unsigned id, const char *url, size_t url_size), {
  const glue = Module["glue"];
  const closed = (code) => {
    if (glue.sockets.delete(id)) _pf_client_socket_closed(glue.client, id, code);
  };
  try {
    const socket = new WebSocket(glue.get(url, url_size), "peerface.v1");
    glue.sockets.set(id, socket);
    socket.onmessage = (event) => {
      glue.put(typeof event.data == "string" ? event.data : "");
      _pf_client_socket_message(glue.client, id);
    };
    socket.onclose = (event) => closed(event.code);
  } catch (error) {
    glue.sockets.set(id, null);
    glue.later(() => closed(1006));
  }
});

EM_JS(void, pf_glue_socket_send, (unsigned id, const char *text, size_t size), {
  const glue = Module["glue"];
  const socket = glue.sockets.get(id);
  if (socket && socket.readyState == 1) socket.send(glue.get(text, size));
});

EM_JS(void, pf_glue_socket_close, (unsigned id, int code), {
  const glue = Module["glue"];
  const socket = glue.sockets.get(id);
  glue.sockets.delete(id);
  if (socket) {
    socket.onmessage = null;
    socket.onclose = null;
    socket.close(code);
  }
});

/* ---- the page ---- */

EM_JS(void, pf_glue_show_room, (const char *state, const char *reason, int relay_away,
                                const char *self, const char *ticket, size_t ticket_size), {
  const glue = Module["glue"];
  Module["page"].showRoom(glue.word(state), glue.word(reason), !!relay_away, glue.word(self),
    glue.get(ticket, ticket_size));
});

EM_JS(void, pf_glue_show_local, (const char *source, int wanted, const char *state,
                                 const char *error, unsigned track, const char *device,
                                 size_t device_size), {
  const glue = Module["glue"];
  Module["page"].showLocal(glue.word(source), !!wanted, glue.word(state), glue.word(error),
    glue.tracks.get(track) || null, glue.get(device, device_size));
});

EM_JS(void, pf_glue_show_device, (const char *source, const char *id, size_t id_size,
                                  const char *label, size_t label_size), {
  const glue = Module["glue"];
  Module["page"].showDevice(glue.word(source), glue.get(id, id_size), glue.get(label, label_size));
});

EM_JS(void, pf_glue_show_devices_end, (void), { Module["page"].showDevicesEnd(); });

EM_JS(void, pf_glue_show_peer, (const char *id, const char *name, size_t name_size,
                                const char *state, const char *microphone, const char *camera,
                                int away, unsigned pc), {
  const glue = Module["glue"];
  Module["page"].showPeer(glue.word(id), glue.get(name, name_size), glue.word(state),
    glue.word(microphone), glue.word(camera), !!away, glue.pcs.get(pc) || null);
});

EM_JS(void, pf_glue_hide_peer, (const char *id), {
  Module["page"].hidePeer(Module["glue"].word(id));
});

/* clang-format on */
