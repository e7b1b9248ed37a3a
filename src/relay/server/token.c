/* token.c - reads and verifies room tokens. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/token.h"

#include "protocol/json.h"

#include <cJSON.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

enum {
    LEEWAY_S = 30,
    PART_SIZE_MAX = PF_TOKEN_SIZE_MAX, /* decoded, it is shorter */
    SIGNATURE_SIZE_MAX = 64,
    SCALAR_SIZE = 32,
    MAC_SIZE = 32,
};

struct token {
    struct pf_slice header, payload, signature; /* encoded */
    struct pf_slice signed_text;                /* header, dot and payload */
};

/* Takes the text before the next dot. */
static bool take_part(struct pf_slice *rest, struct pf_slice *out)
{
    const char *dot = rest->size > 0 ? memchr(rest->data, '.', rest->size) : NULL;
    if (!dot) {
        return false;
    }
    *out = (struct pf_slice){rest->data, (size_t)(dot - rest->data)};
    rest->data += out->size + 1;
    rest->size -= out->size + 1;
    return true;
}

static bool split(struct pf_slice text, struct token *out)
{
    struct pf_slice rest = text;
    if (text.size > PF_TOKEN_SIZE_MAX || !take_part(&rest, &out->header) ||
        !take_part(&rest, &out->payload)) {
        return false;
    }
    out->signature = rest;
    out->signed_text = (struct pf_slice){text.data, text.size - rest.size - 1};
    return true;
}

/* The object in a part, to be deleted by the caller; NULL if it is none. */
static cJSON *read_object(struct pf_slice part)
{
    uint8_t bytes[PART_SIZE_MAX + 1];
    struct pf_json_walk walk;
    struct pf_json_member member;
    size_t size = 0;
    if (pf_base64url_read(part, bytes, PART_SIZE_MAX, &size) != PF_ERROR_OK) {
        return NULL;
    }
    const struct pf_slice text = {(const char *)bytes, size};
    pf_json_walk_init(&walk, text);
    while (pf_json_walk_next(&walk, &member)) {
    }
    if (walk.error != PF_ERROR_OK || !pf_slice_is_utf8(text)) {
        return NULL;
    }
    bytes[size] = '\0';
    return cJSON_Parse((const char *)bytes);
}

static struct pf_slice text_of(const cJSON *object, const char *name)
{
    return pf_slice_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name)));
}

/* Signatures */

static bool verify_hmac(const struct pf_token_key *key, struct pf_slice text,
                        const uint8_t *signature, size_t size)
{
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned mac_size = 0;
    return size == MAC_SIZE &&
           HMAC(EVP_sha256(), key->secret, (int)key->secret_size, (const unsigned char *)text.data,
                text.size, mac, &mac_size) &&
           CRYPTO_memcmp(mac, signature, MAC_SIZE) == 0;
}

static bool verify_public(EVP_PKEY *key, const EVP_MD *digest, struct pf_slice text,
                          const uint8_t *signature, size_t size)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const bool good = context && EVP_DigestVerifyInit(context, NULL, digest, NULL, key) == 1 &&
                      EVP_DigestVerify(context, signature, size, (const unsigned char *)text.data,
                                       text.size) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

/* RFC 7518 section 3.4: the two numbers one after the other, where OpenSSL wants them in DER. */
static bool verify_ecdsa(const struct pf_token_key *key, struct pf_slice text,
                         const uint8_t *signature, size_t size)
{
    unsigned char *der = NULL;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature, SCALAR_SIZE, NULL);
    BIGNUM *s = BN_bin2bn(signature + SCALAR_SIZE, SCALAR_SIZE, NULL);
    bool good = false;
    if (size == 2 * SCALAR_SIZE && pair && r && s && ECDSA_SIG_set0(pair, r, s) == 1) {
        r = s = NULL; /* they are the pair's now */
        const int der_size = i2d_ECDSA_SIG(pair, &der);
        good = der_size > 0 &&
               verify_public(key->public_key, EVP_sha256(), text, der, (size_t)der_size);
    }
    OPENSSL_free(der);
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    return good;
}

static bool verify_by(const struct pf_token_key *key, struct pf_slice text,
                      const uint8_t signature[SIGNATURE_SIZE_MAX], size_t size)
{
    switch (key->algorithm) {
    case PF_TOKEN_HS256: return verify_hmac(key, text, signature, size);
    case PF_TOKEN_ES256: return verify_ecdsa(key, text, signature, size);
    case PF_TOKEN_EDDSA: return verify_public(key->public_key, NULL, text, signature, size);
    }
    return false;
}

/* Whether one of the keys that the header allows has signed the token. */
static bool is_signed(const struct pf_token_keys *keys, const struct token *token)
{
    static const char *const names[] = {"HS256", "ES256", "EdDSA"};
    uint8_t signature[SIGNATURE_SIZE_MAX] = {0};
    size_t size = 0;
    bool good = false;
    cJSON *header = read_object(token->header);
    const struct pf_slice algorithm = text_of(header, "alg");
    const struct pf_slice id = text_of(header, "kid");
    const bool is_readable =
        header && !cJSON_GetObjectItemCaseSensitive(header, "crit") &&
        pf_base64url_read(token->signature, signature, sizeof signature, &size) == PF_ERROR_OK;
    for (size_t i = 0; is_readable && !good && i < keys->count; i++) {
        const struct pf_token_key *key = &keys->keys[i];
        const struct pf_slice key_id = {key->id, key->id_size};
        if (pf_slice_equal(algorithm, pf_slice_of(names[key->algorithm])) &&
            (id.size == 0 || key_id.size == 0 || pf_slice_equal(id, key_id))) {
            good = verify_by(key, token->signed_text, signature, size);
        }
    }
    cJSON_Delete(header);
    ERR_clear_error();
    return good;
}

/* Claims */

static bool is_for(struct pf_slice claim, struct pf_slice room)
{
    if (claim.size > 0 && claim.data[claim.size - 1] == '*') {
        claim.size--;
        return room.size >= claim.size &&
               pf_slice_equal(claim, (struct pf_slice){room.data, claim.size});
    }
    return pf_slice_equal(claim, room);
}

/* A NumericDate, which may have a fraction. False if it is there and none. */
static bool read_time(const cJSON *claims, const char *name, double missing, double *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(claims, name);
    *out = item ? item->valuedouble : missing;
    return !item || (cJSON_IsNumber(item) && item->valuedouble >= 0);
}

static bool read_name(const cJSON *claims, struct pf_token_claims *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(claims, "name");
    const struct pf_slice name = pf_slice_of(cJSON_GetStringValue(item));
    if (item && (!cJSON_IsString(item) || !pf_name_is_valid(name, 0))) {
        return false;
    }
    out->has_name = item != NULL;
    out->name_size = (uint8_t)name.size;
    memcpy(out->name, name.data ? name.data : "", name.size);
    return true;
}

static bool read_role(const cJSON *claims, struct pf_token_claims *out)
{
    const struct pf_slice role = text_of(claims, "role");
    out->is_host = pf_slice_equal(role, PF_SLICE("host"));
    return !cJSON_GetObjectItemCaseSensitive(claims, "role") ||
           pf_slice_equal(role, PF_SLICE("member")) || out->is_host;
}

static enum pf_token_verdict judge(const cJSON *claims, struct pf_slice room, uint64_t unix_s,
                                   struct pf_token_claims *out)
{
    const double now_s = (double)unix_s;
    double expiry_s = 0;
    double start_s = 0;
    if (!claims || !cJSON_GetObjectItemCaseSensitive(claims, "exp") ||
        !read_time(claims, "exp", 0, &expiry_s) || !read_time(claims, "nbf", 0, &start_s) ||
        !read_name(claims, out) || !read_role(claims, out)) {
        return PF_TOKEN_INVALID;
    }
    if (!is_for(text_of(claims, "room"), room)) {
        return PF_TOKEN_OTHER_ROOM;
    }
    if (start_s > now_s + (double)LEEWAY_S) {
        return PF_TOKEN_EARLY;
    }
    return expiry_s + (double)LEEWAY_S <= now_s ? PF_TOKEN_EXPIRED : PF_TOKEN_GOOD;
}

enum pf_token_verdict pf_token_verify(void *user, struct pf_slice text, struct pf_slice room,
                                      uint64_t unix_s, struct pf_token_claims *out)
{
    struct token token;
    if (!split(text, &token) || !is_signed(user, &token)) {
        return PF_TOKEN_INVALID;
    }
    cJSON *claims = read_object(token.payload);
    const enum pf_token_verdict verdict = judge(claims, room, unix_s, out);
    cJSON_Delete(claims);
    return verdict;
}
