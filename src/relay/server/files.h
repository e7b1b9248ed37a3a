/* files.h - finds files in the folder that the relay serves. */
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
    const char *coding; /* static; for Content-Encoding; NULL: none */
    char etag[64];      /* with its quotes */
};

/*
 * Opens the file that the request names below `folder_fd`; a folder means the index.html in it. A
 * precompressed copy, the same name with .br or .gz appended, is opened instead if the client
 * accepts its coding and it is not older. Symbolic links are not followed.
 *
 * Returns 200, 301 for a folder without its final slash, 404, or 503 where the relay is out of
 * descriptors; `out` is set for 200 only. Nothing is cached, so a rebuilt file is served at once.
 */
uint16_t pf_files_open(int folder_fd, const struct pf_http_request *request, struct pf_file *out);

#endif
