/* core_pictures.h - what tests of pictures have in common. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_PICTURES_H
#define PF_CORE_PICTURES_H

#include "core_events.h"

#include <stddef.h>
#include <stdint.h>

/* A member comes, or is another client now; `capabilities` are the elements of a JSON array. */
void pictures_meet(struct driver *d, pf_member_id id, uint32_t instance, const char *capabilities);

/* A member that takes `wanted` is connected, and its data channel is open. */
pf_pc pictures_connect(struct driver *d, pf_member_id id);

/* The camera is on, and the browser has taken the first encoding. */
pf_pc pictures_call(struct driver *d);

/* The peer says how wide it shows camera and screen. */
void pictures_ask(struct driver *d, pf_pc pc, uint32_t camera, uint32_t screen);

/* The first encoding that is commanded is this one. */
void pictures_assert_set(const struct driver *d, enum pf_source source, uint32_t scale,
                         uint32_t frame_rate, uint32_t rate_kbps);

/* How many encodings are commanded. */
size_t pictures_sets(const struct driver *d);

#endif
