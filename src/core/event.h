/* event.h - the events that a room handles. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_EVENT_H
#define PF_CORE_EVENT_H

#include "base/slice.h"
#include "protocol/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Ids of what the room creates by commands and the caller reports on by events. The room assigns
 * them from 1 and never reuses one, so an event about something that is gone is recognised as stale
 * and dropped. 0 is none.
 */
typedef uint32_t pf_socket; /* a WebSocket to the relay */
typedef uint32_t pf_pc;     /* an RTCPeerConnection */
typedef uint32_t pf_track;  /* a captured MediaStreamTrack, or a copy of the caller's own */

/* DOMException.name, as far as it makes a difference, and one cause that has no such name. */
enum pf_dom_error {
    PF_DOM_ERROR_NONE,
    PF_DOM_ERROR_NOT_ALLOWED,     /* NotAllowedError: the user or a policy said no */
    PF_DOM_ERROR_NOT_FOUND,       /* NotFoundError: no such device */
    PF_DOM_ERROR_NOT_READABLE,    /* NotReadableError: in use by another program */
    PF_DOM_ERROR_OVERCONSTRAINED, /* OverconstrainedError: the device asked for is gone */
    PF_DOM_ERROR_ABORT,           /* AbortError */
    PF_DOM_ERROR_SECURITY,        /* SecurityError */
    PF_DOM_ERROR_INVALID_STATE,   /* InvalidStateError */
    PF_DOM_ERROR_OPERATION,       /* OperationError */
    PF_DOM_ERROR_INSECURE,        /* navigator.mediaDevices is missing: not a secure context */
    PF_DOM_ERROR_UNSUPPORTED,     /* the same in a secure context, as in some web views */
    PF_DOM_ERROR_REFERENCE,       /* ReferenceError: the browser does not have the API */
    PF_DOM_ERROR_OTHER,
};

/* PermissionState of "microphone" or "camera" (W3C Permissions). */
enum pf_permission {
    PF_PERMISSION_UNKNOWN, /* the browser cannot be asked */
    PF_PERMISSION_GRANTED,
    PF_PERMISSION_PROMPT, /* the user would be asked */
    PF_PERMISSION_DENIED,
};

/* RTCPeerConnectionState, in the order of the W3C list. */
enum pf_connection_state {
    PF_CONNECTION_NEW,
    PF_CONNECTION_CONNECTING,
    PF_CONNECTION_CONNECTED,
    PF_CONNECTION_DISCONNECTED,
    PF_CONNECTION_FAILED,
    PF_CONNECTION_CLOSED,
};

/* The operation on an RTCPeerConnection that failed. */
enum pf_operation {
    PF_OPERATION_CREATE, /* the constructor */
    PF_OPERATION_CREATE_OFFER,
    PF_OPERATION_CREATE_ANSWER,
    PF_OPERATION_SET_LOCAL_DESCRIPTION,
    PF_OPERATION_SET_REMOTE_DESCRIPTION,
    PF_OPERATION_ADD_ICE_CANDIDATE,
    PF_OPERATION_REPLACE_TRACK,
};

/* RTCOutboundRtpStreamStats.qualityLimitationReason; "other" is NONE. */
enum pf_limitation {
    PF_LIMITATION_NONE,
    PF_LIMITATION_CPU,
    PF_LIMITATION_BANDWIDTH,
};

/* RTCPeerConnection.getStats(), of the time since the last sample; 0 where the browser is silent.
 */
struct pf_sample {
    uint32_t round_trip_ms;
    uint32_t lost_out_percent;     /* of the packets sent, as the peer reports it */
    uint32_t lost_in_percent;      /* of the packets that should have been received */
    uint32_t available_kbps;       /* availableOutgoingBitrate */
    enum pf_limitation limitation; /* of the camera's encoder, as the next */
    uint32_t encode_ms;            /* per frame */
    uint32_t width;                /* of the peer's camera, as received */
};

/* The first of the sources: those that are devices, and have a getUserMedia(). */
enum { PF_DEVICE_SOURCES_COUNT = PF_SOURCE_CAMERA + 1 };

/* Where the track of a microphone or camera comes from. */
enum pf_origin {
    PF_ORIGIN_DEVICE, /* getUserMedia() */
    PF_ORIGIN_PAGE,   /* the caller's own: a canvas, a file; see PF_COMMAND_CAPTURE_TAKE */
    PF_ORIGIN_NONE,   /* nowhere; no device is asked for until the source is switched on */
};

/* MediaDeviceInfo of an audioinput or videoinput. */
struct pf_device {
    enum pf_source source;
    struct pf_slice id;    /* deviceId; empty before permission */
    struct pf_slice label; /* empty before permission */
};

enum pf_event_type {
    PF_EVENT_TIMEOUT, /* only time has passed */

    /* the user */
    PF_EVENT_START,         /* capture, connect to the relay, get ready to join */
    PF_EVENT_JOIN,          /* enter the room */
    PF_EVENT_LEAVE,         /* end captures and connections; nothing can follow */
    PF_EVENT_SET_SOURCE,    /* turn a source on or off; "on" also retries a failed capture. For
                               SCREEN the browser asks the user what to share; SCREEN_AUDIO comes
                               and goes with it and cannot be set */
    PF_EVENT_SELECT_DEVICE, /* use this device, or "" for the default one */
    PF_EVENT_SET_ORIGIN,    /* take it from there; PAGE again for each new track. NONE switches it
                               off, PAGE after that on; a device selected after PAGE is used */
    PF_EVENT_REOPEN,        /* the constraints of a source have changed: open its device anew */
    PF_EVENT_SET_TOKEN,  /* to show the relay from the next JOIN on; one that is too long is ignored
                          */
    PF_EVENT_RELAY_ONLY, /* reach the peers through TURN servers only, so that they do not learn our
                            addresses; for all connections from now on */
    PF_EVENT_SET_NAME,   /* use this name from now on; one that is not valid is ignored */
    PF_EVENT_SET_HAND,   /* raise or lower the hand */
    PF_EVENT_SET_WANTED, /* how wide a peer's picture is shown */
    PF_EVENT_REACT,      /* send a reaction to the others, within the rate limit */
    PF_EVENT_HOST,       /* do what hosts may do; ignored where one is none */
    PF_EVENT_SAY,        /* write to everybody in the room; ignored outside of one */
    PF_EVENT_OFFER_FILE, /* offer a file to a peer; ignored if it takes none, or none more */
    PF_EVENT_SET_FILE,   /* what the user wants of a file, and what the page has done: see below */

    /* the machine */
    PF_EVENT_NETWORK_CHANGED, /* window "online" or "offline", or another network */
    PF_EVENT_VISIBLE,         /* the page is visible again: document "visibilitychange" */

    /* the WebSocket to the relay; all carry `socket` */
    PF_EVENT_SOCKET_MESSAGE,
    PF_EVENT_SOCKET_CLOSED, /* also when it could not be opened */

    /* capture */
    PF_EVENT_CAPTURE_OPENED, /* one per track of a PF_COMMAND_CAPTURE_OPEN that succeeded */
    PF_EVENT_CAPTURE_FAILED, /* one per PF_COMMAND_CAPTURE_OPEN that did not */
    PF_EVENT_SCREEN_OPENED,  /* PF_COMMAND_SCREEN_OPEN has succeeded */
    PF_EVENT_SCREEN_FAILED,  /* or was cancelled by the user, or failed */
    PF_EVENT_TRACK_ENDED,    /* unplugged, or stopped by the browser; not after CAPTURE_STOP */
    PF_EVENT_TRACK_MUTED,    /* MediaStreamTrack "mute" or "unmute": the system's, not the user's */
    PF_EVENT_DEVICES_CHANGED,
    PF_EVENT_DEVICES, /* the result of PF_COMMAND_DEVICES_ENUMERATE */

    /* an RTCPeerConnection; all carry `pc` */
    PF_EVENT_PC_DESCRIPTION,  /* createOffer() or createAnswer() done, not yet set */
    PF_EVENT_PC_LOCAL,        /* the result of PF_COMMAND_PC_READ_LOCAL */
    PF_EVENT_PC_REMOTE_SET,   /* setRemoteDescription() done */
    PF_EVENT_PC_SENDER_SET,   /* replaceTrack() done */
    PF_EVENT_PC_ENCODING_SET, /* setParameters() done, or rejected */
    PF_EVENT_PC_STATS,        /* getStats(), every 2 s while the page is visible */
    PF_EVENT_PC_FAILED,       /* one of the operations was rejected */
    PF_EVENT_PC_CANDIDATE,    /* a local candidate; empty at the end of candidates */
    PF_EVENT_PC_TURN_REFUSED, /* RTCPeerConnectionIceErrorEvent.errorCode 401 */
    PF_EVENT_PC_RELAYED,      /* PC_CONFIGURE is done, and the selected candidate pair goes through
                                 a TURN server with the credentials of before */
    PF_EVENT_PC_STATE,        /* connectionState changed */
    PF_EVENT_PC_CHANNEL_OPENED, /* an RTCDataChannel */
    PF_EVENT_PC_CHANNEL_CLOSED,
    PF_EVENT_PC_CHANNEL_MESSAGE,
};

/* Slices are borrowed for the duration of pf_room_handle(). */
struct pf_event {
    enum pf_event_type type;
    uint64_t
        now_ms; /* monotonic, counting sleep; an earlier time than before is taken as no change */
    pf_socket socket;
    pf_pc pc;
    union {
        struct {
            struct pf_slice room, name;
        } join;
        struct {
            enum pf_source source;
            bool on;
        } set_source;
        struct {
            enum pf_source source;
            struct pf_slice id;
        } select_device;
        struct {
            enum pf_source source; /* a microphone or camera; others are ignored */
            enum pf_origin origin;
        } set_origin;
        enum pf_source reopen; /* REOPEN: a microphone or camera */
        struct pf_slice token; /* SET_TOKEN: a room token (PROTOCOL.md section 2.1), or empty */
        struct pf_slice name;  /* SET_NAME */
        struct {
            bool raised;
        } set_hand;
        struct {
            pf_member_id id;
            enum pf_source source; /* CAMERA or SCREEN; others are ignored */
            uint32_t width;        /* in device pixels; 0: it is not shown */
        } set_wanted;
        enum pf_reaction reaction; /* REACT */
        struct {
            enum pf_host_action action;
            pf_member_id id; /* of a knock or a member, as the action has it; or 0 */
        } host;
        struct {
            uint32_t first; /* 0; or `first` of a message whose delivery FAILED, to try again */
            struct pf_slice text; /* ignored unless pf_chat_text_is_valid() */
        } say;
        struct {
            pf_member_id id; /* the peer's */
            uint32_t size;
            struct pf_slice name; /* 1 to PF_FILE_NAME_SIZE_MAX bytes */
        } offer_file;
        /*
         * Of one's own: CANCELLED, or FAILED where it cannot be read. Of a peer's: ACCEPTED,
         * DECLINED and CANCELLED; ACCEPTED again whenever more of it is stored, up to `offset`;
         * DONE when all is; FAILED where it cannot be. What makes no sense is ignored.
         */
        struct {
            pf_member_id id; /* the peer's */
            uint32_t number;
            uint32_t offset; /* for ACCEPTED; 0 at first */
            bool is_own;
            enum pf_file_state state;
        } set_file;
        struct {
            bool online;
        } network;
        struct pf_slice message; /* SOCKET_MESSAGE */
        struct {
            uint16_t code;     /* CloseEvent.code */
            uint16_t retry_ms; /* in CloseEvent.reason (PROTOCOL.md section 7), or 0 */
        } socket_closed;
        struct {
            pf_track track;
            struct pf_slice device; /* MediaTrackSettings.deviceId, may be empty */
        } capture_opened;
        struct {
            pf_track tracks[PF_DEVICE_SOURCES_COUNT]; /* as in the command */
            enum pf_dom_error error;
            enum pf_permission permissions[PF_DEVICE_SOURCES_COUNT]; /* after the failure */
        } capture_failed;
        struct {
            pf_track picture, sound; /* as in the command; sound 0: there is none */
        } screen_opened;
        struct {
            pf_track picture; /* as in the command */
            enum pf_dom_error error;
        } screen_failed;
        pf_track track_ended;
        struct {
            pf_track track;
            bool muted; /* MediaStreamTrack.muted */
        } track_muted;
        struct {
            const struct pf_device *list;
            size_t count;
        } devices;
        struct pf_description description;        /* PC_DESCRIPTION, PC_LOCAL */
        enum pf_description_type description_set; /* PC_REMOTE_SET */
        struct {
            enum pf_source source;
            pf_track track;
        } sender_set;
        struct {
            enum pf_source source;
            bool ok;
        } encoding_set;
        struct pf_sample sample; /* PC_STATS */
        struct {
            enum pf_operation operation;
            enum pf_dom_error error;
            enum pf_source source; /* for REPLACE_TRACK */
        } failed;
        struct pf_candidate candidate;
        enum pf_connection_state connection_state;
        struct {
            uint16_t id;    /* RTCDataChannel.id */
            bool is_binary; /* for CHANNEL_MESSAGE: an ArrayBuffer, not a string */
            struct pf_slice data;
        } channel; /* CHANNEL_* */
    };
};

#endif
