/* turn.c - credentials for TURN servers, made for each client and good for a while. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/turn.h"

#include "base/buffer.h"
#include "relay/wire/ice_servers.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

enum {
    USERNAME_SIZE_MAX = 64,
    CREDENTIAL_SIZE_MAX = 32, /* a SHA-1 digest in base64 */
    URL_SIZE_MAX = 256,
};

const char *pf_turn_read_secret(const char *path, struct pf_turn *turn)
{
    char secret[PF_TURN_SECRET_SIZE_MAX + 1];
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(secret, 1, sizeof secret, file) : 0;
    if (file) {
        (void)fclose(file); /* opened for reading only */
    }
    size -= size > 0 && secret[size - 1] == '\n' ? 1 : 0;
    if (size == 0 || size > PF_TURN_SECRET_SIZE_MAX) {
        return "does not hold a secret of 1 to 256 bytes";
    }
    memcpy(turn->secret, secret, size);
    turn->secret_size = size;
    return NULL;
}

static void ignore(void *user, const struct pf_ice_problem *problem)
{
    (void)problem; /* that there is one is enough */
    *(bool *)user = false;
}

bool pf_turn_url_is_valid(struct pf_slice url)
{
    char text[2 * URL_SIZE_MAX];
    char copy[2 * URL_SIZE_MAX];
    struct pf_buffer out;
    struct pf_buffer checked;
    bool is_good = true;
    if (url.size < 6 || url.size > URL_SIZE_MAX || memcmp(url.data, "turn", 4) != 0) {
        return false;
    }
    for (size_t i = 0; i < url.size; i++) {
        if (url.data[i] <= ' ' || url.data[i] > '~' || url.data[i] == '"' || url.data[i] == '\\') {
            return false;
        }
    }
    pf_buffer_init(&out, text, sizeof text);
    pf_buffer_put(&out, PF_SLICE("[{\"username\":\"u\",\"credential\":\"c\",\"urls\":\""));
    pf_buffer_put(&out, url);
    pf_buffer_put(&out, PF_SLICE("\"}]"));
    pf_buffer_init(&checked, copy, sizeof copy);
    return pf_ice_servers_read(pf_buffer_slice(&out), &checked, ignore, &is_good) == PF_ERROR_OK &&
           is_good;
}

static void put_credential(const struct pf_turn *turn, const char *username, struct pf_buffer *out)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned char text[CREDENTIAL_SIZE_MAX];
    unsigned size = 0;
    if (HMAC(EVP_sha1(), turn->secret, (int)turn->secret_size, (const unsigned char *)username,
             strlen(username), mac, &size)) {
        const int text_size = EVP_EncodeBlock(text, mac, (int)size);
        pf_buffer_put(out, (struct pf_slice){(const char *)text, (size_t)text_size});
    }
}

struct pf_slice pf_turn_make(void *user, uint64_t unix_s, uint64_t id)
{
    struct pf_turn *turn = user;
    char username[USERNAME_SIZE_MAX];
    struct pf_buffer out;
    const bool has_others = turn->others.size > 2; /* more than the brackets */
    (void)snprintf(username, sizeof username, "%llu:%016llx",
                   (unsigned long long)(unix_s + turn->ttl_s),
                   (unsigned long long)id); /* it fits */
    pf_buffer_init(&out, turn->text, sizeof turn->text);
    pf_buffer_put(&out, (struct pf_slice){turn->others.data, turn->others.size - 1});
    pf_buffer_put(&out, has_others ? PF_SLICE(",") : PF_SLICE(""));
    pf_buffer_put(&out, PF_SLICE("{\"urls\":["));
    for (size_t i = 0; i < turn->servers_count; i++) {
        pf_buffer_put(&out, i > 0 ? PF_SLICE(",\"") : PF_SLICE("\""));
        pf_buffer_put(&out, turn->servers[i]);
        pf_buffer_put(&out, PF_SLICE("\""));
    }
    pf_buffer_put(&out, PF_SLICE("],\"username\":\""));
    pf_buffer_put(&out, pf_slice_of(username));
    pf_buffer_put(&out, PF_SLICE("\",\"credential\":\""));
    put_credential(turn, username, &out);
    pf_buffer_put(&out, PF_SLICE("\"}]"));
    return out.overflow ? turn->others : pf_buffer_slice(&out);
}
