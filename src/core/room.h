/* room.h - one membership of one room: the public face of the core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_ROOM_H
#define PF_CORE_ROOM_H

#include "base/error.h"
#include "base/slice.h"
#include "core/command.h"
#include "core/event.h"
#include "core/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pf_room_config {
    struct pf_slice url;          /* of the relay, "wss://host/ws"; 1 to PF_URL_SIZE_MAX bytes */
    struct pf_slice ticket;       /* of an earlier membership, or empty */
    uint64_t seed;                /* for back-off jitter */
    uint32_t instance;            /* random, not 0; another one for every room created */
    struct pf_slice capabilities; /* that the others are told of, see message.h; or empty. Name
                                     PF_CAPABILITY_REACTION to be sent reactions,
                                     PF_CAPABILITY_SCREEN to be known to show shared screens, and
                                     PF_CAPABILITY_OBSERVER to do without RTCPeerConnections: no
                                     command of group PC is given, and the roster and the states of
                                     the others are all that there is */
    bool on[PF_DEVICE_SOURCES_COUNT];                 /* wanted at the start */
    enum pf_origin origins[PF_DEVICE_SOURCES_COUNT];  /* NONE: whatever `on` says, not wanted */
    struct pf_slice devices[PF_DEVICE_SOURCES_COUNT]; /* chosen in an earlier call, or empty */
};

/* What was dropped or repaired, for tests and diagnosis. */
struct pf_room_counters {
    uint32_t unreadable;       /* messages that violate PROTOCOL.md */
    uint32_t stale;            /* signals of an earlier instance, epoch or offer */
    uint32_t unknown_member;   /* signals from members that are not in the roster */
    uint32_t queue_full;       /* candidates over a bound */
    uint32_t candidate_errors; /* addIceCandidate() rejections */
    uint32_t unsent;           /* messages that had no room in the outbox */
    uint32_t restarts;         /* ICE restarts begun here */
    uint32_t renewals;         /* new connections begun here in place of old ones */
};

struct pf_room;

/*
 * The size of a room in bytes; several hundred KiB. The caller provides the memory, suitably
 * aligned for uint64_t, and keeps it in place until it is done with the room. The room owns nothing
 * else but the last message it read: pf_room_close() frees that.
 */
size_t pf_room_size(void);

/* Makes a room in the memory at `room`. Fails with INVALID or TOO_LONG if `config` breaks a limit.
 */
enum pf_error pf_room_init(struct pf_room *room, const struct pf_room_config *config);

void pf_room_close(struct pf_room *room);

/*
 * Handles one event. Every command of the previous event must have been polled. Cannot fail:
 * errors from outside result in commands and counters.
 */
void pf_room_handle(struct pf_room *room, const struct pf_event *event);

/* Takes the next command, in order; false when there is none left. */
bool pf_room_poll(struct pf_room *room, struct pf_command *command);

/* When to send PF_EVENT_TIMEOUT at the latest, in the events' time, or PF_NEVER. */
uint64_t pf_room_deadline_ms(const struct pf_room *room);

/* Borrowed for as long as the room. */
const struct pf_room_counters *pf_room_counters(const struct pf_room *room);

/* Asserts every invariant; for tests and the simulator, after every event. */
void pf_room_check(const struct pf_room *room);

#endif
