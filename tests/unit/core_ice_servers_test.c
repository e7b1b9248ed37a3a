/* core_ice_servers_test.c - the STUN and TURN servers that the relay names, and their credentials.
 */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SERVERS(username) "[{\"urls\":\"turn:t\",\"username\":\"" username "\"}]"

static void hello(struct driver *d, const char *more)
{
    driver_relay(d,
                 "{\"type\":\"hello\",\"membersMax\":8,\"pingMs\":15000,\"graceMs\":20000,"
                 "\"capabilities\":[\"ice-servers\"]%s}",
                 more);
}

static void joined(struct driver *d, const char *more)
{
    driver_relay(d,
                 "{\"type\":\"joined\",\"self\":\"0000000000000050\",\"resumed\":false,"
                 "\"ticket\":\"t\",\"members\":[{\"id\":\"0000000000000010\",\"name\":\"Low\","
                 "\"instance\":42,\"away\":false}]%s}",
                 more);
}

/* In a call with one peer, by a relay that renews credentials. */
static void enter(struct driver *d)
{
    driver_start(d);
    hello(d, ",\"iceServers\":" SERVERS("1"));
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
    driver_connect(d, DRIVER_LOW);
}

static void renew(struct driver *d)
{
    driver_relay(d, "{\"type\":\"ice-servers\",\"iceServers\":" SERVERS("2") "}");
}

static void turn_event(struct driver *d, enum pf_event_type type)
{
    driver_feed(d, &(struct pf_event){.type = type, .pc = driver_pc(d, DRIVER_LOW)});
}

/* ---- which are used ---- */

static void ice_servers_from_hello_are_used_by_connections(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_relay(d, "{\"type\":\"hello\",\"iceServers\":[{\"urls\":\"stun:s\"}],\"membersMax\":8,"
                    "\"pingMs\":15000,\"graceMs\":20000}");
    assert_string_equal(driver_get(d, PF_COMMAND_PC_CREATE)->pc_create.ice_servers.data,
                        "[{\"urls\":\"stun:s\"}]");
}

static void ice_servers_over_16_kib_are_ignored(void **state)
{
    struct driver *d = *state;
    static char servers[PF_ICE_SERVERS_SIZE_MAX + 1];
    memset(servers, ' ', sizeof servers - 1);
    servers[0] = '[';
    servers[sizeof servers - 2] = ']';
    driver_start(d);
    driver_relay(d,
                 "{\"type\":\"hello\",\"iceServers\":%s,\"membersMax\":8,\"pingMs\":15000,"
                 "\"graceMs\":20000}",
                 servers);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_CREATE)->pc_create.ice_servers.size,
                     PF_ICE_SERVERS_SIZE_MAX);
    driver_socket_closed(d, 1006);
    (void)driver_retry_ms(d);
    driver_relay(d,
                 "{\"type\":\"hello\",\"iceServers\": [%s],\"membersMax\":8,\"pingMs\":15000,"
                 "\"graceMs\":20000}",
                 servers);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_network(d, true); /* prepares another connection */
    assert_int_equal(driver_get(d, PF_COMMAND_PC_CREATE)->pc_create.ice_servers.size, 0);
}

/* Credentials that expire are renewed by the next "hello". */
static void I25_a_new_connection_uses_the_latest_ice_servers(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    driver_socket_closed(d, 1006);
    (void)driver_retry_ms(d);
    driver_relay(d, "{\"type\":\"hello\",\"iceServers\":[{\"urls\":\"turn:t\",\"username\":\"2\"}],"
                    "\"membersMax\":8,\"pingMs\":15000,\"graceMs\":20000}");
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0); /* a working call continues */
    driver_offer(d, DRIVER_LOW, 3, 1);
    assert_string_equal(driver_get(d, PF_COMMAND_PC_CREATE)->pc_create.ice_servers.data,
                        "[{\"urls\":\"turn:t\",\"username\":\"2\"}]");
}

static void I25_connections_that_exist_get_new_credentials(void **state)
{
    struct driver *d = *state;
    enter(d);
    renew(d);
    const struct pf_command *configure = driver_get(d, PF_COMMAND_PC_CONFIGURE);
    assert_int_equal(configure->pc, driver_pc(d, DRIVER_LOW));
    assert_string_equal(configure->ice_servers.data, SERVERS("2"));
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CONFIGURE), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
}

static void I25_only_a_path_through_a_turn_server_is_gathered_anew(void **state)
{
    struct driver *d = *state;
    enter(d);
    renew(d);
    turn_event(d, PF_EVENT_PC_RELAYED);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER) +
                         driver_sent(d, "\"want\":\"restart\"", NULL, NULL),
                     1);
}

/* Loses the relay, which then says `hello` with these servers. */
static void come_back(struct driver *d, const char *servers)
{
    driver_socket_closed(d, 1006);
    (void)driver_retry_ms(d);
    hello(d, servers);
}

/* A relay sends new ones to members only; a client in the lobby gets them with the next "hello". */
static void I25_the_offer_prepared_in_the_lobby_gets_the_credentials_of_another_hello(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    hello(d, ",\"iceServers\":" SERVERS("1"));
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    come_back(d, ",\"iceServers\":" SERVERS("2"));
    const struct pf_command *configure = driver_get(d, PF_COMMAND_PC_CONFIGURE);
    assert_int_equal(configure->pc, d->prepared_pc);
    assert_string_equal(configure->ice_servers.data, SERVERS("2"));
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
}

static void the_same_servers_again_change_nothing(void **state)
{
    struct driver *d = *state;
    enter(d);
    come_back(d, ",\"iceServers\":" SERVERS("1"));
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CONFIGURE), 0);
}

static void those_of_another_hello_restart_nothing(void **state)
{
    struct driver *d = *state;
    enter(d);
    renew(d);
    come_back(d, ",\"iceServers\":" SERVERS("3"));
    assert_string_equal(driver_get(d, PF_COMMAND_PC_CONFIGURE)->ice_servers.data, SERVERS("3"));
    joined(d, "");
    turn_event(d, PF_EVENT_PC_RELAYED);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER) +
                         driver_sent(d, "\"want\":\"restart\"", NULL, NULL),
                     0);
}

static void a_relay_that_wants_a_token_first_names_them_in_joined(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    hello(d, "");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0); /* no offer is prepared */
    driver_join(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", NULL, NULL), 1);
    joined(d, ",\"iceServers\":" SERVERS("1"));
    assert_string_equal(driver_get(d, PF_COMMAND_PC_CREATE)->pc_create.ice_servers.data,
                        SERVERS("1"));
}

static void servers_outlive_a_hello_without_any(void **state)
{
    struct driver *d = *state;
    enter(d);
    driver_socket_closed(d, 1006);
    (void)driver_retry_ms(d);
    hello(d, "");
    joined(d, "");
    driver_offer(d, DRIVER_LOW, 3, 1);
    assert_string_equal(driver_get(d, PF_COMMAND_PC_CREATE)->pc_create.ice_servers.data,
                        SERVERS("1"));
}

/* ---- refused credentials ---- */

static void I24_refused_credentials_are_replaced_and_gathering_starts_again(void **state)
{
    struct driver *d = *state;
    enter(d);
    turn_event(d, PF_EVENT_PC_TURN_REFUSED);
    assert_int_equal(driver_sent(d, "{\"type\":\"ice-servers\"}", NULL, NULL), 1);
    renew(d);
    assert_string_equal(driver_get(d, PF_COMMAND_PC_CONFIGURE)->ice_servers.data, SERVERS("2"));
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER) +
                         driver_sent(d, "\"want\":\"restart\"", NULL, NULL),
                     1);
}

static void I24_credentials_that_are_refused_again_are_not_asked_for_again(void **state)
{
    struct driver *d = *state;
    enter(d);
    turn_event(d, PF_EVENT_PC_TURN_REFUSED);
    renew(d);
    driver_wait(d, 10000);
    turn_event(d, PF_EVENT_PC_TURN_REFUSED);
    assert_int_equal(driver_sent(d, "ice-servers", NULL, NULL), 0);
    driver_relay(d, "{\"type\":\"ping\"}");
    driver_wait(d, 10000);
    driver_relay(d, "{\"type\":\"ping\"}");
    driver_wait(d, 10000);
    turn_event(d, PF_EVENT_PC_TURN_REFUSED);
    assert_int_equal(driver_sent(d, "ice-servers", NULL, NULL), 1);
}

static void a_relay_that_cannot_renew_them_is_not_asked(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_LOW, 0);
    driver_connect(d, DRIVER_LOW);
    turn_event(d, PF_EVENT_PC_TURN_REFUSED);
    assert_int_equal(driver_sent(d, "ice-servers", NULL, NULL), 0);
}

static void nobody_is_asked_while_the_relay_is_away(void **state)
{
    struct driver *d = *state;
    enter(d);
    driver_socket_closed(d, 1006);
    turn_event(d, PF_EVENT_PC_TURN_REFUSED);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_SEND), 0);
}

static void in_the_lobby_nothing_is_asked_for(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    hello(d, ",\"iceServers\":" SERVERS("1"));
    const pf_pc pc = d->prepared_pc;
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_PC_TURN_REFUSED, .pc = pc});
    assert_int_equal(d->commands_count, 0);
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_PC_RELAYED, .pc = pc});
    assert_int_equal(d->commands_count, 0);
}

/* ---- TURN servers only ---- */

static void give_candidates(struct driver *d, pf_pc pc)
{
    static const char *const candidates[] = {
        "candidate:1 1 udp 2122260223 192.0.2.1 5000 typ host",
        "candidate:2 1 udp 1686052607 198.51.100.1 5000 typ srflx raddr 192.0.2.1 rport 5000",
        "candidate:3 1 udp 41885439 203.0.113.1 6000 typ relay raddr 0.0.0.0 rport 0",
    };
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        driver_gathered(d, pc, candidates[i]);
        assert_int_equal(driver_sent(d, "\"kind\":\"candidate\"", NULL, NULL), i == 2);
    }
    driver_gathered(d, pc, ""); /* the end of candidates */
    assert_int_equal(driver_sent(d, "\"kind\":\"candidate\"", NULL, NULL), 1);
}

static void I26_no_other_candidate_is_sent_where_the_page_wants_relays_only(void **state)
{
    struct driver *d = *state;
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_RELAY_ONLY});
    enter(d);
    give_candidates(d, driver_pc(d, DRIVER_LOW));
}

static void I26_no_other_candidate_is_sent_where_the_relay_wants_relays_only(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    hello(d, ",\"iceTransportPolicy\":\"relay\",\"iceServers\":" SERVERS("1"));
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE)->pc_create.relay_only);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE)->pc_create.relay_only);
    driver_connect(d, DRIVER_LOW);
    give_candidates(d, driver_pc(d, DRIVER_LOW));
}

static void without_that_mode_every_candidate_is_used(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    hello(d, ",\"iceTransportPolicy\":\"all\",\"iceServers\":[]");
    assert_false(driver_get(d, PF_COMMAND_PC_CREATE)->pc_create.relay_only);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ice_servers_from_hello_are_used_by_connections),
        TEST(ice_servers_over_16_kib_are_ignored),
        TEST(I25_a_new_connection_uses_the_latest_ice_servers),
        TEST(I25_connections_that_exist_get_new_credentials),
        TEST(I25_only_a_path_through_a_turn_server_is_gathered_anew),
        TEST(I25_the_offer_prepared_in_the_lobby_gets_the_credentials_of_another_hello),
        TEST(the_same_servers_again_change_nothing),
        TEST(those_of_another_hello_restart_nothing),
        TEST(a_relay_that_wants_a_token_first_names_them_in_joined),
        TEST(servers_outlive_a_hello_without_any),
        TEST(I24_refused_credentials_are_replaced_and_gathering_starts_again),
        TEST(I24_credentials_that_are_refused_again_are_not_asked_for_again),
        TEST(a_relay_that_cannot_renew_them_is_not_asked),
        TEST(nobody_is_asked_while_the_relay_is_away),
        TEST(in_the_lobby_nothing_is_asked_for),
        TEST(I26_no_other_candidate_is_sent_where_the_page_wants_relays_only),
        TEST(I26_no_other_candidate_is_sent_where_the_relay_wants_relays_only),
        TEST(without_that_mode_every_candidate_is_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
