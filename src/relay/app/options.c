/* options.c - reads the options and judges them. */
/* SPDX-License-Identifier: MIT */
#include "relay/app/options.h"

#include "base/assert.h"
#include "relay/app/option_sources.h"
#include "relay/app/option_table.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    EXIT_CODE_USAGE = 2,
    CODE_FIRST = 256, /* getopt's code of the first row of the table */
};

void pf_option_refuse(struct pf_options *options, const char *name, const char *why)
{
    (void)fprintf(stderr, "peerface-relay: %s: %s (see --help)\n", name, why); /* best effort */
    options->action = PF_OPTIONS_EXIT;
    options->exit_code = EXIT_CODE_USAGE;
}

static void refuse_option(struct pf_options *options, const struct pf_option *option,
                          const char *why)
{
    char name[64];
    (void)snprintf(name, sizeof name, "--%s", option->name); /* names are short */
    pf_option_refuse(options, name, why);
}

static void take_number(struct pf_options *options, const struct pf_option *option,
                        const char *value)
{
    char *end = NULL;
    errno = 0;
    const unsigned long number = strtoul(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 || number < option->min ||
        number > option->max) {
        (void)fprintf(stderr, "peerface-relay: --%s takes a number from %u to %u (see --help)\n",
                      option->name, (unsigned)option->min, (unsigned)option->max); /* best effort */
        options->action = PF_OPTIONS_EXIT;
        options->exit_code = EXIT_CODE_USAGE;
        return;
    }
    *(uint32_t *)(void *)((char *)options + option->offset) = (uint32_t)number;
}

static void take_texts(struct pf_options *options, const struct pf_option *option,
                       const char *value)
{
    struct pf_texts *texts = (void *)((char *)options + option->offset);
    if (texts->count == PF_TEXTS_MAX) {
        refuse_option(options, option, "is given more than 32 times");
        return;
    }
    texts->items[texts->count++] = pf_slice_of(value);
}

/* `value` is NULL for an option that has none. */
void pf_option_take(struct pf_options *options, const struct pf_option *option, const char *value)
{
    char *member = (char *)options + option->offset;
    const char *why = option->take ? option->take(options, value) : NULL;
    if (why) {
        refuse_option(options, option, why);
        return;
    }
    switch (option->kind) {
    case PF_OPTION_TEXT: *(const char **)(void *)member = value; return;
    case PF_OPTION_NUMBER: take_number(options, option, value); return;
    case PF_OPTION_FLAG: *(bool *)(void *)member = true; return;
    case PF_OPTION_TEXTS: take_texts(options, option, value); return;
    case PF_OPTION_CALL:
    case PF_OPTION_CALL_ONLY: return;
    }
    PF_UNREACHABLE();
}

/* What is wrong with them together. */
static void judge(struct pf_options *options)
{
    if (!options->tls_cert != !options->tls_key) {
        pf_option_refuse(options, "--tls-cert", "goes together with --tls-key");
    } else if (!options->tls_cert && (options->redirect_port != 0 || options->hsts_s != 0)) {
        pf_option_refuse(options, "--hsts and --redirect-port", "need --tls-cert");
    } else if (!options->turn_secret_file != (options->turn_servers.count == 0)) {
        pf_option_refuse(options, "--turn-secret-file", "goes together with --turn-server");
    } else if (options->proxy_protocol && options->proxies.count == 0) {
        pf_option_refuse(options, "--proxy-protocol", "needs --trust-proxy");
    } else if (options->redis_count > 0 && !options->secret_file) {
        pf_option_refuse(options, "--redis",
                         "needs --secret-file, the same on all relays: a member that comes back "
                         "to another relay shows that one its ticket");
    } else if (options->redis_password_file && options->redis_count == 0) {
        pf_option_refuse(options, "--redis-password-file", "needs --redis");
    }
}

static void read_arguments(int count, char *const *arguments, struct pf_options *options)
{
    struct option rows[PF_OPTIONS_COUNT_MAX + 1] = {{0}};
    for (size_t i = 0; i < pf_option_table_count; i++) {
        rows[i] = (struct option){
            .name = pf_option_table[i].name,
            .has_arg = pf_option_table[i].argument ? required_argument : no_argument,
            .val = CODE_FIRST + (int)i,
        };
    }
    opterr = 1;
    while (options->action == PF_OPTIONS_RUN) {
        const int code = getopt_long(count, arguments, "", rows, NULL);
        if (code == -1) {
            break;
        }
        if (code == '?') {
            options->action = PF_OPTIONS_EXIT;
            options->exit_code = EXIT_CODE_USAGE; /* getopt has printed the reason */
            return;
        }
        const struct pf_option *option = &pf_option_table[code - CODE_FIRST];
        pf_option_take(options, option, optarg);
        if (option->is_secret) {
            memset(optarg, ' ', strlen(optarg));
        }
    }
    if (options->action == PF_OPTIONS_RUN && optind < count) {
        pf_option_refuse(options, arguments[optind], "is not an option");
    }
}

void pf_options_read(int count, char *const *arguments, struct pf_options *out)
{
    *out = (struct pf_options){
        .address = "localhost",
        .port = 8080,
        .handshake_ms = 5000,
        .handshakes_max = 512,
        .members_max = 8,
        .rooms_max = 10000,
        .clients_max = 10000,
        .ping_ms = 5000,
        .grace_ms = 30000,
        .request_ms = 10000,
        .idle_ms = 15000,
        .stall_ms = 30000,
        .requests_max = 1024,
        .message_ms = 60000,
        .turn_ttl_s = 12 * 60 * 60,
        .metrics_address = "localhost",
        .log = {.level = PF_LOG_WARNING},
        .address_connections = 256,
        .address_opens = 20,
        .address_joins = 1,
        .address_kib = 2000,
        /* A newcomer sends a description and dozens of candidates to each of up to 15 peers. */
        .burst = 1000,
        .rate = 100,
    };
    pf_option_read_file(count, arguments, out);
    if (out->action == PF_OPTIONS_RUN) {
        pf_option_read_environment(out);
    }
    if (out->action == PF_OPTIONS_RUN) {
        read_arguments(count, arguments, out);
    }
    if (out->action == PF_OPTIONS_RUN) {
        judge(out);
    }
}

void pf_options_clear(struct pf_options *options)
{
    free(options->ice_servers);
    free(options->config_text);
    while (options->redis_count > 0) {
        free(options->redis[--options->redis_count]);
    }
    options->ice_servers = options->config_text = NULL;
}
