/* link.h - one connection: its stage, its deadline and what it sends. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_LINK_H
#define PF_RELAY_SERVER_LINK_H

#include "relay/server/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Takes ownership of `fd`, which came from `ip` by `door`. If there are too many connections that
 * are no WebSockets, that with the earliest deadline makes room. False if its address has used up
 * what it may, or memory is short; then `fd` is still the caller's.
 */
bool pf_link_open(struct pf_server *server, int fd, enum pf_door door, const struct pf_ip *ip);

/* `size` bytes of the iteration's arena for pf_link_queue(), or NULL. */
char *pf_link_alloc(struct pf_server *server, size_t size);

/* Sends bytes that stay valid until the end of the iteration. */
void pf_link_queue(struct pf_server *server, struct pf_link *link, const char *data, size_t size);

/* Has pf_io_flush() look at the link. */
void pf_link_mark(struct pf_server *server, struct pf_link *link);

/* Moves on to a later stage, in which the link is killed after `timeout_ms`; 0: no timeout. */
void pf_link_set_stage(struct pf_server *server, struct pf_link *link, enum pf_stage stage,
                       uint32_t timeout_ms);

/* Restarts the timeout of the current stage. */
void pf_link_set_timeout(struct pf_server *server, struct pf_link *link, uint32_t timeout_ms);

/* Closes the connection at the end of the iteration. */
void pf_link_kill(struct pf_server *server, struct pf_link *link);

/* Whether the rest of a file is still to be written. */
bool pf_link_has_file(const struct pf_link *link);

/* Whether something is still to be written. */
bool pf_link_is_busy(const struct pf_link *link);

/* Takes ownership of `fd`: `size` bytes of it, at least one, follow what is queued. */
void pf_link_set_file(struct pf_server *server, struct pf_link *link, int fd, uint64_t size);

/*
 * Writes as much as the kernel accepts, except of the file: if only that is left, the link requests
 * that the iteration write a piece of it. False if the connection is lost.
 */
bool pf_link_write(struct pf_server *server, struct pf_link *link);

/* Writes the next PF_RECEIVE_SIZE bytes of the file, or fewer. False if the connection is lost. */
bool pf_link_write_file(struct pf_server *server, struct pf_link *link);

/* The link is among those who arrive from now on (arrivals.h), or not. Kills it if that fails. */
void pf_link_set_arriving(struct pf_server *server, struct pf_link *link, bool is_arriving);

/* Registers with epoll the events that the link can make use of. */
void pf_link_watch(struct pf_server *server, struct pf_link *link);

/* Closes the connection and frees the link at once. */
void pf_link_free(struct pf_server *server, struct pf_link *link);

#endif
