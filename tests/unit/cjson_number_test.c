/* cjson_number_test.c - cJSON's number conversions against those of the C library. */
/* SPDX-License-Identifier: MIT */
#include "base/random.h"
#include "protocol/cjson_number.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_SIZE = 64, ROUNDS = 20000 };

/* Where the header promises what the C library gives. */
static const double exact_numbers[] = {
    0,           1,          -1,         9,           10,
    99,          100,        65535,      65536,       2147483647,
    -2147483647, 4294967295, 1e15,       1e17,        9007199254740991,
    1e21,        1e22,       0.5,        0.25,        -0.125,
    0.1,         0.2,        0.3,        1.5,         3.25,
    123.456,     1e-4,       1e-5,       12345e-9,    -98765.4321,
    999999.5,    0.001,      1000000.25, 99999999999, 123456789012345,
};

static void assert_prints_alike(double number)
{
    char expected[TEXT_SIZE];
    char actual[TEXT_SIZE];
    const int expected_size = snprintf(expected, sizeof expected, "%1.15g", number);
    assert_int_equal(pf_cjson_sprintf(actual, "%1.15g", number), expected_size);
    assert_string_equal(actual, expected);
}

static void assert_reads_alike(const char *text)
{
    char *expected_end;
    char *actual_end;
    const double expected = strtod(text, &expected_end);
    const double actual = pf_cjson_strtod(text, &actual_end);
    assert_ptr_equal(actual_end, expected_end);
    assert_memory_equal(&actual, &expected, sizeof actual);
}

static double random_whole(struct pf_random *random)
{
    const uint64_t high = pf_random_next(random);
    const uint64_t bits = (high << 32) | pf_random_next(random);
    const int64_t whole = (int64_t)(bits >> (11 + pf_random_below(random, 53))); /* below 2^53 */
    return (double)(pf_random_below(random, 2) ? whole : -whole);
}

static void chosen_numbers_are_printed_as_by_printf(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof exact_numbers / sizeof *exact_numbers; i++) {
        assert_prints_alike(exact_numbers[i]);
    }
}

static void whole_numbers_are_printed_as_by_printf(void **state)
{
    (void)state;
    struct pf_random random;
    pf_random_seed(&random, 1);
    for (int i = 0; i < ROUNDS; i++) {
        const double number = random_whole(&random);
        char expected[TEXT_SIZE];
        char actual[TEXT_SIZE];
        (void)snprintf(expected, sizeof expected, "%1.17g", number); /* it fits */
        (void)pf_cjson_sprintf(actual, "%1.17g", number);            /* compared below */
        assert_string_equal(actual, expected);
        const bool tie = fabs(number) >= 1e15 && (int64_t)number % 5 == 0;
        if (!tie) {
            assert_prints_alike(number); /* to 15 digits; printf() rounds a tie to even */
        }
    }
}

static void ints_are_printed_in_full(void **state)
{
    (void)state;
    static const int numbers[] = {0, 7, -7, 10, 1000000000, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char expected[TEXT_SIZE];
        char actual[TEXT_SIZE];
        const int expected_size = snprintf(expected, sizeof expected, "%d", numbers[i]);
        assert_int_equal(pf_cjson_sprintf(actual, "%d", numbers[i]), expected_size);
        assert_string_equal(actual, expected);
    }
}

static void control_characters_become_four_hex_digits(void **state)
{
    (void)state;
    char text[TEXT_SIZE];
    assert_int_equal(pf_cjson_sprintf(text, "u%04x", 0x1fu), 5);
    assert_string_equal(text, "u001f");
    assert_int_equal(pf_cjson_sprintf(text, "null"), 4);
    assert_string_equal(text, "null");
}

static void numbers_are_read_as_by_strtod(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0",
        "-0",
        "7",
        "-12",
        "4294967295",
        "9007199254740991",
        "1.5",
        "0.1",
        "123.456",
        "1e3",
        "1E+3",
        "1e-3",
        "1.25e2",
        "12,",
        "1e",
        "1e+",
        "1.",
        ".5",
        "-",
        "",
        "x",
        "5]",
        "0.000001",
        "1000000000000000000000",
        "1e400",
        "-1e400",
        "1e-400",
        "1.50000000",
        "0e99999999999999",
        "1e99999999999",
        "0.3",
        "2.5e-7",
        "1e22",
        "1e-22",
        "123456789012345e7",
        "00012",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_reads_alike(texts[i]);
    }
}

static void whole_numbers_are_read_as_by_strtod(void **state)
{
    (void)state;
    struct pf_random random;
    pf_random_seed(&random, 2);
    for (int i = 0; i < ROUNDS; i++) {
        char text[TEXT_SIZE];
        (void)snprintf(text, sizeof text, "%.0f", random_whole(&random)); /* it fits */
        assert_reads_alike(text);
    }
}

static void other_numbers_come_back_nearly_the_same(void **state)
{
    (void)state;
    struct pf_random random;
    pf_random_seed(&random, 3);
    for (int i = 0; i < ROUNDS; i++) {
        const int power = (int)pf_random_below(&random, 600) - 310;
        char text[TEXT_SIZE];
        char *end;
        (void)snprintf(text, sizeof text, "%ue%d", pf_random_next(&random) | 1u, power); /* fits */
        const double number = strtod(text, &end);
        assert_in_range(pf_cjson_sprintf(text, "%1.17g", number), 1, 24);
        assert_true(fabs(strtod(text, &end) / number - 1) < 1e-14);
        assert_int_equal(*end, '\0');
        assert_true(fabs(pf_cjson_strtod(text, &end) / number - 1) < 1e-14);
        assert_int_equal(*end, '\0');
    }
}

static void scanning_reports_whether_there_is_a_number(void **state)
{
    (void)state;
    double number = 5;
    assert_int_equal(pf_cjson_sscanf("null", "%lg", &number), 0);
    assert_true(fabs(number - 5) < 1e-9);
    assert_int_equal(pf_cjson_sscanf("2.5", "%lg", &number), 1);
    assert_true(fabs(number - 2.5) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_numbers_are_printed_as_by_printf),
        cmocka_unit_test(whole_numbers_are_printed_as_by_printf),
        cmocka_unit_test(ints_are_printed_in_full),
        cmocka_unit_test(control_characters_become_four_hex_digits),
        cmocka_unit_test(numbers_are_read_as_by_strtod),
        cmocka_unit_test(whole_numbers_are_read_as_by_strtod),
        cmocka_unit_test(other_numbers_come_back_nearly_the_same),
        cmocka_unit_test(scanning_reports_whether_there_is_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
