/* redirect.c - sends browsers that come by http to https. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/redirect.h"

#include "relay/server/response.h"

enum { HTTPS_PORT = 443 };

/* Without its port. An IPv6 literal is in brackets. */
static struct pf_slice host_of(struct pf_slice authority)
{
    size_t size = 0;
    bool in_brackets = false;
    while (size < authority.size && (in_brackets || authority.data[size] != ':')) {
        in_brackets = authority.data[size] == '[' || (in_brackets && authority.data[size] != ']');
        size++;
    }
    return (struct pf_slice){authority.data, size};
}

void pf_redirect_answer(struct pf_server *server, struct pf_link *link)
{
    const struct pf_http_request *request = &server->request;
    const struct pf_slice host = host_of(request->host);
    const uint16_t port = server->doors[PF_DOOR_MAIN].port;
    struct pf_buffer out;
    if (host.size == 0) {
        pf_response_refuse(server, link, 400);
        return;
    }
    if (!pf_response_begin(server, link, 301, &out)) {
        return;
    }
    pf_buffer_put(&out, PF_SLICE("Location: https://"));
    pf_buffer_put(&out, host);
    if (port != HTTPS_PORT) {
        pf_buffer_put(&out, PF_SLICE(":"));
        pf_buffer_put_u64(&out, port);
    }
    pf_buffer_put(&out, request->path);
    if (request->query.size > 0) {
        pf_buffer_put(&out, PF_SLICE("?"));
        pf_buffer_put(&out, request->query);
    }
    pf_buffer_put(&out, PF_SLICE("\r\n"));
    pf_response_put_field(&out, "Cache-Control", "no-cache");
    pf_response_finish_text(server, link, &out, "");
}
