/* message.h - the signaling messages of PROTOCOL.md, read and written. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_PROTOCOL_MESSAGE_H
#define PF_PROTOCOL_MESSAGE_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PF_SUBPROTOCOL "peerface.v1"

/* The limits of PROTOCOL.md; sizes are bytes without a NUL. */
enum {
    PF_MESSAGE_SIZE_MAX = 65536,
    PF_MESSAGE_DEPTH_MAX = 8,
    PF_ROOM_NAME_SIZE_MAX = 64,
    PF_MEMBER_NAME_SIZE_MAX = 64,
    PF_TICKET_SIZE_MAX = 256,
    PF_TOKEN_SIZE_MAX = 2048,
    PF_ICE_SERVERS_SIZE_MAX = 16384, /* of the array's JSON */
    PF_MEMBERS_MAX = 16,             /* of one room, ourselves included */
    PF_MEMBER_ID_DIGITS = 16,
    PF_OFFER_CANDIDATES_MAX = 32,
    PF_INTERVAL_MS_MAX = 3600000, /* of pingMs and graceMs: an hour */
    PF_CAPABILITIES_MAX = 16,     /* of one client or relay */
    PF_CAPABILITY_SIZE_MAX = 15,
    PF_SECTIONS_MAX = 16, /* of one description */
    PF_CHAT_TEXT_SIZE_MAX = 2000,
    PF_KNOCKS_MAX = 8,       /* at the door of one room */
    PF_CHAT_UNHEARD_MAX = 8, /* sent on one channel, and not acknowledged */
    PF_FILE_NAME_SIZE_MAX = 255,
    PF_FILES_MAX = 8, /* that one member offers or sends to another at a time */
};

/* The negotiated data channel of the room (PROTOCOL.md section 4.2). */
enum { PF_CHANNEL_STATE = 0 };

/* A list of capabilities is kept as one text: its names, with a space between two. */
enum { PF_CAPABILITIES_SIZE_MAX = PF_CAPABILITIES_MAX * (PF_CAPABILITY_SIZE_MAX + 1) - 1 };

/* A member of a room; written as 16 lower-case hex digits. 0 is nobody. */
typedef uint64_t pf_member_id;

/* What is captured and sent. Those of one kind have their sections in this order. */
enum pf_source {
    PF_SOURCE_MICROPHONE,
    PF_SOURCE_CAMERA,
    PF_SOURCE_SCREEN,
    PF_SOURCE_SCREEN_AUDIO, /* what is heard of the screen */
};
enum { PF_SOURCES_COUNT = 4 };

/* What a member says of one of its sources (PROTOCOL.md section 5). */
enum pf_source_state {
    PF_SOURCE_STATE_NONE, /* no device, or not permitted */
    PF_SOURCE_STATE_OFF,  /* muted, switched off, not shared */
    PF_SOURCE_STATE_ON,
    PF_SOURCE_STATE_INTERRUPTED, /* on, but the system gives neither sound nor picture for now */
};

struct pf_member_state {
    uint32_t sequence; /* the highest of an instance wins; 0: nothing has been said */
    uint32_t hand;     /* raised: its place, lower ones were raised earlier; 0: not raised */
    enum pf_source_state sources[PF_SOURCES_COUNT]; /* NONE where the message names none */
};

/* What a member shows of itself for a moment (PROTOCOL.md section 5.1). */
enum pf_reaction {
    PF_REACTION_THUMBS_UP,
    PF_REACTION_HEART,
    PF_REACTION_LAUGH,
    PF_REACTION_SURPRISE,
    PF_REACTION_APPLAUSE,
    PF_REACTION_THANKS,
};

/* The capabilities of PROTOCOL.md. */
#define PF_CAPABILITY_RENAME   PF_SLICE("rename")      /* of a relay: it takes `rename` */
#define PF_CAPABILITY_ICE      PF_SLICE("ice-servers") /* of a relay: it takes `ice-servers` */
#define PF_CAPABILITY_HOST     PF_SLICE("host") /* its rooms have hosts; of a client: can be one */
#define PF_CAPABILITY_REACTION PF_SLICE("reaction") /* of a client: it takes `reaction` */
#define PF_CAPABILITY_SCREEN   PF_SLICE("screen")   /* of a client: it shows shared screens */
#define PF_CAPABILITY_QUALITY  PF_SLICE("quality")  /* of a client: it takes `wanted` */
#define PF_CAPABILITY_CHANNELS PF_SLICE("channels") /* of a client: it has those of section 5.4 */
#define PF_CAPABILITY_CHAT     PF_SLICE("chat")     /* of a client: it takes `chat`, `heard` */
#define PF_CAPABILITY_FILES    PF_SLICE("files")    /* of a client: it takes those of section 5.5 */
#define PF_CAPABILITY_OBSERVER PF_SLICE("observer") /* of a client: it has no RTCPeerConnection */

/* What a member has written (PROTOCOL.md section 5.3). */
struct pf_chat_message {
    uint32_t number; /* ever higher within an instance */
    uint32_t first;  /* the number that it had when it was sent for the first time */
    uint32_t age_ms;
    struct pf_slice text; /* 1 to PF_CHAT_TEXT_SIZE_MAX bytes */
};

/* RTCIceTransportPolicy: which candidates are used. */
enum pf_ice_policy {
    PF_ICE_ALL,
    PF_ICE_RELAY, /* those of TURN servers only, so that peers do not learn our addresses */
};

/* What has become of a file, as far as a member knows (PROTOCOL.md section 5.5). */
enum pf_file_state {
    PF_FILE_OFFERED,   /* the receiver has not answered */
    PF_FILE_ACCEPTED,  /* its bytes may be sent */
    PF_FILE_PAUSED,    /* the same, but without a connection; never told, ACCEPTED is */
    PF_FILE_DONE,      /* the receiver has all of it */
    PF_FILE_DECLINED,  /* by the receiver */
    PF_FILE_CANCELLED, /* by either side */
    PF_FILE_FAILED,    /* it cannot be read or stored, or the other one is gone */
};

/* `file`, what its sender says of a file, or `file-answer`, what its receiver does. */
struct pf_file_message {
    uint32_t number; /* of the file; the sender's, and ever higher within an instance */
    enum pf_file_state state;
    uint32_t size;        /* FILE with OFFERED */
    uint32_t offset;      /* FILE_ANSWER: so much is stored */
    struct pf_slice name; /* FILE with OFFERED: 1 to PF_FILE_NAME_SIZE_MAX bytes; else empty */
};

enum pf_description_type {
    PF_DESCRIPTION_OFFER,
    PF_DESCRIPTION_ANSWER,
};

struct pf_description {
    enum pf_description_type type;
    struct pf_slice sdp;
};

/* RTCIceCandidateInit. */
struct pf_candidate {
    struct pf_slice candidate;         /* empty: end of candidates */
    struct pf_slice mid;               /* sdpMid; data is NULL where the dictionary has null */
    int32_t mline_index;               /* sdpMLineIndex; -1 for null */
    struct pf_slice username_fragment; /* usernameFragment; data is NULL for null */
};

/* A description made before it is known who will get it (PROTOCOL.md section 4.2). */
struct pf_prepared_offer {
    struct pf_slice sdp; /* empty: there is none */
    size_t candidates_count;
    struct pf_candidate candidates[PF_OFFER_CANDIDATES_MAX];
    struct pf_member_state state;
};

/* What a member may do (PROTOCOL.md section 3.1). */
enum pf_role {
    PF_ROLE_MEMBER,
    PF_ROLE_HOST, /* locks and opens the room, admits and removes people */
};

/* Whether newcomers enter a room, or have to knock. */
enum pf_room_door {
    PF_DOOR_OPEN,
    PF_DOOR_LOCKED,
};

/* Somebody at the door of a locked room. */
struct pf_knock {
    pf_member_id id; /* of the knock: it names nobody in the room */
    struct pf_slice name;
};

/* How things are in a room, for one member. */
struct pf_terms {
    enum pf_role role; /* that member's */
    enum pf_room_door door;
    size_t knocks_count; /* 0 unless it is a host */
    struct pf_knock knocks[PF_KNOCKS_MAX];
};

/* What a host does. */
enum pf_host_action {
    PF_HOST_OPEN,
    PF_HOST_LOCK,
    PF_HOST_ADMIT,   /* `id`: a knock */
    PF_HOST_REFUSE,  /* `id`: a knock */
    PF_HOST_REMOVE,  /* `id`: a member */
    PF_HOST_MUTE,    /* asks all others to mute themselves */
    PF_HOST_APPOINT, /* `id`: a member, who is host in one's own place */
};

struct pf_member {
    pf_member_id id;
    struct pf_slice name;
    uint32_t instance;
    bool away;
    struct pf_slice capabilities; /* empty: none */
    enum pf_role role;
};

enum pf_message_type {
    PF_MESSAGE_HELLO,       /* relay -> client */
    PF_MESSAGE_JOIN,        /* client -> relay */
    PF_MESSAGE_JOINED,      /* relay -> client */
    PF_MESSAGE_MEMBER,      /* relay -> client */
    PF_MESSAGE_RENAME,      /* client -> relay */
    PF_MESSAGE_LEAVE,       /* client -> relay */
    PF_MESSAGE_LEFT,        /* relay -> client */
    PF_MESSAGE_SIGNAL,      /* peer -> peer */
    PF_MESSAGE_PING,        /* either way */
    PF_MESSAGE_PONG,        /* either way */
    PF_MESSAGE_ICE_SERVERS, /* either way */
    PF_MESSAGE_HOST,        /* client -> relay */
    PF_MESSAGE_ROOM,        /* relay -> client */
    PF_MESSAGE_KNOCKING,    /* relay -> client */
    PF_MESSAGE_MUTE,        /* relay -> client */
    PF_MESSAGE_ERROR,       /* relay -> client */
    PF_MESSAGE_STATE,       /* peer -> peer, on the data channel only */
    PF_MESSAGE_REACTION,    /* peer -> peer, on the data channel only */
    PF_MESSAGE_WANTED,      /* peer -> peer, on the data channel only */
    PF_MESSAGE_CHAT,        /* peer -> peer, on the data channel only */
    PF_MESSAGE_HEARD,       /* peer -> peer, on the data channel only */
    PF_MESSAGE_FILE,        /* peer -> peer, on the data channel only */
    PF_MESSAGE_FILE_ANSWER, /* peer -> peer, on the data channel only */
    PF_MESSAGE_BYE,         /* peer -> peer, on the data channel only */
};

enum pf_signal_kind {
    PF_SIGNAL_DESCRIPTION,
    PF_SIGNAL_CANDIDATE,
    PF_SIGNAL_STATE,
    PF_SIGNAL_REQUEST,
};

enum pf_request {
    PF_REQUEST_OFFER,
    PF_REQUEST_RESTART,
    PF_REQUEST_RENEW,
};

enum pf_left_reason {
    PF_LEFT_LEFT,
    PF_LEFT_TIMEOUT,
};

/* The codes of PROTOCOL.md section 7. OTHER is any code that this version does not know. */
enum pf_error_code {
    PF_CODE_BAD_MESSAGE,
    PF_CODE_UNKNOWN_TYPE,
    PF_CODE_NOT_JOINED,
    PF_CODE_ALREADY_JOINED,
    PF_CODE_NO_SUCH_MEMBER,
    PF_CODE_RATE_LIMIT,
    PF_CODE_BAD_ROOM,
    PF_CODE_BAD_NAME,
    PF_CODE_ROOM_FULL,
    PF_CODE_RELAY_FULL,
    PF_CODE_REPLACED,
    PF_CODE_TOKEN_MISSING,
    PF_CODE_TOKEN_INVALID,
    PF_CODE_TOKEN_EXPIRED,
    PF_CODE_TOKEN_ROOM,
    PF_CODE_NOT_HOST,
    PF_CODE_REFUSED, /* a host does not let it in */
    PF_CODE_REMOVED, /* by a host */
    PF_CODE_OTHER,
};

struct pf_signal {
    pf_member_id peer; /* `from` when read by a client, `to` when written by one */
    uint32_t from_instance;
    uint32_t to_instance;
    enum pf_signal_kind kind;
    uint32_t epoch;               /* not for STATE */
    uint32_t offer_number;        /* for DESCRIPTION and CANDIDATE */
    struct pf_member_state state; /* for STATE; for DESCRIPTION sequence 0 means absent */
    union {
        struct pf_description description;
        struct pf_candidate candidate;
        enum pf_request want;
    };
};

struct pf_message {
    enum pf_message_type type;
    union {
        struct {
            struct pf_slice ice_servers;  /* raw JSON, an array; empty: they come in `joined` */
            struct pf_slice capabilities; /* of the relay */
            uint32_t members_max, ping_ms, grace_ms;
            enum pf_ice_policy ice_policy;
        } hello;
        struct {
            struct pf_slice room, name;
            uint32_t instance;
            struct pf_slice capabilities;            /* of the client */
            struct pf_slice ticket;                  /* empty: none */
            struct pf_slice token;                   /* empty: none */
            struct pf_prepared_offer prepared_offer; /* sdp empty: none */
        } join;
        struct {
            pf_member_id self;
            bool resumed;
            struct pf_slice ticket;
            size_t members_count;
            struct pf_member members[PF_MEMBERS_MAX]; /* at most PF_MEMBERS_MAX - 1 are others */
            pf_member_id offered;                     /* 0: nobody */
            struct pf_slice ice_servers; /* raw JSON, an array; empty: those of `hello` */
            struct pf_terms terms;
        } joined;
        struct {
            struct pf_member member;
            struct pf_prepared_offer prepared_offer; /* sdp empty: none */
        } member;
        struct pf_slice rename;      /* the name */
        struct pf_slice ice_servers; /* raw JSON, an array; empty: asks for them */
        struct {
            enum pf_host_action action;
            pf_member_id id; /* or 0 */
        } host;
        struct {
            struct pf_terms terms;
            struct pf_slice ticket; /* in place of the one of `joined` */
        } room;
        pf_member_id mute; /* the host that asks for it */
        struct {
            pf_member_id id;
            enum pf_left_reason reason;
        } left;
        struct pf_signal signal;
        struct {
            enum pf_error_code code;
            struct pf_slice message;
            pf_member_id to; /* for NO_SUCH_MEMBER, else 0 */
        } error;
        struct pf_member_state state;
        enum pf_reaction reaction;
        struct {
            uint32_t camera, screen; /* widths in pixels; 0: not shown */
        } wanted;
        struct pf_chat_message chat;
        uint32_t heard;              /* the number of the last `chat` that has been taken, or 0 */
        struct pf_file_message file; /* FILE, FILE_ANSWER */
    };
    void *tree; /* owned; what the slices of a message that was read borrow from */
};

/*
 * Reads one message, by whomever it may be sent: as a client or a data channel receives it, or a
 * `join` as the relay receives it. A `signal` needs `from` here: the relay does not read signals,
 * see envelope.h. What is optional and absent is empty, 0, or NULL, as said above.
 *
 * The names in a `join` are texts of any length and content: the relay judges them with
 * pf_name_is_valid(), because it answers them with errors of their own.
 *
 * On success `out` is filled and its slices are valid until pf_message_clear(). Fails, leaving
 * `out` untouched, with
 *  - TOO_LONG: over one of the limits above (of sizes, depth, members and candidates);
 *  - UNSUPPORTED: a type, or a kind of signal or reaction, that it does not know;
 *  - MEMORY: an allocation failed;
 *  - INVALID: anything else that breaks PROTOCOL.md.
 */
enum pf_error pf_message_read(struct pf_slice text, struct pf_message *out);

/* Frees what a message that was read owns. Harmless on one that was not. */
void pf_message_clear(struct pf_message *message);

/*
 * Appends the JSON of `message` to `out`; what does not fit marks `out` as overflown. A `signal` is
 * written with `to`, any other as its sender writes it. All texts must be UTF-8 without NUL, ids
 * and sequences not 0, an SDP not empty (except as above), and no limit exceeded.
 */
void pf_message_write(const struct pf_message *message, struct pf_buffer *out);

/* The type that `text` spells; false if PROTOCOL.md has no such type, then `out` is as it was. */
bool pf_message_type_read(struct pf_slice text, enum pf_message_type *out);

/* 16 hex digits and a NUL. */
void pf_member_id_write(pf_member_id id, char out[PF_MEMBER_ID_DIGITS + 1]);

/* The id that 16 lower-case hex digits name, or 0 if `text` is anything else. */
pf_member_id pf_member_id_read(struct pf_slice text);

/* Whether `text` can be written in a `chat`. */
bool pf_chat_text_is_valid(struct pf_slice text);

/* Whether `text` may be a room name (1 to 64 bytes) or, with size_min 0, a member's name. */
bool pf_name_is_valid(struct pf_slice text, size_t size_min);

/*
 * The number of names in a list of capabilities, or SIZE_MAX if `text` is not one: at most
 * PF_CAPABILITIES_MAX names of 1 to PF_CAPABILITY_SIZE_MAX lower-case ASCII letters, digits and
 * hyphens, with one space between two.
 */
size_t pf_capabilities_count(struct pf_slice text);

/* Whether the list has that name. */
bool pf_capabilities_have(struct pf_slice text, struct pf_slice name);

/* The code's spelling in PROTOCOL.md, such as "room-full"; "other" for OTHER. */
const char *pf_error_code_name(enum pf_error_code code);

/* The WebSocket close code (4000 and up, or 1008) after a fatal error, or 0 if it is not fatal. */
uint16_t pf_error_code_close(enum pf_error_code code);

#endif
