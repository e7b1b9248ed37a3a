/* names.h - how the W3C and the JavaScript API spell the core's enums. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_NAMES_H
#define PF_CORE_NAMES_H

#include "protocol/message_names.h"

/* One table for each enum; see pf_names_find(). Those of PROTOCOL.md are in message_names.h. */
extern const struct pf_names pf_names_of_dom_errors; /* DOMException.name, "InsecureContext" */
extern const struct pf_names pf_names_of_origins;
extern const struct pf_names pf_names_of_permissions;       /* PermissionState, or "" */
extern const struct pf_names pf_names_of_connection_states; /* RTCPeerConnectionState */
extern const struct pf_names pf_names_of_operations;        /* the W3C's method; "create": new */
extern const struct pf_names pf_names_of_limitations;       /* RTCQualityLimitationReason */

/* The words of the JavaScript API, web/peerface.js. */
extern const struct pf_names pf_names_of_room_states;
extern const struct pf_names pf_names_of_peer_states;
extern const struct pf_names pf_names_of_capture_states;
extern const struct pf_names pf_names_of_quality_grades;
extern const struct pf_names pf_names_of_quality_reasons;
extern const struct pf_names pf_names_of_deliveries;

#endif
