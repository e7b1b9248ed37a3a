/* state.h - what a client knows: the room as last shown, the peers, and the events to come. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CLIENT_STATE_H
#define PF_CLIENT_STATE_H

#include "client/devices.h"
#include "client/host.h"
#include "client/people.h"
#include "client/texts.h"

enum {
    PF_CLIENT_HEAD_SIZE_MAX = PF_CLIENT_NAME_SIZE_MAX + 1, /* a channel's name and a line feed */
};

/* One's own microphone or camera, as last shown. */
struct pf_local {
    bool on, interrupted;
    enum pf_capture_state state;
    enum pf_dom_error error;
};

/* What has changed since the program was last told. */
struct pf_news {
    bool room, local, devices, sound, writable;
};

struct pf_client {
    struct pf_host *host;  /* owned; not NULL */
    struct pf_host *older; /* owned: the one before, whose event is being told; or NULL */
    pf_client_callback *on_event;
    void *user;
    unsigned media;
    bool wants[PF_DEVICE_SOURCES_COUNT]; /* own devices, on; the camera's also while a canvas is
                                            sent */
    bool sends_canvas;
    bool is_telling;     /* the program is being called */
    bool is_closed;      /* by the program, while it is being called */
    bool is_waking;      /* pf_client_deliver() will be called */
    bool waits_to_write; /* PF_E_FULL was given */
    bool is_silent;      /* the browser plays no sound yet */
    struct pf_news news;
    enum pf_room_state state;
    enum pf_client_reason reason;
    pf_member_id self; /* 0 before the first JOINED */
    struct pf_local locals[PF_DEVICE_SOURCES_COUNT];
    struct pf_client_devices devices;
    struct pf_people people;
    struct pf_client_texts texts;
    size_t head_size;
    char head[PF_CLIENT_HEAD_SIZE_MAX + 1];
    char url[PF_URL_SIZE_MAX + 1];
    char ticket[PF_TICKET_SIZE_MAX + 1];
    char token[PF_TOKEN_SIZE_MAX + 1];
};

/* Has the program told of `client->news`, the people and the texts, soon. */
void pf_client_wake(struct pf_client *client);

/* The person's channel has closed: if it was full, nothing waits for it any more. */
void pf_client_stop_waiting(struct pf_client *client, struct pf_person *person);

/* Tells the program. False: the client is gone. */
bool pf_client_tell(struct pf_client *client, const struct pf_client_event *event);

/* A text for the program, as peerface/client.h says. */
int pf_client_give(struct pf_slice text, char *out, size_t capacity);

#endif
