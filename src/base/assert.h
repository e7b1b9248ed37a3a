/* assert.h - assertions that stay on in every build. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BASE_ASSERT_H
#define PF_BASE_ASSERT_H

/*
 * For bugs in this code, never for input from the network, a browser or a user. With PF_ASSERT_TRAP
 * (the wasm module for the browser) a failed assertion is a bare trap: the engine's stack trace
 * names the place, and the texts are not downloaded.
 */
#ifdef PF_ASSERT_TRAP
#define PF_ASSERT(condition) ((condition) ? (void)0 : __builtin_trap())
#define PF_UNREACHABLE()     __builtin_trap()
#else
#define PF_ASSERT(condition) ((condition) ? (void)0 : pf_panic(__FILE__, __LINE__, #condition))
#define PF_UNREACHABLE()     pf_panic(__FILE__, __LINE__, "unreachable")
#endif

/* Prints file, line and condition to stderr and aborts. */
_Noreturn void pf_panic(const char *file, int line, const char *what);

#endif
