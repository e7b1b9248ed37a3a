/* scope.h - how far a search goes, as it is written on command lines. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_SCOPE_H
#define EX_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

/* What people and networks do; each as often as the scope allows, at any time, to either host. */
enum ex_action {
    EX_ACTION_NETWORK, /* a page is told that the network has changed, and restarts ICE */
    EX_ACTION_ASK,     /* a page is asked for an ICE restart, though the asker could offer one */
    EX_ACTION_ADDRESS, /* a host gets another address; connections over the old one are dead */
    EX_ACTION_CUT,    /* a WebSocket is cut; messages in flight are lost, both sides notice later */
    EX_ACTION_RELOAD, /* a page is refreshed; its WebSocket says 1001, and it comes back */
    EX_ACTION_CRASH,  /* the same without a word */
    EX_ACTION_RELAY,  /* the relay loses everything and starts again */
    EX_ACTIONS_COUNT,
};

enum { EX_SCOPE_NAME_SIZE_MAX = 95 };

/* Two pages that are open and may be entered in any order, and: */
struct ex_scope {
    char name[EX_SCOPE_NAME_SIZE_MAX + 1];
    uint32_t actions[EX_ACTIONS_COUNT];
    uint32_t early;  /* how often time may pass although something is in flight */
    uint32_t gather; /* candidates of one description */
    bool ends;       /* the end of candidates is signaled as well */
    bool channel;    /* data channels open, and carry messages */
    bool abrupt;     /* a dead connection is "failed" at once, as Safari has it */
    bool rest;       /* the first action waits until both are connected and at rest */
    bool reverse;    /* the first to enter is polite, not the second */
};

/*
 * Reads words with "+" between them, such as "cut+cut+early": a word for an action (network,
 * ask, address, cut, reload, crash, relay), "early" and "candidate" allow it once more; "ends",
 * "channel", "abrupt", "rest" and "reverse" are said once. "join" adds nothing. False if it is
 * something else.
 */
bool ex_scope_read(const char *text, struct ex_scope *out);

#endif
