/*
 * publishing.c - what this side sends, and what it tells the others of that.
 *
 * replaceTrack() of webrtc-pc changes a device without negotiation. Calls for the same sender
 * are queued by the browser, so the last track commanded is the one that remains. A rejection does
 * not end the connection: what still flows is worth more than a new connection, in which the same
 * call may fail in the same way. It is repeated, at growing intervals.
 */
/* SPDX-License-Identifier: MIT */
#include "core/media/publishing.h"

#include "base/assert.h"

enum {
    RETRY_MS = 1000,
    RETRY_DOUBLINGS = 5,
};

void pf_publishing_init(struct pf_publishing *publishing)
{
    publishing->own = (struct pf_member_state){.sequence = 1};
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        publishing->own.sources[i] = PF_SOURCE_STATE_OFF;
        publishing->tracks[i] = 0;
    }
    pf_publishing_remove_all(publishing);
}

void pf_publishing_remove_all(struct pf_publishing *publishing)
{
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        publishing->connections[i].pc = 0;
    }
}

/* NULL if there is none. 0 finds a free entry. */
static struct pf_senders *find(struct pf_publishing *publishing, pf_pc pc)
{
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        if (publishing->connections[i].pc == pc) {
            return &publishing->connections[i];
        }
    }
    return NULL;
}

/* Gives the senders of one connection the tracks that are to be sent. */
static void attach(struct pf_context *context, struct pf_senders *senders)
{
    for (int i = 0; i < PF_SOURCES_COUNT && senders->ready; i++) {
        struct pf_sender *sender = &senders->list[i];
        const pf_track track = context->publishing->tracks[i];
        if (sender->wanted == track) {
            continue;
        }
        sender->wanted = track;
        struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_PC_SET_SENDER);
        command->pc = senders->pc;
        command->set_sender.source = (enum pf_source)i;
        command->set_sender.track = track;
    }
}

void pf_publishing_set(struct pf_context *context, enum pf_source source, pf_track track,
                       enum pf_source_state state)
{
    struct pf_publishing *publishing = context->publishing;
    publishing->tracks[source] = track;
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        if (publishing->connections[i].pc != 0) {
            attach(context, &publishing->connections[i]);
        }
    }
    if (state != publishing->own.sources[source]) {
        publishing->own.sources[source] = state;
        publishing->own.sequence++;
    }
}

void pf_publishing_add(struct pf_context *context, pf_pc pc, bool ready)
{
    struct pf_senders *senders = find(context->publishing, 0);
    PF_ASSERT(senders);
    *senders = (struct pf_senders){.pc = pc, .ready = ready, .retry_at_ms = PF_NEVER};
    attach(context, senders);
}

void pf_publishing_ready(struct pf_context *context, pf_pc pc)
{
    struct pf_senders *senders = find(context->publishing, pc);
    if (senders) { /* none after leaving */
        senders->ready = true;
        attach(context, senders);
    }
}

void pf_publishing_remove(struct pf_context *context, pf_pc pc)
{
    struct pf_senders *senders = find(context->publishing, pc);
    if (senders) {
        senders->pc = 0;
    }
}

bool pf_publishing_sends(const struct pf_publishing *publishing, pf_track track)
{
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        const struct pf_senders *senders = &publishing->connections[i];
        for (int k = 0; k < PF_SOURCES_COUNT && senders->pc != 0; k++) {
            if (senders->list[k].wanted == track || senders->list[k].actual == track) {
                return true;
            }
        }
    }
    return false;
}

void pf_publishing_handle(struct pf_context *context, const struct pf_event *event)
{
    struct pf_senders *senders = find(context->publishing, event->pc);
    if (!senders || event->pc == 0) {
        return; /* of a connection that was closed */
    }
    if (event->type == PF_EVENT_PC_SENDER_SET) {
        senders->list[event->sender_set.source].actual = event->sender_set.track;
        senders->failures = 0;
    } else {
        const uint32_t doublings =
            senders->failures < RETRY_DOUBLINGS ? senders->failures++ : RETRY_DOUBLINGS;
        senders->retry_at_ms = context->now_ms + ((uint64_t)RETRY_MS << doublings);
    }
}

void pf_publishing_tick(struct pf_context *context)
{
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        struct pf_senders *senders = &context->publishing->connections[i];
        if (senders->pc == 0 || senders->retry_at_ms > context->now_ms) {
            continue;
        }
        senders->retry_at_ms = PF_NEVER;
        for (int k = 0; k < PF_SOURCES_COUNT; k++) {
            senders->list[k].wanted = senders->list[k].actual;
        }
        attach(context, senders);
    }
}

uint64_t pf_publishing_deadline_ms(const struct pf_publishing *publishing)
{
    uint64_t deadline_ms = PF_NEVER;
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        const struct pf_senders *senders = &publishing->connections[i];
        if (senders->pc != 0) {
            deadline_ms = pf_earlier(deadline_ms, senders->retry_at_ms);
        }
    }
    return deadline_ms;
}
