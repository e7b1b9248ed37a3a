/*
 * quality.c - how each picture is sent, and how well each connection works.
 *
 * Receivers ask, senders allocate: a peer says how wide it shows a picture, allocation.c divides
 * what all may be sent, and setParameters() of each RTCRtpSender follows, which changes nothing but
 * the first encoding. Sound has no part in this. One sender changes at most every 2 s, because each
 * change may cost a key frame, and never while the browser has not answered the last one.
 *
 * The level of trouble concerns this side as a whole: its processor, where it is too slow for one
 * encoder, and its uplink, where most connections lose packets or lack bandwidth. What a single
 * peer cannot receive is its own network's fault, and the browser's congestion control sees to it.
 * A limitation "bandwidth" alone is no trouble: an encoder is also limited by the bit rate that it
 * was given here. Nor is an estimate below that rate while less is sent, since then nothing tests
 * it.
 */
/* SPDX-License-Identifier: MIT */
#include "core/media/quality.h"

#include "base/assert.h"

enum {
    CHANGE_MS = 2000,  /* between two changes of one sender */
    HIDDEN_MS = 2000,  /* a picture is not shown for so long before it is not sent */
    TROUBLE_MS = 5000, /* before the level rises, */
    EASE_MS = 30000,   /* and without any before it sinks */
    FRESH_MS = 5000,   /* an older sample says nothing of now */
    FAILURES_MAX = 3,
    LOSS_WEAK = 5, /* percent */
    LOSS_BAD = 15,
    ROUND_TRIP_WEAK_MS = 400,
    ROUND_TRIP_BAD_MS = 800,
    SAMPLES = 7, /* the bits of the last three */
};

void pf_quality_init(struct pf_quality *quality)
{
    quality->level = 0;
    quality->trouble_at_ms = quality->easier_at_ms = quality->at_ms = PF_NEVER;
    pf_quality_remove_all(quality);
}

void pf_quality_remove_all(struct pf_quality *quality)
{
    quality->easier_at_ms = quality->at_ms = PF_NEVER;
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        quality->links[i].pc = 0;
    }
}

/* NULL if there is none. 0 finds a free entry. */
static struct pf_quality_link *find(const struct pf_context *context, pf_pc pc)
{
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        if (context->quality->links[i].pc == pc) {
            return &context->quality->links[i];
        }
    }
    return NULL;
}

static struct pf_quality_link *find_open(const struct pf_context *context, pf_pc pc)
{
    return pc != 0 ? find(context, pc) : NULL;
}

void pf_quality_add(struct pf_context *context, pf_pc pc)
{
    struct pf_quality_link *link = find(context, 0);
    PF_ASSERT(link);
    *link = (struct pf_quality_link){.pc = pc, .sampled_at_ms = PF_NEVER};
    for (int i = 0; i < PF_PICTURES_COUNT; i++) {
        link->pictures[i].asked = link->pictures[i].asked_before = PF_WIDTH_DEFAULT;
    }
}

void pf_quality_connected(struct pf_context *context, pf_pc pc)
{
    struct pf_quality_link *link = find_open(context, pc);
    if (link) { /* none after leaving */
        link->connected = true;
    }
}

void pf_quality_remove(struct pf_context *context, pf_pc pc)
{
    struct pf_quality_link *link = find_open(context, pc);
    if (link) {
        link->pc = 0;
    }
}

/* ---- what is asked for ---- */

void pf_quality_ask(struct pf_context *context, pf_pc pc, const uint32_t widths[PF_PICTURES_COUNT])
{
    struct pf_quality_link *link = find_open(context, pc);
    for (int i = 0; link && i < PF_PICTURES_COUNT; i++) {
        struct pf_picture *picture = &link->pictures[i];
        const uint32_t width = widths[i] < PF_WIDTH_MAX ? widths[i] : PF_WIDTH_MAX;
        if (width != 0) {
            picture->asked_before = width;
        } else if (picture->asked != 0) {
            picture->hidden_at_ms = context->now_ms;
        }
        picture->asked = width;
    }
}

/* What is to be sent for now: what is hidden only for a moment goes on. */
static uint32_t demand_of(const struct pf_picture *picture, uint64_t now_ms)
{
    const bool is_brief = now_ms < picture->hidden_at_ms + HIDDEN_MS;
    return picture->asked == 0 && is_brief ? picture->asked_before : picture->asked;
}

/* ---- what is sent ---- */

static bool is_equal(struct pf_encoding a, struct pf_encoding b)
{
    return a.active == b.active && a.scale == b.scale && a.frame_rate == b.frame_rate &&
           a.rate_kbps == b.rate_kbps;
}

/* Commands the encoding now, or notes when it may be changed. */
static void set_encoding(struct pf_context *context, const struct pf_quality_link *link,
                         struct pf_picture *picture, struct pf_encoding encoding)
{
    if (picture->pending || is_equal(picture->set, encoding)) {
        return;
    }
    if (context->now_ms < picture->next_ms) {
        context->quality->at_ms = pf_earlier(context->quality->at_ms, picture->next_ms);
        return;
    }
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_PC_SET_ENCODING);
    command->pc = link->pc;
    command->set_encoding.source = (enum pf_source)(PF_SOURCE_CAMERA + (picture - link->pictures));
    command->set_encoding.asked = picture->asked;
    command->set_encoding.encoding = encoding;
    picture->set = encoding;
    picture->pending = true;
    picture->next_ms = context->now_ms + CHANGE_MS;
}

/* Without a track there is nothing to encode. */
static void apply_share(struct pf_context *context, struct pf_quality_link *link,
                        const struct pf_share *share)
{
    for (int i = 0; i < PF_PICTURES_COUNT; i++) {
        struct pf_picture *picture = &link->pictures[i];
        const uint64_t hidden_ms = picture->hidden_at_ms + HIDDEN_MS;
        if (context->publishing->tracks[PF_SOURCE_CAMERA + i] == 0) {
            continue;
        }
        if (picture->asked == 0 && context->now_ms < hidden_ms) {
            context->quality->at_ms = pf_earlier(context->quality->at_ms, hidden_ms);
        }
        set_encoding(context, link, picture, share->encodings[i]);
    }
}

void pf_quality_apply(struct pf_context *context)
{
    struct pf_quality *quality = context->quality;
    const bool shares = context->publishing->tracks[PF_SOURCE_SCREEN] != 0;
    struct pf_quality_link *links[PF_PUBLISHING_MAX];
    struct pf_demand demands[PF_PUBLISHING_MAX];
    struct pf_share given[PF_PUBLISHING_MAX];
    size_t count = 0;
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        struct pf_quality_link *link = &quality->links[i];
        if (link->pc != 0 && link->connected) {
            for (int k = 0; k < PF_PICTURES_COUNT; k++) {
                demands[count].widths[k] = demand_of(&link->pictures[k], context->now_ms);
            }
            links[count++] = link;
        }
    }
    quality->at_ms = PF_NEVER;
    pf_allocation_divide(demands, count, shares, quality->level, given);
    for (size_t i = 0; i < count; i++) {
        apply_share(context, links[i], &given[i]);
    }
}

/* A browser may refuse for good: then it goes on with what it has, until something else is due. */
void pf_quality_on_set(struct pf_context *context, const struct pf_event *event)
{
    struct pf_quality_link *link = find_open(context, event->pc);
    const int index = (int)event->encoding_set.source - PF_SOURCE_CAMERA;
    if (!link || index < 0 || index >= PF_PICTURES_COUNT) {
        return;
    }
    struct pf_picture *picture = &link->pictures[index];
    picture->pending = false;
    if (event->encoding_set.ok) {
        picture->failures = 0;
    } else if (picture->failures < FAILURES_MAX) {
        picture->failures++;
        picture->set.scale = 0;
    }
}

/* ---- trouble ---- */

static bool is_fresh(const struct pf_context *context, const struct pf_quality_link *link)
{
    return link->pc != 0 && link->sampled_at_ms != PF_NEVER &&
           context->now_ms - link->sampled_at_ms < FRESH_MS;
}

/* In two samples of three. */
static bool is_lasting(uint8_t samples)
{
    return samples == 3 || samples >= 5;
}

static uint32_t allocated_kbps(const struct pf_quality_link *link)
{
    uint32_t kbps = 0;
    for (int i = 0; i < PF_PICTURES_COUNT; i++) {
        kbps += link->pictures[i].set.active ? link->pictures[i].set.rate_kbps : 0;
    }
    return kbps;
}

static bool is_busy(const struct pf_quality_link *link)
{
    const struct pf_sample *sample = &link->sample;
    const struct pf_encoding *camera = &link->pictures[0].set;
    /* More than 0.7 of the time that a frame has. */
    return sample->limitation == PF_LIMITATION_CPU ||
           (camera->active && sample->encode_ms > 700u / camera->frame_rate);
}

static bool is_narrow(const struct pf_quality_link *link)
{
    const struct pf_sample *sample = &link->sample;
    const bool is_filled = sample->limitation == PF_LIMITATION_BANDWIDTH ||
                           sample->sent_kbps >= sample->available_kbps / 5 * 4;
    return sample->lost_out_percent > LOSS_WEAK ||
           (sample->available_kbps > 0 && sample->available_kbps < allocated_kbps(link) &&
            is_filled);
}

/* Of those sampled lately: whether any is busy, and whether most are narrow. */
static bool is_in_trouble(const struct pf_context *context)
{
    size_t fresh = 0;
    size_t narrow = 0;
    bool busy = false;
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        const struct pf_quality_link *link = &context->quality->links[i];
        if (is_fresh(context, link)) {
            fresh++;
            narrow += is_lasting(link->narrow);
            busy = busy || is_lasting(link->busy);
        }
    }
    return busy || narrow * 2 > fresh;
}

static void follow_trouble(struct pf_context *context)
{
    struct pf_quality *quality = context->quality;
    if (!is_in_trouble(context)) {
        quality->trouble_at_ms = PF_NEVER;
        return;
    }
    if (quality->trouble_at_ms == PF_NEVER) {
        quality->trouble_at_ms = context->now_ms;
    }
    if (context->now_ms - quality->trouble_at_ms >= TROUBLE_MS && quality->level < PF_LEVEL_MAX) {
        quality->level++;
        quality->trouble_at_ms = context->now_ms;
    }
    if (quality->level > 0) {
        quality->easier_at_ms = context->now_ms + EASE_MS;
    }
}

/* ---- what is shown ---- */

static enum pf_quality_grade network_grade(const struct pf_sample *sample)
{
    const uint32_t lost = sample->lost_out_percent > sample->lost_in_percent
                              ? sample->lost_out_percent
                              : sample->lost_in_percent;
    if (lost > LOSS_BAD || sample->round_trip_ms > ROUND_TRIP_BAD_MS) {
        return PF_QUALITY_BAD;
    }
    return lost > LOSS_WEAK || sample->round_trip_ms > ROUND_TRIP_WEAK_MS ? PF_QUALITY_WEAK
                                                                          : PF_QUALITY_GOOD;
}

/* Of two networks, the one that most connections have in common; of one connection, the sender's.
 */
static enum pf_quality_reason blamed_network(const struct pf_context *context,
                                             const struct pf_sample *sample)
{
    size_t fresh = 0;
    size_t poor = 0;
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        const struct pf_quality_link *link = &context->quality->links[i];
        if (is_fresh(context, link)) {
            fresh++;
            poor += network_grade(&link->sample) != PF_QUALITY_GOOD;
        }
    }
    const bool is_ours =
        fresh > 1 ? poor * 2 > fresh : sample->lost_out_percent > sample->lost_in_percent;
    return is_ours ? PF_REASON_YOUR_NETWORK : PF_REASON_THEIR_NETWORK;
}

static bool is_any_busy(const struct pf_context *context)
{
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        const struct pf_quality_link *link = &context->quality->links[i];
        if (is_fresh(context, link) && is_lasting(link->busy)) {
            return true;
        }
    }
    return false;
}

static struct pf_quality_shown judge(const struct pf_context *context,
                                     const struct pf_sample *sample, uint32_t wanted)
{
    const uint32_t due = wanted < PF_WIDTH_DEFAULT ? wanted : PF_WIDTH_DEFAULT;
    const enum pf_quality_grade grade = network_grade(sample);
    if (grade != PF_QUALITY_GOOD) {
        return (struct pf_quality_shown){grade, blamed_network(context, sample)};
    }
    if (is_any_busy(context)) {
        return (struct pf_quality_shown){PF_QUALITY_WEAK, PF_REASON_BUSY};
    }
    const bool is_small = sample->width > 0 && sample->width <= due / 2;
    return (struct pf_quality_shown){PF_QUALITY_GOOD, is_small ? PF_REASON_SMALL : PF_REASON_NONE};
}

bool pf_quality_on_stats(struct pf_context *context, const struct pf_event *event, uint32_t wanted)
{
    struct pf_quality_link *link = find_open(context, event->pc);
    if (!link || !link->connected) {
        return false;
    }
    link->sample = event->sample;
    link->sampled_at_ms = context->now_ms;
    link->busy = (uint8_t)((link->busy << 1 | is_busy(link)) & SAMPLES);
    link->narrow = (uint8_t)((link->narrow << 1 | is_narrow(link)) & SAMPLES);
    follow_trouble(context);
    /* Two samples in a row have to agree, so that nothing flickers. */
    const struct pf_quality_shown now = judge(context, &link->sample, wanted);
    const bool is_stable = now.grade == link->seen.grade && now.reason == link->seen.reason;
    const bool is_new = now.grade != link->shown.grade || now.reason != link->shown.reason;
    link->seen = now;
    if (is_stable && is_new) {
        link->shown = now;
        return true;
    }
    return false;
}

struct pf_quality_shown pf_quality_of(const struct pf_context *context, pf_pc pc)
{
    const struct pf_quality_link *link = find_open(context, pc);
    return link ? link->shown : (struct pf_quality_shown){PF_QUALITY_GOOD, PF_REASON_NONE};
}

/* ---- time ---- */

void pf_quality_tick(struct pf_context *context)
{
    struct pf_quality *quality = context->quality;
    if (quality->easier_at_ms <= context->now_ms) {
        quality->level--;
        quality->easier_at_ms = quality->level > 0 ? context->now_ms + EASE_MS : PF_NEVER;
    }
}

uint64_t pf_quality_deadline_ms(const struct pf_quality *quality)
{
    return pf_earlier(quality->at_ms, quality->easier_at_ms);
}

void pf_quality_check(const struct pf_quality *quality)
{
    PF_ASSERT(quality->level <= PF_LEVEL_MAX);
    PF_ASSERT(quality->level > 0 || quality->easier_at_ms == PF_NEVER);
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        const struct pf_quality_link *link = &quality->links[i];
        for (int k = 0; link->pc != 0 && k < PF_PICTURES_COUNT; k++) {
            PF_ASSERT(link->pictures[k].asked <= PF_WIDTH_MAX);
            PF_ASSERT(link->pictures[k].asked_before > 0);
            PF_ASSERT(link->connected || link->pictures[k].set.scale == 0);
        }
    }
}
