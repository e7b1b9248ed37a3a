/* message_shapes.h - what the signaling messages consist of. Internal to protocol. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_PROTOCOL_MESSAGE_SHAPES_H
#define PF_PROTOCOL_MESSAGE_SHAPES_H

#include "protocol/message.h"
#include "protocol/message_names.h"

#include <stdint.h>

/* What a member of a JSON object is, and as what it is kept. */
enum pf_property_kind {
    PF_PROPERTY_END, /* behind the last property of a shape */
    /* Kept as struct pf_slice: */
    PF_PROPERTY_TEXT,
    PF_PROPERTY_SDP,    /* not empty */
    PF_PROPERTY_TICKET, /* of at most PF_TICKET_SIZE_MAX bytes */
    PF_PROPERTY_TOKEN,  /* of at most PF_TOKEN_SIZE_MAX bytes */
    PF_PROPERTY_MEMBER_NAME,
    PF_PROPERTY_CHAT_TEXT,
    PF_PROPERTY_FILE_NAME, /* of at most PF_FILE_NAME_SIZE_MAX bytes */
    PF_PROPERTY_NULLABLE,  /* null, and then missing too, is a slice without data */
    PF_PROPERTY_CAPABILITIES,
    PF_PROPERTY_ICE_SERVERS, /* the JSON itself */
    /* Kept as uint32_t: */
    PF_PROPERTY_NUMBER,     /* detail: enum pf_range */
    PF_PROPERTY_LINE_INDEX, /* UINT32_MAX, as int32_t -1, for null */
    PF_PROPERTY_WORD,       /* an enum; detail: enum pf_words. One that is not known: INVALID */
    PF_PROPERTY_KIND,       /* the same, but UNSUPPORTED */
    PF_PROPERTY_CODE,       /* enum pf_error_code, OTHER for one that is not known */
    /* Kept otherwise: */
    PF_PROPERTY_BOOL,
    PF_PROPERTY_ID,      /* pf_member_id, not 0 */
    PF_PROPERTY_FROM,    /* the same, only read */
    PF_PROPERTY_TO,      /* the same, only written */
    PF_PROPERTY_OFFER,   /* the word "offer"; not kept */
    PF_PROPERTY_SOURCES, /* a struct pf_member_state: members named after the sources, and
                            `interrupted` */
    PF_PROPERTY_OBJECT,  /* detail: enum pf_shape */
    PF_PROPERTY_ARRAY,   /* of objects; detail: enum pf_array */
};

enum pf_range {
    PF_RANGE_ORDINAL, /* instances, epochs, offer numbers, sequences, hands: 0 is none of them */
    PF_RANGE_MEMBERS,
    PF_RANGE_INTERVAL,
    PF_RANGE_ANY,
};

enum pf_words {
    PF_WORDS_REASONS,
    PF_WORDS_CODES,
    PF_WORDS_DESCRIPTIONS,
    PF_WORDS_KINDS,
    PF_WORDS_REQUESTS,
    PF_WORDS_REACTIONS,
    PF_WORDS_ICE_POLICIES,
    PF_WORDS_ROLES,
    PF_WORDS_DOORS,
    PF_WORDS_HOST_ACTIONS,
    PF_WORDS_FILE_STATES,
};

enum pf_shape {
    PF_SHAPE_DESCRIPTION,
    PF_SHAPE_CANDIDATE,
    PF_SHAPE_STATE,
    PF_SHAPE_PREPARED_DESCRIPTION, /* of a struct pf_prepared_offer */
    PF_SHAPE_PREPARED_OFFER,
    PF_SHAPE_MEMBER,
    PF_SHAPE_TERMS,
    PF_SHAPE_KNOCK,
};

enum pf_array {
    PF_ARRAY_CANDIDATES, /* of a struct pf_prepared_offer */
    PF_ARRAY_MEMBERS,    /* of a struct pf_message `joined` */
    PF_ARRAY_KNOCKS,     /* of a struct pf_terms */
};

struct pf_property {
    const char *name; /* NULL: what it consists of are members of the object itself */
    uint16_t offset;  /* in what the shape is of */
    uint8_t kind;     /* enum pf_property_kind */
    uint8_t detail : 7;
    uint8_t optional : 1; /* it may be missing, and is not written where it is empty or 0 */
};

/* The properties of each shape, by enum pf_shape. */
extern const struct pf_property *const pf_shapes[];

/* Of a struct pf_message, by enum pf_message_type; its `type` comes before them. */
extern const struct pf_property *const pf_message_shapes[];

/* What a `signal` has beside, by enum pf_signal_kind. */
extern const struct pf_property *const pf_signal_shapes[];

/* By enum pf_array. Offsets are those in the struct that the array is in. */
struct pf_array_shape {
    uint16_t count;    /* offset of the size_t */
    uint16_t elements; /* offset of the first element */
    uint16_t size;     /* of one element */
    uint8_t max;
    uint8_t shape; /* of an element */
};
extern const struct pf_array_shape pf_array_shapes[];

/* By enum pf_range. */
struct pf_number_range {
    uint32_t min, max;
};
extern const struct pf_number_range pf_number_ranges[];

/* By enum pf_words. */
extern const struct pf_names *const pf_words[];

#endif
