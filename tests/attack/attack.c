/* attack.c - carries out one attack on a relay for some time. */
/* SPDX-License-Identifier: MIT */
/*
 * attack NAME ADDRESS:PORT [options] keeps the attack's connections open until stdin ends, and then
 * prints what became of them as one JSON object.
 */
#include "attack.h"

#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPENING_MAX = 200, /* at the same time: the kernel's queue of a listener is not the target */
    HELLO_SIZE_MAX = 4096,
    TEXT_SIZE_MAX = 8192,
    NS_PER_MS = 1000000,
    NS_PER_S = 1000000000,
};

static const struct attack *const attacks[] = {
    &attack_half_open,   &attack_slow_request,  &attack_slow_message, &attack_slow_reader,
    &attack_slow_member, &attack_tls_flood,     &attack_tls_slow,     &attack_tls_random,
    &attack_random_http, &attack_random_frames, &attack_random_json,  &attack_control_frames,
    &attack_fragments,   &attack_join_flood,    &attack_ghosts,       &attack_empty_rooms,
    &attack_lobby,       &attack_forgeries,
};

/* xorshift64*: the same attack each time. */
uint64_t attacker_random(struct attacker *attacker)
{
    attacker->random ^= attacker->random >> 12;
    attacker->random ^= attacker->random << 25;
    attacker->random ^= attacker->random >> 27;
    return attacker->random * UINT64_C(0x2545f4914f6cdd1d) >> 16;
}

struct attacked *attacker_of(struct attacker *attacker, const struct conn *conn)
{
    return &attacker->attacked[conn->index];
}

bool is_type(const char *text, size_t size, const char *type)
{
    char member[64];
    (void)snprintf(member, sizeof member, "\"type\":\"%s\"", type);
    return find_after(text, size, member) != NULL;
}

void attacker_upgrade(struct attacker *attacker, struct conn *conn)
{
    net_send(&attacker->net, conn, websocket_request, strlen(websocket_request));
}

void attacker_join(struct attacker *attacker, struct conn *conn, const char *room, const char *more)
{
    char text[TEXT_SIZE_MAX];
    (void)snprintf(text, sizeof text,
                   "{\"type\":\"join\",\"room\":\"%s\",\"name\":\"\",\"instance\":1%s}", room,
                   more);
    websocket_send_text(&attacker->net, conn, text);
}

/* What comes back */

static void on_message(struct attacker *attacker, struct conn *conn, const char *text, size_t size)
{
    struct attacked *attacked = attacker_of(attacker, conn);
    if (is_type(text, size, "ping")) {
        websocket_send_text(&attacker->net, conn, "{\"type\":\"pong\"}");
    } else if (is_type(text, size, "joined")) {
        const char *self = find_after(text, size, "\"self\":\"");
        attacker->joined++;
        memcpy(attacked->id, self ? self : "", self ? sizeof attacked->id - 1 : 1);
    } else if (is_type(text, size, "error")) {
        attacker->refused++;
    }
    if (attacker->attack->on_message) {
        attacker->attack->on_message(attacker, conn, text, size);
    }
}

/* Reads the response to the request, and frames behind it. Returns how much that was. */
static size_t read_frames(struct attacker *attacker, struct conn *conn, const char *bytes,
                          size_t size)
{
    struct attacked *attacked = attacker_of(attacker, conn);
    size_t at = 0;
    if (!attacked->is_upgraded) {
        int status = 0;
        at = websocket_response(bytes, size, &status);
        if (at > 0) {
            attacker->statuses[status > 0 && status < 600 ? status : 0]++;
            attacked->is_upgraded = status == 101;
        }
    }
    while (attacked->is_upgraded) {
        size_t payload_size = 0;
        size_t whole = 0;
        const char *payload = websocket_payload(bytes + at, size - at, &payload_size, &whole);
        if (!payload) {
            return at;
        }
        const unsigned opcode = (unsigned char)bytes[at] & 0x0f;
        if (opcode == OPCODE_TEXT) {
            on_message(attacker, conn, payload, payload_size);
        } else if (opcode == OPCODE_CLOSE) {
            net_close(&attacker->net, conn); /* and soon again */
        }
        at += whole;
        if (conn->state != CONN_OPEN) {
            return at;
        }
    }
    return at > 0 ? size : 0;
}

static void on_open(struct net *net, struct conn *conn)
{
    struct attacker *attacker = net->user;
    *attacker_of(attacker, conn) = (struct attacked){.step = 0};
    if (attacker->attack->on_open) {
        attacker->attack->on_open(attacker, conn);
    }
}

static size_t on_bytes(struct net *net, struct conn *conn, const char *bytes, size_t size)
{
    struct attacker *attacker = net->user;
    if (attacker->attack->on_bytes) {
        attacker->attack->on_bytes(attacker, conn, bytes, size);
        return size;
    }
    return read_frames(attacker, conn, bytes, size);
}

/* What comes before */

/* Writes a ClientHello as a browser might send it, once; it is replayed. */
static void record_hello(struct attacker *attacker)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    check(context != NULL, "SSL_CTX_new");
    SSL *ssl = SSL_new(context);
    BIO *out = BIO_new(BIO_s_mem());
    BIO *in = BIO_new(BIO_s_mem());
    check(ssl && in && out, "SSL_new");
    SSL_set_bio(ssl, in, out); /* which owns them now */
    (void)SSL_connect(ssl);    /* fails for want of an answer */
    attacker->hello = malloc(HELLO_SIZE_MAX);
    check(attacker->hello, "memory");
    const int size = BIO_read(out, attacker->hello, HELLO_SIZE_MAX);
    check(size > 0, "ClientHello");
    attacker->hello_size = (size_t)size;
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static void read_lines(struct attacker *attacker, const char *name)
{
    char line[TEXT_SIZE_MAX];
    FILE *file = fopen(name, "r");
    check(file != NULL, name);
    while (attacker->lines_count < LINES_MAX && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        attacker->lines[attacker->lines_count++] = strdup(line);
    }
    (void)fclose(file); /* was only read */
    check(attacker->lines_count > 0, name);
}

/* The attack */

/* Opens what is closed, at the rate that is wanted. `at` goes round. */
static void open_more(struct attacker *attacker, uint64_t since_ns, uint64_t *opens, size_t *at)
{
    struct net *net = &attacker->net;
    const double seconds = (double)(net->now_ns - since_ns) / (double)NS_PER_S;
    for (size_t i = 0; i < net->conns_count && net->opening_count < OPENING_MAX; i++) {
        struct conn *conn = &net->conns[(*at)++ % net->conns_count];
        if (attacker->opens_per_s > 0 &&
            (double)*opens >= seconds * (double)attacker->opens_per_s) {
            return;
        }
        if (conn->state == CONN_CLOSED) {
            net_open(net, conn);
            ++*opens;
        }
    }
}

/* Visits each connection once in every `tick_ms`, a part of them at a time. */
static void tick(struct attacker *attacker, uint64_t since_ns, uint64_t *ticks)
{
    struct net *net = &attacker->net;
    const uint64_t tick_ns = (uint64_t)attacker->attack->tick_ms * NS_PER_MS;
    if (tick_ns == 0) {
        return;
    }
    const uint64_t due = (net->now_ns - since_ns) / (tick_ns / net->conns_count + 1);
    if (due > *ticks + net->conns_count) {
        *ticks = due - net->conns_count; /* this machine is too slow for all of them */
    }
    for (; *ticks < due; ++*ticks) {
        struct conn *conn = &net->conns[*ticks % net->conns_count];
        if (conn->state == CONN_OPEN) {
            attacker->attack->on_tick(attacker, conn);
        }
    }
}

static void run(struct attacker *attacker)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    const uint64_t since_ns = clock_ns();
    uint64_t opens = 0;
    uint64_t ticks = 0;
    size_t at = 0;
    while (poll(&in, 1, 0) == 0) {
        open_more(attacker, since_ns, &opens, &at);
        net_poll(&attacker->net, 1);
        tick(attacker, since_ns, &ticks);
    }
}

static void report(const struct attacker *attacker)
{
    const struct net *net = &attacker->net;
    (void)printf("{\"event\":\"attack\",\"opened\":%" PRIu64 ",\"open\":%zu,\"closed\":%" PRIu64
                 ",\"unanswered\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"received\":%" PRIu64
                 ",\"joined\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"statuses\":{",
                 net->opened, net->open_count, net->closed, net->unreachable, net->bytes_out,
                 net->bytes_in, attacker->joined, attacker->refused);
    const char *comma = "";
    for (int i = 0; i < 600; i++) {
        if (attacker->statuses[i] > 0) {
            (void)printf("%s\"%d\":%" PRIu64, comma, i, attacker->statuses[i]);
            comma = ",";
        }
    }
    (void)puts("}}");
}

static const struct attack *find_attack(const char *name)
{
    for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
        if (strcmp(attacks[i]->name, name) == 0) {
            return attacks[i];
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"width", 1, NULL, 'w'}, {"from", 1, NULL, 'f'},        {"addresses", 1, NULL, 'a'},
        {"room", 1, NULL, 'r'},  {"path", 1, NULL, 'p'},        {"lines", 1, NULL, 'l'},
        {"tls", 0, NULL, 's'},   {"opens-per-s", 1, NULL, 'o'}, {NULL, 0, NULL, 0}};
    static struct attacker attacker = {
        .room = "tea", .path = "/large.bin", .random = 0x9e3779b97f4a7c15};
    const char *from = NULL;
    unsigned addresses = 1;
    size_t width = 0;
    bool is_secure = false;
    for (int option = 0; (option = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
        switch (option) {
        case 'w': width = strtoul(optarg, NULL, 10); break;
        case 'f': from = optarg; break;
        case 'a': addresses = (unsigned)strtoul(optarg, NULL, 10); break;
        case 'r': attacker.room = optarg; break;
        case 'p': attacker.path = optarg; break;
        case 'l': read_lines(&attacker, optarg); break;
        case 's': is_secure = true; break;
        case 'o': attacker.opens_per_s = strtoul(optarg, NULL, 10); break;
        default: return 2;
        }
    }
    attacker.attack = optind + 2 == argc ? find_attack(argv[optind]) : NULL;
    check(attacker.attack != NULL, "attack NAME ADDRESS:PORT [options]");
    check(attacker.attack != &attack_forgeries || attacker.lines_count > 0, "--lines");
    net_init(&attacker.net, argv[optind + 1], from, addresses, is_secure,
             width > 0 ? width : attacker.attack->width);
    attacker.net.user = &attacker;
    attacker.net.handlers = (struct net_handlers){on_open, on_bytes, NULL};
    attacker.attacked = calloc(attacker.net.conns_count, sizeof *attacker.attacked);
    check(attacker.attacked, "memory");
    record_hello(&attacker);
    run(&attacker);
    report(&attacker);
    net_free(&attacker.net);
    for (size_t i = 0; i < attacker.lines_count; i++) {
        free(attacker.lines[i]);
    }
    free(attacker.attacked);
    free(attacker.hello);
    return 0;
}
