/* server_stream_test.c - the byte stream of one connection, over a pair of sockets. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "relay/server/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* This program is linked with --wrap: the next call of recv() or sendmsg() can be interrupted. */
static bool is_interrupted;

static bool interrupt(void)
{
    const bool is_now = is_interrupted;
    is_interrupted = false;
    if (is_now) {
        errno = EINTR;
    }
    return is_now;
}

ssize_t __real_recv(int fd, void *out, size_t size, int flags);
ssize_t __real_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_recv(int fd, void *out, size_t size, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);

ssize_t __wrap_recv(int fd, void *out, size_t size, int flags)
{
    return interrupt() ? -1 : __real_recv(fd, out, size, flags);
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    return interrupt() ? -1 : __real_sendmsg(fd, message, flags);
}

struct stream_fixture {
    struct pf_stream stream;
    int peer_fd; /* the other end */
};

static int setup(void **state)
{
    static struct stream_fixture fixture;
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0) {
        return -1;
    }
    fixture = (struct stream_fixture){.stream = {.fd = fds[0]}, .peer_fd = fds[1]};
    *state = &fixture;
    return 0;
}

static void close_peer(struct stream_fixture *fixture)
{
    assert_int_equal(close(fixture->peer_fd), 0);
    fixture->peer_fd = -1;
}

static int teardown(void **state)
{
    struct stream_fixture *fixture = *state;
    pf_stream_close(&fixture->stream);
    if (fixture->peer_fd >= 0) {
        (void)close(fixture->peer_fd); /* nothing was written */
    }
    return 0;
}

static ssize_t write_text(struct stream_fixture *fixture, char *text)
{
    struct iovec piece = {.iov_base = text, .iov_len = strlen(text)};
    return pf_stream_write(&fixture->stream, &piece, 1);
}

static void a_read_returns_the_bytes_that_have_arrived(void **state)
{
    struct stream_fixture *fixture = *state;
    char out[8] = "";
    assert_int_equal(write(fixture->peer_fd, "tea", 3), 3);
    assert_int_equal(pf_stream_read(&fixture->stream, out, 2), 2);
    assert_memory_equal(out, "te", 2);
    assert_int_equal(pf_stream_read(&fixture->stream, out, sizeof out), 1);
    assert_memory_equal(out, "a", 1);
}

static void a_read_without_data_does_not_block(void **state)
{
    struct stream_fixture *fixture = *state;
    char out[8];
    assert_int_equal(pf_stream_read(&fixture->stream, out, sizeof out), -1);
    assert_int_equal(errno, EAGAIN);
}

static void a_read_at_the_end_of_the_stream_returns_zero(void **state)
{
    struct stream_fixture *fixture = *state;
    char out[8];
    assert_int_equal(write(fixture->peer_fd, "x", 1), 1);
    close_peer(fixture);
    assert_int_equal(pf_stream_read(&fixture->stream, out, sizeof out), 1);
    assert_int_equal(pf_stream_read(&fixture->stream, out, sizeof out), 0);
}

static void a_write_gathers_its_pieces(void **state)
{
    struct stream_fixture *fixture = *state;
    char first[] = "green";
    char second[] = " tea";
    struct iovec pieces[] = {{.iov_base = first, .iov_len = 5},
                             {.iov_base = NULL, .iov_len = 0},
                             {.iov_base = second, .iov_len = 4}};
    char out[16] = "";
    assert_int_equal(pf_stream_write(&fixture->stream, pieces, 3), 9);
    assert_int_equal(read(fixture->peer_fd, out, sizeof out), 9);
    assert_string_equal(out, "green tea");
}

static void a_write_takes_what_fits_and_then_does_not_block(void **state)
{
    struct stream_fixture *fixture = *state;
    const size_t size = 16 << 20; /* more than any socket buffer */
    char *bytes = calloc(1, size);
    assert_non_null(bytes);
    struct iovec piece = {.iov_base = bytes, .iov_len = size};
    const ssize_t put = pf_stream_write(&fixture->stream, &piece, 1);
    assert_in_range(put, 1, size - 1);
    while (pf_stream_write(&fixture->stream, &piece, 1) > 0) {
    }
    assert_int_equal(errno, EAGAIN);
    free(bytes);
}

static void a_write_to_a_closed_peer_fails_without_a_signal(void **state)
{
    struct stream_fixture *fixture = *state;
    char text[] = "tea";
    close_peer(fixture);
    assert_int_equal(write_text(fixture, text), -1); /* SIGPIPE would end this program */
    assert_int_equal(errno, EPIPE);
}

static void an_interrupted_call_is_repeated(void **state)
{
    struct stream_fixture *fixture = *state;
    char text[] = "tea";
    char out[8];
    is_interrupted = true;
    assert_int_equal(write_text(fixture, text), 3);
    assert_false(is_interrupted);
    assert_int_equal(write(fixture->peer_fd, "x", 1), 1);
    is_interrupted = true;
    assert_int_equal(pf_stream_read(&fixture->stream, out, sizeof out), 1);
    assert_false(is_interrupted);
}

static void a_shutdown_ends_writing_and_not_reading(void **state)
{
    struct stream_fixture *fixture = *state;
    char text[] = "tea";
    char out[8];
    assert_int_equal(write_text(fixture, text), 3);
    pf_stream_shutdown(&fixture->stream);
    assert_int_equal(read(fixture->peer_fd, out, sizeof out), 3);
    assert_int_equal(read(fixture->peer_fd, out, sizeof out), 0);
    assert_int_equal(write(fixture->peer_fd, "x", 1), 1);
    assert_int_equal(pf_stream_read(&fixture->stream, out, sizeof out), 1);
    close_peer(fixture);
    pf_stream_shutdown(&fixture->stream); /* has no effect */
}

static void closing_a_stream_closes_its_descriptor(void **state)
{
    struct stream_fixture *fixture = *state;
    char out[8];
    const int fd = fixture->stream.fd;
    const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    assert_true(copy >= 0);
    pf_stream_close(&fixture->stream);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    assert_int_equal(errno, EBADF);
    fixture->stream.fd = copy; /* for the teardown */
    assert_int_equal(read(fixture->peer_fd, out, sizeof out), -1);
    assert_int_equal(errno, EAGAIN); /* the connection itself lives until its last descriptor */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_read_returns_the_bytes_that_have_arrived),
        TEST(a_read_without_data_does_not_block),
        TEST(a_read_at_the_end_of_the_stream_returns_zero),
        TEST(a_write_gathers_its_pieces),
        TEST(a_write_takes_what_fits_and_then_does_not_block),
        TEST(a_write_to_a_closed_peer_fails_without_a_signal),
        TEST(an_interrupted_call_is_repeated),
        TEST(a_shutdown_ends_writing_and_not_reading),
        TEST(closing_a_stream_closes_its_descriptor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
