/*
 * client_page.c - a program for tests/e2e/client.test.mjs: what the ball game does not use.
 *
 * It has no media. Where there is WebGL it sends its canvas, which is green, as its picture. To the
 * first peer that is open it writes in the chat, and sends as much as is taken, and once more when
 * there is room again. The page's title says what has come of it. With -pthread, a thread of its
 * own asks for a client, too, which it must not get.
 */
/* SPDX-License-Identifier: MIT */
#include <GLES2/gl2.h>
#include <emscripten.h>
#include <emscripten/html5.h>
#include <peerface/client.h>
#include <stdio.h>
#include <string.h>
#ifdef __EMSCRIPTEN_PTHREADS__
#include <pthread.h>
#include <stdatomic.h>
#endif

enum { MESSAGE_SIZE = 60000 };

struct page_program {
    struct pf_client *client;
    bool draws;      /* there is WebGL */
    pf_peer_id peer; /* the first that was open; 0: none yet */
    int sent, full, writable, heard, broken, texts;
    char title[160];
};

static void send_all(struct page_program *program)
{
    static unsigned char data[MESSAGE_SIZE];
    for (int i = 0; i < 1000; i++) {
        memset(data, program->sent, sizeof data);
        const int result =
            pf_client_send(program->client, program->peer, data, sizeof data, PF_SEND_RELIABLE);
        if (result != 1) {
            program->full += result == PF_E_FULL;
            return;
        }
        program->sent++;
    }
}

static void take_message(struct page_program *program, const struct pf_client_event *event)
{
    const unsigned char *data = event->data;
    const unsigned char expected = (unsigned char)program->heard;
    const bool is_whole = event->size == MESSAGE_SIZE && event->how == PF_SEND_RELIABLE &&
                          data[0] == expected && data[MESSAGE_SIZE - 1] == expected;
    program->broken += !is_whole;
    program->heard++;
}

static void on_event(struct pf_client *client, const struct pf_client_event *event, void *user)
{
    struct page_program *program = user;
    if (event->type == PF_CLIENT_PEER && program->peer == 0 &&
        pf_client_peer_open(client, event->peer)) {
        program->peer = event->peer;
        (void)pf_client_say(client, "안녕 \"there\"");
        (void)pf_client_volume(client, event->peer, 0.5);
        (void)pf_client_want(client, event->peer, 320);
        send_all(program);
    } else if (event->type == PF_CLIENT_WRITABLE) {
        if (program->writable++ == 0) {
            program->sent += pf_client_send(client, program->peer, "", 0, PF_SEND_TEXT) == 1;
        }
    } else if (event->type == PF_CLIENT_MESSAGE && event->size > 0) {
        take_message(program, event);
    } else if (event->type == PF_CLIENT_MESSAGE) {
        program->heard++;
        program->broken += event->how != PF_SEND_TEXT;
    } else if (event->type == PF_CLIENT_TEXT) {
        program->texts += strcmp(event->data, "안녕 \"there\"") == 0;
    }
}

/* Of the peer's picture, or of none. */
static const char *colour(const struct page_program *program)
{
    unsigned char pixels[8 * 8 * 4];
    if (program->peer == 0 ||
        pf_client_pixels(program->client, program->peer, pixels, 8, 8) != PF_OK) {
        return "none";
    }
    const unsigned char *middle = pixels + 4 * (8 * 4 + 4);
    const bool is_green = middle[0] < 90 && middle[1] > 140 && middle[2] < 90 && middle[3] == 255;
    return is_green ? "green" : "other";
}

#ifdef __EMSCRIPTEN_PTHREADS__
static void *run_thread(void *user)
{
    const struct pf_client_config config = pf_client_defaults();
    enum pf_result why = PF_OK;
    (void)pf_client_open(&config, &why);
    *(atomic_int *)user = (int)why;
    return NULL;
}

/* What a thread has to say, once it has. */
static const char *thread_says(void)
{
    static pthread_t thread;
    static bool is_begun;
    static atomic_int result = 1;
    if (!is_begun) {
        is_begun = true;
        (void)pthread_create(&thread, NULL, run_thread, &result); /* else the test waits in vain */
    }
    return result == 1 ? "" : result == PF_E_UNAVAILABLE ? "thread unavailable " : "thread wrong ";
}
#else
static const char *thread_says(void)
{
    return "";
}
#endif

static void on_frame(void *user)
{
    struct page_program *program = user;
    char title[sizeof program->title];
    if (program->draws) {
        glClearColor(0, 1, 0, 1);
        glClear(GL_COLOR_BUFFER_BIT);
    }
    (void)snprintf(title, sizeof title,
                   "%ssent %d full %d writable %d heard %d broken %d texts %d %s", thread_says(),
                   program->sent, program->full, program->writable, program->heard, program->broken,
                   program->texts, colour(program));
    if (strcmp(title, program->title) != 0) {
        (void)strcpy(program->title, title);
        emscripten_set_window_title(title);
    }
}

int main(void)
{
    static struct page_program program;
    EmscriptenWebGLContextAttributes attributes;
    emscripten_webgl_init_context_attributes(&attributes);
    const EMSCRIPTEN_WEBGL_CONTEXT_HANDLE context =
        emscripten_webgl_create_context("#canvas", &attributes);
    struct pf_client_config config = pf_client_defaults();
    config.url = "../ws"; /* relative to the page */
    config.on_event = on_event;
    config.user = &program;
    program.client = pf_client_open(&config, NULL);
    if (!program.client || pf_client_join(program.client, "tea", "page") != PF_OK) {
        return 1;
    }
    program.draws = context > 0 && emscripten_webgl_make_context_current(context) == 0;
    if (program.draws && pf_client_send_canvas(program.client, "#canvas", 15) != PF_OK) {
        return 1;
    }
    emscripten_set_main_loop_arg(on_frame, &program, 0, EM_TRUE);
    return 0;
}
