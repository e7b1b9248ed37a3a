/* fuzz_core.c - no sequence of events makes a room fail an assertion or leak. */
/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "base/assert.h"
#include "core_chaos.h"
#include "core_events.h"

/* The initial state, in most cases a call of three. */
static void begin(struct driver *driver, uint8_t choice)
{
    switch (choice) {
    case 0: break; /* not even started */
    case 1: driver_start(driver); break;
    case 2: driver_join(driver); break; /* before "hello" and the prepared offer */
    case 3:
        driver_start(driver);
        driver_hello(driver);
        break;
    default: driver_enter(driver, DRIVER_HIGH, DRIVER_LOW); break;
    }
}

/* The last byte chooses the initial state, so that the fuzzer can extend the others. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t choice = size > 0 ? data[size - 1] : UINT8_MAX;
    struct pf_room_config config = driver_config();
    if (choice % 16 >= 8) {
        config.ticket = PF_SLICE("ticket");
    }
    struct driver *driver = driver_new(&config);
    struct chaos chaos = {.driver = driver, .bytes = data, .bytes_left = size};
    begin(driver, choice % 8);
    while (size > 0 && chaos_step(&chaos)) {
        /* the driver checks every step */
    }
    driver_leave(driver);
    driver_wait(driver, 200);
    PF_ASSERT(driver_live_tracks(driver) == 0);
    PF_ASSERT(driver_open_pcs(driver) == 0);
    PF_ASSERT(pf_room_deadline_ms(driver->room) == PF_NEVER);
    driver_free(driver);
    return 0;
}
