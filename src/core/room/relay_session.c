/*
 * relay_session.c - the connection to the relay: WebSocket, heartbeat, reconnect.
 *
 *   CLOSED    open                OPENING
 *   OPENING   "hello"             READY
 *   READY     join sent           JOINING
 *   JOINING   "joined"            JOINED
 *   any       socket lost         WAITING   up to 1 s, later 10 s
 *   WAITING   time, or network    OPENING
 */
/* SPDX-License-Identifier: MIT */
#include "core/room/relay_session.h"

#include "base/assert.h"

enum {
    HELLO_MS = 10000,  /* for the handshake with "hello" */
    JOINED_MS = 20000, /* for "joined": a relay may look for the room for 15 s */
    PROBE_MS = 3000,   /* for anything after a ping */
    RETRY_MS = 1000,
    RETRY_MS_MAX = 10000,
    RETRY_DOUBLINGS = 4,
    PING_MS = 5000, /* until "hello" says otherwise */
    PING_MS_MIN = 100,
    GRACE_MS = 30000,
};

static void set_state(struct pf_relay_session *session, struct pf_context *context,
                      enum pf_relay_session_state state)
{
    session->state = state;
    session->retry_at_ms = PF_NEVER;
    session->answer_at_ms = PF_NEVER;
    if (state == PF_RELAY_SESSION_OPENING) {
        session->answer_at_ms = context->now_ms + HELLO_MS;
    }
    if (state == PF_RELAY_SESSION_JOINING) {
        session->answer_at_ms = context->now_ms + JOINED_MS;
    }
    if (state == PF_RELAY_SESSION_CLOSED || state == PF_RELAY_SESSION_WAITING) {
        session->socket = 0;
        session->silence_at_ms = PF_NEVER;
    }
    context->socket = session->socket;
    context->joined = state == PF_RELAY_SESSION_JOINED;
}

void pf_relay_session_init(struct pf_relay_session *session, struct pf_slice url)
{
    *session = (struct pf_relay_session){
        .state = PF_RELAY_SESSION_CLOSED,
        .retry_at_ms = PF_NEVER,
        .answer_at_ms = PF_NEVER,
        .silence_at_ms = PF_NEVER,
        .ping_ms = PING_MS,
        .grace_ms = GRACE_MS,
        .url = url,
    };
}

void pf_relay_session_open(struct pf_relay_session *session, struct pf_context *context)
{
    if (session->state != PF_RELAY_SESSION_CLOSED && session->state != PF_RELAY_SESSION_WAITING) {
        return;
    }
    session->socket = pf_context_next_id(context);
    set_state(session, context, PF_RELAY_SESSION_OPENING);
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_SOCKET_OPEN);
    command->socket = session->socket;
    command->url = session->url;
}

static void close_socket(struct pf_relay_session *session, struct pf_context *context)
{
    if (session->socket != 0) {
        struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_SOCKET_CLOSE);
        command->socket = session->socket;
        /* Besides 3000 to 4999 the only code that WebSocket.close() accepts from a page. */
        command->close_code = 1000;
    }
}

void pf_relay_session_close(struct pf_relay_session *session, struct pf_context *context)
{
    close_socket(session, context);
    set_state(session, context, PF_RELAY_SESSION_CLOSED);
}

void pf_relay_session_lost(struct pf_relay_session *session, struct pf_context *context,
                           uint32_t retry_ms)
{
    PF_ASSERT(session->socket != 0);
    const uint32_t doublings =
        session->attempts < RETRY_DOUBLINGS ? session->attempts : RETRY_DOUBLINGS;
    uint32_t wait_ms = (uint32_t)RETRY_MS << doublings;
    wait_ms = wait_ms > retry_ms ? wait_ms : retry_ms;
    wait_ms = wait_ms < RETRY_MS_MAX ? wait_ms : RETRY_MS_MAX;
    session->attempts++;
    close_socket(session, context);
    set_state(session, context, PF_RELAY_SESSION_WAITING);
    /* Full jitter, so that the clients of a restarted relay do not return all at once. */
    session->retry_at_ms = context->now_ms + 1 + pf_random_below(&context->random, wait_ms);
}

void pf_relay_session_heard(struct pf_relay_session *session, struct pf_context *context)
{
    session->probing = false;
    session->silence_at_ms = context->now_ms + session->ping_ms + session->ping_ms / 4;
}

void pf_relay_session_greet(struct pf_relay_session *session, struct pf_context *context,
                            const struct pf_message *hello)
{
    session->ping_ms = hello->hello.ping_ms > PING_MS_MIN ? hello->hello.ping_ms : PING_MS_MIN;
    session->grace_ms = hello->hello.grace_ms;
    session->can_rename = pf_capabilities_have(hello->hello.capabilities, PF_CAPABILITY_RENAME);
    session->can_renew_ice = pf_capabilities_have(hello->hello.capabilities, PF_CAPABILITY_ICE);
    context->relay_only = context->relay_only || hello->hello.ice_policy == PF_ICE_RELAY;
    set_state(session, context, PF_RELAY_SESSION_READY);
    pf_relay_session_heard(session, context);
}

void pf_relay_session_joining(struct pf_relay_session *session, struct pf_context *context)
{
    PF_ASSERT(session->state == PF_RELAY_SESSION_READY);
    set_state(session, context, PF_RELAY_SESSION_JOINING);
}

void pf_relay_session_be_patient(struct pf_relay_session *session)
{
    PF_ASSERT(session->state == PF_RELAY_SESSION_JOINING);
    session->answer_at_ms = PF_NEVER;
}

void pf_relay_session_joined(struct pf_relay_session *session, struct pf_context *context)
{
    PF_ASSERT(session->state == PF_RELAY_SESSION_JOINING);
    session->attempts = 0;
    set_state(session, context, PF_RELAY_SESSION_JOINED);
}

void pf_relay_session_answer_ping(struct pf_relay_session *session, struct pf_context *context)
{
    session->attempts = 0;
    pf_relay_session_send(session, context, PF_MESSAGE_PONG);
}

void pf_relay_session_probe(struct pf_relay_session *session, struct pf_context *context)
{
    if (session->state == PF_RELAY_SESSION_WAITING) {
        pf_relay_session_open(session, context);
    } else if (session->state >= PF_RELAY_SESSION_READY && !session->probing) {
        session->silence_at_ms = context->now_ms;
        pf_relay_session_tick(session, context);
    }
}

bool pf_relay_session_is_away(const struct pf_relay_session *session)
{
    return session->state == PF_RELAY_SESSION_WAITING ||
           (session->state == PF_RELAY_SESSION_OPENING && session->attempts > 0);
}

void pf_relay_session_send(struct pf_relay_session *session, struct pf_context *context,
                           enum pf_message_type type)
{
    if (session->state >= PF_RELAY_SESSION_READY) {
        context->outbox.message.type = type;
        pf_context_send(context);
    }
}

void pf_relay_session_tick(struct pf_relay_session *session, struct pf_context *context)
{
    if (session->retry_at_ms <= context->now_ms) {
        pf_relay_session_open(session, context);
    } else if (session->answer_at_ms <= context->now_ms ||
               (session->silence_at_ms <= context->now_ms && session->probing)) {
        pf_relay_session_lost(session, context, 0);
    } else if (session->silence_at_ms <= context->now_ms) {
        /* After a sleep the relay's messages may be queued behind this event: pings first. */
        session->probing = true;
        session->silence_at_ms = context->now_ms + PROBE_MS;
        pf_relay_session_send(session, context, PF_MESSAGE_PING);
    }
}

uint64_t pf_relay_session_deadline_ms(const struct pf_relay_session *session)
{
    return pf_earlier(session->retry_at_ms,
                      pf_earlier(session->answer_at_ms, session->silence_at_ms));
}

void pf_relay_session_check(const struct pf_relay_session *session,
                            const struct pf_context *context)
{
    const bool has_socket = session->state >= PF_RELAY_SESSION_OPENING;
    PF_ASSERT((session->socket != 0) == has_socket);
    PF_ASSERT(context->socket == session->socket);
    PF_ASSERT(context->joined == (session->state == PF_RELAY_SESSION_JOINED));
    PF_ASSERT((session->retry_at_ms != PF_NEVER) == (session->state == PF_RELAY_SESSION_WAITING));
}
