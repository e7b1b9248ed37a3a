/* choice.c - what a source is to be captured from. */
/* SPDX-License-Identifier: MIT */
#include "core/media/choice.h"

void pf_choice_set(struct pf_choice *choice, enum pf_origin origin, struct pf_slice device)
{
    choice->origin = origin;
    choice->size = pf_slice_copy(device, choice->text, sizeof choice->text);
}

struct pf_slice pf_choice_device(const struct pf_choice *choice)
{
    return choice->origin == PF_ORIGIN_PAGE ? PF_SLICE("")
                                            : (struct pf_slice){choice->text, choice->size};
}

struct pf_slice pf_choice_request(const struct pf_choice *choice, const struct pf_devices *devices,
                                  enum pf_source source)
{
    const struct pf_slice chosen = pf_choice_device(choice);
    const struct pf_slice any = PF_SLICE("");
    const bool ids_known = devices->count > 0 && !pf_devices_has(devices, source, any);
    return ids_known && !pf_devices_has(devices, source, chosen) ? any : chosen;
}
