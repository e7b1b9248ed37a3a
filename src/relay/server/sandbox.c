/* sandbox.c - confines the process to the system calls that serving needs. */
/* SPDX-License-Identifier: MIT */
/*
 * The filter is made by libseccomp. Its calls are those of the relay, of OpenSSL and of the C
 * library, on all processors: a name that this one does not have is skipped. Three lists say what
 * is allowed, what is allowed with some arguments, and what only an attacker would call.
 */
#include "relay/server/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <unistd.h>

const char *pf_sandbox_become(const char *user)
{
    const struct passwd *entry = getpwnam(user);
    if (!entry) {
        return "is no user of this machine";
    }
    if (geteuid() != 0) {
        return entry->pw_uid == geteuid() ? NULL : "takes another user only when started by root";
    }
    if (entry->pw_uid == 0) {
        return "is root, which keeps all privileges";
    }
    if (initgroups(user, entry->pw_gid) != 0 || setgid(entry->pw_gid) != 0 ||
        setuid(entry->pw_uid) != 0) {
        return "cannot be changed to";
    }
    return setuid(0) == 0 || geteuid() != entry->pw_uid ? "could be changed back from" : NULL;
}

#ifdef PF_SECCOMP
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

static const int allowed[] = {
    /* files that are open, and what they are */
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(close),
    SCMP_SYS(lseek),
    SCMP_SYS(_llseek),
    SCMP_SYS(fstat),
    SCMP_SYS(fstat64),
    SCMP_SYS(newfstatat),
    SCMP_SYS(fstatat64),
    SCMP_SYS(stat),
    SCMP_SYS(statx),
    SCMP_SYS(fcntl),
    SCMP_SYS(fcntl64),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(fadvise64),
    /* connections */
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(recv),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(send),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(shutdown),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_pwait2),
    SCMP_SYS(timerfd_settime),
    SCMP_SYS(timerfd_settime64),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(ppoll_time64),
    /* memory and randomness */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(futex_time64),
    SCMP_SYS(getrandom),
    /* time, which is mostly read without a call */
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_gettime64),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    /* signals, the process itself and its end */
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigreturn),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_yield),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/* One argument of a call, of which these bits may have no other value. */
struct condition {
    int call;
    unsigned argument;
    uint64_t bits, value;
};

static const struct condition conditions[] = {
    {SCMP_SYS(open), 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY},
    {SCMP_SYS(openat), 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY},
    {SCMP_SYS(mmap), 2, PROT_EXEC, 0},
    {SCMP_SYS(mmap2), 2, PROT_EXEC, 0},
    {SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
    {SCMP_SYS(tgkill), 2, UINT32_MAX, SIGABRT}, /* an assertion has failed */
    {SCMP_SYS(ioctl), 1, UINT32_MAX, TCGETS},   /* stdio asks whether it is a terminal */
};

/* Systemd is told how the relay is. */
static const struct condition local_only = {SCMP_SYS(socket), 0, UINT32_MAX, AF_UNIX};

/* Where the relay connects to Redis servers. */
static const int families[] = {AF_UNIX, AF_INET, AF_INET6};

static const int fatal[] = {
    /* programs and processes */
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(clone),
    SCMP_SYS(clone3),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(kill),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    /* connections to others */
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(socketpair),
    /* changes of files */
    SCMP_SYS(openat2),
    SCMP_SYS(creat),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(link),
    SCMP_SYS(linkat),
    SCMP_SYS(symlink),
    SCMP_SYS(symlinkat),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(rmdir),
    SCMP_SYS(truncate),
    SCMP_SYS(chmod),
    SCMP_SYS(fchmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(chown),
    SCMP_SYS(fchown),
    SCMP_SYS(lchown),
    SCMP_SYS(fchownat),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    SCMP_SYS(memfd_create),
    /* privileges, and the machine */
    SCMP_SYS(setuid),
    SCMP_SYS(setgid),
    SCMP_SYS(setreuid),
    SCMP_SYS(setregid),
    SCMP_SYS(setresuid),
    SCMP_SYS(setresgid),
    SCMP_SYS(setgroups),
    SCMP_SYS(capset),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(chroot),
    SCMP_SYS(pivot_root),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(reboot),
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Allowed where all the bits are right; fatal where one of them is not. The kernel sees all 64 bits
 * of an argument, of which `int` fills the lower half. */
static int add_condition(scmp_filter_ctx filter, const struct condition *condition)
{
    const unsigned argument = condition->argument;
    int error = seccomp_rule_add(
        filter, SCMP_ACT_ALLOW, condition->call, 1,
        SCMP_CMP64(argument, SCMP_CMP_MASKED_EQ, condition->bits, condition->value));
    for (uint64_t bit = 1; bit <= UINT32_MAX && error == 0; bit <<= 1) {
        if ((condition->bits & bit) != 0) {
            error = seccomp_rule_add(
                filter, SCMP_ACT_KILL_PROCESS, condition->call, 1,
                SCMP_CMP64(argument, SCMP_CMP_MASKED_EQ, bit, ~condition->value & bit));
        }
    }
    return error;
}

/* Which sockets it may have and where they may lead: the kernel's filters cannot see addresses. */
static int add_connections(scmp_filter_ctx filter, bool connects)
{
    if (!connects) {
        const int error = add_condition(filter, &local_only);
        return error != 0 ? error
                          : seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(connect), 0);
    }
    int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(connect), 0);
    uint64_t bits = 0;
    for (size_t i = 0; i < COUNT(families) && error == 0; i++) {
        bits |= (uint64_t)families[i];
        error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
                                 SCMP_CMP64(0, SCMP_CMP_EQ, (uint64_t)families[i], 0));
    }
    for (uint64_t bit = 1; bit <= UINT32_MAX && error == 0; bit <<= 1) {
        if ((bits & bit) == 0) {
            error = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(socket), 1,
                                     SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, bit, bit));
        }
    }
    return error;
}

static int add_all(scmp_filter_ctx filter, bool connects)
{
    int error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    for (size_t i = 0; i < COUNT(allowed) && error == 0; i++) {
        error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    }
    for (size_t i = 0; i < COUNT(fatal) && error == 0; i++) {
        error = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, fatal[i], 0);
    }
    for (size_t i = 0; i < COUNT(conditions) && error == 0; i++) {
        error = add_condition(filter, &conditions[i]);
    }
    return error != 0 ? error : add_connections(filter, connects);
}

bool pf_sandbox_is_built(void)
{
    return true;
}

/* Returns 0 or a negative errno. */
static int install(bool connects)
{
    const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter) {
        return -ENOMEM;
    }
    int error = add_all(filter, connects);
    if (error == 0) {
        error = seccomp_load(filter);
    }
    seccomp_release(filter);
    return error;
}

#else

bool pf_sandbox_is_built(void)
{
    return false;
}

static int install(bool connects)
{
    (void)connects; /* unused */
    return 0;
}

#endif

const char *pf_sandbox_enter(bool connects)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return "cannot renounce new privileges";
    }
    const int error = install(connects);
    errno = -error;
    return error == 0 ? NULL : "cannot install the filter of system calls";
}
