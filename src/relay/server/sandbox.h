/* sandbox.h - confines the process to the system calls that serving needs. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_SANDBOX_H
#define PF_RELAY_SERVER_SANDBOX_H

#include <stdbool.h>

/* Whether the program is built with libseccomp, and so has a filter. */
bool pf_sandbox_is_built(void);

/*
 * To be called once everything is open. From then on neither this process nor a program that it
 * starts can get more privileges. With a filter, the process can use the files and sockets that it
 * has, accept connections, open files to read them and notify systemd. Whatever runs programs,
 * makes processes, files or connections, changes files, looks into other processes, makes memory
 * executable or loads code into the kernel kills it (SIGSYS); all other calls fail
 * with EPERM. Where it `connects` to others, it can also make connections, over IP and to sockets
 * of this machine. Returns NULL, or what has failed, with errno set; then the process is to end.
 */
const char *pf_sandbox_enter(bool connects);

/* To be called before that. A process of root becomes one of that user, with its groups, for good.
 * Another process has to be of that user already. Returns NULL, or what is wrong. */
const char *pf_sandbox_become(const char *user);

#endif
