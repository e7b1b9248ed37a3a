/* tls_context.h - certificate, ciphers and session tickets of all TLS connections. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_TLS_CONTEXT_H
#define PF_RELAY_SERVER_TLS_CONTEXT_H

#include "base/error.h"
#include "relay/server/log.h"

#include <stddef.h>
#include <stdint.h>

/*
 * TLS 1.2 and 1.3 with the ciphers of Mozilla's intermediate profile, without those of finite-field
 * Diffie-Hellman, which cost the server more than any client needs. Sessions are resumed by
 * tickets, so that nothing is stored for them. The keys of tickets are drawn when the server starts
 * and renewed twice a day; a ticket is good for one more renewal.
 */

enum {
    PF_TLS_KEY_NAME_SIZE = 16,
    PF_TLS_KEY_SIZE = 32,
    PF_TLS_TICKET_KEYS = 2, /* the current one and the one before */
    PF_TLS_TICKET_KEY_S = 12 * 60 * 60,
};

struct pf_tls_ticket_key {
    unsigned char name[PF_TLS_KEY_NAME_SIZE];
    unsigned char cipher[PF_TLS_KEY_SIZE];
    unsigned char mac[PF_TLS_KEY_SIZE];
};

struct pf_tls_context {
    const struct pf_log *log; /* borrowed */
    struct ssl_ctx_st *ssl;   /* owned; connections that use an older one keep that alive */
    struct pf_tls_ticket_key keys[PF_TLS_TICKET_KEYS]; /* the newest first */
    uint64_t keys_due_ms;                              /* when they are renewed */
    struct bio_method_st *method;                      /* owned; NULL before the first connection */
    char *input; /* owned: ciphertext that has just been received */
    size_t input_size, input_taken;
    char *output; /* owned: the plaintext of one record that is gathered from pieces */
};

/*
 * Reads certificate chain and private key. `out` stays where it is until pf_tls_context_clear().
 * On failure logs the reason and returns INVALID or MEMORY.
 */
enum pf_error pf_tls_context_init(struct pf_tls_context *out, const struct pf_log *log,
                                  const char *cert_file, const char *key_file, uint64_t now_ms);

/* Reads both files again for the connections to come. On failure the old ones stay. */
enum pf_error pf_tls_context_reload(struct pf_tls_context *context, const char *cert_file,
                                    const char *key_file);

/* Renews the keys of tickets if that is due. */
void pf_tls_context_rotate(struct pf_tls_context *context, uint64_t now_ms);

/* Harmless on one that is all zero. */
void pf_tls_context_clear(struct pf_tls_context *context);

#endif
