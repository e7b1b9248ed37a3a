/* http_proxy_test.c - what proxies say of the clients that they speak for. */
/* SPDX-License-Identifier: MIT */
#include "relay/wire/forwarded.h"
#include "relay/wire/proxy_header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

static enum pf_proxy_header_verdict read_copy(const char *bytes, size_t size,
                                              struct pf_proxy_header *out)
{
    char *copy = malloc(size > 0 ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    const enum pf_proxy_header_verdict verdict =
        pf_proxy_header_read((struct pf_slice){copy, size}, out);
    free(copy);
    return verdict;
}

static void headers_are_read_cut_at_every_length(void **state)
{
    (void)state;
    static const char v4[] = SIGNATURE "\x21\x11\0\x0c"
                                       "\xc0\0\2\1"
                                       "\x7f\0\0\1"
                                       "\0\1\0\2";
    static const char v6[] = SIGNATURE "\x21\x21\0\x27"
                                       "0123456789abcdef"
                                       "0123456789abcdef"
                                       "\0\1\0\2"
                                       "tlv";
    static const char local[] = SIGNATURE "\x20\0\0\0";
    static const char unix_socket[] = SIGNATURE "\x21\x31\0\3"
                                                "abc";
    static const struct {
        const char *bytes;
        size_t size;
        bool has_address, is_v6;
    } rows[] = {
        {v4, sizeof v4 - 1, true, false},
        {v6, sizeof v6 - 1, true, true},
        {local, sizeof local - 1, false, false},
        {unix_socket, sizeof unix_socket - 1, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pf_proxy_header header;
        for (size_t size = 0; size < rows[i].size; size++) {
            assert_int_equal(read_copy(rows[i].bytes, size, &header), PF_PROXY_HEADER_SHORT);
            assert_in_range(header.size, size + 1, rows[i].size > 16 ? rows[i].size : 16);
        }
        const struct pf_slice all = {rows[i].bytes, rows[i].size};
        assert_int_equal(pf_proxy_header_read(all, &header), PF_PROXY_HEADER_GOOD);
        assert_int_equal(header.size, rows[i].size);
        assert_int_equal(header.has_address, rows[i].has_address);
        assert_int_equal(header.is_v6, rows[i].is_v6);
        if (header.has_address) {
            assert_ptr_equal(header.address, rows[i].bytes + 16);
        }
    }
}

static void what_is_no_header_is_bad_as_soon_as_that_is_known(void **state)
{
    (void)state;
    static const struct pf_slice rows[] = {
        {"GET / HTTP/1.1\r\n", 1},
        {"\r\n\r\nG", 5},
        {"PROXY TCP4 192.0.2.1", 20},
        {SIGNATURE "\x11\x11\0\x0c", 16}, /* another version */
        {SIGNATURE "\x22\x11\0\x0c", 16}, /* another command */
        {SIGNATURE "\x21\x11\xff\xff", 16},
        {SIGNATURE "\x21\x11\0\x0b"
                   "12345678901",
         27},
        {SIGNATURE "\x21\x21\0\x0c"
                   "123456789012",
         28},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pf_proxy_header header;
        assert_int_equal(read_copy(rows[i].data, rows[i].size, &header), PF_PROXY_HEADER_BAD);
    }
}

static void add_field(struct pf_http_request *request, const char *name, const char *value)
{
    request->fields[request->fields_count++] =
        (struct pf_http_field){pf_slice_of(name), pf_slice_of(value)};
}

static void nodes_are_listed_the_nearest_last(void **state)
{
    (void)state;
    static struct pf_http_request request;
    struct pf_slice nodes[PF_FORWARDED_NODES_MAX];
    request.fields_count = 0;
    assert_int_equal(pf_forwarded_nodes(&request, nodes), 0);
    add_field(&request, "Forwarded",
              "For=\"[2001:db8::1]:47\";by=x, host=a;for=192.0.2.9, proto=https");
    assert_int_equal(pf_forwarded_nodes(&request, nodes), 3);
    assert_true(pf_slice_equal(nodes[0], PF_SLICE("[2001:db8::1]:47")));
    assert_true(pf_slice_equal(nodes[1], PF_SLICE("192.0.2.9")));
    assert_int_equal(nodes[2].size, 0);
}

static void forwarded_by_a_client_does_not_hide_the_proxys_field(void **state)
{
    (void)state;
    static struct pf_http_request request;
    struct pf_slice nodes[PF_FORWARDED_NODES_MAX];
    request.fields_count = 0;
    add_field(&request, "Forwarded", "for=192.0.2.9");
    add_field(&request, "X-Forwarded-For", "192.0.2.1 , 192.0.2.2");
    add_field(&request, "x-forwarded-for", "192.0.2.3");
    assert_int_equal(pf_forwarded_nodes(&request, nodes), 3);
    assert_true(pf_slice_equal(nodes[0], PF_SLICE("192.0.2.1")));
    assert_true(pf_slice_equal(nodes[2], PF_SLICE("192.0.2.3")));
}

static void of_too_many_nodes_the_nearest_are_kept(void **state)
{
    (void)state;
    static struct pf_http_request request;
    struct pf_slice nodes[PF_FORWARDED_NODES_MAX];
    char list[] = "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t";
    request.fields_count = 0;
    add_field(&request, "X-Forwarded-For", list);
    assert_int_equal(pf_forwarded_nodes(&request, nodes), PF_FORWARDED_NODES_MAX);
    assert_true(pf_slice_equal(nodes[0], PF_SLICE("e")));
    assert_true(pf_slice_equal(nodes[PF_FORWARDED_NODES_MAX - 1], PF_SLICE("t")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_read_cut_at_every_length),
        cmocka_unit_test(what_is_no_header_is_bad_as_soon_as_that_is_known),
        cmocka_unit_test(nodes_are_listed_the_nearest_last),
        cmocka_unit_test(forwarded_by_a_client_does_not_hide_the_proxys_field),
        cmocka_unit_test(of_too_many_nodes_the_nearest_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
