/* token.h - reads and verifies room tokens. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_TOKEN_H
#define PF_RELAY_SERVER_TOKEN_H

#include "relay/hub/token.h"
#include "relay/server/token_keys.h"

/*
 * A token is a JWT (RFC 7519) in compact form, signed with HS256, ES256 or EdDSA (Ed25519) by one
 * of the keys; a `kid` selects those that have it. It has the claims `room`, a name of a room or
 * the beginning of names and *, and `exp`; and it may have `nbf`, `name` and `role`, which is
 * "member" or "host". Times may be off by half a minute. Others are ignored, but `crit` is refused.
 */

/* For pf_token_judge.judge; `user` is a struct pf_token_keys. */
enum pf_token_verdict pf_token_verify(void *user, struct pf_slice token, struct pf_slice room,
                                      uint64_t unix_s, struct pf_token_claims *out);

#endif
