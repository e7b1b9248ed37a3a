/* option_values.c - reads and judges the values of single options. */
/* SPDX-License-Identifier: MIT */
#include "relay/app/option_values.h"

#include "base/buffer.h"
#include "protocol/message.h"
#include "relay/app/option_table.h"
#include "relay/server/ip.h"
#include "relay/server/redis_servers.h"
#include "relay/server/server.h"
#include "relay/server/turn.h"
#include "relay/wire/authority.h"
#include "relay/wire/ice_servers.h"
#include "relay/wire/origin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_COLUMN = 23 };

/* The whole of a small file, NUL-terminated, or NULL. */
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        return NULL;
    }
    char *text = malloc(PF_ICE_SERVERS_SIZE_MAX + 1);
    if (text) {
        const size_t size = fread(text, 1, PF_ICE_SERVERS_SIZE_MAX + 1, file);
        text[size <= PF_ICE_SERVERS_SIZE_MAX ? size : 0] = '\0';
    }
    (void)fclose(file); /* opened for reading only */
    return text;
}

/* Browsers refuse the whole configuration because of one invalid entry. */
static void skip_ice_server(void *user, const struct pf_ice_problem *problem)
{
    (void)user; /* unused */
    const bool is_url = problem->url.size > 0;
    (void)fprintf(stderr, "peerface-relay: --ice-servers: skipping entry %zu: %s%.*s%s %s\n",
                  problem->index, is_url ? "URL \"" : "it", (int)problem->url.size,
                  problem->url.data, is_url ? "\"" : "", problem->reason); /* best effort */
}

const char *pf_option_take_ice_servers(struct pf_options *options, const char *value)
{
    struct pf_buffer out;
    char *file = value[0] == '[' ? NULL : read_file(value);
    char *memory = malloc(PF_ICE_SERVERS_SIZE_MAX + 1);
    pf_buffer_init(&out, memory, memory ? PF_ICE_SERVERS_SIZE_MAX : 0);
    const enum pf_error error =
        pf_ice_servers_read(pf_slice_of(file ? file : value), &out, skip_ice_server, NULL);
    free(file);
    if (error != PF_ERROR_OK) {
        free(memory);
        return "takes a JSON array of at most 16 KiB, or a file that holds one";
    }
    memory[out.size] = '\0';
    free(options->ice_servers);
    options->ice_servers = memory;
    return NULL;
}

const char *pf_option_take_redis(struct pf_options *options, const char *value)
{
    struct pf_redis_url *urls = calloc(2, sizeof *urls); /* large, hence not on the stack */
    const char *why = NULL;
    if (!pf_redis_servers_are_built()) {
        why = "is not possible: this program is built without hiredis (libhiredis-dev)";
    } else if (options->redis_count == PF_STORES_MAX) {
        why = "is given more than 8 times";
    } else if (!urls || !pf_redis_url_read(pf_slice_of(value), &urls[0])) {
        why = "takes a URL such as redis://redis.example:6379, rediss://user:password@host or "
              "unix:///path";
    }
    for (size_t i = 0; i < options->redis_count && !why; i++) {
        if (pf_redis_url_read(pf_slice_of(options->redis[i]), &urls[1]) &&
            pf_redis_url_same_server(&urls[0], &urls[1])) {
            why = "names the same server twice";
        }
    }
    free(urls);
    if (!why) {
        options->redis[options->redis_count] = strdup(value);
        why = options->redis[options->redis_count] ? NULL : "finds no memory";
        options->redis_count += why ? 0 : 1;
    }
    return why;
}

const char *pf_option_judge_origin(struct pf_options *options, const char *value)
{
    (void)options; /* judged by itself */
    return pf_origin_rule_is_valid(pf_slice_of(value))
               ? NULL
               : "takes an origin such as https://example.org, or *";
}

/* They are all in one line of every response. */
const char *pf_option_judge_frame(struct pf_options *options, const char *value)
{
    const struct pf_slice frame = pf_slice_of(value);
    size_t size = frame.size;
    for (size_t i = 0; i < options->frames.count; i++) {
        size += options->frames.items[i].size;
    }
    /* What separates directives and policies may be in the name of a host. */
    if (!pf_origin_rule_is_valid(frame) || pf_slice_equal(frame, PF_SLICE("null")) ||
        strpbrk(value, ";,")) {
        return "takes an origin such as https://example.org, or *";
    }
    return size > PF_FRAMES_SIZE_MAX ? "names too many origins" : NULL;
}

const char *pf_option_judge_host(struct pf_options *options, const char *value)
{
    struct pf_authority authority;
    (void)options; /* judged by itself */
    return pf_authority_read(pf_slice_of(value), &authority)
               ? NULL
               : "takes a host name or address, or one with a port";
}

const char *pf_option_judge_net(struct pf_options *options, const char *value)
{
    struct pf_ip_net net;
    (void)options; /* judged by itself */
    return pf_ip_net_read(pf_slice_of(value), &net)
               ? NULL
               : "takes an address such as 127.0.0.1, or a network such as 10.0.0.0/8";
}

const char *pf_option_judge_turn(struct pf_options *options, const char *value)
{
    (void)options; /* judged by itself */
    return pf_turn_url_is_valid(pf_slice_of(value)) ? NULL
                                                    : "takes a URL such as turn:turn.example:3478 "
                                                      "or turns:turn.example:443?transport=tcp";
}

const char *pf_option_judge_echo(struct pf_options *options, const char *value)
{
    (void)options; /* judged by itself */
    return value[0] == '/' ? NULL : "takes a path that begins with /";
}

const char *pf_option_take_log_format(struct pf_options *options, const char *value)
{
    const bool is_json = strcmp(value, "json") == 0;
    options->log.format = is_json ? PF_LOG_JSON : PF_LOG_TEXT;
    return is_json || strcmp(value, "text") == 0 ? NULL : "takes text or json";
}

const char *pf_option_take_log_level(struct pf_options *options, const char *value)
{
    static const char *const names[] = {"error", "warning", "info"};
    for (int i = 0; i <= PF_LOG_INFO; i++) {
        if (strcmp(value, names[i]) == 0) {
            options->log.level = (enum pf_log_level)i;
            return NULL;
        }
    }
    return "takes error, warning or info";
}

const char *pf_option_check_config(struct pf_options *options, const char *value)
{
    (void)value; /* the name of the file */
    return options->config_file ? NULL : "is to be written in full";
}

/* Ends the program; failing to say what was asked for is a failure. */
static const char *leave(struct pf_options *options, bool printed)
{
    options->action = PF_OPTIONS_EXIT;
    options->exit_code = printed && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    return NULL;
}

const char *pf_option_print_version(struct pf_options *options, const char *value)
{
    (void)value; /* there is none */
    return leave(options, puts("peerface-relay " PF_VERSION) >= 0);
}

/* One option, with the further lines of its help below the first. */
static bool print_option(const struct pf_option *option)
{
    const char *line = option->help;
    const int written = printf("  --%s%s%s", option->name, option->argument ? " " : "",
                               option->argument ? option->argument : "");
    const bool is_wide = written > HELP_COLUMN - 1;
    bool printed = written >= 0 && printf("%s%*s", is_wide ? "\n" : "",
                                          is_wide ? HELP_COLUMN : HELP_COLUMN - written, "") >= 0;
    for (;;) {
        const char *end = strchr(line, '\n');
        const int size = end ? (int)(end - line) : (int)strlen(line);
        printed = printed && printf("%.*s\n", size, line) >= 0;
        if (!end) {
            return printed;
        }
        line = end + 1;
        printed = printed && printf("%*s", HELP_COLUMN, "") >= 0;
    }
}

const char *pf_option_print_help(struct pf_options *options, const char *value)
{
    (void)value; /* there is none */
    bool printed = puts("Usage: peerface-relay [option...]\n"
                        "Signaling relay for video calls between browsers; also serves the web "
                        "page.\n") >= 0;
    for (size_t i = 0; i < pf_option_table_count; i++) {
        printed = printed && print_option(&pf_option_table[i]);
    }
    return leave(options, printed);
}
