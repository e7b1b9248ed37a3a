/* page_glue.c - the page that a client is in: its address, its devices, what it listens to. */
/* SPDX-License-Identifier: MIT */
#include "client/browser/page_glue.h"

#include <emscripten.h>

const char pf_page_glue_linked = 0;

/* clang-format off */

EM_JS(int, pf_page_glue_url, (const char *given, char *out, size_t capacity), {
  if (typeof document == "undefined" || typeof MediaStream == "undefined") return -4;
  const bytes = given ? HEAPU8.slice(given, HEAPU8.indexOf(0, given)) : null;
  let url;
  try {
    url = new URL(bytes ? new TextDecoder().decode(bytes) : "/ws", document.baseURI);
  } catch (error) {
    return -1;
  }
  url.protocol = url.protocol.replace("http", "ws");
  if (!["ws:", "wss:"].includes(url.protocol) || url.hash) return -1;
  const href = new TextEncoder().encode(url.href);
  if (href.length >= capacity) return -2;
  HEAPU8.set(href, out);
  HEAPU8[out + href.length] = 0;
  return 0;
});

EM_JS(unsigned, pf_page_glue_random, (void), {
  return crypto.getRandomValues(new Uint32Array(1))[0];
});

/*
 * What glue.c has, and: host, the client's; canvas, in place of the camera, with its frame rate;
 * devices, which ask the browser for nothing but the sources of `media`.
 */
EM_JS(void, pf_page_glue_open, (struct pf_driver *driver, struct pf_host *host, unsigned media), {
  const glue = Module["glue"][driver];
  const real = glue.devices;
  glue.host = host;
  glue.canvas = null;
  glue.ending = new AbortController();
  glue.devices = {
    enumerateDevices: () => media ? real.enumerateDevices() : Promise.resolve([]),
    async getUserMedia({ audio, video }) {
      const canvas = video && glue.canvas;
      const camera = canvas ? false : video;
      if ((audio && !(media & 1)) || (camera && !(media & 2))) {
        throw new DOMException("not asked for", "NotFoundError");
      }
      if ((audio || camera) && !real) {
        throw new DOMException("none", isSecureContext ? "unsupported" : "InsecureContext");
      }
      const stream = audio || camera
        ? await real.getUserMedia({ audio: audio, video: camera })
        : new MediaStream();
      if (canvas) {
        stream.addTrack(canvas.element.captureStream(canvas.fps).getVideoTracks()[0]);
      }
      return stream;
    }
  };
  const listen = (target, type, act) => {
    if (target) target.addEventListener(type, act, { signal: glue.ending.signal });
  };
  const changed = () => glue.tell(_pf_host_on_network, [], host, navigator.onLine);
  listen(globalThis, "online", changed);
  listen(globalThis, "offline", changed);
  const connection = navigator.connection; /* not in every browser */
  let kind = connection && connection.type;
  listen(connection, "change", () => { /* also fires for the speed alone */
    if (kind != connection.type) changed();
    kind = connection.type;
  });
  listen(document, "visibilitychange", () => {
    if (!document.hidden) glue.tell(_pf_host_on_visible, [], host);
  });
  if (media) listen(real, "devicechange", () => glue.tell(_pf_host_on_devices, [], host));
});

EM_JS(void, pf_page_glue_close, (struct pf_driver *driver), {
  const glue = Module["glue"][driver];
  glue.ending.abort();
  for (const peer of [...glue.people.keys()]) glue.forget(peer);
});

EM_JS(void, pf_page_glue_wake, (struct pf_driver *driver), {
  const glue = Module["glue"][driver];
  glue.later(() => glue.tell(_pf_host_on_wake, [], glue.host));
});

EM_JS(int, pf_page_glue_canvas, (struct pf_driver *driver, const char *selector, double fps), {
  const glue = Module["glue"][driver];
  if (!selector) {
    glue.canvas = null;
    return 0;
  }
  const element = glue.find(selector, "CANVAS");
  if (!element) return -5;
  if (!element.captureStream) return -4;
  glue.canvas = { element: element, fps: fps };
  return 0;
});

/* clang-format on */
