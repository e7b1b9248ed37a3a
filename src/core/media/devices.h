/* devices.h - the list of cameras and microphones. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_MEDIA_DEVICES_H
#define PF_CORE_MEDIA_DEVICES_H

#include "core/event.h"
#include "core/limits.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    PF_DEVICES_MAX = 32, /* of both kinds; the rest of a longer list is ignored */
    PF_DEVICE_LABEL_SIZE_MAX = 96,
};

struct pf_devices {
    size_t count;
    struct pf_device list[PF_DEVICES_MAX]; /* borrows from the texts below */
    char ids[PF_DEVICES_MAX][PF_DEVICE_ID_SIZE_MAX + 1];
    char labels[PF_DEVICES_MAX][PF_DEVICE_LABEL_SIZE_MAX + 1];
};

/* Copies the list. Devices whose id is too long are left out, long labels are truncated. */
void pf_devices_set(struct pf_devices *devices, const struct pf_device *list, size_t count);

/* Whether `id` is in the list. Before permission is granted all ids are empty. */
bool pf_devices_has(const struct pf_devices *devices, enum pf_source source, struct pf_slice id);

/* Whether there is any device for this source. */
bool pf_devices_has_any(const struct pf_devices *devices, enum pf_source source);

#endif
