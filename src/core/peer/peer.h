/* peer.h - one remote member: roster facts, its connection, and the repair of it. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_PEER_PEER_H
#define PF_CORE_PEER_PEER_H

#include "core/common/context.h"
#include "core/peer/connection.h"

#include <stdbool.h>
#include <stdint.h>

/* What the relay says of a member. */
enum pf_presence {
    PF_PRESENCE_HERE,
    PF_PRESENCE_AWAY,    /* it has lost the relay, which waits for it */
    PF_PRESENCE_MISSING, /* a relay that was restarted does not know it yet */
    PF_PRESENCE_ORPHAN,  /* the relay has given it up; it lives as long as its connection */
};

/* Where the connection, or the way to one, is. */
enum pf_recovery {
    PF_RECOVERY_NONE,       /* connected */
    PF_RECOVERY_WAITING,    /* for the peer's first offer */
    PF_RECOVERY_CONNECTING, /* the first connection */
    PF_RECOVERY_UNSTABLE,   /* disconnected; may come back by itself */
    PF_RECOVERY_RESTARTING, /* an ICE restart is offered or requested */
    PF_RECOVERY_RENEWING,   /* a new connection is offered or requested */
};

struct pf_peer {
    pf_member_id id; /* 0: a free slot */
    uint32_t instance;
    bool polite; /* we are */
    enum pf_presence presence;
    enum pf_recovery recovery;
    uint32_t renewals;        /* since it was last connected */
    uint64_t recovery_at_ms;  /* the next step of the recovery */
    uint64_t presence_at_ms;  /* the end of MISSING */
    uint64_t repeat_at_ms;    /* an unanswered offer is sent again */
    uint64_t repeat_ms;       /* and then after this */
    uint64_t restarted_at_ms; /* bounds how often the peer's requests are heeded */
    uint64_t answer_at_ms;    /* and all that it asks; of the slot, whoever is in it */
    uint64_t state_at_ms;     /* and how often its state is shown; of the slot too */
    uint64_t show_at_ms;      /* when one that was too soon is shown, or PF_NEVER */
    struct pf_member_state state;
    struct pf_connection connection;
    struct pf_candidates candidates; /* the peer's, that have to wait for a description */
    size_t name_size, capabilities_size;
    char capabilities[PF_CAPABILITIES_SIZE_MAX + 1];
    char name[PF_MEMBER_NAME_SIZE_MAX + 1];
};

/*
 * Takes a slot for a member that is new to us. `self` decides who is polite; epochs up to
 * `last_epoch` have been used with it.
 */
void pf_peer_open(struct pf_peer *peer, struct pf_context *context, const struct pf_member *member,
                  pf_member_id self, uint32_t last_epoch);

/* Closes the connection and frees the slot: another instance takes it. */
void pf_peer_forget(struct pf_peer *peer, struct pf_context *context);

/*
 * Begins the first connection: by an offer of ours, or by waiting for one. `first_is_spent`: the
 * peer may already hold another offer of ours as that of epoch 1.
 */
void pf_peer_offer(struct pf_peer *peer, struct pf_context *context, bool first_is_spent);
void pf_peer_wait(struct pf_peer *peer, struct pf_context *context);

/* Takes over a connection whose offer the relay has handed to this peer. */
void pf_peer_adopt(struct pf_peer *peer, struct pf_context *context,
                   const struct pf_connection *prepared);

/* Takes an offer that came with the news of the peer's joining. */
void pf_peer_take_prepared(struct pf_peer *peer, struct pf_context *context,
                           const struct pf_prepared_offer *offer);

/* What the relay says of it, or, with MISSING and ORPHAN, no longer says. */
void pf_peer_set_presence(struct pf_peer *peer, struct pf_context *context,
                          enum pf_presence presence);
void pf_peer_set_name(struct pf_peer *peer, struct pf_context *context, struct pf_slice name);

/* Messages may have been lost between us: says again whatever it may be missing. It is there, and
 * there is a connection. */
void pf_peer_resync(struct pf_peer *peer, struct pf_context *context);

/* A signal from this peer's present instance to ours. */
void pf_peer_take_signal(struct pf_peer *peer, struct pf_context *context,
                         const struct pf_signal *signal);

/* An event of group PC with this connection's id, other than a channel message. */
void pf_peer_handle_pc(struct pf_peer *peer, struct pf_context *context,
                       const struct pf_event *event);

/* What the peer says of its sources. */
void pf_peer_take_state(struct pf_peer *peer, struct pf_context *context,
                        const struct pf_member_state *state);

/* Sends outbox.message on the data channel, or loses it. False when there is no open channel. */
bool pf_peer_send_on_channel(const struct pf_peer *peer, struct pf_context *context);

/* Tells the peer our own state, by every way there is. */
void pf_peer_send_state(struct pf_peer *peer, struct pf_context *context);

/* The network has changed under us: does not wait for the browser to notice. */
void pf_peer_network_changed(struct pf_peer *peer, struct pf_context *context);

/* Does what is due at context->now_ms. */
void pf_peer_tick(struct pf_peer *peer, struct pf_context *context);
uint64_t pf_peer_deadline_ms(const struct pf_peer *peer);

/* Whether an orphan has lost its connection too, and is to be closed. */
bool pf_peer_is_lost(const struct pf_peer *peer);

void pf_peer_show(const struct pf_peer *peer, struct pf_context *context);

void pf_peer_check(const struct pf_peer *peer);

#endif
