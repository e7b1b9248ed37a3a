/* hub_hosts.h - what clients of hub_fixture.h say about rooms with hosts and doors. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_HUB_HOSTS_H
#define PF_TESTS_HUB_HOSTS_H

#include "hub_fixture.h"

/* The client says `host`, about whatever has this id, or about nothing. */
static inline void host(struct hub_fixture *fixture, uint32_t client, const char *action,
                        const char *id)
{
    char text[TEXT_MAX + 64];
    (void)snprintf(text, sizeof text, "{\"type\":\"host\",\"action\":\"%s\"%s%s%s}", action,
                   id ? ",\"id\":\"" : "", id ? id : "", id ? "\"" : ""); /* it fits */
    say(fixture, client, text);
}

/* Client 0 is host of the room "tea", and has locked it. */
static inline void lock(struct hub_fixture *fixture)
{
    enter(fixture, 0, "tea");
    host(fixture, 0, "lock", NULL);
    assert_has(last(fixture, 0), "\"door\":\"locked\"");
}

static inline void knock(struct hub_fixture *fixture, uint32_t client)
{
    open_client(fixture, client);
    join_as(fixture, client, "tea", "Eve", 1, NULL);
}

/* The id of the only one who knocks, as host 0 has been told last. */
static inline void copy_knock(const struct hub_fixture *fixture, char id[PF_MEMBER_ID_DIGITS + 1])
{
    const char *knocks = strstr(last_of(fixture, 0, "room"), "\"knocks\":[{\"id\":\"");
    assert_non_null(knocks);
    memcpy(id, knocks + strlen("\"knocks\":[{\"id\":\""), PF_MEMBER_ID_DIGITS);
    id[PF_MEMBER_ID_DIGITS] = '\0';
}

/* With a client that cannot be a host. */
static inline void join_as_guest(struct hub_fixture *fixture, uint32_t client, const char *ticket)
{
    char text[TEXT_MAX + 128];
    (void)snprintf(text, sizeof text,
                   "{\"type\":\"join\",\"room\":\"tea\",\"name\":\"Guest\",\"instance\":9%s%s%s}",
                   ticket ? ",\"ticket\":\"" : "", ticket ? ticket : "",
                   ticket ? "\"" : ""); /* it fits */
    say(fixture, client, text);
}

/* Opens the client and joins. */
static inline void return_as(struct hub_fixture *fixture, uint32_t client, const char *name,
                             const char *ticket)
{
    open_client(fixture, client);
    join_as(fixture, client, "tea", name, 1, ticket);
}

static inline void copy_self(const struct hub_fixture *fixture, uint32_t client, char *id)
{
    copy_member(fixture, client, "joined", "self", id);
}

/* Ann was host of the room, and it has been deleted. */
static inline void leave_for_good(struct hub_fixture *fixture, char ticket[TEXT_MAX])
{
    lock(fixture);
    copy_member(fixture, 0, "room", "ticket", ticket);
    say(fixture, 0, "{\"type\":\"leave\"}");
    fixture->unix_s += 3600;
}

#endif
