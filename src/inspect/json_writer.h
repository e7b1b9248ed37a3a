/* json_writer.h - writes JSON into a buffer: commas, names and escapes. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_INSPECT_JSON_WRITER_H
#define PF_INSPECT_JSON_WRITER_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Each function writes one value, with the comma before it where it is not the first. `name` is
 * that of a member of an object, or NULL in an array. Names need no escapes. An overflow shows in
 * `text`, and what is there is then no JSON.
 */
struct pf_json_writer {
    struct pf_buffer text; /* over memory of the caller */
    bool needs_comma;
};

void pf_json_begin(struct pf_json_writer *writer, char *memory, size_t capacity);

/* `bracket`: '{' or '['; and its counterpart. */
void pf_json_open(struct pf_json_writer *writer, const char *name, char bracket);
void pf_json_close(struct pf_json_writer *writer, char bracket);

/* `text`: UTF-8; bytes that are none are passed on. Data NULL is null. */
void pf_json_put_text(struct pf_json_writer *writer, const char *name, struct pf_slice text);
void pf_json_put_word(struct pf_json_writer *writer, const char *name, const char *word);

/* What JavaScript would round, above 2^53, is a string of its digits. */
void pf_json_put_number(struct pf_json_writer *writer, const char *name, uint64_t number);
void pf_json_put_flag(struct pf_json_writer *writer, const char *name, bool flag);

/* A member's id: 16 hex digits, or null for 0. */
void pf_json_put_id(struct pf_json_writer *writer, const char *name, uint64_t id);

#endif
