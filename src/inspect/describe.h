/* describe.h - events, commands and the state of a room as JSON, for people to look at. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_INSPECT_DESCRIBE_H
#define PF_INSPECT_DESCRIBE_H

#include "core/event_log.h"
#include "inspect/json_writer.h"

/*
 * Each puts one object. Names are those of the event log and of the JavaScript API; `name` is as in
 * json_writer.h.
 */

/* {"url": .., "instance": .., ..}: the first line of an event log. */
void pf_describe_config(struct pf_json_writer *writer, const char *name,
                        const struct pf_room_config *config);

/* {"what": "pc-state", "pc": 3, ..}: a line of an event log without its time. */
void pf_describe_event(struct pf_json_writer *writer, const char *name,
                       const struct pf_event *event);

/* {"what": "pc-set-local", "pc": 3, ..} */
void pf_describe_command(struct pf_json_writer *writer, const char *name,
                         const struct pf_command *command);

/*
 * What the room knows, and is about to do: its own state, the relay session, the sources, the peers
 * with the states of their modules, counters. This looks into the room; nothing else may.
 */
void pf_describe_room(struct pf_json_writer *writer, const char *name, const struct pf_room *room);

#endif
