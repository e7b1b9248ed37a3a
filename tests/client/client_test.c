/* client_test.c - peerface/client.h in a simulated world without faults, or with chosen ones. */
/* SPDX-License-Identifier: MIT */
#include <peerface/simulated.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka needs those before it. */
#include <cmocka.h>

enum { HEARD_MAX = 400, LIMIT_MS = 60000 };

struct heard {
    pf_peer_id peer;
    enum pf_client_event_type type;
    unsigned how;
    size_t size;
    char data[24]; /* the beginning */
};

struct program {
    struct pf_client *client;
    bool is_calling;
    bool closes_when_told; /* of a message */
    size_t count;
    int counts[PF_CLIENT_TEXT + 1];
    struct heard heard[HEARD_MAX]; /* messages and texts */
};

struct world {
    struct pf_simulation *simulation;
    struct program programs[3];
};

static void on_event(struct pf_client *client, const struct pf_client_event *event, void *user)
{
    struct program *program = user;
    assert_false(program->is_calling);
    assert_ptr_equal(client, program->client);
    program->counts[event->type]++;
    if (event->data) {
        assert_true(program->count < HEARD_MAX);
        struct heard *heard = &program->heard[program->count++];
        *heard = (struct heard){event->peer, event->type, event->how, event->size, ""};
        const size_t size = event->size < sizeof heard->data ? event->size : sizeof heard->data - 1;
        memcpy(heard->data, event->data, size);
        if (program->closes_when_told) {
            pf_client_close(client);
            program->client = NULL;
        }
    }
}

static void open_program(struct program *program, unsigned media, const char *channel)
{
    struct pf_client_config config = pf_client_defaults();
    enum pf_result why;
    config.media = media;
    config.channel = channel;
    config.on_event = on_event;
    config.user = program;
    program->is_calling = true;
    program->client = pf_client_open(&config, &why);
    assert_int_equal(why, PF_OK);
    program->is_calling = false;
}

static void join(struct program *program, const char *name)
{
    program->is_calling = true;
    assert_int_equal(pf_client_join(program->client, "tea", name), PF_OK);
    program->is_calling = false;
}

static void run_ms(struct world *world, uint32_t ms)
{
    if (!pf_simulation_run(world->simulation, ms)) {
        fail_msg("%s", pf_simulation_failure(world->simulation));
    }
}

static int open_peers(const struct program *program)
{
    pf_peer_id peers[PF_CLIENT_PEERS_MAX];
    int open = 0;
    const int count = pf_client_peers(program->client, peers, PF_CLIENT_PEERS_MAX);
    for (int i = 0; i < count; i++) {
        open += pf_client_peer_open(program->client, peers[i]);
    }
    return open;
}

static void run_until_open(struct world *world, const struct program *program, int peers)
{
    for (int ms = 0; open_peers(program) != peers; ms += 50) {
        assert_true(ms < LIMIT_MS);
        run_ms(world, 50);
    }
}

static pf_peer_id peer_named(const struct program *program, const char *name)
{
    pf_peer_id peers[PF_CLIENT_PEERS_MAX];
    char text[PF_CLIENT_NAME_SIZE_MAX + 1];
    const int count = pf_client_peers(program->client, peers, PF_CLIENT_PEERS_MAX);
    for (int i = 0; i < count; i++) {
        assert_true(pf_client_peer_name(program->client, peers[i], text, sizeof text) >= 0);
        if (strcmp(text, name) == 0) {
            return peers[i];
        }
    }
    fail_msg("nobody is called %s", name);
    return 0;
}

static int setup(void **state)
{
    static struct world world;
    struct pf_simulation_config config = pf_simulation_defaults(7);
    config.faults = 0;
    world = (struct world){.simulation = pf_simulation_open(&config)};
    *state = &world;
    return world.simulation ? 0 : 1;
}

static int teardown(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < 3; i++) {
        pf_client_close(world->programs[i].client);
    }
    pf_simulation_close(world->simulation);
    return 0;
}

/* Three people in a room, with everything. */
static void meet(struct world *world)
{
    static const char *const names[] = {"Ann", "Bob", "Cho"};
    for (int i = 0; i < 3; i++) {
        open_program(&world->programs[i], PF_MEDIA_MICROPHONE | PF_MEDIA_CAMERA, NULL);
        join(&world->programs[i], names[i]);
    }
    for (int i = 0; i < 3; i++) {
        run_until_open(world, &world->programs[i], 2);
    }
    run_ms(world, 2000);
}

static bool has_heard(const struct program *program, pf_peer_id peer, const char *text,
                      unsigned how)
{
    for (size_t i = 0; i < program->count; i++) {
        const struct heard *heard = &program->heard[i];
        if (heard->peer == peer && heard->how == how && strcmp(heard->data, text) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- tests ---- */

static void messages_go_to_one_or_all_as_they_were_sent(void **state)
{
    struct world *world = *state;
    struct program *ann = &world->programs[0], *bob = &world->programs[1],
                   *cho = &world->programs[2];
    meet(world);
    const unsigned lossy_text = PF_SEND_UNRELIABLE | PF_SEND_TEXT;
    assert_int_equal(pf_client_send(ann->client, PF_PEER_ALL, "all", 3, PF_SEND_RELIABLE), 2);
    assert_int_equal(pf_client_send(ann->client, peer_named(ann, "Bob"), "bob", 3, lossy_text), 1);
    assert_int_equal(bob->count, 0);
    run_ms(world, 1000);
    assert_true(has_heard(bob, peer_named(bob, "Ann"), "all", PF_SEND_RELIABLE));
    assert_true(has_heard(cho, peer_named(cho, "Ann"), "all", PF_SEND_RELIABLE));
    assert_true(has_heard(bob, peer_named(bob, "Ann"), "bob", lossy_text));
    assert_int_equal(cho->count, 1);
    assert_int_equal(ann->count, 0);
}

static void reliable_messages_keep_their_order(void **state)
{
    struct world *world = *state;
    meet(world);
    for (int i = 0; i < 100; i++) {
        char text[8];
        const int size = snprintf(text, sizeof text, "%d", i);
        assert_int_equal(pf_client_send(world->programs[0].client, PF_PEER_ALL, text, (size_t)size,
                                        PF_SEND_RELIABLE),
                         2);
    }
    run_ms(world, 2000);
    assert_int_equal(world->programs[1].count, 100);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(atoi(world->programs[1].heard[i].data), i);
    }
}

static void who_has_another_channel_hears_nothing(void **state)
{
    struct world *world = *state;
    open_program(&world->programs[0], 0, "chess");
    open_program(&world->programs[1], 0, "ches");
    join(&world->programs[0], "Ann");
    join(&world->programs[1], "Bob");
    run_until_open(world, &world->programs[0], 1);
    assert_int_equal(pf_client_send(world->programs[0].client, PF_PEER_ALL, "e4", 2, 0), 1);
    run_ms(world, 1000);
    assert_int_equal(world->programs[1].count, 0);
}

static void full_is_told_and_writable_follows(void **state)
{
    static const char data[PF_CLIENT_MESSAGE_SIZE_MAX];
    struct world *world = *state;
    struct program *ann = &world->programs[0];
    meet(world);
    int sent = 0;
    while (pf_client_send(ann->client, PF_PEER_ALL, data, sizeof data, 0) == 2) {
        sent++;
    }
    assert_true(sent >= 15 && sent <= 16); /* 1 MiB */
    assert_int_equal(pf_client_send(ann->client, PF_PEER_ALL, data, sizeof data, 0), PF_E_FULL);
    assert_int_equal(ann->counts[PF_CLIENT_WRITABLE], 0);
    run_ms(world, 5000);
    assert_int_equal(ann->counts[PF_CLIENT_WRITABLE], 1);
    assert_int_equal(pf_client_send(ann->client, PF_PEER_ALL, data, sizeof data, 0), 2);
    assert_int_equal(world->programs[1].count, sent); /* none was sent to one of them alone */
    assert_int_equal(world->programs[2].count, sent);
}

/* Bob is closed while as much waits for him as may. */
static void who_leaves_makes_room_for_others(void **state)
{
    static const char data[PF_CLIENT_MESSAGE_SIZE_MAX];
    struct world *world = *state;
    struct program *ann = &world->programs[0];
    meet(world);
    const pf_peer_id bob = peer_named(ann, "Bob");
    while (pf_client_send(ann->client, bob, data, sizeof data, 0) == 1) {
    }
    pf_client_close(world->programs[1].client);
    world->programs[1].client = NULL;
    run_ms(world, 5000);
    assert_int_equal(ann->counts[PF_CLIENT_PEER_GONE], 1);
    assert_int_equal(ann->counts[PF_CLIENT_WRITABLE], 1);
    assert_int_equal(pf_client_send(ann->client, PF_PEER_ALL, data, sizeof data, 0), 1);
}

static void what_was_switched_off_stays_off_after_a_canvas_and_in_the_next_room(void **state)
{
    struct world *world = *state;
    struct program *ann = &world->programs[0];
    meet(world);
    assert_int_equal(pf_client_set(ann->client, PF_MEDIA_MICROPHONE, false), PF_OK);
    assert_int_equal(pf_client_set(ann->client, PF_MEDIA_CAMERA, false), PF_OK);
    assert_int_equal(pf_client_send_canvas(ann->client, "#canvas", 30), PF_OK);
    run_ms(world, 3000);
    assert_int_equal(pf_client_source(ann->client, PF_MEDIA_CAMERA), PF_CLIENT_SOURCE_ON);
    assert_int_equal(pf_client_set(ann->client, PF_MEDIA_CAMERA, false), PF_OK);
    assert_int_equal(pf_client_set(ann->client, PF_MEDIA_CAMERA, true), PF_OK); /* the canvas */
    assert_int_equal(pf_client_send_canvas(ann->client, NULL, 0), PF_OK);
    run_ms(world, 3000);
    assert_int_equal(pf_client_source(ann->client, PF_MEDIA_CAMERA), PF_CLIENT_SOURCE_OFF);
    assert_int_equal(pf_client_leave(ann->client), PF_OK);
    run_ms(world, 3000);
    join(ann, "Ann");
    run_until_open(world, ann, 2);
    run_ms(world, 3000);
    assert_int_equal(pf_client_source(ann->client, PF_MEDIA_MICROPHONE), PF_CLIENT_SOURCE_OFF);
    assert_int_equal(pf_client_source(ann->client, PF_MEDIA_CAMERA), PF_CLIENT_SOURCE_OFF);
}

static void texts_of_the_chat_also_reach_who_comes_later(void **state)
{
    struct world *world = *state;
    struct program *ann = &world->programs[0], *bob = &world->programs[1];
    open_program(ann, 0, NULL);
    join(ann, "Ann");
    run_ms(world, 2000);
    assert_int_equal(pf_client_say(ann->client, "is anybody here?"), PF_OK);
    run_ms(world, 2000);
    open_program(bob, 0, NULL);
    join(bob, "Bob");
    run_until_open(world, bob, 1);
    run_ms(world, 2000);
    assert_int_equal(bob->counts[PF_CLIENT_TEXT], 1);
    assert_string_equal(bob->heard[0].data, "is anybody here?");
    assert_int_equal(bob->heard[0].peer, peer_named(bob, "Ann"));
}

static void nobody_is_asked_for_what_is_not_configured(void **state)
{
    struct world *world = *state;
    struct program *ann = &world->programs[0], *bob = &world->programs[1];
    open_program(ann, PF_MEDIA_CAMERA, NULL);
    open_program(bob, 0, NULL);
    join(ann, "Ann");
    join(bob, "Bob");
    run_until_open(world, ann, 1);
    run_ms(world, 3000);
    assert_int_equal(pf_client_source(ann->client, PF_MEDIA_MICROPHONE), PF_CLIENT_SOURCE_NONE);
    assert_int_equal(pf_client_source(ann->client, PF_MEDIA_CAMERA), PF_CLIENT_SOURCE_ON);
    assert_int_equal(pf_client_source(bob->client, PF_MEDIA_CAMERA), PF_CLIENT_SOURCE_NONE);
    const pf_peer_id peer = peer_named(bob, "Ann");
    assert_int_equal(pf_client_peer_source(bob->client, peer, PF_MEDIA_MICROPHONE),
                     PF_CLIENT_SOURCE_NONE);
    assert_int_equal(pf_client_peer_source(bob->client, peer, PF_MEDIA_CAMERA),
                     PF_CLIENT_SOURCE_ON);
    assert_int_equal(pf_client_set(bob->client, PF_MEDIA_CAMERA, true), PF_E_STATE);
    assert_int_equal(pf_client_send_canvas(bob->client, "#canvas", 30), PF_OK);
    run_ms(world, 3000);
    assert_int_equal(pf_client_source(bob->client, PF_MEDIA_CAMERA), PF_CLIENT_SOURCE_ON);
    assert_int_equal(pf_client_peer_source(ann->client, peer_named(ann, "Bob"), PF_MEDIA_CAMERA),
                     PF_CLIENT_SOURCE_ON);
    assert_int_equal(pf_client_send_canvas(bob->client, NULL, 0), PF_OK);
    run_ms(world, 3000);
    assert_int_equal(pf_client_source(bob->client, PF_MEDIA_CAMERA), PF_CLIENT_SOURCE_NONE);
    assert_int_equal(pf_client_peer_source(ann->client, peer_named(ann, "Bob"), PF_MEDIA_CAMERA),
                     PF_CLIENT_SOURCE_OFF);
}

static void pictures_are_there_while_they_are_sent(void **state)
{
    struct world *world = *state;
    struct program *ann = &world->programs[0], *bob = &world->programs[1];
    unsigned char pixels[2 * 2 * 4];
    int width = 0, height = 0;
    meet(world);
    const pf_peer_id peer = peer_named(bob, "Ann");
    assert_int_equal(pf_client_picture_size(bob->client, peer, &width, &height), PF_OK);
    assert_int_equal(width, PF_SIMULATION_PICTURE_WIDTH);
    assert_int_equal(height, PF_SIMULATION_PICTURE_HEIGHT);
    assert_int_equal(pf_client_texture(bob->client, peer), PF_OK);
    assert_int_equal(pf_client_pixels(bob->client, peer, pixels, 2, 2), PF_OK);
    assert_int_equal(pixels[15], 255);
    assert_int_equal(pf_client_set(ann->client, PF_MEDIA_CAMERA, false), PF_OK);
    run_ms(world, 3000);
    assert_int_equal(pf_client_texture(bob->client, peer), PF_E_STATE);
    assert_int_equal(pf_client_peer_source(bob->client, peer, PF_MEDIA_CAMERA),
                     PF_CLIENT_SOURCE_OFF);
}

static void who_leaves_and_comes_back_is_the_same_member_and_another_peer(void **state)
{
    struct world *world = *state;
    struct program *ann = &world->programs[0], *bob = &world->programs[1];
    char before[PF_CLIENT_ID_SIZE + 1], after[PF_CLIENT_ID_SIZE + 1];
    meet(world);
    const pf_peer_id peer = peer_named(bob, "Ann");
    assert_int_equal(pf_client_member_id(bob->client, peer, before, sizeof before),
                     PF_CLIENT_ID_SIZE);
    ann->is_calling = true;
    assert_int_equal(pf_client_leave(ann->client), PF_OK);
    assert_int_equal(pf_client_state(ann->client, NULL), PF_CLIENT_LEFT);
    assert_int_equal(pf_client_peers(ann->client, NULL, 0), 0);
    ann->is_calling = false;
    run_ms(world, 3000);
    assert_int_equal(ann->counts[PF_CLIENT_PEER_GONE], 2);
    assert_int_equal(bob->counts[PF_CLIENT_PEER_GONE], 1);
    join(ann, "Ann");
    run_until_open(world, bob, 2);
    assert_int_not_equal(peer_named(bob, "Ann"), peer);
    assert_int_equal(pf_client_peer_state(bob->client, peer), PF_E_STATE);
    assert_int_equal(pf_client_member_id(bob->client, peer_named(bob, "Ann"), after, sizeof after),
                     PF_CLIENT_ID_SIZE);
    assert_string_equal(before, after);
    assert_int_equal(pf_client_member_id(ann->client, PF_PEER_SELF, after, sizeof after),
                     PF_CLIENT_ID_SIZE);
    assert_string_equal(before, after);
}

static void a_client_may_be_closed_by_what_it_is_told(void **state)
{
    struct world *world = *state;
    meet(world);
    world->programs[1].closes_when_told = true;
    assert_int_equal(pf_client_send(world->programs[0].client, PF_PEER_ALL, "bye", 3, 0), 2);
    assert_int_equal(pf_client_send(world->programs[0].client, PF_PEER_ALL, "bye", 3, 0), 2);
    run_ms(world, 3000);
    assert_null(world->programs[1].client);
    assert_int_equal(world->programs[1].count, 1);
    assert_int_equal(world->programs[2].count, 2);
    assert_int_equal(pf_client_peers(world->programs[0].client, NULL, 0), 1);
}

/* ---- with faults ---- */

/* What happens in a world, as text of at most `capacity` bytes. */
static void live(uint64_t seed, unsigned faults, const char *file)
{
    struct world world = {0};
    struct pf_simulation_config config = pf_simulation_defaults(seed);
    config.faults = faults;
    config.trace = file;
    config.faults_ms = 20000;
    world.simulation = pf_simulation_open(&config);
    assert_non_null(world.simulation);
    for (int i = 0; i < 3; i++) {
        open_program(&world.programs[i], PF_MEDIA_CAMERA, NULL);
        join(&world.programs[i], "somebody");
    }
    for (int i = 0; i < 200; i++) {
        for (int k = 0; k < 3; k++) {
            (void)pf_client_send(world.programs[k].client, PF_PEER_ALL, &i, sizeof i,
                                 PF_SEND_UNRELIABLE); /* to whom it may be */
            world.programs[k].count = 0;
        }
        run_ms(&world, 200);
    }
    assert_false(pf_simulation_has_faults(world.simulation));
    for (int i = 0; i < 3; i++) {
        pf_client_close(world.programs[i].client);
    }
    pf_simulation_close(world.simulation);
}

static long size_of(const char *name, char *out, long capacity)
{
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    const long size = (long)fread(out, 1, (size_t)capacity, file);
    assert_int_equal(fclose(file), 0);
    return size;
}

static void a_seed_is_one_world_and_another_is_another(void **state)
{
    enum { SIZE = 1 << 20 };
    (void)state; /* a world of its own */
    char *texts = malloc(3 * (size_t)SIZE);
    assert_non_null(texts);
    long sizes[3];
    for (int i = 0; i < 3; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "client_test.%d.trace", i);
        live(i < 2 ? 5 : 6, PF_FAULT_ALL, name);
        sizes[i] = size_of(name, texts + (long)i * SIZE, SIZE);
        assert_int_equal(remove(name), 0);
    }
    assert_true(sizes[0] > 1000);
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(texts, texts + SIZE, (size_t)sizes[0]);
    assert_true(sizes[2] != sizes[0] || memcmp(texts, texts + 2 * (long)SIZE, (size_t)sizes[0]));
    free(texts);
}

static void only_the_faults_that_are_wanted_happen(void **state)
{
    (void)state; /* worlds of its own */
    for (uint64_t seed = 1; seed <= 40; seed++) {
        static char text[1 << 21];
        live(seed, PF_FAULT_MACHINE, "client_test.faults.trace");
        const long size = size_of("client_test.faults.trace", text, sizeof text - 1);
        text[size] = '\0';
        assert_null(strstr(text, "is killed"));
        assert_null(strstr(text, "loses the WebSocket"));
        assert_null(strstr(text, "goes offline"));
        assert_null(strstr(text, "unplugs"));
    }
    assert_int_equal(remove("client_test.faults.trace"), 0);
}

static void without_a_world_nothing_opens(void **state)
{
    (void)state; /* none */
    enum pf_result why = PF_OK;
    const struct pf_client_config config = pf_client_defaults();
    assert_null(pf_client_open(&config, &why));
    assert_int_equal(why, PF_E_UNAVAILABLE);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(messages_go_to_one_or_all_as_they_were_sent),
        IN_WORLD(reliable_messages_keep_their_order),
        IN_WORLD(who_has_another_channel_hears_nothing),
        IN_WORLD(full_is_told_and_writable_follows),
        IN_WORLD(who_leaves_makes_room_for_others),
        IN_WORLD(what_was_switched_off_stays_off_after_a_canvas_and_in_the_next_room),
        IN_WORLD(texts_of_the_chat_also_reach_who_comes_later),
        IN_WORLD(nobody_is_asked_for_what_is_not_configured),
        IN_WORLD(pictures_are_there_while_they_are_sent),
        IN_WORLD(who_leaves_and_comes_back_is_the_same_member_and_another_peer),
        IN_WORLD(a_client_may_be_closed_by_what_it_is_told),
        cmocka_unit_test(a_seed_is_one_world_and_another_is_another),
        cmocka_unit_test(only_the_faults_that_are_wanted_happen),
        cmocka_unit_test(without_a_world_nothing_opens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
