/*
 * peerface/simulated.h - a world in which programs with peerface/client.h are tested, natively.
 *
 * A test links `peerface::simulated` in place of `peerface::client`. The clients of the programs
 * then are in the simulator that peerface itself is tested with: real rooms, a real relay, and
 * between them modelled browsers and networks, in virtual time. The same seed gives the same world
 * on every machine.
 *
 *     struct pf_simulation_config config = pf_simulation_defaults(seed);
 *     struct pf_simulation *simulation = pf_simulation_open(&config);
 *     ... begin some programs, which call pf_client_open() and so on ...
 *     while (pf_simulation_has_faults(simulation) && pf_simulation_run(simulation, 50)) {
 *         ... let each program take a step ...
 *     }
 *     pf_simulation_run(simulation, 60000);
 *     ... all programs must agree ...
 *
 * What a page has no counterpart for here: any CSS selector names an element, pictures are of one
 * colour, nothing is heard.
 */
/* SPDX-License-Identifier: MIT */
#ifndef PEERFACE_SIMULATED_H
#define PEERFACE_SIMULATED_H

#include <peerface/client.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Owned by the test until pf_simulation_close(). */
struct pf_simulation;

enum {
    PF_SIMULATION_CLIENTS_MAX = 16, /* at once, each on a machine of its own */
    PF_SIMULATION_PICTURE_WIDTH = 320,
    PF_SIMULATION_PICTURE_HEIGHT = 240,
};

/* What may go wrong. Each seed has some of these, often or seldom. */
enum pf_simulation_fault {
    PF_FAULT_DELAY = 1,    /* packets take up to 600 ms, some 4 s */
    PF_FAULT_LOSS = 2,     /* what is sent PF_SEND_UNRELIABLE is lost */
    PF_FAULT_RELAY = 4,    /* killed, restarted, not to be reached; another one takes its place */
    PF_FAULT_NETWORK = 8,  /* machines are offline, cut off from each other, in another network */
    PF_FAULT_MACHINE = 16, /* sleeps; timers run once a minute */
    PF_FAULT_DEVICES = 32, /* missing, busy, unplugged, denied; a question is never answered */
    PF_FAULT_BROWSER = 64, /* operations of WebRTC fail or take long */
    PF_FAULT_ALL = 127,
};

struct pf_simulation_config {
    size_t size;        /* sizeof(struct pf_simulation_config) */
    uint64_t seed;      /* what all else is drawn from */
    unsigned faults;    /* of enum pf_simulation_fault */
    uint32_t faults_ms; /* how long they last; 0: as drawn, 1 to 60 s, seldom 10 min */
    const char *trace;  /* a file to write all that happens to, or NULL */
};

static inline struct pf_simulation_config pf_simulation_defaults(uint64_t seed)
{
    struct pf_simulation_config config;
    config.size = sizeof config;
    config.seed = seed;
    config.faults = PF_FAULT_ALL;
    config.faults_ms = 0;
    config.trace = NULL;
    return config;
}

/*
 * Makes a world, to which from now on belongs what this thread opens with pf_client_open(); there
 * the URL has no meaning. NULL: INVALID configuration, no memory, no such file, or this thread has
 * a world already.
 */
struct pf_simulation *pf_simulation_open(const struct pf_simulation_config *config);

/* Ends the world. All its clients must have been closed. NULL is fine. */
void pf_simulation_close(struct pf_simulation *simulation);

/*
 * Lets this much time pass. Programs are told of events meanwhile. False: something was wrong that
 * must not happen whatever a program does, see pf_simulation_failure(); the world has ended.
 */
bool pf_simulation_run(struct pf_simulation *simulation, uint32_t ms);

/* Since the beginning. */
uint64_t pf_simulation_now_ms(const struct pf_simulation *simulation);

/* Whether things go wrong still. Afterwards all networks and relays work. */
bool pf_simulation_has_faults(const struct pf_simulation *simulation);

/* A mistake of peerface's, to be reported with the seed. Borrowed; empty if there is none. */
const char *pf_simulation_failure(const struct pf_simulation *simulation);

#ifdef __cplusplus
}
#endif

#endif
