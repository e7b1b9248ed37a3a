/* core_vectors_test.c - the test vectors of PROTOCOL.md, in a call. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The vectors' members: a client, and whom it is in a call with. */
enum { OWN_INSTANCE = 42, PEER_INSTANCE = 77 };
#define PEER ((pf_member_id)0xb2)

/* In a room with the peer, of whom nothing has come yet. */
static struct driver *begin(void)
{
    struct pf_room_config config = driver_config();
    config.instance = OWN_INSTANCE;
    struct driver *d = driver_new(&config);
    driver_enter(d, 0, 0);
    driver_come(d, PEER, PEER_INSTANCE, "chat");
    return d;
}

/* The peer has offered: there is a connection. */
static pf_pc meet(struct driver *d)
{
    driver_relay(d, "{\"type\":\"signal\",\"from\":\"00000000000000b2\",\"fromInstance\":77,"
                    "\"toInstance\":42,\"kind\":\"description\",\"epoch\":1,\"offerNumber\":1,"
                    "\"description\":{\"type\":\"offer\",\"sdp\":\"v=0\"}}");
    return driver_pc(d, PEER);
}

static void feed(struct driver *d, const struct vector *vector)
{
    if (vector->channel < 0) {
        driver_relay_bytes(d, vector->text);
        return;
    }
    const pf_pc pc = meet(d);
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_PC_CHANNEL_MESSAGE,
                                      .pc = pc,
                                      .channel = {.id = (uint16_t)vector->channel,
                                                  .is_binary = vector->binary,
                                                  .data = vector->text}});
}

static void a_client_in_a_call_takes_or_drops_vectors_as_specified(void **state)
{
    (void)state;
    struct vectors vectors;
    vectors_open(&vectors);
    struct vector vector;
    int taken = 0, dropped = 0;
    while (vectors_next(&vectors, &vector)) {
        if (!vector.call) {
            continue;
        }
        struct driver *d = begin();
        feed(d, &vector);
        const bool is_taken = strcmp(vector.call, "taken") == 0;
        const uint32_t unreadable = driver_counters(d)->unreadable;
        if (unreadable != (is_taken ? 0 : 1) || (d->commands_count > 0) != is_taken) {
            fail_msg("%s: is not %s: %u counted, %zu commands", vector.name, vector.call,
                     unreadable, d->commands_count);
        }
        taken += is_taken;
        dropped += !is_taken;
        driver_free(d);
    }
    vectors_close(&vectors);
    assert_true(taken >= 4);
    assert_true(dropped >= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_in_a_call_takes_or_drops_vectors_as_specified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
