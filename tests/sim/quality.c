/* quality.c - how pages show pictures, what is sent of them, and machines that are too slow. */
/* SPDX-License-Identifier: MIT */
#include "quality.h"

#include "hostile.h"
#include "ice.h"
#include "pc.h"
#include "tab.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

enum {
    RESIZING_MS = 3000, /* how long people go on after the faults */
    SAMPLE_MS = 2000,
    CHANGE_MS = 2000,   /* between two changes of a sender that may cost a key frame */
    HIDDEN_MS = 2000,   /* before a picture is not sent */
    TELL_MS = 500,      /* between two `wanted` */
    LATE_MS = 5000,     /* for messages and timers under way */
    TROUBLE_MS = 30000, /* more than it takes to reach the highest level, and to change */
    EASE_MS = 30000,
    RELAPSES_MAX = 2,
    RAMP_MS = 3000, /* from one connection that is relieved to the next */
    ROUND_MS = 2,   /* clocks count milliseconds */
};

static void schedule(struct sim_world *world)
{
    if (world->now_us < world->quiet_us + (uint64_t)RESIZING_MS * 1000) {
        sim_after_pause(world, world->faults.wants_per_minute, SIM_WANT);
    }
}

void sim_quality_begin(struct sim_world *world)
{
    const struct sim_faults *faults = &world->faults;
    if (faults->wants_per_minute == 0) {
        return;
    }
    for (uint32_t i = 0; i < faults->hosts_count; i++) {
        struct sim_machine *machine = &world->hosts[i].machine;
        if (sim_chance(world, faults->slow_chance)) {
            machine->uplink_kbps = 100 + sim_below(world, 1500);
        }
        if (sim_chance(world, faults->slow_chance)) {
            machine->pixels = 500000 + sim_below(world, 10000000);
        }
    }
    schedule(world);
    sim_after(world, (uint64_t)SAMPLE_MS * 1000, SIM_SAMPLE, 0, 0);
}

void sim_quality_begin_pc(struct sim_quality_pc *quality)
{
    *quality = (struct sim_quality_pc){.was_connected = false};
    for (int i = 0; i < PF_PICTURES_COUNT; i++) {
        quality->asked[i] = PF_WIDTH_DEFAULT;
    }
}

/* ---- what people do ---- */

static struct sim_wish *wish_of(struct sim_tab *tab, pf_member_id id)
{
    for (int i = 0; i < PF_MEMBERS_MAX; i++) {
        if (tab->quality.wishes[i].id == id) {
            return &tab->quality.wishes[i];
        }
    }
    return NULL;
}

static void resize(struct sim_world *world, struct sim_tab *tab, pf_member_id id)
{
    static const uint32_t widths[] = {0, 0, 0, 90, 160, 320, 640, 1280, 4000000};
    const int picture = (int)sim_below(world, PF_PICTURES_COUNT);
    const uint32_t width = widths[sim_below(world, sizeof(widths) / sizeof(widths[0]))];
    struct sim_wish *wish = wish_of(tab, id);
    if (!wish) {
        wish = wish_of(tab, 0);
        *wish = (struct sim_wish){id, {PF_WIDTH_DEFAULT, PF_WIDTH_DEFAULT}};
    }
    wish->widths[picture] = width < PF_WIDTH_MAX ? width : PF_WIDTH_MAX;
    const enum pf_source source = (enum pf_source)(PF_SOURCE_CAMERA + picture);
    sim_tab_handle(
        world, tab,
        &(struct pf_event){.type = PF_EVENT_SET_WANTED, .set_wanted = {id, source, width}});
}

void sim_quality_want(struct sim_world *world)
{
    const struct sim_host *host = &world->hosts[sim_below(world, world->faults.hosts_count)];
    struct sim_tab *tab = host->tab;
    const uint32_t slot = sim_below(world, PF_MEMBERS_MAX);
    const uint32_t times = sim_chance(world, 100) ? 5 : 1;
    schedule(world);
    for (uint32_t i = 0; i < times && tab && !host->asleep && !tab->left; i++) {
        const size_t count = tab->view.peers_count;
        const pf_member_id id = count > 0 ? tab->view.peers[slot % count].id : 0;
        if (id != 0) {
            resize(world, tab, id);
        }
    }
}

void sim_quality_note_hidden(struct sim_tab *tab, pf_member_id id)
{
    struct sim_wish *wish = wish_of(tab, id);
    if (wish) {
        *wish = (struct sim_wish){0};
    }
}

/* ---- what is sent ---- */

static uint32_t pixels_of(struct pf_encoding encoding)
{
    const uint32_t scale = encoding.scale;
    return encoding.rate_kbps > 0 ? 640 / scale * (480 / scale) * encoding.frame_rate : 0;
}

/* Of all connections of a page. */
struct sums {
    uint32_t count; /* that have been connected */
    uint32_t camera_kbps, camera_pixels, screen_kbps;
    bool is_changing; /* a sender cannot be changed yet, whatever is sent */
};

static bool is_sent(const struct sim_tab *tab, int picture)
{
    return tab->view.local[PF_SOURCE_CAMERA + picture].track != 0;
}

static struct sums sums_of(const struct sim_world *world, const struct sim_tab *tab)
{
    struct sums sums = {0};
    for (size_t i = 0; i < tab->pcs_end; i++) {
        const struct sim_pc *pc = sim_pc_in(world, tab, i);
        if (!pc || !pc->quality.was_connected) {
            continue;
        }
        const struct pf_encoding camera = pc->quality.commanded[0];
        const struct pf_encoding screen = pc->quality.commanded[1];
        sums.count++;
        sums.is_changing = sums.is_changing || pc->quality.pending[0] ||
                           world->now_us < pc->quality.changed_us[0] + (uint64_t)CHANGE_MS * 1000;
        if (is_sent(tab, 0)) {
            sums.camera_kbps += camera.rate_kbps;
            sums.camera_pixels += pixels_of(camera);
        }
        sums.screen_kbps += is_sent(tab, 1) ? screen.rate_kbps : 0;
    }
    return sums;
}

/* To switch a sender off costs nothing. What was refused is repeated like any change. */
static void check_pause(struct sim_world *world, struct sim_quality_pc *quality, int picture,
                        struct pf_encoding encoding)
{
    const struct pf_encoding last = quality->commanded[picture];
    const uint64_t pause_us = world->now_us - quality->changed_us[picture];
    if (encoding.rate_kbps == 0 && !quality->failed[picture]) {
        if (last.scale != 0 && last.rate_kbps == 0) {
            sim_fail(world, "a sender is switched off twice");
        }
        return;
    }
    if (quality->changed_us[picture] != 0 && pause_us < (uint64_t)(CHANGE_MS - ROUND_MS) * 1000) {
        sim_fail(world, "a sender is changed too often");
    }
    quality->changed_us[picture] = world->now_us;
}

/* Once in a while the browser takes longer than a change may come after another. */
void sim_quality_command(struct sim_world *world, struct sim_pc *pc,
                         const struct pf_command *command)
{
    struct sim_quality_pc *quality = &pc->quality;
    const int picture = (int)command->set_encoding.source - PF_SOURCE_CAMERA;
    const struct pf_encoding encoding = command->set_encoding.encoding;
    if (picture < 0 || picture >= PF_PICTURES_COUNT) {
        sim_fail(world, "an encoding of sound is touched");
        return;
    }
    const uint64_t hidden_us = world->now_us - quality->hidden_us[picture];
    if (quality->pending[picture]) {
        sim_fail(world, "an encoding is set while the last one is being set");
    }
    check_pause(world, quality, picture, encoding);
    if (encoding.scale != 1 && (encoding.scale % 2 != 0 || encoding.scale > 4 || picture == 1)) {
        sim_fail(world, "a picture is scaled by %u", encoding.scale);
    }
    if (encoding.rate_kbps == 0 && !sim_hostile_faces(world, pc) &&
        (quality->asked[picture] != 0 || hidden_us < (uint64_t)(HIDDEN_MS - ROUND_MS) * 1000)) {
        sim_fail(world, "a picture is not sent that is shown, or was a moment ago");
    }
    quality->commanded[picture] = encoding;
    quality->pending[picture] = true;
    world->stats->encodings++;
    const uint32_t ms_max = sim_chance(world, 50) ? 5000 : 300;
    sim_after(world, sim_between_us(world, 0, ms_max), SIM_PC_ENCODED, pc->model.identity,
              (uint32_t)picture);
}

void sim_quality_encoded(struct sim_world *world, struct sim_pc *pc, uint32_t picture)
{
    struct sim_quality_pc *quality = &pc->quality;
    const bool fails = !world->quiet && sim_chance(world, world->faults.encoding_fails_chance);
    quality->pending[picture] = false;
    quality->failed[picture] = fails;
    if (!fails) {
        quality->set[picture] = quality->commanded[picture];
    }
    const enum pf_source source = (enum pf_source)(PF_SOURCE_CAMERA + picture);
    sim_tab_handle(world, pc->tab,
                   &(struct pf_event){.type = PF_EVENT_PC_ENCODING_SET,
                                      .pc = pc->id,
                                      .encoding_set = {source, !fails}});
}

/* ---- what is said ---- */

static bool read_wanted(struct pf_slice text, uint32_t widths[PF_PICTURES_COUNT])
{
    char copy[128];
    (void)pf_slice_copy(text, copy, sizeof(copy));
    return sscanf(copy, "{\"type\":\"wanted\",\"camera\":%u,\"screen\":%u}", &widths[0],
                  &widths[1]) == PF_PICTURES_COUNT;
}

void sim_quality_note_said(struct sim_world *world, struct sim_pc *pc, struct pf_slice text)
{
    uint32_t widths[PF_PICTURES_COUNT];
    const struct sim_pc *peer = sim_ice_peer(world, pc);
    if (!read_wanted(text, widths)) {
        return;
    }
    const uint64_t pause_us = world->now_us - pc->quality.told_us;
    if (pc->quality.told_us != 0 && pause_us < (uint64_t)(TELL_MS - ROUND_MS) * 1000) {
        sim_fail(world, "a peer is told too often how it is shown");
    }
    if (peer && !peer->tab->quality.is_new && !sim_hostile_faces(world, pc)) {
        sim_fail(world, "an older client is told how it is shown");
    }
    pc->quality.told_us = world->now_us;
}

void sim_quality_note_heard(struct sim_world *world, struct sim_tab *tab,
                            const struct pf_event *event)
{
    struct sim_pc *pc = event->pc != 0 ? sim_pc_find(world, tab, event->pc) : NULL;
    uint32_t widths[PF_PICTURES_COUNT];
    if (!pc) {
        return;
    }
    if (event->type == PF_EVENT_PC_STATE) {
        pc->quality.was_connected |= event->connection_state == PF_CONNECTION_CONNECTED;
    }
    if (event->type != PF_EVENT_PC_CHANNEL_MESSAGE || !read_wanted(event->channel.data, widths)) {
        return;
    }
    pc->quality.was_connected = true;
    for (int i = 0; i < PF_PICTURES_COUNT; i++) {
        if (widths[i] == 0 && pc->quality.asked[i] != 0) {
            pc->quality.hidden_us[i] = world->now_us;
        }
        pc->quality.asked[i] = widths[i];
    }
}

/* ---- machines ---- */

/*
 * What the page's machine cannot carry shows at every connection: its packets are lost, or its
 * encoder has no time. In between come single samples that mean nothing.
 */
static struct pf_sample take_sample(struct sim_world *world, const struct sim_tab *tab,
                                    const struct sums *sums)
{
    const struct sim_machine *machine = &world->hosts[tab->host].machine;
    const uint32_t kbps = sums->camera_kbps + sums->screen_kbps;
    const bool is_narrow = !world->quiet && machine->uplink_kbps > 0 && kbps > machine->uplink_kbps;
    const bool is_busy =
        !world->quiet && machine->pixels > 0 && sums->camera_pixels > machine->pixels;
    const bool is_noise = !world->quiet && sim_chance(world, 50);
    struct pf_sample sample = {.round_trip_ms = 50, .width = 640};
    if (is_narrow || is_noise) {
        sample.lost_out_percent = is_narrow && kbps > 2 * machine->uplink_kbps ? 25 : 10;
    }
    if (is_busy) {
        sample.limitation = PF_LIMITATION_CPU;
    }
    return sample;
}

/* A machine in trouble is relieved, down to the least that is sent. */
static void check_relieved(struct sim_world *world, struct sim_tab *tab, const struct sums *sums)
{
    const struct pf_budget budget = pf_allocation_budget(sums->count, is_sent(tab, 1), 3);
    const uint64_t trouble_us = world->now_us - tab->quality.trouble_us;
    const bool is_over = tab->quality.trouble_us != 0 && trouble_us > (uint64_t)TROUBLE_MS * 1000 &&
                         (sums->camera_kbps > budget.camera_kbps ||
                          sums->camera_pixels > budget.camera_load * PF_LOAD_PIXELS);
    if (is_over && sums->is_changing) {
        return;
    }
    tab->quality.overs = is_over ? tab->quality.overs + 1 : 0;
    /* Once may be while a connection gives way to another, since no sender changes twice in 2 s. */
    if (tab->quality.overs > 1) {
        sim_fail(world, "%s is in trouble, but goes on sending %u kbit/s", sim_tab_name(world, tab),
                 sums->camera_kbps);
    }
}

/*
 * Two bad samples of three are trouble. If it is relieved after a while and then comes back, the
 * next relief takes longer. Whether a page has been relieved meanwhile is not known here: not every
 * bad sample is trouble to it, since it knows too little of new connections. So whatever comes long
 * enough after the first trouble may be a relapse.
 */
static void note_relapse(const struct sim_world *world, struct sim_quality_page *page, bool is_bad)
{
    const uint64_t between_us = (uint64_t)SAMPLE_MS * 1000 * 5 / 2;
    if (!is_bad) {
        return;
    }
    if (world->now_us <= page->doubtful_us + between_us) {
        page->relapses += page->may_relapse && page->relapses < RELAPSES_MAX ? 1 : 0;
        page->may_relapse = false;
        page->troubled_us = page->troubled_us == 0 ? world->now_us : page->troubled_us;
    } else {
        const uint64_t calm_us = world->now_us - page->troubled_us;
        page->may_relapse =
            page->troubled_us != 0 && calm_us > (uint64_t)(EASE_MS - LATE_MS) * 1000;
    }
    page->doubtful_us = world->now_us;
}

static void note_trouble(struct sim_world *world, struct sim_tab *tab, size_t bad, size_t count)
{
    struct sim_quality_page *page = &tab->quality;
    const bool is_gap = world->now_us > page->sampled_us + (uint64_t)SAMPLE_MS * 1500;
    page->sampled_us = world->now_us;
    note_relapse(world, page, bad > 0);
    if (bad > 0) {
        page->bad_us = world->now_us;
    }
    if (bad == 0 || bad < count || is_gap) {
        page->trouble_us = 0;
    } else if (page->trouble_us == 0) {
        page->trouble_us = world->now_us;
    }
}

static void sample_tab(struct sim_world *world, struct sim_tab *tab)
{
    const struct sums sums = sums_of(world, tab);
    size_t bad = 0;
    size_t count = 0;
    for (size_t i = 0; i < tab->pcs_end && tab->alive && !world->failed; i++) {
        const struct sim_pc *pc = sim_pc_in(world, tab, i);
        if (!pc || pc->model.connection != PF_CONNECTION_CONNECTED) {
            continue;
        }
        const struct pf_event event = {
            .type = PF_EVENT_PC_STATS, .pc = pc->id, .sample = take_sample(world, tab, &sums)};
        bad += event.sample.lost_out_percent > 0 || event.sample.limitation != PF_LIMITATION_NONE;
        count += pc->quality.was_connected;
        sim_tab_handle(world, tab, &event);
    }
    note_trouble(world, tab, bad, count);
    check_relieved(world, tab, &sums);
}

/* A hidden page takes no samples. */
void sim_quality_sample(struct sim_world *world)
{
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        const struct sim_host *host = &world->hosts[i];
        if (host->tab && host->tab->alive && !host->tab->left && !host->asleep &&
            !host->throttled) {
            sample_tab(world, host->tab);
        }
    }
    sim_after(world, (uint64_t)SAMPLE_MS * 1000, SIM_SAMPLE, 0, 0);
}

/* ---- what must be in the end ---- */

static uint32_t count_sending(const struct sim_world *world, const struct sim_tab *tab)
{
    uint32_t count = 0;
    for (size_t i = 0; i < tab->pcs_end; i++) {
        const struct sim_pc *pc = sim_pc_in(world, tab, i);
        count += pc && pc->quality.was_connected;
    }
    return count;
}

/* The level of trouble that a page can still have. */
static uint32_t level_max(const struct sim_world *world, const struct sim_tab *tab)
{
    /* A bad sample counts until two good ones have come, and a machine that sleeps is not eased. */
    const uint64_t wake_us = world->hosts[tab->host].wake_us;
    const uint64_t bad_us = tab->quality.bad_us > wake_us ? tab->quality.bad_us : wake_us;
    const uint64_t calm_us = bad_us + (uint64_t)LATE_MS * 1000;
    const uint64_t calm_ms = world->now_us > calm_us ? (world->now_us - calm_us) / 1000 : 0;
    const uint64_t ease_ms = (uint64_t)EASE_MS << tab->quality.relapses;
    const uint64_t ramp_ms = (uint64_t)RAMP_MS * count_sending(world, tab);
    const uint64_t steps = calm_ms / (ease_ms + ramp_ms + LATE_MS / 5);
    return tab->quality.bad_us == 0 || steps >= PF_LEVEL_MAX ? 0 : PF_LEVEL_MAX - (uint32_t)steps;
}

static bool is_same(struct pf_encoding a, struct pf_encoding b)
{
    return a.scale == b.scale && a.frame_rate == b.frame_rate && a.rate_kbps == b.rate_kbps;
}

/* Whether all senders of a page are set as they should be at this level, or as in a trial of the
 * level below it. */
static bool follows(const struct sim_world *world, const struct sim_tab *tab, uint32_t level)
{
    const struct sim_pc *pcs[SIM_TAB_PCS_MAX];
    struct pf_demand demands[SIM_TAB_PCS_MAX] = {0};
    struct pf_share shares[SIM_TAB_PCS_MAX];
    struct pf_share eased[SIM_TAB_PCS_MAX];
    uint32_t count = 0;
    for (size_t i = 0; i < tab->pcs_end; i++) {
        const struct sim_pc *pc = sim_pc_in(world, tab, i);
        if (pc && pc->quality.was_connected) {
            memcpy(demands[count].widths, pc->quality.asked, sizeof(demands[count].widths));
            pcs[count++] = pc;
        }
    }
    pf_allocation_divide(demands, count, is_sent(tab, 1), level, shares);
    pf_allocation_divide(demands, count, is_sent(tab, 1), level - (level > 0), eased);
    for (size_t i = 0; i < count; i++) {
        for (int k = 0; k < PF_PICTURES_COUNT; k++) {
            const struct sim_quality_pc *quality = &pcs[i]->quality;
            const struct pf_encoding set =
                quality->pending[k] ? quality->commanded[k] : quality->set[k];
            if (is_sent(tab, k) && !quality->failed[k] && !is_same(set, shares[i].encodings[k]) &&
                !is_same(set, eased[i].encodings[k])) {
                return false;
            }
        }
    }
    return true;
}

static void check_sent(struct sim_world *world, const struct sim_tab *tab)
{
    bool any = false;
    for (uint32_t level = 0; level <= level_max(world, tab); level++) {
        any = any || follows(world, tab, level);
    }
    if (!any) {
        sim_fail(world, "%s does not send its pictures as they are asked for",
                 sim_tab_name(world, tab));
    }
}

/* For calls of more than five. */
static void check_budget(struct sim_world *world, const struct sim_tab *tab)
{
    const struct sums sums = sums_of(world, tab);
    const uint32_t least_kbps = 30 * sums.count;
    if (sums.count >= 5 && (sums.camera_kbps > (least_kbps > 1200 ? least_kbps : 1200) ||
                            sums.camera_pixels > 8500000)) {
        sim_fail(world, "%s sends %u kbit/s and %u pixels a second", sim_tab_name(world, tab),
                 sums.camera_kbps, sums.camera_pixels);
    }
}

/* What `tab` is asked for by `other` is how `other` shows it. */
static void check_told(struct sim_world *world, const struct sim_tab *tab, struct sim_tab *other)
{
    const struct sim_shown_peer *shown = sim_view_find(&tab->view, other->view.self);
    const struct sim_pc *pc = shown ? sim_pc_find(world, tab, shown->pc) : NULL;
    const struct sim_wish *wish = wish_of(other, tab->view.self);
    if (!pc || !wish || shown->state != PF_PEER_CONNECTED || !tab->quality.is_new ||
        sim_ice_peer(world, pc) == NULL || sim_ice_peer(world, pc)->tab != other) {
        return;
    }
    if (memcmp(pc->quality.asked, wish->widths, sizeof(wish->widths)) != 0) {
        sim_fail(world, "%s is not told how it is shown", sim_tab_name(world, tab));
    }
}

void sim_quality_check_end(struct sim_world *world)
{
    for (uint32_t i = 0; i < world->faults.hosts_count && !world->failed; i++) {
        const struct sim_tab *tab = world->hosts[i].tab;
        if (!sim_tab_is_present(tab) || sim_host_is_lost(world, i) ||
            tab->view.state != PF_ROOM_JOINED) {
            continue;
        }
        if (world->faults.hostiles_count > 0) {
            continue; /* what they have asked for is not known, and they come and go */
        }
        check_budget(world, tab);
        check_sent(world, tab);
        for (uint32_t k = 0; k < world->faults.hosts_count; k++) {
            struct sim_tab *other = world->hosts[k].tab;
            if (k != i && sim_tab_is_present(other) && !sim_host_is_lost(world, k) &&
                world->hosts[k].room == world->hosts[i].room) {
                check_told(world, tab, other);
            }
        }
    }
}
