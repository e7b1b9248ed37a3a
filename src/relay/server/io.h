/* io.h - what an iteration of the event loop reads and writes. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_IO_H
#define PF_RELAY_SERVER_IO_H

#include "relay/server/state.h"

#include <stdint.h>

/* Handles `events`, which epoll has reported for the link of that index. */
void pf_io_event(struct pf_server *server, uint64_t index, uint32_t events);

/* Writes what has been queued, frees dead links and resets the arenas. */
void pf_io_flush(struct pf_server *server);

/* At the end of an iteration: writes a piece of the file that has waited longest, if any. */
void pf_io_write_file(struct pf_server *server);

#endif
