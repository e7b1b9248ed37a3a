/* devices.c - the microphones and cameras that the browser has listed. */
/* SPDX-License-Identifier: MIT */
#include "client/devices.h"

void pf_client_devices_take(struct pf_client_devices *devices, const struct pf_command *command)
{
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        devices->counts[i] = 0;
    }
    for (size_t i = 0; i < command->devices.count; i++) {
        const struct pf_device *listed = &command->devices.list[i];
        size_t *count = &devices->counts[listed->source];
        if (*count < PF_CLIENT_DEVICES_MAX) {
            struct pf_client_device *device = &devices->lists[listed->source][(*count)++];
            (void)pf_slice_copy(listed->id, device->id, sizeof device->id); /* cut: not found */
            (void)pf_slice_copy(listed->label, device->label, sizeof device->label); /* likewise */
        }
    }
}

const struct pf_client_device *pf_client_devices_get(const struct pf_client_devices *devices,
                                                     enum pf_source source, size_t index)
{
    return index < devices->counts[source] ? &devices->lists[source][index] : NULL;
}
