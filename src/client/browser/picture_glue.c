/* picture_glue.c - the pictures of people: in elements, textures and memory. */
/* SPDX-License-Identifier: MIT */
#include "client/browser/page_glue.h"

#include <emscripten.h>

const char pf_picture_glue_linked = 0;

/* clang-format off */

EM_JS(void, pf_picture_glue_volume, (struct pf_driver *driver, unsigned peer, double volume), {
  Module["glue"][driver].meet(peer).element.volume = volume;
});

/* HAVE_CURRENT_DATA: there is a frame. */
EM_JS(unsigned, pf_picture_glue_size, (struct pf_driver *driver, unsigned peer), {
  const person = Module["glue"][driver].people.get(peer);
  if (!person || person.element.readyState < 2) return 0;
  return person.element.videoWidth * 65536 + person.element.videoHeight;
});

/* The voice is played by the element in glue.people. */
EM_JS(int, pf_picture_glue_show, (struct pf_driver *driver, unsigned peer, const char *selector), {
  const glue = Module["glue"][driver];
  const element = glue.find(selector, "VIDEO");
  if (!element) return -5;
  const person = glue.meet(peer);
  glue.shown.set(element, person);
  element.muted = true;
  element.playsInline = true;
  if (element.srcObject != person.stream) element.srcObject = person.stream;
  glue.play(element);
  return 0;
});

/* GLctx is Emscripten's WebGL context that is current, where the program is linked with GL. */
EM_JS(int, pf_picture_glue_texture, (struct pf_driver *driver, unsigned peer), {
  const element = Module["glue"][driver].people.get(peer).element;
  if (typeof GLctx == "undefined" || !GLctx) return -4;
  GLctx.texImage2D(GLctx.TEXTURE_2D, 0, GLctx.RGBA, GLctx.RGBA, GLctx.UNSIGNED_BYTE, element);
  return 0;
});

EM_JS(int, pf_picture_glue_pixels, (struct pf_driver *driver, unsigned peer, void *rgba, int width,
                                    int height), {
  const glue = Module["glue"][driver];
  const paper = glue.paper = glue.paper || document.createElement("canvas");
  if (paper.width != width) paper.width = width;
  if (paper.height != height) paper.height = height;
  const context = paper.getContext("2d", { willReadFrequently: true });
  context.drawImage(glue.people.get(peer).element, 0, 0, width, height);
  HEAPU8.set(context.getImageData(0, 0, width, height).data, rgba);
  return 0;
});

/* clang-format on */
