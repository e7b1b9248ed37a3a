/* crypto.c - hashes and randomness, from OpenSSL. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/crypto.h"

#include "base/assert.h"
#include "base/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <unistd.h>

void pf_crypto_random(void *out, size_t size)
{
    PF_ASSERT(RAND_bytes(out, (int)size) == 1);
}

uint64_t pf_crypto_draw(void *user)
{
    (void)user; /* OpenSSL's generator belongs to the process */
    uint64_t bits = 0;
    pf_crypto_random(&bits, sizeof bits);
    return bits;
}

void pf_crypto_sign(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE])
{
    const struct pf_secret *secret = user;
    unsigned size = 0;
    const unsigned char *signed_by = HMAC(EVP_sha256(), secret->bytes, PF_SECRET_SIZE,
                                          (const unsigned char *)text.data, text.size, mac, &size);
    PF_ASSERT(signed_by != NULL);
    PF_ASSERT(size == PF_MAC_SIZE);
}

void pf_crypto_accept(struct pf_slice key, char out[PF_ACCEPT_SIZE + 1])
{
    char text[64];
    unsigned char digest[SHA_DIGEST_LENGTH];
    struct pf_buffer buffer;
    pf_buffer_init(&buffer, text, sizeof text);
    pf_buffer_put(&buffer, key);
    pf_buffer_put(&buffer, PF_SLICE("258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    PF_ASSERT(!buffer.overflow);
    SHA1((const unsigned char *)text, buffer.size, digest);
    const int size = EVP_EncodeBlock((unsigned char *)out, digest, sizeof digest);
    PF_ASSERT(size == PF_ACCEPT_SIZE);
}

/* Creates the file unless another process has done so meanwhile. Errors show when it is read. */
static void make_secret(const char *path)
{
    struct pf_secret secret;
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return;
    }
    pf_crypto_random(&secret, sizeof secret);
    if (write(fd, &secret, sizeof secret) != (ssize_t)sizeof secret) {
        (void)unlink(path); /* no partial secret stays; the caller finds no file */
    }
    (void)close(fd); /* a late error shows as a file of the wrong size */
}

enum pf_error pf_secret_load(const char *path, struct pf_secret *out)
{
    uint8_t bytes[PF_SECRET_SIZE + 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        make_secret(path);
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0) {
        return PF_ERROR_INVALID;
    }
    const ssize_t size = read(fd, bytes, sizeof bytes);
    (void)close(fd); /* opened for reading only */
    if (size != PF_SECRET_SIZE) {
        return PF_ERROR_INVALID;
    }
    for (size_t i = 0; i < PF_SECRET_SIZE; i++) {
        out->bytes[i] = bytes[i];
    }
    return PF_ERROR_OK;
}
