/* response.h - writes the head of an HTTP response. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_RESPONSE_H
#define PF_RELAY_SERVER_RESPONSE_H

#include "base/buffer.h"
#include "relay/server/state.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Begins a response to server->request in the iteration's arena: status line, date and security
 * fields. False if memory is short; then the link has been killed.
 */
bool pf_response_begin(struct pf_server *server, struct pf_link *link, uint16_t status,
                       struct pf_buffer *out);

void pf_response_put_field(struct pf_buffer *out, const char *name, const char *value);

/* Lets pages of other origins read the response: those that load the module from here. */
void pf_response_share(struct pf_buffer *out);

/* Content-Type and Content-Length. */
void pf_response_put_body_fields(struct pf_buffer *out, const char *type, uint64_t size);

/* Ends the head and sends it with a short body, which is left out for HEAD. */
void pf_response_finish(struct pf_server *server, struct pf_link *link, struct pf_buffer *out,
                        const char *body);

/* Ends the head and sends it with a short body of plain text. */
void pf_response_finish_text(struct pf_server *server, struct pf_link *link, struct pf_buffer *out,
                             const char *text);

/* Sends a complete response without content; then the connection is closed. */
void pf_response_refuse(struct pf_server *server, struct pf_link *link, uint16_t status);

#endif
