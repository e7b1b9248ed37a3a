/* fuzz_message.c - accepted messages can be written and read again unchanged. */
/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "base/assert.h"
#include "base/buffer.h"
#include "protocol/envelope.h"
#include "protocol/message.h"

#include <stdlib.h>
#include <string.h>

/* Escapes of two bytes, such as "\b", are written as six. */
enum { WRITTEN_SIZE_MAX = 4 * PF_MESSAGE_SIZE_MAX };

/* Writes `message` as its receiver gets it: a signal has `from` instead of `to`. */
static struct pf_slice write_message(const struct pf_message *message, char *memory)
{
    struct pf_buffer buffer;
    pf_buffer_init(&buffer, memory, WRITTEN_SIZE_MAX);
    if (message->type == PF_MESSAGE_SIGNAL) {
        /* Leaves space for the prefix, which is written once the position of the rest is known. */
        buffer.size = PF_ENVELOPE_PREFIX_SIZE - 1;
        const size_t start = buffer.size;
        pf_message_write(message, &buffer);
        PF_ASSERT(!buffer.overflow);
        PF_ASSERT(memory[start] == '{');
        struct pf_buffer prefix;
        pf_buffer_init(&prefix, memory, PF_ENVELOPE_PREFIX_SIZE);
        pf_envelope_write_prefix(message->signal.peer, &prefix);
        PF_ASSERT(!prefix.overflow);
    } else {
        pf_message_write(message, &buffer);
        PF_ASSERT(!buffer.overflow);
    }
    return pf_buffer_slice(&buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pf_message *message = calloc(1, sizeof *message);
    char *first = malloc(WRITTEN_SIZE_MAX);
    char *second = malloc(WRITTEN_SIZE_MAX);
    PF_ASSERT(message && first && second);
    const struct pf_slice text = {(const char *)data, size};
    if (pf_message_read(text, message) == PF_ERROR_OK) {
        const enum pf_message_type type = message->type;
        const struct pf_slice written = write_message(message, first);
        pf_message_clear(message);
        const enum pf_error error = pf_message_read(written, message);
        if (written.size > PF_MESSAGE_SIZE_MAX) {
            PF_ASSERT(error == PF_ERROR_TOO_LONG);
        } else {
            PF_ASSERT(error == PF_ERROR_OK);
            PF_ASSERT(message->type == type);
            PF_ASSERT(pf_slice_equal(write_message(message, second), written));
            pf_message_clear(message);
        }
    }
    free(second);
    free(first);
    free(message);
    return 0;
}
