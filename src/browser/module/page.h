/* page.h - what the module shows: the functions that web/peerface.js gives it. Words end in NUL. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BROWSER_MODULE_PAGE_H
#define PF_BROWSER_MODULE_PAGE_H

#include <stddef.h>

struct pf_driver;

void pf_page_publish(void); /* what peerface.js calls */

void pf_page_show_room(struct pf_driver *driver, const char *state, const char *reason,
                       int relay_away, int ice_servers_refused, const char *self,
                       const char *ticket, size_t ticket_size, unsigned hand, const char *role,
                       int is_locked, int is_knocking);
void pf_page_show_local(struct pf_driver *driver, const char *source, int wanted, int interrupted,
                        const char *state, const char *error, unsigned track, const char *device,
                        size_t device_size);
void pf_page_show_device(struct pf_driver *driver, const char *source, const char *id,
                         size_t id_size, const char *label, size_t label_size);
void pf_page_show_devices_end(void);
void pf_page_show_peer(struct pf_driver *driver, const char *id, const char *name, size_t name_size,
                       const char *state, const char *microphone, const char *camera,
                       const char *screen, const char *screen_audio, int away, int video_rejected,
                       int screen_supported, int channels_supported, int host_supported,
                       unsigned hand, const char *quality, const char *reason, const char *role,
                       unsigned pc);
void pf_page_show_knock(struct pf_driver *driver, const char *id, const char *name,
                        size_t name_size);
void pf_page_show_knocks_end(void);
void pf_page_show_muted(struct pf_driver *driver, const char *id);
void pf_page_hide_peer(struct pf_driver *driver, const char *id);
void pf_page_show_reaction(struct pf_driver *driver, const char *id, const char *kind);
void pf_page_show_message(struct pf_driver *driver, const char *id, unsigned instance,
                          unsigned first, const char *delivery, unsigned age_ms, const char *name,
                          size_t name_size, const char *text, size_t text_size);
void pf_page_show_file(struct pf_driver *driver, const char *id, unsigned number, int is_own,
                       const char *state, unsigned offset, unsigned size, const char *name,
                       size_t name_size);

#endif
