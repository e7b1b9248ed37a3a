/* hub_parts_test.c - the parts of the hub: hash, timers, rooms, tickets. */
/* SPDX-License-Identifier: MIT */
#include "base/random.h"
#include "relay/hub/rooms.h"
#include "relay/hub/siphash.h"
#include "relay/hub/ticket.h"
#include "relay/hub/timers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TIMERS_COUNT = 200, ROOMS_COUNT = 1000 };

/* The example of the SipHash paper, appendix A, and two more of its test vectors. */
static void siphash_gives_the_published_values(void **state)
{
    (void)state; /* a pure function */
    const uint64_t key[2] = {0x0706050403020100u, 0x0f0e0d0c0b0a0908u};
    char bytes[15];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)i;
    }
    assert_true(pf_siphash(key, (struct pf_slice){bytes, 15}) == 0xa129ca6149be45e5u);
    assert_true(pf_siphash(key, (struct pf_slice){bytes, 0}) == 0x726fdb47dd0e0e31u);
    assert_true(pf_siphash(key, (struct pf_slice){bytes, 8}) == 0x93f5f5799a932462u);
}

static void timers_fire_in_the_order_of_their_deadlines(void **state)
{
    (void)state; /* no fixture */
    static struct pf_timer timers[TIMERS_COUNT];
    struct pf_timers heap = {.heap = NULL};
    struct pf_random random;
    pf_random_seed(&random, 5);
    assert_int_equal(pf_timers_reserve(&heap, TIMERS_COUNT), PF_ERROR_OK);
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < TIMERS_COUNT; i++) {
            timers[i].kind = 1;
            pf_timers_set(&heap, &timers[i], pf_random_below(&random, 100));
        }
        for (size_t i = 0; i < TIMERS_COUNT / 2; i++) {
            struct pf_timer *timer = &timers[pf_random_below(&random, TIMERS_COUNT)];
            timer->kind = pf_random_below(&random, 2) & 1u;
            if (timer->kind == 0) {
                pf_timers_cancel(&heap, timer);
            } else {
                pf_timers_set(&heap, timer, pf_random_below(&random, 100));
            }
        }
        uint64_t before_ms = 0;
        uint32_t before_age = 0;
        size_t count = 0;
        for (struct pf_timer *timer = NULL; (timer = pf_timers_due(&heap, 100)) != NULL;) {
            assert_true(timer->kind == 1);
            assert_true(timer->deadline_ms >= before_ms);
            assert_true(timer->deadline_ms > before_ms || count == 0 || timer->age > before_age);
            before_ms = timer->deadline_ms;
            before_age = timer->age;
            count++;
        }
        size_t expected = 0;
        for (size_t i = 0; i < TIMERS_COUNT; i++) {
            expected += timers[i].kind;
        }
        assert_int_equal(count, expected);
    }
    pf_timers_clear(&heap);
}

static void a_timer_is_not_due_before_its_deadline(void **state)
{
    (void)state; /* no fixture */
    struct pf_timer timer = {.kind = 0};
    struct pf_timers heap = {.heap = NULL};
    assert_true(pf_timers_deadline_ms(&heap) == PF_DEADLINE_NONE);
    assert_int_equal(pf_timers_reserve(&heap, 1), PF_ERROR_OK);
    pf_timers_set(&heap, &timer, 10);
    assert_true(pf_timers_deadline_ms(&heap) == 10);
    assert_null(pf_timers_due(&heap, 9));
    assert_ptr_equal(pf_timers_due(&heap, 10), &timer);
    assert_null(pf_timers_due(&heap, 10));
    pf_timers_clear(&heap);
}

static struct pf_slice name_of(size_t number, char text[16])
{
    (void)snprintf(text, 16, "room %zu", number); /* it fits */
    return pf_slice_of(text);
}

static void rooms_are_found_while_the_table_grows_and_empties(void **state)
{
    (void)state; /* no fixture */
    const uint64_t key[2] = {1, 2};
    struct pf_rooms rooms;
    struct pf_hub_room *room = NULL;
    struct pf_hub_member *member = NULL;
    char text[16];
    pf_rooms_init(&rooms, ROOMS_COUNT, key);
    assert_null(pf_rooms_find(&rooms, PF_SLICE("room 0")));
    for (size_t i = 0; i < ROOMS_COUNT; i++) {
        assert_int_equal(pf_rooms_add(&rooms, name_of(i, text), &room), PF_ERROR_OK);
        assert_int_equal(pf_rooms_add_member(&rooms, room, i + 1, &member), PF_ERROR_OK);
    }
    assert_int_equal(pf_rooms_add(&rooms, PF_SLICE("one more"), &room), PF_ERROR_FULL);
    for (size_t i = 0; i < ROOMS_COUNT; i += 2) {
        room = pf_rooms_find(&rooms, name_of(i, text));
        assert_non_null(room);
        pf_rooms_remove_member(&rooms, pf_hub_room_member(room, i + 1));
    }
    assert_int_equal(rooms.count, ROOMS_COUNT / 2);
    assert_int_equal(rooms.members_count, ROOMS_COUNT / 2);
    for (size_t i = 0; i < ROOMS_COUNT; i++) {
        room = pf_rooms_find(&rooms, name_of(i, text));
        assert_true((room != NULL) == (i % 2 == 1));
        assert_true(!room || pf_hub_room_member(room, i + 1) != NULL);
        assert_true(!room || pf_hub_room_member(room, i) == NULL);
    }
    pf_rooms_clear(&rooms);
}

/* A MAC without a secret: only the signed text matters here. */
static void sign_openly(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE])
{
    (void)user; /* no secret */
    memset(mac, 0, PF_MAC_SIZE);
    for (size_t i = 0; i < text.size; i++) {
        mac[i % PF_MAC_SIZE] = (uint8_t)(mac[i % PF_MAC_SIZE] * 31 + (uint8_t)text.data[i]);
    }
}

/* A ticket for the room "tea" with this claim and a valid signature. */
static struct pf_slice ticket_that_claims(const char *claim, char out[PF_TICKET_SIZE_MAX])
{
    char text[256];
    uint8_t mac[PF_MAC_SIZE];
    const int size = snprintf(text, sizeof text, "peerface ticket 1\n%s\ntea", claim);
    sign_openly(NULL, (struct pf_slice){text, (size_t)size}, mac);
    int written = snprintf(out, PF_TICKET_SIZE_MAX, "%s.", claim);
    for (size_t i = 0; i < PF_MAC_SIZE; i++) {
        written += snprintf(out + written, PF_TICKET_SIZE_MAX - (size_t)written, "%02x", mac[i]);
    }
    return (struct pf_slice){out, (size_t)written};
}

static void a_ticket_is_valid_until_its_expiry_in_canonical_decimal(void **state)
{
    (void)state; /* no fixture */
    static const struct {
        const char *claim;
        bool counts;
    } cases[] = {
        {"00000000000000a1.1001", true},
        {"00000000000000a1.9999999999999999999", true},
        {"00000000000000a1.l1001", true},
        {"00000000000000a1.h1001", false},
        {"00000000000000a1.ll1001", false},
        {"00000000000000a1.l", false},
        {"00000000000000a1.1000", false},                 /* now */
        {"00000000000000a1.18446744073709551615", false}, /* more digits than are accepted */
        {"00000000000000a1.01001", false},
        {"00000000000000a1.+1001", false},
        {"00000000000000a1.1001:", false},
        {"00000000000000a1.1001.", false},
        {"0000000000000000.1001", false}, /* nobody */
        {"00000000000000A1.1001", false},
        {"00000000000000a11001", false}, /* the dot is missing */
    };
    const struct pf_signer signer = {.sign = sign_openly};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[PF_TICKET_SIZE_MAX];
        const struct pf_slice ticket = ticket_that_claims(cases[i].claim, text);
        const pf_member_id id = pf_ticket_read(&signer, PF_SLICE("tea"), ticket, 1000).id;
        if (id != (cases[i].counts ? 0xa1u : 0u)) {
            fail_msg("%s", cases[i].claim);
        }
    }
}

static void a_ticket_that_overflows_its_buffer_is_not_signed(void **state)
{
    (void)state; /* no fixture */
    const struct pf_signer signer = {.sign = sign_openly};
    char text[PF_TICKET_SIZE_MAX];
    struct pf_buffer out;
    const struct pf_ticket ann = {.id = 0xa1, .issued_s = 1800000000};
    pf_buffer_init(&out, text, 20); /* the id fits, the expiry does not */
    pf_ticket_write(&signer, PF_SLICE("tea"), &ann, &out);
    assert_true(out.overflow);
    pf_buffer_init(&out, text, sizeof text);
    pf_ticket_write(&signer, PF_SLICE("tea"), &ann, &out);
    assert_false(out.overflow);
    assert_true(pf_ticket_read(&signer, PF_SLICE("tea"), pf_buffer_slice(&out), 1000).id == 0xa1u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(siphash_gives_the_published_values),
        cmocka_unit_test(timers_fire_in_the_order_of_their_deadlines),
        cmocka_unit_test(a_timer_is_not_due_before_its_deadline),
        cmocka_unit_test(a_ticket_is_valid_until_its_expiry_in_canonical_decimal),
        cmocka_unit_test(a_ticket_that_overflows_its_buffer_is_not_signed),
        cmocka_unit_test(rooms_are_found_while_the_table_grows_and_empties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
