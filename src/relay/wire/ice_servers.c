/* ice_servers.c - checks the STUN and TURN servers that the relay passes on to browsers. */
/* SPDX-License-Identifier: MIT */
#include "relay/wire/ice_servers.h"

#include "protocol/json.h"
#include "protocol/message.h"

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    /* An entry is nested two levels deep in `hello`, which has to be readable. */
    ENTRY_DEPTH_MAX = PF_MESSAGE_DEPTH_MAX - 2,
    USERNAME_SIZE_MAX = 508, /* of the USERNAME attribute, RFC 8489 section 14.3 */
    PORT_MAX = 65535,
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct pf_slice trim(struct pf_slice text)
{
    while (text.size > 0 && is_space(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && is_space(text.data[text.size - 1])) {
        text.size--;
    }
    return text;
}

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Skips `word` at the start of the text, in any case. False if it is not there. */
static bool take_word(struct pf_slice *text, struct pf_slice word)
{
    if (text->size < word.size) {
        return false;
    }
    for (size_t i = 0; i < word.size; i++) {
        const char c = text->data[i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c) != word.data[i]) {
            return false;
        }
    }
    text->data += word.size;
    text->size -= word.size;
    return true;
}

/* Skips a host name, an IPv4 address or an IPv6 literal in brackets. False if there is none. */
static bool take_host(struct pf_slice *text)
{
    const bool is_literal = text->size > 0 && text->data[0] == '[';
    size_t size = is_literal ? 1 : 0;
    for (; size < text->size; size++) {
        const char c = text->data[size];
        const bool is_host =
            is_alphanumeric(c) || c == '.' || (is_literal ? c == ':' : c == '-' || c == '_');
        if (!is_host) {
            break;
        }
    }
    if (is_literal) {
        if (size < 2 || size == text->size || text->data[size] != ']') {
            return false;
        }
        size++;
    }
    text->data += size;
    text->size -= size;
    return size > 0;
}

/* Skips an optional ":port". False if it is not a valid port. */
static bool take_port(struct pf_slice *text)
{
    uint32_t port = 0;
    if (text->size == 0 || text->data[0] != ':') {
        return true;
    }
    text->data++;
    text->size--;
    for (; text->size > 0 && text->data[0] >= '0' && text->data[0] <= '9'; text->data++) {
        port = port * 10 + (uint32_t)(text->data[0] - '0');
        text->size--;
        if (port > PORT_MAX) {
            return false;
        }
    }
    return port > 0;
}

/* webrtc-pc, "validate an ICE server URL". Returns what is wrong, or NULL. */
static const char *check_url(struct pf_slice url, bool *needs_credentials)
{
    if (take_word(&url, PF_SLICE("stuns:"))) {
        return "uses stuns:, which Firefox does not support";
    }
    const bool is_stun = take_word(&url, PF_SLICE("stun:"));
    const bool is_turn =
        !is_stun && (take_word(&url, PF_SLICE("turn:")) || take_word(&url, PF_SLICE("turns:")));
    if (!is_stun && !is_turn) {
        return "does not begin with stun:, turn: or turns:";
    }
    *needs_credentials = *needs_credentials || is_turn;
    if (url.size >= 2 && url.data[0] == '/' && url.data[1] == '/') {
        return "must not have // after its scheme";
    }
    if (!take_host(&url)) {
        return "has no valid host";
    }
    if (!take_port(&url)) {
        return "has no valid port";
    }
    if (url.size == 0) {
        return NULL;
    }
    if (url.data[0] != '?') {
        return "has something other than a port after its host";
    }
    if (is_stun) {
        return "must not have a query";
    }
    return pf_slice_equal(url, PF_SLICE("?transport=udp")) ||
                   pf_slice_equal(url, PF_SLICE("?transport=tcp"))
               ? NULL
               : "has another query than ?transport=udp or ?transport=tcp";
}

static struct pf_slice text_of(const cJSON *item)
{
    return cJSON_IsString(item) ? pf_slice_of(item->valuestring) : (struct pf_slice){NULL, 0};
}

/* `urls` is a string or a list that is not empty. On failure `url` is the invalid one, if any. */
static const char *check_urls(const cJSON *urls, bool *needs_credentials, struct pf_slice *url)
{
    const cJSON *item = cJSON_IsArray(urls) ? urls->child : urls;
    if (!urls) {
        return "has no urls";
    }
    if (!item) {
        return "has an empty list of urls";
    }
    for (; item; item = cJSON_IsArray(urls) ? item->next : NULL) {
        const struct pf_slice text = text_of(item);
        if (!text.data) {
            return "has urls that are neither a string nor a list of strings";
        }
        const char *reason = check_url(text, needs_credentials);
        if (reason) {
            *url = text;
            return reason;
        }
    }
    return NULL;
}

/* webrtc-pc, "set a configuration". Only strings, which WebIDL does not convert. */
static const char *check_credentials(const cJSON *entry, bool are_needed)
{
    const cJSON *username = cJSON_GetObjectItemCaseSensitive(entry, "username");
    const cJSON *credential = cJSON_GetObjectItemCaseSensitive(entry, "credential");
    if ((username && !cJSON_IsString(username)) || (credential && !cJSON_IsString(credential))) {
        return "has a username or credential that is not a string";
    }
    if (text_of(username).size > USERNAME_SIZE_MAX) {
        return "has a username longer than 508 bytes";
    }
    if (are_needed && text_of(username).size == 0) {
        return "has a TURN server but no username";
    }
    return are_needed && text_of(credential).size == 0 ? "has a TURN server but no credential"
                                                       : NULL;
}

/* Stricter than cJSON: JSON.parse() of every browser has to accept it. */
static bool is_object(struct pf_slice text)
{
    struct pf_json_walk walk;
    struct pf_json_member member;
    pf_json_walk_init(&walk, text);
    while (pf_json_walk_next(&walk, &member)) {
    }
    return walk.error == PF_ERROR_OK && pf_slice_is_utf8(text);
}

/* Sets problem->reason if the entry is invalid; then `url` borrows from `tree`, which the caller
 * deletes. */
static void check_entry(struct pf_slice text, size_t depth, cJSON **tree,
                        struct pf_ice_problem *problem)
{
    bool needs_credentials = false;
    if (depth > ENTRY_DEPTH_MAX) {
        problem->reason = "is nested too deep";
        return;
    }
    if (!is_object(text)) {
        problem->reason = "is not a JSON object";
        return;
    }
    *tree = cJSON_ParseWithLength(text.data, text.size);
    if (!*tree) {
        problem->reason = "has a value that cannot be read";
        return;
    }
    problem->reason = check_urls(cJSON_GetObjectItemCaseSensitive(*tree, "urls"),
                                 &needs_credentials, &problem->url);
    if (!problem->reason) {
        problem->reason = check_credentials(*tree, needs_credentials);
    }
}

/*
 * The size of the value at the start of `text`, up to the comma or bracket that ends it, and its
 * nesting depth. 0 if it has no end.
 */
static size_t entry_size(struct pf_slice text, size_t *depth)
{
    size_t open = 0;
    bool is_string = false;
    *depth = 0;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (is_string) {
            i += c == '\\' ? 1 : 0;
            is_string = c != '"';
        } else if (c == '"') {
            is_string = true;
        } else if (c == '[' || c == '{') {
            open++;
            *depth = open > *depth ? open : *depth;
        } else if (open == 0 && (c == ',' || c == ']')) {
            return i;
        } else if (c == ']' || c == '}') {
            open -= open > 0 ? 1 : 0;
        }
    }
    return 0;
}

enum pf_error pf_ice_servers_read(struct pf_slice text, struct pf_buffer *out,
                                  void (*report)(void *user, const struct pf_ice_problem *problem),
                                  void *user)
{
    bool is_first = true;
    text = trim(text);
    if (text.size < 2 || text.data[0] != '[' || text.data[text.size - 1] != ']') {
        return PF_ERROR_INVALID;
    }
    struct pf_slice rest = {text.data + 1, text.size - 1};
    const bool is_empty = trim((struct pf_slice){rest.data, rest.size - 1}).size == 0;
    pf_buffer_put_char(out, '[');
    for (size_t index = 0; rest.size > 0 && !is_empty; index++) {
        size_t depth = 0;
        const size_t size = entry_size(rest, &depth);
        const struct pf_slice entry = trim((struct pf_slice){rest.data, size});
        if (entry.size == 0 || (rest.data[size] == ']' && size + 1 < rest.size)) {
            return PF_ERROR_INVALID; /* no value, or something after the array */
        }
        rest = (struct pf_slice){rest.data + size + 1, rest.size - size - 1};
        cJSON *tree = NULL;
        struct pf_ice_problem problem = {.index = index, .url = PF_SLICE("")};
        check_entry(entry, depth, &tree, &problem);
        if (problem.reason) {
            report(user, &problem);
        } else {
            pf_buffer_put(out, is_first ? PF_SLICE("") : PF_SLICE(","));
            pf_buffer_put(out, entry);
            is_first = false;
        }
        cJSON_Delete(tree);
    }
    pf_buffer_put_char(out, ']');
    return out->overflow ? PF_ERROR_TOO_LONG : PF_ERROR_OK;
}
