/* token_keys.h - the keys by which room tokens are judged. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_TOKEN_KEYS_H
#define PF_RELAY_SERVER_TOKEN_KEYS_H

#include "base/error.h"
#include "base/slice.h"

#include <stddef.h>
#include <stdint.h>

enum {
    PF_TOKEN_KEYS_MAX = 16,
    PF_TOKEN_KEY_ID_SIZE_MAX = 64,
    PF_TOKEN_SECRET_SIZE_MIN = 32, /* as long as the hash: RFC 7518 section 3.2 */
    PF_TOKEN_SECRET_SIZE_MAX = 256,
};

/* Each key is for one algorithm, whatever a token says. */
enum pf_token_algorithm {
    PF_TOKEN_HS256,
    PF_TOKEN_ES256,
    PF_TOKEN_EDDSA, /* Ed25519 */
};

struct pf_token_key {
    enum pf_token_algorithm algorithm;
    char id[PF_TOKEN_KEY_ID_SIZE_MAX]; /* `kid` */
    size_t id_size;                    /* 0: it has none */
    struct evp_pkey_st *public_key;    /* owned; NULL for HS256 */
    uint8_t secret[PF_TOKEN_SECRET_SIZE_MAX];
    size_t secret_size;
};

struct pf_token_keys {
    struct pf_token_key keys[PF_TOKEN_KEYS_MAX];
    size_t count;
};

/*
 * Reads a JWK set (RFC 7517), one or more public keys in PEM, or else a secret for HS256, whose
 * newline at the end does not count. Keys of other kinds in a set are skipped. Returns NULL, or a
 * phrase that says what is wrong with the file.
 */
const char *pf_token_keys_load(const char *path, struct pf_token_keys *out);

/* Harmless on one that is all zero. */
void pf_token_keys_clear(struct pf_token_keys *keys);

/* Decodes base64url without padding (RFC 7515 section 2) into `out` of `capacity` bytes. Fails with
 * INVALID or TOO_LONG. */
enum pf_error pf_base64url_read(struct pf_slice text, uint8_t *out, size_t capacity, size_t *size);

#endif
