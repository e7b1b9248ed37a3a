/* message_codes_test.c - the errors of the protocol and their close codes. */
/* SPDX-License-Identifier: MIT */
#include "protocol/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void fatal_errors_have_the_close_codes_of_the_protocol(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint16_t close;
    } expected[] = {
        [PF_CODE_BAD_MESSAGE] = {"bad-message", 0},
        [PF_CODE_UNKNOWN_TYPE] = {"unknown-type", 0},
        [PF_CODE_NOT_JOINED] = {"not-joined", 0},
        [PF_CODE_ALREADY_JOINED] = {"already-joined", 0},
        [PF_CODE_NO_SUCH_MEMBER] = {"no-such-member", 0},
        [PF_CODE_RATE_LIMIT] = {"rate-limit", 1008},
        [PF_CODE_BAD_ROOM] = {"bad-room", 4000},
        [PF_CODE_BAD_NAME] = {"bad-name", 4000},
        [PF_CODE_ROOM_FULL] = {"room-full", 4001},
        [PF_CODE_RELAY_FULL] = {"relay-full", 4002},
        [PF_CODE_REPLACED] = {"replaced", 4003},
        [PF_CODE_TOKEN_MISSING] = {"token-missing", 4004},
        [PF_CODE_TOKEN_INVALID] = {"token-invalid", 4004},
        [PF_CODE_TOKEN_EXPIRED] = {"token-expired", 4004},
        [PF_CODE_TOKEN_ROOM] = {"token-room", 4004},
        [PF_CODE_NOT_HOST] = {"not-host", 0},
        [PF_CODE_REFUSED] = {"refused", 4005},
        [PF_CODE_REMOVED] = {"removed", 4006},
        [PF_CODE_OTHER] = {"other", 0},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_string_equal(pf_error_code_name((enum pf_error_code)i), expected[i].name);
        assert_int_equal(pf_error_code_close((enum pf_error_code)i), expected[i].close);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fatal_errors_have_the_close_codes_of_the_protocol),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
