/* web.h - answers HTTP requests. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_WEB_H
#define PF_RELAY_SERVER_WEB_H

#include "base/slice.h"
#include "relay/server/state.h"

#include <stddef.h>

/*
 * Takes bytes of a link in the HTTP stage: all that have arrived since the last request. Returns
 * how many were consumed; if the stage has changed, the rest are WebSocket frames.
 */
size_t pf_web_read(struct pf_server *server, struct pf_link *link, struct pf_slice bytes);

#endif
