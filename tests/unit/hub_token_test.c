/* hub_token_test.c - the hub: who may join where tokens are asked for. */
/* SPDX-License-Identifier: MIT */
#include "hub_fixture.h"

/* The text of a token is its verdict, and perhaps a name behind a colon. */
static enum pf_token_verdict judge(void *user, struct pf_slice token, struct pf_slice room,
                                   uint64_t unix_s, struct pf_token_claims *out)
{
    static const char *const verdicts[] = {"good", "invalid", "other", "early", "expired"};
    (void)user;
    assert_true(pf_slice_equal(room, PF_SLICE("tea")));
    assert_true(unix_s > 0);
    *out = (struct pf_token_claims){.has_name = false};
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        const size_t size = strlen(verdicts[i]);
        if (token.size < size || memcmp(token.data, verdicts[i], size) != 0) {
            continue;
        }
        if (token.size > size) {
            out->has_name = true;
            out->name_size = (uint8_t)(token.size - size - 1);
            memcpy(out->name, token.data + size + 1, out->name_size);
        }
        return (enum pf_token_verdict)i;
    }
    return PF_TOKEN_INVALID;
}

static void ask_for_tokens(struct hub_fixture *fixture)
{
    fixture->config.tokens = (struct pf_token_judge){.judge = judge};
    restart_hub(fixture);
}

static void without_a_token_nobody_enters(void **state)
{
    struct hub_fixture *fixture = *state;
    ask_for_tokens(fixture);
    open_client(fixture, 0);
    join_as(fixture, 0, "tea", "Ann", 1, NULL);
    assert_has(last(fixture, 0), "\"code\":\"token-missing\"");
    assert_int_equal(fixture->inboxes[0].closed, 4004);
    assert_int_equal(pf_hub_error_count(fixture->hub, PF_CODE_TOKEN_MISSING), 1);
}

static void a_refusal_says_what_is_wrong_with_the_token(void **state)
{
    struct hub_fixture *fixture = *state;
    static const char *const cases[][2] = {
        {"invalid", "\"code\":\"token-invalid\""},
        {"other", "\"code\":\"token-room\""},
        {"early", "\"code\":\"token-expired\""},
        {"expired", "\"code\":\"token-expired\""},
    };
    ask_for_tokens(fixture);
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enter_with_token(fixture, i, cases[i][0], NULL);
        assert_has(last(fixture, i), cases[i][1]);
        assert_int_equal(fixture->inboxes[i].closed, 4004);
    }
    assert_int_equal(pf_hub_counts(fixture->hub).members, 0);
}

static void a_good_token_opens_the_door_and_says_the_name(void **state)
{
    struct hub_fixture *fixture = *state;
    ask_for_tokens(fixture);
    enter_with_token(fixture, 0, "good", NULL);
    assert_non_null(last_of(fixture, 0, "joined"));
    enter_with_token(fixture, 1, "good:Mia", NULL);
    assert_has(last_of(fixture, 0, "member"), "\"name\":\"Mia\"");
    say(fixture, 1, "{\"type\":\"rename\",\"name\":\"Eve\"}");
    assert_has(last(fixture, 1), "\"code\":\"bad-message\"");
    say(fixture, 0, "{\"type\":\"rename\",\"name\":\"Anna\"}");
    assert_has(last_of(fixture, 1, "member"), "\"name\":\"Anna\"");
}

static void who_is_a_member_returns_with_a_token_that_has_expired(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    ask_for_tokens(fixture);
    enter_with_token(fixture, 0, "good", NULL);
    copy_member(fixture, 0, "joined", "ticket", ticket);
    lose(fixture, 0, 1006);
    enter_with_token(fixture, 1, "expired", ticket);
    assert_has(last_of(fixture, 1, "joined"), "\"resumed\":true");
    lose(fixture, 1, 1006);
    enter_with_token(fixture, 2, "invalid", ticket);
    assert_has(last(fixture, 2), "\"code\":\"token-invalid\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HUB_TEST(without_a_token_nobody_enters),
        HUB_TEST(a_refusal_says_what_is_wrong_with_the_token),
        HUB_TEST(a_good_token_opens_the_door_and_says_the_name),
        HUB_TEST(who_is_a_member_returns_with_a_token_that_has_expired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
