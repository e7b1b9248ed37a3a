/* cjson_number.c - number conversions that cJSON is compiled with. */
/* SPDX-License-Identifier: MIT */
/*
 * Numbers pass through a decimal: an integer of digits and a power of ten. Powers of ten up to
 * 10^22 are exact in a double, so one multiplication or division by one of them rounds once, as a
 * correct conversion would.
 */
#include "protocol/cjson_number.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EXACT_POWER_MAX = 22, /* 10^22 is the last power of ten that a double holds exactly */
    EXPONENT_MAX = 400,   /* beyond it every number is 0 or infinite */
};

#define READ_DIGITS_LIMIT 100000000000000000u /* 10^17: one more digit still fits */

/* digits * 10^exponent */
struct decimal {
    uint64_t digits;
    int exponent;
};

static double power_of_ten(int exponent)
{
    double power = 1;
    for (int i = 0; i < exponent; i++) {
        power *= 10;
    }
    return power;
}

static double scale(double value, int exponent)
{
    for (; exponent > EXACT_POWER_MAX; exponent -= EXACT_POWER_MAX) {
        value *= 1e22;
    }
    for (; exponent < -EXACT_POWER_MAX; exponent += EXACT_POWER_MAX) {
        value /= 1e22;
    }
    return exponent < 0 ? value / power_of_ten(-exponent) : value * power_of_ten(exponent);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/*
 * Appends the digits at `at` to `decimal`; each is worth `places` powers of ten less than the one
 * before: 0 left of the point, 1 right of it. Returns the first character that is none.
 */
static const char *read_digits(const char *at, int places, struct decimal *decimal)
{
    for (; is_digit(*at); at++) {
        if (decimal->digits < READ_DIGITS_LIMIT) {
            decimal->digits = decimal->digits * 10 + (uint64_t)(*at - '0');
            decimal->exponent -= places;
        } else {
            decimal->exponent += 1 - places;
        }
    }
    return at;
}

/* Reads "e-12" if that is what is at `at`. Returns what comes after it. */
static const char *read_exponent(const char *at, struct decimal *decimal)
{
    if (*at != 'e' && *at != 'E') {
        return at;
    }
    const char *next = at + 1;
    const bool negative = *next == '-';
    if (*next == '-' || *next == '+') {
        next++;
    }
    if (!is_digit(*next)) {
        return at;
    }
    int exponent = 0;
    for (; is_digit(*next); next++) {
        if (exponent < EXPONENT_MAX * EXPONENT_MAX) {
            exponent = exponent * 10 + (*next - '0');
        }
    }
    decimal->exponent += negative ? -exponent : exponent;
    return next;
}

static int clamp_exponent(int exponent)
{
    if (exponent > EXPONENT_MAX) {
        return EXPONENT_MAX;
    }
    return exponent < -EXPONENT_MAX ? -EXPONENT_MAX : exponent;
}

double pf_cjson_strtod(const char *text, char **end)
{
    const bool negative = *text == '-';
    const char *start = text + (*text == '-' || *text == '+');
    struct decimal decimal = {0};
    const char *at = read_digits(start, 0, &decimal);
    bool any = at != start;
    if (*at == '.') {
        const char *fraction = at + 1;
        at = read_digits(fraction, 1, &decimal);
        any = any || at != fraction;
    }
    if (!any) {
        *end = (char *)text; /* strtod() too takes the const away */
        return 0;
    }
    at = read_exponent(at, &decimal);
    *end = (char *)at;
    const double value =
        decimal.digits > 0 ? scale((double)decimal.digits, clamp_exponent(decimal.exponent)) : 0;
    return negative ? -value : value;
}

int pf_cjson_sscanf(const char *text, const char *format, double *out)
{
    (void)format; /* there is only one */
    char *end;
    const double value = pf_cjson_strtod(text, &end);
    if (end == text) {
        return 0;
    }
    *out = value;
    return 1;
}
