/* draw.c - draws balls with the faces of their people, with WebGL. */
/* SPDX-License-Identifier: MIT */
#include "draw.h"

#include <GLES2/gl2.h>
#include <emscripten/html5.h>

static const char vertex[] = "attribute vec2 corner; uniform vec2 at; varying vec2 point;"
                             "void main() { point = corner;"
                             " gl_Position = vec4((at * 2.0 - 1.0) * vec2(0.8, -0.8)"
                             " + corner * vec2(0.15, 0.2), 0.0, 1.0); }";
static const char fragment[] = "precision mediump float; varying vec2 point;"
                               "uniform sampler2D face;"
                               "void main() { if (dot(point, point) > 1.0) discard;"
                               " gl_FragColor = texture2D(face, vec2(0.5, -0.5) * point + 0.5); }";

static void attach(GLuint program, GLenum kind, const char *source)
{
    const GLuint shader = glCreateShader(kind);
    glShaderSource(shader, 1, &source, NULL);
    glCompileShader(shader);
    glAttachShader(program, shader);
}

bool draw_begin(const char *canvas)
{
    static const float corners[] = {-1, -1, 1, -1, -1, 1, 1, 1};
    EmscriptenWebGLContextAttributes attributes;
    emscripten_webgl_init_context_attributes(&attributes);
    const EMSCRIPTEN_WEBGL_CONTEXT_HANDLE context =
        emscripten_webgl_create_context(canvas, &attributes);
    if (context <= 0 || emscripten_webgl_make_context_current(context) < 0) {
        return false;
    }
    const GLuint program = glCreateProgram();
    attach(program, GL_VERTEX_SHADER, vertex);
    attach(program, GL_FRAGMENT_SHADER, fragment);
    glBindAttribLocation(program, 0, "corner");
    glLinkProgram(program);
    glUseProgram(program);
    GLuint names[2];
    glGenBuffers(1, &names[0]);
    glBindBuffer(GL_ARRAY_BUFFER, names[0]);
    glBufferData(GL_ARRAY_BUFFER, sizeof corners, corners, GL_STATIC_DRAW);
    glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
    glEnableVertexAttribArray(0);
    glGenTextures(1, &names[1]); /* one for all, drawn one after another */
    glBindTexture(GL_TEXTURE_2D, names[1]);
    /* A picture's sides are no powers of two. */
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    return true;
}

static void draw_ball(const struct game *game, const struct ball *ball)
{
    static const unsigned char grey[] = {128, 128, 128, 255};
    GLint program;
    if (pf_client_texture(game->client, ball->peer) != PF_OK) { /* no face yet */
        glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 1, 1, 0, GL_RGBA, GL_UNSIGNED_BYTE, grey);
    }
    glGetIntegerv(GL_CURRENT_PROGRAM, &program);
    glUniform2f(glGetUniformLocation((GLuint)program, "at"), ball->x, ball->y);
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

void draw_game(const struct game *game)
{
    glClearColor(0.1f, 0.2f, 0.3f, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    for (size_t i = 0; i < game->count; i++) {
        draw_ball(game, &game->theirs[i]);
    }
    draw_ball(game, &game->mine);
}
