/* buffer_test.c - the append-only writer. */
/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_holds(const struct pf_buffer *buffer, const char *text)
{
    const struct pf_slice slice = pf_buffer_slice(buffer);
    assert_int_equal(slice.size, strlen(text));
    assert_memory_equal(slice.data, text, slice.size);
}

static void buffer_appends_until_it_is_full(void **state)
{
    (void)state;
    char data[6];
    struct pf_buffer buffer;
    pf_buffer_init(&buffer, data, sizeof data);
    assert_holds(&buffer, "");
    pf_buffer_put(&buffer, PF_SLICE("abc"));
    pf_buffer_put(&buffer, (struct pf_slice){NULL, 0});
    pf_buffer_put(&buffer, PF_SLICE("def"));
    assert_holds(&buffer, "abcdef");
    assert_false(buffer.overflow);
}

static void overflow_writes_nothing_and_is_sticky(void **state)
{
    (void)state;
    char data[] = "......";
    struct pf_buffer buffer;
    pf_buffer_init(&buffer, data, 4);
    pf_buffer_put(&buffer, PF_SLICE("abc"));
    pf_buffer_put(&buffer, PF_SLICE("de"));
    assert_true(buffer.overflow);
    pf_buffer_put(&buffer, PF_SLICE("f"));
    pf_buffer_put_u64(&buffer, 1);
    assert_true(buffer.overflow);
    assert_holds(&buffer, "abc");
    assert_string_equal(data, "abc...");
}

static void a_size_that_would_wrap_overflows(void **state)
{
    (void)state;
    char data[4];
    struct pf_buffer buffer;
    pf_buffer_init(&buffer, data, sizeof data);
    pf_buffer_put(&buffer, PF_SLICE("ab"));
    pf_buffer_put(&buffer, (struct pf_slice){"x", SIZE_MAX});
    assert_true(buffer.overflow);
    assert_holds(&buffer, "ab");
}

static void numbers_are_decimal_without_leading_zeros(void **state)
{
    (void)state;
    char data[64];
    struct pf_buffer buffer;
    pf_buffer_init(&buffer, data, sizeof data);
    const uint64_t numbers[] = {0, 9, 10, 4294967296, UINT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        pf_buffer_put_u64(&buffer, numbers[i]);
        pf_buffer_put(&buffer, PF_SLICE(" "));
    }
    assert_holds(&buffer, "0 9 10 4294967296 18446744073709551615 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buffer_appends_until_it_is_full),
        cmocka_unit_test(overflow_writes_nothing_and_is_sticky),
        cmocka_unit_test(a_size_that_would_wrap_overflows),
        cmocka_unit_test(numbers_are_decimal_without_leading_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
