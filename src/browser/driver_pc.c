/* driver_pc.c - what the browser reports of an RTCPeerConnection; called by the glue alone. */
/* SPDX-License-Identifier: MIT */
#include "browser/driver.h"

#include "base/assert.h"
#include "browser/driver_texts.h"
#include "browser/glue.h"
#include "core/names.h"

#include <emscripten.h>

const char pf_driver_pc_linked = 0;

/* A word that is none of the two is a browser's mistake, and no use to go on with. */
static enum pf_description_type description_type_at(const struct pf_driver *driver, size_t index)
{
    const size_t count = pf_names_of_descriptions.count;
    const size_t type = pf_driver_value(driver, index, &pf_names_of_descriptions, count);
    PF_ASSERT(type < count);
    return (enum pf_description_type)type;
}

/* Texts: RTCSdpType, sdp. `is_local`: it is localDescription, not the result of an operation. */
EMSCRIPTEN_KEEPALIVE void pf_driver_pc_description(struct pf_driver *driver, unsigned pc,
                                                   int is_local)
{
    struct pf_event event = {.type = is_local ? PF_EVENT_PC_LOCAL : PF_EVENT_PC_DESCRIPTION,
                             .pc = pc};
    event.description.sdp = pf_driver_text(driver, 1);
    event.description.type = description_type_at(driver, 0);
    pf_driver_handle(driver, &event);
}

/* Text: RTCSdpType. */
EMSCRIPTEN_KEEPALIVE void pf_driver_pc_remote_set(struct pf_driver *driver, unsigned pc)
{
    struct pf_event event = {.type = PF_EVENT_PC_REMOTE_SET, .pc = pc};
    event.description_set = description_type_at(driver, 0);
    pf_driver_handle(driver, &event);
}

EMSCRIPTEN_KEEPALIVE void pf_driver_pc_sender_set(struct pf_driver *driver, unsigned pc, int source,
                                                  unsigned track)
{
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_PC_SENDER_SET,
                                                .pc = pc,
                                                .sender_set = {(enum pf_source)source, track}});
}

EMSCRIPTEN_KEEPALIVE void pf_driver_pc_encoding_set(struct pf_driver *driver, unsigned pc,
                                                    int source, int ok)
{
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_PC_ENCODING_SET,
                                                .pc = pc,
                                                .encoding_set = {(enum pf_source)source, ok}});
}

/* Text: RTCQualityLimitationReason. The numbers are those of struct pf_sample. */
EMSCRIPTEN_KEEPALIVE void pf_driver_pc_stats(struct pf_driver *driver, unsigned pc,
                                             unsigned round_trip_ms, unsigned lost_out_percent,
                                             unsigned lost_in_percent, unsigned available_kbps,
                                             unsigned encode_ms, unsigned width)
{
    const size_t limitation =
        pf_driver_value(driver, 0, &pf_names_of_limitations, PF_LIMITATION_NONE);
    pf_driver_handle(driver,
                     &(struct pf_event){.type = PF_EVENT_PC_STATS,
                                        .pc = pc,
                                        .sample = {round_trip_ms, lost_out_percent, lost_in_percent,
                                                   available_kbps, (enum pf_limitation)limitation,
                                                   encode_ms, width}});
}

/* Texts: the operation's name in the W3C API, DOMException.name. */
EMSCRIPTEN_KEEPALIVE void pf_driver_pc_failed(struct pf_driver *driver, unsigned pc, int source)
{
    struct pf_event event = {.type = PF_EVENT_PC_FAILED, .pc = pc};
    event.failed.operation =
        (enum pf_operation)pf_driver_value(driver, 0, &pf_names_of_operations, PF_OPERATION_CREATE);
    event.failed.error = pf_driver_dom_error(driver, 1);
    event.failed.source = (enum pf_source)source;
    pf_driver_handle(driver, &event);
}

/* Texts: candidate, sdpMid, usernameFragment. `mline_index`: sdpMLineIndex, -1 for null. */
EMSCRIPTEN_KEEPALIVE void pf_driver_pc_candidate(struct pf_driver *driver, unsigned pc,
                                                 int mline_index)
{
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_PC_CANDIDATE,
                                                .pc = pc,
                                                .candidate = {
                                                    .candidate = pf_driver_text(driver, 0),
                                                    .mid = pf_driver_text(driver, 1),
                                                    .mline_index = mline_index,
                                                    .username_fragment = pf_driver_text(driver, 2),
                                                }});
}

/* `is_refused`: PF_EVENT_PC_TURN_REFUSED, else PC_RELAYED. */
EMSCRIPTEN_KEEPALIVE void pf_driver_pc_turn(struct pf_driver *driver, unsigned pc, int is_refused)
{
    pf_driver_handle(driver, &(struct pf_event){.type = is_refused ? PF_EVENT_PC_TURN_REFUSED
                                                                   : PF_EVENT_PC_RELAYED,
                                                .pc = pc});
}

/* Text: RTCPeerConnectionState. */
EMSCRIPTEN_KEEPALIVE void pf_driver_pc_state(struct pf_driver *driver, unsigned pc)
{
    /* A state that is none of the list is not worth a repair. */
    const size_t state =
        pf_driver_value(driver, 0, &pf_names_of_connection_states, PF_CONNECTION_CONNECTING);
    pf_driver_handle(driver,
                     &(struct pf_event){.type = PF_EVENT_PC_STATE,
                                        .pc = pc,
                                        .connection_state = (enum pf_connection_state)state});
}

/* RTCDataChannel.id */
EMSCRIPTEN_KEEPALIVE void pf_driver_pc_channel(struct pf_driver *driver, unsigned pc, int id,
                                               int is_open)
{
    pf_driver_handle(driver, &(struct pf_event){.type = is_open ? PF_EVENT_PC_CHANNEL_OPENED
                                                                : PF_EVENT_PC_CHANNEL_CLOSED,
                                                .pc = pc,
                                                .channel = {.id = (uint16_t)id}});
}

/* Text: the message, as a string or, if `is_binary`, as bytes. */
EMSCRIPTEN_KEEPALIVE void pf_driver_pc_channel_message(struct pf_driver *driver, unsigned pc,
                                                       int id, int is_binary)
{
    pf_driver_handle(driver, &(struct pf_event){
                                 .type = PF_EVENT_PC_CHANNEL_MESSAGE,
                                 .pc = pc,
                                 .channel = {(uint16_t)id, is_binary, pf_driver_text(driver, 0)}});
}
