/* devices.c - the list of cameras and microphones. */
/* SPDX-License-Identifier: MIT */
#include "core/media/devices.h"

void pf_devices_set(struct pf_devices *devices, const struct pf_device *list, size_t count)
{
    devices->count = 0;
    for (size_t i = 0; i < count && devices->count < PF_DEVICES_MAX; i++) {
        if (list[i].id.size > PF_DEVICE_ID_SIZE_MAX) {
            continue;
        }
        char *id = devices->ids[devices->count];
        char *label = devices->labels[devices->count];
        struct pf_device *device = &devices->list[devices->count++];
        device->source = list[i].source;
        device->id.data = id;
        device->id.size = pf_slice_copy(list[i].id, id, PF_DEVICE_ID_SIZE_MAX + 1);
        device->label.data = label;
        device->label.size = pf_slice_copy(list[i].label, label, PF_DEVICE_LABEL_SIZE_MAX + 1);
    }
}

bool pf_devices_has(const struct pf_devices *devices, enum pf_source source, struct pf_slice id)
{
    for (size_t i = 0; i < devices->count; i++) {
        const struct pf_device *device = &devices->list[i];
        if (device->source == source && pf_slice_equal(device->id, id)) {
            return true;
        }
    }
    return false;
}

bool pf_devices_has_any(const struct pf_devices *devices, enum pf_source source)
{
    for (size_t i = 0; i < devices->count; i++) {
        if (devices->list[i].source == source) {
            return true;
        }
    }
    return false;
}
