/* server_link_test.c - connections of a server whose event loop is run by hand. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "relay/server/link.h"

#include "relay/server/io.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
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

/* A connection, of which the server has the first end. */
static void open_reader(struct link_fixture *fixture, size_t index, const int fds[2])
{
    const struct pf_ip ip = {{0}};
    assert_true(pf_link_open(fixture->server, fds[0], PF_DOOR_MAIN, &ip));
    const uint32_t *free_indexes = fixture->server->free_indexes;
    struct pf_link *link = fixture->server->links[free_indexes[fixture->server->free_count]];
    fixture->readers[index] = (struct file_reader){.link = link, .fd = fds[1]};
}

static void connect_reader(struct link_fixture *fixture, size_t index)
{
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    open_reader(fixture, index, fds);
}

static void connect_reader_by_tcp(struct link_fixture *fixture, size_t index)
{
    int fds[2];
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof where;
    struct sockaddr *address = (void *)&where;
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, address, &size), 0);
    fds[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fds[1], address, size), 0);
    fds[0] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    assert_true(fds[0] >= 0);
    assert_int_equal(close(listener), 0);
    open_reader(fixture, index, fds);
}

/* Sends a connection a file of `size` zeros. */
static void send_file(struct link_fixture *fixture, size_t index, size_t size)
{
    const int file = memfd_create("file", MFD_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, (off_t)size), 0);
    pf_link_set_file(fixture->server, fixture->readers[index].link, file, size);
}

/* A connection that is sent a file of `size` zeros. */
static void come(struct link_fixture *fixture, size_t index, size_t size)
{
    connect_reader(fixture, index);
    send_file(fixture, index, size);
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

/* Sends the first reader the bytes of `text`. False if it is cut off for that. */
static bool send_text(struct link_fixture *fixture, const char *text, size_t size)
{
    struct pf_link *link = fixture->readers[0].link;
    char *data = pf_link_alloc(fixture->server, size);
    assert_non_null(data);
    memcpy(data, text, size);
    pf_link_queue(fixture->server, link, data, size);
    const uint32_t index = link->index;
    pf_io_flush(fixture->server);
    return fixture->server->links[index] == link;
}

static void reader_may_be_a_mebibyte_behind_and_no_more(void **state)
{
    static char text[PF_KEPT_SIZE_MAX / 16];
    struct link_fixture *fixture = *state;
    connect_reader(fixture, 0);
    size_t sent = 0;
    while (!pf_link_is_busy(fixture->readers[0].link)) { /* what the kernel takes */
        assert_true(send_text(fixture, text, sizeof text));
        sent += sizeof text;
    }
    const size_t kept = fixture->readers[0].link->kept->size;
    for (size_t more = kept; more + sizeof text <= PF_KEPT_SIZE_MAX; more += sizeof text) {
        assert_true(send_text(fixture, text, sizeof text));
        sent += sizeof text;
    }
    /* A reader that goes on reading, however slowly, loses nothing. */
    drain(&fixture->readers[0]);
    while (pf_link_is_busy(fixture->readers[0].link)) {
        pf_io_event(fixture->server, fixture->readers[0].link->index, EPOLLOUT);
        pf_io_flush(fixture->server);
        drain(&fixture->readers[0]);
    }
    assert_int_equal(fixture->readers[0].got, sent);
    size_t behind = 0;
    while (send_text(fixture, text, sizeof text)) {
        behind += sizeof text;
        assert_true(behind < 2 * PF_KEPT_SIZE_MAX);
    }
    assert_true(behind > PF_KEPT_SIZE_MAX - sizeof text);
    assert_int_equal(close(fixture->readers[0].fd), 0);
    fixture->readers[0].link = NULL;
}

/* Else the kernel would hold megabytes for it, which it then lacks for members' messages. */
static void kernel_keeps_little_for_who_reads_nothing(void **state)
{
    enum { WRITES_COUNT = 1024 };
    struct link_fixture *fixture = *state;
    int unsent = 0;
    connect_reader_by_tcp(fixture, 0);
    send_file(fixture, 0, (size_t)WRITES_COUNT * PF_RECEIVE_SIZE);
    for (int i = 0; i < WRITES_COUNT; i++) {
        pf_io_event(fixture->server, fixture->readers[0].link->index, EPOLLOUT);
        pf_io_flush(fixture->server);
        pf_io_write_file(fixture->server);
    }
    assert_true(pf_link_has_file(fixture->readers[0].link)); /* or the kernel has taken it all */
    assert_int_equal(ioctl(fixture->readers[0].link->stream.fd, SIOCOUTQNSD, &unsent), 0);
    assert_true(unsent <= 4 * PF_RECEIVE_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(readers_of_files_are_served_alternately, setup, teardown),
        cmocka_unit_test_setup_teardown(reader_of_one_file_after_another_waits_for_the_others,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(reader_that_is_gone_gives_its_place_up, setup, teardown),
        cmocka_unit_test_setup_teardown(kernel_keeps_little_for_who_reads_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(reader_may_be_a_mebibyte_behind_and_no_more, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
