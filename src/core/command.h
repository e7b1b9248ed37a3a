/* command.h - the commands that a room gives. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_COMMAND_H
#define PF_CORE_COMMAND_H

#include "base/slice.h"
#include "core/event.h"
#include "protocol/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pf_room_state {
    PF_ROOM_IDLE,         /* before PF_EVENT_START */
    PF_ROOM_LOBBY,        /* getting ready; not in a room */
    PF_ROOM_JOINING,      /* waiting for the relay to accept */
    PF_ROOM_JOINED,       /* a member, connected to the relay */
    PF_ROOM_RECONNECTING, /* a member, but without the relay; calls go on */
    PF_ROOM_REFUSED,      /* the relay refused for good; see the code */
    PF_ROOM_LEFT,         /* over */
};

enum pf_peer_state {
    PF_PEER_CONNECTING,   /* not connected yet */
    PF_PEER_CONNECTED,    /* or, where either side is an observer, in the room; without a `pc` */
    PF_PEER_UNSTABLE,     /* disconnected for less than 3 s */
    PF_PEER_RECONNECTING, /* lost, and being repaired */
    PF_PEER_UNREACHABLE,  /* could not be repaired; retried at long intervals */
};

/* The capture of a source, as the page sees it. */
enum pf_capture_state {
    PF_CAPTURE_IDLE,    /* nothing is captured or requested */
    PF_CAPTURE_OPENING, /* requested; a prompt may be open */
    PF_CAPTURE_LIVE,
    PF_CAPTURE_FAILED, /* see the error */
};

/* How a picture is sent: the first of RTCRtpSendParameters.encodings. */
struct pf_encoding {
    uint16_t rate_kbps; /* maxBitrate; 0: not active, and the rest means nothing */
    uint8_t scale;      /* scaleResolutionDownBy: 1, 2 or 4 */
    uint8_t frame_rate; /* maxFramerate */
};

/*
 * How good a peer's picture and sound are in both directions, as a person would judge. It is BAD
 * where there is no connection after some seconds; the reason then says what prevents one, as far
 * as that is known.
 */
enum pf_quality_grade {
    PF_QUALITY_GOOD,
    PF_QUALITY_WEAK,
    PF_QUALITY_BAD,
};

enum pf_quality_reason {
    PF_REASON_NONE,
    PF_REASON_THEIR_NETWORK,
    PF_REASON_YOUR_NETWORK,
    PF_REASON_BUSY,    /* this computer's processor */
    PF_REASON_SMALL,   /* the picture is sent smaller than it is shown, on purpose; GOOD */
    PF_REASON_NO_TURN, /* no direct way, and no TURN server, or none that can be reached */
};

/* What has become of a message. */
enum pf_delivery {
    PF_DELIVERY_RECEIVED, /* it is a peer's */
    PF_DELIVERY_SENDING,  /* somebody who was in the room, and still is, lacks it */
    PF_DELIVERY_SENT,     /* everybody who was in the room, and still is, has it */
    PF_DELIVERY_FAILED,   /* given up: nobody has got it, or not everybody ever will */
};

enum pf_command_type {
    /* the WebSocket to the relay; all carry `socket` */
    PF_COMMAND_SOCKET_OPEN, /* to the URL of the configuration, with PF_SUBPROTOCOL */
    PF_COMMAND_SOCKET_SEND,
    PF_COMMAND_SOCKET_CLOSE, /* no more events of it are expected */

    /* capture */
    PF_COMMAND_CAPTURE_OPEN,      /* getUserMedia(), with both sources in one call */
    PF_COMMAND_CAPTURE_TAKE,      /* a clone() of the caller's own track, there at once */
    PF_COMMAND_SCREEN_OPEN,       /* getDisplayMedia(), before the event that asks for it returns */
    PF_COMMAND_CAPTURE_STOP,      /* MediaStreamTrack.stop() */
    PF_COMMAND_TRACK_ENABLE,      /* MediaStreamTrack.enabled */
    PF_COMMAND_DEVICES_ENUMERATE, /* enumerateDevices(); gives PF_EVENT_DEVICES */

    /* an RTCPeerConnection; all carry `pc`; what fails gives PF_EVENT_PC_FAILED */
    PF_COMMAND_PC_CREATE,    /* with a data channel, and the sections of an offer where it offers */
    PF_COMMAND_PC_CLOSE,     /* no more events of it are expected */
    PF_COMMAND_PC_CONFIGURE, /* setConfiguration(); may give PF_EVENT_PC_RELAYED */
    PF_COMMAND_PC_CREATE_OFFER,
    PF_COMMAND_PC_CREATE_ANSWER,
    PF_COMMAND_PC_SET_LOCAL,
    PF_COMMAND_PC_SET_REMOTE,
    PF_COMMAND_PC_READ_LOCAL, /* localDescription, with the candidates gathered so far */
    PF_COMMAND_PC_ADD_CANDIDATE,
    PF_COMMAND_PC_SET_SENDER,   /* replaceTrack() of the transceiver of a source */
    PF_COMMAND_PC_SET_ENCODING, /* RTCRtpSender.setParameters(); gives PF_EVENT_PC_ENCODING_SET */
    PF_COMMAND_PC_CHANNEL_SEND,

    /* the page */
    PF_COMMAND_SHOW_ROOM,
    PF_COMMAND_SHOW_LOCAL, /* a local source, new or changed */
    PF_COMMAND_SHOW_DEVICES,
    PF_COMMAND_SHOW_PEER, /* new or changed */
    PF_COMMAND_HIDE_PEER,
    PF_COMMAND_SHOW_REACTION, /* once: of a peer, or of oneself if it has been sent */
    PF_COMMAND_SHOW_KNOCKS,   /* who waits at the locked door, to a host */
    PF_COMMAND_SHOW_MUTED,    /* a host has asked for quiet, and the microphone is off now */
    PF_COMMAND_SHOW_MESSAGE,  /* new, or the delivery of one's own has changed */
    PF_COMMAND_SHOW_FILE,     /* new or changed; how its bytes go is in PROTOCOL.md section 5.5 */
};

/* Slices and pointers stay valid until the next pf_room_handle(). */
struct pf_command {
    enum pf_command_type type;
    pf_socket socket;
    pf_pc pc; /* for SHOW_PEER: the connection whose tracks are the peer's picture and sound */
    union {
        struct pf_slice url;  /* SOCKET_OPEN */
        struct pf_slice text; /* SOCKET_SEND, PC_CHANNEL_SEND */
        uint16_t close_code;  /* SOCKET_CLOSE */
        struct {
            pf_track tracks[PF_DEVICE_SOURCES_COUNT];         /* 0: this one is not asked for */
            struct pf_slice devices[PF_DEVICE_SOURCES_COUNT]; /* exact deviceId; empty: any */
        } capture_open;
        struct {
            enum pf_source source;
            pf_track track; /* the name of the copy; it ends, and is stopped, like any other */
        } capture_take;
        struct {
            pf_track picture, sound; /* the sound is asked for, but need not come */
        } screen_open;
        pf_track capture_stop;
        struct {
            pf_track track;
            bool on;
        } track_enable;
        struct {
            bool offers;
            bool relay_only;             /* iceTransportPolicy "relay" */
            struct pf_slice ice_servers; /* raw JSON, an array of RTCIceServer */
        } pc_create;
        struct pf_slice ice_servers;       /* PC_CONFIGURE: the same */
        bool ice_restart;                  /* PC_CREATE_OFFER */
        struct pf_description description; /* PC_SET_LOCAL, PC_SET_REMOTE */
        struct pf_candidate candidate;
        struct {
            enum pf_source source;
            pf_track track; /* 0: null, send nothing */
        } set_sender;
        struct {
            enum pf_source source; /* CAMERA or SCREEN */
            uint32_t asked;        /* the width that the peer asks for; for diagnosis */
            struct pf_encoding encoding;
        } set_encoding;
        struct {
            enum pf_room_state state;
            enum pf_error_code code;  /* for REFUSED */
            pf_member_id self;        /* 0 before the first JOINED */
            struct pf_slice ticket;   /* to be given back in the configuration after a reload */
            bool relay_away;          /* the relay could not be reached, another try is coming */
            bool webrtc_missing;      /* this and not the code is why it is REFUSED */
            bool ice_servers_refused; /* the browser takes none of the relay's */
            uint32_t hand;            /* one's own, as in struct pf_member_state */
            bool is_host;             /* PF_EVENT_HOST has effect */
            bool is_locked;           /* newcomers have to knock */
            bool is_knocking;         /* while JOINING: a host is asked */
        } room;
        struct {
            enum pf_source source;
            bool on;          /* what the user wants */
            bool interrupted; /* on and LIVE, but the system gives nothing for now */
            enum pf_capture_state state;
            enum pf_dom_error error; /* for FAILED, and after a device could not be changed to */
            pf_track track;          /* 0 unless LIVE */
            struct pf_slice device;  /* the one in use, or the one chosen if none is in use */
        } local;
        struct {
            const struct pf_device *list;
            size_t count;
        } devices;
        struct {
            pf_member_id id;
            struct pf_slice name;
            enum pf_peer_state state;
            struct pf_member_state sources; /* and hand; sequence 0: it has not said yet */
            bool away;                      /* has lost the relay; media may go on */
            bool is_host;
            bool video_rejected;   /* neither side gets a picture: no codec in common */
            bool screen_supported; /* it shows what one shares */
            enum pf_quality_grade quality;
            enum pf_quality_reason quality_reason;
            struct pf_slice capabilities; /* that it has told of, see message.h */
        } peer;
        pf_member_id hide_peer;
        struct {
            const struct pf_knock *list; /* oldest first; NULL for none */
            size_t count;
        } knocks;
        pf_member_id muted_by;
        struct {
            pf_member_id id; /* 0: of oneself */
            enum pf_reaction kind;
        } reaction;
        struct {
            /* These three name the message, on all pages. */
            pf_member_id id; /* of the sender; one's own unless RECEIVED */
            uint32_t instance, first;
            enum pf_delivery delivery;
            uint32_t age_ms;
            struct pf_slice name; /* of the sender */
            struct pf_slice text; /* data NULL: it has been shown before */
        } message;
        struct {
            pf_member_id id; /* the peer's */
            uint32_t number; /* unique among those of the peer, or one's own to it */
            bool is_own;
            enum pf_file_state state;
            uint32_t offset; /* one's own, for ACCEPTED: so much has arrived, and on a connection
                                that is new, what comes after is to be sent */
            uint32_t size;
            struct pf_slice name; /* data NULL: it has been shown before */
        } file;
    };
};

#endif
