/* SPDX-License-Identifier: Apache-2.0 */
/* Bump allocation: one owner, everything freed at once.
 *
 * arena_init, many arena_alloc, one arena_fini. Pointers stay valid until
 * arena_fini. Memory is zeroed. Ends the program when memory is out (mem.h). */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used;		    /* bytes used of the newest block */
};

void arena_init(struct arena *a);
void arena_fini(struct arena *a);
/* 'count' * 'size' zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *a, size_t count, size_t size);
char *arena_text(struct arena *a, const char *text);
char *arena_text_len(struct arena *a, const char *text, size_t len);
char *arena_printf(struct arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), 1, sizeof(type)))
#define ARENA_ARRAY(a, count, type)                                            \
	((type *)arena_alloc((a), (count), sizeof(type)))

#endif
