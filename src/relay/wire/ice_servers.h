/* ice_servers.h - checks the STUN and TURN servers that the relay passes on to browsers. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_WIRE_ICE_SERVERS_H
#define PF_RELAY_WIRE_ICE_SERVERS_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

#include <stddef.h>

/* An entry that browsers would refuse, and with it the whole configuration. Valid in `report`. */
struct pf_ice_problem {
    size_t index;        /* of the entry in the array */
    struct pf_slice url; /* the URL that is wrong; empty if it is something else */
    const char *reason;  /* a phrase such as "has no username"; static */
};

/*
 * Reads a JSON array of RTCIceServer and appends to `out` the same array without the entries that
 * browsers refuse (webrtc-pc, "set a configuration" and "validate an ICE server URL"; RFC 7064, RFC
 * 7065), each of which goes to `report`. The text of a good entry is copied as it is, with its
 * unknown members. Fails with INVALID if the text is not an array, or TOO_LONG if `out` overflows;
 * then `out` is not to be used.
 */
enum pf_error pf_ice_servers_read(struct pf_slice text, struct pf_buffer *out,
                                  void (*report)(void *user, const struct pf_ice_problem *problem),
                                  void *user);

#endif
