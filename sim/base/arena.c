/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/mem.h"

/* Blocks grow with the arena, so that a large one has few. */
#define BLOCK_FIRST 16384U
#define BLOCK_LAST  1048576U
#define TEXT_SHORT  256
#define ALIGNMENT   _Alignof(max_align_t)

struct arena_block {
	struct arena_block *older;
	size_t size;
	max_align_t bytes[];
};

void arena_init(struct arena *a)
{
	*a = (struct arena){NULL, 0};
}

void arena_fini(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *b = a->blocks;
		a->blocks = b->older;
		mem_free(b);
	}
	a->used = 0;
}

static void add_block(struct arena *a, size_t bytes)
{
	size_t size = BLOCK_FIRST;
	if (a->blocks)
		size = a->blocks->size < BLOCK_LAST / 2 ? 2 * a->blocks->size
							: BLOCK_LAST;
	if (size < bytes)
		size = bytes;
	struct arena_block *b = mem_grow(NULL, 1, sizeof(*b) + size);
	b->size = size;
	b->older = a->blocks;
	a->blocks = b;
	a->used = 0;
}

/* Not zeroed: pages that nobody gets are not touched. */
static void *take(struct arena *a, size_t count, size_t size)
{
	if (size && count > (SIZE_MAX / 2) / size)
		count = SIZE_MAX / 2 / size; /* mem_grow() will refuse it */
	size_t bytes = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (!a->blocks || a->blocks->size - a->used < bytes)
		add_block(a, bytes);
	void *p = (char *)a->blocks->bytes + a->used;
	a->used += bytes;
	return p;
}

void *arena_alloc(struct arena *a, size_t count, size_t size)
{
	void *p = take(a, count, size);
	return memset(p, 0, count * size);
}

char *arena_text_len(struct arena *a, const char *text, size_t len)
{
	char *copy = take(a, len + 1, 1);
	if (len)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *arena_text(struct arena *a, const char *text)
{
	return arena_text_len(a, text, strlen(text));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	char text[TEXT_SHORT];
	va_list ap;
	va_start(ap, format);
	int len = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (len < TEXT_SHORT)
		return arena_text_len(a, text, (size_t)len);
	char *out = take(a, (size_t)len + 1, 1);
	va_start(ap, format);
	vsnprintf(out, (size_t)len + 1, format, ap);
	va_end(ap);
	return out;
}
