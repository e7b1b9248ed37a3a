/* people.c - the peers of a client, by the ids that the program knows them by. */
/* SPDX-License-Identifier: MIT */
#include "client/people.h"

#include "base/assert.h"

struct pf_person *pf_people_find(const struct pf_people *people, pf_peer_id id)
{
    for (size_t i = 0; id != 0 && i < PF_PEOPLE_MAX; i++) {
        const struct pf_person *person = &people->list[i];
        if (person->id == id && !person->is_gone) {
            return (struct pf_person *)person;
        }
    }
    return NULL;
}

struct pf_person *pf_people_find_member(const struct pf_people *people, pf_member_id member)
{
    for (size_t i = 0; i < PF_PEOPLE_MAX; i++) {
        const struct pf_person *person = &people->list[i];
        if (person->id != 0 && person->member == member && !person->is_gone) {
            return (struct pf_person *)person;
        }
    }
    return NULL;
}

static struct pf_person *add(struct pf_people *people, pf_member_id member)
{
    for (size_t i = 0; i < PF_PEOPLE_MAX; i++) {
        if (people->list[i].id == 0) {
            people->list[i] = (struct pf_person){.id = ++people->last, .member = member};
            return &people->list[i];
        }
    }
    PF_UNREACHABLE(); /* the program is told before the next event */
}

struct pf_person *pf_people_show(struct pf_people *people, const struct pf_command *command)
{
    struct pf_person *person = pf_people_find_member(people, command->peer.id);
    if (!person) {
        person = add(people, command->peer.id);
    }
    (void)pf_slice_copy(command->peer.name, person->name, sizeof person->name); /* it fits */
    person->pc = command->pc;
    person->state = command->peer.state;
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        person->sources[i] = command->peer.sources.sources[i];
    }
    person->has_changed = true;
    return person;
}

struct pf_person *pf_people_hide(struct pf_people *people, pf_member_id member)
{
    struct pf_person *person = pf_people_find_member(people, member);
    PF_ASSERT(person);
    person->is_gone = true;
    return person;
}

struct pf_person *pf_people_next(struct pf_people *people, bool is_gone)
{
    struct pf_person *first = NULL; /* of those that came first */
    for (size_t i = 0; i < PF_PEOPLE_MAX; i++) {
        struct pf_person *person = &people->list[i];
        const bool is_due = is_gone ? person->is_gone : person->has_changed;
        if (person->id != 0 && is_due && (!first || person->id < first->id)) {
            first = person;
        }
    }
    return first;
}
