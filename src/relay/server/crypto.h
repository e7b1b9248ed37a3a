/* crypto.h - the hashes and the chance that the relay takes from OpenSSL. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_CRYPTO_H
#define PF_RELAY_SERVER_CRYPTO_H

#include "base/error.h"
#include "base/slice.h"
#include "relay/hub/ticket.h"

#include <stddef.h>
#include <stdint.h>

enum {
    PF_SECRET_SIZE = 32,
    PF_ACCEPT_SIZE = 28, /* a SHA-1 digest in base64 */
};

/* What tickets are signed with. */
struct pf_secret {
    uint8_t bytes[PF_SECRET_SIZE];
};

/* Random bytes that nobody can foresee. Aborts where the machine has none. */
void pf_crypto_random(void *out, size_t size);

/* 64 of those bits; `user` is not used. For pf_hub_config.draw. */
uint64_t pf_crypto_draw(void *user);

/* HMAC-SHA256 under the struct pf_secret that `user` points to. For pf_signer.sign. */
void pf_crypto_sign(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE]);

/* Sec-WebSocket-Accept for a Sec-WebSocket-Key of 24 characters (RFC 6455 section 4.2.2). */
void pf_crypto_accept(struct pf_slice key, char out[PF_ACCEPT_SIZE + 1]);

/*
 * Reads the secret from a file, which is made with a random one, for its owner only, if it is not
 * there. Fails with INVALID when it has not PF_SECRET_SIZE bytes or cannot be read or made.
 */
enum pf_error pf_secret_load(const char *path, struct pf_secret *out);

#endif
