/* crypto.h - hashes and randomness, from OpenSSL. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_CRYPTO_H
#define PF_RELAY_SERVER_CRYPTO_H

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
 * Reads the secret from a file. One that does not exist or is empty gets a random secret; a file
 * that is made is readable by its owner only, and processes that start together all get the same.
 * Returns NULL, or a phrase that says what is wrong with the file: it cannot be read or created,
 * has another size, contains only zeros, or may be read by everybody or written by its group.
 */
const char *pf_secret_load(const char *path, struct pf_secret *out);

#endif
