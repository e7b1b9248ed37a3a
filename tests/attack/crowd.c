/* crowd.c - honest people: they join rooms, talk, and notice every message that does not come. */
/* SPDX-License-Identifier: MIT */
/*
 * crowd ADDRESS:PORT --people 200 --talkers 100 opens one WebSocket for each of them, joins rooms
 * of
 * `--room-size`, and says so. The talkers send numbered messages to whoever sits next to them, who
 * sends each back; the time until then is the latency. Those of `--returning` have been there
 * before, and come with the tickets that they got then.
 *
 * It prints one JSON object a line, and takes orders on stdin: any word begins a phase of that name
 * and reports the one before; the end of stdin ends all.
 */
#include "histogram.h"
#include "net.h"
#include "websocket.h"

#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ID_SIZE = 17,
    TICKET_SIZE = 257,
    MESSAGE_SIZE_MAX = 4096,
    OPENING_MAX = 100, /* at the same time */
    PATIENCE_S = 5,    /* for the last messages */
    COMPLAINTS_MAX = 5,
    NS_PER_MS = 1000000,
};

enum person_state {
    PERSON_OUTSIDE,
    PERSON_COMING, /* connects, or has sent `join` */
    PERSON_INSIDE,
    PERSON_LEAVING, /* has got a ticket, and comes back later */
    PERSON_LOST,
};

struct person {
    enum person_state state;
    char id[ID_SIZE], ticket[TICKET_SIZE];
    bool is_upgraded;
    uint64_t said, answered; /* the last numbers as a talker */
    uint64_t heard;          /* the last number of the one who talks to this person */
};

struct phase {
    char name[32];
    uint64_t since_ns, sent, received;
    struct histogram latency;
};

struct crowd {
    struct net net;
    struct person *people;
    size_t people_count, talkers_count, room_size, returning_count, message_size;
    unsigned interval_ms;
    const char *token, *rooms;
    struct histogram joining; /* from connect() to `joined` */
    struct phase phase;
    size_t inside_count, lost_count, opened_count, coming_count;
    bool is_talking;
    uint64_t talk_since_ns, talk_turn; /* turn t is due at since + t * interval / talkers */
    uint64_t missing, repeated;        /* messages, of all phases */
    unsigned complaints;
};

static struct crowd *crowd_of(struct net *net)
{
    return net->user;
}

/* The index of the talker of that number: they are spread evenly over the rooms. */
static size_t talker(const struct crowd *crowd, uint64_t number)
{
    return (size_t)(number * crowd->people_count / crowd->talkers_count);
}

/* Whoever sits next to that person, in the same room. */
static size_t neighbour(const struct crowd *crowd, size_t index)
{
    const size_t first = index - index % crowd->room_size;
    const size_t left = crowd->people_count - first;
    const size_t size = left < crowd->room_size ? left : crowd->room_size;
    return first + (index - first + 1) % size;
}

static void complain(struct crowd *crowd, size_t index, const char *what, const char *bytes,
                     size_t size)
{
    if (crowd->complaints++ < COMPLAINTS_MAX) {
        (void)fprintf(stderr, "crowd: person %zu: %s %.*s\n", index, what, (int)size, bytes);
    }
}

/* Messages */

static void join(struct crowd *crowd, struct conn *conn)
{
    const struct person *person = &crowd->people[conn->index];
    char text[MESSAGE_SIZE_MAX];
    (void)snprintf(text, sizeof text,
                   "{\"type\":\"join\",\"room\":\"%s%zu\",\"name\":\"%" PRIu32
                   "\",\"instance\":%" PRIu32 "%s%s%s%s%s%s}",
                   crowd->rooms, conn->index / crowd->room_size, conn->index, conn->index + 1,
                   person->ticket[0] ? ",\"ticket\":\"" : "", person->ticket,
                   person->ticket[0] ? "\"" : "", crowd->token ? ",\"token\":\"" : "",
                   crowd->token ? crowd->token : "", crowd->token ? "\"" : "");
    websocket_send_text(&crowd->net, conn, text);
}

static void say(struct crowd *crowd, size_t from, const char *to, uint64_t number, uint64_t at_ns,
                bool is_echo)
{
    char text[MESSAGE_SIZE_MAX];
    int size = snprintf(text, sizeof text,
                        "{\"type\":\"signal\",\"to\":\"%s\",\"n\":%" PRIu64 ",\"at\":%" PRIu64
                        "%s,\"pad\":\"",
                        to, number, at_ns, is_echo ? ",\"echo\":1" : "");
    while ((size_t)size < crowd->message_size - 2) {
        text[size++] = 'x';
    }
    memcpy(text + size, "\"}", 3);
    websocket_send_text(&crowd->net, &crowd->net.conns[from], text);
}

static void copy_until_quote(char *out, size_t out_size, const char *from, const char *end)
{
    size_t size = 0;
    while (from && from < end && *from != '"' && size < out_size - 1) {
        out[size++] = *from++;
    }
    out[size] = '\0';
}

static void on_joined(struct crowd *crowd, struct conn *conn, const char *bytes, size_t size)
{
    struct person *person = &crowd->people[conn->index];
    const char *end = bytes + size;
    const bool comes_back = person->ticket[0] != '\0';
    copy_until_quote(person->id, sizeof person->id, find_after(bytes, size, "\"self\":\""), end);
    copy_until_quote(person->ticket, sizeof person->ticket,
                     find_after(bytes, size, "\"ticket\":\""), end);
    crowd->coming_count--;
    if (!comes_back && conn->index >= crowd->people_count - crowd->returning_count) {
        person->state = PERSON_LEAVING;
        websocket_send_text(&crowd->net, conn, "{\"type\":\"leave\"}");
        return;
    }
    if (comes_back && !find_after(bytes, size, "\"resumed\":true")) {
        complain(crowd, conn->index, "was not recognised", "", 0);
    }
    person->state = PERSON_INSIDE;
    crowd->inside_count++;
    histogram_add(&crowd->joining, clock_ns() - conn->opening_ns);
}

static uint64_t number_after(const char *bytes, size_t size, const char *text)
{
    const char *at = find_after(bytes, size, text);
    return at ? strtoull(at, NULL, 10) : 0;
}

/* Counts what is missing before that number, or has come before. */
static void compare_number(struct crowd *crowd, uint64_t *last, uint64_t number)
{
    if (number > *last) {
        crowd->missing += number - *last - 1;
        *last = number;
    } else {
        crowd->repeated++;
    }
}

static void on_signal(struct crowd *crowd, struct conn *conn, const char *bytes, size_t size)
{
    struct person *person = &crowd->people[conn->index];
    const uint64_t number = number_after(bytes, size, "\"n\":");
    const uint64_t at_ns = number_after(bytes, size, "\"at\":");
    if (find_after(bytes, size, "\"echo\":1")) {
        compare_number(crowd, &person->answered, number);
        crowd->phase.received++;
        histogram_add(&crowd->phase.latency, clock_ns() - at_ns);
        return;
    }
    char from[ID_SIZE];
    compare_number(crowd, &person->heard, number);
    copy_until_quote(from, sizeof from, find_after(bytes, size, "\"from\":\""), bytes + size);
    say(crowd, conn->index, from, number, at_ns, true);
}

static void on_text(struct crowd *crowd, struct conn *conn, const char *bytes, size_t size)
{
    if (find_after(bytes, size, "\"type\":\"signal\"")) {
        on_signal(crowd, conn, bytes, size);
    } else if (find_after(bytes, size, "\"type\":\"ping\"")) {
        websocket_send_text(&crowd->net, conn, "{\"type\":\"pong\"}");
    } else if (find_after(bytes, size, "\"type\":\"hello\"")) {
        join(crowd, conn);
    } else if (find_after(bytes, size, "\"type\":\"joined\"")) {
        on_joined(crowd, conn, bytes, size);
    } else if (find_after(bytes, size, "\"type\":\"error\"")) {
        complain(crowd, conn->index, "got", bytes, size);
    }
}

/* Connections */

static void on_open(struct net *net, struct conn *conn)
{
    crowd_of(net)->people[conn->index].is_upgraded = false;
    net_send(net, conn, websocket_request, strlen(websocket_request));
}

static void on_close(struct net *net, struct conn *conn);

static size_t on_bytes(struct net *net, struct conn *conn, const char *bytes, size_t size)
{
    struct crowd *crowd = crowd_of(net);
    struct person *person = &crowd->people[conn->index];
    size_t at = 0;
    if (!person->is_upgraded) {
        int status = 0;
        at = websocket_response(bytes, size, &status);
        person->is_upgraded = at > 0 && status == 101;
        if (!person->is_upgraded) {
            if (at > 0) {
                complain(crowd, conn->index, "got", bytes, size);
            }
            return 0;
        }
    }
    for (;;) {
        size_t payload_size = 0;
        size_t whole = 0;
        const char *payload = websocket_payload(bytes + at, size - at, &payload_size, &whole);
        if (!payload) {
            return at;
        }
        const unsigned opcode = (unsigned char)bytes[at] & 0x0f;
        if (opcode == OPCODE_CLOSE) {
            net_close(net, conn);
            on_close(net, conn);
            return size;
        }
        if (opcode == OPCODE_TEXT) {
            on_text(crowd, conn, payload, payload_size);
        }
        at += whole;
    }
}

static void on_close(struct net *net, struct conn *conn)
{
    struct crowd *crowd = crowd_of(net);
    struct person *person = &crowd->people[conn->index];
    if (person->state == PERSON_LEAVING) {
        person->state = PERSON_OUTSIDE;
        return;
    }
    crowd->inside_count -= person->state == PERSON_INSIDE ? 1 : 0;
    crowd->coming_count -= person->state == PERSON_COMING ? 1 : 0;
    person->state = PERSON_LOST;
    crowd->lost_count++;
    complain(crowd, conn->index, "lost the connection", "", 0);
}

/* Opens those from `first` on, so many at a time, until all are inside or lost. */
static void open_all(struct crowd *crowd, size_t first)
{
    size_t at = first;
    bool all_settled = false;
    while (!all_settled) {
        while (at < crowd->people_count && crowd->coming_count < OPENING_MAX) {
            crowd->people[at].state = PERSON_COMING;
            crowd->coming_count++;
            net_open(&crowd->net, &crowd->net.conns[at++]);
        }
        net_poll(&crowd->net, 10);
        all_settled = at == crowd->people_count && crowd->coming_count == 0;
        for (size_t i = first; all_settled && i < crowd->people_count; i++) {
            all_settled = crowd->people[i].state != PERSON_LEAVING;
        }
    }
}

/* Talking */

static void talk(struct crowd *crowd)
{
    const uint64_t interval_ns = (uint64_t)crowd->interval_ms * NS_PER_MS;
    while (crowd->is_talking) {
        const uint64_t due_ns =
            crowd->talk_since_ns + crowd->talk_turn * interval_ns / crowd->talkers_count;
        if (clock_ns() < due_ns) {
            break;
        }
        const size_t index = talker(crowd, crowd->talk_turn++ % crowd->talkers_count);
        struct person *person = &crowd->people[index];
        if (person->state == PERSON_INSIDE) {
            const char *to = crowd->people[neighbour(crowd, index)].id;
            say(crowd, index, to, ++person->said, clock_ns(), false);
            crowd->phase.sent++;
        }
    }
    net_flush(&crowd->net);
}

static void report_phase(struct crowd *crowd)
{
    const struct histogram *latency = &crowd->phase.latency;
    const double seconds = (double)(clock_ns() - crowd->phase.since_ns) / 1e9;
    (void)printf("{\"event\":\"phase\",\"name\":\"%s\",\"seconds\":%.2f,\"sent\":%" PRIu64
                 ",\"received\":%" PRIu64 ",\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f,"
                 "\"lost\":%zu}\n",
                 crowd->phase.name, seconds, crowd->phase.sent, crowd->phase.received,
                 histogram_ms(latency, 0.5), histogram_ms(latency, 0.99),
                 histogram_ms(latency, 0.999), (double)latency->max_ns / (double)NS_PER_MS,
                 crowd->lost_count);
    (void)fflush(stdout);
}

static void begin_phase(struct crowd *crowd, const char *name)
{
    crowd->phase = (struct phase){.since_ns = clock_ns()};
    (void)snprintf(crowd->phase.name, sizeof crowd->phase.name, "%s", name);
}

/* False at the end of stdin. */
static bool take_order(struct crowd *crowd)
{
    char line[64] = "";
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&in, 1, 0) <= 0) {
        return true;
    }
    const ssize_t got = read(STDIN_FILENO, line, sizeof line - 1); /* an order comes alone */
    if (got <= 0) {
        return false;
    }
    line[strcspn(line, "\n")] = '\0';
    report_phase(crowd);
    begin_phase(crowd, line);
    return true;
}

/* Waits for the answers that are under way, and counts those that do not come. */
static uint64_t count_unanswered(struct crowd *crowd)
{
    const uint64_t end_ns = clock_ns() + (uint64_t)PATIENCE_S * 1000 * NS_PER_MS;
    uint64_t count = 1;
    while (count > 0 && clock_ns() < end_ns) {
        net_poll(&crowd->net, 10);
        count = 0;
        for (size_t i = 0; i < crowd->people_count; i++) {
            count += crowd->people[i].said - crowd->people[i].answered;
        }
    }
    return count;
}

static void run(struct crowd *crowd)
{
    if (crowd->returning_count > 0) {
        open_all(crowd, crowd->people_count - crowd->returning_count);
    }
    const uint64_t start_ns = clock_ns();
    crowd->joining = (struct histogram){.count = 0};
    open_all(crowd, 0);
    const double seconds = (double)(clock_ns() - start_ns) / 1e9;
    (void)printf("{\"event\":\"ready\",\"inside\":%zu,\"lost\":%zu,\"seconds\":%.2f,"
                 "\"perSecond\":%.0f,\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f}\n",
                 crowd->inside_count, crowd->lost_count, seconds,
                 (double)crowd->inside_count / seconds, histogram_ms(&crowd->joining, 0.5),
                 histogram_ms(&crowd->joining, 0.99),
                 (double)crowd->joining.max_ns / (double)NS_PER_MS);
    (void)fflush(stdout);
    crowd->is_talking = crowd->talkers_count > 0 && crowd->interval_ms > 0;
    crowd->talk_since_ns = clock_ns();
    begin_phase(crowd, "begin");
    while (take_order(crowd)) {
        net_poll(&crowd->net, 1);
        talk(crowd);
    }
    report_phase(crowd);
    const uint64_t unanswered = count_unanswered(crowd);
    (void)printf("{\"event\":\"end\",\"inside\":%zu,\"lost\":%zu,\"missing\":%" PRIu64
                 ",\"repeated\":%" PRIu64 "}\n",
                 crowd->inside_count, crowd->lost_count, crowd->missing + unanswered,
                 crowd->repeated);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"people", 1, NULL, 'n'},      {"talkers", 1, NULL, 't'},   {"room-size", 1, NULL, 'r'},
        {"interval-ms", 1, NULL, 'i'}, {"size", 1, NULL, 's'},      {"from", 1, NULL, 'f'},
        {"addresses", 1, NULL, 'a'},   {"returning", 1, NULL, 'b'}, {"token", 1, NULL, 'k'},
        {"rooms", 1, NULL, 'o'},       {"tls", 0, NULL, 'l'},       {NULL, 0, NULL, 0}};
    static struct crowd crowd = {
        .people_count = 200, .room_size = 2, .interval_ms = 100, .message_size = 200, .rooms = ""};
    const char *from = NULL;
    unsigned addresses = 1;
    bool is_secure = false;
    for (int option = 0; (option = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
        switch (option) {
        case 'n': crowd.people_count = strtoul(optarg, NULL, 10); break;
        case 't': crowd.talkers_count = strtoul(optarg, NULL, 10); break;
        case 'r': crowd.room_size = strtoul(optarg, NULL, 10); break;
        case 'i': crowd.interval_ms = (unsigned)strtoul(optarg, NULL, 10); break;
        case 's': crowd.message_size = strtoul(optarg, NULL, 10); break;
        case 'f': from = optarg; break;
        case 'a': addresses = (unsigned)strtoul(optarg, NULL, 10); break;
        case 'b': crowd.returning_count = strtoul(optarg, NULL, 10); break;
        case 'k': crowd.token = optarg; break;
        case 'o': crowd.rooms = optarg; break;
        case 'l': is_secure = true; break;
        default: return 2;
        }
    }
    check(optind + 1 == argc && crowd.message_size < MESSAGE_SIZE_MAX && crowd.room_size > 1 &&
              crowd.people_count > 0,
          "crowd ADDRESS:PORT [options]");
    net_init(&crowd.net, argv[optind], from, addresses, is_secure, crowd.people_count);
    crowd.net.user = &crowd;
    crowd.net.handlers = (struct net_handlers){on_open, on_bytes, on_close};
    crowd.people = calloc(crowd.people_count, sizeof *crowd.people);
    check(crowd.people, "memory");
    run(&crowd);
    net_free(&crowd.net);
    free(crowd.people);
    return 0;
}
