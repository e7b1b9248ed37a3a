/* faults.h - the actions and faults of one simulated world, as data. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "base/random.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SIM_HOSTS_MAX = 16,
    SIM_RELAYS_MAX = 5, /* of a cluster; without one there are at most SIM_LONE_RELAYS_MAX */
    SIM_LONE_RELAYS_MAX = 3,
    SIM_STORES_MAX = 3,
    SIM_ROOMS_MAX = 2,
    SIM_HOSTILES_MAX = 2,
};

/* Actions of users and faults, each of which affects one host. */
enum sim_action {
    SIM_ACTION_MICROPHONE, /* mute or unmute */
    SIM_ACTION_CAMERA,
    SIM_ACTION_TWICE,         /* two toggles at once */
    SIM_ACTION_SELECT,        /* another device */
    SIM_ACTION_LEAVE,         /* hang up, perhaps come back */
    SIM_ACTION_RELOAD,        /* the page is refreshed */
    SIM_ACTION_CRASH,         /* the browser ends without closing anything */
    SIM_ACTION_SOCKET_BREAK,  /* the WebSocket is cut; both sides notice later */
    SIM_ACTION_RELAY_KILL,    /* the relay loses everything and starts again */
    SIM_ACTION_RELAY_CUT,     /* no packets between host and relay */
    SIM_ACTION_PARTITION,     /* no packets between two hosts */
    SIM_ACTION_OFFLINE,       /* no packets at all; the browser reports it */
    SIM_ACTION_NEW_ADDRESS,   /* another network */
    SIM_ACTION_SLEEP,         /* the lid is closed */
    SIM_ACTION_THROTTLE,      /* in the background: timers run once a minute */
    SIM_ACTION_UNPLUG,        /* a device is taken away, or put back */
    SIM_ACTION_DEVICE_BUSY,   /* by another program */
    SIM_ACTION_PERMISSION,    /* changed by the user */
    SIM_ACTION_TRACK_ENDED,   /* by the browser */
    SIM_ACTION_CONTROL_STORM, /* ten random controls at once */
    SIM_ACTION_DUPLICATE,     /* the page is opened in a second tab, with the same ticket */
    SIM_ACTION_RELAY_MOVE,    /* the address names another relay, to all or to one */
    SIM_ACTIONS_COUNT,
};

/* What a hostile member does. */
enum sim_trick {
    SIM_TRICK_ANSWER,     /* correctly; the connection may even succeed */
    SIM_TRICK_ODD_ANSWER, /* to any offer of any epoch */
    SIM_TRICK_OFFER,      /* of any epoch, including ever higher ones */
    SIM_TRICK_GLARE,      /* to everybody at once, with the numbers of their own offers */
    SIM_TRICK_CANDIDATES, /* many, of any offer */
    SIM_TRICK_REQUESTS,
    SIM_TRICK_STATES,
    SIM_TRICK_REPLAY,  /* a message of one member, to another */
    SIM_TRICK_ABSENT,  /* to a member that does not exist */
    SIM_TRICK_GARBAGE, /* also pretends to be the relay or another member */
    SIM_TRICK_FORGE,   /* joins with a forged ticket */
    SIM_TRICK_LEAVE,   /* and returns at once */
    SIM_TRICK_HANG_UP,
    SIM_TRICK_CHANNEL, /* anything on the data channel */
    SIM_TRICK_FLOOD,   /* beyond the rate limit of the relay */
    SIM_TRICKS_COUNT,
};

/* What goes wrong in a cluster of relays, each with one store, or one relay and its stores. */
enum sim_cluster_fault {
    SIM_CLUSTER_STALL,       /* a store does nothing for up to 5 s */
    SIM_CLUSTER_LONG_STALL,  /* for 20 s */
    SIM_CLUSTER_STOP,        /* a store stops for up to 60 s, and loses nothing */
    SIM_CLUSTER_FORGET,      /* and comes back empty */
    SIM_CLUSTER_FALL_BEHIND, /* and comes back without its last writes */
    SIM_CLUSTER_UNSUBSCRIBE, /* subscriptions are ended by a store */
    SIM_CLUSTER_DEAFEN,      /* a subscription is lost, and its relay not told */
    SIM_CLUSTER_CUT,         /* no packets between a relay and one store or all, for up to 60 s */
    SIM_CLUSTER_RETIRE,      /* a relay is drained, and stops */
    SIM_CLUSTER_KILL,        /* a relay is killed, and stays away for a while */
    SIM_CLUSTER_PAUSE,       /* a relay does nothing for up to 15 s */
    SIM_CLUSTER_FAULTS_COUNT,
};

/* What one host loses for good at the end of the faults. */
enum sim_loss {
    SIM_LOSS_NONE,
    SIM_LOSS_RELAY,   /* the path to the relay */
    SIM_LOSS_NETWORK, /* all connectivity */
};

/* Probabilities ("chance") are in thousandths. */
struct sim_faults {
    uint32_t hosts_count; /* 2 to SIM_HOSTS_MAX */
    uint32_t rooms_count; /* 1 to SIM_ROOMS_MAX, with as many hosts in each, or one more */
    uint32_t storm_ms;    /* duration of the faults */
    uint32_t actions_per_minute;
    uint32_t weights[SIM_ACTIONS_COUNT];
    uint32_t gestures_per_minute;      /* 0: nobody makes any */
    uint32_t interruptions_per_minute; /* 0: no system mutes a track */
    uint32_t origins_per_minute;       /* other tracks and other wishes; 0: all of devices */
    uint32_t shares_per_minute;        /* of screens, begun and ended; 0: there are none */
    uint32_t doors_per_minute;         /* what hosts do; 0: nothing */
    uint32_t chats_per_minute;         /* 0: nobody writes */
    uint32_t drains_per_minute;        /* of relays without a cluster; 0: none is drained */
    uint32_t files_per_minute;         /* offered, and cancelled; 0: there are none */
    uint32_t wants_per_minute;         /* windows resized; 0: none, and no statistics either */
    uint32_t encoding_fails_chance;    /* of setParameters() */
    uint32_t slow_chance;              /* of a machine, for each of uplink and processor */
    uint32_t old_chance;               /* that a page's client takes no `wanted` */
    uint32_t observers;                /* a bit for each host whose pages have no WebRTC */
    uint32_t latency_ms_min, latency_ms_max; /* of a packet, one way */
    uint32_t spike_chance;                   /* that it takes up to 4 s longer */
    uint32_t operation_fails_chance;         /* of an RTCPeerConnection operation */
    uint32_t replace_fails_chance;           /* of replaceTrack() */
    uint32_t create_fails_chance;            /* of the constructor */
    uint32_t operation_ms_max;               /* how long one takes */
    uint32_t prompt_chance;                  /* that permission has to be asked for */
    uint32_t ignored_chance;                 /* that the prompt is never answered */
    uint32_t denied_chance;
    uint32_t missing_chance;   /* that a host lacks a kind of device */
    uint32_t enter_ms_max;     /* until when pages are opened */
    uint32_t ticket_chance;    /* that a returning page presents its ticket */
    bool failed_recovers;      /* a failed connection recovers by itself if it can */
    bool realistic_sdp;        /* descriptions of several KiB */
    bool late_events;          /* events of closed objects still arrive */
    uint32_t impatient_chance; /* that a page is reloaded while it joins */
    uint32_t relays_count;     /* 1 to SIM_RELAYS_MAX */
    uint32_t lasting_cuts;     /* pairs of hosts that cannot reach each other at the end */
    bool cut_from_the_start;   /* these pairs are also cut before */
    uint32_t hostiles_count;   /* hostile members besides the hosts, until the end */
    uint32_t tricks_per_minute;
    uint32_t tricks[SIM_TRICKS_COUNT]; /* weights */
    uint32_t turn_ttl_ms;  /* of credentials for TURN servers; 0: the relay gives none */
    uint32_t turn_chance;  /* that a TURN server refuses them, or is in use */
    bool tokens;           /* the relay asks for tokens */
    uint32_t stores_count; /* by which the relays are one cluster; 0: they are on their own */
    uint32_t cluster_faults_per_minute;
    uint32_t cluster_weights[SIM_CLUSTER_FAULTS_COUNT];
    uint32_t store_latency_us_max; /* of a packet between a relay and a store */
    uint32_t store_spike_chance;   /* that it takes up to 1 s longer */
    enum sim_loss loss;
    uint32_t frame_loss_chance; /* of what programs send unreliably; else 0 */
    uint32_t lost_host;
};

/* `hosts_count` 0: draws the number as well. `has_cluster`: in any case. */
void sim_faults_draw(struct sim_faults *faults, struct pf_random *random, uint32_t hosts_count,
                     bool has_cluster);

/* What can be taken out of a world together. */
enum sim_fault_group {
    SIM_FAULTS_DELAY = 1,    /* packets that are late */
    SIM_FAULTS_WIRE = 2,     /* WebSockets that break, or lead nowhere */
    SIM_FAULTS_RELAY = 4,    /* restarts, other relays at the address, clusters of relays */
    SIM_FAULTS_NETWORK = 8,  /* machines offline, apart, in another network; for good as well */
    SIM_FAULTS_MACHINE = 16, /* sleep, timers once a minute */
    SIM_FAULTS_DEVICES = 32, /* missing, busy, unplugged, denied, muted by the system */
    SIM_FAULTS_BROWSER = 64, /* operations that fail or take long */
    SIM_FAULTS_PAGES = 128,  /* reloads, crashes, second tabs */
    SIM_FAULTS_HOSTILE = 256,
    SIM_FAULTS_PEOPLE = 512, /* no fault: what people do; all but one press of a button a minute */
};

/* Takes groups out, after the draw; `without` is of enum sim_fault_group. */
void sim_faults_clear(struct sim_faults *faults, unsigned without);

const char *sim_action_name(enum sim_action action);
const char *sim_cluster_fault_name(enum sim_cluster_fault fault);

#endif
