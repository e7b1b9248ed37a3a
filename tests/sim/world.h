/* world.h - hosts, pages, connections, sockets and relays in virtual time, derived from one seed.
 */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "../model/pc.h"
#include "base/random.h"
#include "chat.h"
#include "core/event_log.h"
#include "core/room.h"
#include "faults.h"
#include "fifo.h"
#include "files.h"
#include "gestures.h"
#include "programs.h"
#include "quality.h"
#include "queue.h"
#include "screen.h"
#include "stats.h"
#include "view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    SIM_TABS_MAX = 512,      /* pages ever opened in one world */
    SIM_TAB_PCS_MAX = 64,    /* RTCPeerConnections open in one page */
    SIM_TAB_TRACKS_MAX = 64, /* tracks of one page that are not stopped */
    SIM_REQUESTS_MAX = 32,   /* getUserMedia() calls pending in one page */
    SIM_DEVICES_MAX = 3,     /* of one kind */
    SIM_RELAY_CLIENTS_MAX = 256,
    SIM_SETTLE_MS = 100000, /* time to settle after the faults */
    SIM_STEADY_MS = 60000,  /* and to stay settled */
    SIM_GRACE_MS = 30000,   /* grace period of the relays */
    SIM_REMOVED_MAX = 16,   /* whom a room remembers (PROTOCOL.md section 3.1) */
};

enum sim_browser {
    SIM_CHROMIUM,
    SIM_FIREFOX, /* reports a lost connection at once */
    SIM_SAFARI,  /* skips "disconnected" */
};

enum sim_permission {
    SIM_PERMISSION_GRANTED,
    SIM_PERMISSION_PROMPT,
    SIM_PERMISSION_DENIED,
};

struct sim_device {
    bool present;
    bool busy;
};

/* A user's machine, which outlives its pages. */
struct sim_host {
    bool online;
    bool relay_cut;
    bool throttled;
    bool asleep;
    uint32_t room;           /* index */
    uint32_t relay_at;       /* the one that the address resolves to on this host */
    uint64_t trouble_us;     /* the last known time without network or relay */
    bool cut[SIM_HOSTS_MAX]; /* no packets to and from that host */
    bool cut_for_good[SIM_HOSTS_MAX];
    uint64_t wake_us; /* while asleep */
    uint32_t address; /* grows with every new network */
    enum sim_browser browser;
    enum sim_permission permissions[PF_DEVICE_SOURCES_COUNT];
    struct sim_device devices[PF_DEVICE_SOURCES_COUNT][SIM_DEVICES_MAX];
    struct sim_tab *tab;                 /* the page that is shown, or NULL */
    bool lacks[PF_DEVICE_SOURCES_COUNT]; /* its program does not ask for such devices */
    size_t ticket_size;
    char ticket[PF_TICKET_SIZE_MAX];
    pf_member_id removed;    /* its member that a host may have removed; 0 for none */
    uint64_t token_expiry_s; /* of the token of its link; 0: it gets a new one */
    struct sim_machine machine;
    uint32_t names_count; /* that its person has taken after the first */
    uint32_t reactions_sent[SIM_REACTIONS_COUNT];
};

enum sim_track_state {
    SIM_TRACK_PENDING,
    SIM_TRACK_LIVE,
    SIM_TRACK_ENDED, /* by the browser */
};

struct sim_track {
    pf_track id; /* 0: free slot */
    enum pf_source source;
    enum sim_track_state state;
    uint32_t own;    /* which of the page's own; 0: of a device */
    uint32_t device; /* index into the host's */
    bool enabled;
    bool muted;       /* by the system */
    uint64_t live_us; /* since when, by the clock of its page */
};

struct sim_request {
    bool used;
    bool asked;   /* the user has been asked and has said yes */
    bool ignored; /* the user will never answer */
    pf_track tracks[PF_DEVICE_SOURCES_COUNT];
    size_t device_sizes[PF_DEVICE_SOURCES_COUNT];
    char devices[PF_DEVICE_SOURCES_COUNT][16];
};

/* The result of the last request of a page for a source. */
struct sim_denial {
    pf_track track;          /* the last one requested */
    enum pf_dom_error error; /* NONE: granted */
    bool ended_soon;         /* by the browser */
};

/* A page with one room in it. */
struct sim_tab {
    uint32_t index;          /* in the world, from 1 */
    struct pf_host *program; /* that it is of, or NULL */
    uint32_t host;
    bool alive;
    bool joined;           /* PF_EVENT_JOIN was given */
    bool left;             /* PF_EVENT_LEAVE was given */
    bool removed;          /* a host may have done so */
    bool given_up;         /* a relay may have removed it after the grace period */
    uint64_t lost_us;      /* when the relay lost it, or 0 */
    uint64_t drained_us;   /* when a drain closed its WebSocket, unless it is back; or 0 */
    bool shared;           /* another page had the same ticket while this one was open */
    uint64_t connected_us; /* when a relay last accepted its WebSocket */
    uint64_t token_expiry_s;
    bool has_shown_ticket; /* with its last `join` */
    uint64_t left_us;
    bool wants[PF_SOURCES_COUNT];
    bool is_host, is_locked, is_knocking; /* as it is shown */
    size_t knocks_count;                  /* likewise */
    pf_member_id knocks[PF_KNOCKS_MAX];
    uint32_t knocks_hosts[PF_KNOCKS_MAX]; /* whose they are, by the name */
    enum pf_origin origins[PF_DEVICE_SOURCES_COUNT];
    uint32_t owns[PF_DEVICE_SOURCES_COUNT]; /* the number of the page's own track */
    bool hand;                              /* raised */
    uint32_t named;                         /* which of its person's names it has */
    uint32_t reactions_seen[SIM_HOSTS_MAX][SIM_REACTIONS_COUNT]; /* or missed: of before */
    struct sim_rate reactions_rates[PF_MEMBERS_MAX + 1]; /* by view.peers; the last: its own */
    uint32_t instance;
    uint64_t clock_ms;      /* performance.now() at time 0 */
    uint64_t clock_lost_us; /* slept through */
    uint64_t deadline_ms;   /* what the timer is set for */
    uint32_t timer_token;
    uint32_t idle_timeouts; /* timeouts in a row without time passing */
    struct pf_room *room;
    struct pf_event_log *event_log; /* of every event, or NULL */
    struct sim_view view;
    pf_pc last_pc;
    pf_socket last_socket;
    uint32_t sockets_count; /* ever opened */
    pf_track last_track;
    struct sim_socket *socket; /* the open or opening one, or NULL */
    size_t pcs_end;            /* no slot from here on was ever used */
    struct {
        pf_pc id; /* 0: free slot */
        uint32_t identity;
    } pcs[SIM_TAB_PCS_MAX];
    size_t tracks_end; /* no slot from here on was ever used */
    struct sim_track tracks[SIM_TAB_TRACKS_MAX];
    struct sim_request requests[SIM_REQUESTS_MAX];
    struct sim_picker picker;
    struct sim_quality_page quality;
    struct sim_chat_page chat;
    struct sim_files_page files;
    size_t cut_count;              /* of `cut`, since the event that is being handled */
    uint32_t cut[SIM_TAB_PCS_MAX]; /* pages to which a working connection was closed */
    uint32_t rebuilt;              /* one of these that should not have been closed, or 0 */
    bool hid_in_vain;              /* hid a peer that has not left, during the same event */
    bool hears_peer;               /* the event is a signal, which may request a new connection */
    bool changes_sources;          /* the event is of a source, which must not be negotiated */
    uint64_t crowd_us[PF_SOURCES_COUNT]; /* when a source began to have two live tracks, or 0, */
    pf_track crowd_newest[PF_SOURCES_COUNT]; /* of which this is the newer one */
    uint64_t late_us[PF_SOURCES_COUNT];      /* when that was first seen to take too long, or 0 */
    struct sim_denial denials[PF_SOURCES_COUNT];
    const struct sim_tab
        *kept[SIM_HOSTS_MAX]; /* pages whose pictures flow when the faults end, or NULL */
};

/* An RTCPeerConnection of a page: its model, and its environment. */
struct sim_pc {
    struct sim_tab *tab;
    pf_pc id; /* the page's name for it; model.identity is its index in the world */
    bool failed_to_construct;
    bool has_failed;         /* an operation has failed */
    bool candidate_refused;  /* by the browser, without a reason */
    size_t candidates_given; /* to the remote description that is set */
    uint32_t gather_token;

    uint64_t state_us; /* since when connectionState is what it is */
    uint32_t state_token;
    bool state_moving; /* to `state_next` */
    enum pf_connection_state state_next;

    uint64_t turn_expires_ms; /* of the credentials it has */
    bool channel_open;
    struct sim_quality_pc quality;
    struct sim_fifo channel;    /* to the peer */
    struct sim_fifo bytes;      /* of files, to the peer */
    struct sim_frames frames;   /* the same, of programs */
    struct sim_fifo last_words; /* messages of a peer that closed; they arrive before the close */
    struct model_pc model;
};

enum sim_socket_state {
    SIM_SOCKET_CONNECTING,
    SIM_SOCKET_OPEN,
    SIM_SOCKET_CLOSED,
};

struct sim_socket {
    uint32_t index; /* in the world, from 1 */
    struct sim_tab *tab;
    pf_socket id;
    enum sim_socket_state client; /* as the page sees it */
    bool relay_open;              /* as the relay sees it */
    bool broken;                  /* packets are lost; nobody may have noticed yet */
    bool joined;                  /* the relay has sent it `joined` */
    uint32_t relay;               /* index, once it is accepted */
    uint32_t address;             /* of the host when it was made */
    uint32_t connection;          /* what the hub calls it */
    struct sim_fifo up, down;
};

struct pf_hub;
struct pf_cluster;
struct sim_cluster;
struct sim_hostile;

struct sim_relay {
    bool up;
    bool drains; /* up, but takes no new WebSockets */
    uint32_t starts_count;
    uint64_t started_us, drain_step_us;
    uint32_t sockets[SIM_RELAY_CLIENTS_MAX]; /* by the hub's number for them; 0: free number */
    struct pf_hub *hub;                      /* owned; NULL if `cluster` has it */
    struct pf_cluster *cluster;              /* owned; NULL in a world without a cluster */
    uint32_t timer_token;
    uint64_t deadline_ms;
};

/* The check that does not hold yet: `tab` lacks `what` of `other`, which may be NULL. */
struct sim_wanting {
    const struct sim_tab *tab; /* NULL: none is known */
    const struct sim_tab *other;
    const char *what;
};

/* Whom a host has removed from a room that a relay has had since then. */
struct sim_removed {
    pf_member_id id;
    uint32_t relay, start; /* of the starts of that relay */
    uint32_t room;
    uint64_t created_ms; /* when it was */
};

/* Is told what a trace prints. What it gets is borrowed for the call. */
struct sim_watcher {
    void *user;
    void (*on_event)(void *user, const struct sim_tab *tab, const struct pf_event *event);
    void (*on_command)(void *user, const struct sim_tab *tab, const struct pf_command *command);
    void (*on_note)(void *user, const struct sim_tab *tab, const char *what); /* tab: or NULL */
};

struct sim_world {
    uint64_t seed;
    const struct sim_programs *programs; /* whose pages these are; NULL: people's */
    uint64_t now_us;
    struct pf_random random;
    struct sim_faults faults;
    struct sim_queue queue;
    struct sim_host hosts[SIM_HOSTS_MAX + SIM_HOSTILES_MAX]; /* the last are of hostile members */
    struct sim_hostile *hostiles[SIM_HOSTILES_MAX];          /* owned */
    size_t tabs_count;
    struct sim_tab *tabs[SIM_TABS_MAX + 1]; /* by index; owned */
    size_t pcs_count;                       /* ever made; the first is not used */
    size_t pcs_capacity;
    struct sim_pc **pcs; /* by identity, NULL when closed; owned */
    size_t sockets_count;
    size_t sockets_capacity;
    struct sim_socket **sockets; /* by index, NULL when closed; owned */
    struct sim_relay relays[SIM_RELAYS_MAX];
    bool has_cluster;            /* in each of its worlds, and not only in some */
    struct sim_cluster *cluster; /* owned; NULL: the relays know nothing of one another */
    uint32_t relay_at; /* the one that the address resolves to; for all hosts in the end */
    size_t rooms_count;
    struct pf_room *rooms[SIM_HOSTS_MAX * 4]; /* memory that is free now; owned */
    bool quiet;                               /* the faults have ended */
    uint64_t quiet_us;
    uint64_t calm_us;      /* and the last person has joined */
    bool connected;        /* every pair */
    uint64_t connected_us; /* since when */
    bool converged;        /* and all other checks hold */
    uint64_t converged_us;
    struct sim_wanting wanting; /* why not, as of the last look */
    bool failed;
    char failure[256];
    FILE *trace;                       /* or NULL */
    const struct sim_watcher *watcher; /* or NULL */
    unsigned without;          /* of enum sim_fault_group: what is taken out of the next world */
    bool records;              /* whether pages keep event logs */
    const char *record_folder; /* where they are written, or NULL */
    bool hashes;               /* whether to compute `hash`, which takes time */
    uint64_t hash;             /* of all happenings and all WebSocket messages */
    struct sim_stats *stats;
    char scratch[2 * PF_MESSAGE_SIZE_MAX]; /* for one text at a time */
    char inbox[2 * PF_MESSAGE_SIZE_MAX];   /* for the text that is being handled */
    bool admitted[SIM_HOSTS_MAX];          /* by a host, at any time */
    struct sim_removed removed[SIM_REMOVED_MAX];
    size_t removed_count;   /* ever; the last ones are kept */
    char turn_text[128];    /* the ICE servers made last */
    char name[16];          /* of a page */
    uint64_t looked_events; /* as of the last look */
    uint32_t happenings_count;
    bool changed; /* whether the result of a look may have changed since */
};

/* Initializes a world without a seed. `trace` may be NULL. */
void sim_world_init(struct sim_world *world, struct sim_stats *stats, FILE *trace);

void sim_world_free(struct sim_world *world);

/* Runs one seed. Returns false, with world->failure set, when something was wrong. */
bool sim_world_run(struct sim_world *world, uint64_t seed, uint32_t hosts_count);

/*
 * The same in parts. advance() does what comes next, says what it was, and makes all checks; false
 * when the world is over, because something was wrong or because all is well.
 */
void sim_world_begin(struct sim_world *world, uint64_t seed, uint32_t hosts_count);
bool sim_world_advance(struct sim_world *world, enum sim_kind *kind);
void sim_world_end(struct sim_world *world);

/* For programs, in place of advance(): false when nothing is left. The faults end by themselves,
 * the world does not. */
bool sim_world_step(struct sim_world *world, enum sim_kind *kind);

/* Mixes bytes into world->hash if world->hashes is set. */
void sim_hash(struct sim_world *world, struct pf_slice bytes);

/* Records a failure. Only the first one counts. */
void sim_fail(struct sim_world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Schedules an event after a delay, in microseconds. */
void sim_after(struct sim_world *world, uint64_t delay_us, enum sim_kind kind, uint32_t subject,
               uint32_t token);

/* Draws from the seeded generator. */
uint32_t sim_below(struct sim_world *world, uint32_t bound);
bool sim_chance(struct sim_world *world, uint32_t per_thousand);
uint64_t sim_between_us(struct sim_world *world, uint32_t ms_min, uint32_t ms_max);

/* Schedules what happens `per_minute` times a minute, at least 1, on average: once more. */
void sim_after_pause(struct sim_world *world, uint32_t per_minute, enum sim_kind kind);

/* The latency of a packet, drawn anew for each. */
uint64_t sim_latency_us(struct sim_world *world);

/* Whether packets pass. */
bool sim_hosts_connected(const struct sim_world *world, uint32_t a, uint32_t b);
/* Whether the faults have left this host without the relay, or the network, for good. */
static inline bool sim_host_is_lost(const struct sim_world *world, uint32_t host)
{
    return world->quiet && world->faults.loss != SIM_LOSS_NONE && world->faults.lost_host == host;
}

bool sim_relay_reachable(const struct sim_world *world, uint32_t host);

/* Memory for rooms, which is reused because they are large. */
struct pf_room *sim_room_take(struct sim_world *world);
void sim_room_give(struct sim_world *world, struct pf_room *room);

#endif
