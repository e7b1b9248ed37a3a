/* fuzz_core.c - a room of the core survives any events in any order, and ends clean. */
/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "base/assert.h"
#include "core_chaos.h"
#include "core_events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct pf_room_config config = driver_config();
    struct driver *driver = driver_new(&config);
    struct chaos chaos = {.driver = driver, .bytes = data, .bytes_left = size};
    driver_enter(driver, DRIVER_HIGH, DRIVER_LOW); /* where most things can happen */
    while (size > 0 && chaos_step(&chaos)) {
        /* the driver checks each of them */
    }
    driver_leave(driver);
    driver_wait(driver, 200);
    PF_ASSERT(driver_live_tracks(driver) == 0);
    PF_ASSERT(driver_open_pcs(driver) == 0);
    PF_ASSERT(pf_room_deadline_ms(driver->room) == PF_NEVER);
    driver_free(driver);
    return 0;
}
