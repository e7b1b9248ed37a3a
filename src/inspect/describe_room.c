/* describe_room.c - the state of a room as JSON: the one reader of the core's internals. */
/* SPDX-License-Identifier: MIT */
#include "core/names.h"
#include "core/room/room_internal.h"
#include "inspect/describe.h"

/* One spelling for each value, as the enum has it. */
static const char *const session_states[] = {
    [PF_RELAY_SESSION_CLOSED] = "closed",   [PF_RELAY_SESSION_WAITING] = "waiting",
    [PF_RELAY_SESSION_OPENING] = "opening", [PF_RELAY_SESSION_READY] = "ready",
    [PF_RELAY_SESSION_JOINING] = "joining", [PF_RELAY_SESSION_JOINED] = "joined",
};

static const char *const presences[] = {
    [PF_PRESENCE_HERE] = "here",
    [PF_PRESENCE_AWAY] = "away",
    [PF_PRESENCE_MISSING] = "missing",
    [PF_PRESENCE_ORPHAN] = "orphan",
};

static const char *const recoveries[] = {
    [PF_RECOVERY_NONE] = "none",
    [PF_RECOVERY_WAITING] = "waiting",
    [PF_RECOVERY_CONNECTING] = "connecting",
    [PF_RECOVERY_UNSTABLE] = "unstable",
    [PF_RECOVERY_RESTARTING] = "restarting",
    [PF_RECOVERY_RENEWING] = "renewing",
};

static const char *const negotiations[] = {
    [PF_NEGOTIATION_STABLE] = "stable",
    [PF_NEGOTIATION_MAKING_OFFER] = "making-offer",
    [PF_NEGOTIATION_OFFERED] = "offered",
    [PF_NEGOTIATION_SETTING_ANSWER] = "setting-answer",
    [PF_NEGOTIATION_SETTING_OFFER] = "setting-offer",
    [PF_NEGOTIATION_MAKING_ANSWER] = "making-answer",
    [PF_NEGOTIATION_BROKEN] = "broken",
};

static const char *const phases[] = {
    [PF_PHASE_IDLE] = "idle",           [PF_PHASE_OPENING] = "opening",
    [PF_PHASE_LIVE] = "live",           [PF_PHASE_SWITCHING] = "switching",
    [PF_PHASE_REPLACING] = "replacing", [PF_PHASE_REVERTING] = "reverting",
    [PF_PHASE_FAILED] = "failed",
};

static const char *const screen_phases[] = {
    [PF_SCREEN_IDLE] = "idle",
    [PF_SCREEN_OPENING] = "opening",
    [PF_SCREEN_LIVE] = "live",
};

/* A time of the room's clock, or nothing if it never comes. */
static void put_time(struct pf_json_writer *writer, const char *name, uint64_t at_ms)
{
    if (at_ms != PF_NEVER && at_ms != 0) {
        pf_json_put_number(writer, name, at_ms);
    }
}

static void put_session(struct pf_json_writer *writer, const struct pf_relay_session *session)
{
    pf_json_open(writer, "session", '{');
    pf_json_put_word(writer, "state", session_states[session->state]);
    pf_json_put_number(writer, "socket", session->socket);
    pf_json_put_number(writer, "attempts", session->attempts);
    pf_json_put_flag(writer, "probing", session->probing);
    if (session->state == PF_RELAY_SESSION_WAITING) {
        put_time(writer, "retryAt", session->retry_at_ms);
    }
    pf_json_close(writer, '}');
}

static void put_capture(struct pf_json_writer *writer, const struct pf_capture *capture)
{
    pf_json_open(writer, NULL, '{');
    pf_json_put_word(writer, "source", pf_names_of_sources.list[capture->source]);
    pf_json_put_flag(writer, "on", capture->on);
    pf_json_put_word(writer, "phase", phases[capture->phase]);
    pf_json_put_word(writer, "error", pf_names_of_dom_errors.list[capture->error]);
    pf_json_put_number(writer, "track", capture->track);
    pf_json_put_number(writer, "opening", capture->opening);
    pf_json_put_flag(writer, "interrupted", capture->interrupted);
    pf_json_put_word(writer, "origin", pf_names_of_origins.list[capture->chosen.origin]);
    pf_json_close(writer, '}');
}

static void put_screen(struct pf_json_writer *writer, const struct pf_screen *screen)
{
    pf_json_open(writer, NULL, '{');
    pf_json_put_word(writer, "source", pf_names_of_sources.list[PF_SOURCE_SCREEN]);
    pf_json_put_flag(writer, "on", screen->on);
    pf_json_put_word(writer, "phase", screen_phases[screen->phase]);
    pf_json_put_word(writer, "error", pf_names_of_dom_errors.list[screen->error]);
    pf_json_put_number(writer, "track", screen->picture);
    pf_json_close(writer, '}');
}

static void put_connection(struct pf_json_writer *writer, const char *name,
                           const struct pf_connection *connection)
{
    pf_json_open(writer, name, '{');
    pf_json_put_number(writer, "pc", connection->pc);
    pf_json_put_number(writer, "epoch", connection->epoch);
    pf_json_put_number(writer, "offer", connection->offer_number);
    pf_json_put_word(writer, "negotiation", negotiations[connection->negotiation]);
    pf_json_put_word(writer, "state", pf_names_of_connection_states.list[connection->state]);
    pf_json_put_flag(writer, "channel", connection->channel_open);
    pf_json_put_flag(writer, "wantsRestart", connection->wants_restart);
    pf_json_put_number(writer, "candidatesSent", connection->candidates_sent);
    pf_json_put_number(writer, "candidatesTaken", connection->remote_candidates);
    pf_json_close(writer, '}');
}

static void put_peer(struct pf_json_writer *writer, const struct pf_peer *peer)
{
    pf_json_open(writer, NULL, '{');
    pf_json_put_id(writer, "id", peer->id);
    pf_json_put_text(writer, "name", (struct pf_slice){peer->name, peer->name_size});
    pf_json_put_number(writer, "instance", peer->instance);
    pf_json_put_word(writer, "state", pf_names_of_peer_states.list[pf_peer_shown_state(peer)]);
    pf_json_put_word(writer, "presence", presences[peer->presence]);
    pf_json_put_flag(writer, "polite", peer->polite);
    pf_json_put_flag(writer, "host", peer->is_host);
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        pf_json_put_word(writer, pf_names_of_sources.list[i],
                         pf_names_of_source_states.list[peer->state.sources[i]]);
    }
    pf_json_put_word(writer, "recovery", recoveries[peer->recovery.state]);
    pf_json_put_number(writer, "renewals", peer->recovery.renewals);
    put_time(writer, "recoveryAt", peer->recovery.at_ms);
    put_time(writer, "repeatAt", peer->signaling.repeat_at_ms);
    put_connection(writer, "connection", &peer->connection);
    pf_json_close(writer, '}');
}

static void put_counters(struct pf_json_writer *writer, const struct pf_room_counters *counters)
{
    pf_json_open(writer, "counters", '{');
    pf_json_put_number(writer, "unreadable", counters->unreadable);
    pf_json_put_number(writer, "stale", counters->stale);
    pf_json_put_number(writer, "unknown-member", counters->unknown_member);
    pf_json_put_number(writer, "queue-full", counters->queue_full);
    pf_json_put_number(writer, "candidate-errors", counters->candidate_errors);
    pf_json_put_number(writer, "unsent", counters->unsent);
    pf_json_put_number(writer, "restarts", counters->restarts);
    pf_json_put_number(writer, "renewals", counters->renewals);
    pf_json_close(writer, '}');
}

static void put_sources(struct pf_json_writer *writer, const struct pf_media *media)
{
    pf_json_open(writer, "sources", '[');
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        put_capture(writer, &media->captures[i]);
    }
    put_screen(writer, &media->screen);
    pf_json_close(writer, ']');
}

void pf_describe_room(struct pf_json_writer *writer, const char *name, const struct pf_room *room)
{
    const struct pf_membership *membership = &room->membership;
    pf_json_open(writer, name, '{');
    pf_json_put_number(writer, "now", room->context.now_ms);
    put_time(writer, "deadline", pf_room_deadline_ms(room));
    pf_json_put_word(writer, "state", pf_names_of_room_states.list[membership->state]);
    pf_json_put_text(writer, "room", (struct pf_slice){membership->room, membership->room_size});
    pf_json_put_text(writer, "name", (struct pf_slice){membership->name, membership->name_size});
    pf_json_put_id(writer, "self", room->roster.self);
    pf_json_put_number(writer, "instance", room->context.instance);
    pf_json_put_flag(writer, "host", room->hosting.is_host);
    pf_json_put_flag(writer, "locked", room->hosting.is_locked);
    pf_json_put_flag(writer, "knocking", room->hosting.is_knocking);
    put_session(writer, &room->session);
    put_sources(writer, &room->media);
    put_connection(writer, "prepared", &room->prepared.connection);
    pf_json_open(writer, "peers", '[');
    for (size_t i = 0; i < room->roster.peers_end; i++) {
        if (room->roster.peers[i].id != 0) {
            put_peer(writer, &room->roster.peers[i]);
        }
    }
    pf_json_close(writer, ']');
    put_counters(writer, &room->context.counters);
    pf_json_close(writer, '}');
}
