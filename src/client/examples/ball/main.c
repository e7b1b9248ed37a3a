/* main.c - the program in a browser: keys, pictures, and the page's title. */
/* SPDX-License-Identifier: MIT */
#include "draw.h"

#include <emscripten.h>
#include <emscripten/html5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct program {
    struct game game;
    bool draws; /* there is WebGL; else the title and the <video> have to do */
    float dx, dy;
    char title[64 * (PF_CLIENT_PEERS_MAX + 1)];
};

static EM_BOOL on_key(int type, const EmscriptenKeyboardEvent *event, void *user)
{
    struct program *program = user;
    const float speed = type == EMSCRIPTEN_EVENT_KEYDOWN ? 0.01f : 0;
    if (strcmp(event->key, "ArrowLeft") == 0 || strcmp(event->key, "ArrowRight") == 0) {
        program->dx = event->key[5] == 'L' ? -speed : speed;
    } else if (strcmp(event->key, "ArrowUp") == 0 || strcmp(event->key, "ArrowDown") == 0) {
        program->dy = event->key[5] == 'U' ? -speed : speed;
    } else {
        return EM_FALSE;
    }
    return EM_TRUE;
}

/* Where all balls are, for who does not see them, and for the test. */
static void show_title(struct program *program)
{
    const struct game *game = &program->game;
    char title[sizeof program->title];
    int size = snprintf(title, sizeof title, "me %.2f %.2f", game->mine.x, game->mine.y);
    for (size_t i = 0; i < game->count; i++) {
        const struct ball *ball = &game->theirs[i];
        char name[32];
        (void)pf_client_peer_name(game->client, ball->peer, name, sizeof name);
        size += snprintf(title + size, sizeof title - (size_t)size, ", %s %.2f %.2f", name, ball->x,
                         ball->y);
    }
    if (strcmp(title, program->title) != 0) {
        (void)strcpy(program->title, title);
        emscripten_set_window_title(title);
    }
}

static void on_frame(void *user)
{
    struct program *program = user;
    game_step(&program->game, program->dx, program->dy);
    if (program->draws) {
        draw_game(&program->game);
    }
    show_title(program);
}

int main(void)
{
    static struct program program;
    program.draws = draw_begin("#canvas");
    if (game_begin(&program.game, NULL, (uint32_t)(emscripten_random() * 4294967295.0f), "ball")) {
        return 1;
    }
    emscripten_set_keydown_callback(EMSCRIPTEN_EVENT_TARGET_WINDOW, &program, EM_TRUE, on_key);
    emscripten_set_keyup_callback(EMSCRIPTEN_EVENT_TARGET_WINDOW, &program, EM_TRUE, on_key);
    emscripten_set_main_loop_arg(on_frame, &program, 0, EM_TRUE);
    return 0;
}
