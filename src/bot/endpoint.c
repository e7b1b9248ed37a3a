/* endpoint.c - where a relay is: its URL, its addresses, and what its certificate must be. */
/* SPDX-License-Identifier: MIT */
#include "bot/endpoint.h"

#include <netdb.h>
#include <sys/socket.h>

static const char *init_tls(struct pf_endpoint *endpoint, const char *ca_file)
{
    endpoint->tls = SSL_CTX_new(TLS_client_method());
    if (!endpoint->tls || SSL_CTX_set_min_proto_version(endpoint->tls, TLS1_2_VERSION) != 1) {
        return "TLS cannot be used";
    }
    SSL_CTX_set_verify(endpoint->tls, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(endpoint->tls,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    const int is_loaded = ca_file ? SSL_CTX_load_verify_file(endpoint->tls, ca_file)
                                  : SSL_CTX_set_default_verify_paths(endpoint->tls);
    return is_loaded == 1 ? NULL : "the certificates to trust cannot be read";
}

const char *pf_endpoint_init(struct pf_endpoint *endpoint, const char *url, const char *ca_file)
{
    *endpoint = (struct pf_endpoint){.addresses = NULL};
    if (pf_relay_url_read(url, &endpoint->url) != PF_ERROR_OK) {
        return "the URL is none of a relay, such as ws://localhost:8080/ws";
    }
    return endpoint->url.is_tls ? init_tls(endpoint, ca_file) : NULL;
}

static void forget(struct pf_endpoint *endpoint)
{
    if (endpoint->addresses) {
        freeaddrinfo(endpoint->addresses);
        endpoint->addresses = NULL;
    }
}

void pf_endpoint_free(struct pf_endpoint *endpoint)
{
    forget(endpoint);
    SSL_CTX_free(endpoint->tls); /* accepts NULL */
    endpoint->tls = NULL;
}

const struct addrinfo *pf_endpoint_address(struct pf_endpoint *endpoint, size_t index)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    const struct pf_relay_url *url = &endpoint->url;
    if (!endpoint->addresses &&
        getaddrinfo(url->host, url->port, &hints, &endpoint->addresses) != 0) {
        endpoint->addresses = NULL;
    }
    const struct addrinfo *address = endpoint->addresses;
    for (size_t i = 0; address && i < index; i++) {
        address = address->ai_next;
    }
    if (!address) {
        forget(endpoint);
    }
    return address;
}
