/* context.h - what all modules of a room share. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_COMMON_CONTEXT_H
#define PF_CORE_COMMON_CONTEXT_H

#include "base/random.h"
#include "core/common/outbox.h"
#include "core/room.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    PF_PEERS_MAX = PF_MEMBERS_MAX - 1,
};

struct pf_publishing;
struct pf_quality;

/* Each field is written by the module named, and read by all. */
struct pf_context {
    uint64_t now_ms; /* room: the time of the event being handled */
    struct pf_random random;
    uint32_t instance; /* room: this side's */
    struct pf_publishing
        *publishing;            /* media; forward-declared, as common includes no other folder */
    struct pf_quality *quality; /* media */
    pf_socket socket;           /* relay session: 0 for none */
    bool joined;                /* relay session: the relay forwards signals */
    bool webrtc_missing;        /* connection: there is no RTCPeerConnection at all */
    bool ice_servers_refused;   /* connection: by the browser, those of now */
    bool relay_only;            /* relay session, room: PF_EVENT_RELAY_ONLY */
    bool is_observer;           /* room: this side has no RTCPeerConnection */
    size_t ice_servers_size;    /* ice_servers; connection: 0 once they are refused */
    char ice_servers[PF_ICE_SERVERS_SIZE_MAX];
    uint32_t last_id; /* of sockets, connections and tracks */
    struct pf_room_counters counters;
    struct pf_outbox outbox;
};

/* A new id for a socket, connection or track. */
static inline uint32_t pf_context_next_id(struct pf_context *context)
{
    return ++context->last_id;
}

/* Sends outbox.message to the relay; it is lost, and counted, when the outbox is full. */
static inline void pf_context_send(struct pf_context *context)
{
    struct pf_command *command = pf_outbox_push_message(&context->outbox, PF_COMMAND_SOCKET_SEND);
    if (command) {
        command->socket = context->socket;
    } else {
        context->counters.unsent++;
    }
}

/* The earlier of two deadlines. */
static inline uint64_t pf_earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

#endif
