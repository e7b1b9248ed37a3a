/* http_target.h - decodes the path and the query of a request target. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_WIRE_HTTP_TARGET_H
#define PF_RELAY_WIRE_HTTP_TARGET_H

#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>

enum { PF_HTTP_PATH_SIZE_MAX = 1024 }; /* decoded, with its NUL */

/*
 * Finds the first parameter `name` in a query and decodes its %XX into `memory`, which has at least
 * the query's size. False if it is not there. A % without two hexadecimal digits stands for itself,
 * and so does +.
 */
bool pf_http_query_value(struct pf_slice query, const char *name, char *memory,
                         struct pf_slice *out);

/*
 * Decodes %XX and writes the path without its leading slash, with a NUL, to `out`; empty for "/".
 * False if it is too long, malformed, or could lead out of a folder: no segment but the last may be
 * empty, none may begin with a dot, and control characters and backslashes are not allowed.
 */
bool pf_http_path_decode(struct pf_slice path, char out[PF_HTTP_PATH_SIZE_MAX]);

#endif
