/* fuzz_http.c - requests are read independently of how they are split, and checked. */
/* SPDX-License-Identifier: MIT */
/*
 * Input: a byte with the number of lengths that follow, the lengths of the pieces, used in turn,
 * and the bytes that a client sends: requests one after another. They arrive whole, byte by byte
 * and in those pieces; as in the relay, the reader gets everything since the last request each
 * time.
 */
#include "fuzz.h"

#include "base/assert.h"
#include "protocol/message.h"
#include "relay/wire/handshake.h"
#include "relay/wire/http.h"

#include <stdlib.h>
#include <string.h>

/* What has been read from one client. */
struct http_reading {
    struct pf_http_request request;
    uint64_t digest; /* of every request, in order */
    size_t taken;    /* of the stream */
    bool ended;      /* nothing more is read */
};

static void digest(struct http_reading *reading, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        reading->digest = (reading->digest ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;
    }
}

static void digest_slice(struct http_reading *reading, struct pf_slice slice)
{
    digest(reading, &slice.size, sizeof slice.size);
    digest(reading, slice.data, slice.size);
}

static void digest_number(struct http_reading *reading, size_t number)
{
    digest(reading, &number, sizeof number);
}

static bool lies_in(struct pf_slice part, struct pf_slice whole)
{
    return part.size == 0 ||
           (part.data >= whole.data && part.data + part.size <= whole.data + whole.size);
}

static size_t count_slashes(struct pf_slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++) {
        count += text.data[i] == '/';
    }
    return count;
}

/* A decoded path does not lead up, out of the folder, or to hidden files. */
static void check_path(struct http_reading *reading)
{
    const struct pf_slice sent = reading->request.path;
    char *path = malloc(PF_HTTP_PATH_SIZE_MAX);
    char *copy = malloc(sent.size); /* exact size, so that a sanitizer reports over-reads */
    PF_ASSERT(path);
    PF_ASSERT(copy);
    memcpy(copy, sent.data, sent.size);
    const bool decoded = pf_http_path_decode((struct pf_slice){copy, sent.size}, path);
    digest_number(reading, decoded);
    if (decoded) {
        PF_ASSERT(memchr(path, '\0', PF_HTTP_PATH_SIZE_MAX));
        PF_ASSERT(path[0] != '/');
        PF_ASSERT(path[0] != '.');
        PF_ASSERT(!strstr(path, "//"));
        PF_ASSERT(!strstr(path, "/."));
        PF_ASSERT(!strchr(path, '\\'));
        PF_ASSERT(count_slashes(pf_slice_of(path)) + 1 == count_slashes(sent));
        digest_slice(reading, pf_slice_of(path));
    }
    free(copy);
    free(path);
}

/* The host name in "scheme://host:port" or "host:port", without a final dot. */
static struct pf_slice name_of(struct pf_slice text)
{
    for (size_t i = 0; i + 3 <= text.size; i++) {
        if (memcmp(text.data + i, "://", 3) == 0) {
            text = (struct pf_slice){text.data + i + 3, text.size - i - 3};
            break;
        }
    }
    size_t size = text.size;
    while (size > 0 && text.data[size - 1] >= '0' && text.data[size - 1] <= '9') {
        size--;
    }
    size = size > 0 && text.data[size - 1] == ':' ? size - 1 : text.size;
    size -= size > 0 && text.data[size - 1] == '.' ? 1 : 0;
    return (struct pf_slice){text.data, size};
}

/* The request has no Origin, the allowed one, or one of the host that it is sent to. */
static bool is_origin_known(const struct pf_http_request *request, struct pf_slice allowed)
{
    const struct pf_slice origin = pf_http_field(request, "origin");
    return !origin.data || pf_http_equal(name_of(origin), name_of(allowed)) ||
           pf_http_equal(name_of(origin), name_of(request->host));
}

static void check_handshake(struct http_reading *reading)
{
    const struct pf_http_request *request = &reading->request;
    const struct pf_slice origins[] = {PF_SLICE("https://a.example")};
    const struct pf_slice any[] = {PF_SLICE("*")};
    const struct pf_origin_rules one_origin = {.allowed = origins, .allowed_count = 1};
    const struct pf_origin_rules any_origin = {.allowed = any, .allowed_count = 1};
    const struct pf_handshake_rules strict = {PF_SUBPROTOCOL, &one_origin};
    const struct pf_handshake_rules loose = {NULL, &any_origin};
    const uint16_t status = pf_handshake_check(request, &strict);
    const uint16_t loose_status = pf_handshake_check(request, &loose);
    PF_ASSERT(status == 101 || status == 400 || status == 403 || status == 405 || status == 426);
    PF_ASSERT(loose_status != 403);
    if (status == 101) {
        PF_ASSERT(loose_status == 101);
        PF_ASSERT(is_origin_known(request, origins[0]));
        PF_ASSERT(pf_http_has_token(request, "sec-websocket-protocol", PF_SUBPROTOCOL));
    }
    if (loose_status == 101) {
        PF_ASSERT(request->method == PF_HTTP_GET);
        PF_ASSERT(request->is_http_1_1);
        PF_ASSERT(pf_http_field_count(request, "host") == 1);
        PF_ASSERT(pf_http_field(request, "sec-websocket-key").size == 24);
    }
    digest_number(reading, status);
    digest_number(reading, loose_status);
}

/* Checks a valid request. */
static void check_request(struct http_reading *reading)
{
    const struct pf_http_request *request = &reading->request;
    PF_ASSERT(request->path.size > 0);
    PF_ASSERT(request->path.data[0] == '/');
    PF_ASSERT(!memchr(request->path.data, '?', request->path.size));
    PF_ASSERT(pf_http_field_count(request, "host") <= 1);
    PF_ASSERT(pf_http_field_count(request, "transfer-encoding") == 0);
    PF_ASSERT(!request->keep_alive || !pf_http_has_token(request, "connection", "close"));
    digest_number(reading, pf_http_accepts_coding(request, "br"));
    digest_number(reading, pf_http_matches_etag(request, PF_SLICE("\"1-2\"")));
    check_path(reading);
    check_handshake(reading);
}

/* Handles a request that was read from `bytes`. */
static void on_request(struct http_reading *reading, struct pf_slice bytes)
{
    const struct pf_http_request *request = &reading->request;
    digest_number(reading, request->status);
    digest_number(reading, (size_t)request->method);
    digest_number(reading, request->keep_alive);
    digest_number(reading, request->is_http_1_1);
    PF_ASSERT(lies_in(request->path, bytes) || pf_slice_equal(request->path, PF_SLICE("/")));
    PF_ASSERT(lies_in(request->query, bytes));
    digest_slice(reading, request->path);
    digest_slice(reading, request->query);
    PF_ASSERT(request->fields_count <= PF_HTTP_FIELDS_MAX);
    for (size_t i = 0; i < request->fields_count; i++) {
        PF_ASSERT(request->fields[i].name.size > 0);
        PF_ASSERT(lies_in(request->fields[i].name, bytes));
        PF_ASSERT(lies_in(request->fields[i].value, bytes));
        digest_slice(reading, request->fields[i].name);
        digest_slice(reading, request->fields[i].value);
    }
    if (request->status == 200) {
        check_request(reading);
    } else {
        PF_ASSERT(request->status >= 400);
        PF_ASSERT(request->status < 600);
        PF_ASSERT(!request->keep_alive);
    }
}

/* Reads as much as possible of the first `arrived` bytes of the stream. */
static void read_arrived(struct http_reading *reading, struct pf_slice stream, size_t arrived)
{
    while (reading->taken < arrived && !reading->ended) {
        const size_t size = arrived - reading->taken;
        char *bytes = malloc(size); /* exact size, so that a sanitizer reports over-reads */
        PF_ASSERT(bytes);
        memcpy(bytes, stream.data + reading->taken, size);
        const size_t taken =
            pf_http_request_read((struct pf_slice){bytes, size}, &reading->request);
        PF_ASSERT(taken <= size);
        if (taken > 0) {
            on_request(reading, (struct pf_slice){bytes, taken});
            reading->ended = !reading->request.keep_alive;
            reading->taken += taken;
        }
        free(bytes);
        if (taken == 0) {
            PF_ASSERT(size < PF_HTTP_HEAD_SIZE_MAX); /* or the reader would wait forever */
            return;
        }
    }
}

/* Reads the stream in these pieces. Returns the digest of its requests. */
static uint64_t read_all(struct pf_slice stream, const struct fuzz_cuts *cuts)
{
    struct http_reading *reading = malloc(sizeof *reading);
    PF_ASSERT(reading);
    *reading = (struct http_reading){.digest = 14695981039346656037u};
    size_t arrived = 0;
    for (size_t i = 0; arrived < stream.size && !reading->ended; i++) {
        arrived += fuzz_cut(cuts, i, stream.size - arrived);
        read_arrived(reading, stream, arrived);
    }
    const uint64_t result = reading->digest;
    free(reading);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t one_byte[] = {0};
    if (size < 1 || size - 1 < data[0] % (FUZZ_CUTS_MAX + 1)) {
        return 0;
    }
    const struct fuzz_cuts whole = {.count = 0};
    const struct fuzz_cuts bytes = {one_byte, 1};
    const struct fuzz_cuts chosen = {data + 1, data[0] % (FUZZ_CUTS_MAX + 1)};
    const struct pf_slice stream = {(const char *)data + 1 + chosen.count, size - 1 - chosen.count};
    const uint64_t expected = read_all(stream, &whole);
    PF_ASSERT(read_all(stream, &bytes) == expected);
    PF_ASSERT(read_all(stream, &chosen) == expected);
    return 0;
}
