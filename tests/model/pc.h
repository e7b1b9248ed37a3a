/* pc.h - RTCPeerConnection as webrtc-pc and JSEP specify it, without time and without a network. */
/* SPDX-License-Identifier: MIT */
#ifndef MODEL_PC_H
#define MODEL_PC_H

#include "core/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The signaling of one RTCPeerConnection: signaling state, descriptions, operations chain, ICE
 * candidates, connection state. It is a flat struct of 32-bit members, without pointers and without
 * padding, so that it can be copied, compared and hashed byte by byte (model_pc_part()).
 *
 * Its environment belongs to the harness: the simulator decides when an operation finishes and
 * which ones fail, the explorer tries every order. Neither decides what an operation does.
 *
 * A description here is not SDP but what SDP identifies: the connection that made it (its DTLS
 * fingerprint), which of that connection's descriptions it is (the session version of its o= line),
 * and the generation of its ICE credentials (ice-ufrag and ice-pwd). An answer also names the offer
 * that it answers, which no SDP does: so mismatches are noticed that a browser cannot detect.
 */

enum {
    MODEL_OPERATIONS_MAX = 256, /* in one operations chain */
    MODEL_LOCAL_CANDIDATES_MAX = 16,
    MODEL_REMOTE_CANDIDATES_MAX = 64,
    MODEL_DESCRIBED_CANDIDATES_MAX = 8,          /* carried by one description */
    MODEL_SECTIONS_COUNT = PF_SOURCES_COUNT + 1, /* media sections, and the data channel's */
};

/* RTCSignalingState. Provisional answers are never set, so their two states do not exist here. */
enum model_signaling_state {
    MODEL_STABLE,
    MODEL_HAVE_LOCAL_OFFER,
    MODEL_HAVE_REMOTE_OFFER,
};

struct model_description {
    enum pf_description_type type;
    uint32_t identity;   /* of the RTCPeerConnection that made it; 0: there is no description */
    uint32_t version;    /* grows with every description that its maker creates */
    uint32_t generation; /* of its ICE credentials */
    uint32_t peer_identity, peer_version; /* of the offer that an answer answers */
};

struct model_candidate {
    uint32_t identity, generation; /* of the description it belongs to: its username fragment */
    uint32_t address;
    uint32_t number; /* counts the candidates of one connection, from 1 */
};

/* An entry of the operations chain. */
struct model_operation {
    enum pf_operation kind;
    uint32_t ice_restart; /* createOffer({iceRestart: true}) */
    uint32_t is_readable; /* the description or candidate can be parsed */
    enum pf_source source;
    pf_track track;                       /* replaceTrack(); 0: null */
    struct model_description description; /* setLocalDescription(), setRemoteDescription() */
    /* addIceCandidate(): the candidate is candidates[0]. */
    uint32_t is_end;       /* end of candidates: an empty string */
    uint32_t has_section;  /* its mid or index names a section that exists */
    uint32_t has_fragment; /* its username fragment is not null */
    uint32_t candidates_count;
    struct model_candidate candidates[MODEL_DESCRIBED_CANDIDATES_MAX];
};

struct model_pc {
    uint32_t identity;
    uint32_t makes_offers;     /* created with transceivers, to make the first offer */
    uint32_t has_transceivers; /* and senders, to which tracks can be attached */
    enum model_signaling_state signaling;
    struct model_description current_local, pending_local, current_remote, pending_remote;
    uint32_t offer_version, answer_version; /* [[LastCreatedOffer]], [[LastCreatedAnswer]]; or 0 */
    uint32_t last_version, last_generation; /* that this connection has used */
    uint32_t gather_generation;             /* candidates are, or were, gathered for this one */
    uint32_t gather_left;                /* candidates still to be gathered; set by the harness */
    pf_track senders[PF_SOURCES_COUNT];  /* the track of each sender; 0: null */
    enum pf_connection_state connection; /* connectionState */
    uint32_t failed_version;             /* of the local description with which ICE failed */
    uint32_t link_identity;              /* of the peer that packets flow to; 0: none yet */
    uint32_t link_address, link_peer_address; /* the selected candidate pair */
    uint32_t local_count;                     /* gathered since the beginning */
    uint32_t remote_count;                    /* in remote_candidates */
    uint32_t operations_count;                /* in the chain; the first is running */
    /* Of these arrays only the first elements are live, as many as the counts above say. */
    struct model_candidate
        local_candidates[MODEL_LOCAL_CANDIDATES_MAX]; /* a ring of the latest ones */
    struct model_candidate remote_candidates[MODEL_REMOTE_CANDIDATES_MAX];
    struct model_operation operations[MODEL_OPERATIONS_MAX];
    /*
     * A bit for each slot of local_candidates: it was gathered during a negotiation. Not part
     * of the state: only model_pc_check_candidate() uses it.
     */
    uint32_t ambiguous;
};

_Static_assert(sizeof(struct model_description) == 6 * 4, "a description has no padding");
_Static_assert(sizeof(struct model_candidate) == 4 * 4, "a candidate has no padding");
_Static_assert(sizeof(struct model_operation) ==
                   15 * 4 + MODEL_DESCRIBED_CANDIDATES_MAX * sizeof(struct model_candidate),
               "an operation has no padding");
_Static_assert(offsetof(struct model_pc, local_candidates) ==
                   (18 + PF_SOURCES_COUNT) * 4 + 4 * sizeof(struct model_description),
               "a connection has no padding before its arrays");
_Static_assert(MODEL_LOCAL_CANDIDATES_MAX <= 32, "ambiguous has a bit for each");

/* Mistakes that a browser accepts without an error, because SDP does not show them. */
enum model_mistake {
    MODEL_MISTAKE_NONE,
    MODEL_MISTAKE_LOCAL,         /* another connection's description is set as the local one */
    MODEL_MISTAKE_PEER,          /* the remote description is that of a third connection */
    MODEL_MISTAKE_ANSWER,        /* the answer answers another offer than the pending one */
    MODEL_MISTAKE_CANDIDATE,     /* the candidate is not the peer's */
    MODEL_MISTAKE_OLD_CANDIDATE, /* the candidate is of an ICE generation that was replaced */
};

/* The outcome of an operation. */
struct model_outcome {
    enum pf_dom_error error; /* with which the promise is rejected, or NONE */
    enum model_mistake mistake;
    bool rolled_back;              /* the pending local offer was rolled back */
    bool gathers;                  /* a new ICE generation: the harness sets gather_left */
    struct model_description made; /* by createOffer() or createAnswer() */
};

/* A live part of a connection. */
struct model_part {
    void *data; /* borrowed from the connection */
    size_t size;
};

enum { MODEL_PARTS_COUNT = 4 };

/* Does not write the arrays, in which nothing is live. */
void model_pc_init(struct model_pc *pc, uint32_t identity, bool makes_offers);

/*
 * Live part `index`, below MODEL_PARTS_COUNT. All parts together are the state. To restore a copy,
 * fill the parts in order: the first one determines the sizes of the others.
 */
struct model_part model_pc_part(struct model_pc *pc, int index);

/* localDescription: the pending one, or the current one. Its identity is 0 if there is neither. */
const struct model_description *model_pc_local(const struct model_pc *pc);

/* Appends to the operations chain. False if it is full. */
bool model_pc_chain(struct model_pc *pc, const struct model_operation *operation);

/* Removes the first operation, which has finished. There must be one. */
void model_pc_unchain(struct model_pc *pc, struct model_operation *out);

/* Whether setLocalDescription() is in the chain: localDescription is about to change. */
bool model_pc_is_setting_local(const struct model_pc *pc);

/* Executes an operation. An error leaves the state unchanged. */
void model_pc_apply(struct model_pc *pc, const struct model_operation *operation,
                    struct model_outcome *out);

/*
 * Whether the candidate of an addIceCandidate() is one that should have been held back. `from` is
 * the connection that gathered it, NULL if that is closed or unknown.
 */
enum model_mistake model_pc_check_candidate(const struct model_pc *pc,
                                            const struct model_operation *operation,
                                            const struct model_pc *from);

/* Gathers a candidate of the current generation at `address`. */
struct model_candidate model_pc_gather(struct model_pc *pc, uint32_t address);

/* Writes the local candidates of a generation, for its description, and returns their number. */
size_t model_pc_describe(const struct model_pc *pc, uint32_t generation,
                         struct model_candidate out[MODEL_DESCRIBED_CANDIDATES_MAX]);

/*
 * Whether `pc` has accepted every candidate that its peer has gathered for the generation that both
 * of them use.
 */
bool model_pc_has_candidates(const struct model_pc *pc, const struct model_pc *peer);

/* Describes a mistake in words. */
void model_mistake_write(enum model_mistake mistake, const struct model_pc *pc,
                         const struct model_operation *operation, char *out, size_t size);

#endif
