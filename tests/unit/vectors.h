/* vectors.h - the test vectors of PROTOCOL.md, one after the other. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_VECTORS_H
#define PF_TESTS_VECTORS_H

#include "base/slice.h"

#include <cJSON.h>
#include <stdbool.h>

/* A vector; vectors.json explains its members. Borrowed until the next call of vectors_next(). */
struct vector {
    const char *name;
    struct pf_slice
        text; /* in a heap block of exactly its size, so that a sanitizer reports over-reads */
    const char *client;  /* "ok" or a reason; NULL: not for a client */
    const char *relay;   /* "ok" or an error code; NULL: not for a relay */
    bool in_room;        /* the state of the client that sends it to a relay */
    const cJSON *fields; /* NULL: none are given */
    const char *call;    /* "taken" or "dropped" by a client in a call; NULL: not said */
    int channel;         /* the id of the data channel that it comes on; -1: from the relay */
    bool binary;         /* as a binary message of the channel */
};

struct vectors {
    cJSON *root;       /* owned */
    const cJSON *next; /* in root */
    char *text;        /* owned; of the last vector */
};

/* Parses vectors.json, which is embedded in the program. */
void vectors_open(struct vectors *vectors);

/* Reads the next vector; false after the last one. */
bool vectors_next(struct vectors *vectors, struct vector *out);

void vectors_close(struct vectors *vectors);

#endif
