/* vectors_test.c - the test vectors of PROTOCOL.md against the readers of messages and envelopes.
 */
/* SPDX-License-Identifier: MIT */
#include "vectors.h"

#include "base/buffer.h"
#include "protocol/envelope.h"
#include "protocol/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WRITTEN_SIZE_MAX = 2 * PF_MESSAGE_SIZE_MAX, CUT_SIZE_MAX = 4096 };

struct vectors_fixture {
    struct vectors vectors;
    struct pf_message message;
    char written[WRITTEN_SIZE_MAX];
};

static int set_up(void **state)
{
    struct vectors_fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    vectors_open(&fixture->vectors);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct vectors_fixture *fixture = *state;
    vectors_close(&fixture->vectors);
    free(fixture);
    return 0;
}

static const char *name_of_result(enum pf_error error)
{
    switch (error) {
    case PF_ERROR_OK: return "ok";
    case PF_ERROR_INVALID: return "invalid";
    case PF_ERROR_UNSUPPORTED: return "unsupported";
    case PF_ERROR_TOO_LONG: return "too-long";
    case PF_ERROR_FULL:
    case PF_ERROR_MEMORY: break;
    }
    return "another error";
}

static void a_client_reads_each_vector_as_specified(void **state)
{
    struct vectors_fixture *fixture = *state;
    struct vector vector;
    while (vectors_next(&fixture->vectors, &vector)) {
        if (!vector.client) {
            continue;
        }
        const enum pf_error error = pf_message_read(vector.text, &fixture->message);
        if (strcmp(name_of_result(error), vector.client) != 0) {
            fail_msg("%s: is %s, not %s", vector.name, name_of_result(error), vector.client);
        }
        if (error == PF_ERROR_OK) {
            pf_message_clear(&fixture->message);
        }
    }
}

/* Writing the message restores the fields, except that `from` becomes `to`. */
static void a_client_reads_the_fields_that_a_vector_lists(void **state)
{
    struct vectors_fixture *fixture = *state;
    struct vector vector;
    int fields_count = 0;
    while (vectors_next(&fixture->vectors, &vector)) {
        if (!vector.fields) {
            continue;
        }
        assert_int_equal(pf_message_read(vector.text, &fixture->message), PF_ERROR_OK);
        struct pf_buffer buffer;
        pf_buffer_init(&buffer, fixture->written, sizeof fixture->written);
        pf_message_write(&fixture->message, &buffer);
        assert_false(buffer.overflow);
        cJSON *written = cJSON_ParseWithLength(buffer.data, buffer.size);
        const cJSON *field = NULL;
        cJSON_ArrayForEach(field, vector.fields)
        {
            const char *name = strcmp(field->string, "from") == 0 ? "to" : field->string;
            if (!cJSON_Compare(cJSON_GetObjectItemCaseSensitive(written, name), field, true)) {
                fail_msg("%s: %s, in %.*s", vector.name, name, (int)buffer.size, buffer.data);
            }
            fields_count++;
        }
        cJSON_Delete(written);
        pf_message_clear(&fixture->message);
    }
    assert_in_range(fields_count, 100, INT32_MAX);
}

/* The error code of a text, or NULL if it depends on rooms. */
static const char *judge_as_relay(struct pf_slice text, struct pf_message *message)
{
    struct pf_envelope envelope;
    const enum pf_error error = pf_envelope_read(text, &envelope);
    if (error != PF_ERROR_OK) {
        return error == PF_ERROR_UNSUPPORTED ? "unknown-type" : "bad-message";
    }
    if (envelope.type != PF_MESSAGE_JOIN && envelope.type != PF_MESSAGE_RENAME) {
        return NULL;
    }
    if (pf_message_read(text, message) != PF_ERROR_OK) {
        return "bad-message";
    }
    if (envelope.type == PF_MESSAGE_RENAME) {
        pf_message_clear(message);
        return NULL;
    }
    const bool good_room = pf_name_is_valid(message->join.room, 1);
    const bool good_name = pf_name_is_valid(message->join.name, 0);
    pf_message_clear(message);
    return !good_room ? "bad-room" : !good_name ? "bad-name" : NULL;
}

static void a_relay_refuses_vectors_by_envelope_and_names_alone(void **state)
{
    struct vectors_fixture *fixture = *state;
    static const char *const depend_on_rooms[] = {"ok", "not-joined", "already-joined",
                                                  "no-such-member"};
    struct vector vector;
    while (vectors_next(&fixture->vectors, &vector)) {
        if (!vector.relay) {
            continue;
        }
        const char *code = judge_as_relay(vector.text, &fixture->message);
        bool passes = code && strcmp(code, vector.relay) == 0;
        for (size_t i = 0; !code && i < sizeof depend_on_rooms / sizeof depend_on_rooms[0]; i++) {
            passes = passes || strcmp(vector.relay, depend_on_rooms[i]) == 0;
        }
        /* The hub decides which of the known types are not for a relay. */
        passes = passes || (!code && strcmp(vector.relay, "unknown-type") == 0);
        if (!passes) {
            fail_msg("%s: is %s, not %s", vector.name, code ? code : "fine", vector.relay);
        }
    }
}

/* Accepted by a client or a relay: one complete JSON object. */
static bool is_well_formed(const struct vector *vector)
{
    return (vector->client && strcmp(vector->client, "ok") == 0) ||
           (vector->relay && strcmp(vector->relay, "ok") == 0);
}

/* Copies of exactly the truncated size let a sanitizer report over-reads. */
static void no_truncated_vector_can_be_read(void **state)
{
    struct vectors_fixture *fixture = *state;
    struct vector vector;
    while (vectors_next(&fixture->vectors, &vector)) {
        if (!is_well_formed(&vector) || vector.text.size > CUT_SIZE_MAX) {
            continue;
        }
        size_t size = vector.text.size;
        while (size > 0 && vector.text.data[size - 1] != '}') {
            size--; /* whitespace after the object is optional */
        }
        while (size-- > 0) {
            char *copy = malloc(size > 0 ? size : 1);
            assert_non_null(copy);
            memcpy(copy, vector.text.data, size);
            const struct pf_slice cut = {copy, size};
            struct pf_envelope envelope;
            if (pf_message_read(cut, &fixture->message) == PF_ERROR_OK ||
                pf_envelope_read(cut, &envelope) == PF_ERROR_OK) {
                fail_msg("%s: was read although truncated to %zu bytes", vector.name, size);
            }
            free(copy);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_client_reads_each_vector_as_specified, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_client_reads_the_fields_that_a_vector_lists, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_relay_refuses_vectors_by_envelope_and_names_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(no_truncated_vector_can_be_read, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
