/* simulation.h - a world for programs, and which client is on which machine. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_SIMULATION_H
#define SIM_SIMULATION_H

#include "client/host.h"
#include "world.h"

/* A machine: `host` is the current page of `client`, or both are NULL. */
struct sim_seat {
    const struct pf_client *client;
    struct pf_host *host;
};

struct pf_simulation {
    unsigned wanted; /* of enum pf_simulation_fault */
    uint32_t faults_ms;
    struct sim_stats stats;
    struct sim_programs programs;
    struct sim_seat seats[SIM_HOSTS_MAX]; /* by the hosts of the world */
    struct sim_world world;
};

/* That of this thread, or NULL. */
struct pf_simulation *sim_simulation_current(void);

/* host.c: what a world calls, and once what it has caused can be told. */
void sim_host_show(struct pf_host *host, const struct pf_command *command);
void sim_host_take(struct pf_host *host, pf_pc pc, struct pf_slice frame, uint16_t flags);
void sim_host_follow(struct pf_host *host);

#endif
