/* vectors.h - the test vectors of PROTOCOL.md, one after the other. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_VECTORS_H
#define PF_TESTS_VECTORS_H

#include "base/slice.h"

#include <cJSON.h>
#include <stdbool.h>

/* One of them; vectors.json says what its members mean. Borrowed until the next one is asked for.
 */
struct vector {
    const char *name;
    struct pf_slice
        text;            /* has exactly its size in the heap, so that a sanitizer sees over-reads */
    const char *client;  /* "ok" or a reason; NULL: not for a client */
    const char *relay;   /* "ok" or an error code; NULL: not for a relay */
    bool in_room;        /* the state of the client that sends it to a relay */
    const cJSON *fields; /* NULL: none are given */
};

struct vectors {
    cJSON *root;       /* owned */
    const cJSON *next; /* in root */
    char *text;        /* owned; that of the last one given */
};

/* Parses vectors.json, which is built in. */
void vectors_open(struct vectors *vectors);

/* Gives the next vector; false when there is none left. */
bool vectors_next(struct vectors *vectors, struct vector *out);

void vectors_close(struct vectors *vectors);

#endif
