/* server_sandbox_test.c - what a confined process can still do, and what kills it. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "relay/server/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* Each returns whether it could do what it is named after. */

static bool run_a_program(void)
{
    return execl("/bin/true", "true", (char *)NULL) == 0;
}

static bool make_a_process(void)
{
    const pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    return child > 0;
}

static bool trace_itself(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool signal_its_parent(void)
{
    return kill(getppid(), 0) == 0;
}

static bool write_to_a_file(void)
{
    return open("/dev/null", O_WRONLY) >= 0;
}

static bool make_a_file(void)
{
    return open("/dev/null", O_RDONLY | O_CREAT, 0600) >= 0;
}

static bool empty_a_file(void)
{
    return syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY | O_TRUNC) >= 0;
}

static bool open_a_file_past_the_filter(void)
{
    uint64_t how[3] = {O_WRONLY, 0, 0};
    return syscall(SYS_openat2, AT_FDCWD, "/dev/null", how, sizeof how) >= 0;
}

static bool remove_a_file(void)
{
    return unlink("/nonexistent/file") == 0 || errno == ENOENT;
}

static bool change_a_mode(void)
{
    return fchmod(STDERR_FILENO, 0600) == 0;
}

static bool open_a_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool open_a_socket_of_the_kernel(void)
{
    return socket(AF_NETLINK, SOCK_RAW, 0) >= 0;
}

static bool connect_to_a_server(void)
{
    const struct sockaddr_in address = {.sin_family = AF_INET};
    return connect(0, (const struct sockaddr *)&address, sizeof address) == 0 || errno != EPERM;
}

static bool make_memory_executable(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
           MAP_FAILED;
}

static bool make_old_memory_executable(void)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory != MAP_FAILED && mprotect(memory, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool become_root(void)
{
    return setuid(0) == 0;
}

static bool load_code_into_the_kernel(void)
{
    return syscall(SYS_bpf, 0, NULL, 0) == 0 || errno != EPERM;
}

static bool raise_a_limit(void)
{
    const struct rlimit limit = {1, 1};
    return setrlimit(RLIMIT_CORE, &limit) == 0;
}

static bool leave_the_sandbox(void)
{
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

/* What serving, reloading, logging and telling systemd need. */
static bool serve(void)
{
    char bytes[8];
    struct stat status;
    struct timespec now;
    FILE *file = fopen("/proc/self/statm", "rb");
    const int folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    const int fd = openat(folder, "dev/null", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    const int notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool has_read = file && fread(bytes, 1, sizeof bytes, file) == sizeof bytes;
    void *memory = malloc(1 << 20);
    void *larger = memory ? realloc(memory, 1 << 24) : NULL;
    free(larger);
    return has_read && fclose(file) == 0 && folder >= 0 && notify >= 0 && fd >= 0 &&
           fstat(fd, &status) == 0 && larger && close(fd) == 0 &&
           syscall(SYS_getrandom, bytes, sizeof bytes, 0) == sizeof bytes &&
           syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now) == 0 && write(2, "", 0) == 0;
}

static bool abort_itself(void)
{
    abort();
}

/* What becomes of a confined process that calls it: a signal as a negative number, or the exit
 * status: 0 if it could. */
static int outcome_of_one(bool (*call)(void), bool connects)
{
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &no_core); /* a core would only take room */
        if (pf_sandbox_enter(connects)) {
            _exit(100);
        }
        _exit(call() ? 0 : 1);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int outcome_of(bool (*call)(void))
{
    return outcome_of_one(call, false);
}

static void skip_without_filter(void)
{
    if (!pf_sandbox_is_built()) {
        skip();
    }
}

static void what_serving_needs_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(outcome_of(serve), 0);
}

static void what_only_an_attacker_calls_kills(void **state)
{
    (void)state;
    static bool (*const calls[])(void) = {
        run_a_program,
        make_a_process,
        trace_itself,
        signal_its_parent,
        write_to_a_file,
        make_a_file,
        empty_a_file,
        open_a_file_past_the_filter,
        remove_a_file,
        change_a_mode,
        open_a_socket,
        open_a_socket_of_the_kernel,
        connect_to_a_server,
        make_memory_executable,
        become_root,
        make_old_memory_executable,
        load_code_into_the_kernel,
    };
    skip_without_filter();
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        const int outcome = outcome_of(calls[i]);
        if (outcome != -SIGSYS) {
            fail_msg("call %zu ended with %d", i, outcome);
        }
    }
}

static void a_relay_with_stores_may_connect_and_nothing_more(void **state)
{
    (void)state;
    static bool (*const calls[])(void) = {
        run_a_program, make_a_process, make_a_file, open_a_socket_of_the_kernel, become_root,
    };
    skip_without_filter();
    assert_int_equal(outcome_of_one(serve, true), 0);
    assert_int_equal(outcome_of_one(open_a_socket, true), 0);
    assert_int_equal(outcome_of_one(connect_to_a_server, true), 0);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        assert_int_equal(outcome_of_one(calls[i], true), -SIGSYS);
    }
}

static void what_nobody_has_thought_of_fails(void **state)
{
    (void)state;
    skip_without_filter();
    assert_int_equal(outcome_of(raise_a_limit), 1);
    assert_int_equal(outcome_of(leave_the_sandbox), 1);
}

static void a_failed_assertion_is_told_apart(void **state)
{
    (void)state;
    assert_int_equal(outcome_of(abort_itself), -SIGABRT);
}

static void users_that_do_not_confine_are_refused(void **state)
{
    (void)state;
    assert_non_null(pf_sandbox_become("no such user"));
    if (geteuid() == 0) {
        assert_non_null(pf_sandbox_become("root"));
    } else {
        assert_non_null(pf_sandbox_become("nobody"));
    }
}

static void root_becomes_another_user_for_good(void **state)
{
    (void)state;
    int status = 0;
    if (geteuid() != 0) {
        skip();
    }
    const pid_t child = fork();
    if (child == 0) {
        const bool became = pf_sandbox_become("nobody") == NULL;
        gid_t group = 0;
        const int groups = getgroups(1, &group);
        _exit(became && getuid() != 0 && geteuid() != 0 && getgid() != 0 && groups == 1 &&
                      group != 0 && setuid(0) != 0 && setgid(0) != 0
                  ? 0
                  : 1);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_serving_needs_is_allowed),
        cmocka_unit_test(what_only_an_attacker_calls_kills),
        cmocka_unit_test(a_relay_with_stores_may_connect_and_nothing_more),
        cmocka_unit_test(what_nobody_has_thought_of_fails),
        cmocka_unit_test(a_failed_assertion_is_told_apart),
        cmocka_unit_test(users_that_do_not_confine_are_refused),
        cmocka_unit_test(root_becomes_another_user_for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
