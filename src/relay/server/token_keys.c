/* token_keys.c - the keys by which room tokens are judged. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/token_keys.h"

#include <cJSON.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILE_SIZE_MAX = 65536,
    COORDINATE_SIZE = 32,
    POINT_SIZE = 1 + 2 * COORDINATE_SIZE,
    UNCOMPRESSED = 4, /* SEC 1 section 2.3.3 */
};

static int digit_of(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '-'             ? 62
           : c == '_'             ? 63
                                  : -1;
}

enum pf_error pf_base64url_read(struct pf_slice text, uint8_t *out, size_t capacity, size_t *size)
{
    uint32_t bits = 0;
    unsigned bits_count = 0;
    size_t done = 0;
    if (text.size % 4 == 1) {
        return PF_ERROR_INVALID;
    }
    for (size_t i = 0; i < text.size; i++) {
        const int digit = digit_of(text.data[i]);
        if (digit < 0) {
            return PF_ERROR_INVALID;
        }
        bits = bits << 6 | (uint32_t)digit;
        bits_count += 6;
        if (bits_count >= 8) {
            bits_count -= 8;
            if (done == capacity) {
                return PF_ERROR_TOO_LONG;
            }
            out[done++] = (uint8_t)(bits >> bits_count);
            bits &= (1u << bits_count) - 1;
        }
    }
    if (bits != 0) {
        return PF_ERROR_INVALID; /* one text for each value */
    }
    *size = done;
    return PF_ERROR_OK;
}

/* JWK sets */

static struct pf_slice text_of(const cJSON *object, const char *name)
{
    return pf_slice_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name)));
}

static bool read_member(const cJSON *jwk, const char *name, uint8_t *out, size_t size_wanted)
{
    size_t size = 0;
    return pf_base64url_read(text_of(jwk, name), out, size_wanted, &size) == PF_ERROR_OK &&
           size == size_wanted;
}

static EVP_PKEY *make_p256(const uint8_t point[POINT_SIZE])
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                         (char *)(uintptr_t) "prime256v1", 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)point,
                                          POINT_SIZE),
        OSSL_PARAM_construct_end(),
    };
    if (context && EVP_PKEY_fromdata_init(context) == 1 &&
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
        key = NULL; /* among others, of a point that is not on the curve */
    }
    EVP_PKEY_CTX_free(context);
    return key;
}

/* Whether the JWK is a key that tokens can be judged by; `out` is all zero but its id. */
static bool read_jwk(const cJSON *jwk, struct pf_token_key *out)
{
    const struct pf_slice type = text_of(jwk, "kty");
    const struct pf_slice curve = text_of(jwk, "crv");
    uint8_t point[POINT_SIZE] = {UNCOMPRESSED};
    if (pf_slice_equal(type, PF_SLICE("oct"))) {
        out->algorithm = PF_TOKEN_HS256;
        return pf_base64url_read(text_of(jwk, "k"), out->secret, sizeof out->secret,
                                 &out->secret_size) == PF_ERROR_OK &&
               out->secret_size >= PF_TOKEN_SECRET_SIZE_MIN;
    }
    if (pf_slice_equal(type, PF_SLICE("EC")) && pf_slice_equal(curve, PF_SLICE("P-256"))) {
        out->algorithm = PF_TOKEN_ES256;
        if (read_member(jwk, "x", point + 1, COORDINATE_SIZE) &&
            read_member(jwk, "y", point + 1 + COORDINATE_SIZE, COORDINATE_SIZE)) {
            out->public_key = make_p256(point);
        }
    } else if (pf_slice_equal(type, PF_SLICE("OKP")) &&
               pf_slice_equal(curve, PF_SLICE("Ed25519"))) {
        out->algorithm = PF_TOKEN_EDDSA;
        if (read_member(jwk, "x", point, COORDINATE_SIZE)) {
            out->public_key =
                EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, point, COORDINATE_SIZE);
        }
    }
    return out->public_key != NULL;
}

static const char *read_set(const char *text, struct pf_token_keys *out)
{
    cJSON *tree = cJSON_Parse(text);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, "keys");
    const cJSON *jwk = NULL;
    cJSON_ArrayForEach(jwk, list)
    {
        struct pf_token_key key = {.id_size = 0};
        const struct pf_slice id = text_of(jwk, "kid");
        if (out->count < PF_TOKEN_KEYS_MAX && id.size <= sizeof key.id && read_jwk(jwk, &key)) {
            memcpy(key.id, id.data ? id.data : "", id.size);
            key.id_size = id.size;
            out->keys[out->count++] = key;
        }
    }
    cJSON_Delete(tree);
    return out->count > 0 ? NULL : "holds no key for HS256, ES256 or EdDSA (a JWK set)";
}

/* PEM */

static const char *read_pem(const char *text, size_t size, struct pf_token_keys *out)
{
    BIO *bio = BIO_new_mem_buf(text, (int)size);
    EVP_PKEY *key = NULL;
    bool are_good = true;
    while (bio && are_good && (key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL)) != NULL) {
        const int type = EVP_PKEY_get_base_id(key);
        char group[32] = "";
        (void)EVP_PKEY_get_group_name(key, group, sizeof group, NULL); /* empty for Ed25519 */
        are_good =
            out->count < PF_TOKEN_KEYS_MAX &&
            (type == EVP_PKEY_ED25519 || (type == EVP_PKEY_EC && strcmp(group, "prime256v1") == 0));
        if (!are_good) {
            EVP_PKEY_free(key);
            break;
        }
        out->keys[out->count++] = (struct pf_token_key){
            .algorithm = type == EVP_PKEY_ED25519 ? PF_TOKEN_EDDSA : PF_TOKEN_ES256,
            .public_key = key,
        };
    }
    BIO_free(bio);
    ERR_clear_error();
    return are_good && out->count > 0 ? NULL
                                      : "holds something else than public keys of P-256 or Ed25519";
}

static const char *read_secret(const char *text, size_t size, struct pf_token_keys *out)
{
    struct pf_token_key *key = &out->keys[0];
    size -= size > 0 && text[size - 1] == '\n' ? 1 : 0;
    if (size < PF_TOKEN_SECRET_SIZE_MIN || size > PF_TOKEN_SECRET_SIZE_MAX) {
        return "holds a secret that is shorter than 32 bytes, or longer than 256";
    }
    key->algorithm = PF_TOKEN_HS256;
    key->secret_size = size;
    memcpy(key->secret, text, size);
    out->count = 1;
    return NULL;
}

const char *pf_token_keys_load(const char *path, struct pf_token_keys *out)
{
    char *text = malloc(FILE_SIZE_MAX + 1);
    FILE *file = fopen(path, "rb");
    const size_t size = file && text ? fread(text, 1, FILE_SIZE_MAX, file) : 0;
    struct pf_token_keys keys = {.count = 0};
    if (file) {
        (void)fclose(file); /* opened for reading only */
    }
    if (size == 0) {
        free(text);
        return "cannot be read, or is empty";
    }
    text[size] = '\0';
    const char *why = text[0] == '{'                ? read_set(text, &keys)
                      : strstr(text, "-----BEGIN ") ? read_pem(text, size, &keys)
                                                    : read_secret(text, size, &keys);
    OPENSSL_cleanse(text, size);
    free(text);
    if (why) {
        pf_token_keys_clear(&keys);
        return why;
    }
    *out = keys;
    OPENSSL_cleanse(&keys, sizeof keys); /* the copy of the secrets; `out` owns the rest */
    return NULL;
}

void pf_token_keys_clear(struct pf_token_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        EVP_PKEY_free(keys->keys[i].public_key);
    }
    OPENSSL_cleanse(keys, sizeof *keys);
}
