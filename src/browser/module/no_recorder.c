/* no_recorder.c - the module without an event log. */
/* SPDX-License-Identifier: MIT */
#include "browser/module/recorder.h"

void pf_recorder_publish(void)
{
}

void pf_recorder_begin(struct pf_driver *driver, const struct pf_room_config *config)
{
    (void)driver;
    (void)config;
}
