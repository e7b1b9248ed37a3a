/*
 * files.c - people offer files to each other, accept and cancel them; and what must come of it.
 *
 * The pages do as web/peerface-files.js does, with files of a few bytes: the sender sends a window
 * beyond what the receiver has stored, the receiver skips what it has already and stores block by
 * block, slowly at times (R28). The bytes go over a channel of their own, and may overtake the
 * room's messages.
 */
/* SPDX-License-Identifier: MIT */
#include "files.h"

#include "base/assert.h"
#include "cluster_check.h"
#include "hostile.h"
#include "ice.h"
#include "pc.h"
#include "tab.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SENDING_MS = 3000, /* how long they go on after the faults */
    BLOCK = 4,
    WINDOW = 16, /* beyond what is stored */
    BYTES_MAX = 80,
    PACKETS_MAX = 4, /* on the way, as bufferedAmount allows */
};

/* What a packet of bytes says. */
struct bytes {
    uint32_t number, offset, size;
};

static void schedule(struct sim_world *world)
{
    if (world->now_us < world->quiet_us + (uint64_t)SENDING_MS * 1000) {
        sim_after_pause(world, world->faults.files_per_minute, SIM_FILE);
    }
}

void sim_files_begin(struct sim_world *world)
{
    if (world->faults.files_per_minute > 0) {
        schedule(world);
    }
}

static bool moves(const struct sim_transfer *file)
{
    return file->state == PF_FILE_ACCEPTED || file->state == PF_FILE_PAUSED;
}

static bool is_open(const struct sim_transfer *file)
{
    return file->peer != 0 && (moves(file) || file->state == PF_FILE_OFFERED);
}

static struct sim_transfer *find(struct sim_tab *tab, pf_member_id peer, bool is_own,
                                 uint32_t number)
{
    struct sim_transfer *found = NULL; /* an open one, if an earlier page used the number as well */
    for (int i = 0; i < SIM_TRANSFERS_MAX; i++) {
        struct sim_transfer *file = &tab->files.list[i];
        if (file->peer == peer && file->is_own == is_own && file->number == number &&
            (!found || is_open(file) || (file->consents && !is_open(found)))) {
            found = file;
        }
    }
    return found;
}

/* The file as another page knows it, the one that offers it or that it is offered to; or NULL. */
static const struct sim_transfer *counterpart(const struct sim_tab *tab,
                                              const struct sim_transfer *file)
{
    const struct sim_transfer *found = NULL;
    for (int i = 0; i < SIM_TRANSFERS_MAX; i++) {
        const struct sim_transfer *other = &tab->files.list[i];
        if (other->peer != 0 && other->is_own != file->is_own &&
            other->origin_tab == file->origin_tab && other->origin_index == file->origin_index &&
            (!found || is_open(other) || (other->consents && !is_open(found)))) {
            found = other; /* another one was of a time when one had given the other up */
        }
    }
    return found;
}

static struct sim_transfer *take_place(struct sim_tab *tab)
{
    for (int i = 0; i < SIM_TRANSFERS_MAX; i++) {
        struct sim_transfer *file = &tab->files.list[tab->files.taken_count++ % SIM_TRANSFERS_MAX];
        if (!is_open(file)) {
            return file;
        }
    }
    return NULL;
}

static void after(struct sim_world *world, const struct sim_tab *tab,
                  const struct sim_transfer *file, enum sim_kind kind, uint32_t ms_max)
{
    sim_after(world, sim_between_us(world, 0, ms_max), kind, tab->index,
              (uint32_t)(file - tab->files.list));
}

static void set(struct sim_world *world, struct sim_tab *tab, const struct sim_transfer *file,
                enum pf_file_state state)
{
    sim_tab_handle(world, tab,
                   &(struct pf_event){
                       .type = PF_EVENT_SET_FILE,
                       .set_file = {file->peer, file->number, file->stored, file->is_own, state}});
}

/* ---- what people do ---- */

static void offer(struct sim_world *world, struct sim_tab *tab)
{
    const struct sim_shown_peer *peer = &tab->view.peers[sim_below(world, PF_MEMBERS_MAX)];
    const uint32_t size = sim_chance(world, 50) ? 0 : sim_below(world, BYTES_MAX);
    char name[32];
    if (peer->id == 0 || !tab->quality.is_new) {
        return;
    }
    (void)snprintf(name, sizeof(name), "%u.%u.%u", tab->index, ++tab->files.offers_count, size);
    tab->files.offers = true;
    sim_tab_handle(world, tab,
                   &(struct pf_event){.type = PF_EVENT_OFFER_FILE,
                                      .offer_file = {peer->id, size, pf_slice_of(name)}});
    tab->files.offers = false; /* a room need not offer it */
}

/* Ends any file of the page, or tries to do what a page must not. */
static void meddle(struct sim_world *world, struct sim_tab *tab)
{
    const struct sim_transfer *file = &tab->files.list[sim_below(world, SIM_TRANSFERS_MAX)];
    for (int i = 0; i < SIM_TRANSFERS_MAX && !is_open(file); i++) {
        file = &tab->files.list[i];
    }
    const bool is_theirs_offered = !file->is_own && file->state == PF_FILE_OFFERED;
    const enum pf_file_state state = (enum pf_file_state)sim_below(world, PF_FILE_FAILED + 1);
    const bool is_of_the_user = state == PF_FILE_ACCEPTED || state == PF_FILE_DECLINED;
    if (file->peer != 0 && !(is_theirs_offered && is_of_the_user) &&
        !(state == PF_FILE_ACCEPTED && moves(file))) {
        set(world, tab, file, state);
    }
}

void sim_files_act(struct sim_world *world)
{
    const struct sim_host *host = &world->hosts[sim_below(world, world->faults.hosts_count)];
    const uint32_t what = sim_below(world, 10);
    const uint32_t times = sim_chance(world, 100) ? 1 + sim_below(world, 12) : 1;
    schedule(world);
    for (uint32_t i = 0; i < times && host->tab && !host->asleep && !host->tab->left; i++) {
        if (what < 8) {
            offer(world, host->tab);
        } else {
            meddle(world, host->tab);
        }
    }
}

static void decide(struct sim_world *world, struct sim_tab *tab, struct sim_transfer *file)
{
    if (file->peer == 0 || file->is_own || file->state != PF_FILE_OFFERED) {
        return;
    }
    file->consents = !sim_chance(world, 200);
    set(world, tab, file, file->consents ? PF_FILE_ACCEPTED : PF_FILE_DECLINED);
}

/* ---- bytes ---- */

/* The connection that the page has with the peer now, or NULL. */
static struct sim_pc *pc_to(const struct sim_world *world, const struct sim_tab *tab,
                            pf_member_id peer)
{
    const struct sim_shown_peer *shown = sim_view_find(&tab->view, peer);
    return shown ? sim_pc_find(world, tab, shown->pc) : NULL;
}

static void send_bytes(struct sim_world *world, struct sim_pc *pc, struct sim_transfer *file)
{
    const uint32_t rest = file->size - file->position;
    const uint32_t free = file->offset + WINDOW - file->position;
    uint32_t size = 1 + sim_below(world, BLOCK);
    size = size < rest ? size : rest;
    size = size < free ? size : free;
    const struct bytes bytes = {file->number, file->position, size};
    const struct sim_packet *packet =
        sim_fifo_put(&pc->bytes, world->now_us + sim_latency_us(world), SIM_PACKET_MESSAGE,
                     (struct pf_slice){(const char *)&bytes, sizeof(bytes)});
    file->position += size;
    if (pc->bytes.count == 1) {
        sim_after(world, packet->due_us - world->now_us, SIM_BYTES, pc->model.identity, 0);
    }
}

static void pump(struct sim_world *world, struct sim_tab *tab, struct sim_transfer *file)
{
    struct sim_pc *pc = pc_to(world, tab, file->peer);
    file->pumps = false;
    if (!is_open(file) || !file->is_own || file->state != PF_FILE_ACCEPTED || !pc ||
        !pc->channel_open || sim_hostile_is_phantom(pc)) {
        return; /* it is shown again when it goes on */
    }
    if (pc->model.identity != file->identity) {
        file->identity = pc->model.identity;
        file->position = file->offset;
    }
    while (file->position < file->size && file->position < file->offset + WINDOW &&
           pc->bytes.count < PACKETS_MAX) {
        send_bytes(world, pc, file);
    }
    if (file->position < file->size && file->position < file->offset + WINDOW) {
        file->pumps = true;
        after(world, tab, file, SIM_FILE_PUMP, 100);
    }
}

static void store_soon(struct sim_world *world, const struct sim_tab *tab,
                       struct sim_transfer *file)
{
    const bool has_block = file->received - file->stored >= BLOCK || file->received == file->size;
    if (!file->stores && has_block) {
        file->stores = true;
        after(world, tab, file, SIM_FILE_STORED, sim_chance(world, 50) ? 3000 : 30);
    }
}

static void store(struct sim_world *world, struct sim_tab *tab, struct sim_transfer *file)
{
    file->stores = false;
    if (!is_open(file) || file->is_own || !moves(file)) {
        return;
    }
    if (sim_chance(world, 5)) {
        set(world, tab, file, PF_FILE_FAILED); /* the disk is full */
        return;
    }
    const uint32_t rest = file->size - file->stored;
    file->stored += rest < BLOCK ? rest : BLOCK;
    set(world, tab, file, PF_FILE_ACCEPTED);
    if (file->stored == file->size && is_open(file)) {
        set(world, tab, file, PF_FILE_DONE);
    }
    if (is_open(file)) {
        store_soon(world, tab, file);
    }
}

static void receive(struct sim_world *world, struct sim_tab *tab, const struct sim_pc *pc,
                    const struct bytes *bytes)
{
    struct sim_transfer *file = NULL;
    for (size_t i = 0; i < PF_MEMBERS_MAX && !file; i++) {
        if (tab->view.peers[i].id != 0 && tab->view.peers[i].pc == pc->id) {
            file = find(tab, tab->view.peers[i].id, false, bytes->number);
        }
    }
    if (!file || (!is_open(file) && file->consents)) {
        return; /* it is over here */
    }
    if (!file->consents) {
        sim_fail(world, "%s is sent a file that it has not accepted", sim_tab_name(world, tab));
    } else if (bytes->offset > file->received) {
        sim_fail(world, "%s misses bytes of a file", sim_tab_name(world, tab));
    } else if (bytes->offset + bytes->size > file->received) {
        file->received = bytes->offset + bytes->size;
        if (file->received - file->stored > WINDOW) {
            sim_fail(world, "%s has to hold too much of a file", sim_tab_name(world, tab));
        }
        store_soon(world, tab, file);
    }
}

void sim_files_deliver(struct sim_world *world, uint32_t identity)
{
    struct sim_pc *pc = sim_pc_of(world, identity);
    struct sim_pc *peer = pc ? sim_ice_peer(world, pc) : NULL;
    if (!pc || !pc->bytes.first) {
        return;
    }
    if (!peer || !sim_ice_usable(world, pc) || !peer->channel_open) {
        sim_after(world, 300000, SIM_BYTES, identity, 0);
        return;
    }
    struct sim_packet *packet = sim_fifo_take(&pc->bytes);
    struct bytes bytes;
    memcpy(&bytes, packet->data, sizeof(bytes));
    free(packet);
    if (pc->bytes.first) {
        const uint64_t due_us = pc->bytes.first->due_us;
        sim_after(world, due_us > world->now_us ? due_us - world->now_us : 0, SIM_BYTES, identity,
                  0);
    }
    if (peer->tab->alive && !peer->tab->left) {
        receive(world, peer->tab, peer, &bytes);
    }
}

void sim_files_happen(struct sim_world *world, struct sim_tab *tab,
                      const struct sim_happening *happening)
{
    struct sim_transfer *file = &tab->files.list[happening->token];
    if (!tab->alive || tab->left) {
        return;
    }
    switch ((int)happening->kind) {
    case SIM_FILE_DECIDE: decide(world, tab, file); break;
    case SIM_FILE_PUMP: pump(world, tab, file); break;
    case SIM_FILE_STORED: store(world, tab, file); break;
    default: PF_UNREACHABLE();
    }
}

/* ---- what is shown ---- */

static void check_limit(struct sim_world *world, const struct sim_tab *tab, pf_member_id peer,
                        bool is_own)
{
    size_t count = 0;
    for (int i = 0; i < SIM_TRANSFERS_MAX; i++) {
        const struct sim_transfer *file = &tab->files.list[i];
        count += is_open(file) && file->peer == peer && file->is_own == is_own;
    }
    if (count > PF_FILES_MAX) {
        sim_fail(world, "%s has too many files with one member", sim_tab_name(world, tab));
    }
}

/* Who offers it is in its name. */
static void check_offered(struct sim_world *world, struct sim_tab *tab,
                          const struct sim_transfer *file, struct pf_slice name)
{
    const struct sim_tab *from =
        file->origin_tab <= world->tabs_count ? world->tabs[file->origin_tab] : NULL;
    const struct sim_transfer *offered = from ? counterpart(from, file) : NULL;
    const struct sim_transfer *again = NULL;
    if (sim_hostile_is(world, file->peer) || sim_cluster_may_be_hostile(world, file->peer)) {
        return;
    }
    for (int i = 0; i < SIM_TRANSFERS_MAX; i++) {
        const struct sim_transfer *other = &tab->files.list[i];
        again = other != file && other->peer != 0 && !other->is_own &&
                        other->origin_tab == file->origin_tab &&
                        other->origin_index == file->origin_index &&
                        other->state != PF_FILE_FAILED && !other->is_forgotten
                    ? other
                    : again;
    }
    if (!tab->quality.is_new) {
        sim_fail(world, "%s, an older client, is offered a file", sim_tab_name(world, tab));
    } else if (!offered || name.size == 0 ||
               world->hosts[from->host].room != world->hosts[tab->host].room) {
        sim_fail(world, "%s is offered a file that nobody offers", sim_tab_name(world, tab));
    } else if (again && !from->shared) { /* else it was forgotten while the other page was there */
        sim_fail(world, "%s is offered a file twice", sim_tab_name(world, tab));
    }
}

static void on_offered(struct sim_world *world, struct sim_tab *tab,
                       const struct pf_command *command)
{
    unsigned from = 0, index = 0, size = 0;
    char name[PF_FILE_NAME_SIZE_MAX + 1] = "";
    struct sim_transfer *file = take_place(tab);
    if (!file || (command->file.is_own && !tab->files.offers)) {
        sim_fail(world, "%s is shown a file for no reason", sim_tab_name(world, tab));
        return;
    }
    memcpy(name, command->file.name.data, command->file.name.size);
    const bool is_known =
        sscanf(name, "%u.%u.%u", &from, &index, &size) == 3 && size == command->file.size;
    *file = (struct sim_transfer){
        .peer = command->file.id,
        .number = command->file.number,
        .is_own = command->file.is_own,
        .size = command->file.size,
        .origin_tab = is_known ? from : 0,
        .origin_index = is_known ? index : 0,
    };
    check_limit(world, tab, file->peer, file->is_own);
    if (!file->is_own) {
        check_offered(world, tab, file, command->file.name);
        if (!sim_chance(world, 100)) { /* the user may also never decide */
            after(world, tab, file, SIM_FILE_DECIDE, sim_chance(world, 500) ? 100 : 5000);
        }
    }
}

/* What a receiver has made of a file of this page's; NULL if that is a hostile member. */
static const struct sim_transfer *received(const struct sim_world *world,
                                           const struct sim_transfer *file)
{
    const struct sim_transfer *found = NULL;
    for (size_t i = 1; i <= world->tabs_count; i++) {
        const struct sim_transfer *other = counterpart(world->tabs[i], file);
        found =
            other && (!found || other->stored > found->stored || other->consents) ? other : found;
    }
    return found;
}

static void check_own(struct sim_world *world, const struct sim_tab *tab,
                      const struct sim_transfer *file)
{
    static const struct sim_transfer nothing = {0};
    const struct sim_transfer *theirs = received(world, file);
    theirs = theirs ? theirs : &nothing;
    if (sim_hostile_is(world, file->peer) || sim_cluster_may_be_hostile(world, file->peer)) {
        return;
    }
    if (moves(file) && !theirs->consents) {
        sim_fail(world, "%s sends a file that nobody has accepted", sim_tab_name(world, tab));
    }
    if (moves(file) && file->offset > theirs->stored) {
        sim_fail(world, "%s is told that more is stored than is", sim_tab_name(world, tab));
    }
    if (file->state == PF_FILE_DONE && (theirs->stored != file->size || !theirs->consents)) {
        sim_fail(world, "%s is told that a file is there which is not", sim_tab_name(world, tab));
    }
    world->stats->files_done += file->state == PF_FILE_DONE;
}

static void check_theirs(struct sim_world *world, const struct sim_tab *tab,
                         const struct sim_transfer *file)
{
    if (moves(file) && !file->consents) {
        sim_fail(world, "%s accepts a file without its user", sim_tab_name(world, tab));
    }
    if (file->state == PF_FILE_DONE && file->stored != file->size) {
        sim_fail(world, "%s shows a file as done that is not", sim_tab_name(world, tab));
    }
}

void sim_files_check(struct sim_world *world, struct sim_tab *tab, const struct pf_command *command)
{
    struct sim_transfer *file =
        find(tab, command->file.id, command->file.is_own, command->file.number);
    if (command->file.state == PF_FILE_OFFERED) {
        on_offered(world, tab, command);
        return;
    }
    if (!file || !is_open(file)) {
        sim_fail(world, "%s is told of a file that has ended, or never was",
                 sim_tab_name(world, tab));
        return;
    }
    file->state = command->file.state;
    file->offset = command->file.offset;
    if (!file->is_own) {
        check_theirs(world, tab, file);
        if (moves(file)) {
            store_soon(world, tab, file); /* an empty one is there at once */
        }
        return;
    }
    check_own(world, tab, file);
    if (file->state == PF_FILE_ACCEPTED && !file->pumps) {
        file->pumps = true;
        after(world, tab, file, SIM_FILE_PUMP, 5);
    }
}

void sim_files_note_hidden(struct sim_tab *tab, pf_member_id peer)
{
    for (int i = 0; i < SIM_TRANSFERS_MAX; i++) {
        tab->files.list[i].is_forgotten |= tab->files.list[i].peer == peer;
    }
}

/* ---- in the end ---- */

/* The page of the peer, if nothing keeps the two apart; or NULL. */
static const struct sim_tab *reachable(const struct sim_world *world, const struct sim_tab *tab,
                                       pf_member_id peer)
{
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        const struct sim_tab *other = world->hosts[i].tab;
        if (sim_tab_is_present(other) && other->view.self == peer) {
            const bool apart = sim_host_is_lost(world, i) || sim_host_is_lost(world, tab->host) ||
                               world->hosts[tab->host].cut_for_good[i];
            return apart ? NULL : other;
        }
    }
    return NULL;
}

bool sim_files_are_settled(const struct sim_world *world, const struct sim_tab *tab)
{
    for (int i = 0; i < SIM_TRANSFERS_MAX; i++) {
        const struct sim_transfer *file = &tab->files.list[i];
        const struct sim_tab *other = is_open(file) ? reachable(world, tab, file->peer) : NULL;
        const struct sim_transfer *theirs = other ? counterpart(other, file) : NULL;
        if (other && (moves(file) || !theirs || theirs->state != PF_FILE_OFFERED)) {
            return false;
        }
    }
    return true;
}
