/* slice_test.c - slices: comparison, copying, UTF-8 validation. */
/* SPDX-License-Identifier: MIT */
#include "base/slice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void slice_of_null_is_empty(void **state)
{
    (void)state;
    assert_int_equal(pf_slice_of(NULL).size, 0);
    assert_non_null(pf_slice_of(NULL).data);
}

static void slices_are_equal_byte_for_byte(void **state)
{
    (void)state;
    assert_true(pf_slice_equal(PF_SLICE("tea"), pf_slice_of("tea")));
    assert_true(pf_slice_equal(PF_SLICE("a\0b"), PF_SLICE("a\0b")));
    assert_false(pf_slice_equal(PF_SLICE("a\0b"), PF_SLICE("a\0c")));
    assert_false(pf_slice_equal(PF_SLICE("tea"), PF_SLICE("teas")));
    assert_false(pf_slice_equal(PF_SLICE("tea"), PF_SLICE("Tea")));
    assert_true(pf_slice_equal(PF_SLICE(""), (struct pf_slice){NULL, 0}));
}

static void copy_adds_a_nul_to_a_text_that_fits(void **state)
{
    (void)state;
    char out[4] = "xxx";
    assert_int_equal(pf_slice_copy(PF_SLICE("tea"), out, sizeof out), 3);
    assert_string_equal(out, "tea");
    assert_int_equal(pf_slice_copy((struct pf_slice){NULL, 0}, out, 1), 0);
    assert_string_equal(out, "");
}

static void copy_truncates_between_characters(void **state)
{
    (void)state;
    /* e with acute has 2 bytes, the euro sign 3, the grinning face 4. */
    const struct pf_slice text = PF_SLICE("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};
    for (size_t room = 0; room < sizeof expected / sizeof expected[0]; room++) {
        char out[16];
        memset(out, 'x', sizeof out);
        assert_int_equal(pf_slice_copy(text, out, room + 1), expected[room]);
        assert_int_equal(out[expected[room]], '\0');
        assert_memory_equal(out, text.data, expected[room]);
    }
}

/* The encoding of a scalar value as RFC 3629 section 3 defines it. */
static size_t encode(uint32_t scalar, uint8_t out[4])
{
    if (scalar < 0x80) {
        out[0] = (uint8_t)scalar;
        return 1;
    }
    const size_t size = scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (scalar & 0x3f));
        scalar >>= 6;
    }
    static const uint8_t marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    out[0] = (uint8_t)(marks[size] | scalar);
    return size;
}

static bool is_utf8(const uint8_t *bytes, size_t size)
{
    return pf_slice_is_utf8((struct pf_slice){(const char *)bytes, size});
}

static void every_scalar_value_is_utf8_and_no_surrogate_is(void **state)
{
    (void)state;
    for (uint32_t scalar = 0; scalar <= 0x10ffff; scalar++) {
        uint8_t bytes[4];
        const size_t size = encode(scalar, bytes);
        const bool surrogate = scalar >= 0xd800 && scalar <= 0xdfff;
        if (is_utf8(bytes, size) != !surrogate) {
            fail_msg("U+%04X", scalar);
        }
        if (size > 1 && is_utf8(bytes, size - 1)) {
            fail_msg("U+%04X without its last byte", scalar);
        }
    }
}

/*
 * Whether two or three bytes consist of complete characters of one or two bytes; `valid2` is the
 * table of two-byte characters.
 */
static bool is_utf8_by_table(const uint8_t *bytes, size_t size, const bool *valid2)
{
    if (size == 2) {
        return (bytes[0] < 0x80 && bytes[1] < 0x80) || valid2[bytes[0] << 8 | bytes[1]];
    }
    if (bytes[0] < 0x80) {
        return is_utf8_by_table(bytes + 1, 2, valid2);
    }
    if (bytes[2] < 0x80) {
        return is_utf8_by_table(bytes, 2, valid2);
    }
    return false;
}

static void all_two_and_three_byte_sequences_match_the_definition(void **state)
{
    (void)state;
    bool *valid2 = calloc(1u << 16, sizeof *valid2);
    bool *valid3 = calloc(1u << 24, sizeof *valid3);
    assert_non_null(valid2);
    assert_non_null(valid3);
    for (uint32_t scalar = 0x80; scalar < 0x10000; scalar++) {
        uint8_t bytes[4];
        const size_t size = encode(scalar, bytes);
        if (size == 2) {
            valid2[bytes[0] << 8 | bytes[1]] = true;
        } else if (scalar < 0xd800 || scalar > 0xdfff) {
            valid3[bytes[0] << 16 | bytes[1] << 8 | bytes[2]] = true;
        }
    }
    for (uint32_t run = 0; run < 1u << 24; run++) {
        const uint8_t bytes[] = {(uint8_t)(run >> 16), (uint8_t)(run >> 8), (uint8_t)run};
        const bool expected = valid3[run] || is_utf8_by_table(bytes, 3, valid2);
        if (is_utf8(bytes, 3) != expected ||
            (bytes[0] == 0 && is_utf8(bytes + 1, 2) != is_utf8_by_table(bytes + 1, 2, valid2))) {
            fail_msg("%02x %02x %02x", bytes[0], bytes[1], bytes[2]);
        }
    }
    free(valid2);
    free(valid3);
}

static void four_byte_characters_end_at_the_last_code_point(void **state)
{
    (void)state;
    assert_true(pf_slice_is_utf8(PF_SLICE("\xf0\x90\x80\x80")));
    assert_true(pf_slice_is_utf8(PF_SLICE("\xf4\x8f\xbf\xbf")));
    assert_false(pf_slice_is_utf8(PF_SLICE("\xf0\x8f\xbf\xbf")));
    assert_false(pf_slice_is_utf8(PF_SLICE("\xf4\x90\x80\x80")));
    assert_false(pf_slice_is_utf8(PF_SLICE("\xf5\x80\x80\x80")));
    assert_false(pf_slice_is_utf8(PF_SLICE("\xf8\x88\x80\x80\x80")));
    assert_false(pf_slice_is_utf8(PF_SLICE("\xf0\x9f\x98\x41")));
    assert_false(pf_slice_is_utf8(PF_SLICE("\xf0\x9f\x41\x80")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slice_of_null_is_empty),
        cmocka_unit_test(slices_are_equal_byte_for_byte),
        cmocka_unit_test(copy_adds_a_nul_to_a_text_that_fits),
        cmocka_unit_test(copy_truncates_between_characters),
        cmocka_unit_test(every_scalar_value_is_utf8_and_no_surrogate_is),
        cmocka_unit_test(all_two_and_three_byte_sequences_match_the_definition),
        cmocka_unit_test(four_byte_characters_end_at_the_last_code_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
