/* main.c - peerface-bot, the program: options, signals and the loop. */
/* SPDX-License-Identifier: MIT */
#include "base/assert.h"
#include "bot/crowd.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum {
    GOODBYE_MS = 2000, /* for the relay to hear that everybody leaves */
    PRINT_MS = 5000,   /* between two lines of counts */
    SECONDS_MAX = 1000000,
    RATE_MAX = 100000,
};

struct options {
    const char *url, *room, *name, *token, *ca_file;
    bool echoes, is_json;
    unsigned long load, per_room, rate, seconds; /* load 0: one bot that keeps a journal */
};

struct program {
    struct options options;
    struct pf_endpoint endpoint;
    struct pf_journal journal;
    struct pf_crowd crowd; /* also of one */
    struct pollfd *polled; /* owned: one for each, and one for signals */
    uint64_t print_at_ms, end_at_ms;
    bool is_ending; /* everybody has been told to leave */
};

static const char help[] =
    "usage: peerface-bot [options] URL ROOM\n"
    "A member without microphone and camera: it enters ROOM of the relay at URL (ws: or wss:), "
    "and\n"
    "writes one line for each event: who comes, goes, changes name, sources or hand.\n"
    "  --name NAME     what it is called (bot)\n"
    "  --json          write the lines as JSON\n"
    "  --echo          raise its hand while somebody else's is up\n"
    "  --token TOKEN   what to show a relay that asks for a room token\n"
    "  --ca-file FILE  trust these certificates (PEM) instead of the system's\n"
    "  --seconds N     leave after N seconds; else at SIGINT or SIGTERM\n"
    "  --load N        be N members instead, who come, go and change; counts are written\n"
    "  --per-room N    of which so many share a room: ROOM-1, ROOM-2, and so on (4)\n"
    "  --rate N        joins, leaves and changes a second, of all together (10)\n"
    "  --version, --help\n"
    "It reconnects with its ticket. Exit status: 0, or 1 if it was refused, 2 for a wrong "
    "option.\n";

static uint64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_BOOTTIME, &now); /* always there */
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- options ---- */

static bool read_number(const char *text, unsigned long max, unsigned long *out)
{
    char *end;
    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    *out = strtoul(text, &end, 10);
    return *end == '\0' && *out > 0 && *out <= max;
}

enum { OPTION_LOAD = 256, OPTION_PER_ROOM, OPTION_RATE, OPTION_SECONDS };

/* False: its value is none. */
static bool take_option(struct options *options, int option)
{
    switch (option) {
    case 'n': options->name = optarg; return strlen(optarg) <= PF_MEMBER_NAME_SIZE_MAX;
    case 't': options->token = optarg; return strlen(optarg) <= PF_TOKEN_SIZE_MAX;
    case 'c': options->ca_file = optarg; return true;
    case 'e': options->echoes = true; return true;
    case 'j': options->is_json = true; return true;
    case OPTION_LOAD: return read_number(optarg, PF_CROWD_MAX, &options->load);
    case OPTION_PER_ROOM: return read_number(optarg, PF_MEMBERS_MAX, &options->per_room);
    case OPTION_RATE: return read_number(optarg, RATE_MAX, &options->rate);
    case OPTION_SECONDS: return read_number(optarg, SECONDS_MAX, &options->seconds);
    default: return false;
    }
}

/* -1, or the status to exit with. */
static int read_options(int count, char **words, struct options *options)
{
    static const struct option names[] = {
        {"name", required_argument, NULL, 'n'},
        {"token", required_argument, NULL, 't'},
        {"ca-file", required_argument, NULL, 'c'},
        {"echo", no_argument, NULL, 'e'},
        {"json", no_argument, NULL, 'j'},
        {"load", required_argument, NULL, OPTION_LOAD},
        {"per-room", required_argument, NULL, OPTION_PER_ROOM},
        {"rate", required_argument, NULL, OPTION_RATE},
        {"seconds", required_argument, NULL, OPTION_SECONDS},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    for (int option; (option = getopt_long(count, words, "", names, NULL)) != -1;) {
        if (option == 'h' || option == 'v') {
            (void)fputs(option == 'h' ? help : "peerface-bot " PF_VERSION "\n", stdout);
            return EXIT_SUCCESS;
        }
        if (!take_option(options, option)) {
            (void)fputs("peerface-bot: a wrong option or value; see --help\n", stderr);
            return 2;
        }
    }
    if (count - optind != 2) {
        (void)fputs(help, stderr);
        return 2;
    }
    options->url = words[optind];
    options->room = words[optind + 1];
    return -1;
}

/* ---- the loop ---- */

static void end_all(struct program *program, uint64_t at_ms)
{
    if (!program->is_ending) {
        program->is_ending = true;
        program->end_at_ms = at_ms + GOODBYE_MS;
        for (size_t i = 0; i < program->crowd.count; i++) {
            pf_bot_leave(&program->crowd.bots[i], at_ms);
        }
    }
}

/* Whether everything has been said. */
static bool is_over(const struct program *program, uint64_t at_ms)
{
    bool any = false;
    for (size_t i = 0; i < program->crowd.count; i++) {
        any = any || program->crowd.bots[i].channel.phase != PF_CHANNEL_CLOSED;
    }
    return program->is_ending && (!any || at_ms >= program->end_at_ms);
}

static void wait(struct program *program, uint64_t at_ms)
{
    const struct pf_crowd *crowd = &program->crowd;
    uint64_t next_ms = program->end_at_ms;
    for (size_t i = 0; i < crowd->count; i++) {
        const uint64_t deadline_ms = pf_bot_deadline_ms(&crowd->bots[i]);
        program->polled[i] = pf_channel_pollfd(&crowd->bots[i].channel);
        next_ms = next_ms < deadline_ms ? next_ms : deadline_ms;
    }
    if (program->options.load > 0 && !program->is_ending) {
        const uint64_t act_at_ms = pf_crowd_deadline_ms(crowd);
        next_ms = next_ms < act_at_ms ? next_ms : act_at_ms;
        next_ms = next_ms < program->print_at_ms ? next_ms : program->print_at_ms;
    }
    const uint64_t left_ms = next_ms > at_ms ? next_ms - at_ms : 0;
    (void)poll(program->polled, crowd->count + 1,
               left_ms < 3600000 ? (int)left_ms : 3600000); /* a failure is a wait of no time */
}

static void run_all(struct program *program, uint64_t at_ms)
{
    struct pf_crowd *crowd = &program->crowd;
    for (size_t i = 0; i < crowd->count; i++) {
        if (program->polled[i].revents != 0 || program->polled[i].fd < 0 ||
            pf_bot_deadline_ms(&crowd->bots[i]) <= at_ms) {
            pf_bot_run(&crowd->bots[i], at_ms);
        }
    }
    if (program->options.load > 0 && !program->is_ending) {
        pf_crowd_act(crowd, at_ms);
    }
    if (program->options.load > 0 && at_ms >= program->print_at_ms) {
        pf_crowd_print(crowd, stdout);
        program->print_at_ms = at_ms + PRINT_MS;
    }
}

/* Until a signal, the end of --seconds, or a refusal. */
static void run(struct program *program)
{
    const struct pollfd *signals = &program->polled[program->crowd.count];
    uint64_t at_ms = now_ms();
    while (!is_over(program, at_ms)) {
        wait(program, at_ms);
        at_ms = now_ms();
        run_all(program, at_ms);
        const bool is_refused = program->options.load == 0 && program->crowd.bots[0].refusals > 0;
        if ((signals->revents & POLLIN) != 0 || at_ms >= program->end_at_ms || is_refused) {
            end_all(program, at_ms);
        }
    }
    if (program->options.load > 0) {
        pf_crowd_print(&program->crowd, stdout);
    }
}

/* A descriptor that is readable when the program is to end. */
static int open_signals(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    PF_ASSERT(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    (void)signal(SIGPIPE, SIG_IGN); /* what is lost is found by reading */
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* A crowd may need more sockets than a shell allows at first. */
static void allow_sockets(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit); /* what cannot be opened counts as lost */
    }
}

static bool begin(struct program *program)
{
    const struct options *options = &program->options;
    const size_t count = options->load > 0 ? options->load : 1;
    const struct pf_bot_config config = {
        .endpoint = &program->endpoint,
        .url = options->url,
        .room = options->room,
        .name = options->name,
        .token = options->token,
        .journal = options->load > 0 ? NULL : &program->journal,
        .echoes = options->echoes,
    };
    const uint64_t at_ms = now_ms();
    program->polled = calloc(count + 1, sizeof *program->polled);
    if (!program->polled || !pf_crowd_init(&program->crowd, &config, count, options->per_room,
                                           (uint32_t)options->rate, at_ms)) {
        return false;
    }
    program->polled[count] = (struct pollfd){.fd = open_signals(), .events = POLLIN};
    if (program->polled[count].fd < 0) {
        return false;
    }
    program->print_at_ms = at_ms + PRINT_MS;
    program->end_at_ms = options->seconds > 0 ? at_ms + options->seconds * 1000 : PF_NEVER;
    if (options->load > 0) {
        return true;
    }
    program->crowd.bots[0].config.room = options->room; /* without a number */
    program->crowd.bots[0].config.name = options->name;
    return pf_bot_join(&program->crowd.bots[0], at_ms);
}

int main(int argc, char **argv)
{
    struct program program = {
        .options = {.name = "bot", .per_room = 4, .rate = 10},
        .journal = {.out = stdout},
    };
    const int status = read_options(argc, argv, &program.options);
    if (status >= 0) {
        return status;
    }
    program.journal.is_json = program.options.is_json;
    allow_sockets();
    const char *why =
        pf_endpoint_init(&program.endpoint, program.options.url, program.options.ca_file);
    if (!why && !begin(&program)) {
        why = "there is not enough memory, or no file descriptor";
    }
    if (why) {
        (void)fprintf(stderr, "peerface-bot: %s\n", why); /* best effort */
        return 2;
    }
    run(&program);
    const bool is_refused = program.options.load == 0 && program.crowd.bots[0].refusals > 0;
    pf_crowd_free(&program.crowd);
    pf_endpoint_free(&program.endpoint);
    free(program.polled);
    return is_refused ? 1 : EXIT_SUCCESS;
}
