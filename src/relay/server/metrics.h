/* metrics.h - what the relay has done and how it is, for monitoring. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_METRICS_H
#define PF_RELAY_SERVER_METRICS_H

#include "base/buffer.h"
#include "relay/cluster/cluster.h"
#include "relay/hub/hub.h"
#include "relay/server/redis_servers.h"

#include <stddef.h>
#include <stdint.h>

enum {
    PF_METRICS_TIME_BUCKETS = 10, /* and one more without a bound */
    PF_METRICS_STATUSES = 20,
    PF_METRICS_TEXT_SIZE_MAX = 24576,
};

/* Counters since the start; whoever does what is counted adds to them. */
struct pf_metrics {
    uint64_t accepted;                      /* connections */
    uint64_t texts_received, texts_sent;    /* messages of the hub's clients */
    uint64_t bytes_received, bytes_sent;    /* of plaintext, where there is TLS */
    uint64_t handshakes, handshakes_failed; /* of TLS */
    uint64_t refused_connections, refused_joins, refused_bytes; /* for their address */
    uint16_t statuses[PF_METRICS_STATUSES];                     /* of responses that refuse */
    uint64_t status_counts[PF_METRICS_STATUSES];
    uint64_t iterations[PF_METRICS_TIME_BUCKETS + 1]; /* of the event loop, by their time */
    uint64_t iterations_ns;
};

/* The values of now. */
struct pf_metrics_now {
    size_t connections, clients, addresses;
    uint32_t is_ready;
    const struct pf_hub *hub;
    const struct pf_cluster *cluster;      /* NULL: there is none, and nothing about it */
    const struct pf_redis_servers *stores; /* of the cluster */
};

/* Counts a response with that status. */
void pf_metrics_refuse(struct pf_metrics *metrics, uint16_t status);

/* Counts one iteration of the event loop, from epoll's report to the last write. */
void pf_metrics_iteration(struct pf_metrics *metrics, uint64_t ns);

/* Appends all of it in Prometheus' text format, version 0.0.4. */
void pf_metrics_write(const struct pf_metrics *metrics, const struct pf_metrics_now *now,
                      struct pf_buffer *out);

#endif
