/* redis_url.h - the URL of a Redis server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_REDIS_URL_H
#define PF_RELAY_SERVER_REDIS_URL_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    PF_REDIS_HOST_SIZE_MAX = 255,
    PF_REDIS_PATH_SIZE_MAX = 107, /* sun_path without its NUL */
    PF_REDIS_USER_SIZE_MAX = 128,
    PF_REDIS_PASSWORD_SIZE_MAX = 512,
    PF_REDIS_PORT = 6379,
    PF_REDIS_DB_MAX = 65535,
};

enum pf_redis_scheme {
    PF_REDIS_TCP,  /* redis://[user[:password]@]host[:port][/database] */
    PF_REDIS_TLS,  /* rediss://, likewise */
    PF_REDIS_UNIX, /* unix:///path */
};

/* A URL taken apart. Texts end in NUL; user and password have been percent-decoded. */
struct pf_redis_url {
    enum pf_redis_scheme scheme;
    char host[PF_REDIS_HOST_SIZE_MAX + 1]; /* without the brackets of an IPv6 address */
    uint16_t port;
    uint32_t db;
    char path[PF_REDIS_PATH_SIZE_MAX + 1];         /* UNIX */
    char user[PF_REDIS_USER_SIZE_MAX + 1];         /* "": the default user */
    char password[PF_REDIS_PASSWORD_SIZE_MAX + 1]; /* "": none is given */
};

/* False if `text` is no such URL, or a part of it is too long; `out` is then of no use. */
bool pf_redis_url_read(struct pf_slice text, struct pf_redis_url *out);

/* Whether both lead to the same server, as far as their texts tell. Databases make no difference:
 * the channels of a server belong to all of them, and each message would come twice. */
bool pf_redis_url_same_server(const struct pf_redis_url *a, const struct pf_redis_url *b);

#endif
