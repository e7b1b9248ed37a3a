/* log.h - one line on stderr for each event that an operator may want to know of. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_LOG_H
#define PF_RELAY_SERVER_LOG_H

#include <stdbool.h>

/*
 * A line is a sentence, or a JSON object with that sentence as its `message`. Names of rooms and
 * members, descriptions and candidates are never logged, addresses of clients only where the
 * operator asks for them. A reader that does not read loses lines; it does not stop the relay.
 */

enum pf_log_level {
    PF_LOG_ERROR,
    PF_LOG_WARNING,
    PF_LOG_INFO,
};

enum pf_log_format {
    PF_LOG_TEXT,
    PF_LOG_JSON,
};

struct pf_log {
    enum pf_log_format format;
    enum pf_log_level level; /* what is less important is left out */
    bool addresses;
};

/* Logs `event`, a name such as "origin-refused", with a sentence made as by printf(). */
void pf_log_put(const struct pf_log *log, enum pf_log_level level, const char *event,
                const char *sentence, ...) __attribute__((format(printf, 4, 5)));

#endif
