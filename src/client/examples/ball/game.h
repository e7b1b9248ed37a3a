/* game.h - the rules: everybody has a ball, and sees where those of the others are. */
/* SPDX-License-Identifier: MIT */
#ifndef GAME_H
#define GAME_H

#include <peerface/client.h>

struct ball {
    pf_peer_id peer; /* whose it is; 0: one's own */
    uint32_t run;    /* of the program that moves it; another one after a reload */
    uint32_t number; /* of the position, within a run: a message may be overtaken */
    float x, y;      /* 0 to 1 */
};

struct game {
    struct pf_client *client; /* owned */
    struct ball mine;
    size_t count; /* of those that have told where they are */
    struct ball theirs[PF_CLIENT_PEERS_MAX];
};

/* Joins. `run` is random. NULL `url`: the relay that the page is from. */
int game_begin(struct game *game, const char *url, uint32_t run, const char *name);

/* One step: moves one's own ball, as far as there is room, and tells the others where it is. */
void game_step(struct game *game, float dx, float dy);

void game_end(struct game *game);

#endif
