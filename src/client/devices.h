/* devices.h - the microphones and cameras that the browser has listed. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CLIENT_DEVICES_H
#define PF_CLIENT_DEVICES_H

#include "core/room.h"

enum {
    PF_CLIENT_DEVICES_MAX = 8, /* of one kind; nobody has more, and nobody would read the list */
    PF_CLIENT_LABEL_SIZE_MAX = 127,
};

struct pf_client_device {
    char id[PF_DEVICE_ID_SIZE_MAX + 1];
    char label[PF_CLIENT_LABEL_SIZE_MAX + 1];
};

struct pf_client_devices {
    size_t counts[PF_DEVICE_SOURCES_COUNT];
    struct pf_client_device lists[PF_DEVICE_SOURCES_COUNT][PF_CLIENT_DEVICES_MAX];
};

/* PF_COMMAND_SHOW_DEVICES. */
void pf_client_devices_take(struct pf_client_devices *devices, const struct pf_command *command);

/* NULL: there are not as many. */
const struct pf_client_device *pf_client_devices_get(const struct pf_client_devices *devices,
                                                     enum pf_source source, size_t index);

#endif
