/* check.c - the invariants of a simulated world, at every moment and at the end. */
/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "base/assert.h"
#include "capture_check.h"
#include "chat.h"
#include "cluster_check.h"
#include "doors.h"
#include "drain.h"
#include "gestures.h"
#include "hostile.h"
#include "ice.h"
#include "origins.h"
#include "pc.h"
#include "relay/hub/hub.h"
#include "tab.h"
#include "tokens.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum {
    GOODBYE_MS_MAX = 5000, /* how long a socket may stay open after leaving */
    STEADY_MS = 10000,
};

void sim_check_gone(struct sim_world *world, const struct sim_tab *tab)
{
    bool any = sim_capture_is_on(tab) || tab->socket;
    for (size_t i = 0; i < tab->pcs_end; i++) {
        any = any || tab->pcs[i].id != 0;
    }
    if (any) {
        sim_fail(world, "%s has left, but something is still open", sim_tab_name(world, tab));
    }
    if (pf_room_deadline_ms(tab->room) != PF_NEVER) {
        sim_fail(world, "%s has left, but waits for something", sim_tab_name(world, tab));
    }
}

/* Otherwise, what an earlier page of the host did may be attributed to this one. */
static bool is_first_page(const struct sim_world *world, const struct sim_tab *tab)
{
    bool any = false;
    for (uint32_t i = 1; i < tab->index; i++) {
        any = any || world->tabs[i]->host == tab->host;
    }
    return !any;
}

/* Whether the roster is full: then a listed member evicts one that the relay does not list. */
static bool shows_all_it_can(const struct sim_tab *tab)
{
    size_t shown = 0;
    for (size_t i = 0; i < tab->view.peers_count; i++) {
        shown += tab->view.peers[i].id != 0;
    }
    return shown == PF_MEMBERS_MAX - 1;
}

/* Another relay may still list an earlier page of the host, which looks like a newer one. */
static bool may_be_listed_as_before(const struct sim_world *world, const struct sim_tab *tab)
{
    return world->faults.relays_count > 1 && !is_first_page(world, tab);
}

void sim_check_tab(struct sim_world *world, struct sim_tab *tab)
{
    sim_capture_check(world, tab);
    sim_drain_check(world, tab);
    if (tab->hid_in_vain && tab->view.state != PF_ROOM_REFUSED) {
        sim_fail(world, "%s hides a peer that has not left", sim_tab_name(world, tab));
    }
    if (tab->rebuilt != 0 && sim_tab_is_present(tab) && tab->view.state != PF_ROOM_REFUSED &&
        !shows_all_it_can(tab) && !world->tabs[tab->rebuilt]->removed &&
        !may_be_listed_as_before(world, world->tabs[tab->rebuilt])) {
        sim_fail(world, "%s closes a connection to page %u that works", sim_tab_name(world, tab),
                 tab->rebuilt);
    }
    if (tab->view.state == PF_ROOM_REFUSED && tab->view.code == PF_CODE_REPLACED &&
        sim_capture_is_on(tab)) {
        sim_fail(world, "%s was replaced, but still captures", sim_tab_name(world, tab));
    }
    if (tab->left) {
        if (tab->view.state != PF_ROOM_LEFT) {
            sim_fail(world, "%s has left, but is not shown so", sim_tab_name(world, tab));
        }
        if (sim_capture_is_on(tab)) {
            sim_fail(world, "%s has left, but still captures", sim_tab_name(world, tab));
        }
        if (tab->socket && world->now_us - tab->left_us > (uint64_t)GOODBYE_MS_MAX * 1000) {
            sim_fail(world, "%s has left, but its socket stays open", sim_tab_name(world, tab));
        }
    }
}

/* The page of the member with this id, if it believes itself in the room; or NULL. */
static struct sim_tab *member_tab(const struct sim_world *world, pf_member_id id)
{
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        struct sim_tab *tab = world->hosts[i].tab;
        if (sim_tab_is_present(tab) && tab->view.self == id &&
            (tab->view.state == PF_ROOM_JOINED || tab->view.state == PF_ROOM_RECONNECTING)) {
            return tab;
        }
    }
    return NULL;
}

/* Whether the connection is connected to one of `other`, at both ends, and packets can pass. */
static bool connects(const struct sim_world *world, const struct sim_pc *pc,
                     const struct sim_tab *other)
{
    const struct sim_pc *peer =
        pc->model.connection == PF_CONNECTION_CONNECTED ? sim_ice_peer(world, pc) : NULL;
    return peer && peer->tab == other && peer->model.connection == PF_CONNECTION_CONNECTED &&
           sim_ice_usable(world, pc);
}

static bool was_lost_long(const struct sim_world *world, const struct sim_tab *tab)
{
    /* The relay rounds to milliseconds. */
    return tab->lost_us != 0 && world->now_us - tab->lost_us >= (uint64_t)(SIM_GRACE_MS - 1) * 1000;
}

/* Whether no message of its relay is in flight to the page. */
static bool is_up_to_date(const struct sim_tab *tab)
{
    const struct sim_socket *socket = tab->socket;
    return socket && socket->joined && !socket->broken && !socket->down.first &&
           tab->view.state == PF_ROOM_JOINED;
}

static bool is_with_relay(const struct sim_tab *tab, uint32_t relay)
{
    return tab->socket && tab->socket->joined && tab->socket->relay == relay;
}

/*
 * Whether `other` has not left, as far as the page can know: its relay lists it, or has lost it for
 * less than the grace period. The latter is checked only for hosts with a single page and a single
 * relay, where it is clear what the relay must know.
 */
static bool has_not_left(const struct sim_world *world, const struct sim_tab *tab,
                         const struct sim_tab *other)
{
    if (!other || other->removed || !is_up_to_date(tab)) {
        return false;
    }
    const bool is_plain =
        is_first_page(world, other) && world->faults.relays_count == 1 && !shows_all_it_can(tab);
    return (world->cluster ? sim_cluster_lists(world, tab, other)
                           : is_with_relay(other, tab->socket->relay)) ||
           (is_plain && !other->given_up && !was_lost_long(world, other));
}

void sim_check_show(struct sim_world *world, struct sim_tab *tab, const struct pf_command *command)
{
    if (command->type == PF_COMMAND_HIDE_PEER && sim_tab_is_present(tab)) {
        struct sim_tab *other = member_tab(world, command->hide_peer);
        for (size_t i = 0; i < tab->cut_count; i++) {
            tab->hid_in_vain =
                tab->hid_in_vain ||
                (other && !other->removed && tab->cut[i] == other->index && !shows_all_it_can(tab));
        }
        tab->hid_in_vain = tab->hid_in_vain || has_not_left(world, tab, other);
        if (other && shows_all_it_can(tab)) {
            other->kept[tab->host] = NULL; /* given up by the relay, it makes place for a member */
        }
    }
    if (command->type == PF_COMMAND_SHOW_ROOM && tab->view.self != 0 && command->room.self != 0 &&
        command->room.self != tab->view.self) {
        sim_fail(world, "%s is another member than before", sim_tab_name(world, tab));
    }
    if (command->type == PF_COMMAND_SHOW_ROOM && command->room.state == PF_ROOM_REFUSED &&
        command->room.code != PF_CODE_ROOM_FULL && !tab->left &&
        !(world->faults.doors_per_minute > 0 &&
          (command->room.code == PF_CODE_REFUSED || command->room.code == PF_CODE_REMOVED)) &&
        !(command->room.code == PF_CODE_TOKEN_EXPIRED && sim_tokens_may_refuse(world, tab)) &&
        !(command->room.code == PF_CODE_REPLACED && tab->shared)) {
        sim_fail(world, "%s is refused without a reason", sim_tab_name(world, tab));
    }
}

static bool begins(struct pf_slice text, const char *prefix)
{
    const size_t size = strlen(prefix);
    return text.size >= size && memcmp(text.data, prefix, size) == 0;
}

static void note_joined(const struct sim_world *world, struct sim_tab *tab)
{
    tab->given_up = tab->given_up || was_lost_long(world, tab);
    tab->lost_us = tab->drained_us = 0;
}

void sim_check_relay_text(struct sim_world *world, struct sim_socket *socket, struct pf_slice text)
{
    static const char *const harmless[] = {
        "{\"type\":\"error\",\"code\":\"no-such-member\"",
        "{\"type\":\"error\",\"code\":\"room-full\"",
        "{\"type\":\"error\",\"code\":\"replaced\"",
        "{\"type\":\"error\",\"code\":\"refused\"",
        "{\"type\":\"error\",\"code\":\"removed\"",
        "{\"type\":\"error\",\"code\":\"not-host\"", /* the role has just gone */
        "{\"type\":\"error\",\"code\":\"rate-limit\",\"message\":\"too many wait",
    };
    const struct pf_hub *hub =
        world->relays[socket->relay].hub; /* or NULL: of another, in a cluster */
    if (hub && begins(text, harmless[1]) && pf_hub_counts(hub).members < PF_MEMBERS_MAX) {
        sim_fail(world, "the room is full with %zu members", pf_hub_counts(hub).members);
    }
    if (begins(text, "{\"type\":\"joined\"")) {
        socket->joined = true;
        note_joined(world, socket->tab);
        sim_doors_check_joined(world, socket->tab, text);
        if (socket->tab->host >= SIM_HOSTS_MAX) {
            sim_hostile_enters(world, socket->tab, text);
        }
    }
    bool fine = !begins(text, "{\"type\":\"error\"") || socket->tab->host >= SIM_HOSTS_MAX;
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
        fine = fine || begins(text, harmless[i]);
    }
    /* What a host has done comes to the owner all at once, when the store between has waited. */
    fine = fine || (world->cluster && world->faults.doors_per_minute > 0 &&
                    begins(text, "{\"type\":\"error\",\"code\":\"rate-limit\",\"message\":"
                                 "\"too many messages"));
    fine = fine || (begins(text, "{\"type\":\"error\",\"code\":\"token-expired\"") &&
                    sim_tokens_may_refuse(world, socket->tab));
    if (!fine) {
        sim_fail(world, "the relay sends %s an error: %.*s", sim_tab_name(world, socket->tab),
                 (int)text.size, text.data);
    }
}

void sim_check_relay_output(struct sim_world *world, const struct pf_hub_event *event,
                            const struct pf_hub_output *output)
{
    const bool is_error =
        output->type == PF_HUB_SEND && begins(output->head, "{\"type\":\"error\"");
    const bool is_answer = event->type != PF_HUB_TIMEOUT && output->clients_count == 1 &&
                           output->clients[0] == event->client;
    const char *replaced = "{\"type\":\"error\",\"code\":\"re"; /* also refused, removed */
    /* A door is opened, and more have knocked than there are places left. */
    const bool has_knocked = world->faults.doors_per_minute > 0 &&
                             begins(output->head, "{\"type\":\"error\",\"code\":\"room-full\"");
    if (is_error && !is_answer && !has_knocked && !begins(output->head, replaced)) {
        sim_fail(world, "an error goes to a client that did not cause it: %.*s",
                 (int)output->head.size, output->head.data);
    }
}

/* G13, G15: what is captured and sent is no matter of offers and answers. */
void sim_check_command(struct sim_world *world, const struct sim_tab *tab,
                       const struct pf_command *command)
{
    const bool negotiates =
        command->type == PF_COMMAND_PC_CREATE_OFFER || command->type == PF_COMMAND_PC_CREATE_ANSWER;
    if (command->type == PF_COMMAND_PC_CREATE && sim_tab_observes(world, tab)) {
        sim_fail(world, "%s makes a connection, which it cannot", sim_tab_name(world, tab));
    }
    if (negotiates && tab->changes_sources) {
        sim_fail(world, "%s negotiates because of a source", sim_tab_name(world, tab));
    }
}

/* --- at the end --- */

static bool want(struct sim_world *world, const struct sim_tab *tab, const struct sim_tab *other,
                 const char *what)
{
    world->wanting = (struct sim_wanting){tab, other, what};
    return false;
}

void sim_check_fail_wanting(struct sim_world *world)
{
    const struct sim_wanting *wanting = &world->wanting;
    PF_ASSERT(wanting->tab);
    sim_fail(world, "%" PRIu64 " s after the faults: %s: %s%s%c",
             (world->now_us - world->quiet_us) / 1000000, sim_tab_name(world, wanting->tab),
             wanting->what, wanting->other ? " of " : "",
             wanting->other ? (char)('A' + wanting->other->host) : ' ');
}

static bool sends_as_wanted(struct sim_world *world, const struct sim_tab *tab,
                            const struct sim_pc *pc, const struct sim_tab *other)
{
    for (int source = 0; source < PF_SOURCES_COUNT; source++) {
        const struct sim_shown_local *local = &tab->view.local[source];
        const struct sim_track *track = sim_tab_track(tab, pc->model.senders[source]);
        const bool sends = track && track->state == SIM_TRACK_LIVE && track->enabled;
        if (tab->wants[source] != local->on) {
            return want(world, tab, NULL, "does not show what is switched on");
        }
        if (sends != (local->on && local->state == PF_CAPTURE_LIVE)) {
            return want(world, tab, other, "sends something else than is switched on to the page");
        }
        if (sends && track->id != local->track) {
            return want(world, tab, other, "sends another track than it shows to the page");
        }
        if (sends && !sim_origins_fits(tab, track)) {
            return want(world, tab, other, "sends what its page has replaced");
        }
        const bool is_device = source < PF_DEVICE_SOURCES_COUNT; /* a screen is not interrupted */
        if (local->interrupted != (is_device && sends && track->muted)) {
            return want(world, tab, other, "takes an interruption for something else");
        }
    }
    return true;
}

/* `tab` is shown the sources of `other` as `other` announces them. */
static bool shows_truth(struct sim_world *world, const struct sim_tab *tab,
                        const struct sim_tab *other, const struct sim_shown_peer *shown)
{
    for (int source = 0; source < PF_SOURCES_COUNT; source++) {
        const struct sim_shown_local *local = &other->view.local[source];
        const enum pf_source_state state = shown->sources.sources[source];
        const bool on = local->on && local->state == PF_CAPTURE_LIVE;
        const bool shown_on = state == PF_SOURCE_STATE_ON || state == PF_SOURCE_STATE_INTERRUPTED;
        if (shown_on != on || shown->sources.sequence == 0) {
            return want(world, tab, other, "does not show the sources");
        }
        if ((state == PF_SOURCE_STATE_INTERRUPTED) != local->interrupted) {
            return want(world, tab, other, "does not show what is interrupted");
        }
    }
    if (!sim_gestures_has_hand(other, shown)) {
        return want(world, tab, other, "does not show the hand");
    }
    if (!sim_gestures_has_name(other, shown)) {
        return want(world, tab, other, "does not show the name");
    }
    return true;
}

/* Whether the two have no connection, and are not to have one. */
static bool is_apart(const struct sim_world *world, const struct sim_tab *tab,
                     const struct sim_tab *other)
{
    return sim_tab_observes(world, tab) || sim_tab_observes(world, other);
}

static bool is_connected(struct sim_world *world, const struct sim_tab *tab,
                         const struct sim_tab *other)
{
    const struct sim_shown_peer *shown = sim_view_find(&tab->view, other->view.self);
    if (!shown) {
        return want(world, tab, other, "is not shown anything");
    }
    if (shown->state != PF_PEER_CONNECTED) {
        return want(world, tab, other, "is not shown the picture");
    }
    if (is_apart(world, tab, other)) {
        return shown->pc == 0 || want(world, tab, other, "needs no connection for the picture");
    }
    const struct sim_pc *pc = sim_pc_find(world, tab, shown->pc);
    if (!pc || !connects(world, pc, other)) {
        return want(world, tab, other, "has no connection for the picture");
    }
    return true;
}

/*
 * I1, G11: candidates that arrived too early were kept. Candidates that were lost with a WebSocket
 * are not sent again to a peer that is connected without them.
 */
static bool knows_candidates(struct sim_world *world, const struct sim_tab *tab,
                             const struct sim_tab *other)
{
    if (tab->sockets_count != 1 || other->sockets_count != 1 || is_apart(world, tab, other)) {
        return true;
    }
    const struct sim_pc *pc =
        sim_pc_find(world, tab, sim_view_find(&tab->view, other->view.self)->pc);
    const struct sim_pc *peer = sim_ice_peer(world, pc);
    if (!pc->candidate_refused && !model_pc_has_candidates(&pc->model, &peer->model)) {
        return want(world, tab, other, "lacks a candidate");
    }
    return true;
}

/* For pairs that can reach each other. */
static bool sees_truth(struct sim_world *world, const struct sim_tab *tab,
                       const struct sim_tab *other)
{
    const struct sim_shown_peer *shown = sim_view_find(&tab->view, other->view.self);
    if (shown->away) {
        return want(world, tab, other, "is shown the absence");
    }
    return (is_apart(world, tab, other) ||
            sends_as_wanted(world, tab, sim_pc_find(world, tab, shown->pc), other)) &&
           shows_truth(world, tab, other, shown);
}

/* I27: for pairs that cannot reach each other, while both reach the relay. */
static bool shows_failure(struct sim_world *world, const struct sim_tab *tab,
                          const struct sim_tab *other)
{
    const struct sim_shown_peer *shown = sim_view_find(&tab->view, other->view.self);
    if (!shown) {
        return want(world, tab, other, "is not shown anything");
    }
    if (shown->state != PF_PEER_UNREACHABLE || shown->away) {
        return want(world, tab, other, "does not show as unreachable the tile");
    }
    return shows_truth(world, tab, other, shown);
}

static bool is_somebody(const struct sim_world *world, uint32_t room, pf_member_id id)
{
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        const struct sim_tab *tab = world->hosts[i].tab;
        if (!tab || tab->view.self != id || !sim_tab_is_present(tab)) {
            continue;
        }
        if (world->hosts[i].room != room) {
            return false;
        }
        if (!sim_host_is_lost(world, i) || world->faults.loss != SIM_LOSS_NETWORK) {
            return true;
        }
    }
    return sim_hostile_is(world, id) || sim_cluster_may_be_hostile(world, id);
}

static bool shows_ghost(struct sim_world *world, const struct sim_tab *tab)
{
    const uint32_t room = world->hosts[tab->host].room;
    bool any = false;
    for (int i = 0; i < PF_MEMBERS_MAX; i++) {
        any =
            any || (tab->view.peers[i].id != 0 && !is_somebody(world, room, tab->view.peers[i].id));
    }
    return any;
}

/* The page of a host that is not lost for good, or NULL; nor does it wait at a door for good. */
static const struct sim_tab *page_of(const struct sim_world *world, uint32_t host)
{
    const struct sim_tab *tab = world->hosts[host].tab;
    const bool waits = tab && tab->is_knocking && sim_tokens_may_stay_locked(world);
    return sim_host_is_lost(world, host) || waits ? NULL : tab;
}

/* The same, but NULL for the host of `tab` itself and for hosts in another room. */
static const struct sim_tab *other_of(const struct sim_world *world, const struct sim_tab *tab,
                                      uint32_t host)
{
    const bool meets = host != tab->host && world->hosts[host].room == world->hosts[tab->host].room;
    return meets ? page_of(world, host) : NULL;
}

/* Whether no packet passes between the two, who need some, until the end. */
static bool is_cut_off(const struct sim_world *world, const struct sim_tab *tab,
                       const struct sim_tab *other)
{
    return world->hosts[tab->host].cut_for_good[other->host] && !is_apart(world, tab, other);
}

/* A shortcut: whether the two pages that the last look found unconnected still are. */
static bool is_still_wanting(struct sim_world *world)
{
    const struct sim_tab *tab = world->wanting.tab;
    const struct sim_tab *other = world->wanting.other;
    return tab && other && page_of(world, tab->host) == tab &&
           page_of(world, other->host) == other && !is_cut_off(world, tab, other) &&
           !is_connected(world, tab, other);
}

bool sim_check_all_connected(struct sim_world *world)
{
    if (is_still_wanting(world)) {
        return false;
    }
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        const struct sim_tab *tab = page_of(world, i);
        if (tab && tab->view.state != PF_ROOM_JOINED) {
            return want(world, tab, NULL, "is not in the room");
        }
        for (uint32_t k = 0; tab && k < world->faults.hosts_count; k++) {
            const struct sim_tab *other = other_of(world, tab, k);
            if (other && !is_cut_off(world, tab, other) && !is_connected(world, tab, other)) {
                return false;
            }
        }
    }
    return true;
}

static bool sees_others_well(struct sim_world *world, const struct sim_tab *tab)
{
    for (uint32_t k = 0; k < world->faults.hosts_count; k++) {
        const struct sim_tab *other = other_of(world, tab, k);
        if (!other) {
            continue;
        }
        const bool is_cut = is_cut_off(world, tab, other);
        const bool well =
            is_cut ? shows_failure(world, tab, other)
                   : sees_truth(world, tab, other) && knows_candidates(world, tab, other);
        if (!well) {
            return false;
        }
        if (!is_cut && !sim_chat_has_all(tab, other)) {
            return want(world, tab, other, "lacks a message");
        }
    }
    return true;
}

/* Connected for so long that no recovery from an earlier failure can be in progress. */
static bool flows_steadily(const struct sim_world *world, const struct sim_tab *tab,
                           const struct sim_tab *other)
{
    const struct sim_shown_peer *shown = sim_view_find(&tab->view, other->view.self);
    const struct sim_pc *pc = shown ? sim_pc_find(world, tab, shown->pc) : NULL;
    return pc && shown->state == PF_PEER_CONNECTED && connects(world, pc, other) &&
           world->now_us - pc->state_us > (uint64_t)STEADY_MS * 1000 &&
           world->now_us - sim_ice_peer(world, pc)->state_us > (uint64_t)STEADY_MS * 1000;
}

void sim_check_note_kept(struct sim_world *world)
{
    struct sim_tab *tab = world->hosts[world->faults.lost_host].tab;
    if (world->faults.loss != SIM_LOSS_RELAY || !sim_tab_is_present(tab) || tab->shared) {
        return;
    }
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        const struct sim_tab *other = world->hosts[i].tab;
        const bool is_other = other && other != tab && sim_tab_is_present(other) && !other->shared;
        if (is_other && flows_steadily(world, tab, other) && flows_steadily(world, other, tab)) {
            tab->kept[i] = other;
        }
    }
}

/* I20: media continues without the relay, between pages that are still open, and whose members no
 * host has removed: the one that has lost the relay does not hear of it, and the others close. */
static bool keeps_pictures(struct sim_world *world)
{
    const struct sim_tab *tab = world->hosts[world->faults.lost_host].tab;
    for (uint32_t i = 0; tab && !tab->removed && i < world->faults.hosts_count; i++) {
        const struct sim_tab *other = tab->kept[i];
        if (other && world->hosts[i].tab == other && !other->removed &&
            (!is_connected(world, tab, other) || !is_connected(world, other, tab))) {
            return false;
        }
    }
    return true;
}

/* A shortcut: begins with the page that failed the last look. */
bool sim_check_all_well(struct sim_world *world)
{
    const uint32_t first = world->wanting.tab ? world->wanting.tab->host : 0;
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        const struct sim_tab *tab = page_of(world, (first + i) % world->faults.hosts_count);
        if (!tab) {
            continue;
        }
        if (!sees_others_well(world, tab)) {
            return false;
        }
        if (shows_ghost(world, tab)) {
            return want(world, tab, NULL, "is shown a ghost");
        }
        const char *amiss = sim_doors_amiss(world, tab);
        if (amiss) {
            return want(world, tab, NULL, amiss);
        }
        if (!sim_chat_is_settled(world, tab)) {
            return want(world, tab, NULL, "does not know what has become of its messages");
        }
        if (!sim_files_are_settled(world, tab)) {
            return want(world, tab, NULL, "has files that do not come to an end");
        }
        amiss = sim_capture_amiss(world, tab);
        if (amiss) {
            return want(world, tab, NULL, amiss);
        }
    }
    return keeps_pictures(world);
}
