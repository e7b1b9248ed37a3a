/* metrics.c - what the relay has done and how it is, for monitoring. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/metrics.h"

#include "base/assert.h"
#include "protocol/message.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const uint64_t time_bounds_us[PF_METRICS_TIME_BUCKETS] = {50,   100,  250,   500,   1000,
                                                                 2500, 5000, 10000, 50000, 250000};

void pf_metrics_refuse(struct pf_metrics *metrics, uint16_t status)
{
    for (size_t i = 0; i < PF_METRICS_STATUSES; i++) {
        if (metrics->statuses[i] == status || metrics->statuses[i] == 0) {
            metrics->statuses[i] = status;
            metrics->status_counts[i]++;
            return;
        }
    }
}

void pf_metrics_iteration(struct pf_metrics *metrics, uint64_t ns)
{
    size_t bucket = 0;
    while (bucket < PF_METRICS_TIME_BUCKETS && ns > time_bounds_us[bucket] * 1000) {
        bucket++;
    }
    metrics->iterations[bucket]++;
    metrics->iterations_ns += ns;
}

/* Of this process; 0 if that is not known. */
static uint64_t resident_bytes(void)
{
    char text[128];
    const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    const ssize_t size = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0) {
        (void)close(fd); /* opened for reading only */
    }
    if (size <= 0) {
        return 0;
    }
    text[size] = '\0';
    char *rest = text;
    (void)strtoul(rest, &rest, 10); /* the whole size comes first */
    return strtoul(rest, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void put(struct pf_buffer *out, const char *text)
{
    pf_buffer_put(out, pf_slice_of(text));
}

static void put_head(struct pf_buffer *out, const char *name, const char *type, const char *help)
{
    put(out, "# HELP peerface_");
    put(out, name);
    put(out, " ");
    put(out, help);
    put(out, "\n# TYPE peerface_");
    put(out, name);
    put(out, " ");
    put(out, type);
    put(out, "\n");
}

/* `labels` is what stands within the braces; NULL: there are none. */
static void put_sample(struct pf_buffer *out, const char *name, const char *labels, uint64_t value)
{
    put(out, "peerface_");
    put(out, name);
    if (labels) {
        put(out, "{");
        put(out, labels);
        put(out, "}");
    }
    put(out, " ");
    pf_buffer_put_u64(out, value);
    put(out, "\n");
}

struct simple {
    const char *name, *type, *help;
    uint64_t value;
};

static void put_rows(struct pf_buffer *out, const struct simple *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_head(out, rows[i].name, rows[i].type, rows[i].help);
        put_sample(out, rows[i].name, NULL, rows[i].value);
    }
}

static void put_simple(struct pf_buffer *out, const struct pf_metrics *metrics,
                       const struct pf_metrics_now *now)
{
    const struct pf_hub_counts counts = pf_hub_counts(now->hub);
    const struct simple rows[] = {
        {"ready", "gauge", "Whether /readyz says yes.", now->is_ready},
        {"connections", "gauge", "Open connections of any kind.", now->connections},
        {"clients", "gauge", "Open WebSockets.", now->clients},
        {"rooms", "gauge", "Rooms.", counts.rooms},
        {"members", "gauge", "Members of rooms, away ones included.", counts.members},
        {"addresses", "gauge", "Network addresses that are remembered.", now->addresses},
        {"resident_memory_bytes", "gauge", "Memory of the process.", resident_bytes()},
        {"connections_accepted_total", "counter", "Connections accepted.", metrics->accepted},
        {"messages_received_total", "counter", "Messages of clients.", metrics->texts_received},
        {"messages_sent_total", "counter", "Messages to clients.", metrics->texts_sent},
        {"signals_total", "counter", "Messages from member to member.", counts.signals},
        {"bytes_received_total", "counter", "Bytes received.", metrics->bytes_received},
        {"bytes_sent_total", "counter", "Bytes accepted by the kernel.", metrics->bytes_sent},
        {"tls_handshakes_total", "counter", "Complete TLS handshakes.", metrics->handshakes},
        {"tls_handshakes_failed_total", "counter", "TLS handshakes that failed or took too long.",
         metrics->handshakes_failed},
    };
    put_rows(out, rows, sizeof rows / sizeof rows[0]);
}

/* Of this relay among others. */
static void put_cluster(struct pf_buffer *out, const struct pf_cluster *cluster)
{
    const struct pf_cluster_counts counts = pf_cluster_counts(cluster);
    const struct simple rows[] = {
        {"visits", "gauge", "Clients of this relay in rooms of other relays.", counts.visits},
        {"waiting", "gauge", "Clients that wait for an answer of Redis.", counts.waiting},
        {"guests", "gauge", "Clients of other relays in rooms of this one.", counts.guests},
        {"trunks", "gauge", "Other relays that messages are exchanged with, for each Redis server.",
         counts.trunks},
        {"rooms_owned", "gauge", "Rooms that this relay owns.", counts.rooms_owned},
        {"published_total", "counter", "Messages to other relays.", counts.published},
        {"heard_total", "counter", "Messages of other relays.", counts.heard},
        {"trunk_resets_total", "counter", "Trunks given up because a message was lost.",
         counts.resets},
        {"rooms_moved_total", "counter", "Rooms that another relay turned out to own.",
         counts.moved},
        {"foreign_total", "counter", "Messages of relays that speak another version.",
         counts.foreign},
    };
    put_rows(out, rows, sizeof rows / sizeof rows[0]);
}

/* One sample for each of them, in the order of the options. */
static void put_stores(struct pf_buffer *out, const struct pf_redis_servers *stores)
{
    static const struct simple rows[] = {
        {"store_up", "gauge", "Whether both connections to a Redis server work.", 0},
        {"store_losses_total", "counter", "How often they were lost.", 0},
        {"store_commands_total", "counter", "Commands to a Redis server.", 0},
        {"store_errors_total", "counter", "Errors that it has replied with.", 0},
    };
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        put_head(out, rows[row].name, rows[row].type, rows[row].help);
        for (size_t i = 0; i < stores->count; i++) {
            const struct pf_redis *redis = &stores->items[i];
            const uint64_t values[] = {redis->state == PF_REDIS_UP, redis->counts.losses,
                                       redis->counts.commands, redis->counts.errors};
            char labels[32];
            (void)snprintf(labels, sizeof labels, "store=\"%zu\"", i); /* it fits */
            put_sample(out, rows[row].name, labels, values[row]);
        }
    }
}

static void put_refusals(struct pf_buffer *out, const struct pf_metrics *metrics,
                         const struct pf_hub *hub)
{
    char labels[64];
    put_head(out, "errors_total", "counter", "Errors sent to clients, by their code.");
    for (int code = 0; code < PF_CODE_OTHER; code++) {
        const char *name = pf_error_code_name((enum pf_error_code)code);
        (void)snprintf(labels, sizeof labels, "code=\"%s\"", name); /* it fits */
        put_sample(out, "errors_total", labels, pf_hub_error_count(hub, (enum pf_error_code)code));
    }
    put_head(out, "http_refusals_total", "counter", "HTTP responses that refuse, by their status.");
    for (size_t i = 0; i < PF_METRICS_STATUSES && metrics->statuses[i] != 0; i++) {
        (void)snprintf(labels, sizeof labels, "status=\"%u\"",
                       (unsigned)metrics->statuses[i]); /* it fits */
        put_sample(out, "http_refusals_total", labels, metrics->status_counts[i]);
    }
    put_head(out, "address_refusals_total", "counter",
             "What was refused because its address had used up its limit.");
    put_sample(out, "address_refusals_total", "what=\"connection\"", metrics->refused_connections);
    put_sample(out, "address_refusals_total", "what=\"join\"", metrics->refused_joins);
    put_sample(out, "address_refusals_total", "what=\"bytes\"", metrics->refused_bytes);
}

static void put_iterations(struct pf_buffer *out, const struct pf_metrics *metrics)
{
    char labels[64];
    char number[64];
    uint64_t count = 0;
    put_head(out, "iteration_seconds", "histogram", "Time of one iteration of the event loop.");
    for (size_t i = 0; i < PF_METRICS_TIME_BUCKETS; i++) {
        count += metrics->iterations[i];
        (void)snprintf(labels, sizeof labels, "le=\"%g\"",
                       (double)time_bounds_us[i] / 1e6); /* it fits */
        put_sample(out, "iteration_seconds_bucket", labels, count);
    }
    count += metrics->iterations[PF_METRICS_TIME_BUCKETS];
    put_sample(out, "iteration_seconds_bucket", "le=\"+Inf\"", count);
    (void)snprintf(number, sizeof number, "peerface_iteration_seconds_sum %.9f\n",
                   (double)metrics->iterations_ns / 1e9); /* it fits */
    put(out, number);
    put_sample(out, "iteration_seconds_count", NULL, count);
}

void pf_metrics_write(const struct pf_metrics *metrics, const struct pf_metrics_now *now,
                      struct pf_buffer *out)
{
    put_simple(out, metrics, now);
    if (now->cluster) {
        put_cluster(out, now->cluster);
        put_stores(out, now->stores);
    }
    put_refusals(out, metrics, now->hub);
    put_iterations(out, metrics);
    PF_ASSERT(!out->overflow);
}
