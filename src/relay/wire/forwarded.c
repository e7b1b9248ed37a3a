/* forwarded.c - the clients that proxies name in Forwarded and X-Forwarded-For. */
/* SPDX-License-Identifier: MIT */
#include "relay/wire/forwarded.h"

struct pf_slice pf_forwarded_take(struct pf_slice *rest, char separator)
{
    struct pf_slice taken = {rest->data, 0};
    bool is_quoted = false;
    while (taken.size < rest->size && (is_quoted || rest->data[taken.size] != separator)) {
        is_quoted = is_quoted != (rest->data[taken.size] == '"');
        taken.size++;
    }
    const size_t size = taken.size < rest->size ? taken.size + 1 : taken.size;
    rest->data += size;
    rest->size -= size;
    return taken;
}

struct pf_slice pf_forwarded_unquote(struct pf_slice value)
{
    if (value.size >= 2 && value.data[0] == '"' && value.data[value.size - 1] == '"') {
        return (struct pf_slice){value.data + 1, value.size - 2};
    }
    return value;
}

/* The parameter `for` of an element of Forwarded, or empty. */
static struct pf_slice node_of(struct pf_slice element)
{
    while (element.size > 0) {
        struct pf_slice value = pf_forwarded_take(&element, ';');
        const struct pf_slice name = pf_http_trim(pf_forwarded_take(&value, '='));
        if (pf_http_equal(name, PF_SLICE("for"))) {
            return pf_forwarded_unquote(pf_http_trim(value));
        }
    }
    return PF_SLICE("");
}

size_t pf_forwarded_nodes(const struct pf_http_request *request,
                          struct pf_slice out[PF_FORWARDED_NODES_MAX])
{
    const bool is_standard = pf_http_field_count(request, "x-forwarded-for") == 0;
    const struct pf_slice name = is_standard ? PF_SLICE("forwarded") : PF_SLICE("x-forwarded-for");
    size_t count = 0;
    for (size_t i = 0; i < request->fields_count; i++) {
        struct pf_slice list = request->fields[i].value;
        if (!pf_http_equal(request->fields[i].name, name)) {
            continue;
        }
        while (list.size > 0) {
            const struct pf_slice element = pf_http_trim(pf_forwarded_take(&list, ','));
            if (count == PF_FORWARDED_NODES_MAX) {
                for (size_t k = 1; k < count; k++) {
                    out[k - 1] = out[k];
                }
                count--;
            }
            out[count++] = is_standard ? node_of(element) : element;
        }
    }
    return count;
}
