/*
 * client_test.c - a program with peerface/client.h, in a page that is faked.
 *
 * What needs a second browser is in tests/e2e, what needs peers in tests/sim. Here: what is refused
 * at once, what is asked of the browser and what not, that nothing is called back inside a call,
 * and that nothing is left when a client is closed.
 */
/* SPDX-License-Identifier: MIT */
#include <peerface/client.h>

#include <emscripten.h>
#include <stdio.h>
#include <string.h>

/* Names its line where it fails. */
#define CHECK(claim)                                                                               \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            printf("client_test.c:%d: %s\n", __LINE__, #claim);                                    \
            emscripten_force_exit(1);                                                              \
        }                                                                                          \
    } while (0)

struct browser_program {
    struct pf_client *client;
    bool is_calling; /* a pf_client_ function */
    bool closes;     /* in the next event */
    int stage;
    int counts[PF_CLIENT_TEXT + 1]; /* of events */
    pf_peer_id peer;
};

/* clang-format off */
EM_JS(int, glues, (void), { return Object.keys(Module["glue"] || {}).length; });
EM_JS(int, listeners, (void), { return fake.listeners(); });
EM_JS(int, asked, (void), { return fake.asked.length; });
EM_JS(int, asked_is, (int index, int audio, int video), {
  return fake.asked[index] == !!audio + " " + !!video;
});
EM_JS(int, live_tracks, (void), {
  return fake.captures.filter((capture) => !capture.stream.audio.isStopped).length;
});
EM_JS(void, open_captures, (void), { fake.captures.forEach((capture) => capture.open()); });
EM_JS(void, silence, (int silent), { fake.isSilent = !!silent; });
EM_JS(void, click_page, (void), { fake.click(); });
EM_JS(int, shows_something, (void), { return fake.elements["#video"].srcObject ? 1 : 0; });
EM_JS(int, frames_per_second, (void), { return fake.fps; });
EM_JS(int, sockets_to, (int slash), {
  const url = slash ? "wss://relay/ws" : "wss://relay/1";
  return fake.sockets.filter((socket) => socket.url == url).length;
});
/* clang-format on */

static void on_event(struct pf_client *client, const struct pf_client_event *event, void *user)
{
    struct browser_program *program = user;
    CHECK(client == program->client && !program->is_calling);
    program->counts[event->type]++;
    if (event->type == PF_CLIENT_PEER) {
        program->peer = event->peer;
    }
    if (program->closes) {
        pf_client_close(client);
        program->client = NULL;
    }
}

static struct pf_client_config config_of(struct browser_program *program, const char *url,
                                         unsigned media)
{
    return (struct pf_client_config){.size = sizeof(struct pf_client_config),
                                     .url = url,
                                     .media = media,
                                     .on_event = on_event,
                                     .user = program};
}

static void check_refused(struct pf_client_config config, enum pf_result expected)
{
    enum pf_result why = PF_OK;
    CHECK(pf_client_open(&config, &why) == NULL && why == expected);
    CHECK(glues() == 0 && asked() == 0);
}

static void check_open(void)
{
    char long_text[600];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    struct pf_client_config config = config_of(NULL, "http://[", 0);
    check_refused(config, PF_E_INVALID);
    config.url = "ftp://relay/ws";
    check_refused(config, PF_E_INVALID);
    config.url = long_text;
    check_refused(config, PF_E_TOO_LONG);
    config = config_of(NULL, NULL, 4);
    check_refused(config, PF_E_INVALID);
    config = config_of(NULL, NULL, 0);
    config.channel = "";
    check_refused(config, PF_E_INVALID);
    config.channel = "a\nb";
    check_refused(config, PF_E_INVALID);
    config.channel = long_text;
    check_refused(config, PF_E_TOO_LONG);
    config = config_of(NULL, NULL, 0);
    config.ticket = long_text;
    check_refused(config, PF_E_TOO_LONG);
    config = config_of(NULL, NULL, 0);
    config.size = 1;
    check_refused(config, PF_E_INVALID);
    CHECK(pf_client_open(NULL, NULL) == NULL);
    pf_client_close(NULL);
}

/* Before anything has happened. */
static void check_lobby(struct browser_program *program)
{
    struct pf_client *client = program->client;
    enum pf_client_reason reason = PF_CLIENT_REASON_OTHER;
    char text[8] = "?";
    int side;
    CHECK(pf_client_state(client, &reason) == PF_CLIENT_LOBBY && reason == PF_CLIENT_REASON_NONE);
    CHECK(pf_client_ticket(client, text, sizeof text) == 0 && text[0] == '\0');
    CHECK(pf_client_member_id(client, PF_PEER_SELF, NULL, 0) == 0);
    CHECK(pf_client_member_id(client, 7, NULL, 0) == PF_E_STATE);
    CHECK(pf_client_peers(client, NULL, 0) == 0);
    CHECK(pf_client_peers(client, NULL, 1) == PF_E_INVALID);
    CHECK(pf_client_peer_state(client, 7) == PF_E_STATE && !pf_client_peer_open(client, 7));
    CHECK(pf_client_send(client, 7, "x", 1, PF_SEND_RELIABLE) == PF_E_STATE);
    CHECK(pf_client_send(client, PF_PEER_ALL, "x", 1, PF_SEND_UNRELIABLE) == 0);
    CHECK(pf_client_send(client, PF_PEER_ALL, NULL, 1, 0) == PF_E_INVALID);
    CHECK(pf_client_send(client, PF_PEER_ALL, "x", 1, 8) == PF_E_INVALID);
    CHECK(pf_client_send(client, PF_PEER_ALL, "x", PF_CLIENT_MESSAGE_SIZE_MAX + 1, 0) ==
          PF_E_TOO_LONG);
    CHECK(pf_client_say(client, "hello") == PF_E_STATE);
    CHECK(pf_client_say(client, "") == PF_E_INVALID);
    CHECK(pf_client_show(client, 7, "#video") == PF_E_STATE);
    CHECK(pf_client_show(client, PF_PEER_SELF, "video") == PF_E_STATE);
    CHECK(pf_client_show(client, PF_PEER_SELF, "][") == PF_E_STATE);
    CHECK(pf_client_show(client, PF_PEER_SELF, "#canvas") == PF_E_STATE); /* no <video> */
    CHECK(pf_client_picture_size(client, PF_PEER_SELF, &side, &side) == PF_E_STATE);
    CHECK(pf_client_texture(client, PF_PEER_SELF) == PF_E_STATE);
    CHECK(pf_client_pixels(client, PF_PEER_SELF, text, 1, 1) == PF_E_STATE);
    CHECK(pf_client_pixels(client, PF_PEER_SELF, text, 0, 1) == PF_E_INVALID);
    CHECK(pf_client_volume(client, 7, 1) == PF_E_STATE);
    CHECK(pf_client_set(client, (enum pf_client_media)3, true) == PF_E_INVALID);
    CHECK(pf_client_join(client, "", "Ann") == PF_E_INVALID);
    CHECK(pf_client_join(client, "tea", "A\nn") == PF_E_INVALID);
    CHECK(pf_client_set_name(client, "A\tn") == PF_E_INVALID);
}

/* ---- a call, in steps that each wait for what the one before has caused ---- */

static void check_silence(struct browser_program *program)
{
    CHECK(pf_client_sound_blocked(program->client));
    silence(0);
    click_page();
}

/* The peer of the fake relay is shown, but its connection never comes to be. */
static void check_joined(struct browser_program *program)
{
    struct pf_client *client = program->client;
    char text[20];
    CHECK(pf_client_member_id(client, PF_PEER_SELF, text, sizeof text) == PF_CLIENT_ID_SIZE);
    CHECK(strcmp(text, "00000000000000a1") == 0);
    CHECK(pf_client_member_id(client, program->peer, text, sizeof text) == PF_CLIENT_ID_SIZE);
    CHECK(strcmp(text, "00000000000000b1") == 0);
    CHECK(pf_client_peer_name(client, program->peer, text, 5) == 9 && strcmp(text, "peer") == 0);
    CHECK(pf_client_ticket(client, text, sizeof text) == 11 && strcmp(text, "ticket of 1") == 0);
    CHECK(pf_client_peer_state(client, program->peer) == PF_CLIENT_PEER_CONNECTING);
    CHECK(pf_client_send(client, program->peer, "x", 1, PF_SEND_RELIABLE) == PF_E_STATE);
    CHECK(pf_client_join(client, "tea", "Ann") == PF_E_STATE);
    CHECK(pf_client_show(client, program->peer, "#video") == PF_OK && shows_something());
    CHECK(pf_client_want(client, program->peer, 320) == PF_OK);
    CHECK(pf_client_say(client, "hello") == PF_OK);
    CHECK(asked() == 1 && asked_is(0, 1, 0)); /* a microphone, and no camera */
    CHECK(pf_client_source(client, PF_MEDIA_CAMERA) == PF_CLIENT_SOURCE_NONE);
    CHECK(pf_client_set(client, PF_MEDIA_CAMERA, true) == PF_E_STATE);
    CHECK(pf_client_source(client, PF_MEDIA_MICROPHONE) == PF_CLIENT_SOURCE_OPENING);
    CHECK(pf_client_send_canvas(client, "#none", 0) == PF_E_INVALID);
    CHECK(pf_client_send_canvas(client, "canvas", 30) == PF_E_STATE);
    CHECK(pf_client_send_canvas(client, "#canvas", 30) == PF_OK);
    CHECK(pf_client_source(client, PF_MEDIA_CAMERA) == PF_CLIENT_SOURCE_OPENING);
    open_captures();
}

static void check_live(struct browser_program *program)
{
    struct pf_client *client = program->client;
    CHECK(frames_per_second() == 30 && asked() == 1); /* no camera was asked for the canvas */
    CHECK(pf_client_set(client, PF_MEDIA_MICROPHONE, false) == PF_OK);
    CHECK(pf_client_source(client, PF_MEDIA_MICROPHONE) == PF_CLIENT_SOURCE_OFF);
    CHECK(pf_client_device(client, PF_MEDIA_MICROPHONE, 0, NULL, 0) == 10); /* "Microphone" */
    CHECK(pf_client_device(client, PF_MEDIA_MICROPHONE, 1, NULL, 0) == PF_E_STATE);
    CHECK(pf_client_select(client, PF_MEDIA_CAMERA, 0) == PF_E_STATE);
    CHECK(live_tracks() == 1);
    CHECK(pf_client_leave(client) == PF_OK);
    CHECK(live_tracks() == 0 && !shows_something());
    CHECK(pf_client_state(client, NULL) == PF_CLIENT_LEFT && pf_client_peers(client, NULL, 0) == 0);
    CHECK(pf_client_set(client, PF_MEDIA_MICROPHONE, true) == PF_E_STATE);
    CHECK(pf_client_send_canvas(client, "#canvas", 30) == PF_E_STATE);
}

/* Whether what a stage waits for is there. */
static bool is_reached(const struct browser_program *program)
{
    switch (program->stage) {
    case 0: return program->counts[PF_CLIENT_SOUND] == 1;
    case 1: return program->counts[PF_CLIENT_PEER] > 0 && !pf_client_sound_blocked(program->client);
    case 2:
        return pf_client_source(program->client, PF_MEDIA_MICROPHONE) == PF_CLIENT_SOURCE_ON &&
               frames_per_second() > 0 && program->counts[PF_CLIENT_DEVICES] > 0;
    case 3:
        return program->counts[PF_CLIENT_PEER_GONE] == 1 &&
               pf_client_state(program->client, NULL) == PF_CLIENT_JOINED;
    case 4: return program->client == NULL;
    default: return true;
    }
}

static void step(void *user)
{
    struct browser_program *program = user;
    if (!is_reached(program)) {
        emscripten_async_call(step, program, 20); /* until the test's timeout, if it must be */
        return;
    }
    program->is_calling = true;
    switch (program->stage++) {
    case 0: check_silence(program); break;
    case 1: check_joined(program); break;
    case 2:
        check_live(program);
        CHECK(pf_client_join(program->client, "tea", "Ann") == PF_OK); /* once more */
        CHECK(glues() == 1);
        break;
    case 3:
        CHECK(sockets_to(0) == 2);
        program->closes = true; /* within the event */
        CHECK(pf_client_leave(program->client) == PF_OK);
        break;
    case 4:
        CHECK(glues() == 0 && listeners() == 0);
        open_captures(); /* too late for a client that is gone */
        break;
    default:
        CHECK(live_tracks() == 0);
        puts("passed");
        emscripten_force_exit(0);
    }
    program->is_calling = false;
    emscripten_async_call(step, program, 0);
}

int main(void)
{
    static struct browser_program nothing;
    static struct browser_program program;
    check_open();
    struct pf_client_config config = config_of(&nothing, NULL, 0);
    nothing.is_calling = true;
    nothing.client = pf_client_open(&config, NULL);
    CHECK(nothing.client && sockets_to(1) == 1);
    check_lobby(&nothing);
    CHECK(asked() == 0); /* nobody is asked for what is not used */
    pf_client_close(nothing.client);
    CHECK(glues() == 0 && listeners() == 0);

    silence(1);
    config = config_of(&program, "../1", PF_MEDIA_MICROPHONE);
    program.client = pf_client_open(&config, NULL);
    CHECK(program.client && pf_client_join(program.client, "tea", "Ann") == PF_OK);
    CHECK(pf_client_state(program.client, NULL) == PF_CLIENT_JOINING);
    emscripten_async_call(step, &program, 20);
    emscripten_exit_with_live_runtime();
    return 0;
}
