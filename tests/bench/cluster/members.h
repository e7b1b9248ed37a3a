/* members.h - the members of a service: they come, stay, and come back. */
/* SPDX-License-Identifier: MIT */
#ifndef STORM_MEMBERS_H
#define STORM_MEMBERS_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct service;
struct happening;

struct members_counts {
    uint32_t lost;      /* connections, with their relay */
    uint32_t dismissed; /* with 1001 */
    uint32_t refused;   /* with an error, or another code */
    uint32_t timeouts;
};

void members_begin(struct service *service);
void members_end(struct service *service);

/* Everybody comes within that time. */
void members_come(struct service *service, uint32_t within_s);

/* The relay sends a text, or closes the connection. */
void members_text(struct service *service, uint32_t member, struct pf_slice head,
                  struct pf_slice body);
void members_closed(struct service *service, uint32_t member, uint16_t code);

/* The relay of the member is killed. */
void members_lost(struct service *service, uint32_t member);

void members_happen(struct service *service, const struct happening *happening);

/* Whether everybody is in, each room has one owner, and that has all of its members. */
bool members_are_whole(struct service *service, bool says_why);

struct members_counts members_counts(const struct service *service);

/* Of those who came back since: after how long. */
uint64_t members_percentile_us(const struct service *service, uint64_t since_us, uint32_t percent);

/* Measures the memory of members on one relay whose rooms are another's. */
int members_memory(struct service *service);

#endif
