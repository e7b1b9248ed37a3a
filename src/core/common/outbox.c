/* outbox.c - the commands that result from one event, and their text. */
/* SPDX-License-Identifier: MIT */
#include "core/common/outbox.h"

#include "base/assert.h"

void pf_outbox_init(struct pf_outbox *outbox)
{
    outbox->head = 0;
    outbox->count = 0;
    pf_buffer_init(&outbox->bytes, outbox->storage, sizeof outbox->storage);
}

void pf_outbox_reset(struct pf_outbox *outbox)
{
    PF_ASSERT(outbox->head == outbox->count); /* the caller has polled all commands */
    pf_outbox_init(outbox);
}

struct pf_command *pf_outbox_push(struct pf_outbox *outbox, enum pf_command_type type)
{
    PF_ASSERT(outbox->count < PF_OUTBOX_COMMANDS_MAX);
    struct pf_command *command = &outbox->commands[outbox->count++];
    *command = (struct pf_command){.type = type};
    return command;
}

/* A writer over the remaining space, so that text that does not fit leaves no trace. */
static struct pf_buffer rest_of(const struct pf_buffer *bytes)
{
    struct pf_buffer rest;
    pf_buffer_init(&rest, bytes->data + bytes->size, bytes->capacity - bytes->size);
    return rest;
}

struct pf_slice pf_outbox_copy(struct pf_outbox *outbox, struct pf_slice slice)
{
    struct pf_buffer rest = rest_of(&outbox->bytes);
    pf_buffer_put(&rest, slice);
    outbox->bytes.size += rest.size;
    return pf_buffer_slice(&rest);
}

struct pf_command *pf_outbox_push_message(struct pf_outbox *outbox, enum pf_command_type type)
{
    struct pf_buffer rest = rest_of(&outbox->bytes);
    pf_message_write(&outbox->message, &rest);
    if (rest.overflow || rest.size > PF_MESSAGE_SIZE_MAX ||
        outbox->count >= PF_OUTBOX_MESSAGES_MAX) {
        return NULL;
    }
    outbox->bytes.size += rest.size;
    struct pf_command *command = pf_outbox_push(outbox, type);
    command->text = pf_buffer_slice(&rest);
    return command;
}

bool pf_outbox_pop(struct pf_outbox *outbox, struct pf_command *command)
{
    if (outbox->head == outbox->count) {
        return false;
    }
    *command = outbox->commands[outbox->head++];
    return true;
}
