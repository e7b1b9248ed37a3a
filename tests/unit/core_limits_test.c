/* core_limits_test.c - queues, lists and numbers at their limits and one beyond. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include "core/common/outbox.h"
#include "core/media/devices.h"
#include "core/peer/candidates.h"
#include "core/room/prepared.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PEERS_MAX = PF_MEMBERS_MAX - 1 };

/* ---- the queue of candidates ---- */

static struct pf_candidate candidate_of(const char *text)
{
    return (struct pf_candidate){.candidate = pf_slice_of(text), .mline_index = -1};
}

static void assert_queued(const struct pf_candidates *queue, size_t index, const char *text)
{
    const struct pf_slice slice = pf_candidates_get(queue, index).candidate;
    assert_int_equal(slice.size, strlen(text));
    assert_memory_equal(slice.data, text, slice.size);
}

static void exchanges_are_ordered_by_epoch_and_then_by_offer(void **state)
{
    (void)state;
    const struct pf_exchange a = {1, 9}, b = {2, 1}, c = {2, 2};
    assert_true(pf_exchange_compare(a, b) < 0);
    assert_true(pf_exchange_compare(b, a) > 0);
    assert_true(pf_exchange_compare(b, c) < 0);
    assert_true(pf_exchange_compare(c, b) > 0);
    assert_int_equal(pf_exchange_compare(c, c), 0);
}

static void a_queue_distinguishes_null_from_empty(void **state)
{
    (void)state;
    struct pf_candidates queue;
    pf_candidates_clear(&queue);
    struct pf_candidate put = candidate_of("c");
    put.mid = PF_SLICE("");
    assert_int_equal(pf_candidates_put(&queue, (struct pf_exchange){1, 1}, &put), PF_ERROR_OK);
    const struct pf_candidate got = pf_candidates_get(&queue, 0);
    assert_non_null(got.mid.data);
    assert_int_equal(got.mid.size, 0);
    assert_null(got.username_fragment.data);
    assert_int_equal(got.mline_index, -1);
}

static void discarding_keeps_the_order_and_texts_of_the_others(void **state)
{
    (void)state;
    struct pf_candidates queue;
    pf_candidates_clear(&queue);
    static const struct {
        struct pf_exchange exchange;
        const char *text;
    } put[] = {{{2, 1}, "later"}, {{1, 1}, "old"}, {{3, 1}, "latest"}, {{1, 2}, "of now"}};
    for (size_t i = 0; i < sizeof put / sizeof *put; i++) {
        const struct pf_candidate candidate = candidate_of(put[i].text);
        assert_int_equal(pf_candidates_put(&queue, put[i].exchange, &candidate), PF_ERROR_OK);
    }
    pf_candidates_discard(&queue, (struct pf_exchange){1, 2});
    assert_int_equal(queue.count, 2);
    assert_queued(&queue, 0, "later");
    assert_queued(&queue, 1, "latest");
    assert_int_equal(queue.bytes_size, strlen("later") + strlen("latest"));
}

static void a_queue_holds_at_most_8192_bytes(void **state)
{
    (void)state;
    static char text[PF_CANDIDATES_BYTES_MAX + 1];
    static struct pf_candidates queue_memory;
    struct pf_candidates *queue = &queue_memory;
    memset(text, 'x', sizeof text);
    const struct pf_exchange exchange = {1, 1};
    /* All three texts count. */
    const size_t sizes[][3] = {{8192, 0, 0}, {8000, 192, 0}, {8000, 100, 92}, {0, 0, 8192}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct pf_candidate candidate = {.candidate = {text, sizes[i][0]},
                                         .mid = {text, sizes[i][1]},
                                         .username_fragment = {text, sizes[i][2]}};
        pf_candidates_clear(queue);
        assert_int_equal(pf_candidates_put(queue, exchange, &candidate), PF_ERROR_OK);
        pf_candidates_clear(queue);
        candidate.candidate.size++;
        assert_int_equal(pf_candidates_put(queue, exchange, &candidate), PF_ERROR_FULL);
        candidate.candidate.size--;
        candidate.mid.size++;
        assert_int_equal(pf_candidates_put(queue, exchange, &candidate), PF_ERROR_FULL);
        candidate.mid.size--;
        candidate.username_fragment.size++;
        assert_int_equal(pf_candidates_put(queue, exchange, &candidate), PF_ERROR_FULL);
        assert_int_equal(queue->count, 0);
    }
}

/* ---- the outbox ---- */

static void messages_cannot_fill_the_whole_outbox(void **state)
{
    (void)state;
    struct pf_outbox *outbox = test_malloc(sizeof *outbox);
    pf_outbox_init(outbox);
    outbox->message.type = PF_MESSAGE_PING;
    for (int i = 0; i < PF_OUTBOX_MESSAGES_MAX; i++) {
        assert_non_null(pf_outbox_push_message(outbox, PF_COMMAND_SOCKET_SEND));
    }
    assert_null(pf_outbox_push_message(outbox, PF_COMMAND_SOCKET_SEND));
    for (int i = PF_OUTBOX_MESSAGES_MAX; i < PF_OUTBOX_COMMANDS_MAX; i++) {
        pf_outbox_push(outbox, PF_COMMAND_DEVICES_ENUMERATE);
    }
    struct pf_command command;
    size_t count = 0;
    while (pf_outbox_pop(outbox, &command)) {
        count++;
    }
    assert_int_equal(count, PF_OUTBOX_COMMANDS_MAX);
    test_free(outbox);
}

static void a_text_that_overflows_the_outbox_leaves_it_unchanged(void **state)
{
    (void)state;
    struct pf_outbox *outbox = test_malloc(sizeof *outbox);
    pf_outbox_init(outbox);
    static char text[PF_MESSAGE_SIZE_MAX];
    const struct pf_slice slice = {text, sizeof text};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pf_outbox_copy(outbox, slice).size, sizeof text);
    }
    const struct pf_slice all_but_one = {text, sizeof text - 1};
    assert_int_equal(pf_outbox_copy(outbox, all_but_one).size, sizeof text - 1);
    assert_int_equal(pf_outbox_copy(outbox, PF_SLICE("ab")).size, 0);
    outbox->message.type = PF_MESSAGE_PING;
    assert_null(pf_outbox_push_message(outbox, PF_COMMAND_SOCKET_SEND));
    assert_int_equal(pf_outbox_copy(outbox, PF_SLICE("a")).size, 1);
    struct pf_command command;
    assert_false(pf_outbox_pop(outbox, &command));
    test_free(outbox);
}

static void messages_that_overflow_the_outbox_are_dropped_and_counted(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    for (pf_member_id id = 1; id <= PEERS_MAX; id++) {
        driver_meet(d, id);
        driver_channel_opened(d, driver_pc(d, id));
    }
    driver_socket_closed(d, 1006);
    for (pf_member_id id = 1; id <= PEERS_MAX; id++) {
        for (int i = 0; i < PF_CANDIDATES_MAX; i++) {
            driver_gathered(d, driver_pc(d, id), "candidate:1");
        }
    }
    driver_wait(d, 10000);
    driver_hello(d);
    char members[2048] = "";
    size_t size = 0;
    for (int id = 1; id <= PEERS_MAX; id++) {
        size +=
            (size_t)snprintf(members + size, sizeof members - size,
                             "%s{\"id\":\"%016x\",\"name\":\"\",\"instance\":42,\"away\":false}",
                             id > 1 ? "," : "", (unsigned)id);
    }
    driver_relay(d,
                 "{\"type\":\"joined\",\"self\":\"0000000000000050\",\"resumed\":true,"
                 "\"ticket\":\"t\",\"members\":[%s]}",
                 members);
    assert_true(driver_count(d, PF_COMMAND_SOCKET_SEND) <= PF_OUTBOX_MESSAGES_MAX);
    assert_true(driver_counters(d)->unsent > 0);
    assert_in_range(driver_count(d, PF_COMMAND_PC_CHANNEL_SEND), 1, PEERS_MAX - 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_READ_LOCAL), PEERS_MAX);
}

static void leaving_a_full_room_fits_into_one_event(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    driver_enter(d, 0, 0);
    for (pf_member_id id = 1; id <= PEERS_MAX; id++) {
        driver_connect(d, id);
        driver_channel_opened(d, driver_pc(d, id));
    }
    driver_leave(d);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CHANNEL_SEND), PEERS_MAX);
    assert_int_equal(driver_open_pcs(d), 0);
    assert_int_equal(driver_live_tracks(d), 0);
}

static void candidates_that_were_added_free_their_place_in_the_queue(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    for (uint32_t offer = 1; offer <= 5; offer += 2) {
        for (int i = 0; i < PF_CANDIDATES_MAX; i++) {
            driver_candidate(d, DRIVER_LOW, 1, offer, "candidate:1");
        }
        driver_offer(d, DRIVER_LOW, 1, offer);
        driver_remote_set(d, driver_pc(d, DRIVER_LOW), PF_DESCRIPTION_OFFER);
        assert_int_equal(driver_count(d, PF_COMMAND_PC_ADD_CANDIDATE), PF_CANDIDATES_MAX);
        driver_created(d, driver_pc(d, DRIVER_LOW), PF_DESCRIPTION_ANSWER);
    }
    assert_int_equal(driver_counters(d)->queue_full, 0);
}

static void R19_candidates_are_limited_per_description(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    for (int i = 0; i < 3 * PF_CANDIDATES_MAX; i++) {
        driver_candidate(d, DRIVER_LOW, 1, 1, "candidate:1");
        assert_int_equal(driver_count(d, PF_COMMAND_PC_ADD_CANDIDATE), i < PF_CANDIDATES_MAX);
    }
    assert_int_equal(driver_counters(d)->queue_full, 2 * PF_CANDIDATES_MAX);
    driver_offer(d, DRIVER_LOW, 1, 3);
    driver_remote_set(d, pc, PF_DESCRIPTION_OFFER);
    driver_candidate(d, DRIVER_LOW, 1, 3, "candidate:2");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_ADD_CANDIDATE), 1);
}

static void a_description_too_long_to_send_leads_to_a_new_connection(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_HIGH, 0);
    static char sdp[PF_MESSAGE_SIZE_MAX];
    memset(sdp, '\n', sizeof sdp); /* twice as long when escaped */
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_PC_DESCRIPTION,
                                      .pc = driver_pc(d, DRIVER_HIGH),
                                      .description = {PF_DESCRIPTION_OFFER, {sdp, sizeof sdp}}});
    assert_int_equal(driver_counters(d)->unsent, 1);
    assert_int_equal(driver_sent(d, "\"type\":\"offer\"", NULL, NULL), 0);
    driver_wait(d, 15000);
    assert_int_equal(driver_counters(d)->renewals, 1);
}

static void a_prepared_offer_over_its_limit_is_discarded(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    static char sdp[PF_PREPARED_SDP_SIZE_MAX + 1];
    memset(sdp, 'v', sizeof sdp);
    const struct pf_event event = {.type = PF_EVENT_PC_DESCRIPTION,
                                   .pc = d->prepared_pc,
                                   .description = {PF_DESCRIPTION_OFFER, {sdp, sizeof sdp}}};
    driver_feed(d, &event);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 1);
    driver_join(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", NULL, NULL), 1);
    assert_int_equal(driver_sent(d, "\"sdp\"", NULL, NULL), 0);
}

static void a_prepared_offer_at_its_limit_is_kept(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    static char sdp[PF_PREPARED_SDP_SIZE_MAX];
    memset(sdp, 'v', sizeof sdp);
    const struct pf_event event = {.type = PF_EVENT_PC_DESCRIPTION,
                                   .pc = d->prepared_pc,
                                   .description = {PF_DESCRIPTION_OFFER, {sdp, sizeof sdp}}};
    driver_feed(d, &event);
    driver_join(d);
    assert_int_equal(driver_sent(d, "\"sdp\":\"vvvv", NULL, NULL), 1);
}

static void a_join_carries_at_most_32_candidates_and_the_others_follow(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    for (int i = 0; i < PF_OFFER_CANDIDATES_MAX + 2; i++) {
        char text[8];
        (void)snprintf(text, sizeof text, "c%02d", i);
        driver_gathered(d, d->prepared_pc, text);
    }
    driver_join(d);
    assert_int_equal(driver_sent(d, "\"c31\"", NULL, NULL), 1);
    assert_int_equal(driver_sent(d, "\"c32\"", NULL, NULL), 0);
    driver_relay(d, "{\"type\":\"joined\",\"self\":\"0000000000000050\",\"resumed\":false,"
                    "\"ticket\":\"t\",\"members\":[{\"id\":\"0000000000000090\",\"name\":\"\","
                    "\"instance\":42,\"away\":false}],\"offered\":\"0000000000000090\"}");
    assert_int_equal(driver_sent(d, "\"kind\":\"candidate\"", NULL, NULL), 2);
    assert_int_equal(driver_sent(d, "\"c32\"", NULL, NULL), 1);
}

/* ---- numbers ---- */

static void epochs_and_offer_numbers_up_to_2_30_are_accepted(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_offer(d, DRIVER_LOW, 1 << 30, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_REMOTE), 1);
    driver_remote_set(d, driver_pc(d, DRIVER_LOW), PF_DESCRIPTION_OFFER);
    driver_created(d, driver_pc(d, DRIVER_LOW), PF_DESCRIPTION_ANSWER);
    driver_offer(d, DRIVER_LOW, 1 << 30, 1 << 30);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_REMOTE), 1);
    driver_remote_set(d, driver_pc(d, DRIVER_LOW), PF_DESCRIPTION_OFFER);
    driver_created(d, driver_pc(d, DRIVER_LOW), PF_DESCRIPTION_ANSWER);
    driver_request(d, DRIVER_LOW, 1 << 30,
                   "restart"); /* there is still a higher number for our offer */
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
    driver_wait(d, 1000);
    driver_request(d, DRIVER_LOW, 1 << 30, "renew");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
}

static void larger_epochs_and_offer_numbers_are_dropped(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    const uint32_t numbers[] = {(1u << 30) + 1, UINT32_MAX};
    for (size_t i = 0; i < 2; i++) {
        driver_offer(d, DRIVER_LOW, numbers[i], 1);
        assert_int_equal(d->commands_count, 0);
        driver_offer(d, DRIVER_LOW, 1, numbers[i]);
        assert_int_equal(d->commands_count, 0);
        driver_candidate(d, DRIVER_LOW, numbers[i], 1, "c");
        assert_int_equal(d->commands_count, 0);
        driver_request(d, DRIVER_LOW, numbers[i], "renew");
        assert_int_equal(d->commands_count, 0);
    }
    assert_int_equal(driver_counters(d)->unreadable, 8);
}

/* ---- devices ---- */

static void a_long_device_list_is_truncated(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    struct pf_device list[PF_DEVICES_MAX + 1];
    for (size_t i = 0; i < PF_DEVICES_MAX + 1; i++) {
        list[i] = (struct pf_device){PF_SOURCE_CAMERA, PF_SLICE("id"), PF_SLICE("label")};
    }
    driver_devices(d, list, PF_DEVICES_MAX);
    assert_int_equal(driver_get(d, PF_COMMAND_SHOW_DEVICES)->devices.count, PF_DEVICES_MAX);
    driver_devices(d, list, PF_DEVICES_MAX + 1);
    assert_int_equal(driver_get(d, PF_COMMAND_SHOW_DEVICES)->devices.count, PF_DEVICES_MAX);
}

static void a_device_whose_id_is_too_long_is_omitted(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    char id[PF_DEVICE_ID_SIZE_MAX + 1];
    memset(id, 'x', sizeof id);
    const struct pf_device list[] = {
        {PF_SOURCE_CAMERA, {id, sizeof id}, PF_SLICE("too long")},
        {PF_SOURCE_CAMERA, {id, sizeof id - 1}, PF_SLICE("just right")},
    };
    driver_devices(d, list, 2);
    const struct pf_command *show = driver_get(d, PF_COMMAND_SHOW_DEVICES);
    assert_int_equal(show->devices.count, 1);
    assert_int_equal(show->devices.list[0].id.size, PF_DEVICE_ID_SIZE_MAX);
    assert_string_equal(show->devices.list[0].label.data, "just right");
}

static void a_label_is_truncated_between_characters(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    char label[PF_DEVICE_LABEL_SIZE_MAX + 3] = "";
    memset(label, 'x', PF_DEVICE_LABEL_SIZE_MAX - 2);
    memcpy(label + PF_DEVICE_LABEL_SIZE_MAX - 2, "\xed\x95\x9c", 3); /* would need 97 bytes */
    const struct pf_device list = {
        PF_SOURCE_CAMERA, PF_SLICE("id"), {label, PF_DEVICE_LABEL_SIZE_MAX + 1}};
    driver_devices(d, &list, 1);
    const struct pf_command *show = driver_get(d, PF_COMMAND_SHOW_DEVICES);
    assert_int_equal(show->devices.list[0].label.size, PF_DEVICE_LABEL_SIZE_MAX - 2);
    assert_true(pf_slice_is_utf8(show->devices.list[0].label));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(exchanges_are_ordered_by_epoch_and_then_by_offer),
        TEST(a_queue_distinguishes_null_from_empty),
        TEST(discarding_keeps_the_order_and_texts_of_the_others),
        TEST(a_queue_holds_at_most_8192_bytes),
        TEST(messages_cannot_fill_the_whole_outbox),
        TEST(a_text_that_overflows_the_outbox_leaves_it_unchanged),
        TEST(messages_that_overflow_the_outbox_are_dropped_and_counted),
        TEST(leaving_a_full_room_fits_into_one_event),
        TEST(candidates_that_were_added_free_their_place_in_the_queue),
        TEST(R19_candidates_are_limited_per_description),
        TEST(a_description_too_long_to_send_leads_to_a_new_connection),
        TEST(a_prepared_offer_over_its_limit_is_discarded),
        TEST(a_prepared_offer_at_its_limit_is_kept),
        TEST(a_join_carries_at_most_32_candidates_and_the_others_follow),
        TEST(epochs_and_offer_numbers_up_to_2_30_are_accepted),
        TEST(larger_epochs_and_offer_numbers_are_dropped),
        TEST(a_long_device_list_is_truncated),
        TEST(a_device_whose_id_is_too_long_is_omitted),
        TEST(a_label_is_truncated_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
