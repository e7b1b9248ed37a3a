/* json.h - a strict check of a JSON object, without building anything. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_PROTOCOL_JSON_H
#define PF_PROTOCOL_JSON_H

#include "base/error.h"
#include "base/slice.h"

#include <stdbool.h>

/*
 * A walk over the members of the one object that a text is. What it accepts is RFC 8259 with four
 * rules more, those of PROTOCOL.md section 1:
 *  - the text is an object, whose member names have no escapes in them;
 *  - arrays and objects are nested at most PF_MESSAGE_DEPTH_MAX deep, the object itself included;
 *  - no string holds U+0000;
 *  - no string holds half a surrogate pair, so that every string is UTF-8 once decoded.
 *
 * UTF-8 itself is not checked: see pf_slice_is_utf8().
 *
 *     struct pf_json_walk walk;
 *     struct pf_json_member member;
 *     pf_json_walk_init(&walk, text);
 *     while (pf_json_walk_next(&walk, &member)) {
 *         ...
 *     }
 *     return walk.error;
 *
 * The whole text has been checked once the walk has ended with PF_ERROR_OK, not before.
 */
struct pf_json_walk {
    const char *at; /* borrowed from the text, as long as the walk goes on */
    const char *end;
    bool inside;         /* the opening brace has been read */
    enum pf_error error; /* INVALID, or TOO_LONG when nested too deep */
};

/* Both borrow from the text. */
struct pf_json_member {
    struct pf_slice name;  /* without its quotes */
    struct pf_slice value; /* with its quotes, brackets or braces, without space around it */
};

void pf_json_walk_init(struct pf_json_walk *walk, struct pf_slice text);

/* Gives the next member, in the order of the text; false at the end and on an error. */
bool pf_json_walk_next(struct pf_json_walk *walk, struct pf_json_member *member);

/*
 * The first byte from `at` on that cannot stand in a string as it is: a quote, a backslash or a
 * control character; `end` if there is none.
 */
const char *pf_json_skip_plain(const char *at, const char *end);

/*
 * The content of a string value that has no escapes in it; an empty slice with data NULL for any
 * other value. `value` comes from a walk.
 */
struct pf_slice pf_json_plain_string(struct pf_slice value);

#endif
