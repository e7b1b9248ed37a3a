/* memory.h - the module's own malloc(), a third of the smallest that Emscripten brings. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BROWSER_MODULE_MEMORY_H
#define PF_BROWSER_MODULE_MEMORY_H

/*
 * malloc(), calloc() and free() are made for what this module does with them: the client and its
 * room stay for good, and everything else belongs to one message and goes with it, all of it,
 * before the next is read. So blocks are cut off one after another, and when the last one in use
 * is freed the cutting begins anew. Never use them for anything that outlives a message.
 */

/* Lets every block there is stay for good. */
void pf_memory_keep(void);

#endif
