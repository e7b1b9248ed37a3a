/* core_pictures.c - what tests of pictures have in common. */
/* SPDX-License-Identifier: MIT */
#include "core_pictures.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

void pictures_meet(struct driver *d, pf_member_id id, uint32_t instance, const char *capabilities)
{
    driver_relay(d,
                 "{\"type\":\"member\",\"id\":\"%016" PRIx64 "\",\"name\":\"Bob\","
                 "\"instance\":%" PRIu32 ",\"away\":false,\"capabilities\":[%s]}",
                 id, instance, capabilities);
}

pf_pc pictures_connect(struct driver *d, pf_member_id id)
{
    pictures_meet(d, id, DRIVER_THEIR_INSTANCE, "\"quality\"");
    driver_connect(d, id);
    return driver_pc(d, id);
}

pf_pc pictures_call(struct driver *d)
{
    driver_capture(d);
    driver_enter(d, 0, 0);
    const pf_pc pc = pictures_connect(d, DRIVER_LOW);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    driver_channel_opened(d, pc);
    driver_wait(d, 2000);
    return pc;
}

void pictures_ask(struct driver *d, pf_pc pc, uint32_t camera, uint32_t screen)
{
    char text[96];
    (void)snprintf(text, sizeof text,
                   "{\"type\":\"wanted\",\"camera\":%" PRIu32 ",\"screen\":%" PRIu32 "}", camera,
                   screen);
    driver_channel_message(d, pc, text);
}

void pictures_assert_set(const struct driver *d, enum pf_source source, uint32_t scale,
                         uint32_t frame_rate, uint32_t rate_kbps)
{
    const struct pf_command *command = driver_get(d, PF_COMMAND_PC_SET_ENCODING);
    assert_int_equal(command->set_encoding.source, source);
    assert_int_equal(command->set_encoding.encoding.scale, scale);
    assert_int_equal(command->set_encoding.encoding.frame_rate, frame_rate);
    assert_int_equal(command->set_encoding.encoding.rate_kbps, rate_kbps);
}

size_t pictures_sets(const struct driver *d)
{
    return driver_count(d, PF_COMMAND_PC_SET_ENCODING);
}
