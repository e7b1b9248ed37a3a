/* scope.c - the bounds of a search, as written on the command line. */
/* SPDX-License-Identifier: MIT */
#include "scope.h"

#include <string.h>

static bool is_word(const char *text, size_t size, const char *word)
{
    return strlen(word) == size && memcmp(text, word, size) == 0;
}

static bool read_word(const char *text, size_t size, struct ex_scope *scope)
{
    static const char *const actions[] = {"network", "ask",   "address", "cut",
                                          "reload",  "crash", "relay"};
    for (int i = 0; i < EX_ACTIONS_COUNT; i++) {
        if (is_word(text, size, actions[i])) {
            scope->actions[i]++;
            return true;
        }
    }
    if (is_word(text, size, "early")) {
        scope->early++;
    } else if (is_word(text, size, "candidate")) {
        scope->gather++;
    } else if (is_word(text, size, "ends")) {
        scope->ends = true;
    } else if (is_word(text, size, "channel")) {
        scope->channel = true;
    } else if (is_word(text, size, "abrupt")) {
        scope->abrupt = true;
    } else if (is_word(text, size, "rest")) {
        scope->rest = true;
    } else if (is_word(text, size, "reverse")) {
        scope->reverse = true;
    } else {
        return is_word(text, size, "join");
    }
    return true;
}

bool ex_scope_read(const char *text, struct ex_scope *out)
{
    struct ex_scope scope = {.gather = 1};
    if (strlen(text) > EX_SCOPE_NAME_SIZE_MAX) {
        return false;
    }
    memcpy(scope.name, text, strlen(text) + 1);
    for (const char *at = text;; at++) {
        const size_t size = strcspn(at, "+");
        if (!read_word(at, size, &scope)) {
            return false;
        }
        at += size;
        if (*at == '\0') {
            break;
        }
    }
    *out = scope;
    return true;
}
