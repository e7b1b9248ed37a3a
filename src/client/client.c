/*
 * client.c - a membership for a program: lifetime, what the room shows, and when the program is
 * told.
 *
 * What the room shows is noted here at once, within whatever call it comes, so that the program can
 * ask for it. The program is told afterwards, from the event loop: pf_client_wake() has the host
 * call pf_client_deliver().
 */
/* SPDX-License-Identifier: MIT */
#include "base/assert.h"
#include "client/state.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(PF_CLIENT_MESSAGE_SIZE_MAX + PF_CLIENT_HEAD_SIZE_MAX == PF_MESSAGE_SIZE_MAX,
               "a message with any name fits into a frame (PROTOCOL.md section 5.4)");
_Static_assert((int)PF_CLIENT_TICKET_SIZE_MAX == (int)PF_TICKET_SIZE_MAX, "as the core has it");
_Static_assert((int)PF_CLIENT_ID_SIZE == (int)PF_MEMBER_ID_DIGITS, "as the core has it");
_Static_assert((int)PF_CLIENT_NAME_SIZE_MAX == (int)PF_MEMBER_NAME_SIZE_MAX &&
                   (int)PF_CLIENT_NAME_SIZE_MAX == (int)PF_ROOM_NAME_SIZE_MAX,
               "as the core has it");

/* More in one go than a program can cause without meaning to. */
enum { EVENTS_AT_ONCE_MAX = 256 };

/* ---- telling the program ---- */

void pf_client_wake(struct pf_client *client)
{
    if (!client->is_waking) {
        client->is_waking = true;
        pf_host_wake(client->host);
    }
}

static void destroy(struct pf_client *client)
{
    pf_host_free(client->host);
    pf_host_free(client->older);
    free(client);
}

bool pf_client_tell(struct pf_client *client, const struct pf_client_event *event)
{
    if (client->on_event) {
        client->is_telling = true;
        client->on_event(client, event, client->user);
        client->is_telling = false;
    }
    if (client->is_closed) {
        destroy(client);
        return false;
    }
    pf_host_free(client->older);
    client->older = NULL;
    return true;
}

static bool take_flag(bool *flag)
{
    const bool was = *flag;
    *flag = false;
    return was;
}

/* What the program is to be told next, taken; false if there is nothing. */
static bool next_event(struct pf_client *client, struct pf_client_event *event)
{
    struct pf_news *news = &client->news;
    *event = (struct pf_client_event){0};
    struct pf_person *person;
    const struct pf_client_text *text;
    if (take_flag(&news->room)) {
        event->type = PF_CLIENT_ROOM;
    } else if (take_flag(&news->local)) {
        event->type = PF_CLIENT_LOCAL;
    } else if (take_flag(&news->devices)) {
        event->type = PF_CLIENT_DEVICES;
    } else if (take_flag(&news->sound)) {
        event->type = PF_CLIENT_SOUND;
    } else if ((person = pf_people_next(&client->people, false))) {
        person->has_changed = false;
        event->type = PF_CLIENT_PEER;
        event->peer = person->id;
    } else if ((text = pf_client_texts_take(&client->texts))) {
        event->type = PF_CLIENT_TEXT;
        event->peer = text->peer;
        event->data = text->text;
        event->size = text->size;
    } else if ((person = pf_people_next(&client->people, true))) {
        event->type = PF_CLIENT_PEER_GONE;
        event->peer = person->id;
    } else if (take_flag(&news->writable)) {
        event->type = PF_CLIENT_WRITABLE;
    } else {
        return false;
    }
    return true;
}

void pf_client_deliver(struct pf_client *client)
{
    struct pf_client_event event;
    client->is_waking = false;
    for (int i = 0; next_event(client, &event); i++) {
        if (!pf_client_tell(client, &event)) {
            return;
        }
        if (event.type == PF_CLIENT_PEER_GONE) {
            pf_people_next(&client->people, true)->id = 0;
        }
        if (i == EVENTS_AT_ONCE_MAX) {
            pf_client_wake(client);
            return;
        }
    }
}

void pf_client_on_writable(struct pf_client *client)
{
    if (client->waits_to_write) {
        client->waits_to_write = false;
        client->news.writable = true;
        pf_client_wake(client);
    }
}

void pf_client_on_sound(struct pf_client *client, bool is_blocked)
{
    client->is_silent = is_blocked;
    client->news.sound = true;
    pf_client_wake(client);
}

/* ---- what the room shows ---- */

static enum pf_client_reason reason_of(const struct pf_command *command)
{
    if (command->room.state != PF_ROOM_REFUSED) {
        return command->room.relay_away ? PF_CLIENT_REASON_RELAY_AWAY : PF_CLIENT_REASON_NONE;
    }
    if (command->room.webrtc_missing) {
        return PF_CLIENT_REASON_NO_WEBRTC;
    }
    switch (command->room.code) {
    case PF_CODE_ROOM_FULL: return PF_CLIENT_REASON_ROOM_FULL;
    case PF_CODE_RELAY_FULL: return PF_CLIENT_REASON_RELAY_FULL;
    case PF_CODE_BAD_ROOM: return PF_CLIENT_REASON_BAD_ROOM;
    case PF_CODE_BAD_NAME: return PF_CLIENT_REASON_BAD_NAME;
    case PF_CODE_REPLACED: return PF_CLIENT_REASON_REPLACED;
    case PF_CODE_TOKEN_MISSING:
    case PF_CODE_TOKEN_INVALID:
    case PF_CODE_TOKEN_EXPIRED:
    case PF_CODE_TOKEN_ROOM: return PF_CLIENT_REASON_TOKEN;
    case PF_CODE_REFUSED: return PF_CLIENT_REASON_NOT_LET_IN;
    case PF_CODE_REMOVED: return PF_CLIENT_REASON_REMOVED;
    case PF_CODE_BAD_MESSAGE:
    case PF_CODE_UNKNOWN_TYPE:
    case PF_CODE_NOT_JOINED:
    case PF_CODE_ALREADY_JOINED:
    case PF_CODE_NO_SUCH_MEMBER:
    case PF_CODE_NOT_HOST:
    case PF_CODE_RATE_LIMIT:
    case PF_CODE_OTHER: break;
    }
    return PF_CLIENT_REASON_OTHER;
}

static void take_room(struct pf_client *client, const struct pf_command *command)
{
    client->state = command->room.state;
    client->reason = reason_of(command);
    client->self = command->room.self;
    (void)pf_slice_copy(command->room.ticket, client->ticket, sizeof client->ticket); /* it fits */
    client->news.room = true;
}

static void take_local(struct pf_client *client, const struct pf_command *command)
{
    const enum pf_source source = command->local.source;
    if (source != PF_SOURCE_MICROPHONE && source != PF_SOURCE_CAMERA) {
        return; /* a screen, which no program can share yet */
    }
    client->locals[source] = (struct pf_local){
        .on = command->local.on,
        .interrupted = command->local.interrupted,
        .state = command->local.state,
        .error = command->local.error,
    };
    pf_host_own_track(client->host, source, command->local.track);
    client->news.local = true;
}

static void take_message(struct pf_client *client, const struct pf_command *command)
{
    if (command->message.delivery == PF_DELIVERY_RECEIVED && command->message.text.data) {
        const struct pf_person *person =
            pf_people_find_member(&client->people, command->message.id);
        pf_client_texts_put(&client->texts, person ? person->id : 0, command->message.text);
    }
}

void pf_client_take(struct pf_client *client, const struct pf_command *command)
{
    struct pf_person *person;
    switch ((int)command->type) {
    case PF_COMMAND_SHOW_ROOM: take_room(client, command); break;
    case PF_COMMAND_SHOW_LOCAL: take_local(client, command); break;
    case PF_COMMAND_SHOW_DEVICES:
        pf_client_devices_take(&client->devices, command);
        client->news.devices = true;
        break;
    case PF_COMMAND_SHOW_PEER:
        person = pf_people_show(&client->people, command);
        pf_host_connect(client->host, person->id, person->pc);
        break;
    case PF_COMMAND_HIDE_PEER:
        person = pf_people_hide(&client->people, command->hide_peer);
        pf_client_stop_waiting(client, person);
        pf_host_forget(client->host, person->id);
        break;
    case PF_COMMAND_SHOW_MESSAGE: take_message(client, command); break;
    case PF_COMMAND_SHOW_REACTION: /* programs are sent none of these */
    case PF_COMMAND_SHOW_FILE: return;
    case PF_COMMAND_SHOW_MUTED:
        client->wants[PF_SOURCE_MICROPHONE] = false;
        return; /* SHOW_LOCAL says it, too */
    case PF_COMMAND_SHOW_KNOCKS: /* nor do they act as hosts */ return;
    default: PF_UNREACHABLE(); /* not for the page */
    }
    pf_client_wake(client);
}

/* ---- lifetime ---- */

/* A new room in place of the one before, in its lobby. */
static enum pf_result start(struct pf_client *client)
{
    struct pf_host *host = pf_host_new(client);
    if (!host) {
        return PF_E_MEMORY;
    }
    struct pf_host *before = client->host;
    client->host = host;
    client->is_waking = false;
    struct pf_room_config config = {
        .url = pf_slice_of(client->url),
        .ticket = pf_slice_of(client->ticket),
        .capabilities = PF_SLICE("quality chat channels"),
        .on = {client->wants[PF_SOURCE_MICROPHONE], client->wants[PF_SOURCE_CAMERA]},
    };
    const enum pf_error error = pf_host_start(host, &config, client->media);
    if (client->is_telling && before && !client->older) {
        client->older = before; /* the event that is being told may borrow from it */
    } else {
        pf_host_free(before);
    }
    return error == PF_ERROR_OK ? PF_OK : error == PF_ERROR_TOO_LONG ? PF_E_TOO_LONG : PF_E_INVALID;
}

static enum pf_result configure(struct pf_client *client, const struct pf_client_config *config)
{
    const struct pf_slice channel = pf_slice_of(config->channel ? config->channel : "peerface");
    const struct pf_slice ticket = pf_slice_of(config->ticket);
    if (channel.size > PF_CLIENT_NAME_SIZE_MAX || ticket.size > PF_TICKET_SIZE_MAX) {
        return PF_E_TOO_LONG;
    }
    if (!pf_name_is_valid(channel, 1) ||
        (config->media & ~(unsigned)(PF_MEDIA_MICROPHONE | PF_MEDIA_CAMERA)) != 0) {
        return PF_E_INVALID;
    }
    client->on_event = config->on_event;
    client->user = config->user;
    client->media = config->media;
    client->wants[PF_SOURCE_MICROPHONE] = (config->media & PF_MEDIA_MICROPHONE) != 0;
    client->wants[PF_SOURCE_CAMERA] = (config->media & PF_MEDIA_CAMERA) != 0;
    client->state = PF_ROOM_LOBBY;
    client->head_size = pf_slice_copy(channel, client->head, sizeof client->head);
    client->head[client->head_size++] = '\n';
    (void)pf_slice_copy(ticket, client->ticket, sizeof client->ticket); /* it fits */
    return pf_host_url(config->url, client->url, sizeof client->url);
}

static enum pf_result open_client(const struct pf_client_config *config, struct pf_client **out)
{
    if (!config || config->size < sizeof *config) {
        return PF_E_INVALID; /* of a version that is no version yet */
    }
    struct pf_client *client = calloc(1, sizeof *client);
    if (!client) {
        return PF_E_MEMORY;
    }
    enum pf_result result = configure(client, config);
    if (result == PF_OK) {
        result = start(client);
    }
    if (result != PF_OK) {
        destroy(client);
        return result;
    }
    *out = client;
    return PF_OK;
}

struct pf_client *pf_client_open(const struct pf_client_config *config, enum pf_result *why)
{
    struct pf_client *client = NULL;
    const enum pf_result result = open_client(config, &client);
    if (why) {
        *why = result;
    }
    return client;
}

void pf_client_close(struct pf_client *client)
{
    if (!client || client->is_closed) {
        return;
    }
    if (client->is_telling) {
        (void)pf_client_leave(
            client); /* at once; what it borrows from is freed when that is over */
        client->is_closed = true;
    } else {
        destroy(client);
    }
}

int pf_client_leave(struct pf_client *client)
{
    if (!client) {
        return PF_E_INVALID;
    }
    if (client->state != PF_ROOM_LEFT) {
        client->sends_canvas = false;
        pf_host_handle(client->host, &(struct pf_event){.type = PF_EVENT_LEAVE});
    }
    return PF_OK;
}

/* ---- the room ---- */

static enum pf_result check_name(struct pf_slice name, size_t size_min)
{
    if (name.size > PF_CLIENT_NAME_SIZE_MAX) {
        return PF_E_TOO_LONG;
    }
    return pf_name_is_valid(name, size_min) ? PF_OK : PF_E_INVALID;
}

int pf_client_join(struct pf_client *client, const char *room, const char *name)
{
    if (!client || !room) {
        return PF_E_INVALID;
    }
    struct pf_event event = {.type = PF_EVENT_JOIN, .join = {pf_slice_of(room), pf_slice_of(name)}};
    enum pf_result result = check_name(event.join.room, 1);
    result = result == PF_OK ? check_name(event.join.name, 0) : result;
    if (result != PF_OK) {
        return result;
    }
    if (client->is_closed || (client->state != PF_ROOM_LOBBY && client->state != PF_ROOM_REFUSED &&
                              client->state != PF_ROOM_LEFT)) {
        return PF_E_STATE;
    }
    if (client->state == PF_ROOM_LEFT) {
        result = start(client);
        if (result != PF_OK) {
            return result;
        }
    }
    pf_host_handle(client->host, &(struct pf_event){.type = PF_EVENT_SET_TOKEN,
                                                    .token = pf_slice_of(client->token)});
    pf_host_handle(client->host, &event);
    return PF_OK;
}

int pf_client_set_token(struct pf_client *client, const char *token)
{
    const struct pf_slice text = pf_slice_of(token);
    if (!client) {
        return PF_E_INVALID;
    }
    if (text.size > PF_TOKEN_SIZE_MAX) {
        return PF_E_TOO_LONG;
    }
    (void)pf_slice_copy(text, client->token, sizeof client->token); /* it fits */
    return PF_OK;
}

int pf_client_set_name(struct pf_client *client, const char *name)
{
    if (!client || !name) {
        return PF_E_INVALID;
    }
    const struct pf_slice text = pf_slice_of(name);
    const enum pf_result result = check_name(text, 0);
    if (result == PF_OK) {
        pf_host_handle(client->host, &(struct pf_event){.type = PF_EVENT_SET_NAME, .name = text});
    }
    return result;
}

enum pf_client_state pf_client_state(const struct pf_client *client, enum pf_client_reason *reason)
{
    if (reason) {
        *reason = client->reason;
    }
    switch (client->state) {
    case PF_ROOM_IDLE:
    case PF_ROOM_LOBBY: return PF_CLIENT_LOBBY;
    case PF_ROOM_JOINING: return PF_CLIENT_JOINING;
    case PF_ROOM_JOINED: return PF_CLIENT_JOINED;
    case PF_ROOM_RECONNECTING: return PF_CLIENT_RECONNECTING;
    case PF_ROOM_REFUSED: return PF_CLIENT_REFUSED;
    case PF_ROOM_LEFT: break;
    }
    return PF_CLIENT_LEFT;
}
