/* recorder.h - the event log of the module's room. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BROWSER_MODULE_RECORDER_H
#define PF_BROWSER_MODULE_RECORDER_H

#include "browser/driver.h"

/*
 * Two of these are built: recorder.c, for the module that createRoom({record: true}) loads, and
 * no_recorder.c, for all others, who do not download what writes the log.
 */

/* Adds record() to what peerface.js calls. */
void pf_recorder_publish(void);

/* Logs the events of the room that is about to be started. */
void pf_recorder_begin(struct pf_driver *driver, const struct pf_room_config *config);

#endif
