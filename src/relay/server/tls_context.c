/* tls_context.c - certificate, ciphers and session tickets of all TLS connections. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/tls_context.h"

#include "base/assert.h"
#include "relay/server/crypto.h"
#include "relay/server/tls.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

/* Mozilla's intermediate profile, version 5.7. The ciphers of TLS 1.3 are OpenSSL's own three. */
static const char ciphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
static const char groups[] = "X25519:prime256v1:secp384r1";

enum { SESSION_S = 2 * 60 * 60 };

static void complain(const struct pf_tls_context *context, const char *what, const char *name)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    pf_log_put(context->log, PF_LOG_ERROR, "tls-files", "TLS: %s %s: %s", what, name,
               reason ? reason : "unknown");
    ERR_clear_error();
}

/* Session tickets */

static void draw_key(struct pf_tls_ticket_key *key)
{
    pf_crypto_random(key, sizeof *key);
}

static bool use_key(const struct pf_tls_ticket_key *key, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                    EVP_MAC_CTX *mac, int is_new)
{
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)(uintptr_t)key->mac,
                                          sizeof key->mac),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t) "sha256", 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->cipher, iv, is_new) == 1 &&
           EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

/* For SSL_CTX_set_tlsext_ticket_key_evp_cb(): 1 is good, 2 also asks for a new ticket, 0 unknown.
 */
static int on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                     EVP_MAC_CTX *mac, int is_new)
{
    const struct pf_tls_context *context = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    if (is_new) {
        const struct pf_tls_ticket_key *key = &context->keys[0];
        pf_crypto_random(iv, (size_t)EVP_CIPHER_get_iv_length(EVP_aes_256_cbc()));
        memcpy(name, key->name, sizeof key->name);
        return use_key(key, iv, cipher, mac, is_new) ? 1 : -1;
    }
    for (int i = 0; i < PF_TLS_TICKET_KEYS; i++) {
        const struct pf_tls_ticket_key *key = &context->keys[i];
        if (memcmp(name, key->name, sizeof key->name) == 0) {
            return !use_key(key, iv, cipher, mac, is_new) ? -1 : i == 0 ? 1 : 2;
        }
    }
    return 0;
}

/* HTTP/1.1 is all that the relay speaks. A client that offers other protocols only is refused. */
static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_size,
                   const unsigned char *offered, unsigned offered_size, void *user)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *chosen = NULL;
    (void)ssl;  /* the same for all */
    (void)user; /* as above */
    if (SSL_select_next_proto(&chosen, out_size, ours, sizeof ours - 1, offered, offered_size) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL; /* RFC 7301 section 3.2 */
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static bool configure(SSL_CTX *ssl, struct pf_tls_context *context)
{
    static const unsigned char id[] = "peerface";
    SSL_CTX_set_options(ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(ssl, SESSION_S);
    SSL_CTX_set_app_data(ssl, context);
    SSL_CTX_set_alpn_select_cb(ssl, on_alpn, NULL);
    return SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(ssl, ciphers) == 1 &&
           SSL_CTX_set1_groups_list(ssl, groups) == 1 && SSL_CTX_set_num_tickets(ssl, 1) == 1 &&
           SSL_CTX_set_session_id_context(ssl, id, sizeof id - 1) == 1 &&
           SSL_CTX_set_tlsext_ticket_key_evp_cb(ssl, on_ticket) == 1;
}

/* A context with certificate and key, or NULL, having said why. */
static SSL_CTX *load(struct pf_tls_context *context, const char *cert_file, const char *key_file)
{
    ERR_clear_error();
    SSL_CTX *ssl = SSL_CTX_new(TLS_server_method());
    if (!ssl || !configure(ssl, context)) {
        complain(context, "OpenSSL", "context");
    } else if (SSL_CTX_use_certificate_chain_file(ssl, cert_file) != 1) {
        complain(context, "certificate", cert_file);
    } else if (SSL_CTX_use_PrivateKey_file(ssl, key_file, SSL_FILETYPE_PEM) != 1 ||
               SSL_CTX_check_private_key(ssl) != 1) {
        complain(context, "private key", key_file);
    } else {
        return ssl;
    }
    SSL_CTX_free(ssl);
    return NULL;
}

enum pf_error pf_tls_context_init(struct pf_tls_context *out, const struct pf_log *log,
                                  const char *cert_file, const char *key_file, uint64_t now_ms)
{
    out->log = log;
    *out = (struct pf_tls_context){
        .log = log,
        .ssl = load(out, cert_file, key_file),
        .keys_due_ms = now_ms + (uint64_t)PF_TLS_TICKET_KEY_S * 1000,
        .input = malloc(PF_TLS_INPUT_SIZE),
        .output = malloc(PF_TLS_RECORD_SIZE_MAX),
    };
    for (int i = 0; i < PF_TLS_TICKET_KEYS; i++) {
        draw_key(&out->keys[i]);
    }
    if (!out->ssl || !out->input || !out->output) {
        pf_tls_context_clear(out);
        return PF_ERROR_INVALID;
    }
    return PF_ERROR_OK;
}

enum pf_error pf_tls_context_reload(struct pf_tls_context *context, const char *cert_file,
                                    const char *key_file)
{
    SSL_CTX *ssl = load(context, cert_file, key_file);
    if (!ssl) {
        return PF_ERROR_INVALID;
    }
    SSL_CTX_free(context->ssl);
    context->ssl = ssl;
    return PF_ERROR_OK;
}

void pf_tls_context_rotate(struct pf_tls_context *context, uint64_t now_ms)
{
    if (now_ms >= context->keys_due_ms) {
        context->keys[1] = context->keys[0];
        draw_key(&context->keys[0]);
        context->keys_due_ms = now_ms + (uint64_t)PF_TLS_TICKET_KEY_S * 1000;
    }
}

void pf_tls_context_clear(struct pf_tls_context *context)
{
    SSL_CTX_free(context->ssl);
    BIO_meth_free(context->method);
    free(context->input);
    free(context->output);
    OPENSSL_cleanse(context->keys, sizeof context->keys);
    *context = (struct pf_tls_context){.ssl = NULL};
}
