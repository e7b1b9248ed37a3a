/* core_chaos.c - feeds a room random events, drawn from bytes or from a seed. */
/* SPDX-License-Identifier: MIT */
#include "core_chaos.h"

#include "core_events.h"

#include <inttypes.h>
#include <stdio.h>

/* A value below `bound`, at most 256. */
static uint32_t draw(struct chaos *chaos, uint32_t bound)
{
    if (!chaos->bytes) {
        return pf_random_below(&chaos->random, bound);
    }
    if (chaos->bytes_left == 0) {
        return 0;
    }
    chaos->bytes_left--;
    return *chaos->bytes++ % bound;
}

static const char *draw_text(struct chaos *chaos, const char *const *texts, uint32_t count)
{
    return texts[draw(chaos, count)];
}

static pf_member_id draw_member(struct chaos *chaos)
{
    static const pf_member_id members[] = {DRIVER_LOW, DRIVER_HIGH, 0x91, 0x11, DRIVER_SELF, 0x99};
    return members[draw(chaos, sizeof members / sizeof *members)];
}

/* An epoch or offer number: mostly a plausible one. */
static uint32_t draw_number(struct chaos *chaos)
{
    static const uint32_t numbers[] = {1, 1, 1, 2, 3, 4, 5, 7, 1 << 30, (1 << 30) + 1, UINT32_MAX};
    return numbers[draw(chaos, sizeof numbers / sizeof *numbers)];
}

/* The id of one of the latest connections (`is_pc`) or tracks in the state `life`, where UNKNOWN
 * means any state; 0 if there is none. */
static uint32_t draw_thing(struct chaos *chaos, bool is_pc, enum driver_life life)
{
    const struct driver *driver = chaos->driver;
    const uint32_t skip = draw(chaos, 8);
    uint32_t found = 0;
    uint32_t seen = 0;
    for (uint32_t id = driver->last_id; id > 0 && seen <= skip; id--) {
        const struct driver_thing *thing = &driver->things[id];
        if (thing->is_pc == is_pc && (thing->life == life || life == DRIVER_UNKNOWN)) {
            found = id;
            seen++;
        }
    }
    return found;
}

/* ---- the user and the machine ---- */

static void feed_user(struct chaos *chaos)
{
    struct driver *driver = chaos->driver;
    static const char *const devices[] = {"", "cam-1", "cam-2", "gone"};
    const enum pf_source source = (enum pf_source)draw(chaos, PF_SOURCES_COUNT);
    switch (draw(chaos, 18)) {
    case 0: driver_start(driver); break;
    case 1:
    case 2: driver_join(driver); break;
    case 3: driver_join_as(driver, PF_SLICE("\n"), PF_SLICE("")); break;
    case 4: driver_network(driver, draw(chaos, 2) == 0); break;
    case 5:
        if (draw(chaos, 32) == 0) {
            driver_leave(driver);
        }
        break;
    case 6:
    case 7:
    case 8:
    case 9: {
        const enum pf_source device = (enum pf_source)(source % PF_DEVICE_SOURCES_COUNT);
        driver_select(driver, device, draw_text(chaos, devices, 4));
        break;
    }
    case 10: driver_set_name(driver, draw_text(chaos, devices, 4)); break;
    case 11: driver_set_hand(driver, draw(chaos, 2) == 0); break;
    case 12: driver_react(driver, (enum pf_reaction)draw(chaos, 6)); break;
    case 17: driver_say(driver, draw(chaos, 4), draw_text(chaos, devices, 4)); break;
    case 14: driver_set_origin(driver, source, (enum pf_origin)draw(chaos, 3)); break;
    case 13: driver_want(driver, draw_member(chaos), source, draw(chaos, 3) * 400); break;
    default: driver_set(driver, source, draw(chaos, 2) == 0); break;
    }
}

static void pass_time(struct chaos *chaos)
{
    static const uint64_t waits_ms[] = {0, 1, 50, 300, 1000, 3000, 8000, 20000, 60000, 1000000};
    const uint64_t wait_ms = waits_ms[draw(chaos, sizeof waits_ms / sizeof *waits_ms)];
    if (draw(chaos, 4) == 0) {
        chaos->driver->now_ms += wait_ms; /* the machine sleeps: the timeout is late */
        driver_feed(chaos->driver, &(struct pf_event){.type = PF_EVENT_TIMEOUT});
    } else {
        driver_wait(chaos->driver, wait_ms < 100000 ? wait_ms : 100000);
    }
}

/* ---- the relay and the peers ---- */

static void feed_signal(struct chaos *chaos)
{
    static const char *const wants[] = {"offer", "restart", "renew", "tea"};
    static const char *const types[] = {"offer", "answer", "pranswer"};
    char kind[512];
    const uint32_t epoch = draw_number(chaos);
    const uint32_t offer = draw_number(chaos);
    switch (draw(chaos, 5)) {
    case 0:
        (void)snprintf(kind, sizeof kind, "request\",\"epoch\":%" PRIu32 ",\"want\":\"%s\"", epoch,
                       draw_text(chaos, wants, 4));
        break;
    case 1:
        (void)snprintf(kind, sizeof kind,
                       "state\",\"state\":{\"sequence\":%" PRIu32
                       ",\"microphone\":\"on\",\"camera\":\"none\"}",
                       epoch);
        break;
    case 2:
        (void)snprintf(kind, sizeof kind,
                       "candidate\",\"epoch\":%" PRIu32 ",\"offerNumber\":%" PRIu32
                       ",\"candidate\":{\"candidate\":\"c\",\"sdpMLineIndex\":%d}",
                       epoch, offer, (int)draw(chaos, 4));
        break;
    default:
        (void)snprintf(kind, sizeof kind,
                       "description\",\"epoch\":%" PRIu32 ",\"offerNumber\":%" PRIu32
                       ",\"description\":{\"type\":\"%s\",\"sdp\":\"v=0\"}",
                       epoch, offer, draw_text(chaos, types, 3));
        break;
    }
    driver_relay(chaos->driver,
                 "{\"type\":\"signal\",\"from\":\"%016" PRIx64
                 "\",\"fromInstance\":%d,\"toInstance\":%d,\"kind\":\"%s}",
                 draw_member(chaos), draw(chaos, 8) == 0 ? 43 : 42, draw(chaos, 16) == 0 ? 7 : 77,
                 kind);
}

static void feed_member(struct chaos *chaos)
{
    static const char offer[] =
        ",\"preparedOffer\":{\"description\":{\"type\":\"offer\",\"sdp\":\"v=0\"},\"candidates\":["
        "{\"candidate\":\"c\"}]}";
    const bool has_offer = draw(chaos, 4) == 3;
    driver_relay(chaos->driver,
                 "{\"type\":\"member\",\"id\":\"%016" PRIx64
                 "\",\"name\":\"Bob\",\"instance\":%d,\"away\":%s,"
                 "\"capabilities\":[\"reaction\",\"quality\"]%s}",
                 draw_member(chaos), draw(chaos, 8) == 0 ? 43 : 42,
                 draw(chaos, 4) == 0 ? "true" : "false", has_offer ? offer : "");
}

static void feed_relay(struct chaos *chaos)
{
    struct driver *driver = chaos->driver;
    static const char *const codes[] = {"room-full", "replaced", "rate-limit", "bad-message"};
    static const char *const others[] = {
        "{\"type\":\"pong\"}",
        "{\"type\":\"bye\"}",
        "{\"type\":\"join\"}",
        "nonsense",
        "",
        ("{\"type\":\"hello\",\"iceServers\":[{}],\"membersMax\":2,\"pingMs\":1,\"graceMs\":1,"
         "\"capabilities\":[\"rename\"]}")};
    const pf_member_id self = draw(chaos, 16) == 0 ? DRIVER_SELF + 1 : DRIVER_SELF;
    switch (draw(chaos, 12)) {
    case 0:
    case 1: driver_hello(driver); break;
    case 2: driver_joined(driver, self, draw_member(chaos), draw_member(chaos)); break;
    case 3: driver_joined(driver, self, 0, 0); break;
    case 4:
        driver_relay(driver,
                     "{\"type\":\"joined\",\"self\":\"%016" PRIx64
                     "\",\"resumed\":false,\"ticket\":\"t\",\"members\":[{\"id\":\"%016" PRIx64
                     "\",\"name\":\"\",\"instance\":42,\"away\":false}],\"offered\":\"%016" PRIx64
                     "\"}",
                     self, DRIVER_HIGH, draw_member(chaos));
        break;
    case 5:
        driver_left(driver, draw_member(chaos), draw(chaos, 2) == 0 ? "left" : "timeout");
        break;
    case 6: driver_relay(driver, "{\"type\":\"ping\"}"); break;
    case 7: driver_relay(driver, "%s", draw_text(chaos, others, 6)); break;
    case 8:
        if (draw(chaos, 16) == 0) {
            driver_relay(driver, "{\"type\":\"error\",\"code\":\"%s\",\"message\":\"\"}",
                         draw_text(chaos, codes, 4));
        }
        break;
    case 9:
        if (draw(chaos, 4) == 0) {
            driver_socket_closed(driver, 1006);
        }
        break;
    default: feed_member(chaos); break;
    }
}

/* ---- the browser ---- */

static struct pf_sample draw_sample(struct chaos *chaos)
{
    static const uint32_t values[] = {0, 0, 10, 100, 1000, UINT32_MAX};
    struct pf_sample sample = {.limitation = (enum pf_limitation)draw(chaos, 3)};
    sample.round_trip_ms = values[draw(chaos, 6)];
    sample.lost_out_percent = values[draw(chaos, 6)];
    sample.lost_in_percent = values[draw(chaos, 6)];
    sample.available_kbps = values[draw(chaos, 6)];
    sample.encode_ms = values[draw(chaos, 6)];
    sample.width = values[draw(chaos, 6)];
    return sample;
}

static void feed_pc(struct chaos *chaos)
{
    struct driver *driver = chaos->driver;
    const pf_pc pc = draw_thing(chaos, true, draw(chaos, 8) == 0 ? DRIVER_UNKNOWN : DRIVER_LIVE);
    const enum pf_description_type type =
        draw(chaos, 2) == 0 ? PF_DESCRIPTION_OFFER : PF_DESCRIPTION_ANSWER;
    const uint32_t detail = draw(chaos, 64);
    switch (draw(chaos, 16)) {
    case 0:
    case 1:
    case 2: driver_created(driver, pc, type); break;
    case 3:
    case 4:
    case 5: driver_remote_set(driver, pc, type); break;
    case 6: driver_local(driver, pc, type); break;
    case 7: driver_gathered(driver, pc, detail == 0 ? "" : "candidate:1"); break;
    case 8:
    case 9: driver_connection(driver, pc, (enum pf_connection_state)(detail % 6)); break;
    case 10:
        driver_failed(driver, pc, (enum pf_operation)(detail % 7), PF_DOM_ERROR_OPERATION);
        break;
    case 11: driver_channel_opened(driver, pc); break;
    case 12:
        driver_channel_message(driver, pc,
                               detail == 0   ? "{\"type\":\"bye\"}"
                               : detail == 1 ? "{\"type\":\"ping\"}"
                               : detail == 3 ? "{\"type\":\"wanted\",\"camera\":0,\"screen\":1}"
                               : detail == 4 ? "{\"type\":\"wanted\",\"camera\":9999,\"screen\":0}"
                               : detail == 5 ? "{\"type\":\"heard\",\"number\":1}"
                               : detail == 6 ? "{\"type\":\"chat\",\"number\":1,\"first\":1,"
                                               "\"ageMs\":0,\"text\":\"a\"}"
                               : detail == 7 ? "{\"type\":\"file\",\"number\":9,\"size\":9,"
                                               "\"state\":\"offered\",\"name\":\"a\"}"
                               : detail == 8 ? "{\"type\":\"file\",\"number\":9,"
                                               "\"state\":\"cancelled\"}"
                               : detail == 9 ? "{\"type\":\"file-answer\",\"number\":9,"
                                               "\"state\":\"accepted\"}"
                               : detail == 2 ? "{\"type\":\"reaction\",\"kind\":\"heart\"}"
                                             : "{\"type\":\"state\",\"sequence\":2,\"hand\":1,"
                                               "\"microphone\":\"off\",\"screen\":\"on\"}");
        break;
    case 13:
        driver_encoding_set(driver, pc, (enum pf_source)(detail % PF_SOURCES_COUNT), detail < 48);
        break;
    case 14: driver_stats(driver, pc, draw_sample(chaos)); break;
    default:
        if (detail == 0) {
            driver_channel_closed(driver, pc);
        } else {
            driver_sender_set(driver, pc, (enum pf_source)(detail % PF_SOURCES_COUNT),
                              pc != 0 ? driver->things[pc].senders[detail % PF_SOURCES_COUNT] : 0);
        }
        break;
    }
}

static void feed_devices(struct chaos *chaos)
{
    static const struct pf_device list[] = {
        {PF_SOURCE_CAMERA, {"", 0}, {"", 0}},
        {PF_SOURCE_CAMERA, {"cam-1", 5}, {"One", 3}},
        {PF_SOURCE_MICROPHONE, {"mic-1", 5}, {"Mic", 3}},
        {PF_SOURCE_CAMERA, {"cam-2", 5}, {"Two", 3}},
    };
    if (draw(chaos, 2) == 0) {
        driver_devices_changed(chaos->driver);
    } else {
        const uint32_t first = draw(chaos, 2);
        driver_devices(chaos->driver, list + first, draw(chaos, 4 - first));
    }
}

static void refuse(struct chaos *chaos, pf_track track)
{
    struct driver *driver = chaos->driver;
    static const enum pf_dom_error errors[] = {PF_DOM_ERROR_NOT_ALLOWED, PF_DOM_ERROR_NOT_FOUND,
                                               PF_DOM_ERROR_NOT_READABLE,
                                               PF_DOM_ERROR_OVERCONSTRAINED, PF_DOM_ERROR_ABORT};
    const enum pf_dom_error error = errors[draw(chaos, 5)];
    const struct driver_permissions permissions = {(enum pf_permission)draw(chaos, 4),
                                                   (enum pf_permission)draw(chaos, 4)};
    /* The two tracks of a request for both sources have consecutive ids. */
    const pf_track next = track + 1;
    const bool is_both = driver->things[track].source == PF_SOURCE_MICROPHONE &&
                         next <= driver->last_id && driver->things[next].life == DRIVER_ASKED &&
                         !driver->things[next].is_pc &&
                         driver->things[next].source == PF_SOURCE_CAMERA;
    if (is_both) {
        driver_refused_with(driver, track, next, error, permissions);
    } else if (driver->things[track].source == PF_SOURCE_CAMERA) {
        driver_refused_with(driver, 0, track, error, permissions);
    } else {
        driver_refused_with(driver, track, 0, error, permissions);
    }
}

static void feed_capture(struct chaos *chaos)
{
    struct driver *driver = chaos->driver;
    static const char *const devices[] = {"cam-1", "cam-2", ""};
    const pf_track asked = draw_thing(chaos, false, DRIVER_ASKED);
    const pf_track live = draw_thing(chaos, false, DRIVER_LIVE);
    const uint32_t what = draw(chaos, 8);
    const enum pf_source source = driver->things[asked].source;
    if (asked != 0 && source >= PF_SOURCE_SCREEN) {
        /* The sound has the id after that of its picture. */
        const pf_track picture = source == PF_SOURCE_SCREEN ? asked : asked - 1;
        if (what < 6) {
            driver_picked(driver, picture, what % 2 == 0 ? picture + 1 : 0);
        } else {
            driver_unpicked(driver, picture, PF_DOM_ERROR_NOT_ALLOWED);
        }
    } else if (what < 4 && asked != 0) {
        driver_opened(driver, asked, draw_text(chaos, devices, 3));
    } else if (what < 6 && asked != 0) {
        refuse(chaos, asked);
    } else if (what == 6 && live != 0) {
        driver_ended(driver, live);
    } else {
        feed_devices(chaos);
    }
}

bool chaos_step(struct chaos *chaos)
{
    const struct driver *driver = chaos->driver;
    if (driver->last_id > DRIVER_IDS_MAX - 64 || (chaos->bytes && chaos->bytes_left == 0)) {
        return false;
    }
    switch (draw(chaos, 8)) {
    case 0: feed_user(chaos); break;
    case 1: pass_time(chaos); break;
    case 2: feed_relay(chaos); break;
    case 3:
    case 4: feed_signal(chaos); break;
    case 5: feed_capture(chaos); break;
    default: feed_pc(chaos); break;
    }
    return true;
}
