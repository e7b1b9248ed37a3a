/*
 * library_test.c - links the library into another program, with two rooms in one instance.
 *
 * Both rooms reach their relays and join; then one is freed while its capture is still being
 * opened. What comes of that later must neither reach the freed driver nor the other room.
 */
/* SPDX-License-Identifier: MIT */
#include "browser/driver.h"

#include <emscripten.h>
#include <stdio.h>

/* Names its line where it fails, which PF_ASSERT() in a wasm build does not. */
#define CHECK(claim)                                                                               \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            printf("library_test.c:%d: %s\n", __LINE__, #claim);                                   \
            emscripten_force_exit(1);                                                              \
        }                                                                                          \
    } while (0)

struct shown {
    struct pf_driver *driver;
    size_t count; /* of the commands for the page */
    enum pf_room_state state;
    pf_member_id self;
    char peer[PF_MEMBER_NAME_SIZE_MAX];
    size_t peer_size;
    size_t peers_count;
    bool is_live[PF_SOURCES_COUNT];
    size_t devices_count;
};

struct test {
    struct shown rooms[2];
    size_t count_of_first; /* when it had been freed */
};

/* clang-format off */
EM_JS(void, open_all_captures, (void), { fake.captures.forEach((capture) => capture.open()); });
EM_JS(int, open_sockets, (void), {
  return fake.sockets.filter((socket) => socket.readyState == 1).length;
});
EM_JS(int, open_connections, (void), {
  return fake.connections.filter((connection) => !connection.isClosed).length;
});
EM_JS(int, captures, (void), { return fake.captures.length; });
EM_JS(int, is_stopped, (int capture), {
  const stream = fake.captures[capture].stream;
  return stream.audio.isStopped && stream.video.isStopped;
});
EM_JS(int, loaded_glues, (void), { return Object.keys(Module["glue"]).length; });
/* clang-format on */

static void show(struct pf_driver *driver, void *user, const struct pf_command *command)
{
    struct shown *shown = user;
    CHECK(driver == shown->driver || shown->driver == NULL);
    shown->count++;
    if (command->type == PF_COMMAND_SHOW_ROOM) {
        shown->state = command->room.state;
        shown->self = command->room.self;
    } else if (command->type == PF_COMMAND_SHOW_PEER) {
        shown->peer_size = pf_slice_copy(command->peer.name, shown->peer, sizeof shown->peer);
        shown->peers_count++;
    } else if (command->type == PF_COMMAND_SHOW_LOCAL) {
        shown->is_live[command->local.source] = command->local.state == PF_CAPTURE_LIVE;
    } else if (command->type == PF_COMMAND_SHOW_DEVICES) {
        shown->devices_count = command->devices.count;
    }
}

static void begin(struct shown *shown, struct pf_slice url, uint32_t instance)
{
    shown->driver = pf_driver_new(show, shown);
    CHECK(shown->driver);
    const struct pf_room_config config = {
        .url = url, .seed = instance, .instance = instance, .on = {true, true}};
    CHECK(pf_driver_start(shown->driver, &config) == PF_ERROR_OK);
    pf_driver_handle(shown->driver,
                     &(struct pf_event){.type = PF_EVENT_JOIN, .join = {.room = PF_SLICE("tea")}});
}

static bool is_called(const struct shown *shown, struct pf_slice name)
{
    return pf_slice_equal((struct pf_slice){shown->peer, shown->peer_size}, name);
}

static void on_captures_opened(void *user)
{
    struct test *test = user;
    CHECK(is_stopped(0)); /* nobody wants it any more: its light must not stay on */
    CHECK(!is_stopped(1));
    CHECK(test->rooms[0].count == test->count_of_first);
    CHECK(test->rooms[1].is_live[PF_SOURCE_MICROPHONE]);
    CHECK(test->rooms[1].is_live[PF_SOURCE_CAMERA]);
    pf_driver_free(test->rooms[1].driver);
    CHECK(is_stopped(1));
    CHECK(open_connections() == 0);
    CHECK(loaded_glues() == 0);
    puts("passed");
    emscripten_force_exit(0);
}

static void check_joined(void *user)
{
    struct test *test = user;
    struct shown *a = &test->rooms[0];
    struct shown *b = &test->rooms[1];
    if (a->peers_count == 0 || b->peers_count == 0) {
        emscripten_async_call(check_joined, test, 50); /* until the test's timeout, if it must be */
        return;
    }
    CHECK(a->state == PF_ROOM_JOINED && b->state == PF_ROOM_JOINED);
    CHECK(a->self == 0xa1 && b->self == 0xa2);
    CHECK(is_called(a, PF_SLICE("peer of 1")));
    CHECK(is_called(b, PF_SLICE("peer of 2")));
    CHECK(a->devices_count == 1 && b->devices_count == 1);
    CHECK(open_sockets() == 2 && captures() == 2);

    pf_driver_free(a->driver);
    CHECK(b->state == PF_ROOM_JOINED);
    CHECK(loaded_glues() == 1);
    test->count_of_first = a->count;
    open_all_captures();
    emscripten_async_call(on_captures_opened, test, 50);
}

int main(void)
{
    static struct test test;
    struct pf_driver *unstarted = pf_driver_new(show, &test.rooms[0]);
    CHECK(pf_driver_start(unstarted, &(struct pf_room_config){.instance = 1}) == PF_ERROR_INVALID);
    pf_driver_free(unstarted);
    begin(&test.rooms[0], PF_SLICE("wss://relay/1"), 7);
    begin(&test.rooms[1], PF_SLICE("wss://relay/2"), 8);
    emscripten_async_call(check_joined, &test, 50);
    emscripten_exit_with_live_runtime();
    return 0;
}
