/* core_seed_bugs_test.c - the twelve defects of the applications that peerface replaces. */
/* SPDX-License-Identifier: MIT */
#include "core_captures.h"

/* Changes the device of `source`; the new track is opened and sent. */
static void change(struct driver *driver, pf_pc pc, enum pf_source source, const char *device)
{
    driver_select(driver, source, device);
    const pf_track track = driver_get(driver, PF_COMMAND_CAPTURE_OPEN)->capture_open.tracks[source];
    driver_opened(driver, track, device);
    driver_sender_set(driver, pc, source, track);
}

static struct driver_thing *sent(struct driver *driver, pf_pc pc, enum pf_source source)
{
    return &driver->things[driver->things[pc].senders[source]];
}

static void seed_bug_1_mute_acts_on_the_track_sent_after_a_camera_change(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    change(d, pc, CAMERA, "cam-2");
    assert_true(sent(d, pc, MICROPHONE)->enabled);
    driver_set(d, MICROPHONE, false);
    assert_false(sent(d, pc, MICROPHONE)->enabled);
    assert_int_equal(sent(d, pc, MICROPHONE)->life, DRIVER_LIVE);
}

static void seed_bug_2_audio_continues_after_a_camera_change(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    const struct driver_thing *before = sent(d, pc, MICROPHONE);
    change(d, pc, CAMERA, "cam-2");
    assert_ptr_equal(sent(d, pc, MICROPHONE), before);
    assert_int_equal(before->life, DRIVER_LIVE);
    assert_true(before->enabled);
}

static void seed_bug_3_the_old_camera_is_stopped_after_a_change(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    const pf_track old = d->local[CAMERA].track;
    change(d, pc, CAMERA, "cam-2");
    assert_int_equal(d->things[old].life, DRIVER_OVER);
    assert_int_equal(driver_live_tracks(d), 2);
}

static void seed_bug_4_mute_and_camera_off_survive_a_device_change(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    driver_set(d, MICROPHONE, false);
    driver_set(d, CAMERA, false);
    change(d, pc, MICROPHONE, "mic-2");
    driver_select(d, CAMERA, "cam-2");
    assert_false(sent(d, pc, MICROPHONE)->enabled);
    assert_int_equal(d->things[pc].senders[CAMERA], 0);
    assert_false(d->local[MICROPHONE].on);
    assert_false(d->local[CAMERA].on);
}

static void seed_bug_5_the_camera_can_be_changed_while_it_is_off(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    driver_set(d, CAMERA, false);
    driver_wait(d, 1000);
    driver_select(d, CAMERA, "cam-2");
    driver_set(d, CAMERA, true);
    const struct pf_command *open = driver_get(d, PF_COMMAND_CAPTURE_OPEN);
    assert_string_equal(open->capture_open.devices[CAMERA].data, "cam-2");
    const pf_track track = open->capture_open.tracks[CAMERA];
    driver_opened(d, track, "cam-2");
    assert_int_equal(d->things[pc].senders[CAMERA], track);
}

static void seed_bug_6_candidates_before_the_description_are_kept_and_applied(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_candidate(d, DRIVER_LOW, 1, 1, "early");
    driver_offer(d, DRIVER_LOW, 1, 1);
    driver_remote_set(d, driver_pc(d, DRIVER_LOW), PF_DESCRIPTION_OFFER);
    const struct pf_command *add = driver_get(d, PF_COMMAND_PC_ADD_CANDIDATE);
    assert_string_equal(add->candidate.candidate.data, "early");
}

static void seed_bug_7_a_missing_remembered_camera_is_replaced_by_another(void **state)
{
    (void)state;
    struct pf_room_config config = driver_config();
    config.devices[CAMERA] = PF_SLICE("gone");
    config.on[MICROPHONE] = false;
    struct driver *d = driver_new(&config);
    const struct pf_device list = {CAMERA, PF_SLICE("cam-1"), PF_SLICE("One")};
    driver_devices(d, &list, 1);
    driver_start(d);
    const struct pf_command *open = driver_get(d, PF_COMMAND_CAPTURE_OPEN);
    assert_string_equal(open->capture_open.devices[CAMERA].data, "");
    driver_devices_changed(d);
    assert_int_equal(driver_count(d, PF_COMMAND_DEVICES_ENUMERATE), 1);
    driver_devices(d, &list, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_DEVICES), 1);
    driver_free(d);
}

static void seed_bug_8_a_user_who_denies_permission_joins_and_receives(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    const struct pf_command *open = driver_get(d, PF_COMMAND_CAPTURE_OPEN);
    driver_refused(d, open->capture_open.tracks[0], open->capture_open.tracks[1],
                   PF_DOM_ERROR_NOT_ALLOWED);
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    assert_int_equal(d->state, PF_ROOM_JOINED);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_CONNECTED);
}

static void seed_bug_9_a_third_member_gets_a_connection_of_its_own(void **state)
{
    struct driver *d = *state;
    const pf_pc first = begin_call(d);
    driver_connect(d, DRIVER_HIGH);
    const pf_pc second = driver_pc(d, DRIVER_HIGH);
    assert_true(first != second);
    assert_int_equal(driver_pc(d, DRIVER_LOW), first);
    assert_ptr_equal(sent(d, second, CAMERA), sent(d, first, CAMERA));
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_CONNECTED);
    assert_int_equal(driver_peer(d, DRIVER_HIGH)->state, PF_PEER_CONNECTED);
}

static void seed_bug_10_signals_from_outside_the_room_are_dropped(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_offer(d, DRIVER_HIGH, 1, 1);
    driver_request(d, DRIVER_HIGH, 1, "renew");
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->unknown_member, 2);
}

static void seed_bug_11_a_lost_socket_is_reopened_automatically(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    driver_socket_closed(d, 1006);
    driver_wait(d, 250);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_OPEN), 1);
    driver_hello(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", "\"ticket\":\"ticket-50\"", NULL), 1);
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
    assert_int_equal(driver_pc(d, DRIVER_LOW), pc);
    assert_int_equal(driver_open_pcs(d), 1);
}

static void seed_bug_11_a_peer_that_reloads_leaves_no_ghost(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_relay(d, "{\"type\":\"member\",\"id\":\"0000000000000010\",\"name\":\"Bob\","
                    "\"instance\":43,\"away\":false}");
    size_t shown = 0;
    for (size_t i = 0; i < DRIVER_PEERS_MAX; i++) {
        shown += d->peers[i].id != 0 && !d->peers[i].hidden;
    }
    assert_int_equal(shown, 1);
    assert_int_equal(driver_open_pcs(d), 0);
}

static void seed_bug_12_leaving_ends_every_track_and_connection(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_connect(d, DRIVER_HIGH);
    driver_leave(d);
    assert_int_equal(driver_live_tracks(d), 0);
    assert_int_equal(driver_open_pcs(d), 0);
}

static void seed_bug_12_a_peer_that_leaves_ends_its_connection_here(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_left(d, DRIVER_LOW, "left");
    assert_int_equal(driver_open_pcs(d), 0);
    assert_null(driver_peer(d, DRIVER_LOW));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(seed_bug_1_mute_acts_on_the_track_sent_after_a_camera_change),
        TEST(seed_bug_2_audio_continues_after_a_camera_change),
        TEST(seed_bug_3_the_old_camera_is_stopped_after_a_change),
        TEST(seed_bug_4_mute_and_camera_off_survive_a_device_change),
        TEST(seed_bug_5_the_camera_can_be_changed_while_it_is_off),
        TEST(seed_bug_6_candidates_before_the_description_are_kept_and_applied),
        TEST(seed_bug_7_a_missing_remembered_camera_is_replaced_by_another),
        TEST(seed_bug_8_a_user_who_denies_permission_joins_and_receives),
        TEST(seed_bug_9_a_third_member_gets_a_connection_of_its_own),
        TEST(seed_bug_10_signals_from_outside_the_room_are_dropped),
        TEST(seed_bug_11_a_lost_socket_is_reopened_automatically),
        TEST(seed_bug_11_a_peer_that_reloads_leaves_no_ghost),
        TEST(seed_bug_12_leaving_ends_every_track_and_connection),
        TEST(seed_bug_12_a_peer_that_leaves_ends_its_connection_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
