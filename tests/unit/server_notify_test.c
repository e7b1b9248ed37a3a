/* server_notify_test.c - what systemd is told. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "relay/server/notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static void states_go_to_the_socket(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char name[64];
    char text[128];
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    (void)snprintf(name, sizeof name, "@peerface-test-%ld", (long)getpid()); /* it fits */
    memcpy(address.sun_path + 1, name + 1, strlen(name) - 1);
    const socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    pf_notify("READY=1"); /* nobody is there to be told */
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
    pf_notify("READY=1");
    assert_int_equal(recv(fd, text, sizeof text, 0), 7);
    assert_memory_equal(text, "READY=1", 7);
    pf_notify_reloading();
    const ssize_t got = recv(fd, text, sizeof text - 1, 0);
    assert_in_range(got, 30, sizeof text - 1);
    text[got] = '\0';
    assert_non_null(strstr(text, "RELOADING=1\nMONOTONIC_USEC="));
    assert_int_equal(recv(fd, text, sizeof text, 0), -1);
    assert_int_equal(close(fd), 0);
    pf_notify("STOPPING=1"); /* to a socket that is gone */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_go_to_the_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
