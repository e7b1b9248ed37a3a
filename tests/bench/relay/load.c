/* load.c - puts load on a relay and says what that costs the relay. */
/* SPDX-License-Identifier: MIT */
/*
 * load MODE [option...], see usage(). One process, one thread, epoll. Members are in rooms of two.
 * Prints one line of JSON. Whatever goes wrong ends it with a message and a failure.
 */
#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum {
    EVENTS_MAX = 256,
    BODY_SIZE_MAX = 8192,
    SILENCE_MS = 10000, /* of the relay, after which the run has failed */
    PER_SOURCE = 2000,  /* connections from one address: the kernel searches long for a free port */
    ROOMS = 1000000,    /* names of rooms, of which a run takes some */
    SERVERS_MAX = 16,
};

struct load_options {
    const char *mode;
    const struct bench_dialect *dialect;
    uint16_t ports[SERVERS_MAX]; /* of the relays: partners are at different ones */
    size_t ports_count;
    pid_t pids[SERVERS_MAX]; /* whose processor time and memory counts */
    size_t pids_count;
    bool tls;
    uint32_t members;
    uint32_t at_once; /* connections that are being opened */
    size_t size;      /* of a message, without its frame's header */
    uint32_t window;  /* messages of each member that are under way */
    uint64_t messages;
    uint32_t settle_ms;
};

struct load {
    struct load_options options;
    struct bench_world world;
    struct bench_connection *connections; /* owned; two and two are partners */
    struct epoll_event events[EVENTS_MAX];
    uint32_t source; /* the first address that connections come from, host order */
    uint32_t opened;
};

static double relay_cpu_us(const struct load *load)
{
    double sum = 0;
    for (size_t i = 0; i < load->options.pids_count; i++) {
        clockid_t clock;
        struct timespec time;
        bench_check(clock_getcpuclockid(load->options.pids[i], &clock) == 0 &&
                        clock_gettime(clock, &time) == 0,
                    "the relay's processor time");
        sum += (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
    }
    return sum;
}

/* A figure of /proc/PID/status, in bytes. */
static double memory_of(pid_t pid, const char *name)
{
    char path[64];
    char line[256];
    unsigned long kib = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid); /* it fits */
    FILE *file = fopen(path, "r");
    bench_check(file != NULL, path);
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, name, strlen(name)) == 0) {
            kib = strtoul(line + strlen(name), NULL, 10);
        }
    }
    (void)fclose(file); /* it was only read */
    return (double)kib * 1024;
}

static double relay_memory(const struct load *load, const char *name)
{
    double sum = 0;
    for (size_t i = 0; i < load->options.pids_count; i++) {
        sum += memory_of(load->options.pids[i], name);
    }
    return sum;
}

/* One turn of the event loop. False if nothing has happened for that long. */
static bool turn(struct load *load, int timeout_ms)
{
    const int count = epoll_wait(load->world.epoll_fd, load->events, EVENTS_MAX, timeout_ms);
    for (int i = 0; i < count; i++) {
        struct bench_connection *connection = &load->connections[load->events[i].data.u32];
        bench_connection_event(&load->world, connection, load->events[i].events);
    }
    for (int i = 0; i < count; i++) {
        bench_connection_flush(&load->world, &load->connections[load->events[i].data.u32]);
    }
    return count > 0;
}

static void run_for(struct load *load, uint64_t duration_ms)
{
    const uint64_t end_ns = bench_now_ns() + duration_ms * 1000000;
    while (bench_now_ns() < end_ns) {
        (void)turn(load, 10); /* it may as well be silent */
    }
}

static void open_next(struct load *load)
{
    const uint32_t index = load->opened++;
    const struct sockaddr_in from = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(load->source + index / PER_SOURCE),
    };
    const size_t at = (index / 2 + index % 2) % load->options.ports_count;
    bench_connection_open(&load->world, &load->connections[index], &from, load->options.ports[at]);
}

static void open_all(struct load *load)
{
    const uint32_t members = load->options.members;
    while (load->world.joined < members) {
        while (load->opened < members &&
               load->opened - load->world.joined < load->options.at_once) {
            open_next(load);
        }
        bench_check(turn(load, SILENCE_MS), "the relay is silent while members join");
    }
}

/* As the text of a JSON object of `size` bytes: a candidate, or a description with its line ends.
 */
static void make_body(char *out, size_t size)
{
    static const char candidate[] = "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ "
                                    "srflx raddr 0.0.0.0 rport 0 generation 0 ufrag EsAw ";
    static const char description[] =
        "v=0\\r\\no=- 4611731400430051336 2 IN IP4 127.0.0.1\\r\\ns=-\\r\\nt=0 0\\r\\n"
        "a=group:BUNDLE 0 1\\r\\na=extmap-allow-mixed\\r\\na=msid-semantic: WMS\\r\\n"
        "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\\r\\nc=IN IP4 0.0.0.0\\r\\n"
        "a=rtcp:9 IN IP4 0.0.0.0\\r\\na=ice-ufrag:EsAw\\r\\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1"
        "\\r\\na=rtpmap:111 opus/48000/2\\r\\na=fmtp:111 minptime=10;useinbandfec=1\\r\\n"
        "a=rtcp-fb:111 transport-cc\\r\\n";
    const char *text = size > 1000 ? description : candidate;
    const size_t text_size = strlen(text);
    size_t at = (size_t)snprintf(out, BODY_SIZE_MAX, "{\"x\":\"");
    bench_check(size > at + 2 && size < BODY_SIZE_MAX, "the size of a message");
    for (size_t i = 0; at < size - 2; at++, i++) {
        out[at] = text[i % text_size];
    }
    if (out[at - 1] == '\\') {
        out[at - 1] = ' '; /* half an escape */
    }
    (void)snprintf(out + at, 3, "\"}"); /* it fits */
}

/* Gives each member the frame that it sends again and again. */
static void make_frames(struct load *load)
{
    char text[BODY_SIZE_MAX];
    char body[BODY_SIZE_MAX];
    for (uint32_t i = 0; i < load->options.members; i++) {
        struct bench_connection *connection = &load->connections[i];
        const struct bench_member *me = &connection->me;
        const struct bench_member *partner = &load->connections[i ^ 1].me;
        const struct bench_dialect *dialect = load->options.dialect;
        const size_t empty = dialect->message(text, sizeof text, me, partner, "");
        make_body(body, load->options.size - empty);
        const size_t size = dialect->message(text, sizeof text, me, partner, body);
        bench_check(size == load->options.size, "the size of a message as made");
        bench_connection_set_message(connection, text, size);
    }
}

static void print_head(const struct load *load)
{
    printf("{\"mode\":\"%s\",\"members\":%u,\"size\":%zu,\"window\":%u", load->options.mode,
           load->options.members, load->options.size, load->options.window);
}

/* Until that many messages have arrived, from now on. */
static void exchange(struct load *load, uint64_t messages)
{
    const uint64_t end = load->world.messages + messages;
    while (load->world.messages < end) {
        bench_check(turn(load, SILENCE_MS), "the relay is silent while messages are under way");
    }
}

/* Each member keeps `window` messages to its partner under way. */
static void run_messages(struct load *load)
{
    open_all(load);
    run_for(load, load->options.settle_ms); /* those who joined first hear of the others */
    make_frames(load);
    load->world.exchanging = true;
    for (uint32_t i = 0; i < load->options.members; i++) {
        load->connections[i].owed = load->options.window;
        bench_connection_flush(&load->world, &load->connections[i]);
    }
    exchange(load, load->options.messages / 4);
    const uint64_t start_ns = bench_now_ns();
    const uint64_t start = load->world.messages;
    const double start_us = relay_cpu_us(load);
    exchange(load, load->options.messages);
    const double used_us = relay_cpu_us(load) - start_us;
    const double count = (double)(load->world.messages - start);
    print_head(load);
    printf(",\"cpu_us\":%.4f,\"per_s\":%.0f}\n", used_us / count,
           count * 1e9 / (double)(bench_now_ns() - start_ns));
}

static int compare_times(const void *a, const void *b)
{
    const uint64_t one = *(const uint64_t *)a;
    const uint64_t other = *(const uint64_t *)b;
    return one < other ? -1 : one > other ? 1 : 0;
}

/* Opens all connections, `at_once` at a time: how many a second, and how long each takes to join.
 */
static void run_storm(struct load *load)
{
    const uint32_t members = load->options.members;
    uint64_t *times = calloc(members, sizeof *times);
    const double start_us = relay_cpu_us(load);
    const uint64_t start_ns = bench_now_ns();
    bench_check(times != NULL, "memory");
    open_all(load);
    const double took_s = (double)(bench_now_ns() - start_ns) / 1e9;
    const double used_us = relay_cpu_us(load) - start_us;
    for (uint32_t i = 0; i < members; i++) {
        times[i] = load->connections[i].joined_ns - load->connections[i].opened_ns;
    }
    qsort(times, members, sizeof *times, compare_times);
    print_head(load);
    printf(",\"cpu_us\":%.2f,\"per_s\":%.0f,\"p50_ms\":%.2f,\"p99_ms\":%.2f}\n", used_us / members,
           members / took_s, (double)times[members / 2] / 1e6,
           (double)times[members * 99 / 100] / 1e6);
    free(times);
}

/* What the relay's memory grows by for each member that has joined and is silent. */
static void run_idle(struct load *load)
{
    const double rss = relay_memory(load, "VmRSS:");
    const double heap = relay_memory(load, "RssAnon:");
    open_all(load);
    run_for(load, load->options.settle_ms);
    print_head(load);
    printf(",\"rss\":%.0f,\"heap\":%.0f}\n",
           (relay_memory(load, "VmRSS:") - rss) / load->options.members,
           (relay_memory(load, "RssAnon:") - heap) / load->options.members);
}

/* Joins, says so, and stays until the standard input ends. */
static void run_hold(struct load *load)
{
    struct epoll_event input = {.events = EPOLLIN, .data.u32 = load->options.members};
    open_all(load);
    run_for(load, load->options.settle_ms);
    print_head(load);
    printf("}\n");
    (void)fflush(stdout); /* somebody waits for it */
    const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    bench_check(epoll_fd >= 0 && epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &input) == 0,
                "the standard input cannot be waited for");
    input.data.u32 = 0;
    bench_check(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, load->world.epoll_fd, &input) == 0, "epoll_ctl");
    for (;;) {
        struct epoll_event event;
        if (epoll_wait(epoll_fd, &event, 1, -1) == 1 && event.data.u32 != 0) {
            return;
        }
        (void)turn(load, 0); /* pings are answered */
    }
}

static void usage(void)
{
    (void)fputs("Usage: load MODE --dialect NAME --port N --pid N [option...]\n"
                "  messages  members exchange messages: the relay's processor time for each\n"
                "  storm     members join: how many a second, and how long each waits\n"
                "  idle      members join and are silent: the relay's memory for each\n"
                "  hold      members join and stay until the standard input ends\n"
                "  --port, --pid   again for each further server; partners are at different ports\n"
                "  --tls           wss\n"
                "  --members N     in rooms of two (200)\n"
                "  --at-once N     connections being opened (64)\n"
                "  --size N        bytes of a message (200)\n"
                "  --window N      messages of each member under way (1)\n"
                "  --messages N    that are measured (40000)\n"
                "  --settle-ms N   after all have joined (200)\n",
                stderr); /* or nobody */
    exit(2);
}

static void set_option(struct load_options *options, int letter, const char *value)
{
    const uint32_t number = value ? (uint32_t)strtoul(value, NULL, 10) : 0;
    switch (letter) {
    case 'd': options->dialect = bench_dialect_find(value); break;
    case 'p':
        if (options->ports_count < SERVERS_MAX) {
            options->ports[options->ports_count++] = (uint16_t)number;
        }
        break;
    case 'P':
        if (options->pids_count < SERVERS_MAX) {
            options->pids[options->pids_count++] = (pid_t)number;
        }
        break;
    case 't': options->tls = true; break;
    case 'n': options->members = number & ~1u; break;
    case 'o': options->at_once = number; break;
    case 's': options->size = number; break;
    case 'w': options->window = number; break;
    case 'm': options->messages = number; break;
    case 'q': options->settle_ms = number; break;
    default: usage();
    }
}

static void read_options(int argc, char **argv, struct load_options *options)
{
    static const struct option names[] = {
        {"dialect", required_argument, NULL, 'd'},
        {"port", required_argument, NULL, 'p'},
        {"pid", required_argument, NULL, 'P'},
        {"tls", no_argument, NULL, 't'},
        {"members", required_argument, NULL, 'n'},
        {"at-once", required_argument, NULL, 'o'},
        {"size", required_argument, NULL, 's'},
        {"window", required_argument, NULL, 'w'},
        {"messages", required_argument, NULL, 'm'},
        {"settle-ms", required_argument, NULL, 'q'},
        {NULL, 0, NULL, 0},
    };
    *options = (struct load_options){
        .members = 200,
        .at_once = 64,
        .size = 200,
        .window = 1,
        .messages = 40000,
        .settle_ms = 200,
    };
    int letter = 0;
    while ((letter = getopt_long(argc, argv, "", names, NULL)) != -1) {
        set_option(options, letter, optarg);
    }
    if (optind != argc - 1 || !options->dialect || options->ports_count == 0 ||
        options->pids_count == 0 || options->members == 0 || options->at_once == 0 ||
        options->window == 0 || options->window > BENCH_WINDOW_MAX) {
        usage();
    }
    options->mode = argv[optind];
}

/* Rooms and addresses are others in each run: those of the last one may still be remembered. */
static void prepare(struct load *load)
{
    const struct load_options *options = &load->options;
    const uint32_t draw = (uint32_t)bench_now_ns() ^ (uint32_t)getpid() << 16;
    const uint32_t first_room = draw % ROOMS;
    struct rlimit limit;
    bench_check(getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    bench_check(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
    load->source = INADDR_LOOPBACK + 1 + (draw >> 8 & 0xffff) * 256 % 0xf00000;
    load->connections = calloc(options->members, sizeof *load->connections);
    bench_check(load->connections != NULL, "memory");
    bench_world_open(&load->world, options->dialect, options->tls);
    for (uint32_t i = 0; i < options->members; i++) {
        struct bench_member *me = &load->connections[i].me;
        me->number = i;
        me->room = first_room + i / 2;
        /* Of as many digits as our relay's ids: the floor moves as many bytes. */
        (void)snprintf(me->id, sizeof me->id, "%08x%08x", draw, i); /* it fits */
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(struct load *load);
    } modes[] = {
        {"messages", run_messages}, {"storm", run_storm}, {"idle", run_idle}, {"hold", run_hold}};
    static struct load load;
    read_options(argc, argv, &load.options);
    bench_check(signal(SIGPIPE, SIG_IGN) != SIG_ERR, "signal");
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(load.options.mode, modes[i].name) == 0) {
            prepare(&load);
            modes[i].run(&load);
            bench_world_close(&load.world, load.connections, load.opened);
            free(load.connections);
            return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
        }
    }
    usage();
}
