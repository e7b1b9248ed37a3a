/* http.c - reads HTTP/1.1 requests (RFC 9110, RFC 9112). */
/* SPDX-License-Identifier: MIT */
#include "relay/wire/http.h"

#include "base/assert.h"
#include "relay/wire/authority.h"

#include <string.h>

/* The rest of a text that is being read. */
struct cursor {
    const char *at;
    const char *end;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool pf_http_equal(struct pf_slice a, struct pf_slice b)
{
    if (a.size != b.size) {
        return false;
    }
    for (size_t i = 0; i < a.size; i++) {
        if (lower(a.data[i]) != lower(b.data[i])) {
            return false;
        }
    }
    return true;
}

/* tchar of RFC 9110 section 5.6.2. */
static bool is_token_char(char c)
{
    if ((c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z')) {
        return true;
    }
    static const char others[] = "!#$%&'*+-.^_`|~";
    return memchr(others, c, sizeof others - 1) != NULL;
}

static bool is_token(struct pf_slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!is_token_char(text.data[i])) {
            return false;
        }
    }
    return text.size > 0;
}

struct pf_slice pf_http_trim(struct pf_slice text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t')) {
        text.size--;
    }
    return text;
}

/* Takes the text before `separator` and skips that; takes all if there is none. */
static struct pf_slice take_until(struct cursor *cursor, char separator)
{
    const size_t left = (size_t)(cursor->end - cursor->at);
    const char *found = left > 0 ? memchr(cursor->at, separator, left) : NULL;
    const char *end = found ? found : cursor->end;
    const struct pf_slice taken = {cursor->at, (size_t)(end - cursor->at)};
    cursor->at = found ? found + 1 : cursor->end;
    return taken;
}

/* Takes the next line without its CR LF. False if it ends in anything else. */
static bool take_line(struct cursor *cursor, struct pf_slice *out)
{
    struct pf_slice line = take_until(cursor, '\n');
    if (line.size == 0 || line.data[line.size - 1] != '\r') {
        return false;
    }
    line.size--;
    *out = line;
    return true;
}

/* The end of the empty line that ends the head, or NULL. */
static const char *find_head_end(struct pf_slice bytes)
{
    struct cursor cursor = {bytes.data, bytes.data + bytes.size};
    while (cursor.at < cursor.end) {
        const char *line_end = memchr(cursor.at, '\n', (size_t)(cursor.end - cursor.at));
        if (!line_end) {
            return NULL;
        }
        const size_t size = (size_t)(line_end - cursor.at);
        if (size == 0 || (size == 1 && *cursor.at == '\r')) {
            return line_end + 1;
        }
        cursor.at = line_end + 1;
    }
    return NULL;
}

static bool is_visible(struct pf_slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] <= ' ' || text.data[i] > '~') {
            return false;
        }
    }
    return text.size > 0;
}

/* Takes scheme and authority off an absolute target (RFC 9112 section 3.2.2). */
static struct pf_slice take_authority(struct pf_slice *target)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        const struct pf_slice scheme = pf_slice_of(schemes[i]);
        if (target->size < scheme.size ||
            !pf_http_equal((struct pf_slice){target->data, scheme.size}, scheme)) {
            continue;
        }
        struct pf_slice authority = {target->data + scheme.size, 0};
        const size_t left = target->size - scheme.size;
        while (authority.size < left && authority.data[authority.size] != '/' &&
               authority.data[authority.size] != '?') {
            authority.size++;
        }
        *target = (struct pf_slice){authority.data + authority.size, left - authority.size};
        return authority;
    }
    return (struct pf_slice){NULL, 0};
}

/* The origin form and the absolute form, and the asterisk, which is for methods that get 405. */
static bool read_target(struct pf_slice target, struct pf_http_request *request)
{
    if (!is_visible(target)) {
        return false;
    }
    request->host = take_authority(&target);
    if (request->method == PF_HTTP_OTHER && pf_slice_equal(target, PF_SLICE("*"))) {
        target = PF_SLICE("/");
    }
    struct cursor cursor = {target.data, target.data + target.size};
    request->path = take_until(&cursor, '?');
    request->query = (struct pf_slice){cursor.at, (size_t)(cursor.end - cursor.at)};
    if (request->host.data && request->path.size == 0) {
        request->path = PF_SLICE("/"); /* RFC 9110 section 4.2.3 */
    }
    return request->path.size > 0 && request->path.data[0] == '/';
}

/* A higher minor version is read like 1.1 (RFC 9110 section 2.5). Returns a status. */
static uint16_t read_version(struct pf_slice version, struct pf_http_request *request)
{
    if (version.size != 8 || memcmp(version.data, "HTTP/", 5) != 0 || version.data[6] != '.' ||
        version.data[5] < '0' || version.data[5] > '9' || version.data[7] < '0' ||
        version.data[7] > '9') {
        return 400;
    }
    request->is_http_1_1 = version.data[7] != '0';
    return version.data[5] == '1' ? 200 : 505;
}

/* Returns the status of the request as far as it is known. */
static uint16_t read_request_line(struct pf_slice line, struct pf_http_request *request)
{
    struct cursor cursor = {line.data, line.data + line.size};
    const struct pf_slice method = take_until(&cursor, ' ');
    const struct pf_slice target = take_until(&cursor, ' ');
    const struct pf_slice version = {cursor.at, (size_t)(cursor.end - cursor.at)};
    request->method = pf_slice_equal(method, PF_SLICE("GET"))    ? PF_HTTP_GET
                      : pf_slice_equal(method, PF_SLICE("HEAD")) ? PF_HTTP_HEAD
                                                                 : PF_HTTP_OTHER;
    if (!is_token(method) || !read_target(target, request)) {
        return 400;
    }
    return read_version(version, request);
}

static bool read_field(struct pf_slice line, struct pf_http_field *out)
{
    struct cursor cursor = {line.data, line.data + line.size};
    const struct pf_slice name = take_until(&cursor, ':');
    if (name.size == line.size || !is_token(name)) {
        return false; /* RFC 9112, 5.1 and 5.2: no space before the colon, no folding */
    }
    const struct pf_slice value =
        pf_http_trim((struct pf_slice){cursor.at, (size_t)(cursor.end - cursor.at)});
    for (size_t i = 0; i < value.size; i++) {
        const unsigned char c = (unsigned char)value.data[i];
        if ((c < ' ' && c != '\t') || c == 0x7f) {
            return false;
        }
    }
    *out = (struct pf_http_field){.name = name, .value = value};
    return true;
}

/* Reads the fields up to the empty line. Returns the status of the request. */
static uint16_t read_fields(struct cursor *cursor, struct pf_http_request *request)
{
    for (;;) {
        struct pf_slice line;
        if (!take_line(cursor, &line)) {
            return 400;
        }
        if (line.size == 0) {
            return 200;
        }
        if (request->fields_count == PF_HTTP_FIELDS_MAX) {
            return 431;
        }
        if (!read_field(line, &request->fields[request->fields_count])) {
            return 400;
        }
        request->fields_count++;
    }
}

/* RFC 9112 sections 3.2 and 3.2.2. Sets the host of the request. */
static uint16_t judge_host(struct pf_http_request *request)
{
    struct pf_authority authority;
    const size_t count = pf_http_field_count(request, "host");
    const struct pf_slice field = pf_http_field(request, "host");
    if (count > 1 || (request->is_http_1_1 && count == 0) ||
        (count == 1 && !pf_authority_read(field, &authority)) ||
        (request->host.data && !pf_authority_read(request->host, &authority))) {
        return 400;
    }
    if (!request->host.data) {
        request->host = field;
    }
    return 200;
}

/* RFC 9112 section 6; see pf_http_request_read(). Being strict also keeps smuggled requests out. */
static uint16_t judge_body(const struct pf_http_request *request)
{
    const size_t codings = pf_http_field_count(request, "transfer-encoding");
    const size_t lengths = pf_http_field_count(request, "content-length");
    const struct pf_slice length = pf_http_field(request, "content-length");
    bool is_zero = true;
    if (lengths > 1 || (codings > 0 && (lengths > 0 || !request->is_http_1_1))) {
        return 400;
    }
    if (codings > 0) {
        const struct pf_slice coding = pf_http_field(request, "transfer-encoding");
        return codings == 1 && pf_http_equal(coding, PF_SLICE("chunked")) ? 411 : 501;
    }
    for (size_t i = 0; i < length.size; i++) {
        if (length.data[i] < '0' || length.data[i] > '9') {
            return 400;
        }
        is_zero = is_zero && length.data[i] == '0';
    }
    if (lengths == 1 && length.size == 0) {
        return 400;
    }
    return is_zero ? 200 : request->method == PF_HTTP_OTHER ? 405 : 413;
}

/* Checks the fields together: Host, the absence of a body, persistence. Returns the status. */
static uint16_t judge(struct pf_http_request *request)
{
    const uint16_t host_status = judge_host(request);
    const uint16_t status = host_status == 200 ? judge_body(request) : host_status;
    if (status != 200) {
        return status;
    }
    /* RFC 9112 section 9.3. */
    request->keep_alive =
        request->is_http_1_1 && !pf_http_has_token(request, "connection", "close");
    return 200;
}

/* Empty lines before the request line are skipped (RFC 9112 section 2.2). */
static size_t skip_empty_lines(struct pf_slice bytes)
{
    size_t at = 0;
    while (bytes.size - at >= 2 && bytes.data[at] == '\r' && bytes.data[at + 1] == '\n') {
        at += 2;
    }
    return at;
}

size_t pf_http_request_read(struct pf_slice bytes, struct pf_http_request *out)
{
    /* Empty lines count towards the limit, so that the result does not depend on packet sizes. */
    const size_t size = bytes.size < PF_HTTP_HEAD_SIZE_MAX ? bytes.size : PF_HTTP_HEAD_SIZE_MAX;
    const size_t skipped = skip_empty_lines((struct pf_slice){bytes.data, size});
    const struct pf_slice rest = {bytes.data + skipped, size - skipped};
    out->status = 400;
    out->method = PF_HTTP_OTHER;
    out->keep_alive = out->is_http_1_1 = false;
    out->path = out->query = PF_SLICE("");
    out->host = (struct pf_slice){NULL, 0};
    out->fields_count = 0;
    const char *head_end = rest.size > 0 ? find_head_end(rest) : NULL;
    if (!head_end) {
        out->status = 431;
        return bytes.size >= PF_HTTP_HEAD_SIZE_MAX ? bytes.size : 0;
    }
    struct cursor cursor = {rest.data, head_end};
    struct pf_slice line;
    if (take_line(&cursor, &line)) {
        out->status = read_request_line(line, out);
    }
    if (out->status == 200) {
        out->status = read_fields(&cursor, out);
    }
    if (out->status == 200) {
        out->status = judge(out);
    }
    return (size_t)(head_end - bytes.data);
}

struct pf_slice pf_http_field(const struct pf_http_request *request, const char *name)
{
    const struct pf_slice wanted = pf_slice_of(name);
    for (size_t i = 0; i < request->fields_count; i++) {
        if (pf_http_equal(request->fields[i].name, wanted)) {
            return request->fields[i].value;
        }
    }
    return (struct pf_slice){NULL, 0};
}

size_t pf_http_field_count(const struct pf_http_request *request, const char *name)
{
    const struct pf_slice wanted = pf_slice_of(name);
    size_t count = 0;
    for (size_t i = 0; i < request->fields_count; i++) {
        count += pf_http_equal(request->fields[i].name, wanted) ? 1 : 0;
    }
    return count;
}

static bool has_token(const struct pf_http_request *request, const char *name, const char *token,
                      bool (*is_same)(struct pf_slice a, struct pf_slice b))
{
    const struct pf_slice wanted = pf_slice_of(name);
    for (size_t i = 0; i < request->fields_count; i++) {
        const struct pf_slice value = request->fields[i].value;
        struct cursor cursor = {value.data, value.data + value.size};
        if (!pf_http_equal(request->fields[i].name, wanted)) {
            continue;
        }
        while (cursor.at < cursor.end) {
            if (is_same(pf_http_trim(take_until(&cursor, ',')), pf_slice_of(token))) {
                return true;
            }
        }
    }
    return false;
}

bool pf_http_has_token(const struct pf_http_request *request, const char *name, const char *token)
{
    return has_token(request, name, token, pf_http_equal);
}

bool pf_http_has_exact_token(const struct pf_http_request *request, const char *name,
                             const char *token)
{
    return has_token(request, name, token, pf_slice_equal);
}

/* Whether the parameters are a quality value of 0, "not acceptable" (RFC 9110 section 12.4.2). */
static bool is_weight_zero(struct cursor parameters)
{
    const struct pf_slice text = pf_http_trim(take_until(&parameters, ';'));
    if (text.size < 3 || lower(text.data[0]) != 'q' || text.data[1] != '=') {
        return false;
    }
    for (size_t i = 2; i < text.size; i++) {
        if (text.data[i] != '0' && text.data[i] != '.') {
            return false;
        }
    }
    return true;
}

bool pf_http_accepts_coding(const struct pf_http_request *request, const char *coding)
{
    const struct pf_slice value = pf_http_field(request, "accept-encoding");
    if (!value.data) {
        return false;
    }
    struct cursor cursor = {value.data, value.data + value.size};
    while (cursor.at < cursor.end) {
        const struct pf_slice element = take_until(&cursor, ',');
        struct cursor parameters = {element.data, element.data + element.size};
        const struct pf_slice name = pf_http_trim(take_until(&parameters, ';'));
        if (pf_http_equal(name, pf_slice_of(coding))) {
            return !is_weight_zero(parameters);
        }
    }
    return false;
}

bool pf_http_matches_etag(const struct pf_http_request *request, struct pf_slice etag)
{
    const struct pf_slice value = pf_http_field(request, "if-none-match");
    if (!value.data) {
        return false;
    }
    struct cursor cursor = {value.data, value.data + value.size};
    while (cursor.at < cursor.end) {
        struct pf_slice tag = pf_http_trim(take_until(&cursor, ','));
        if (tag.size > 2 && tag.data[0] == 'W' && tag.data[1] == '/') {
            tag.data += 2; /* weak comparison: RFC 9110 section 13.1.2 */
            tag.size -= 2;
        }
        if (pf_slice_equal(tag, etag) || pf_slice_equal(tag, PF_SLICE("*"))) {
            return true;
        }
    }
    return false;
}
