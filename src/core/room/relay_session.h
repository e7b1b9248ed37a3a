/* relay_session.h - the connection to the relay: WebSocket, heartbeat, reconnect. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_ROOM_RELAY_SESSION_H
#define PF_CORE_ROOM_RELAY_SESSION_H

#include "core/common/context.h"

#include <stdbool.h>
#include <stdint.h>

enum pf_relay_session_state {
    PF_RELAY_SESSION_CLOSED,  /* no socket, and none wanted */
    PF_RELAY_SESSION_WAITING, /* no socket; reconnects at retry_at_ms */
    PF_RELAY_SESSION_OPENING, /* waiting for the WebSocket to open and for "hello" */
    PF_RELAY_SESSION_READY,   /* "hello" has come */
    PF_RELAY_SESSION_JOINING, /* "join" is sent */
    PF_RELAY_SESSION_JOINED,
};

struct pf_relay_session {
    enum pf_relay_session_state state;
    pf_socket socket;  /* not 0 from OPENING on */
    uint32_t attempts; /* to reconnect, since the relay last accepted "join" or sent a ping */
    uint64_t retry_at_ms;
    uint64_t answer_at_ms;  /* the timeout of what the state waits for */
    uint64_t silence_at_ms; /* when a ping is sent, or, probing, when the socket is given up */
    uint64_t ping_ms, grace_ms;
    bool can_renew_ice;  /* the relay takes `ice-servers` */
    bool can_rename;     /* the relay takes "rename" */
    bool probing;        /* a ping is unanswered */
    struct pf_slice url; /* borrows from the room */
};

void pf_relay_session_init(struct pf_relay_session *session, struct pf_slice url);

/* Opens the WebSocket now, unless it is open or opening. */
void pf_relay_session_open(struct pf_relay_session *session, struct pf_context *context);

/* Closes it for good. */
void pf_relay_session_close(struct pf_relay_session *session, struct pf_context *context);

/* The socket is lost: reconnects with exponential back-off. `retry_ms`: within which time, where
 * the relay knows how many will come; or 0. */
void pf_relay_session_lost(struct pf_relay_session *session, struct pf_context *context,
                           uint32_t retry_ms);

/* "hello", "join" sent, "joined". */
void pf_relay_session_greet(struct pf_relay_session *session, struct pf_context *context,
                            const struct pf_message *hello);
void pf_relay_session_joining(struct pf_relay_session *session, struct pf_context *context);
void pf_relay_session_joined(struct pf_relay_session *session, struct pf_context *context);

/* The answer to "join" takes as long as people do. */
void pf_relay_session_be_patient(struct pf_relay_session *session);

/* Something came from the relay. */
void pf_relay_session_heard(struct pf_relay_session *session, struct pf_context *context);

/* "ping" came from the relay. */
void pf_relay_session_answer_ping(struct pf_relay_session *session, struct pf_context *context);

/* The network may have changed: reconnects at once, or pings to see whether the socket works. */
void pf_relay_session_probe(struct pf_relay_session *session, struct pf_context *context);

/* Whether the relay could not be reached when last tried. */
bool pf_relay_session_is_away(const struct pf_relay_session *session);

/* Sends a message without content: "ping", "pong" or "leave". Lost when there is no "hello" yet. */
void pf_relay_session_send(struct pf_relay_session *session, struct pf_context *context,
                           enum pf_message_type type);

void pf_relay_session_tick(struct pf_relay_session *session, struct pf_context *context);
uint64_t pf_relay_session_deadline_ms(const struct pf_relay_session *session);

void pf_relay_session_check(const struct pf_relay_session *session,
                            const struct pf_context *context);

#endif
