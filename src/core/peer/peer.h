/* peer.h - one remote member: who it is, whether it is there, what is shown. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_PEER_PEER_H
#define PF_CORE_PEER_PEER_H

#include "base/token_bucket.h"
#include "core/common/context.h"
#include "core/peer/connection.h"
#include "core/peer/conversation.h"
#include "core/peer/diagnosis.h"
#include "core/peer/files.h"
#include "core/peer/incoming.h"
#include "core/peer/recovery.h"
#include "core/peer/signaling.h"
#include "core/peer/wishes.h"

#include <stdbool.h>
#include <stdint.h>

/* What the relay says of a member. */
enum pf_presence {
    PF_PRESENCE_HERE,
    PF_PRESENCE_AWAY,    /* it has lost the relay, which waits for it */
    PF_PRESENCE_MISSING, /* a relay that was restarted does not know it yet */
    PF_PRESENCE_ORPHAN,  /* the relay has given it up; it lives as long as its connection */
};

/* The modules named own the structs; peer.c owns the rest. */
struct pf_peer {
    pf_member_id id; /* 0: a free slot */
    uint32_t instance;
    bool polite;       /* this side is, in perfect negotiation */
    bool signals_only; /* one of the two is an observer: there is no RTCPeerConnection */
    bool is_host;
    enum pf_presence presence;
    uint64_t presence_at_ms;          /* the end of MISSING */
    struct pf_member_state state;     /* of its sources, as it has told */
    struct pf_token_bucket states;    /* that are shown; outlives the peer */
    struct pf_token_bucket reactions; /* that are shown; room; outlives the peer */
    uint64_t show_at_ms;              /* when one that came too soon is shown, or PF_NEVER */
    struct pf_recovery recovery;
    struct pf_diagnosis diagnosis;
    struct pf_signaling signaling;
    struct pf_wishes wishes;
    struct pf_conversation conversation;
    struct pf_files files;
    struct pf_connection connection;
    size_t name_size, capabilities_size;
    char capabilities[PF_CAPABILITIES_SIZE_MAX + 1];
    char name[PF_MEMBER_NAME_SIZE_MAX + 1];
    struct pf_incoming incoming;
};

/* Makes the slots of a new room free. */
void pf_peer_init(struct pf_peer *peer);

/*
 * Takes a slot for a member that is new to us. `self` decides who is polite; epochs up to
 * `last_epoch` have been used with it.
 */
void pf_peer_open(struct pf_peer *peer, struct pf_context *context, const struct pf_member *member,
                  pf_member_id self, uint32_t last_epoch);

/* Closes the connection and frees the slot, without a word to the page. */
void pf_peer_close(struct pf_peer *peer, struct pf_context *context);

/* What the relay says of it, or, with MISSING and ORPHAN, no longer says. */
void pf_peer_set_presence(struct pf_peer *peer, struct pf_context *context,
                          enum pf_presence presence);
void pf_peer_set_role(struct pf_peer *peer, struct pf_context *context, enum pf_role role);
void pf_peer_set_name(struct pf_peer *peer, struct pf_context *context, struct pf_slice name);

/* What the peer says of its sources. Older news than the last is dropped. */
void pf_peer_take_state(struct pf_peer *peer, struct pf_context *context,
                        const struct pf_member_state *state);

/* Whether a signal can reach it: both sides are connected to the relay. */
bool pf_peer_can_signal(const struct pf_peer *peer, const struct pf_context *context);

/* Whether an orphan has lost its connection too, and is to be closed. */
bool pf_peer_is_lost(const struct pf_peer *peer);

/* Tells the page all of it. */
void pf_peer_show(const struct pf_peer *peer, struct pf_context *context);
enum pf_peer_state pf_peer_shown_state(const struct pf_peer *peer);

/* Does what is due at context->now_ms: presence and showing. */
void pf_peer_tick(struct pf_peer *peer, struct pf_context *context);

/* When anything of the peer is due, its modules included. */
uint64_t pf_peer_deadline_ms(const struct pf_peer *peer);

void pf_peer_check(const struct pf_peer *peer);

#endif
