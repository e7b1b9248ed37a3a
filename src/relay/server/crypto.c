/* crypto.c - hashes and randomness, from OpenSSL. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/crypto.h"

#include "base/assert.h"
#include "base/buffer.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
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

/* Whether all bytes are zero, which no generator draws. */
static bool is_zero(const struct pf_secret *secret)
{
    uint8_t any = 0;
    for (size_t i = 0; i < PF_SECRET_SIZE; i++) {
        any |= secret->bytes[i];
    }
    return any == 0;
}

/* Draws a secret and writes it to the empty file. NULL, or what went wrong. */
static const char *make_secret(int fd)
{
    struct pf_secret secret;
    pf_crypto_random(&secret, sizeof secret);
    if (pwrite(fd, &secret, sizeof secret, 0) != (ssize_t)sizeof secret || fsync(fd) != 0) {
        const int emptied = ftruncate(fd, 0);
        (void)emptied; /* the next start finds it empty, or of the wrong size */
        return "cannot be written";
    }
    return NULL;
}

/* The file is locked: whoever comes second finds what the first has written. */
static const char *read_secret(int fd, bool is_writable, struct pf_secret *out)
{
    struct stat status;
    uint8_t bytes[PF_SECRET_SIZE + 1];
    struct pf_secret secret;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        return "is no regular file";
    }
    if ((status.st_mode & (S_IWGRP | S_IRWXO)) != 0) {
        return "is open to others; its mode should be 0600";
    }
    /* Empty files are left behind by a crash. */
    const char *why = status.st_size == 0 && is_writable ? make_secret(fd) : NULL;
    if (why) {
        return why;
    }
    if (pread(fd, bytes, sizeof bytes, 0) != PF_SECRET_SIZE) {
        return "does not contain a secret, which is 32 bytes";
    }
    memcpy(secret.bytes, bytes, sizeof secret.bytes);
    if (is_zero(&secret)) {
        return "contains nothing but zeros";
    }
    *out = secret;
    return NULL;
}

const char *pf_secret_load(const char *path, struct pf_secret *out)
{
    bool is_writable = true;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        is_writable = false;
        fd = open(path, O_RDONLY | O_CLOEXEC); /* a read-only file is as good */
    }
    if (fd < 0) {
        return "cannot be read or created";
    }
    const char *why =
        flock(fd, LOCK_EX) == 0 ? read_secret(fd, is_writable, out) : "cannot be locked";
    (void)close(fd); /* what was written has been synced */
    return why;
}
