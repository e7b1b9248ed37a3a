/* clients.c - the hub's table of clients. */
/* SPDX-License-Identifier: MIT */
#include "relay/hub/clients.h"

#include "base/assert.h"

#include <stdlib.h>

enum {
    SIZE_MIN = 64,
    ORDER_BITS = 20, /* below the milliseconds */
};

void pf_hub_clients_clear(struct pf_hub_clients *clients)
{
    for (size_t i = 0; i < clients->size; i++) {
        if (clients->by_number[i]) {
            free(clients->by_number[i]->knock);
        }
        free(clients->by_number[i]);
    }
    free(clients->by_number);
    *clients = (struct pf_hub_clients){.size = 0};
}

struct pf_hub_client *pf_hub_clients_find(const struct pf_hub_clients *clients, uint32_t number)
{
    return number < clients->size ? clients->by_number[number] : NULL;
}

static enum pf_error reserve(struct pf_hub_clients *clients, uint32_t number)
{
    size_t size = clients->size > 0 ? clients->size : SIZE_MIN;
    if (number < clients->size) {
        return PF_ERROR_OK;
    }
    while (size <= number) {
        size *= 2;
    }
    struct pf_hub_client **grown = realloc(clients->by_number, size * sizeof *grown);
    if (!grown) {
        return PF_ERROR_MEMORY;
    }
    for (size_t i = clients->size; i < size; i++) {
        grown[i] = NULL;
    }
    clients->by_number = grown;
    clients->size = size;
    return PF_ERROR_OK;
}

enum pf_error pf_hub_clients_add(struct pf_hub_clients *clients, uint32_t number,
                                 uint64_t opened_ms, struct pf_hub_client **out)
{
    PF_ASSERT(!pf_hub_clients_find(clients, number));
    if (reserve(clients, number) != PF_ERROR_OK) {
        return PF_ERROR_MEMORY;
    }
    struct pf_hub_client *client = malloc(sizeof *client);
    if (!client) {
        return PF_ERROR_MEMORY;
    }
    *client = (struct pf_hub_client){
        .number = number,
        .order = opened_ms << ORDER_BITS | (++clients->last_order & ((1u << ORDER_BITS) - 1)),
    };
    clients->by_number[number] = client;
    clients->count++;
    client->in_lobby = true;
    client->lobby_older = clients->lobby_newest;
    if (clients->lobby_newest) {
        clients->lobby_newest->lobby_newer = client;
    } else {
        clients->lobby_oldest = client;
    }
    clients->lobby_newest = client;
    *out = client;
    return PF_ERROR_OK;
}

uint64_t pf_hub_client_opened_ms(const struct pf_hub_client *client)
{
    return client->order >> ORDER_BITS;
}

void pf_hub_clients_make_guest(struct pf_hub_clients *clients, struct pf_hub_client *client)
{
    PF_ASSERT(!client->is_guest);
    pf_hub_clients_seat(clients, client);
    client->is_guest = true;
    clients->guests_count++;
}

void pf_hub_clients_seat(struct pf_hub_clients *clients, struct pf_hub_client *client)
{
    if (!client->in_lobby) {
        return;
    }
    client->in_lobby = false;
    if (client->lobby_older) {
        client->lobby_older->lobby_newer = client->lobby_newer;
    } else {
        clients->lobby_oldest = client->lobby_newer;
    }
    if (client->lobby_newer) {
        client->lobby_newer->lobby_older = client->lobby_older;
    } else {
        clients->lobby_newest = client->lobby_older;
    }
    client->lobby_older = client->lobby_newer = NULL;
}

void pf_hub_clients_set_visiting(struct pf_hub_clients *clients, struct pf_hub_client *client,
                                 bool is_visiting)
{
    PF_ASSERT(client->is_visiting != is_visiting);
    client->is_visiting = is_visiting;
    if (is_visiting) {
        clients->visitors_count++;
    } else {
        clients->visitors_count--;
    }
}

void pf_hub_clients_remove(struct pf_hub_clients *clients, struct pf_hub_client *client)
{
    PF_ASSERT(client->heartbeat.place == 0);
    PF_ASSERT(!client->knock);
    PF_ASSERT(pf_hub_clients_find(clients, client->number) == client);
    pf_hub_clients_seat(clients, client);
    clients->by_number[client->number] = NULL;
    clients->count--;
    clients->guests_count -= client->is_guest ? 1 : 0;
    clients->visitors_count -= client->is_visiting ? 1 : 0;
    free(client);
}
