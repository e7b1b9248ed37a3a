/* page.c - the module's side towards web/peerface.js: one room, its methods and what it shows. */
/* SPDX-License-Identifier: MIT */
#include "browser/module/page.h"

#include <emscripten.h>

/* clang-format off */

/* What peerface.js calls: Module["core"]. Text arguments are strings. */
EM_JS(void, pf_page_publish, (void), {
  let driver;
  let glue;
  Module["core"] = {
    start(url, ticket, microphone, microphoneId, camera, cameraId, own) {
      const random = crypto.getRandomValues(new Uint32Array(2));
      if (driver) _pf_module_reset(driver); else driver = _pf_module_new();
      if (!driver) throw new Error("out of memory");
      glue = Module["glue"][driver];
      glue.put([url, ticket, microphoneId, cameraId]);
      glue.own = own;
      const origin = (source, wanted) => own[source] ? 1 : wanted == "none" ? 2 : 0;
      return _pf_module_start(driver, microphone, origin(0, microphone), camera, origin(1, camera),
        random[0], random[1] || 1);
    },
    join(room, name) { glue.tell(_pf_module_join, [room, name]); },
    setToken(token) { return glue.tell(_pf_module_set_token, [token]); },
    relayOnly() { glue.tell(_pf_module_relay_only, []); },
    leave() { glue.tell(_pf_module_leave, []); },
    setSource(source, on) { glue.tell(_pf_module_set_source, [], source, on); },
    selectDevice(source, id) { glue.tell(_pf_module_select_device, [id], source); },
    setTrack(source, track) {
      glue.own[source] = track;
      glue.tell(_pf_module_set_origin, [], source, track ? 1 : 2);
    },
    setAudio(constraints) {
      Module["audio"] = constraints;
      glue.tell(_pf_module_reopen, [], 0);
    },
    host(action, id) { return glue.tell(_pf_module_host, [action, id]); },
    setName(name) { return glue.tell(_pf_module_set_name, [name]); },
    setHand(raised) { glue.tell(_pf_module_set_hand, [], raised); },
    setWanted(id, source, width) { glue.tell(_pf_module_set_wanted, [id], source, width); },
    react(kind) { glue.tell(_pf_module_react, [kind]); },
    say(text, first) { return glue.tell(_pf_module_say, [text], first); },
    offerFile(id, name, size) { glue.tell(_pf_module_offer_file, [id, name], size); },
    setFile(id, state, number, own, offset) {
      glue.tell(_pf_module_set_file, [id, state], number, own, offset);
    },
    networkChanged(online) { glue.tell(_pf_module_network_changed, [], online); },
    visible() { glue.tell(_pf_module_visible, []); },
    devicesChanged() { glue.tell(_pf_module_devices_changed, []); }
  };
});

EM_JS(void, pf_page_show_room, (struct pf_driver *driver, const char *state, const char *reason,
                                int relay_away, int ice_servers_refused, const char *self,
                                const char *ticket,
                                size_t ticket_size, unsigned hand, const char *role,
                                int is_locked, int is_knocking), {
  const glue = Module["glue"][driver];
  Module["page"].showRoom({
    state: glue.word(state), reason: glue.word(reason), relayAway: !!relay_away,
    iceServersRefused: !!ice_servers_refused, self: glue.word(self),
    ticket: glue.get(ticket, ticket_size), hand: hand,
    role: glue.word(role), locked: !!is_locked, knocking: !!is_knocking
  });
});

EM_JS(void, pf_page_show_local, (struct pf_driver *driver, const char *source, int wanted,
                                 int interrupted, const char *state, const char *error,
                                 unsigned track, const char *device, size_t device_size), {
  const glue = Module["glue"][driver];
  Module["page"].showLocal(glue.word(source), {
    wanted: !!wanted, interrupted: !!interrupted, state: glue.word(state), error: glue.word(error),
    deviceId: glue.get(device, device_size)
  }, glue.tracks.get(track) || null);
});

EM_JS(void, pf_page_show_device, (struct pf_driver *driver, const char *source, const char *id,
                                  size_t id_size, const char *label, size_t label_size), {
  const glue = Module["glue"][driver];
  Module["page"].showDevice(glue.word(source), glue.get(id, id_size), glue.get(label, label_size));
});

EM_JS(void, pf_page_show_devices_end, (void), { Module["page"].showDevicesEnd(); });

EM_JS(void, pf_page_show_peer, (struct pf_driver *driver, const char *id, const char *name,
                                size_t name_size, const char *state, const char *microphone,
                                const char *camera, const char *screen, const char *screen_audio,
                                int away, int video_rejected, int screen_supported,
                                int channels_supported, int host_supported, unsigned hand,
                                const char *quality, const char *reason, const char *role,
                                unsigned pc), {
  const glue = Module["glue"][driver];
  Module["page"].showPeer(glue.word(id), {
    name: glue.get(name, name_size), state: glue.word(state), microphone: glue.word(microphone),
    camera: glue.word(camera), screen: glue.word(screen), screenAudio: glue.word(screen_audio),
    away: !!away, videoSupported: !video_rejected, screenSupported: !!screen_supported,
    channelsSupported: !!channels_supported, hostSupported: !!host_supported, hand: hand,
    quality: glue.word(quality), qualityReason: glue.word(reason), role: glue.word(role)
  }, glue.pcs.get(pc) || null);
});

EM_JS(void, pf_page_hide_peer, (struct pf_driver *driver, const char *id), {
  Module["page"].hidePeer(Module["glue"][driver].word(id));
});

EM_JS(void, pf_page_show_knock, (struct pf_driver *driver, const char *id, const char *name,
                                 size_t name_size), {
  const glue = Module["glue"][driver];
  Module["page"].showKnock(glue.word(id), glue.get(name, name_size) || "");
});

EM_JS(void, pf_page_show_knocks_end, (void), { Module["page"].showKnocksEnd(); });

EM_JS(void, pf_page_show_muted, (struct pf_driver *driver, const char *id), {
  Module["page"].showMuted(Module["glue"][driver].word(id));
});

EM_JS(void, pf_page_show_reaction, (struct pf_driver *driver, const char *id, const char *kind), {
  const glue = Module["glue"][driver];
  Module["page"].showReaction(glue.word(id), glue.word(kind));
});

EM_JS(void, pf_page_show_message, (struct pf_driver *driver, const char *id, unsigned instance,
                                   unsigned first, const char *delivery, unsigned age_ms,
                                   const char *name, size_t name_size, const char *text,
                                   size_t text_size), {
  const glue = Module["glue"][driver];
  Module["page"].showMessage(glue.word(id), instance >>> 0, first >>> 0, glue.word(delivery),
    age_ms >>> 0, glue.get(name, name_size), glue.get(text, text_size));
});

EM_JS(void, pf_page_show_file, (struct pf_driver *driver, const char *id, unsigned number,
                                int is_own, const char *state, unsigned offset, unsigned size,
                                const char *name, size_t name_size), {
  const glue = Module["glue"][driver];
  Module["page"].showFile(glue.word(id), number >>> 0, !!is_own, glue.word(state), offset >>> 0,
    size >>> 0, glue.get(name, name_size));
});

/* clang-format on */
