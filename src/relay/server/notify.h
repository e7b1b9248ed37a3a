/* notify.h - tells systemd the state of the relay, if systemd has started it. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_NOTIFY_H
#define PF_RELAY_SERVER_NOTIFY_H

/* Sends a state such as "READY=1" to the socket in NOTIFY_SOCKET (sd_notify(3)); without one it
 * does nothing. */
void pf_notify(const char *state);

/* The states around a reload: the first also carries the time, as Type=notify-reload asks for. */
void pf_notify_reloading(void);

#endif
