/* turn.h - credentials for TURN servers, made for each client and good for a while. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_TURN_H
#define PF_RELAY_SERVER_TURN_H

#include "base/slice.h"
#include "protocol/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The scheme that coturn calls use-auth-secret: the username is a time of expiry and an id, the
 * credential its HMAC-SHA1 under a secret that relay and TURN server share. Nothing has to be told
 * to the TURN server, and a credential that leaks soon expires.
 */

enum { PF_TURN_SECRET_SIZE_MAX = 256 };

struct pf_turn {
    char secret[PF_TURN_SECRET_SIZE_MAX];
    size_t secret_size; /* 0: there are no such servers */
    const struct pf_slice
        *servers; /* URLs such as "turn:turn.example:3478?transport=udp"; borrowed */
    size_t servers_count;
    uint32_t ttl_s;
    struct pf_slice others; /* a JSON array of RTCIceServer that come first; borrowed */
    char text[PF_ICE_SERVERS_SIZE_MAX];
};

/* Reads the secret, whose newline at the end does not count. Returns NULL, or what is wrong with
 * the file; then the secret stays as it was. */
const char *pf_turn_read_secret(const char *path, struct pf_turn *turn);

/* The array for one client, valid until the next call; `user` is a struct pf_turn. What does not
 * fit into PF_ICE_SERVERS_SIZE_MAX is left out. For pf_hub_ice.make. */
struct pf_slice pf_turn_make(void *user, uint64_t unix_s, uint64_t id);

/* Whether it is the URL of a TURN server that can stand in such an array. */
bool pf_turn_url_is_valid(struct pf_slice url);

#endif
