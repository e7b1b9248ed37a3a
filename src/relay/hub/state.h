/* state.h - the hub's own struct. Internal to the hub, and to tests that look inside it. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_STATE_H
#define PF_RELAY_HUB_STATE_H

#include "base/buffer.h"
#include "base/slice.h"
#include "base/token_bucket.h"
#include "protocol/message.h"
#include "relay/hub/clients.h"
#include "relay/hub/hub.h"
#include "relay/hub/rooms.h"
#include "relay/hub/timers.h"

#include <stddef.h>
#include <stdint.h>

/*
 * From the top: hub.c takes events and fires timers, dispatch.c handles messages, admission.c lets
 * clients into rooms, presence.c keeps track of who is connected, output.c queues what is sent.
 *
 * A client is in the lobby (`member` is NULL) until it joins a room; then it is that member until
 * it disconnects, leaves or is replaced. A member without a client is away: its grace timer runs,
 * and the member is removed when that timer fires.
 */

enum {
    /* The event with the most outputs is a join that replaces a client: error, close, joined,
     * member with the prepared offer, member without it. */
    PF_HUB_OUTPUTS_MAX = 6,
    /* One message with a prepared offer, one `hello` or roster, and small ones. */
    PF_HUB_TEXT_SIZE_MAX = PF_MESSAGE_SIZE_MAX + PF_ICE_SERVERS_SIZE_MAX + 16384,
};

enum pf_hub_timer_kind {
    PF_HUB_TIMER_HEARTBEAT, /* owner is a struct pf_hub_client */
    PF_HUB_TIMER_GRACE,     /* owner is a struct pf_hub_member */
};

/* Close codes of RFC 6455 section 7.4 that are not the answer to an error. */
enum {
    PF_HUB_CLOSE_NORMAL = 1000,
    PF_HUB_CLOSE_GOING_AWAY = 1001,
};

/* An output that waits for pf_hub_poll(). */
struct pf_hub_queued {
    enum pf_hub_output_type type;
    uint32_t clients[PF_MEMBERS_MAX];
    size_t clients_count;
    struct pf_slice head, body;
    uint16_t code;
    uint64_t opened_ms;
};

struct pf_hub {
    struct pf_hub_config config;
    struct pf_token_rate messages_rate; /* of each client, in thousandths of a message */
    struct pf_token_rate lobby_rate;    /* of those that have not joined */
    uint64_t now_ms, unix_s;            /* of the event being handled */
    uint64_t started_ms, started_s;     /* of the first event */
    struct pf_hub_clients clients;
    struct pf_rooms rooms;
    struct pf_timers timers;
    uint64_t signals;
    uint64_t errors[PF_CODE_OTHER + 1]; /* sent, by code */
    /* Outputs of one event or timer, and their texts. Both are emptied before the next one is
     * handled, hence the small maxima. */
    struct pf_hub_queued outputs[PF_HUB_OUTPUTS_MAX];
    size_t outputs_count, outputs_taken;
    struct pf_buffer text;
    char text_data[PF_HUB_TEXT_SIZE_MAX];
    struct pf_message message; /* being read or written; too large for the stack */
};

#endif
