/*
 * files.c - the files that are offered to a peer and by it, until they are there.
 *
 * Here is decided what may be sent, and from where on; the bytes go from page to page, over a data
 * channel of their own, and never come here. What the receiver has stored is the only progress that
 * counts: it says so whenever that grows, and the sender's page sends no more than a bounded amount
 * beyond it. A message may be lost with its connection. So on each new channel either side says all
 * that it knows, of one's own files and of the peer's; whatever the other knows already has no
 * effect. An accepted file goes on from where the receiver says that it has stopped.
 *
 *   from              event                                             to
 *   OFFERED           the receiver accepts                              ACCEPTED
 *   OFFERED           the receiver declines                             DECLINED
 *   ACCEPTED          the connection is disturbed, or lost              PAUSED
 *   PAUSED            it is back; the sender knows where to go on       ACCEPTED
 *   ACCEPTED, PAUSED  all is stored                                     DONE
 *   those three       either user cancels; another takes the place      CANCELLED
 *   those three       it cannot be read or stored; a side is gone       FAILED
 */
/* SPDX-License-Identifier: MIT */
#include "core/peer/files.h"

#include "base/assert.h"
#include "core/peer/peer.h"

/* R19: what the peer offers and withdraws is work for the page, and for the user. */
enum { WITHDRAWN_MS = 2000, WITHDRAWN_BURST = 16 };

static const struct pf_token_rate withdrawn_rate = {.burst = WITHDRAWN_BURST * WITHDRAWN_MS,
                                                    .per_ms = 1};

void pf_files_init(struct pf_peer *peer)
{
    struct pf_files *files = &peer->files;
    const struct pf_slice capabilities = {peer->capabilities, peer->capabilities_size};
    files->is_possible = pf_capabilities_have(capabilities, PF_CAPABILITY_FILES);
    for (size_t i = 0; i < PF_FILES_MAX; i++) {
        files->own[i].number = files->theirs[i].number = 0;
    }
}

static bool moves(const struct pf_transfer *file)
{
    return file->number != 0 && (file->state == PF_FILE_ACCEPTED || file->state == PF_FILE_PAUSED);
}

static bool is_open(const struct pf_transfer *file)
{
    return moves(file) || (file->number != 0 && file->state == PF_FILE_OFFERED);
}

static bool is_own(const struct pf_peer *peer, const struct pf_transfer *file)
{
    return file >= peer->files.own && file < peer->files.own + PF_FILES_MAX;
}

static struct pf_command *show(const struct pf_peer *peer, struct pf_context *context,
                               const struct pf_transfer *file)
{
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_SHOW_FILE);
    command->file.id = peer->id;
    command->file.number = file->number;
    command->file.is_own = is_own(peer, file);
    command->file.state = file->state;
    command->file.offset = file->offset;
    command->file.size = file->size;
    return command;
}

static void set_state(const struct pf_peer *peer, struct pf_context *context,
                      struct pf_transfer *file, enum pf_file_state next)
{
    PF_ASSERT(is_open(file));
    PF_ASSERT(next != PF_FILE_OFFERED);
    PF_ASSERT(next != PF_FILE_DECLINED || file->state == PF_FILE_OFFERED);
    PF_ASSERT(next != PF_FILE_PAUSED || file->state == PF_FILE_ACCEPTED);
    PF_ASSERT(next != PF_FILE_DONE || file->offset == file->size);
    file->state = next;
    (void)show(peer, context, file); /* there is no more to say */
}

static void open_file(const struct pf_peer *peer, struct pf_context *context,
                      struct pf_transfer *file, struct pf_slice name)
{
    file->state = PF_FILE_OFFERED;
    file->offset = 0;
    file->is_due = file->is_answered = file->is_withdrawn = false;
    file->name_size = (uint8_t)pf_slice_copy(name, file->name, sizeof file->name);
    show(peer, context, file)->file.name = name;
}

/* ---- the user and the page ---- */

void pf_files_offer(struct pf_peer *peer, struct pf_context *context, uint32_t size,
                    struct pf_slice name)
{
    struct pf_files *files = &peer->files;
    size_t open_count = 0;
    for (size_t i = 0; i < PF_FILES_MAX; i++) {
        open_count += is_open(&files->own[i]);
    }
    if (!files->is_possible || open_count == PF_FILES_MAX || name.size == 0 ||
        name.size > PF_FILE_NAME_SIZE_MAX || !pf_slice_is_utf8(name)) {
        return;
    }
    struct pf_transfer *file = NULL;
    uint32_t number = 0;
    do {
        number = pf_context_next_id(context);
        file = &files->own[number % PF_FILES_MAX];
    } while (is_open(file));
    file->number = number;
    file->size = size;
    open_file(peer, context, file, name);
    file->is_due = true;
}

static struct pf_transfer *find(struct pf_transfer *files, uint32_t number)
{
    struct pf_transfer *file = &files[number % PF_FILES_MAX];
    return number != 0 && file->number == number ? file : NULL;
}

/* The receiver's page has the user's consent, or has stored more. */
static void advance(const struct pf_peer *peer, struct pf_context *context,
                    struct pf_transfer *file, uint32_t offset)
{
    if (file->state == PF_FILE_OFFERED && offset == 0) {
        set_state(peer, context, file, PF_FILE_ACCEPTED);
        file->is_due = true;
    } else if (moves(file) && offset > file->offset && offset <= file->size) {
        file->offset = offset;
        file->is_due = true;
    }
}

void pf_files_set(struct pf_peer *peer, struct pf_context *context, const struct pf_event *event)
{
    const bool own = event->set_file.is_own;
    struct pf_files *files = &peer->files;
    struct pf_transfer *file = find(own ? files->own : files->theirs, event->set_file.number);
    const enum pf_file_state next = event->set_file.state;
    if (!file || !is_open(file)) {
        return; /* the peer was faster */
    }
    const bool can_be_done = moves(file) && file->offset == file->size;
    if (next == PF_FILE_ACCEPTED && !own) {
        advance(peer, context, file, event->set_file.offset);
    } else if (next == PF_FILE_CANCELLED || next == PF_FILE_FAILED ||
               (next == PF_FILE_DONE && !own && can_be_done) ||
               (next == PF_FILE_DECLINED && !own && file->state == PF_FILE_OFFERED)) {
        set_state(peer, context, file, next);
        file->is_due = true;
    }
}

/* ---- the peer ---- */

static bool tell(const struct pf_peer *peer, struct pf_context *context, bool own,
                 const struct pf_file_message *message)
{
    context->outbox.message.type = own ? PF_MESSAGE_FILE : PF_MESSAGE_FILE_ANSWER;
    context->outbox.message.file = *message;
    return pf_signaling_send_on_channel(peer, context);
}

/* The peer goes on with a file that is not known here: one of the two had given the other up. */
static void refuse(const struct pf_peer *peer, struct pf_context *context, bool own,
                   uint32_t number)
{
    const struct pf_file_message message = {.number = number, .state = PF_FILE_FAILED};
    context->counters.stale++;
    (void)tell(peer, context, own, &message); /* if it is lost, the next channel brings it up */
}

/* The peer takes back what it has offered, or sends. */
static void withdraw(const struct pf_peer *peer, struct pf_context *context,
                     struct pf_transfer *file, enum pf_file_state state)
{
    if (is_open(file)) {
        set_state(peer, context, file, state);
        file->is_withdrawn = true;
    }
}

static void take_offer(struct pf_peer *peer, struct pf_context *context,
                       const struct pf_file_message *message)
{
    struct pf_files *files = &peer->files;
    struct pf_transfer *file = &files->theirs[message->number % PF_FILES_MAX];
    withdraw(peer, context, file, PF_FILE_CANCELLED); /* that was told on a channel that is lost */
    if (file->number != 0 && file->is_withdrawn &&
        !pf_token_bucket_take(&files->withdrawn, &withdrawn_rate, context->now_ms, WITHDRAWN_MS)) {
        context->counters.unreadable++;
        return;
    }
    file->number = message->number;
    file->size = message->size;
    open_file(peer, context, file, message->name);
}

void pf_files_take(struct pf_peer *peer, struct pf_context *context,
                   const struct pf_file_message *message)
{
    struct pf_transfer *file = &peer->files.theirs[message->number % PF_FILES_MAX];
    const bool ends = message->state == PF_FILE_CANCELLED || message->state == PF_FILE_FAILED;
    if (message->number == file->number && ends) {
        withdraw(peer, context, file, message->state);
    } else if (message->number <= file->number || !peer->files.is_possible) {
        context->counters.stale++; /* as after every reconnect */
    } else if (message->state == PF_FILE_OFFERED && message->name.size > 0) {
        take_offer(peer, context, message);
    } else if (message->state == PF_FILE_ACCEPTED) {
        refuse(peer, context, false, message->number);
    }
}

void pf_files_take_answer(struct pf_peer *peer, struct pf_context *context,
                          const struct pf_file_message *message)
{
    struct pf_transfer *file = find(peer->files.own, message->number);
    const bool is_more = message->state == PF_FILE_ACCEPTED;
    if (!file && (is_more || message->state == PF_FILE_OFFERED)) {
        refuse(peer, context, true, message->number);
    } else if (!file || !is_open(file) || message->offset > file->size ||
               message->state == PF_FILE_OFFERED || (is_more && message->offset < file->offset)) {
        context->counters.stale++;
    } else if (is_more) {
        file->offset = message->offset;
        file->is_answered = true;
        if (file->state == PF_FILE_OFFERED) {
            set_state(peer, context, file, PF_FILE_ACCEPTED);
        } else if (file->state == PF_FILE_ACCEPTED) {
            (void)show(peer, context, file); /* there is no more to say */
        }
    } else if (message->state == PF_FILE_DONE && (moves(file) || file->size == 0)) {
        /* That an empty one was accepted before may have been lost. */
        file->offset = file->size;
        set_state(peer, context, file, PF_FILE_DONE);
    } else if (message->state == PF_FILE_DECLINED && file->state == PF_FILE_OFFERED) {
        set_state(peer, context, file, PF_FILE_DECLINED);
    } else if (message->state == PF_FILE_CANCELLED || message->state == PF_FILE_FAILED) {
        set_state(peer, context, file, message->state);
    } else {
        context->counters.unreadable++;
    }
}

/* ---- the connection ---- */

void pf_files_restart(struct pf_files *files)
{
    for (size_t i = 0; i < PF_FILES_MAX; i++) {
        files->own[i].is_answered = false;
        files->own[i].is_due = files->own[i].number != 0;
        files->theirs[i].is_due = files->theirs[i].number != 0;
    }
}

static void follow(const struct pf_peer *peer, struct pf_context *context, struct pf_transfer *file)
{
    const bool own = is_own(peer, file);
    const bool has_channel = pf_signaling_has_channel(peer);
    const bool flows =
        has_channel && peer->recovery.state == PF_RECOVERY_NONE && (!own || file->is_answered);
    if (moves(file) && flows != (file->state == PF_FILE_ACCEPTED)) {
        set_state(peer, context, file, flows ? PF_FILE_ACCEPTED : PF_FILE_PAUSED);
    }
    if (file->number == 0 || !file->is_due || !has_channel) {
        return;
    }
    struct pf_file_message message = {.number = file->number, .state = file->state};
    if (file->state == PF_FILE_PAUSED) {
        message.state = PF_FILE_ACCEPTED;
    }
    if (!own) {
        message.offset = file->offset;
    } else if (file->state == PF_FILE_OFFERED) {
        message.size = file->size;
        message.name = (struct pf_slice){file->name, file->name_size};
    }
    file->is_due = !tell(peer, context, own, &message); /* else after the next event */
}

void pf_files_follow(struct pf_peer *peer, struct pf_context *context)
{
    for (size_t i = 0; peer->files.is_possible && i < PF_FILES_MAX; i++) {
        follow(peer, context, &peer->files.own[i]);
        follow(peer, context, &peer->files.theirs[i]);
    }
}

void pf_files_close(struct pf_peer *peer, struct pf_context *context)
{
    for (size_t i = 0; i < PF_FILES_MAX; i++) {
        if (is_open(&peer->files.own[i])) {
            set_state(peer, context, &peer->files.own[i], PF_FILE_FAILED);
        }
        if (is_open(&peer->files.theirs[i])) {
            set_state(peer, context, &peer->files.theirs[i], PF_FILE_FAILED);
        }
    }
}

void pf_files_check(const struct pf_files *files)
{
    for (size_t i = 0; i < PF_FILES_MAX; i++) {
        const struct pf_transfer *both[] = {&files->own[i], &files->theirs[i]};
        for (size_t k = 0; k < 2; k++) {
            PF_ASSERT(both[k]->number == 0 || both[k]->number % PF_FILES_MAX == i);
            PF_ASSERT(both[k]->number == 0 || both[k]->offset <= both[k]->size);
        }
    }
}
