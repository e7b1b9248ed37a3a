/* options.h - what the operator asks for: command line, environment, file. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_APP_OPTIONS_H
#define PF_RELAY_APP_OPTIONS_H

#include "base/slice.h"
#include "relay/cluster/store.h"
#include "relay/server/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PF_TEXTS_MAX = 32 }; /* how often an option may be repeated */

enum pf_options_action {
    PF_OPTIONS_RUN,
    PF_OPTIONS_EXIT, /* with `exit_code`; everything has been printed */
};

/* The values of an option that may be repeated. */
struct pf_texts {
    struct pf_slice items[PF_TEXTS_MAX];
    size_t count;
};

/* Texts are borrowed from the arguments, unless said otherwise. */
struct pf_options {
    enum pf_options_action action;
    int exit_code;
    const char *address;
    uint32_t port;
    const char *folder;             /* NULL: serve no files */
    const char *secret_file;        /* NULL: a random secret, lost when the process ends */
    const char *echo;               /* NULL: no echo endpoint */
    char *ice_servers;              /* a JSON array; owned */
    const char *tls_cert, *tls_key; /* both or none */
    uint32_t redirect_port;         /* 0: none */
    uint32_t hsts_s;                /* 0: none */
    uint32_t handshake_ms, handshakes_max;
    uint32_t members_max, rooms_max, clients_max, ping_ms, grace_ms;
    uint32_t request_ms, idle_ms, stall_ms; /* see server.h */
    uint32_t burst, rate; /* of one client: burst allowance, and messages per second */
    bool quiet;
    bool proxy_protocol;
    uint32_t requests_max, message_ms;
    uint32_t address_connections, address_opens, address_joins, address_kib; /* 0: no limit */
    uint32_t metrics_port;                                                   /* 0: none */
    const char *metrics_address;
    uint32_t drain_s;
    const char *turn_secret_file;
    uint32_t turn_ttl_s;
    bool turn_only;
    const char *token_keys; /* NULL: rooms are open */
    const char *user;       /* to become; NULL: none */
    bool unconfined;        /* without a filter of system calls */
    struct pf_log log;
    const char *config_file;    /* NULL: none */
    char *config_text;          /* owned; other texts may borrow from it */
    char *redis[PF_STORES_MAX]; /* URLs; owned, as they may hold passwords */
    size_t redis_count;
    const char *redis_password_file; /* NULL: none */
    struct pf_texts origins, frames, hosts, proxies, turn_servers;
};

/* Reads a file, the environment and the arguments, which overrule one another in this order; prints
 * what is wrong with them to stderr. */
void pf_options_read(int count, char *const *arguments, struct pf_options *out);

/* Frees what they own. */
void pf_options_clear(struct pf_options *options);

#endif
