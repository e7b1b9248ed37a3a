/* ice.h - whether packets can flow between two modelled connections, and their connectionState. */
/* SPDX-License-Identifier: MIT */
#ifndef MODEL_ICE_H
#define MODEL_ICE_H

#include "pc.h"

/* Whether each has set a description of the other. */
bool model_ice_are_peers(const struct model_pc *pc, const struct model_pc *peer);

/*
 * Whether packets can flow between two peers at these addresses. The harness decides whether the
 * network lets them pass.
 */
bool model_ice_can_flow(const struct model_pc *pc, uint32_t address, const struct model_pc *peer,
                        uint32_t peer_address);

/* Differences between browsers. */
struct model_ice_profile {
    bool skips_disconnected; /* Safari: from "connected" right to "failed" */
    bool recovers;           /* from "failed" to "connected" when packets flow again */
};

/*
 * The next connectionState, which may be the current one. `flows`: whether packets can flow. The
 * harness decides how long a connection tries before it moves to "failed".
 */
enum pf_connection_state model_ice_next(const struct model_pc *pc, bool flows,
                                        struct model_ice_profile profile);

/* Moves to that state. */
void model_ice_move(struct model_pc *pc, enum pf_connection_state next);

/* Selects the candidate pair of these addresses, at both ends. */
void model_ice_link(struct model_pc *pc, uint32_t address, struct model_pc *peer,
                    uint32_t peer_address);

#endif
