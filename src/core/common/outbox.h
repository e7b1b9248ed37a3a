/* outbox.h - the commands that result from one event, and their text. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_COMMON_OUTBOX_H
#define PF_CORE_COMMON_OUTBOX_H

#include "base/buffer.h"
#include "core/command.h"
#include "protocol/message.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    /*
     * The last 512 are reserved for what is not a message. The most that one event needs of those
     * is a change of two sources with 15 peers, two PC_SET_SENDER each, or the 64 candidates that
     * waited for a description, or the 64 messages and 240 files that stop with all connections.
     * Messages that find no room are lost, as they may be on the network.
     */
    PF_OUTBOX_COMMANDS_MAX = 1024,
    PF_OUTBOX_MESSAGES_MAX = PF_OUTBOX_COMMANDS_MAX - 512,
    PF_OUTBOX_BYTES_MAX = 4 * PF_MESSAGE_SIZE_MAX,
};

struct pf_outbox {
    size_t head, count;
    struct pf_buffer bytes;
    struct pf_message message; /* being composed; too large for the stack */
    struct pf_command commands[PF_OUTBOX_COMMANDS_MAX];
    char storage[PF_OUTBOX_BYTES_MAX];
};

void pf_outbox_init(struct pf_outbox *outbox);

/* Discards the commands of the last event, which must all have been popped. */
void pf_outbox_reset(struct pf_outbox *outbox);

/* Appends a command and returns it to be filled in. Borrowed until the next reset. */
struct pf_command *pf_outbox_push(struct pf_outbox *outbox, enum pf_command_type type);

/* Copies `slice` for commands to borrow until the next reset; empty if there is no room. */
struct pf_slice pf_outbox_copy(struct pf_outbox *outbox, struct pf_slice slice);

/*
 * Appends a command of `type`, SOCKET_SEND or PC_CHANNEL_SEND, with the JSON of outbox->message.
 * NULL when there is no room for it.
 */
struct pf_command *pf_outbox_push_message(struct pf_outbox *outbox, enum pf_command_type type);

bool pf_outbox_pop(struct pf_outbox *outbox, struct pf_command *command);

#endif
