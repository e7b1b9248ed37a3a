/* list.h - lists of objects that carry their own links. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_CLUSTER_LIST_H
#define PF_RELAY_CLUSTER_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A link in a list, or a list: a circle of links through the list itself. */
struct pf_list {
    struct pf_list *next, *previous; /* borrowed; NULL: in no list */
};

/* The object of that type whose `member` the link is. */
#define PF_LIST_OWNER(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void pf_list_init(struct pf_list *list)
{
    list->next = list->previous = list;
}

static inline bool pf_list_is_empty(const struct pf_list *list)
{
    return list->next == list;
}

/* Takes a link out of its list, if it is in one. */
static inline void pf_list_remove(struct pf_list *link)
{
    if (link->next) {
        link->next->previous = link->previous;
        link->previous->next = link->next;
        link->next = link->previous = NULL;
    }
}

/* Puts a link at the end of `list`, after taking it out of another. */
static inline void pf_list_append(struct pf_list *list, struct pf_list *link)
{
    pf_list_remove(link);
    link->previous = list->previous;
    link->next = list;
    list->previous->next = link;
    list->previous = link;
}

#endif
