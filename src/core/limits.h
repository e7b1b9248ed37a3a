/* limits.h - the sizes and times that the core's public headers share. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_LIMITS_H
#define PF_CORE_LIMITS_H

#include <stdint.h>

/* A deadline that never comes. */
#define PF_NEVER UINT64_MAX

enum {
    PF_URL_SIZE_MAX = 512,       /* of the relay's WebSocket */
    PF_DEVICE_ID_SIZE_MAX = 128, /* Chromium's have 64 digits, Firefox's 44 characters */
};

#endif
