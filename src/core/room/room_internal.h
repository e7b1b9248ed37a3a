/* room_internal.h - what a room consists of. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_ROOM_ROOM_INTERNAL_H
#define PF_CORE_ROOM_ROOM_INTERNAL_H

#include "base/token_bucket.h"
#include "core/common/context.h"
#include "core/media/media.h"
#include "core/room.h"
#include "core/room/chat.h"
#include "core/room/hosting.h"
#include "core/room/ice_servers.h"
#include "core/room/membership.h"
#include "core/room/prepared.h"
#include "core/room/reconcile.h"
#include "core/room/relay_session.h"
#include "core/room/roster.h"

#include <stdbool.h>
#include <stddef.h>

struct pf_room {
    struct pf_context context;
    struct pf_relay_session session;
    struct pf_media media;
    struct pf_membership membership;
    struct pf_prepared prepared;
    struct pf_roster roster;
    struct pf_chat chat;
    struct pf_ice_servers ice_servers;
    struct pf_hosting hosting;
    struct pf_reconciled reconciled;
    struct pf_token_bucket reactions; /* of one's own */
    struct pf_message message;        /* the last one read; commands borrow from it */
    size_t url_size;
    char url[PF_URL_SIZE_MAX];
};

#endif
