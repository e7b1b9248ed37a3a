/* server_link_test.c - connections of a server whose event loop is run by hand. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "relay/server/link.h"

#include "relay/server/io.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { READERS_COUNT = 5, PIECES_COUNT = 8 }; /* of each reader's file */

struct file_reader {
    struct pf_link *link; /* NULL: has not come yet, or has gone */
    int fd;               /* the other end of its connection */
    size_t got;           /* bytes */
};

struct link_fixture {
    struct pf_server *server;
    struct file_reader readers[READERS_COUNT];
};

static void sign(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE])
{
    (void)user; /* nobody gets a ticket */
    (void)text; /* as above */
    for (size_t i = 0; i < PF_MAC_SIZE; i++) {
        mac[i] = 0;
    }
}

static uint64_t draw(void *user)
{
    (void)user; /* nobody becomes a member */
    return 1;
}

static int setup(void **state)
{
    static struct link_fixture fixture;
    const struct pf_server_config config = {
        .address = "127.0.0.1",
        .requests_max = 16,
        .request_ms = 60000,
        .idle_ms = 60000,
        .stall_ms = 60000,
        .hub =
            {
                .members_max = 8,
                .rooms_max = 8,
                .clients_max = 16,
                .ping_ms = 1000,
                .grace_ms = 1000,
                .burst_messages = 100,
                .messages_per_s = 100,
                .ice_servers = PF_SLICE("[]"),
                .signer = {.sign = sign},
                .draw = draw,
            },
    };
    fixture = (struct link_fixture){.server = NULL};
    *state = &fixture;
    return pf_server_new(&config, &fixture.server) == PF_ERROR_OK ? 0 : -1;
}

static int teardown(void **state)
{
    struct link_fixture *fixture = *state;
    for (size_t i = 0; i < READERS_COUNT; i++) {
        if (fixture->readers[i].link) {
            (void)close(fixture->readers[i].fd); /* nothing was written */
        }
    }
    pf_server_free(fixture->server);
    return 0;
}

/* A connection that is sent a file of `size` zeros. */
static void come(struct link_fixture *fixture, size_t index, size_t size)
{
    int fds[2];
    const struct pf_ip ip = {{0}};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    assert_true(pf_link_open(fixture->server, fds[0], PF_DOOR_MAIN, &ip));
    const uint32_t *free_indexes = fixture->server->free_indexes;
    struct pf_link *link = fixture->server->links[free_indexes[fixture->server->free_count]];
    const int file = memfd_create("file", MFD_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, (off_t)size), 0);
    pf_link_set_file(fixture->server, link, file, size);
    fixture->readers[index] = (struct file_reader){.link = link, .fd = fds[1]};
}

/* Takes all that has come. */
static void drain(struct file_reader *reader)
{
    static char bytes[PF_RECEIVE_SIZE];
    ssize_t got = 0;
    while ((got = recv(reader->fd, bytes, sizeof bytes, 0)) > 0) {
        reader->got += (size_t)got;
    }
}

/* An iteration in which epoll reports all readers in the order of their indexes. Returns what the
 * readers have been sent. */
static size_t iterate(struct link_fixture *fixture)
{
    size_t got = 0;
    for (size_t i = 0; i < READERS_COUNT; i++) {
        struct file_reader *reader = &fixture->readers[i];
        if (reader->link && pf_link_has_file(reader->link)) {
            pf_io_event(fixture->server, reader->link->index, EPOLLOUT);
        }
    }
    pf_io_flush(fixture->server);
    pf_io_write_file(fixture->server);
    for (size_t i = 0; i < READERS_COUNT; i++) {
        struct file_reader *reader = &fixture->readers[i];
        const size_t before = reader->got;
        if (reader->link) {
            drain(reader);
        }
        got += reader->got - before;
    }
    return got;
}

static void readers_of_files_are_served_alternately(void **state)
{
    struct link_fixture *fixture = *state;
    for (size_t i = 0; i < READERS_COUNT; i++) {
        come(fixture, i, (size_t)PIECES_COUNT * PF_RECEIVE_SIZE);
    }
    for (size_t round = 1; round <= PIECES_COUNT; round++) {
        for (size_t i = 0; i < READERS_COUNT; i++) {
            assert_int_equal(iterate(fixture), PF_RECEIVE_SIZE);
        }
        for (size_t i = 0; i < READERS_COUNT; i++) {
            assert_int_equal(fixture->readers[i].got, round * PF_RECEIVE_SIZE);
        }
    }
    assert_int_equal(iterate(fixture), 0);
}

static void reader_of_one_file_after_another_waits_for_the_others(void **state)
{
    struct link_fixture *fixture = *state;
    come(fixture, 0, (size_t)PIECES_COUNT * PF_RECEIVE_SIZE);
    come(fixture, 1, (size_t)PIECES_COUNT * PF_RECEIVE_SIZE);
    for (size_t i = 1; i <= PIECES_COUNT; i++) {
        come(fixture, 2, 1000); /* the one before has been sent at once */
        for (size_t k = 0; k < 3; k++) {
            (void)iterate(fixture); /* the sum is looked at below */
        }
        assert_int_equal(fixture->readers[0].got, i * PF_RECEIVE_SIZE);
        assert_int_equal(fixture->readers[1].got, i * PF_RECEIVE_SIZE);
        assert_int_equal(fixture->readers[2].got, 1000);
        assert_int_equal(close(fixture->readers[2].fd), 0);
        fixture->readers[2].link = NULL;
    }
}

static void reader_that_is_gone_gives_its_place_up(void **state)
{
    struct link_fixture *fixture = *state;
    come(fixture, 0, (size_t)PIECES_COUNT * PF_RECEIVE_SIZE);
    come(fixture, 1, (size_t)PIECES_COUNT * PF_RECEIVE_SIZE);
    pf_io_event(fixture->server, fixture->readers[0].link->index, EPOLLOUT);
    pf_io_flush(fixture->server);
    pf_link_kill(fixture->server, fixture->readers[0].link);
    pf_io_flush(fixture->server);
    assert_int_equal(close(fixture->readers[0].fd), 0);
    fixture->readers[0].link = NULL;
    assert_int_equal(iterate(fixture), PF_RECEIVE_SIZE);
    assert_int_equal(fixture->readers[1].got, PF_RECEIVE_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(readers_of_files_are_served_alternately, setup, teardown),
        cmocka_unit_test_setup_teardown(reader_of_one_file_after_another_waits_for_the_others,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(reader_that_is_gone_gives_its_place_up, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
