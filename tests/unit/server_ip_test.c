/* server_ip_test.c - addresses, networks, and what one address may use. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/ip.h"

#include "relay/server/addresses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct pf_ip ip_of(const char *text)
{
    struct pf_ip ip;
    if (!pf_ip_read(pf_slice_of(text), &ip)) {
        fail_msg("not read: %s", text);
    }
    return ip;
}

static bool is_in(const char *address, const char *network)
{
    struct pf_ip_net net;
    const struct pf_ip ip = ip_of(address);
    if (!pf_ip_net_read(pf_slice_of(network), &net)) {
        fail_msg("not read: %s", network);
    }
    return pf_ip_is_in(&ip, &net, 1);
}

static void addresses_are_read_with_and_without_ports(void **state)
{
    (void)state;
    const struct pf_ip v4 = ip_of("192.0.2.1");
    const struct pf_ip v6 = ip_of("2001:db8::1");
    struct pf_ip ip = ip_of("192.0.2.1:80");
    assert_memory_equal(&ip, &v4, sizeof ip);
    ip = ip_of("::ffff:192.0.2.1");
    assert_memory_equal(&ip, &v4, sizeof ip);
    ip = ip_of("[2001:db8::1]:80");
    assert_memory_equal(&ip, &v6, sizeof ip);
    ip = ip_of("[2001:db8::1]");
    assert_memory_equal(&ip, &v6, sizeof ip);
    static const char *const bad[] = {"",  "unknown", "192.0.2",      "192.0.2.256", "_hidden",
                                      "[", "[]",      "fe80::1%eth0", "1.2.3.4.5",   ":80"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(pf_ip_read(pf_slice_of(bad[i]), &ip));
    }
}

static void networks_contain_their_addresses(void **state)
{
    (void)state;
    struct pf_ip_net net;
    assert_true(is_in("10.1.2.3", "10.0.0.0/8"));
    assert_false(is_in("11.1.2.3", "10.0.0.0/8"));
    assert_true(is_in("192.0.2.129", "192.0.2.128/25"));
    assert_false(is_in("192.0.2.127", "192.0.2.128/25"));
    assert_true(is_in("192.0.2.1", "192.0.2.1"));
    assert_false(is_in("192.0.2.2", "192.0.2.1"));
    assert_true(is_in("8.8.8.8", "0.0.0.0/0"));
    assert_false(is_in("2001:db8::1", "0.0.0.0/0"));
    assert_true(is_in("2001:db8::1", "::/0"));
    assert_true(is_in("2001:db8:0:ffff::1", "2001:db8::/47"));
    assert_false(is_in("2001:db9::1", "2001:db8::/32"));
    static const char *const bad[] = {"",           "/8",  "10.0.0.0/",   "10.0.0.0/33",
                                      "::/129",     "a/8", "10.0.0.0/8x", "10.0.0.0/0008",
                                      "10.0.0.0/-1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(pf_ip_net_read(pf_slice_of(bad[i]), &net));
    }
}

static void a_subscriber_has_one_ipv4_address_or_64_bits_of_ipv6(void **state)
{
    (void)state;
    const char *const texts[] = {"192.0.2.1", "192.0.2.2", "2001:db8:0:1::1", "2001:db8:0:1:f::2",
                                 "2001:db8:0:2::1"};
    uint64_t keys[5];
    for (size_t i = 0; i < 5; i++) {
        const struct pf_ip ip = ip_of(texts[i]);
        keys[i] = pf_ip_subscriber(&ip);
    }
    assert_true(keys[0] != keys[1]);
    assert_true(keys[2] == keys[3]);
    assert_true(keys[2] != keys[4]);
    assert_true(keys[0] != keys[2]);
}

static void addresses_that_do_nothing_are_forgotten(void **state)
{
    (void)state;
    struct pf_addresses addresses;
    const struct pf_address_limits limits = {2, 10, 1, 100};
    struct pf_address *address = NULL;
    assert_int_equal(pf_addresses_init(&addresses, &limits), PF_ERROR_OK);
    uint64_t now_ms = 1000000;
    for (uint32_t i = 0; i < 200000; i++) {
        struct pf_ip ip = ip_of("192.0.2.1");
        ip.bytes[12] = (uint8_t)(i >> 16);
        ip.bytes[13] = (uint8_t)(i >> 8);
        ip.bytes[14] = (uint8_t)i;
        ip.bytes[12] = ip.bytes[12] == 127 ? 1 : ip.bytes[12];
        assert_true(pf_addresses_enter(&addresses, &ip, now_ms, &address));
        pf_addresses_leave(address);
        now_ms += i % 10 == 0 ? 1 : 0;
    }
    assert_in_range(addresses.count, 1, 8192);
    pf_addresses_clear(&addresses);
}

static void each_limit_counts_by_itself(void **state)
{
    (void)state;
    struct pf_addresses addresses;
    const struct pf_address_limits limits = {3, 10, 1, 100};
    const struct pf_ip ip = ip_of("192.0.2.1");
    const struct pf_ip local = ip_of("127.0.0.9");
    struct pf_address *address = NULL;
    struct pf_address *other = NULL;
    assert_int_equal(pf_addresses_init(&addresses, &limits), PF_ERROR_OK);
    for (int i = 0; i < 1000; i++) {
        assert_true(pf_addresses_enter(&addresses, &local, 1000, &other));
        assert_null(other);
    }
    for (int i = 0; i < 3; i++) {
        assert_true(pf_addresses_enter(&addresses, &ip, 1000, &address));
    }
    assert_false(pf_addresses_enter(&addresses, &ip, 1000, &other));
    for (int i = 0; i < 97; i++) {
        pf_addresses_leave(address);
        assert_true(pf_addresses_enter(&addresses, &ip, 1000, &address));
    }
    pf_addresses_leave(address);
    assert_false(pf_addresses_enter(&addresses, &ip, 1000, &other)); /* a hundred at once */
    assert_true(pf_addresses_enter(&addresses, &ip, 1101, &address));
    for (int i = 0; i < 60; i++) {
        assert_true(pf_addresses_take_join(&addresses, address, 1101, false));
    }
    assert_false(pf_addresses_take_join(&addresses, address, 1101, false));
    assert_true(pf_addresses_take_join(&addresses, address, 1101, true));
    assert_true(pf_addresses_take_bytes(&addresses, address, 1101, 1000000));
    assert_false(pf_addresses_take_bytes(&addresses, address, 1101, 100000));
    assert_true(pf_addresses_take_bytes(&addresses, address, 2101, 90000));
    assert_true(pf_addresses_take_bytes(&addresses, NULL, 2101, 1 << 30));
    pf_addresses_clear(&addresses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_with_and_without_ports),
        cmocka_unit_test(networks_contain_their_addresses),
        cmocka_unit_test(a_subscriber_has_one_ipv4_address_or_64_bits_of_ipv6),
        cmocka_unit_test(addresses_that_do_nothing_are_forgotten),
        cmocka_unit_test(each_limit_counts_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
