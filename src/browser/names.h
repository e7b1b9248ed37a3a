/* names.h - the W3C's and our own words for the core's enums. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BROWSER_NAMES_H
#define PF_BROWSER_NAMES_H

#include "base/slice.h"
#include "core/command.h"

#include <stdbool.h>

/* DOMException.name, or "InsecureContext". OTHER for a name that is not in the list. */
enum pf_dom_error pf_dom_error_of(struct pf_slice name);

/* The name, or "" for NONE. Static. */
const char *pf_dom_error_name(enum pf_dom_error error);

/* RTCPeerConnectionState; false for a word that is none. */
bool pf_connection_state_of(struct pf_slice name, enum pf_connection_state *out);

/* RTCSdpType; false for a word other than "offer" and "answer". */
bool pf_description_type_of(struct pf_slice name, enum pf_description_type *out);
const char *pf_description_type_name(enum pf_description_type type);

/* The name of an operation in the W3C API, such as "createOffer"; "create" is the constructor. */
enum pf_operation pf_operation_of(struct pf_slice name);

/* The words of the JavaScript API (web/peerface.js). Static. */
const char *pf_room_state_name(enum pf_room_state state);
const char *pf_peer_state_name(enum pf_peer_state state);
const char *pf_capture_state_name(enum pf_capture_state state);
const char *pf_source_state_name(enum pf_source_state state);

#endif
