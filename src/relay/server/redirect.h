/* redirect.h - sends browsers that come by http to https. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_REDIRECT_H
#define PF_RELAY_SERVER_REDIRECT_H

#include "relay/server/state.h"

/* Answers server->request, which is valid, with the same path and query on the TLS port. */
void pf_redirect_answer(struct pf_server *server, struct pf_link *link);

#endif
