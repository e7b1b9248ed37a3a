/* server.h - sockets, HTTP and WebSocket around a hub: everything of the relay but its command
 * line. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_SERVER_H
#define PF_RELAY_SERVER_SERVER_H

#include "base/error.h"
#include "relay/hub/hub.h"
#include "relay/wire/origin.h"

#include <stdint.h>

/* Everything is borrowed for the life of the server. */
struct pf_server_config {
    const char *address;            /* the host name or address to listen on */
    uint16_t port;                  /* 0: any free port */
    const char *folder;             /* served to browsers; NULL: none */
    const char *echo;               /* path of the echo endpoint; NULL: none */
    struct pf_origin_rules origins; /* whose pages may connect, besides the relay's own */
    uint32_t request_ms;            /* for the first request of a connection to be complete */
    uint32_t idle_ms;               /* for each further one */
    uint32_t stall_ms;              /* for a reader to take some more of a response */
    struct pf_hub_config hub;       /* clients_max counts connections of any kind */
};

struct pf_server;

/*
 * Opens everything that pf_server_run() needs; freed by pf_server_free(). On failure says on
 * stderr what is wrong, and returns INVALID, or MEMORY. From then on SIGPIPE is ignored, and SIGINT
 * and SIGTERM wait for pf_server_run().
 */
enum pf_error pf_server_new(const struct pf_server_config *config, struct pf_server **out);

/* The port that it listens at. */
uint16_t pf_server_port(const struct pf_server *server);

/* Serves until SIGINT or SIGTERM, then says goodbye to all (1001), for a second at most. */
void pf_server_run(struct pf_server *server);

/* Accepts NULL. */
void pf_server_free(struct pf_server *server);

#endif
