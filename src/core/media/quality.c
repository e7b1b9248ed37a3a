/*
 * quality.c - how each picture is sent, and how well each connection works.
 *
 * Receivers ask, senders allocate: a peer says how wide it shows a picture, allocation.c divides
 * what all may be sent, and setParameters() of each RTCRtpSender follows, which changes nothing but
 * the first encoding. Sound has no part in this. One sender changes at most every 2 s, because each
 * change may cost a key frame, and never while the browser has not answered the last one. To switch
 * it off costs none, and has waited for as long already: so that comes at once, and what is shown
 * again does not wait for it either.
 *
 * The level of trouble concerns this side as a whole: its processor, where it is too slow for one
 * encoder, and its uplink, where most connections lose packets or lack bandwidth. What a single
 * peer cannot receive is its own network's fault, and the browser's congestion control sees to it.
 * A limitation "bandwidth" alone is no trouble: an encoder is also limited by the bit rate that it
 * was given here. Nor is an estimate below that rate while less is sent, since then nothing tests
 * it. A connection is judged from its second sample on: a peer that reloads again and again is no
 * sign that all is well.
 *
 * Where most connections lose so much that sound breaks up, the level rises at once, and by two. It
 * sinks in a trial: one connection after the other is given what the level below gives, so that
 * what is too much is too much by little. Trouble ends the trial at once for all of them, and the
 * next one comes later.
 */
/* SPDX-License-Identifier: MIT */
#include "core/media/quality.h"

#include "base/assert.h"

#include <string.h>

enum {
    CHANGE_MS = 2000,  /* between two changes of one sender, other than to nothing */
    HIDDEN_MS = 2000,  /* a picture is not shown for so long before it is not sent */
    TROUBLE_MS = 5000, /* before the level rises, */
    EASE_MS = 30000,   /* and without any before it sinks; after a relapse twice as long, */
    RELAPSES_MAX = 2,  /* and after another one twice as long again */
    RAMP_MS = 3000,    /* from one connection of a trial to the next */
    TRIAL_MS = 15000,  /* after the last one */
    FRESH_MS = 5000,   /* an older sample says nothing of now */
    FAILURES_MAX = 3,
    LOSS_WEAK = 5, /* percent */
    LOSS_BAD = 15,
    ROUND_TRIP_WEAK_MS = 400,
    ROUND_TRIP_BAD_MS = 800,
    SAMPLES = 7,     /* the bits of the last three */
    SAMPLES_MIN = 2, /* before a connection is judged */
    REASON_BITS = 4, /* of `shown` and `seen`; the grade is above */
};

void pf_quality_init(struct pf_quality *quality)
{
    pf_quality_remove_all(quality);
}

void pf_quality_remove_all(struct pf_quality *quality)
{
    quality->level = 0;
    quality->eased = quality->relapses = 0;
    quality->tried_ms = 0;
    quality->trouble_at_ms = quality->easier_at_ms = quality->at_ms = PF_NEVER;
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        quality->links[i].pc = 0;
    }
}

/* NULL if there is none. 0 finds a free entry, in which nothing matters. */
static struct pf_quality_link *find(const struct pf_context *context, pf_pc pc)
{
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        if (context->quality->links[i].pc == pc) {
            return &context->quality->links[i];
        }
    }
    return NULL;
}

void pf_quality_add(struct pf_context *context, pf_pc pc)
{
    if (find(context, pc)) {
        return;
    }
    struct pf_quality_link *link = find(context, 0);
    PF_ASSERT(link);
    *link = (struct pf_quality_link){.pc = pc};
    for (int i = 0; i < PF_PICTURES_COUNT; i++) {
        link->pictures[i].asked = link->demand.widths[i] = PF_WIDTH_DEFAULT;
    }
}

void pf_quality_remove(struct pf_context *context, pf_pc pc)
{
    struct pf_quality_link *link = find(context, pc);
    if (link) {
        link->pc = 0;
    }
}

/* ---- what is sent ---- */

void pf_quality_ask(struct pf_context *context, pf_pc pc, const uint32_t widths[PF_PICTURES_COUNT])
{
    pf_quality_add(context, pc);
    struct pf_quality_link *link = find(context, pc);
    for (int i = 0; i < PF_PICTURES_COUNT; i++) {
        struct pf_picture *picture = &link->pictures[i];
        if (picture->asked != 0) {
            picture->hidden_ms = context->now_ms + HIDDEN_MS;
        }
        picture->asked = widths[i] < PF_WIDTH_MAX ? widths[i] : PF_WIDTH_MAX;
    }
}

static void wait_until(struct pf_context *context, uint64_t time_ms)
{
    context->quality->at_ms = pf_earlier(context->quality->at_ms, time_ms);
}

/* What is hidden only for a moment goes on. */
static void demand(struct pf_context *context, struct pf_quality_link *link)
{
    for (int i = 0; i < PF_PICTURES_COUNT; i++) {
        const struct pf_picture *picture = &link->pictures[i];
        if (picture->asked == 0 && context->now_ms < picture->hidden_ms) {
            wait_until(context, picture->hidden_ms);
        } else {
            link->demand.widths[i] = picture->asked;
        }
    }
}

/* What the browser has refused waits in any case. */
static bool keeps_pause(const struct pf_picture *picture, struct pf_encoding encoding)
{
    return encoding.rate_kbps > 0 || picture->failures > 0;
}

static void set_encoding(struct pf_context *context, struct pf_picture *picture, pf_pc pc,
                         enum pf_source source, struct pf_encoding encoding)
{
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_PC_SET_ENCODING);
    command->pc = pc;
    command->set_encoding.source = source;
    command->set_encoding.asked = picture->asked;
    command->set_encoding.encoding = picture->set = encoding;
    picture->pending = true;
    if (keeps_pause(picture, encoding)) {
        picture->next_ms = context->now_ms + CHANGE_MS;
    }
}

/* Commands the encodings now, or notes when they may be changed. */
static void apply_share(struct pf_context *context, struct pf_quality_link *link,
                        const struct pf_share *share)
{
    link->sent_kbps = 0;
    for (int i = 0; i < PF_PICTURES_COUNT; i++) {
        struct pf_picture *picture = &link->pictures[i];
        const enum pf_source source = (enum pf_source)(PF_SOURCE_CAMERA + i);
        const struct pf_encoding encoding = share->encodings[i];
        if (context->publishing->tracks[source] == 0) {
            continue; /* there is nothing to encode */
        }
        link->sent_kbps += encoding.rate_kbps;
        if (picture->pending || memcmp(&picture->set, &encoding, sizeof encoding) == 0) {
            continue;
        }
        if (keeps_pause(picture, encoding) && context->now_ms < picture->next_ms) {
            wait_until(context, picture->next_ms);
        } else {
            set_encoding(context, picture, link->pc, source, encoding);
        }
    }
}

void pf_quality_apply(struct pf_context *context)
{
    struct pf_quality *quality = context->quality;
    const bool shares = context->publishing->tracks[PF_SOURCE_SCREEN] != 0;
    struct pf_quality_link *links[PF_PUBLISHING_MAX];
    struct pf_demand demands[PF_PUBLISHING_MAX];
    struct pf_share given[PF_PUBLISHING_MAX];
    struct pf_share eased[PF_PUBLISHING_MAX];
    uint32_t count = 0;
    quality->at_ms = PF_NEVER;
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        struct pf_quality_link *link = &quality->links[i];
        if (link->pc != 0) {
            demand(context, link);
            demands[count] = link->demand;
            links[count++] = link;
        }
    }
    pf_allocation_divide(demands, count, shares, quality->level, given);
    pf_allocation_divide(demands, count, shares, quality->level - (quality->eased > 0), eased);
    for (uint32_t i = 0; i < count; i++) {
        apply_share(context, links[i], i < quality->eased ? &eased[i] : &given[i]);
    }
}

/* A browser may refuse for good: then it goes on with what it has, until something else is due. */
void pf_quality_on_set(struct pf_context *context, const struct pf_event *event)
{
    struct pf_quality_link *link = find(context, event->pc);
    const uint32_t index = (uint32_t)event->encoding_set.source - PF_SOURCE_CAMERA;
    if (!link || index >= PF_PICTURES_COUNT) {
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

/* ---- what the samples say ---- */

/* Of the connections that were sampled lately. */
struct survey {
    uint32_t count, judged, narrow, dire, poor;
    bool busy;
};

/* In two samples of three. */
static bool is_lasting(uint8_t samples)
{
    return samples == 3 || samples >= 5;
}

static struct survey survey_links(const struct pf_context *context)
{
    struct survey survey = {0};
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        const struct pf_quality_link *link = &context->quality->links[i];
        if (link->pc != 0 && context->now_ms < link->sampled_at_ms + FRESH_MS) {
            survey.count++;
            survey.judged += link->samples >= SAMPLES_MIN;
            survey.narrow += is_lasting(link->narrow);
            survey.dire += is_lasting(link->dire);
            survey.poor += link->grade != PF_QUALITY_GOOD;
            survey.busy |= is_lasting(link->busy);
        }
    }
    return survey;
}

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

/* Encoding takes more than 0.7 of the time that a frame has. */
static bool is_busy(const struct pf_quality_link *link, const struct pf_sample *sample)
{
    return sample->limitation == PF_LIMITATION_CPU ||
           sample->encode_ms * link->pictures[0].set.frame_rate > 700;
}

static bool is_narrow(const struct pf_quality_link *link, const struct pf_sample *sample)
{
    return sample->lost_out_percent > LOSS_WEAK ||
           (sample->limitation == PF_LIMITATION_BANDWIDTH && sample->available_kbps > 0 &&
            sample->available_kbps < link->sent_kbps);
}

static uint64_t ease_ms(const struct pf_quality *quality)
{
    return (uint64_t)EASE_MS << quality->relapses;
}

/* Raises the level by `by`; to end a trial of the level below takes the place of one. */
static void raise_level(struct pf_context *context, uint32_t by)
{
    struct pf_quality *quality = context->quality;
    if (quality->level == PF_LEVEL_MAX && quality->eased == 0) {
        return;
    }
    const bool is_relapse = context->now_ms < quality->tried_ms;
    if (is_relapse && quality->relapses < RELAPSES_MAX) {
        quality->relapses++;
    } else if (!is_relapse && quality->level == 0) {
        quality->relapses = 0;
    }
    quality->level += quality->eased > 0 ? by - 1 : by;
    if (quality->level > PF_LEVEL_MAX) {
        quality->level = PF_LEVEL_MAX;
    }
    quality->eased = 0;
    quality->tried_ms = 0;
    quality->trouble_at_ms = context->now_ms;
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        quality->links[i].dire = 0; /* what was lost before says nothing of what is sent now */
    }
}

static void follow_trouble(struct pf_context *context, const struct survey *survey)
{
    struct pf_quality *quality = context->quality;
    const bool is_dire = survey->dire * 2 > survey->judged;
    if (!survey->busy && survey->narrow * 2 <= survey->judged) {
        quality->trouble_at_ms = PF_NEVER;
        return;
    }
    quality->trouble_at_ms = pf_earlier(quality->trouble_at_ms, context->now_ms);
    const bool is_due = context->now_ms >= quality->trouble_at_ms + TROUBLE_MS;
    if (is_due || is_dire || context->now_ms < quality->tried_ms) {
        raise_level(context, is_dire ? 2 : 1);
    }
    if (quality->level > 0) {
        quality->easier_at_ms = context->now_ms + ease_ms(quality);
    }
}

/*
 * Of two networks, the one that most connections have in common is to blame; of one connection,
 * that of the side whose packets are lost.
 */
static enum pf_quality_reason reason_of(const struct pf_quality_link *link,
                                        const struct pf_sample *sample, const struct survey *survey,
                                        uint32_t wanted)
{
    if (link->grade != PF_QUALITY_GOOD) {
        const bool is_ours = survey->count > 1 ? survey->poor * 2 > survey->count
                                               : sample->lost_out_percent > sample->lost_in_percent;
        return is_ours ? PF_REASON_YOUR_NETWORK : PF_REASON_THEIR_NETWORK;
    }
    if (survey->busy) {
        return PF_REASON_BUSY;
    }
    const uint32_t due = wanted < PF_WIDTH_DEFAULT ? wanted : PF_WIDTH_DEFAULT;
    return sample->width > 0 && sample->width <= due / 2 ? PF_REASON_SMALL : PF_REASON_NONE;
}

/* Two samples in a row have to agree, so that nothing flickers. */
bool pf_quality_on_stats(struct pf_context *context, const struct pf_event *event, uint32_t wanted)
{
    const struct pf_sample *sample = &event->sample;
    struct pf_quality_link *link = find(context, event->pc);
    if (!link) {
        return false;
    }
    if (context->now_ms >= link->sampled_at_ms + FRESH_MS) {
        /* The page slept, or the connection was lost meanwhile. */
        link->busy = link->narrow = link->dire = link->samples = 0;
    }
    link->sampled_at_ms = context->now_ms;
    if (link->samples < SAMPLES_MIN) {
        link->samples++;
    }
    link->grade = (uint8_t)network_grade(sample);
    link->busy = (uint8_t)((link->busy << 1 | is_busy(link, sample)) & SAMPLES);
    link->narrow = (uint8_t)((link->narrow << 1 | is_narrow(link, sample)) & SAMPLES);
    link->dire = (uint8_t)((link->dire << 1 | (sample->lost_out_percent > LOSS_BAD)) & SAMPLES);
    const struct survey survey = survey_links(context);
    follow_trouble(context, &survey);
    const enum pf_quality_reason reason = reason_of(link, sample, &survey, wanted);
    const uint32_t grade = reason == PF_REASON_BUSY ? PF_QUALITY_WEAK : link->grade;
    const uint8_t before = link->seen;
    link->seen = (uint8_t)(grade << REASON_BITS | reason);
    if (link->seen != before || link->seen == link->shown) {
        return false;
    }
    link->shown = link->seen;
    return true;
}

void pf_quality_show(const struct pf_context *context, pf_pc pc, struct pf_command *show_peer)
{
    const struct pf_quality_link *link = find(context, pc);
    const uint8_t shown = pc != 0 && link ? link->shown : 0;
    show_peer->peer.quality = (enum pf_quality_grade)(shown >> REASON_BITS);
    show_peer->peer.quality_reason = (enum pf_quality_reason)(shown % (1 << REASON_BITS));
}

/* ---- time ---- */

static uint32_t count_links(const struct pf_quality *quality)
{
    uint32_t count = 0;
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        count += quality->links[i].pc != 0;
    }
    return count;
}

/* One connection more gets what a lower level gives; with the last one, that level is reached. */
void pf_quality_tick(struct pf_context *context)
{
    struct pf_quality *quality = context->quality;
    if (quality->easier_at_ms > context->now_ms) {
        return;
    }
    if (quality->eased == 0) {
        quality->relapses = quality->tried_ms != 0 ? 0 : quality->relapses;
    }
    quality->eased++;
    quality->tried_ms = context->now_ms + TRIAL_MS;
    quality->easier_at_ms = context->now_ms + RAMP_MS;
    if (quality->eased >= count_links(quality)) {
        quality->eased = 0;
        quality->level--;
        quality->easier_at_ms = quality->level > 0 ? context->now_ms + ease_ms(quality) : PF_NEVER;
    }
}

uint64_t pf_quality_deadline_ms(const struct pf_quality *quality)
{
    return pf_earlier(quality->at_ms, quality->easier_at_ms);
}

void pf_quality_check(const struct pf_quality *quality)
{
    PF_ASSERT(quality->level <= PF_LEVEL_MAX);
    PF_ASSERT(quality->relapses <= RELAPSES_MAX);
    PF_ASSERT(quality->level > 0 || quality->eased == 0);
    PF_ASSERT(quality->level > 0 || quality->easier_at_ms == PF_NEVER);
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        const struct pf_quality_link *link = &quality->links[i];
        for (int k = 0; link->pc != 0 && k < PF_PICTURES_COUNT; k++) {
            PF_ASSERT(link->pictures[k].asked <= PF_WIDTH_MAX);
            PF_ASSERT(link->pictures[k].set.scale <= 4);
        }
    }
}
