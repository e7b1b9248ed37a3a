/* core_captures.h - helpers for the tests of captures and devices. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_CORE_CAPTURES_H
#define PF_TESTS_CORE_CAPTURES_H

#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MICROPHONE PF_SOURCE_MICROPHONE
#define CAMERA     PF_SOURCE_CAMERA

/* The track that the first CAPTURE_OPEN of the last call requests for `source`; 0 for none. */
static inline pf_track asked(const struct driver *driver, enum pf_source source)
{
    return driver_get(driver, PF_COMMAND_CAPTURE_OPEN)->capture_open.tracks[source];
}

static inline void assert_asked_device(const struct driver *driver, enum pf_source source,
                                       const char *device)
{
    const struct pf_command *open = driver_get(driver, PF_COMMAND_CAPTURE_OPEN);
    assert_string_equal(open->capture_open.devices[source].data, device);
}

static inline void assert_local(const struct driver *driver, enum pf_source source,
                                enum pf_capture_state state, enum pf_dom_error error)
{
    assert_int_equal(driver->local[source].state, state);
    assert_int_equal(driver->local[source].error, error);
}

/* Captures both sources and joins a call with one connected peer, to which both are sent. */
static inline pf_pc begin_call(struct driver *driver)
{
    driver_capture(driver);
    driver_enter(driver, 0, 0);
    driver_connect(driver, DRIVER_LOW);
    const pf_pc pc = driver_pc(driver, DRIVER_LOW);
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        driver_sender_set(driver, pc, (enum pf_source)i, driver->local[i].track);
    }
    return pc;
}

/* The first SET_SENDER of the last call for `source`, or NULL. */
static inline const struct pf_command *sender_of(const struct driver *driver, enum pf_source source)
{
    const struct pf_command *command = NULL;
    for (size_t i = 0; (command = driver_find_at(driver, PF_COMMAND_PC_SET_SENDER, i)); i++) {
        if (command->set_sender.source == source) {
            return command;
        }
    }
    return NULL;
}

static inline bool is_live(const struct driver *driver, pf_track track)
{
    return driver->things[track].life == DRIVER_LIVE;
}

#endif
