/* cjson_number.h - number conversions that cJSON is compiled with. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_PROTOCOL_CJSON_NUMBER_H
#define PF_PROTOCOL_CJSON_NUMBER_H

/*
 * The C library's conversions work in long double and depend on the locale; in a wasm module they
 * are 27 KB, which is more than everything else. cJSON.c is compiled with this header included
 * first and PF_CJSON_NUMBER_REPLACE defined, natively too, so that both read alike.
 *
 * Exact, that is what the C library gives: a number whose significant digits make an integer of at
 * most 2^53 and whose power of ten is within 22 either way. Anything else is right to a few units
 * in the last place.
 */

/* As strtod() for the numbers of JSON: no leading space, no hexadecimal, no names. */
double pf_cjson_strtod(const char *text, char **end);

/* As sscanf() for the one format "%lg". Returns 1, or 0 if there is no number. */
int pf_cjson_sscanf(const char *text, const char *format, double *out);

#ifdef PF_CJSON_NUMBER_REPLACE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* These may already be macros of the C library. */
#undef sprintf
#undef sscanf
#undef strtod
#define sscanf pf_cjson_sscanf
#define strtod pf_cjson_strtod

/* Nothing prints JSON with cJSON: messages are written by message_write.c. */
#define sprintf(...) (__builtin_trap(), 0)

/*
 * cJSON asks before every value whether it is one of three words, having made sure that as many
 * bytes are left: a memcmp() of so few is no call.
 */
#undef strncmp
#define strncmp memcmp

#ifdef __EMSCRIPTEN__
/* Only printing grows a block: realloc() would be linked in vain. */
static inline void *pf_cjson_no_realloc(void *block, size_t size)
{
    (void)block;
    (void)size;
    return NULL;
}
#undef realloc
#define realloc pf_cjson_no_realloc
#endif
#endif

#endif
