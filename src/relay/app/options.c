/* options.c - reads the command line. */
/* SPDX-License-Identifier: MIT */
#include "relay/app/options.h"

#include "base/assert.h"
#include "base/buffer.h"
#include "protocol/message.h"
#include "relay/hub/clients.h"
#include "relay/hub/hub.h"
#include "relay/wire/ice_servers.h"
#include "relay/wire/origin.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option_code {
    OPTION_ADDRESS = 256,
    OPTION_PORT,
    OPTION_WEB,
    OPTION_SECRET_FILE,
    OPTION_MEMBERS_MAX,
    OPTION_ROOMS_MAX,
    OPTION_CLIENTS_MAX,
    OPTION_ICE_SERVERS,
    OPTION_PING_MS,
    OPTION_GRACE_MS,
    OPTION_REQUEST_MS,
    OPTION_IDLE_MS,
    OPTION_STALL_MS,
    OPTION_BURST,
    OPTION_RATE,
    OPTION_ALLOW_ORIGIN,
    OPTION_TRUST_PROXY,
    OPTION_ECHO,
    OPTION_QUIET,
    OPTION_VERSION,
    OPTION_HELP,
};

enum { EXIT_CODE_USAGE = 2 };

static const char help_text[] =
    "Usage: peerface-relay [option...]\n"
    "Signaling relay for video calls between browsers; also serves the web page.\n"
    "\n"
    "  --address NAME       listen on this host name or address (localhost); 0.0.0.0 or ::\n"
    "                       is every network interface\n"
    "  --port NUMBER        listen on this port (8080); 0 is any free port\n"
    "  --web DIR            serve the files in DIR; without it only /ws and /healthz\n"
    "  --secret-file FILE   sign tickets with the secret in FILE, which is created if it does\n"
    "                       not exist; without it members cannot resume after a restart\n"
    "  --members-max N      members per room, 2 to 16 (8)\n"
    "  --rooms-max N        rooms at the same time (10000)\n"
    "  --clients-max N      connections at the same time (10000)\n"
    "  --ice-servers JSON   array of RTCIceServer for the clients, or a file that contains it;\n"
    "                       entries that browsers would refuse are skipped and reported\n"
    "  --ping-ms N          interval of pings; two missed ones are a timeout (5000)\n"
    "  --grace-ms N         how long a member that lost its connection may resume (30000)\n"
    "  --request-ms N       timeout of the first request of a connection (10000)\n"
    "  --idle-ms N          timeout of each further request (15000)\n"
    "  --stall-ms N         timeout of a reader that accepts no more of a response (30000)\n"
    "  --burst N            burst allowance of a client, in messages of 1 KiB (1000)\n"
    "  --rate N             messages of 1 KiB per second that a client may send (100)\n"
    "  --allow-origin URL   let pages of this origin connect, besides the relay's own; may be\n"
    "                       repeated; * is any origin\n"
    "  --trust-proxy        a proxy in front rewrites Host: accept the original host from its\n"
    "                       Forwarded or X-Forwarded-Host field, and a host without its port\n"
    "  --echo PATH          open a WebSocket echo endpoint at PATH, for tests\n"
    "  --quiet              print errors only\n"
    "  --version            print the version\n"
    "  --help               print this\n";

static const struct option long_options[] = {
    {"address", required_argument, NULL, OPTION_ADDRESS},
    {"port", required_argument, NULL, OPTION_PORT},
    {"web", required_argument, NULL, OPTION_WEB},
    {"secret-file", required_argument, NULL, OPTION_SECRET_FILE},
    {"members-max", required_argument, NULL, OPTION_MEMBERS_MAX},
    {"rooms-max", required_argument, NULL, OPTION_ROOMS_MAX},
    {"clients-max", required_argument, NULL, OPTION_CLIENTS_MAX},
    {"ice-servers", required_argument, NULL, OPTION_ICE_SERVERS},
    {"ping-ms", required_argument, NULL, OPTION_PING_MS},
    {"grace-ms", required_argument, NULL, OPTION_GRACE_MS},
    {"request-ms", required_argument, NULL, OPTION_REQUEST_MS},
    {"idle-ms", required_argument, NULL, OPTION_IDLE_MS},
    {"stall-ms", required_argument, NULL, OPTION_STALL_MS},
    {"burst", required_argument, NULL, OPTION_BURST},
    {"rate", required_argument, NULL, OPTION_RATE},
    {"allow-origin", required_argument, NULL, OPTION_ALLOW_ORIGIN},
    {"trust-proxy", no_argument, NULL, OPTION_TRUST_PROXY},
    {"echo", required_argument, NULL, OPTION_ECHO},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

/* Stops reading options; the process ends with `code`. */
static void leave(struct pf_options *options, int code)
{
    options->action = PF_OPTIONS_EXIT;
    options->exit_code = code;
}

static void refuse(struct pf_options *options, const char *name, const char *why)
{
    (void)fprintf(stderr, "peerface-relay: %s: %s (see --help)\n", name, why); /* best effort */
    leave(options, EXIT_CODE_USAGE);
}

static uint32_t read_number(struct pf_options *options, const char *name, uint32_t min,
                            uint32_t max)
{
    char *end = NULL;
    errno = 0;
    const unsigned long value = strtoul(optarg, &end, 10);
    if (optarg[0] < '0' || optarg[0] > '9' || *end != '\0' || errno != 0 || value < min ||
        value > max) {
        (void)fprintf(stderr, "peerface-relay: %s takes a number from %u to %u (see --help)\n",
                      name, (unsigned)min, (unsigned)max); /* best effort */
        leave(options, EXIT_CODE_USAGE);
        return min;
    }
    return (uint32_t)value;
}

/* No interval is longer than an hour, the maximum that the protocol allows. */
static uint32_t read_interval(struct pf_options *options, const char *name, uint32_t min)
{
    return read_number(options, name, min, PF_INTERVAL_MS_MAX);
}

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

static void read_ice_servers(struct pf_options *options)
{
    struct pf_buffer out;
    char *file = optarg[0] == '[' ? NULL : read_file(optarg);
    char *memory = malloc(PF_ICE_SERVERS_SIZE_MAX + 1);
    pf_buffer_init(&out, memory, memory ? PF_ICE_SERVERS_SIZE_MAX : 0);
    const enum pf_error error =
        pf_ice_servers_read(pf_slice_of(file ? file : optarg), &out, skip_ice_server, NULL);
    free(file);
    if (error != PF_ERROR_OK) {
        free(memory);
        refuse(options, "--ice-servers",
               "takes a JSON array of at most 16 KiB, or a file that holds one");
        return;
    }
    memory[out.size] = '\0';
    free(options->ice_servers);
    options->ice_servers = memory;
}

static void add_origin(struct pf_options *options)
{
    if (options->origins_count == PF_ORIGINS_MAX) {
        refuse(options, "--allow-origin", "is given more than 32 times");
        return;
    }
    if (!pf_origin_rule_is_valid(pf_slice_of(optarg))) {
        refuse(options, "--allow-origin", "takes an origin such as https://example.org, or *");
        return;
    }
    options->origins[options->origins_count++] = pf_slice_of(optarg);
}

static void read_echo(struct pf_options *options)
{
    if (optarg[0] != '/') {
        refuse(options, "--echo", "takes a path that begins with /");
        return;
    }
    options->echo = optarg;
}

static void print(struct pf_options *options, const char *text)
{
    leave(options, fputs(text, stdout) >= 0 && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void take(struct pf_options *options, enum option_code code)
{
    switch (code) {
    case OPTION_ADDRESS: options->address = optarg; return;
    case OPTION_PORT: options->port = (uint16_t)read_number(options, "--port", 0, 65535); return;
    case OPTION_WEB: options->folder = optarg; return;
    case OPTION_SECRET_FILE: options->secret_file = optarg; return;
    case OPTION_MEMBERS_MAX:
        options->members_max = read_number(options, "--members-max", 2, PF_MEMBERS_MAX);
        return;
    case OPTION_ROOMS_MAX:
        options->rooms_max = read_number(options, "--rooms-max", 1, 10000000);
        return;
    case OPTION_CLIENTS_MAX:
        options->clients_max = read_number(options, "--clients-max", 1, 1000000);
        return;
    case OPTION_ICE_SERVERS: read_ice_servers(options); return;
    case OPTION_PING_MS: options->ping_ms = read_interval(options, "--ping-ms", 10); return;
    case OPTION_GRACE_MS: options->grace_ms = read_interval(options, "--grace-ms", 1); return;
    case OPTION_REQUEST_MS: options->request_ms = read_interval(options, "--request-ms", 1); return;
    case OPTION_IDLE_MS: options->idle_ms = read_interval(options, "--idle-ms", 1); return;
    case OPTION_STALL_MS: options->stall_ms = read_interval(options, "--stall-ms", 1); return;
    case OPTION_BURST:
        options->burst = read_number(options, "--burst", PF_HUB_BURST_MIN, 1000000000);
        return;
    case OPTION_RATE: options->rate = read_number(options, "--rate", 1, 1000000000); return;
    case OPTION_ALLOW_ORIGIN: add_origin(options); return;
    case OPTION_TRUST_PROXY: options->trust_proxy = true; return;
    case OPTION_ECHO: read_echo(options); return;
    case OPTION_QUIET: options->quiet = true; return;
    case OPTION_VERSION: print(options, "peerface-relay " PF_VERSION "\n"); return;
    case OPTION_HELP: print(options, help_text); return;
    }
    PF_UNREACHABLE();
}

void pf_options_read(int count, char *const *arguments, struct pf_options *out)
{
    *out = (struct pf_options){
        .address = "localhost",
        .port = 8080,
        .members_max = 8,
        .rooms_max = 10000,
        .clients_max = 10000,
        .ping_ms = 5000,
        .grace_ms = 30000,
        .request_ms = 10000,
        .idle_ms = 15000,
        .stall_ms = 30000,
        /* A newcomer sends a description and dozens of candidates to each of up to 15 peers. */
        .burst = 1000,
        .rate = 100,
    };
    opterr = 1;
    while (out->action == PF_OPTIONS_RUN) {
        const int code = getopt_long(count, arguments, "", long_options, NULL);
        if (code == -1) {
            break;
        }
        if (code == '?') {
            leave(out, EXIT_CODE_USAGE); /* getopt has printed the reason */
            return;
        }
        take(out, (enum option_code)code);
    }
    if (out->action == PF_OPTIONS_RUN && optind < count) {
        refuse(out, arguments[optind], "is not an option");
    }
}

void pf_options_clear(struct pf_options *options)
{
    free(options->ice_servers);
    options->ice_servers = NULL;
}
