/* scope.h - the bounds of a search, as written on the command line. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_SCOPE_H
#define EX_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

/* Actions of users and networks: each as often as the scope allows, at any time, on either host. */
enum ex_action {
    EX_ACTION_NETWORK, /* a page is told of a network change and restarts ICE */
    EX_ACTION_ASK,     /* a page requests an ICE restart that it could offer itself */
    EX_ACTION_ADDRESS, /* a host gets another address; its connections are dead */
    EX_ACTION_CUT,    /* a WebSocket is cut: messages in flight are lost, both sides notice later */
    EX_ACTION_RELOAD, /* a page is reloaded: its WebSocket closes with 1001 */
    EX_ACTION_CRASH,  /* the same without a close frame */
    EX_ACTION_RELAY,  /* the relay loses its state and restarts */
    EX_ACTIONS_COUNT,
};

enum { EX_SCOPE_NAME_SIZE_MAX = 95 };

/* Two open pages join in any order. In addition: */
struct ex_scope {
    char name[EX_SCOPE_NAME_SIZE_MAX + 1];
    uint32_t actions[EX_ACTIONS_COUNT];
    uint32_t early;  /* how often time may pass while something is in flight */
    uint32_t gather; /* candidates of one description */
    bool ends;       /* the end of candidates is signaled */
    bool channel;    /* data channels open and carry messages */
    bool abrupt;     /* a dead connection is "failed" at once, as in Safari */
    bool rest;       /* the first action waits until both are connected and at rest */
    bool reverse;    /* the first to join is polite, not the second */
};

/*
 * Reads words joined by "+", such as "cut+cut+early": an action (network, ask, address, cut,
 * reload, crash, relay), "early" and "candidate" are allowed once more by each occurrence; "ends",
 * "channel", "abrupt", "rest" and "reverse" occur once. "join" adds nothing. False for anything
 * else.
 */
bool ex_scope_read(const char *text, struct ex_scope *out);

#endif
