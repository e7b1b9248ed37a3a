/* draw.h - draws balls with the faces of their people, with WebGL. */
/* SPDX-License-Identifier: MIT */
#ifndef DRAW_H
#define DRAW_H

#include "game.h"

#include <stdbool.h>

/* For the <canvas> with this selector. False: there is no WebGL. */
bool draw_begin(const char *canvas);

void draw_game(const struct game *game);

#endif
