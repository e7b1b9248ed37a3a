/* recorder.c - keeps the event log of the module's room, and gives it to the page. */
/* SPDX-License-Identifier: MIT */
#include "browser/module/recorder.h"

#include "core/event_log.h"

#include <emscripten.h>

/* Too large for the module's malloc() beside the messages it is meant for; one room in a module. */
static struct pf_event_log event_log;

/* clang-format off */

EM_JS(void, publish_record, (void), {
  Module["core"].record = () => {
    _pf_module_record();
    return Module["record"];
  };
});

EM_JS(void, give_record, (const char *events, size_t size, int is_complete), {
  Module["record"] = { events: HEAPU8.slice(events, events + size), complete: !!is_complete };
});

/* clang-format on */

static void add(void *user, const struct pf_event *event)
{
    (void)user;
    pf_event_log_add(&event_log, event);
}

void pf_recorder_publish(void)
{
    publish_record();
}

void pf_recorder_begin(struct pf_driver *driver, const struct pf_room_config *config)
{
    pf_event_log_begin(&event_log, config);
    pf_driver_set_observer(driver, add, NULL);
}

EMSCRIPTEN_KEEPALIVE void pf_module_record(void)
{
    const struct pf_slice events = pf_buffer_slice(&event_log.text);
    give_record(events.data, events.size, event_log.is_complete);
}
