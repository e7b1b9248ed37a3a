/* envelope_test.c - the relay's envelope reader and its JSON walk, against cJSON. */
/* SPDX-License-Identifier: MIT */
/*
 * The walk is stricter than cJSON: cJSON must read whatever the walk accepts as the same value, and
 * the walk must accept whatever is printed from a value of cJSON, apart from the protocol's rules.
 */
#include "vectors.h"

#include "base/buffer.h"
#include "base/random.h"
#include "protocol/envelope.h"
#include "protocol/json.h"

#include <cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEED_SIZE_MAX = 1000, ROUNDS_PER_SEED = 400, EDITS_MAX = 4, PRINTED_SIZE_MAX = 65536 };

#define ID "00000000000000b2"

static enum pf_error walk_through(struct pf_slice text)
{
    struct pf_json_walk walk;
    struct pf_json_member member;
    pf_json_walk_init(&walk, text);
    while (pf_json_walk_next(&walk, &member)) {
    }
    return walk.error;
}

static void the_walk_returns_each_member_as_written(void **state)
{
    (void)state;
    static const char *const expected[][2] = {
        {"a", "1"}, {"", "\"x\\n\""}, {"b", "[ 1 ,{}]"}, {"c", "{\"d\" : null }"}, {"a", "-0.5e+1"},
    };
    const size_t count = sizeof expected / sizeof expected[0];
    struct pf_json_walk walk;
    struct pf_json_member member;
    pf_json_walk_init(&walk, PF_SLICE(" { \"a\" : 1 ,\"\":\"x\\n\",\"b\":[ 1 ,{}],\"c\":{\"d\" : "
                                      "null },\"a\":-0.5e+1}\n"));
    for (size_t i = 0; i < count; i++) {
        assert_true(pf_json_walk_next(&walk, &member));
        assert_true(pf_slice_equal(member.name, pf_slice_of(expected[i][0])));
        assert_true(pf_slice_equal(member.value, pf_slice_of(expected[i][1])));
    }
    assert_false(pf_json_walk_next(&walk, &member));
    assert_int_equal(walk.error, PF_ERROR_OK);
}

static void an_empty_text_is_not_an_object(void **state)
{
    (void)state;
    struct pf_envelope envelope;
    assert_int_equal(walk_through((struct pf_slice){NULL, 0}), PF_ERROR_INVALID);
    assert_int_equal(walk_through(PF_SLICE("{}")), PF_ERROR_OK);
    assert_int_equal(pf_envelope_read((struct pf_slice){NULL, 0}, &envelope), PF_ERROR_INVALID);
}

static void a_string_ends_at_its_quote_at_any_offset(void **state)
{
    (void)state;
    /* Strings of every size around the 16 bytes that are scanned together, with an escape, a quote
     * and a control character at every position. */
    for (size_t size = 0; size < 40; size++) {
        for (size_t at = 0; at < size; at++) {
            char *text = malloc(size + 8);
            assert_non_null(text);
            memcpy(text, "{\"a\":\"", 6);
            memset(text + 6, 'x', size);
            memcpy(text + 6 + size, "\"}", 2);
            const struct pf_slice whole = {text, size + 8};
            assert_int_equal(walk_through(whole), PF_ERROR_OK);
            text[6 + at] = 0x1f;
            assert_int_equal(walk_through(whole), PF_ERROR_INVALID);
            text[6 + at] = '"';
            assert_int_equal(walk_through(whole), PF_ERROR_INVALID);
            text[6 + at] = (char)0xff;
            assert_int_equal(walk_through(whole), PF_ERROR_OK);
            text[6 + at] = '\\';
            assert_int_equal(walk_through(whole), PF_ERROR_INVALID);
            if (at + 1 < size) {
                text[6 + at + 1] = '"';
                assert_int_equal(walk_through(whole), PF_ERROR_OK);
            }
            free(text);
        }
    }
}

static void escapes_are_taken_at_any_offset(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum pf_error error;
    } escapes[] = {
        {"\\r", PF_ERROR_OK},           {"\\n", PF_ERROR_OK},         {"\\r\\n", PF_ERROR_OK},
        {"\\\\r", PF_ERROR_OK},         {"\\\\\\n", PF_ERROR_OK},     {"\\\\\\\\", PF_ERROR_OK},
        {"\\\"", PF_ERROR_OK},          {"\\u00e9", PF_ERROR_OK},     {"\\t\\/", PF_ERROR_OK},
        {"\\x", PF_ERROR_INVALID},      {"\\\\\"", PF_ERROR_INVALID}, {"\\\n", PF_ERROR_INVALID},
        {"\\r\\u12", PF_ERROR_INVALID}, {"\\r\"", PF_ERROR_INVALID},
    };
    char text[64];
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        for (size_t before = 0; before < 36; before++) {
            /* An escape in front, so that the block is not plain before this one. */
            const int size = snprintf(text, sizeof text, "{\"a\":\"\\n%.*s%sxr\"}", (int)before,
                                      "nrnrnrnrnrnrnrnrnrnrnrnrnrnrnrnrnrnr", escapes[i].text);
            assert_int_equal(walk_through((struct pf_slice){text, (size_t)size}), escapes[i].error);
        }
    }
}

static void an_envelope_borrows_from_the_text(void **state)
{
    (void)state;
    const struct pf_slice text = PF_SLICE(
        " {  \"type\":\"join\",\"preparedOffer\": {\"a\":[1]} ,\"x\":{\"to\":1,\"from\":2}} ");
    struct pf_envelope envelope;
    assert_int_equal(pf_envelope_read(text, &envelope), PF_ERROR_OK);
    assert_int_equal(envelope.type, PF_MESSAGE_JOIN);
    assert_true(envelope.to == 0);
    assert_true(pf_slice_equal(envelope.prepared_offer, PF_SLICE("{\"a\":[1]}")));
    assert_ptr_equal(envelope.rest.data, text.data + 4);
    assert_ptr_equal(envelope.rest.data + envelope.rest.size, text.data + text.size);
}

static void a_failed_read_leaves_the_envelope_unchanged(void **state)
{
    (void)state;
    struct pf_envelope envelope = {.type = PF_MESSAGE_BYE, .to = 7};
    assert_int_equal(
        pf_envelope_read(PF_SLICE("{\"to\":\"" ID "\",\"type\":\"ping\"} x"), &envelope),
        PF_ERROR_INVALID);
    assert_int_equal(envelope.type, PF_MESSAGE_BYE);
    assert_true(envelope.to == 7);
}

static void an_envelope_is_read_up_to_the_message_size_limit(void **state)
{
    (void)state;
    char *text = malloc(PF_MESSAGE_SIZE_MAX + 1);
    assert_non_null(text);
    memset(text, ' ', PF_MESSAGE_SIZE_MAX + 1);
    memcpy(text, "{\"type\":\"ping\"}", 15);
    struct pf_envelope envelope;
    assert_int_equal(pf_envelope_read((struct pf_slice){text, PF_MESSAGE_SIZE_MAX}, &envelope),
                     PF_ERROR_OK);
    assert_int_equal(pf_envelope_read((struct pf_slice){text, PF_MESSAGE_SIZE_MAX + 1}, &envelope),
                     PF_ERROR_TOO_LONG);
    free(text);
}

static void prefix_and_rest_form_the_message_with_its_sender(void **state)
{
    (void)state;
    char memory[256];
    struct pf_buffer buffer;
    struct pf_envelope envelope;
    assert_int_equal(
        pf_envelope_read(PF_SLICE("{ \"type\":\"signal\",\"to\":\"" ID "\"}"), &envelope),
        PF_ERROR_OK);
    pf_buffer_init(&buffer, memory, sizeof memory);
    pf_envelope_write_prefix(0xa1, &buffer);
    assert_int_equal(buffer.size, PF_ENVELOPE_PREFIX_SIZE);
    pf_buffer_put(&buffer, envelope.rest);
    assert_true(pf_slice_equal(pf_buffer_slice(&buffer),
                               PF_SLICE("{\"from\":\"00000000000000a1\",\"type\":\"signal\","
                                        "\"to\":\"" ID "\"}")));
}

static size_t count_members(const cJSON *root, const char *name)
{
    size_t count = 0;
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, root)
    {
        count += strcmp(member->string, name) == 0;
    }
    return count;
}

static void put_string(struct pf_buffer *out, const char *text)
{
    char escape[8];
    pf_buffer_put_char(out, '"');
    for (; *text != '\0'; text++) {
        if ((uint8_t)*text < 0x20 || *text == '"' || *text == '\\') {
            (void)snprintf(escape, sizeof escape, "\\u%04x",
                           (unsigned)(uint8_t)*text); /* it fits */
            pf_buffer_put(out, pf_slice_of(escape));
        } else {
            pf_buffer_put_char(out, *text);
        }
    }
    pf_buffer_put_char(out, '"');
}

static void put_value(struct pf_buffer *out, const cJSON *item)
{
    char number[32];
    if (cJSON_IsString(item)) {
        put_string(out, item->valuestring);
    } else if (cJSON_IsNumber(item)) {
        const bool is_finite = item->valuedouble - item->valuedouble == 0;
        (void)snprintf(number, sizeof number, "%.17g",
                       is_finite ? item->valuedouble : 0); /* it fits */
        pf_buffer_put(out, pf_slice_of(number));
    } else if (cJSON_IsArray(item) || cJSON_IsObject(item)) {
        pf_buffer_put_char(out, cJSON_IsArray(item) ? '[' : '{');
        const cJSON *child = NULL;
        cJSON_ArrayForEach(child, item)
        {
            pf_buffer_put(out, child == item->child ? PF_SLICE("") : PF_SLICE(","));
            if (cJSON_IsObject(item)) {
                put_string(out, child->string);
                pf_buffer_put_char(out, ':');
            }
            put_value(out, child);
        }
        pf_buffer_put_char(out, cJSON_IsArray(item) ? ']' : '}');
    } else {
        pf_buffer_put(out, cJSON_IsTrue(item)    ? PF_SLICE("true")
                           : cJSON_IsFalse(item) ? PF_SLICE("false")
                                                 : PF_SLICE("null"));
    }
}

/* The caller frees the text. cJSON itself is built without its printer. */
static char *print(const cJSON *item)
{
    struct pf_buffer out;
    char *text = malloc(PRINTED_SIZE_MAX);
    assert_non_null(text);
    pf_buffer_init(&out, text, PRINTED_SIZE_MAX - 1);
    put_value(&out, item);
    assert_false(out.overflow);
    text[out.size] = '\0';
    return text;
}

/* cJSON_Compare() does not handle objects with duplicate names. */
static void assert_alike(const cJSON *a, const cJSON *b)
{
    char *text_a = print(a);
    char *text_b = print(b);
    assert_string_equal(text_a, text_b);
    free(text_a);
    free(text_b);
}

/* The envelope has the values that cJSON finds in the text. */
static void assert_agrees(const struct pf_envelope *envelope, const cJSON *root)
{
    enum pf_message_type type = PF_MESSAGE_HELLO;
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, "type");
    assert_true(pf_message_type_read(pf_slice_of(cJSON_GetStringValue(item)), &type));
    assert_int_equal(type, envelope->type);
    assert_int_equal(count_members(root, "type"), 1);
    item = cJSON_GetObjectItemCaseSensitive(root, "to");
    assert_true(pf_member_id_read(pf_slice_of(cJSON_GetStringValue(item))) == envelope->to);
    assert_in_range(count_members(root, "to"), 0, 1);
    assert_int_equal(count_members(root, "from"), 0);
    item = cJSON_GetObjectItemCaseSensitive(root, "preparedOffer");
    assert_int_equal(count_members(root, "preparedOffer"), envelope->prepared_offer.data != NULL);
    if (item) {
        cJSON *offer =
            cJSON_ParseWithLength(envelope->prepared_offer.data, envelope->prepared_offer.size);
        assert_alike(offer, item);
        cJSON_Delete(offer);
    }
}

/* The only rules by which the walk may refuse valid JSON. */
static bool is_within_our_rules(const cJSON *root, unsigned depth)
{
    bool within = depth <= PF_MESSAGE_DEPTH_MAX;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, root)
    {
        const char *name = item->string;
        for (const char *at = depth == 1 && name ? name : ""; *at != '\0'; at++) {
            within = within && (uint8_t)*at >= 0x20 && *at != '"' && *at != '\\';
        }
        if (cJSON_IsArray(item) || cJSON_IsObject(item)) {
            within = within && is_within_our_rules(item, depth + 1);
        }
    }
    return within;
}

/* Proves that the test has tried both directions. */
struct tally {
    unsigned accepted, printed;
};

static void compare_with_cjson(struct pf_slice text, struct tally *tally)
{
    struct pf_envelope envelope;
    const bool envelope_read = pf_envelope_read(text, &envelope) == PF_ERROR_OK;
    cJSON *root = cJSON_ParseWithLength(text.data, text.size);
    if (walk_through(text) == PF_ERROR_OK && !root) {
        fail_msg("the walk accepts what cJSON does not: %.*s", (int)text.size, text.data);
    }
    if (envelope_read) {
        assert_agrees(&envelope, root);
        tally->accepted++;
    }
    if (cJSON_IsObject(root) && is_within_our_rules(root, 1)) {
        char *printed = print(root);
        if (walk_through(pf_slice_of(printed)) != PF_ERROR_OK) {
            fail_msg("the walk refuses what is printed: %s", printed);
        }
        free(printed);
        tally->printed++;
    }
    cJSON_Delete(root);
}

/* Bytes that matter to JSON are more frequent than others. */
static char draw_byte(struct pf_random *random)
{
    static const char choice[] = "{}[]\",:\\u0123456789eE+-.truefalsn \t\n/bdD8Cc";
    const uint32_t number = pf_random_below(random, 2 * sizeof choice);
    return number < sizeof choice - 1 ? choice[number] : (char)pf_random_below(random, 128);
}

/* Replaces, inserts, removes or repeats a few bytes of `text`. Returns the new size. */
static size_t mutate(struct pf_random *random, char *text, size_t size)
{
    for (uint32_t edits = pf_random_below(random, EDITS_MAX) + 1; edits > 0; edits--) {
        const size_t at = pf_random_below(random, (uint32_t)size + 1);
        switch (pf_random_below(random, 4)) {
        case 0:
            if (at < size) {
                text[at] = draw_byte(random);
            }
            break;
        case 1:
            memmove(text + at + 1, text + at, size - at);
            text[at] = draw_byte(random);
            size++;
            break;
        case 2:
            if (at < size) {
                memmove(text + at, text + at + 1, size - at - 1);
                size--;
            }
            break;
        default: {
            const size_t left = size - at;
            const size_t run = left < 20 ? left : 20;
            memmove(text + at + run, text + at, left);
            size += run;
            break;
        }
        }
    }
    return size;
}

static void the_walk_and_cjson_agree_on_mutated_messages(void **state)
{
    (void)state;
    static const size_t slack = EDITS_MAX * 20;
    struct tally tally = {0};
    struct pf_random random;
    pf_random_seed(&random, 2);
    struct vectors vectors;
    struct vector vector;
    vectors_open(&vectors);
    while (vectors_next(&vectors, &vector)) {
        if (vector.text.size > SEED_SIZE_MAX) {
            continue;
        }
        for (int round = 0; round < ROUNDS_PER_SEED; round++) {
            char *work = malloc(vector.text.size + slack);
            assert_non_null(work);
            memcpy(work, vector.text.data, vector.text.size);
            const size_t size = mutate(&random, work, vector.text.size);
            char *exact = malloc(size > 0 ? size : 1); /* so that a sanitizer reports over-reads */
            assert_non_null(exact);
            memcpy(exact, work, size);
            compare_with_cjson((struct pf_slice){exact, size}, &tally);
            free(exact);
            free(work);
        }
    }
    vectors_close(&vectors);
    assert_in_range(tally.accepted, 5000, UINT32_MAX);
    assert_in_range(tally.printed, 20000, UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_walk_returns_each_member_as_written),
        cmocka_unit_test(an_empty_text_is_not_an_object),
        cmocka_unit_test(a_string_ends_at_its_quote_at_any_offset),
        cmocka_unit_test(escapes_are_taken_at_any_offset),
        cmocka_unit_test(an_envelope_borrows_from_the_text),
        cmocka_unit_test(a_failed_read_leaves_the_envelope_unchanged),
        cmocka_unit_test(an_envelope_is_read_up_to_the_message_size_limit),
        cmocka_unit_test(prefix_and_rest_form_the_message_with_its_sender),
        cmocka_unit_test(the_walk_and_cjson_agree_on_mutated_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
