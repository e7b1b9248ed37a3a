/* json.c - a strict check of a JSON object, without building anything. */
/* SPDX-License-Identifier: MIT */
/*
 * One pass, no recursion: which of the open containers are objects is kept in the bits of a number.
 * Nearly all bytes of a real message are inside strings (an SDP), so the search for the end of a
 * string takes 16 bytes at a time where the processor can.
 */
#include "protocol/json.h"

#include "protocol/message.h"

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* What is being scanned. Functions below return NULL for text that is not JSON. */
struct scanner {
    const char *end;
    uint32_t objects; /* one bit for each open container, the innermost lowest: is it an object? */
    unsigned depth;   /* open containers */
};

_Static_assert(PF_MESSAGE_DEPTH_MAX <= 32, "the open containers fit in `objects`");

static const char *skip_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
        at++;
    }
    return at;
}

#ifdef __SSE2__
/* One bit for each of 16 bytes that is not plain content of a string: `"`, `\` or a control. */
static unsigned find_stops(const char *at)
{
    const __m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
    const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), control));
}

/* One bit for each of 16 bytes that is `c`. */
static unsigned find_byte(const char *at, char c)
{
    const __m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8(c)));
}

/*
 * Skips content of a string by blocks of 16 bytes, with the escapes that end the lines of an SDP.
 * Stops at a quote, at another escape, at what is not allowed, or close to the end of the text.
 * Where the next block begins depends on no byte of this one, or the processor would wait for it.
 */
static const char *skip_blocks(const char *at, const char *end)
{
    unsigned carried = 0; /* 1: the last byte of the block before was a backslash */
    for (; end - at >= 16; at += 16) {
        const unsigned stops = find_stops(at);
        if ((stops | carried) == 0) {
            continue;
        }
        const unsigned backslashes = find_byte(at, '\\');
        const unsigned escaped = backslashes << 1 | carried;
        /* Of two backslashes in a row the second is no such escape, which stops at the first. */
        const unsigned others = escaped & ~(find_byte(at, 'r') | find_byte(at, 'n')) & 0xffff;
        const unsigned found = (stops & ~backslashes) << 1 | others;
        if (found != 0) {
            return at + __builtin_ctz(found) - 1; /* the backslash, if it is one of `others` */
        }
        carried = escaped >> 16;
    }
    return at - carried;
}
#else
static const char *skip_blocks(const char *at, const char *end)
{
    (void)end;
    return at;
}
#endif

/* The same byte by byte: near the end of the text, or where the first one is known to stop. */
static const char *skip_bytes(const char *at, const char *end)
{
    while (at < end && *at != '"' && *at != '\\' && (uint8_t)*at >= 0x20) {
        at++;
    }
    return at;
}

const char *pf_json_skip_plain(const char *at, const char *end)
{
#ifdef __SSE2__
    for (; end - at >= 16; at += 16) {
        const unsigned stops = find_stops(at);
        if (stops != 0) {
            return at + __builtin_ctz(stops);
        }
    }
#endif
    return skip_bytes(at, end);
}

/* The number that the four hex digits at `at` stand for, or -1. */
static int32_t read_hex4(const char *at, const char *end)
{
    if (end - at < 4) {
        return -1;
    }
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        const char lower = (char)(at[i] | 0x20); /* leaves digits as they are */
        if (at[i] >= '0' && at[i] <= '9') {
            value = value * 16 + (at[i] - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            value = value * 16 + (lower - 'a' + 10);
        } else {
            return -1;
        }
    }
    return value;
}

/* What follows the escape of a UTF-16 code unit, or of a surrogate pair, whose `\u` is at `at`. */
static const char *skip_unicode_escape(const char *at, const char *end)
{
    const int32_t unit = read_hex4(at + 2, end);
    if (unit <= 0 || (unit >= 0xdc00 && unit <= 0xdfff)) {
        return NULL;
    }
    at += 6;
    if (unit < 0xd800 || unit > 0xdbff) {
        return at;
    }
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u') {
        return NULL;
    }
    const int32_t second = read_hex4(at + 2, end);
    return second >= 0xdc00 && second <= 0xdfff ? at + 6 : NULL;
}

/* Whether `c` behind a backslash makes a whole escape. */
static bool is_short_escape(char c)
{
    return c == '"' || c == '\\' || c == '/' || c == 'b' || c == 'f' || c == 'n' || c == 'r' ||
           c == 't';
}

/* The closing quote of the string whose content begins at `at`. */
static const char *find_quote(const char *at, const char *end)
{
    while (at && (at = skip_bytes(skip_blocks(at, end), end)) < end) {
        if (*at == '"') {
            return at;
        }
        if (*at != '\\' || end - at < 2) {
            return NULL;
        }
        if (is_short_escape(at[1])) {
            at += 2;
        } else {
            at = at[1] == 'u' ? skip_unicode_escape(at, end) : NULL;
        }
    }
    return NULL;
}

static const char *skip_string(const char *at, const char *end)
{
    const char *quote = find_quote(at + 1, end);
    return quote ? quote + 1 : NULL;
}

/* Skips at least one digit. */
static const char *skip_digits(const char *at, const char *end)
{
    const char *start = at;
    while (at < end && *at >= '0' && *at <= '9') {
        at++;
    }
    return at > start ? at : NULL;
}

static const char *skip_number(const char *at, const char *end)
{
    if (*at == '-') {
        at++;
    }
    at = at < end && *at == '0' ? at + 1 : skip_digits(at, end);
    if (at && at < end && *at == '.') {
        at = skip_digits(at + 1, end);
    }
    if (at && at < end && (*at | 0x20) == 'e') {
        at++;
        if (at < end && (*at == '+' || *at == '-')) {
            at++;
        }
        at = skip_digits(at, end);
    }
    return at;
}

static const char *skip_word(const char *at, const char *end, struct pf_slice word)
{
    const bool matches = (size_t)(end - at) >= word.size && memcmp(at, word.data, word.size) == 0;
    return matches ? at + word.size : NULL;
}

/* Any value but an array or an object. */
static const char *skip_scalar(const char *at, const char *end)
{
    switch (*at) {
    case '"': return skip_string(at, end);
    case 't': return skip_word(at, end, PF_SLICE("true"));
    case 'f': return skip_word(at, end, PF_SLICE("false"));
    case 'n': return skip_word(at, end, PF_SLICE("null"));
    default: return skip_number(at, end);
    }
}

/* A member's name and the colon behind it, with the space around them. */
static const char *skip_name(const char *at, const char *end)
{
    at = skip_space(at, end);
    if (at == end || *at != '"') {
        return NULL;
    }
    at = skip_string(at, end);
    if (!at) {
        return NULL;
    }
    at = skip_space(at, end);
    return at < end && *at == ':' ? at + 1 : NULL;
}

/*
 * Behind a value: closes the containers that end here, and moves on to the next value of one that
 * does not. When the outermost is closed, depth is 0 and the result is what follows it.
 */
static const char *skip_to_next(struct scanner *scanner, const char *at)
{
    while (scanner->depth > 0) {
        const bool object = scanner->objects & 1;
        at = skip_space(at, scanner->end);
        if (at == scanner->end) {
            return NULL;
        }
        if (*at == ',') {
            return object ? skip_name(at + 1, scanner->end) : at + 1;
        }
        if (*at != (object ? '}' : ']')) {
            return NULL;
        }
        at++;
        scanner->objects >>= 1;
        scanner->depth--;
    }
    return at;
}

/*
 * Moves from the opening bracket at `at` to the first value of the container, which is then open,
 * or behind its closing bracket if there is no value in it.
 */
static const char *enter_container(struct scanner *scanner, const char *at)
{
    const bool object = *at == '{';
    at = skip_space(at + 1, scanner->end);
    if (at == scanner->end) {
        return NULL;
    }
    if (*at == (object ? '}' : ']')) {
        return skip_to_next(scanner, at + 1);
    }
    scanner->objects = scanner->objects << 1 | object;
    scanner->depth++;
    return object ? skip_name(at, scanner->end) : at;
}

/*
 * Skips the value at `at`, a member of the object that the walk is about. On failure returns NULL
 * and says why in `error`.
 */
static const char *skip_value(const char *at, const char *end, enum pf_error *error)
{
    struct scanner scanner = {.end = end};
    *error = PF_ERROR_INVALID;
    do {
        at = skip_space(at, end);
        if (at == end) {
            return NULL;
        }
        if (*at == '{' || *at == '[') {
            if (scanner.depth + 1 == PF_MESSAGE_DEPTH_MAX) {
                *error = PF_ERROR_TOO_LONG;
                return NULL;
            }
            at = enter_container(&scanner, at);
        } else {
            at = skip_scalar(at, end);
            at = at ? skip_to_next(&scanner, at) : NULL;
        }
    } while (at && scanner.depth > 0);
    return at;
}

void pf_json_walk_init(struct pf_json_walk *walk, struct pf_slice text)
{
    if (text.size == 0) {
        text = PF_SLICE(""); /* instead of a NULL that must not be added to */
    }
    *walk = (struct pf_json_walk){.at = text.data, .end = text.data + text.size};
}

/* Ends the walk with INVALID. */
static bool fail(struct pf_json_walk *walk)
{
    walk->error = PF_ERROR_INVALID;
    return false;
}

/* Moves behind the brace or comma in front of a member. False at the closing brace or on error. */
static bool find_member(struct pf_json_walk *walk)
{
    const char *at = skip_space(walk->at, walk->end);
    if (at == walk->end) {
        return fail(walk);
    }
    if (!walk->inside) {
        if (*at != '{') {
            return fail(walk);
        }
        walk->inside = true;
        at = skip_space(at + 1, walk->end);
        walk->at = at;
        if (at == walk->end || *at != '}') {
            return true;
        }
    }
    if (*at == ',') {
        walk->at = skip_space(at + 1, walk->end);
        return true;
    }
    if (*at != '}' || skip_space(at + 1, walk->end) != walk->end) {
        return fail(walk);
    }
    return false;
}

bool pf_json_walk_next(struct pf_json_walk *walk, struct pf_json_member *member)
{
    if (!find_member(walk)) {
        return false;
    }
    const char *end = walk->end;
    const char *name = walk->at;
    const char *quote = name < end && *name == '"' ? pf_json_skip_plain(name + 1, end) : end;
    if (quote == end || *quote != '"') {
        return fail(walk);
    }
    const char *value = skip_space(quote + 1, end);
    if (value == end || *value != ':') {
        return fail(walk);
    }
    value = skip_space(value + 1, end);
    const char *value_end = skip_value(value, end, &walk->error);
    if (!value_end) {
        return false;
    }
    walk->error = PF_ERROR_OK;
    walk->at = value_end;
    member->name = (struct pf_slice){name + 1, (size_t)(quote - name - 1)};
    member->value = (struct pf_slice){value, (size_t)(value_end - value)};
    return true;
}

struct pf_slice pf_json_plain_string(struct pf_slice value)
{
    if (value.size < 2 || value.data[0] != '"' || memchr(value.data, '\\', value.size) != NULL) {
        return (struct pf_slice){NULL, 0};
    }
    return (struct pf_slice){value.data + 1, value.size - 2};
}
