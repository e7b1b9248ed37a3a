/* choice.h - what a source is to be captured from. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_MEDIA_CHOICE_H
#define PF_CORE_MEDIA_CHOICE_H

#include "core/media/devices.h"

#include <stddef.h>

/* The device is kept while the origin is another one, to go back to. */
struct pf_choice {
    enum pf_origin origin;
    size_t size;
    char text[PF_DEVICE_ID_SIZE_MAX + 1]; /* the device's id, or "" for whichever there is */
};

/* `device` has at most PF_DEVICE_ID_SIZE_MAX bytes. */
void pf_choice_set(struct pf_choice *choice, enum pf_origin origin, struct pf_slice device);

/* The id of the device; "" too where it is none that counts. Borrowed from the choice. */
struct pf_slice pf_choice_device(const struct pf_choice *choice);

/* The device to ask for: any when the chosen one is known to be gone. */
struct pf_slice pf_choice_request(const struct pf_choice *choice, const struct pf_devices *devices,
                                  enum pf_source source);

#endif
