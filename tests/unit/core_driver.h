/* core_driver.h - drives one room in a test: virtual time, events, recorded and checked commands.
 */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_CORE_DRIVER_H
#define PF_TESTS_CORE_DRIVER_H

#include "core/room.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Every function that feeds events discards the commands of the previous call and records those of
 * its own events. After each event it calls pf_room_check() and checks the commands against a small
 * model of the browser:
 *  - ids only grow, and no command names an object that is closed, stopped or never existed;
 *  - no track of a source that is switched off is live and enabled;
 *  - nothing is captured after leaving, and no connection is open in the end.
 * A violation is a failed assertion.
 */

enum {
    DRIVER_COMMANDS_MAX = 4096, /* of one call */
    DRIVER_BYTES_MAX = 4 << 20, /* of the texts of these commands */
    DRIVER_IDS_MAX = 16384,     /* sockets, connections and tracks together */
    DRIVER_PEERS_MAX = 64,      /* ever shown */
};

/* Member ids: `SELF` is polite to lower ids and impolite to higher ones. */
#define DRIVER_LOW  ((pf_member_id)0x10)
#define DRIVER_SELF ((pf_member_id)0x50)
#define DRIVER_HIGH ((pf_member_id)0x90)

/* Our instance, and that of every other member unless a test says otherwise. */
enum { DRIVER_INSTANCE = 77, DRIVER_THEIR_INSTANCE = 42 };

enum driver_life {
    DRIVER_UNKNOWN,
    DRIVER_ASKED, /* a capture that is being opened */
    DRIVER_LIVE,  /* an open connection, a live track */
    DRIVER_ENDED, /* a track that the browser has ended */
    DRIVER_OVER,  /* closed, stopped, or failed to open */
};

/* What the model knows about an id. */
struct driver_thing {
    enum driver_life life;
    bool is_pc;
    enum pf_source source;              /* of a track */
    bool enabled;                       /* a track */
    pf_track senders[PF_SOURCES_COUNT]; /* of a connection: the track of each sender */
};

struct driver_peer {
    pf_member_id id; /* 0: a free entry */
    bool hidden;
    pf_pc pc;
    enum pf_peer_state state;
    struct pf_member_state sources;
    bool away;
    enum pf_quality_grade quality;
    enum pf_quality_reason quality_reason;
    size_t name_size;
    char name[PF_MEMBER_NAME_SIZE_MAX + 1];
};

struct driver {
    struct pf_room *room; /* owned */
    uint64_t now_ms;
    pf_socket socket;  /* the last one opened */
    bool socket_open;  /* not closed by the room since */
    pf_pc prepared_pc; /* the last connection that was created */

    /* Of the last call. Texts are in `bytes`. */
    size_t commands_count;
    struct pf_command commands[DRIVER_COMMANDS_MAX];
    size_t bytes_size;
    char *bytes; /* owned */

    /* What the page shows. */
    enum pf_room_state state;
    enum pf_error_code code;
    bool relay_away;
    uint32_t hand; /* one's own */
    struct {
        bool on;
        enum pf_capture_state state;
        enum pf_dom_error error;
        bool interrupted;
        pf_track track;
        char device[PF_DEVICE_ID_SIZE_MAX + 1];
    } local[PF_SOURCES_COUNT];
    struct driver_peer peers[DRIVER_PEERS_MAX];
    char ticket[PF_TICKET_SIZE_MAX + 1];

    uint32_t last_id;
    struct driver_thing things[DRIVER_IDS_MAX];
    uint64_t digest; /* of all bytes of all commands since the room was created */
};

/* The relay "wss://relay/ws", both sources on, no devices, no ticket, seed 1. */
struct pf_room_config driver_config(void);

/* Creates a room in memory that is not zero. Never NULL. */
struct driver *driver_new(const struct pf_room_config *config);
void driver_free(struct driver *driver);

/* Fixtures of cmocka: `*state` is a driver with the usual configuration. */
int driver_setup(void **state);
int driver_teardown(void **state);

/* ---- results of the last call ---- */

size_t driver_count(const struct driver *driver, enum pf_command_type type);

/* The first command of the type, or the one at `index`; NULL if there are fewer. */
const struct pf_command *driver_find(const struct driver *driver, enum pf_command_type type);
const struct pf_command *driver_find_at(const struct driver *driver, enum pf_command_type type,
                                        size_t index);

/* The same, but fails the test if there is none. */
const struct pf_command *driver_get(const struct driver *driver, enum pf_command_type type);

/* How many messages to the relay contain all of these texts, of which `b` and `c` may be NULL. */
size_t driver_sent(const struct driver *driver, const char *a, const char *b, const char *c);

/* The position of a command among all; `command` must not be NULL. */
size_t driver_position(const struct driver *driver, const struct pf_command *command);

/* How many connections are open, and how many tracks are live. */
size_t driver_open_pcs(const struct driver *driver);
size_t driver_live_tracks(const struct driver *driver);

/* A member as the page sees it; NULL while it is not shown. */
const struct driver_peer *driver_peer(const struct driver *driver, pf_member_id id);

/* The connection to a member, which must be shown. */
pf_pc driver_pc(const struct driver *driver, pf_member_id id);

const struct pf_room_counters *driver_counters(const struct driver *driver);

/* ---- time ---- */

/* Lets time pass and feeds timeouts when they are due. Records the commands of all of them. */
void driver_wait(struct driver *driver, uint64_t wait_ms);

/* Feeds an event at the driver's time. */
void driver_feed(struct driver *driver, const struct pf_event *event);

#endif
