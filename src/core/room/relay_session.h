/* relay_session.h - the way to the relay: WebSocket, joining, heartbeat, coming back. Internal to
 * core.
 */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_ROOM_RELAY_SESSION_H
#define PF_CORE_ROOM_RELAY_SESSION_H

#include "core/common/context.h"

#include <stdbool.h>
#include <stdint.h>

enum pf_relay_session_state {
    PF_RELAY_SESSION_CLOSED,  /* no socket, and none wanted */
    PF_RELAY_SESSION_WAITING, /* no socket; another try at retry_at_ms */
    PF_RELAY_SESSION_OPENING, /* the WebSocket is opening, or the relay's "hello" is awaited */
    PF_RELAY_SESSION_READY,   /* "hello" has come */
    PF_RELAY_SESSION_JOINING, /* "join" is sent */
    PF_RELAY_SESSION_JOINED,
};

struct pf_relay_session {
    enum pf_relay_session_state state;
    pf_socket socket;  /* not 0 from OPENING on */
    uint32_t attempts; /* since the relay last took us, or kept us for a heartbeat */
    uint64_t retry_at_ms;
    uint64_t answer_at_ms;  /* by when the relay must have said what the state waits for */
    uint64_t silence_at_ms; /* when it has been silent for too long */
    uint64_t ping_ms, grace_ms;
    bool probing;        /* it was silent; a ping is out */
    struct pf_slice url; /* borrows from the room */
};

void pf_relay_session_init(struct pf_relay_session *session, struct pf_slice url);

/* Opens the WebSocket, now. Nothing happens when it is open or opening. */
void pf_relay_session_open(struct pf_relay_session *session, struct pf_context *context);

/* Closes it for good. */
void pf_relay_session_close(struct pf_relay_session *session, struct pf_context *context);

/* The socket was lost: tries again, later and later. */
void pf_relay_session_lost(struct pf_relay_session *session, struct pf_context *context);

/* "hello", "join" sent, "joined". */
void pf_relay_session_greet(struct pf_relay_session *session, struct pf_context *context,
                            const struct pf_message *hello);
void pf_relay_session_joining(struct pf_relay_session *session, struct pf_context *context);
void pf_relay_session_joined(struct pf_relay_session *session, struct pf_context *context);

/* Something came from the relay. */
void pf_relay_session_heard(struct pf_relay_session *session, struct pf_context *context);

/* "ping" came from the relay. */
void pf_relay_session_answer_ping(struct pf_relay_session *session, struct pf_context *context);

/* The network has changed, or fails: tries at once, or makes sure that the socket still works. */
void pf_relay_session_probe(struct pf_relay_session *session, struct pf_context *context);

/* Whether the relay was tried and could not be reached. */
bool pf_relay_session_is_away(const struct pf_relay_session *session);

/* Sends a message without content: "ping", "pong" or "leave". Lost when there is no "hello" yet. */
void pf_relay_session_send(struct pf_relay_session *session, struct pf_context *context,
                           enum pf_message_type type);

void pf_relay_session_tick(struct pf_relay_session *session, struct pf_context *context);
uint64_t pf_relay_session_deadline_ms(const struct pf_relay_session *session);

void pf_relay_session_check(const struct pf_relay_session *session,
                            const struct pf_context *context);

#endif
