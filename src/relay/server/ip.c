/* ip.c - IP addresses, as numbers and as text. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/ip.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum {
    BITS = 8,
    V4_SIZE = 4,
    V4_BITS_BEFORE = 96, /* of a mapped address */
    V6_BITS = 128,
    V4_AT = PF_IP_SIZE - V4_SIZE,
};

struct pf_ip pf_ip_of_bytes(const uint8_t *bytes, bool is_v6)
{
    struct pf_ip ip = {{0}};
    if (is_v6) {
        memcpy(ip.bytes, bytes, PF_IP_SIZE);
    } else {
        ip.bytes[V4_AT - 2] = ip.bytes[V4_AT - 1] = UINT8_MAX;
        memcpy(ip.bytes + V4_AT, bytes, V4_SIZE);
    }
    return ip;
}

bool pf_ip_of_socket(const struct sockaddr *address, struct pf_ip *out)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
        *out = pf_ip_of_bytes((const uint8_t *)&v4->sin_addr, false);
        return true;
    }
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
        *out = pf_ip_of_bytes(v6->sin6_addr.s6_addr, true);
        return true;
    }
    return false;
}

/* Without a port and brackets. */
static struct pf_slice host_of(struct pf_slice text)
{
    const char *colon = text.size > 0 ? memchr(text.data, ':', text.size) : NULL;
    if (text.size > 0 && text.data[0] == '[') {
        const char *end = memchr(text.data, ']', text.size);
        return end ? (struct pf_slice){text.data + 1, (size_t)(end - text.data) - 1} : text;
    }
    if (colon && !memchr(colon + 1, ':', (size_t)(text.data + text.size - colon - 1))) {
        return (struct pf_slice){text.data, (size_t)(colon - text.data)};
    }
    return text;
}

static bool read_family(const char *text, struct pf_ip *out, bool *is_v6)
{
    uint8_t bytes[PF_IP_SIZE];
    if (inet_pton(AF_INET, text, bytes) == 1) {
        *out = pf_ip_of_bytes(bytes, false);
        *is_v6 = false;
        return true;
    }
    if (inet_pton(AF_INET6, text, bytes) == 1) {
        *out = pf_ip_of_bytes(bytes, true);
        *is_v6 = true;
        return true;
    }
    return false;
}

bool pf_ip_read(struct pf_slice text, struct pf_ip *out)
{
    char copy[PF_IP_TEXT_SIZE_MAX + 1];
    bool is_v6 = false;
    const struct pf_slice host = host_of(text);
    if (host.size > PF_IP_TEXT_SIZE_MAX || memchr(host.data ? host.data : "", '\0', host.size)) {
        return false;
    }
    (void)pf_slice_copy(host, copy, sizeof copy); /* it fits */
    return read_family(copy, out, &is_v6);
}

bool pf_ip_net_read(struct pf_slice text, struct pf_ip_net *out)
{
    char copy[PF_IP_TEXT_SIZE_MAX + 1];
    struct pf_ip ip;
    bool is_v6 = false;
    const char *slash = text.size > 0 ? memchr(text.data, '/', text.size) : NULL;
    const struct pf_slice host = {text.data, slash ? (size_t)(slash - text.data) : text.size};
    if (host.size > PF_IP_TEXT_SIZE_MAX) {
        return false;
    }
    (void)pf_slice_copy(host, copy, sizeof copy); /* it fits */
    if (!read_family(copy, &ip, &is_v6)) {
        return false;
    }
    const uint32_t before = is_v6 ? 0 : V4_BITS_BEFORE;
    uint32_t bits = slash ? 0 : V6_BITS - before;
    const size_t digits = slash ? text.size - host.size - 1 : 1;
    for (size_t i = 0; slash && i < digits; i++) {
        if (slash[1 + i] < '0' || slash[1 + i] > '9' || digits > 3) {
            return false;
        }
        bits = bits * 10 + (uint32_t)(slash[1 + i] - '0');
    }
    if (digits == 0 || bits > V6_BITS - before) {
        return false;
    }
    *out = (struct pf_ip_net){.ip = ip, .bits = before + bits};
    return true;
}

static bool has_prefix(const struct pf_ip *ip, const struct pf_ip_net *net)
{
    const size_t whole = net->bits / BITS;
    const uint32_t rest = net->bits % BITS;
    if (memcmp(ip->bytes, net->ip.bytes, whole) != 0) {
        return false;
    }
    return rest == 0 || (ip->bytes[whole] ^ net->ip.bytes[whole]) >> (BITS - rest) == 0;
}

bool pf_ip_is_in(const struct pf_ip *ip, const struct pf_ip_net *nets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (has_prefix(ip, &nets[i])) {
            return true;
        }
    }
    return false;
}

bool pf_ip_is_loopback(const struct pf_ip *ip)
{
    static const struct pf_ip_net loopback[] = {
        {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127}}, V4_BITS_BEFORE + BITS},
        {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}, V6_BITS},
    };
    return pf_ip_is_in(ip, loopback, sizeof loopback / sizeof loopback[0]);
}

uint64_t pf_ip_subscriber(const struct pf_ip *ip)
{
    static const struct pf_ip_net mapped = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}},
                                            V4_BITS_BEFORE};
    const bool is_v4 = has_prefix(ip, &mapped);
    uint64_t key = is_v4 ? 0xffff : 0; /* no network of IPv6 begins like that */
    for (size_t i = is_v4 ? V4_AT : 0; i < (is_v4 ? PF_IP_SIZE : PF_IP_SIZE / 2); i++) {
        key = key << BITS | ip->bytes[i];
    }
    return key;
}
