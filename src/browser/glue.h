/*
 * glue.h - what C asks of the browser: one JavaScript function for each call of a W3C API.
 *
 * Texts are pointers and sizes into wasm memory, valid during the call. No function here calls back
 * into C before it returns: results are reported later, through the functions that driver.c
 * exports. The browser's objects stay in JavaScript, in tables per driver whose keys are the ids
 * that the room has chosen.
 */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BROWSER_GLUE_H
#define PF_BROWSER_GLUE_H

#include <stddef.h>

struct pf_driver;

/* One for each file of glue; see driver.c. */
extern const char pf_glue_linked, pf_glue_media_linked, pf_glue_pc_linked, pf_glue_quality_linked,
    pf_driver_pc_linked;

/* The tables of a new driver. After close(), nothing reports to the driver any more. */
void pf_glue_open(struct pf_driver *driver);
void pf_glue_close(struct pf_driver *driver);

double pf_glue_now_ms(struct pf_driver *driver); /* performance.now() and Date.now() */
/* setTimeout(), in place of the previous timer; none if it is 2^31 or more */
void pf_glue_set_timer(struct pf_driver *driver, double wait_ms);

/* WebSocket */
void pf_glue_socket_open(struct pf_driver *driver, unsigned socket, const char *url,
                         size_t url_size);
void pf_glue_socket_send(struct pf_driver *driver, unsigned socket, const char *text, size_t size);
void pf_glue_socket_close(struct pf_driver *driver, unsigned socket, int code);

/* MediaDevices.getUserMedia(), with the microphone, the camera or both; ids are 0 or track ids */
void pf_glue_capture_open(struct pf_driver *driver, unsigned microphone, const char *microphone_id,
                          size_t microphone_id_size, unsigned camera, const char *camera_id,
                          size_t camera_id_size);
/* MediaStreamTrack.clone() of the caller's own track for a source: Module["glue"][driver].own */
void pf_glue_capture_take(struct pf_driver *driver, int source, unsigned track);
/* MediaDevices.getDisplayMedia(), within the user's gesture */
void pf_glue_screen_open(struct pf_driver *driver, unsigned picture, unsigned sound);
void pf_glue_capture_stop(struct pf_driver *driver, unsigned track); /* MediaStreamTrack.stop() */
/* MediaStreamTrack.enabled */
void pf_glue_track_enable(struct pf_driver *driver, unsigned track, int on);
void pf_glue_devices_enumerate(struct pf_driver *driver); /* MediaDevices.enumerateDevices() */

/* RTCPeerConnection */
void pf_glue_pc_create(struct pf_driver *driver, unsigned pc, int offers, int relay_only,
                       const char *ice_servers, size_t ice_servers_size);
void pf_glue_pc_open_channels(struct pf_driver *driver, unsigned pc);
void pf_glue_pc_configure(struct pf_driver *driver, unsigned pc, const char *ice_servers,
                          size_t ice_servers_size);
void pf_glue_pc_close(struct pf_driver *driver, unsigned pc);
void pf_glue_pc_create_offer(struct pf_driver *driver, unsigned pc, int ice_restart);
void pf_glue_pc_create_answer(struct pf_driver *driver, unsigned pc);
void pf_glue_pc_set_local(struct pf_driver *driver, unsigned pc, const char *type, const char *sdp,
                          size_t sdp_size);
void pf_glue_pc_set_remote(struct pf_driver *driver, unsigned pc, const char *type, const char *sdp,
                           size_t sdp_size);
void pf_glue_pc_read_local(struct pf_driver *driver, unsigned pc); /* localDescription */
/* RTCIceCandidateInit; mid and fragment may be NULL for null, index < 0 is null */
void pf_glue_pc_add_candidate(struct pf_driver *driver, unsigned pc, const char *candidate,
                              size_t candidate_size, const char *mid, size_t mid_size,
                              int mline_index, const char *fragment, size_t fragment_size);
/* RTCRtpSender.replaceTrack() */
void pf_glue_pc_set_sender(struct pf_driver *driver, unsigned pc, int source, unsigned track);
/* RTCRtpSender.setParameters(); `asked` is for diagnosis */
void pf_glue_pc_set_encoding(struct pf_driver *driver, unsigned pc, int source, unsigned asked,
                             int rate_kbps, int scale, int frame_rate);
/* RTCPeerConnection.getStats() of all connections, every 2 s until there is none */
void pf_glue_sample(struct pf_driver *driver);
/* RTCDataChannel.send() on channel 0 */
void pf_glue_pc_channel_send(struct pf_driver *driver, unsigned pc, const char *text, size_t size);

#endif
