/* game.c - the rules: everybody has a ball, and sees where those of the others are. */
/* SPDX-License-Identifier: MIT */
#include "game.h"

#include <string.h>

/* What is sent: bytes, since all of these machines are little-endian. */
struct position {
    uint32_t run, number;
    float x, y;
};

static struct ball *ball_of(struct game *game, pf_peer_id peer)
{
    for (size_t i = 0; i < game->count; i++) {
        if (game->theirs[i].peer == peer) {
            return &game->theirs[i];
        }
    }
    return NULL;
}

static void take(struct game *game, pf_peer_id peer, const struct position *at)
{
    struct ball *ball = ball_of(game, peer);
    if (!(at->x >= 0 && at->x <= 1 && at->y >= 0 && at->y <= 1)) {
        return; /* not from this game, or not even a number */
    }
    if (!ball && game->count < PF_CLIENT_PEERS_MAX) {
        ball = &game->theirs[game->count++];
        *ball = (struct ball){.peer = peer, .run = at->run};
    }
    if (ball && (at->run != ball->run || at->number > ball->number)) {
        *ball = (struct ball){peer, at->run, at->number, at->x, at->y};
    }
}

static void on_event(struct pf_client *client, const struct pf_client_event *event, void *user)
{
    struct game *game = user;
    if (event->type == PF_CLIENT_MESSAGE && event->size == sizeof(struct position)) {
        struct position at;
        memcpy(&at, event->data, sizeof at);
        take(game, event->peer, &at);
    } else if (event->type == PF_CLIENT_PEER) {
        (void)pf_client_show(client, event->peer,
                             "#friend"); /* the latest; a page need not have one */
    } else if (event->type == PF_CLIENT_PEER_GONE) {
        struct ball *ball = ball_of(game, event->peer);
        if (ball) {
            *ball = game->theirs[--game->count];
        }
    }
}

int game_begin(struct game *game, const char *url, uint32_t run, const char *name)
{
    enum pf_result why;
    struct pf_client_config config = pf_client_defaults();
    *game = (struct game){.mine = {.run = run, .x = 0.5f, .y = 0.5f}};
    config.url = url;
    config.media = PF_MEDIA_MICROPHONE | PF_MEDIA_CAMERA;
    config.channel = "ball";
    config.on_event = on_event;
    config.user = game;
    game->client = pf_client_open(&config, &why);
    return game->client ? pf_client_join(game->client, "tea", name) : (int)why;
}

static float within(float value)
{
    return value < 0 ? 0 : value > 1 ? 1 : value;
}

void game_step(struct game *game, float dx, float dy)
{
    struct ball *mine = &game->mine;
    mine->x = within(mine->x + dx);
    mine->y = within(mine->y + dy);
    const struct position at = {mine->run, ++mine->number, mine->x, mine->y};
    (void)pf_client_send(game->client, PF_PEER_ALL, &at, sizeof at, PF_SEND_UNRELIABLE);
}

void game_end(struct game *game)
{
    pf_client_close(game->client);
    game->client = NULL;
}
