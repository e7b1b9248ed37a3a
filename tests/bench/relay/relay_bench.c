/* relay_bench.c - what a relayed message costs the relay, beside what it costs to move its bytes.
 */
/* SPDX-License-Identifier: MIT */
/*
 * relay_bench PROGRAM runs the relay and, in turn with it, the floor: a process that hands the
 * bytes of one TCP connection to another and looks at none of them. Pairs of members keep a number
 * of messages under way. Printed is the processor time of the server per message, the median of all
 * rounds, and the median of the ratios within a round; times drift with the machine, ratios do not.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PAIRS = 4,
    ROUNDS = 7,
    MESSAGES = 20000, /* of one round */
    WINDOW_MAX = 16,
    MESSAGE_SIZE_MAX = 4096,
    FRAME_SIZE_MAX = MESSAGE_SIZE_MAX + 8,
    BUFFER_SIZE = 1 << 17,
    FD_MAX = 1024,
    ID_DIGITS = 16,
    FROM_SIZE = 26, /* what the relay adds to a message */
};

struct load {
    size_t size; /* of a message */
    size_t window;
};

struct server {
    pid_t pid;
    uint16_t port;
    bool is_relay;
};

struct pair {
    int from, to;
    char frames[WINDOW_MAX * FRAME_SIZE_MAX]; /* the same message, as often as the window */
    size_t frame_size;                        /* as sent */
    size_t received_size;                     /* the same message as it arrives */
    size_t received;                          /* bytes of the next one that have come */
};

static void check(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(EXIT_FAILURE);
    }
}

static int connect_to(uint16_t port)
{
    const int one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0, "TCP_NODELAY");
    return fd;
}

static void write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t put = send(fd, bytes, size, MSG_NOSIGNAL);
        check(put > 0, "send");
        bytes += put;
        size -= (size_t)put;
    }
}

/* The floor */

static void forward(int from, int to, char *buffer)
{
    const ssize_t got = recv(from, buffer, BUFFER_SIZE, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        _exit(EXIT_SUCCESS); /* the round has ended */
    }
    if (got > 0) {
        write_all(to, buffer, (size_t)got);
    }
}

/* Each two connections, in the order in which they come, are joined. */
static void run_floor(int listener)
{
    static char buffer[BUFFER_SIZE];
    const int epoll_fd = epoll_create1(0);
    int partners[FD_MAX] = {0};
    int waiting = -1;
    struct epoll_event events[64];
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = listener};
    check(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &wanted) == 0, "epoll_ctl");
    for (;;) {
        const int count = epoll_wait(epoll_fd, events, 64, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd != listener) {
                forward(events[i].data.fd, partners[events[i].data.fd], buffer);
                continue;
            }
            const int one = 1;
            const int fd = accept(listener, NULL, NULL);
            check(fd >= 0 && fd < FD_MAX, "accept");
            check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0, "TCP_NODELAY");
            wanted.data.fd = fd;
            check(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &wanted) == 0, "epoll_ctl");
            partners[fd] = waiting;
            if (waiting >= 0) {
                partners[waiting] = fd;
            }
            waiting = waiting >= 0 ? -1 : fd;
        }
    }
}

static struct server start_floor(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(bind(listener, (struct sockaddr *)&address, sizeof address) == 0, "bind");
    check(listen(listener, 64) == 0, "listen");
    check(getsockname(listener, (struct sockaddr *)&address, &size) == 0, "getsockname");
    const pid_t pid = fork();
    check(pid >= 0, "fork");
    if (pid == 0) {
        run_floor(listener);
    }
    check(close(listener) == 0, "close");
    return (struct server){.pid = pid, .port = ntohs(address.sin_port)};
}

/* The relay */

static struct server start_relay(char *program)
{
    int pipe_fds[2];
    char line[512];
    unsigned port = 0;
    check(pipe(pipe_fds) == 0, "pipe");
    const pid_t pid = fork();
    check(pid >= 0, "fork");
    if (pid == 0) {
        char *const arguments[] = {program,      "--address", "127.0.0.1",  "--port",
                                   "0",          "--burst",   "1000000000", "--rate",
                                   "1000000000", "--ping-ms", "3600000",    NULL};
        check(dup2(pipe_fds[1], STDOUT_FILENO) >= 0, "dup2");
        execv(program, arguments);
        check(false, program);
    }
    check(close(pipe_fds[1]) == 0, "close");
    FILE *said = fdopen(pipe_fds[0], "r");
    check(said && fgets(line, sizeof line, said), "the relay did not start");
    check(sscanf(line, "%*[^:]: %*[^:]:%*[^:]:%u/", &port) == 1, "the relay did not say where");
    return (struct server){.pid = pid, .port = (uint16_t)port, .is_relay = true};
}

/* A masked text frame; the mask is zero, so that the payload stays as it is. Returns its size. */
static size_t put_frame(char *out, const char *text, size_t size)
{
    size_t at = 2;
    out[0] = (char)0x81;
    if (size < 126) {
        out[1] = (char)(0x80 | size);
    } else {
        out[1] = (char)(0x80 | 126);
        out[2] = (char)(size >> 8);
        out[3] = (char)(size & 0xff);
        at = 4;
    }
    memset(out + at, 0, 4);
    memcpy(out + at + 4, text, size);
    return at + 4 + size;
}

/* Waits until the text has come and returns what follows it. */
static const char *await(int fd, char *buffer, size_t *used, const char *text)
{
    for (;;) {
        const char *found = *used > 0 ? memmem(buffer, *used, text, strlen(text)) : NULL;
        if (found) {
            return found + strlen(text);
        }
        const ssize_t got = recv(fd, buffer + *used, BUFFER_SIZE - *used, 0);
        check(got > 0, text);
        *used += (size_t)got;
    }
}

/* Joins a room of that number and learns the id. */
static int join(const struct server *server, int room, char id[ID_DIGITS + 1])
{
    static char buffer[BUFFER_SIZE];
    static const char handshake[] =
        "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: peerface.v1\r\n\r\n";
    char text[128];
    char frame[256];
    size_t used = 0;
    const int fd = connect_to(server->port);
    write_all(fd, handshake, sizeof handshake - 1);
    (void)await(fd, buffer, &used, "\"graceMs\":"); /* only that it comes matters */
    const int size =
        snprintf(text, sizeof text,
                 "{\"type\":\"join\",\"room\":\"%d\",\"name\":\"\",\"instance\":1}", room);
    write_all(fd, frame, put_frame(frame, text, (size_t)size));
    const char *self = await(fd, buffer, &used, "\"self\":\"");
    (void)await(fd, buffer, &used, "\"members\":"); /* as above */
    memcpy(id, self, ID_DIGITS);
    id[ID_DIGITS] = '\0';
    return fd;
}

/* Measuring */

static void open_pair(struct pair *pair, const struct server *server, const struct load *load,
                      int room)
{
    char text[MESSAGE_SIZE_MAX];
    char from[ID_DIGITS + 1];
    char to[ID_DIGITS + 1] = "0000000000000000";
    if (server->is_relay) {
        pair->from = join(server, room, from);
        pair->to = join(server, room, to);
    } else {
        pair->from = connect_to(server->port);
        pair->to = connect_to(server->port);
    }
    memset(text, 'x', sizeof text);
    const int head = snprintf(text, sizeof text, "{\"type\":\"signal\",\"to\":\"%s\",\"x\":\"", to);
    text[head] = 'x';
    memcpy(text + load->size - 2, "\"}", 2);
    for (size_t i = 0; i < load->window; i++) {
        pair->frame_size = put_frame(pair->frames + i * pair->frame_size, text, load->size);
    }
    pair->received_size = server->is_relay ? pair->frame_size - 4 + FROM_SIZE : pair->frame_size;
    pair->received = 0;
}

/* Takes what has come and sends as many messages again. Returns how many that were. */
static size_t exchange(struct pair *pair, char *buffer)
{
    const ssize_t got = recv(pair->to, buffer, BUFFER_SIZE, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) {
        return 0;
    }
    check(got > 0, "recv");
    pair->received += (size_t)got;
    const size_t count = pair->received / pair->received_size;
    pair->received %= pair->received_size;
    write_all(pair->from, pair->frames, count * pair->frame_size);
    return count;
}

static double cpu_us(const struct server *server)
{
    clockid_t clock;
    struct timespec time;
    check(clock_getcpuclockid(server->pid, &clock) == 0 && clock_gettime(clock, &time) == 0,
          "the server's time");
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* Rooms are new in each round: the members of the last one may still be waited for. */
static double measure(const struct server *server, const struct load *load, int round)
{
    static struct pair pairs[PAIRS];
    static char buffer[BUFFER_SIZE];
    struct pollfd polled[PAIRS];
    size_t count = 0;
    for (int i = 0; i < PAIRS; i++) {
        open_pair(&pairs[i], server, load, round * PAIRS + i);
        polled[i] = (struct pollfd){.fd = pairs[i].to, .events = POLLIN};
    }
    const double start_us = cpu_us(server);
    for (int i = 0; i < PAIRS; i++) {
        write_all(pairs[i].from, pairs[i].frames, load->window * pairs[i].frame_size);
    }
    while (count < MESSAGES) {
        check(poll(polled, PAIRS, 5000) > 0, "the server is silent");
        for (int i = 0; i < PAIRS; i++) {
            if (polled[i].revents != 0) {
                count += exchange(&pairs[i], buffer);
            }
        }
    }
    const double used_us = cpu_us(server) - start_us;
    for (int i = 0; i < PAIRS; i++) {
        check(close(pairs[i].from) == 0 && close(pairs[i].to) == 0, "close");
    }
    return used_us / (double)count;
}

static int compare(const void *a, const void *b)
{
    const double difference = *(const double *)a - *(const double *)b;
    return difference < 0 ? -1 : difference > 0 ? 1 : 0;
}

static double median(double values[ROUNDS])
{
    qsort(values, ROUNDS, sizeof values[0], compare);
    return values[ROUNDS / 2];
}

static void compare_under(const struct load *load, char *program)
{
    double floor_us[ROUNDS];
    double relay_us[ROUNDS];
    double ratios[ROUNDS];
    const struct server relay = start_relay(program);
    for (int i = 0; i < ROUNDS; i++) {
        const struct server floor = start_floor();
        floor_us[i] = measure(&floor, load, i);
        check(waitpid(floor.pid, NULL, 0) == floor.pid, "waitpid");
        relay_us[i] = measure(&relay, load, i);
        ratios[i] = relay_us[i] / floor_us[i];
    }
    check(kill(relay.pid, SIGTERM) == 0, "kill");
    check(waitpid(relay.pid, NULL, 0) == relay.pid, "waitpid");
    (void)printf("| %5zu B, %2zu under way | %5.2f | %5.2f | %4.2f |\n", load->size, load->window,
                 median(floor_us), median(relay_us), median(ratios)); /* to whoever looks */
    (void)fflush(stdout);                                             /* as above */
}

int main(int argc, char **argv)
{
    static const struct load loads[] = {
        {200, 1}, {200, WINDOW_MAX}, {MESSAGE_SIZE_MAX, 1}, {MESSAGE_SIZE_MAX, 4}};
    if (argc != 2) {
        (void)fputs("Usage: relay_bench PROGRAM\n", stderr); /* or nobody */
        return 2;
    }
    (void)puts("| server CPU per message | floor, µs | relay, µs | ratio |\n"
               "|---|---:|---:|---:|"); /* to whoever looks */
    (void)fflush(stdout);               /* or a child would print it again */
    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) {
        compare_under(&loads[i], argv[1]);
    }
    return 0;
}
