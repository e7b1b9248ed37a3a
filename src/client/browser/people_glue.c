/* people_glue.c - who is heard and seen by a client: media elements, tracks, data channels. */
/* SPDX-License-Identifier: MIT */
#include "client/browser/page_glue.h"

#include <emscripten.h>

const char pf_people_glue_linked = 0;

/* clang-format off */

/*
 * Module["glue"][driver], also:
 *   people     by the client's ids, 0 is oneself: {stream, element, entry}; the element, which is
 *              in no document, plays the stream; entry is that of glue.pcs which feeds it, or null
 *   shown      HTMLVideoElements of the program, and whom each shows
 *   find(selector, tag)   an element of the document, or null
 *   meet(peer)            gives somebody, new or known
 *   forget(peer)
 *   play(element)         and again at the next click or key if the browser wants one
 */
EM_JS(void, pf_people_glue_open, (struct pf_driver *driver), {
  const glue = Module["glue"][driver];
  const gestures = ["click", "keydown", "touchend"];
  let isBlocked = false;
  const setBlocked = (value) => {
    if (value == isBlocked) return;
    isBlocked = value;
    glue.later(() => glue.tell(_pf_host_on_sound, [], glue.host, value));
    for (const type of gestures) {
      if (value) addEventListener(type, unblock, { capture: true, signal: glue.ending.signal });
      else removeEventListener(type, unblock, { capture: true });
    }
  };
  const unblock = () => {
    const plays = [...glue.people.values()].map((person) => person.element.play());
    Promise.all(plays).then(() => setBlocked(false), () => {}); /* or at the next one */
  };
  glue.people = new Map();
  glue.shown = new Map();
  glue.find = (selector, tag) => {
    try {
      const element = document.querySelector(glue.word(selector));
      return element && element.tagName == tag ? element : null;
    } catch (error) {
      return null; /* it is no selector */
    }
  };
  glue.play = (element) => Promise.resolve(element.play()).catch((error) => {
    if (error.name == "NotAllowedError") setBlocked(true); /* AbortError: there is another one */
  });
  glue.meet = (peer) => {
    const known = glue.people.get(peer);
    if (known) return known;
    const element = document.createElement("video");
    const person = { stream: new MediaStream(), element: element, entry: null };
    element.muted = !peer;
    element.playsInline = true;
    element.srcObject = person.stream;
    glue.people.set(peer, person);
    glue.play(element);
    return person;
  };
  glue.forget = (peer) => {
    const person = glue.people.get(peer);
    if (!person) return;
    glue.people.delete(peer);
    person.element.srcObject = null;
    glue.shown.forEach((who, element) => {
      if (who != person) return;
      glue.shown.delete(element);
      if (element.srcObject == person.stream) element.srcObject = null;
    });
  };
});

/* The low mark: a quarter of what may wait, see host.c. */
EM_JS(void, pf_people_glue_connect, (struct pf_driver *driver, unsigned peer, unsigned pc), {
  const glue = Module["glue"][driver];
  const person = glue.meet(peer);
  const entry = glue.pcs.get(pc) || null;
  if (person.entry == entry) return;
  person.entry = entry;
  const channels = entry ? entry.channels.slice(1) : [];
  const told = () => {
    if (person.entry != entry || glue.people.get(peer) != person) return;
    const isOpen = channels.length && channels.every((channel) => channel.readyState == "open");
    glue.tell(_pf_host_on_channel, [], glue.host, peer, !!isOpen);
  };
  channels.forEach((channel, index) => {
    channel.bufferedAmountLowThreshold = 262144;
    channel.onopen = channel.onclose = told;
    channel.onbufferedamountlow = () => glue.tell(_pf_host_on_writable, [], glue.host);
    channel.onmessage = (event) => {
      glue.tell(_pf_host_on_frame, [event.data], glue.host, peer, typeof event.data == "string",
        index);
    };
  });
  if (entry) {
    for (const track of person.stream.getTracks()) person.stream.removeTrack(track);
    for (const track of entry.remote.getTracks()) person.stream.addTrack(track);
    entry.remote = person.stream;
  }
  glue.later(told);
});

EM_JS(void, pf_people_glue_forget, (struct pf_driver *driver, unsigned peer), {
  Module["glue"][driver].forget(peer);
});

EM_JS(void, pf_people_glue_own, (struct pf_driver *driver, unsigned id), {
  const glue = Module["glue"][driver];
  const track = glue.tracks.get(id);
  if (!track && !glue.people.has(0)) return;
  const stream = glue.meet(0).stream;
  for (const old of stream.getTracks()) {
    if (old != track) stream.removeTrack(old);
  }
  if (track) stream.addTrack(track);
});

EM_JS(double, pf_people_glue_waiting, (struct pf_driver *driver, unsigned peer, int number), {
  const person = Module["glue"][driver].people.get(peer);
  const channel = person && person.entry && person.entry.channels[number];
  return channel && channel.readyState == "open" ? channel.bufferedAmount : -1;
});

EM_JS(void, pf_people_glue_send, (struct pf_driver *driver, unsigned peer, int number, int is_text,
                                  const char *head, size_t head_size, const char *data,
                                  size_t size), {
  const channel = Module["glue"][driver].people.get(peer).entry.channels[number];
  const frame = new Uint8Array(head_size + size);
  frame.set(HEAPU8.subarray(head, head + head_size));
  frame.set(HEAPU8.subarray(data, data + size), head_size);
  try {
    channel.send(is_text ? new TextDecoder().decode(frame) : frame);
  } catch (error) {
    /* OperationError: as lost as what a connection loses. */
  }
});

/* clang-format on */
