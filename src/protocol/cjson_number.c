/* cjson_number.c - number conversions that cJSON is compiled with. */
/* SPDX-License-Identifier: MIT */
/*
 * Numbers pass through a decimal: an integer of digits and a power of ten. Powers of ten up to
 * 10^22 are exact in a double, so one multiplication or division by one of them rounds once, as a
 * correct conversion would.
 */
#include "protocol/cjson_number.h"

#include "base/assert.h"

#include <float.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EXACT_POWER_MAX = 22, /* 10^22 is the last power of ten that a double holds exactly */
    EXPONENT_MAX = 400,   /* beyond it every number is 0 or infinite */
    DIGITS_MAX = 20,      /* of a uint64_t */
};

#define READ_DIGITS_LIMIT 100000000000000000u /* 10^17: one more digit still fits */
#define WHOLE_LIMIT       9007199254740992.0  /* 2^53: whole numbers below it are exact */

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

/* The nearest decimal of at most `precision` digits; `value` is finite and greater than 0. */
static struct decimal decimal_of(double value, int precision)
{
    struct decimal decimal = {.digits = (uint64_t)(value < WHOLE_LIMIT ? value : 0)};
    uint64_t limit = 1;
    for (int i = 0; i < precision; i++) {
        limit *= 10;
    }
    if ((double)decimal.digits < value || decimal.digits >= limit) {
        int magnitude = 0;
        for (double rest = value; rest >= 10; rest /= 10) {
            magnitude++;
        }
        for (double rest = value; rest < 1; rest *= 10) {
            magnitude--;
        }
        decimal.exponent = magnitude - (precision - 1);
        const double scaled = scale(value, -decimal.exponent);
        decimal.digits = (uint64_t)scaled;
        decimal.digits += scaled - (double)decimal.digits >= 0.5;
    }
    /* Rounding up, or an error in the magnitude, can give one digit more than wanted. */
    while (decimal.digits >= limit || (decimal.digits > 0 && decimal.digits % 10 == 0)) {
        decimal.digits = decimal.digits / 10 + (decimal.digits % 10 >= 5);
        decimal.exponent++;
    }
    return decimal;
}

/* Returns how many; without leading zeros, and one for 0. */
static int write_digits(uint64_t value, char out[DIGITS_MAX])
{
    int count = 1;
    for (uint64_t rest = value / 10; rest > 0; rest /= 10) {
        count++;
    }
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return count;
}

/* "1.25e+21"; `point` is where the decimal point stands, counted from the first digit. */
static char *put_scientific(char *out, const char *digits, int count, int point)
{
    *out++ = digits[0];
    if (count > 1) {
        *out++ = '.';
    }
    for (int i = 1; i < count; i++) {
        *out++ = digits[i];
    }
    const int exponent = point > 0 ? point - 1 : 1 - point;
    *out++ = 'e';
    *out++ = point > 0 ? '+' : '-';
    if (exponent < 10) {
        *out++ = '0';
    }
    return out + write_digits((uint64_t)exponent, out);
}

/* "0.00125", "1.25", "12500" */
static char *put_plain(char *out, const char *digits, int count, int point)
{
    const int first = point > 0 ? 0 : point - 1; /* zeros before the digits */
    const int last = point > count ? point : count;
    const int whole = point > 0 ? point : first + 1;
    for (int i = first; i < last; i++) {
        if (i == whole) {
            *out++ = '.';
        }
        *out++ = i >= 0 && i < count ? digits[i] : '0';
    }
    return out;
}

/* What "%1.15g" does, for precision 15. */
static char *put_number(char *out, double value, int precision)
{
    PF_ASSERT(value >= -DBL_MAX && value <= DBL_MAX); /* cJSON asks for no others */
    if (value < 0) {
        *out++ = '-';
        value = -value;
    }
    struct decimal decimal = {0};
    if (value > 0) {
        decimal = decimal_of(value, precision);
    }
    char digits[DIGITS_MAX];
    const int count = write_digits(decimal.digits, digits);
    const int point = count + decimal.exponent;
    if (point < -3 || point > precision) {
        return put_scientific(out, digits, count, point);
    }
    return put_plain(out, digits, count, point);
}

static char *put_hex4(char *out, unsigned value)
{
    for (int shift = 12; shift >= 0; shift -= 4) {
        *out++ = "0123456789abcdef"[value >> shift & 15];
    }
    return out;
}

int pf_cjson_sprintf(char *out, const char *format, ...)
{
    char *at = out;
    va_list arguments;
    va_start(arguments, format);
    while (*format != '%' && *format != '\0') {
        *at++ = *format++;
    }
    if (*format == '\0') {
        /* Nothing to convert: "null". */
    } else if (format[1] == 'd') {
        at = put_number(at, va_arg(arguments, int), 15);
    } else if (format[1] == '0') {
        at = put_hex4(at, va_arg(arguments, unsigned));
    } else {
        PF_ASSERT(format[1] == '1' && format[2] == '.' && format[3] == '1');
        at = put_number(at, va_arg(arguments, double), 10 + (format[4] - '0'));
    }
    va_end(arguments);
    *at = '\0';
    return (int)(at - out);
}
