/* cluster_check.h - what must hold of relays that serve the same rooms. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_CLUSTER_CHECK_H
#define SIM_CLUSTER_CHECK_H

#include "cluster.h"

/* These functions have no effect in a world without a cluster. */

/* Every second: a relay that hears nothing says so; nothing grows without bound. */
void sim_cluster_check_tick(struct sim_world *world);

/* Before a relay publishes: it has to do with the receiver. */
void sim_cluster_check_publish(struct sim_world *world, uint32_t relay,
                               const struct pf_store_command *command);

/* Index of the socket of a member whose message a relay publishes to its owner; 0 if it is none. */
uint32_t sim_cluster_sender(const struct sim_world *world, uint32_t relay,
                            const struct pf_store_command *command);

/* The relay has been told that nobody has heard it: that socket is to be closed. */
void sim_cluster_note_unheard(struct sim_world *world, uint32_t socket);

/* Before a relay sends a text to a page: it is for that page. */
void sim_cluster_check_text(struct sim_world *world, const struct sim_socket *socket,
                            struct pf_slice text);

/* What is wrong after the faults, or NULL. */
const char *sim_cluster_amiss(struct sim_world *world);

/* Whether `other` is connected as far as the relay of `tab` knows, which is that of its room. */
bool sim_cluster_lists(const struct sim_world *world, const struct sim_tab *tab,
                       const struct sim_tab *other);

/* How things are at a relay before it hears something of another one, and what has come of it. */
struct sim_arrival {
    bool is_checked;
    bool is_locked[SIM_ROOMS_MAX];
};
struct sim_arrival sim_cluster_before(const struct sim_world *world, uint32_t relay);
void sim_cluster_after(struct sim_world *world, uint32_t relay, const struct sim_arrival *before);

/* Whether the member to which this `joined` goes was let in while the door was open, by a join that
 * its relay has sent twice. */
bool sim_cluster_was_let_in(const struct sim_world *world, struct pf_slice joined);

/* Whether it may be a hostile member that an owner has let in, but that does not know, or has gone.
 */
bool sim_cluster_may_be_hostile(const struct sim_world *world, pf_member_id id);

#endif
