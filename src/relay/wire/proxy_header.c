/* proxy_header.c - reads the header that a proxy puts before a connection (PROXY protocol 2). */
/* SPDX-License-Identifier: MIT */
#include "relay/wire/proxy_header.h"

#include <string.h>

enum {
    SIGNATURE_SIZE = 12,
    VERSION_MASK = 0xf0,
    VERSION_2 = 0x20,
    LOCAL = 0,
    PROXY = 1,
    TCP_V4 = 0x11,
    TCP_V6 = 0x21,
    V4_ADDRESSES_SIZE = 12, /* two addresses and two ports */
    V6_ADDRESSES_SIZE = 36,
};

enum pf_proxy_header_verdict pf_proxy_header_read(struct pf_slice bytes,
                                                  struct pf_proxy_header *out)
{
    static const char signature[] = "\r\n\r\n\0\r\nQUIT\n";
    _Static_assert(sizeof signature - 1 == SIGNATURE_SIZE, "as in the specification");
    const uint8_t *data = (const uint8_t *)bytes.data;
    const size_t compared = bytes.size < SIGNATURE_SIZE ? bytes.size : SIGNATURE_SIZE;
    *out = (struct pf_proxy_header){.size = PF_PROXY_HEADER_SIZE_MIN};
    if (compared > 0 && memcmp(data, signature, compared) != 0) {
        return PF_PROXY_HEADER_BAD;
    }
    if (bytes.size < PF_PROXY_HEADER_SIZE_MIN) {
        return PF_PROXY_HEADER_SHORT;
    }
    const uint8_t command = data[12] & (uint8_t)~VERSION_MASK;
    const uint8_t family = data[13];
    const size_t left = (size_t)(data[14] << 8 | data[15]);
    out->size = PF_PROXY_HEADER_SIZE_MIN + left;
    if ((data[12] & VERSION_MASK) != VERSION_2 || command > PROXY ||
        out->size > PF_PROXY_HEADER_SIZE_MAX) {
        return PF_PROXY_HEADER_BAD;
    }
    if (bytes.size < out->size) {
        return PF_PROXY_HEADER_SHORT;
    }
    if (command == LOCAL || (family != TCP_V4 && family != TCP_V6)) {
        return PF_PROXY_HEADER_GOOD;
    }
    if (left < (family == TCP_V6 ? V6_ADDRESSES_SIZE : V4_ADDRESSES_SIZE)) {
        return PF_PROXY_HEADER_BAD;
    }
    out->has_address = true;
    out->is_v6 = family == TCP_V6;
    out->address = data + PF_PROXY_HEADER_SIZE_MIN;
    return PF_PROXY_HEADER_GOOD;
}
