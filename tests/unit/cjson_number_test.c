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

static void other_numbers_are_read_to_fourteen_digits(void **state)
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
        assert_true(fabs(pf_cjson_strtod(text, &end) / number - 1) < 1e-14);
        assert_int_equal(*end, '\0');
    }
}

static void scanning_reports_whether_a_number_was_found(void **state)
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
        cmocka_unit_test(numbers_are_read_as_by_strtod),
        cmocka_unit_test(whole_numbers_are_read_as_by_strtod),
        cmocka_unit_test(other_numbers_are_read_to_fourteen_digits),
        cmocka_unit_test(scanning_reports_whether_a_number_was_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
