/* ticket.c - the signed text by which a client resumes as the same member. */
/* SPDX-License-Identifier: MIT */
#include "relay/hub/ticket.h"

#include "base/assert.h"

enum {
    MAC_DIGITS = 2 * PF_MAC_SIZE,
    EXPIRY_DIGITS_MAX = 20,
    FLAGS_MAX = 1,
    CLAIM_SIZE_MAX = PF_MEMBER_ID_DIGITS + 1 + FLAGS_MAX + EXPIRY_DIGITS_MAX,
    TICKET_SIZE_MAX = CLAIM_SIZE_MAX + 1 + MAC_DIGITS,
    SIGNED_SIZE_MAX = 32 + CLAIM_SIZE_MAX + PF_ROOM_NAME_SIZE_MAX,
};
_Static_assert((int)TICKET_SIZE_MAX <= (int)PF_TICKET_SIZE_MAX, "PROTOCOL.md section 2");

static void mac_write(const uint8_t mac[PF_MAC_SIZE], char digits[MAC_DIGITS])
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < PF_MAC_SIZE; i++) {
        digits[2 * i] = hex[mac[i] >> 4];
        digits[2 * i + 1] = hex[mac[i] & 15];
    }
}

/* The first line separates tickets from anything else that is signed with the same key. */
static void sign(const struct pf_signer *signer, struct pf_slice room, struct pf_slice claim,
                 char digits[MAC_DIGITS])
{
    char text[SIGNED_SIZE_MAX];
    uint8_t mac[PF_MAC_SIZE];
    struct pf_buffer out;
    pf_buffer_init(&out, text, sizeof text);
    pf_buffer_put(&out, PF_SLICE("peerface ticket 1\n"));
    pf_buffer_put(&out, claim);
    pf_buffer_put(&out, PF_SLICE("\n"));
    pf_buffer_put(&out, room);
    PF_ASSERT(!out.overflow);
    signer->sign(signer->user, pf_buffer_slice(&out), mac);
    mac_write(mac, digits);
}

void pf_ticket_write(const struct pf_signer *signer, struct pf_slice room,
                     const struct pf_ticket *ticket, struct pf_buffer *out)
{
    PF_ASSERT(room.size <= PF_ROOM_NAME_SIZE_MAX);
    char id_text[PF_MEMBER_ID_DIGITS + 1];
    char digits[MAC_DIGITS];
    const size_t start = out->size;
    pf_member_id_write(ticket->id, id_text);
    pf_buffer_put(out, (struct pf_slice){id_text, PF_MEMBER_ID_DIGITS});
    pf_buffer_put(out, PF_SLICE("."));
    pf_buffer_put(out, ticket->is_locked ? PF_SLICE("l") : PF_SLICE(""));
    pf_buffer_put_u64(out, ticket->issued_s + PF_TICKET_LIFETIME_S);
    if (out->overflow) {
        return;
    }
    sign(signer, room, (struct pf_slice){out->data + start, out->size - start}, digits);
    pf_buffer_put(out, PF_SLICE("."));
    pf_buffer_put(out, (struct pf_slice){digits, sizeof digits});
}

/* Takes the same time wherever the difference is, so that timing does not reveal correct digits.
 */
static bool is_same(const char *a, const char *b, size_t size)
{
    unsigned difference = 0;
    for (size_t i = 0; i < size; i++) {
        difference |= (unsigned)(uint8_t)a[i] ^ (uint8_t)b[i];
    }
    return difference == 0;
}

/* Of one digit or more. Only canonical decimals that fit in 64 bits; 0 for anything else, which is
 * long expired. */
static uint64_t expiry_read(struct pf_slice text)
{
    uint64_t value = 0;
    if (text.size >= EXPIRY_DIGITS_MAX || text.data[0] == '0') {
        return 0;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return 0;
        }
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    return value;
}

/* Takes `flag` from the beginning of `text`, if it is there. */
static bool take_flag(struct pf_slice *text, char flag)
{
    const bool is_there = text->size > 1 && text->data[0] == flag;
    *text = (struct pf_slice){text->data + is_there, text->size - is_there};
    return is_there;
}

struct pf_ticket pf_ticket_read(const struct pf_signer *signer, struct pf_slice room,
                                struct pf_slice text, uint64_t unix_s)
{
    const struct pf_ticket none = {.id = 0};
    PF_ASSERT(room.size <= PF_ROOM_NAME_SIZE_MAX);
    const size_t expiry_at = PF_MEMBER_ID_DIGITS + 1;
    if (text.size < expiry_at + 1 + 1 + MAC_DIGITS || text.size > TICKET_SIZE_MAX) {
        return none;
    }
    const size_t claim_size = text.size - MAC_DIGITS - 1;
    if (text.data[expiry_at - 1] != '.' || text.data[claim_size] != '.') {
        return none;
    }
    char digits[MAC_DIGITS];
    sign(signer, room, (struct pf_slice){text.data, claim_size}, digits);
    if (!is_same(digits, text.data + claim_size + 1, MAC_DIGITS)) {
        return none;
    }
    struct pf_slice expiry = {text.data + expiry_at, claim_size - expiry_at};
    const bool is_locked = take_flag(&expiry, 'l');
    const uint64_t expiry_s = expiry_read(expiry);
    if (expiry_s <= unix_s) {
        return none;
    }
    return (struct pf_ticket){
        .id = pf_member_id_read((struct pf_slice){text.data, PF_MEMBER_ID_DIGITS}),
        .issued_s = expiry_s > PF_TICKET_LIFETIME_S ? expiry_s - PF_TICKET_LIFETIME_S : 0,
        .is_locked = is_locked,
    };
}
