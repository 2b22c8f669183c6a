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
/* Ends the program likewise: 'what' is more than tables can hold. */
_Noreturn void mem_limit(const char *what);

/* For tables of many entries: 'count' * 'size' zeroed bytes that begin a cache
 * line; great ones in huge pages where the system has them. What is never
 * touched takes no memory. Freed by mem_unmap() with the same numbers. */
void *mem_map(size_t count, size_t size);
void mem_unmap(void *old, size_t count, size_t size); /* NULL is fine */

#define MEM_NEW(type) ((type *)mem_new(1, sizeof(type)))

#endif
