/* SPDX-License-Identifier: Apache-2.0 */
/* Heap memory that is there or ends the program.
 *
 * A simulator that cannot get memory cannot give a true answer: these print
 * one line to stderr and end with exit status 4 (internal error or limit).
 * Not for sim/wire, sim/table and sim/path, which allocate nothing. */
#ifndef MEM_H
#define MEM_H

#include <stddef.h>

/* 'count' * 'size' zeroed bytes; the caller frees with mem_free(). */
void *mem_new(size_t count, size_t size);
/* 'old' grown (or shrunk) to 'count' * 'size' bytes; new bytes are undefined. */
void *mem_grow(void *old, size_t count, size_t size);
char *mem_text(const char *text);
void mem_free(void *old); /* NULL is fine */

#define MEM_NEW(type) ((type *)mem_new(1, sizeof(type)))

#endif
