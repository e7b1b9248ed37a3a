/*
 * glue.h - what C asks of the browser: one function of JavaScript for each W3C call.
 *
 * Texts are pointers and sizes into wasm memory, valid during the call. Nothing here calls back
 * into C before it returns: what comes of a call comes later, through the functions that client.c
 * exports. Objects of the browser stay in JavaScript, in tables whose keys are the core's ids.
 */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BROWSER_GLUE_H
#define PF_BROWSER_GLUE_H

#include <stddef.h>

/* Run when the module is instantiated: the tables of the glue, and what JavaScript calls. */
void pf_glue_init(void);
void pf_glue_publish(void);

double pf_glue_now_ms(void);            /* performance.now() and Date.now() */
void pf_glue_set_timer(double wait_ms); /* setTimeout(); replaces the last one; 2^31 up: none */

/* Hands the record of the room's events to JavaScript, which copies it. */
void pf_glue_give_record(const char *events, size_t size, int is_complete);

/* WebSocket */
void pf_glue_socket_open(unsigned socket, const char *url, size_t url_size);
void pf_glue_socket_send(unsigned socket, const char *text, size_t size);
void pf_glue_socket_close(unsigned socket, int code);

/* MediaDevices.getUserMedia(), with the microphone, the camera or both; ids are 0 or track ids */
void pf_glue_capture_open(unsigned microphone, const char *microphone_id, size_t microphone_id_size,
                          unsigned camera, const char *camera_id, size_t camera_id_size);
void pf_glue_capture_stop(unsigned track);         /* MediaStreamTrack.stop() */
void pf_glue_track_enable(unsigned track, int on); /* MediaStreamTrack.enabled */
void pf_glue_devices_enumerate(void);              /* MediaDevices.enumerateDevices() */

/* RTCPeerConnection */
void pf_glue_pc_create(unsigned pc, int offers, const char *ice_servers, size_t ice_servers_size);
void pf_glue_pc_close(unsigned pc);
void pf_glue_pc_create_offer(unsigned pc, int ice_restart);
void pf_glue_pc_create_answer(unsigned pc);
void pf_glue_pc_set_local(unsigned pc, const char *type, const char *sdp, size_t sdp_size);
void pf_glue_pc_set_remote(unsigned pc, const char *type, const char *sdp, size_t sdp_size);
void pf_glue_pc_read_local(unsigned pc); /* RTCPeerConnection.localDescription */
/* RTCIceCandidateInit; mid and fragment may be NULL for null, index < 0 is null */
void pf_glue_pc_add_candidate(unsigned pc, const char *candidate, size_t candidate_size,
                              const char *mid, size_t mid_size, int mline_index,
                              const char *fragment, size_t fragment_size);
void pf_glue_pc_set_sender(unsigned pc, int source, unsigned track); /* replaceTrack() */
void pf_glue_pc_channel_send(unsigned pc, const char *text, size_t size);

/* The page: web/peerface.js gives the functions that these call. Words end in NUL. */
void pf_glue_show_room(const char *state, const char *reason, int relay_away, const char *self,
                       const char *ticket, size_t ticket_size);
void pf_glue_show_local(const char *source, int wanted, const char *state, const char *error,
                        unsigned track, const char *device, size_t device_size);
void pf_glue_show_device(const char *source, const char *id, size_t id_size, const char *label,
                         size_t label_size);
void pf_glue_show_devices_end(void);
void pf_glue_show_peer(const char *id, const char *name, size_t name_size, const char *state,
                       const char *microphone, const char *camera, int away, unsigned pc);
void pf_glue_hide_peer(const char *id);

#endif
