/* proxied.c - whose connection it is: that of a client, or of a proxy that speaks for clients. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/proxied.h"

#include "relay/server/handshakes.h"
#include "relay/server/limits_log.h"
#include "relay/server/link.h"
#include "relay/wire/forwarded.h"
#include "relay/wire/proxy_header.h"

#include <errno.h>
#include <sys/socket.h>

static bool is_trusted(const struct pf_server *server, const struct pf_ip *ip)
{
    return pf_ip_is_in(ip, server->config.proxies, server->config.proxies_count);
}

/* The link counts for another address from now on. */
static bool set_address(struct pf_server *server, struct pf_link *link, const struct pf_ip *ip)
{
    if (link->address && link->address->key == pf_ip_subscriber(ip)) {
        return true;
    }
    pf_addresses_leave(link->address);
    if (pf_addresses_enter(&server->addresses, ip, server->now_ms, &link->address)) {
        return true;
    }
    server->metrics.refused_connections++;
    pf_limits_log(server, ip);
    return false;
}

bool pf_proxied_begin(struct pf_server *server, struct pf_link *link, const struct pf_ip *ip)
{
    if (!is_trusted(server, ip)) {
        return set_address(server, link, ip);
    }
    if (server->config.proxy_protocol && link->door == PF_DOOR_MAIN) {
        link->opening = PF_OPENING_PROXY_HEADER; /* not registered with epoll yet */
    } else {
        link->is_trusted = true;
    }
    return true;
}

/* epoll reports the link again when there are that many bytes. Failing that, it does so at once. */
static void wait_for(const struct pf_link *link, size_t size)
{
    const int bytes = (int)size;
    (void)setsockopt(link->stream.fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
}

void pf_proxied_read_header(struct pf_server *server, struct pf_link *link)
{
    struct pf_proxy_header header;
    const int fd = link->stream.fd;
    const ssize_t got = recv(fd, server->input, PF_PROXY_HEADER_SIZE_MAX, MSG_PEEK);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        pf_link_kill(server, link);
        return;
    }
    switch (pf_proxy_header_read((struct pf_slice){server->input, (size_t)got}, &header)) {
    case PF_PROXY_HEADER_SHORT: wait_for(link, header.size); return;
    case PF_PROXY_HEADER_BAD: pf_link_kill(server, link); return;
    case PF_PROXY_HEADER_GOOD: break;
    }
    wait_for(link, 1);
    if (recv(fd, server->input, header.size, 0) != (ssize_t)header.size) {
        pf_link_kill(server, link);
        return;
    }
    link->opening = PF_OPENING_NONE;
    if (header.has_address) {
        const struct pf_ip ip = pf_ip_of_bytes(header.address, header.is_v6);
        if (!set_address(server, link, &ip)) {
            pf_link_kill(server, link);
            return;
        }
    }
    if (server->tls.ssl && !pf_handshakes_begin(server, link)) {
        pf_link_kill(server, link);
    }
}

bool pf_proxied_take_request(struct pf_server *server, struct pf_link *link)
{
    struct pf_slice nodes[PF_FORWARDED_NODES_MAX];
    if (!link->is_trusted) {
        return true;
    }
    size_t count = pf_forwarded_nodes(&server->request, nodes);
    while (count > 0) {
        struct pf_ip ip;
        if (!pf_ip_read(nodes[--count], &ip)) {
            break; /* "unknown", or a name that a proxy has made up */
        }
        if (!is_trusted(server, &ip)) {
            return set_address(server, link, &ip);
        }
    }
    pf_addresses_leave(link->address);
    link->address = NULL; /* a request of the proxy's own */
    return true;
}

struct pf_origin_rules pf_proxied_origin_rules(const struct pf_server *server,
                                               const struct pf_link *link)
{
    struct pf_origin_rules rules = server->config.origins;
    rules.trust_proxy = link->is_trusted;
    return rules;
}
