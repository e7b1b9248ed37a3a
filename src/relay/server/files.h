/* files.h - the folder that the relay serves. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_FILES_H
#define PF_RELAY_SERVER_FILES_H

#include "base/slice.h"
#include "relay/wire/http.h"

#include <stdbool.h>
#include <stdint.h>

/* A file that answers a request. */
struct pf_file {
    int fd; /* owned by whoever opened it */
    uint64_t size;
    const char *type;   /* static; for Content-Type */
    const char *coding; /* static; for Content-Encoding; NULL: as it is */
    char etag[64];      /* with its quotes */
};

/*
 * Finds what the request asks for under `folder_fd`; "/" and any folder mean the index.html in it.
 * A file next to it with .br or .gz appended, not older than it, is taken in its place if the
 * client accepts it. Symbolic links inside the folder are not followed.
 *
 * Returns 200, or 301 for a folder without its final slash, or 404; `out` is filled for 200 only.
 * Everything is looked at anew each time, so that a rebuilt file is served at once.
 */
uint16_t pf_files_open(int folder_fd, const struct pf_http_request *request, struct pf_file *out);

#endif
