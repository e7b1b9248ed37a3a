/* crypto.h - hashes and randomness, from OpenSSL. */
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

/* The key that signs tickets. */
struct pf_secret {
    uint8_t bytes[PF_SECRET_SIZE];
};

/* Cryptographically secure random bytes. Aborts if the system provides none. */
void pf_crypto_random(void *out, size_t size);

/* 64 random bits; `user` is not used. For pf_hub_config.draw. */
uint64_t pf_crypto_draw(void *user);

/* HMAC-SHA256 under the struct pf_secret that `user` points to. For pf_signer.sign. */
void pf_crypto_sign(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE]);

/* Computes Sec-WebSocket-Accept from a Sec-WebSocket-Key of 24 characters (RFC 6455, 4.2.2). */
void pf_crypto_accept(struct pf_slice key, char out[PF_ACCEPT_SIZE + 1]);

/*
 * Reads the secret from a file. A file that does not exist is created with a random secret,
 * readable by its owner only. Fails with INVALID if the file cannot be read or created, or is not
 * PF_SECRET_SIZE bytes long.
 */
enum pf_error pf_secret_load(const char *path, struct pf_secret *out);

#endif
