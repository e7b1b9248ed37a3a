/* core_allocation_test.c - what each peer is sent, over numbers of peers, wishes and trouble. */
/* SPDX-License-Identifier: MIT */
#include "core/media/allocation.h"

#include "base/random.h"
#include "protocol/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PEERS_MAX = PF_MEMBERS_MAX - 1 };

static void assert_encoding(struct pf_encoding encoding, uint32_t scale, uint32_t frame_rate,
                            uint32_t rate_kbps)
{
    assert_int_equal(encoding.scale, scale);
    assert_int_equal(encoding.frame_rate, frame_rate);
    assert_int_equal(encoding.rate_kbps, rate_kbps);
}

static uint32_t pixels(struct pf_encoding encoding)
{
    const uint32_t scale = encoding.scale;
    return encoding.rate_kbps > 0 ? 640 / scale * (480 / scale) * encoding.frame_rate : 0;
}

/* What the only peer of a call is sent of the camera. */
static struct pf_encoding alone(uint32_t width)
{
    const struct pf_demand demand = {{width, 640}};
    struct pf_share share;
    pf_allocation_divide(&demand, 1, false, 0, &share);
    assert_int_equal(share.encodings[1].rate_kbps, 0); /* nothing is shared */
    return share.encodings[0];
}

static void a_width_has_a_size_a_frame_rate_and_a_bit_rate(void **state)
{
    (void)state;
    assert_int_equal(alone(0).rate_kbps, 0);
    assert_encoding(alone(1), 4, 15, 80);
    assert_encoding(alone(160), 4, 15, 80);
    assert_encoding(alone(161), 2, 15, 150);
    assert_encoding(alone(360), 2, 15, 150);
    assert_encoding(alone(361), 1, 30, 500);
    assert_encoding(alone(PF_WIDTH_DEFAULT), 1, 30, 500);
    assert_encoding(alone(720), 1, 30, 500);
    assert_encoding(alone(721), 1, 30, 1500);
    assert_encoding(alone(PF_WIDTH_MAX), 1, 30, 1500);
    assert_encoding(alone(UINT32_MAX), 1, 30, 1500);
}

static void fill(struct pf_demand *demands, size_t count, uint32_t camera, uint32_t screen)
{
    for (size_t i = 0; i < count; i++) {
        demands[i] = (struct pf_demand){{camera, screen}};
    }
}

static void eight_in_a_call_send_half_the_size(void **state)
{
    (void)state;
    struct pf_demand demands[7];
    struct pf_share shares[7];
    uint32_t all_pixels = 0;
    uint32_t all_kbps = 0;
    fill(demands, 7, 640, 640);
    pf_allocation_divide(demands, 7, false, 0, shares);
    for (size_t i = 0; i < 7; i++) {
        assert_encoding(shares[i].encodings[0], 2, 15, 150);
        all_pixels += pixels(shares[i].encodings[0]);
        all_kbps += shares[i].encodings[0].rate_kbps;
    }
    assert_in_range(all_pixels, 1, 8500000);
    assert_in_range(all_kbps, 1, 1200);
}

static void who_shows_it_large_gets_more_where_others_ask_for_less(void **state)
{
    (void)state;
    struct pf_demand demands[7];
    struct pf_share shares[7];
    fill(demands, 7, 160, 0);
    demands[3].widths[0] = 640;
    pf_allocation_divide(demands, 7, false, 0, shares);
    assert_encoding(shares[3].encodings[0], 1, 15, 300);
    assert_encoding(shares[0].encodings[0], 4, 15, 80);
}

static void whoever_asks_for_nonsense_takes_nothing_from_the_others(void **state)
{
    (void)state;
    struct pf_demand demands[7];
    struct pf_share shares[7];
    fill(demands, 7, 320, 0);
    demands[6].widths[0] = UINT32_MAX;
    pf_allocation_divide(demands, 7, false, 0, shares);
    for (size_t i = 0; i < 7; i++) {
        assert_encoding(shares[i].encodings[0], 2, 15, 150);
    }
}

static void a_shared_screen_keeps_its_size_and_comes_first(void **state)
{
    (void)state;
    struct pf_demand demands[7];
    struct pf_share shares[7];
    fill(demands, 7, 640, 1280);
    pf_allocation_divide(demands, 1, true, 0, shares);
    assert_encoding(shares[0].encodings[1], 1, 15, 1500);
    demands[2].widths[1] = 0; /* is not shown there */
    pf_allocation_divide(demands, 7, true, 0, shares);
    assert_encoding(shares[0].encodings[1], 1, 15, 250);
    assert_int_equal(shares[2].encodings[1].rate_kbps, 0);
    assert_encoding(shares[2].encodings[0], 4, 15, 80);
}

static void trouble_halves_what_is_sent(void **state)
{
    (void)state;
    const struct pf_budget easy = pf_allocation_budget(2, false, 0);
    for (uint32_t level = 1; level <= PF_LEVEL_MAX; level++) {
        const struct pf_budget hard = pf_allocation_budget(2, false, level);
        assert_int_equal(hard.camera_load, easy.camera_load >> level);
        assert_int_equal(hard.camera_kbps, easy.camera_kbps >> level);
    }
    struct pf_demand demands[2];
    struct pf_share shares[2];
    static const uint32_t kbps[] = {500, 300, 150, 150};
    fill(demands, 2, 640, 0);
    for (uint32_t level = 0; level <= PF_LEVEL_MAX; level++) {
        pf_allocation_divide(demands, 2, false, level, shares);
        assert_int_equal(shares[0].encodings[0].rate_kbps, kbps[level]);
        assert_int_equal(shares[1].encodings[0].rate_kbps, kbps[level]);
    }
}

/* ---- whatever is asked for ---- */

struct share_sums {
    uint32_t camera_kbps, camera_pixels, screen_kbps;
};

static void add_share(struct share_sums *sums, const struct pf_demand *demand,
                      const struct pf_share *share, bool shares)
{
    const struct pf_encoding camera = share->encodings[0];
    const struct pf_encoding screen = share->encodings[1];
    assert_int_equal(camera.rate_kbps > 0, demand->widths[0] > 0);
    assert_int_equal(screen.rate_kbps > 0, shares && demand->widths[1] > 0);
    assert_true(camera.scale == 1 || camera.scale == 2 || camera.scale == 4);
    assert_int_equal(screen.scale, 1);
    sums->camera_kbps += camera.rate_kbps;
    sums->camera_pixels += pixels(camera);
    sums->screen_kbps += screen.rate_kbps;
}

/* Budgets are kept, and nobody gets less than where all ask for everything. */
static void check(const struct pf_demand *demands, uint32_t count, bool shares, uint32_t level)
{
    struct pf_demand greedy[PEERS_MAX];
    struct pf_share fair[PEERS_MAX];
    struct pf_share given[PEERS_MAX];
    struct share_sums sums = {0};
    fill(greedy, count, UINT32_MAX, UINT32_MAX);
    pf_allocation_divide(greedy, count, shares, level, fair);
    pf_allocation_divide(demands, count, shares, level, given);
    for (size_t i = 0; i < count; i++) {
        const struct pf_encoding own = alone(demands[i].widths[0]);
        const struct pf_encoding got = given[i].encodings[0];
        const uint32_t least = own.rate_kbps < fair[0].encodings[0].rate_kbps
                                   ? own.rate_kbps
                                   : fair[0].encodings[0].rate_kbps;
        assert_in_range(got.rate_kbps, least, own.rate_kbps);
        add_share(&sums, &demands[i], &given[i], shares);
    }
    const struct pf_budget budget = pf_allocation_budget(count, shares, level);
    assert_true(sums.camera_kbps <= budget.camera_kbps);
    assert_true(sums.camera_pixels <= budget.camera_load * PF_LOAD_PIXELS);
    assert_true(sums.screen_kbps <= budget.screen_kbps);
}

static void budgets_are_kept_whatever_is_asked_for(void **state)
{
    (void)state;
    static const uint32_t widths[] = {0, 1, 160, 161, 360, 361, 720, 721, UINT32_MAX};
    enum { WIDTHS_COUNT = sizeof widths / sizeof *widths };
    struct pf_random random;
    pf_random_seed(&random, 1);
    for (uint32_t count = 1; count <= PEERS_MAX; count++) {
        for (uint32_t level = 0; level <= PF_LEVEL_MAX; level++) {
            for (size_t round = 0; round < 200; round++) {
                struct pf_demand demands[PEERS_MAX];
                for (size_t i = 0; i < count; i++) {
                    /* In the first rounds all ask for the same. */
                    const size_t camera =
                        round < WIDTHS_COUNT ? round : pf_random_next(&random) % WIDTHS_COUNT;
                    const uint32_t screen = widths[pf_random_next(&random) % WIDTHS_COUNT];
                    demands[i] = (struct pf_demand){{widths[camera], screen}};
                }
                check(demands, count, round % 2 == 1, level);
            }
        }
    }
}

static void more_peers_and_more_trouble_never_mean_more(void **state)
{
    (void)state;
    struct pf_demand demands[PEERS_MAX];
    struct pf_share shares[PEERS_MAX];
    fill(demands, PEERS_MAX, UINT32_MAX, 0);
    for (uint32_t level = 0; level <= PF_LEVEL_MAX; level++) {
        uint32_t before = UINT32_MAX;
        for (uint32_t count = 1; count <= PEERS_MAX; count++) {
            pf_allocation_divide(demands, count, false, level, shares);
            assert_true(shares[0].encodings[0].rate_kbps <= before);
            assert_true(shares[0].encodings[0].rate_kbps >= 30);
            before = shares[0].encodings[0].rate_kbps;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_width_has_a_size_a_frame_rate_and_a_bit_rate),
        cmocka_unit_test(eight_in_a_call_send_half_the_size),
        cmocka_unit_test(who_shows_it_large_gets_more_where_others_ask_for_less),
        cmocka_unit_test(whoever_asks_for_nonsense_takes_nothing_from_the_others),
        cmocka_unit_test(a_shared_screen_keeps_its_size_and_comes_first),
        cmocka_unit_test(trouble_halves_what_is_sent),
        cmocka_unit_test(budgets_are_kept_whatever_is_asked_for),
        cmocka_unit_test(more_peers_and_more_trouble_never_mean_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
