/* ip.h - IP addresses, as numbers and as text. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_IP_H
#define PF_RELAY_SERVER_IP_H

#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { PF_IP_SIZE = 16, PF_IP_TEXT_SIZE_MAX = 46 };

/* An IPv6 address; IPv4 addresses are ::ffff:a.b.c.d. */
struct pf_ip {
    uint8_t bytes[PF_IP_SIZE];
};

struct pf_ip_net {
    struct pf_ip ip;
    uint32_t bits; /* of it that are compared */
};

/* False for other families. */
bool pf_ip_of_socket(const struct sockaddr *address, struct pf_ip *out);

/* Of 4 or 16 bytes. */
struct pf_ip pf_ip_of_bytes(const uint8_t *bytes, bool is_v6);

/* Reads an address, perhaps with a port ("192.0.2.1:80", "[2001:db8::1]:80"). False if it is none.
 */
bool pf_ip_read(struct pf_slice text, struct pf_ip *out);

/* Reads an address or a network such as 10.0.0.0/8. False if it is neither. */
bool pf_ip_net_read(struct pf_slice text, struct pf_ip_net *out);

bool pf_ip_is_in(const struct pf_ip *ip, const struct pf_ip_net *nets, size_t count);

bool pf_ip_is_loopback(const struct pf_ip *ip);

/* What one subscriber has: an IPv4 address, or a network of 64 bits of IPv6. */
uint64_t pf_ip_subscriber(const struct pf_ip *ip);

#endif
