/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LINE 64
/* Smaller ones are of the heap; from the other on pages of 2 MiB are asked for:
 * below, to clear the first costs more than it spares. */
#define MAPPED ((size_t)256 << 10)
#define HUGE   ((size_t)16 << 20)
#define PAGE   ((size_t)2 << 20)

void mem_limit(const char *what)
{
	fprintf(stderr, "tierpath: %s\n", what);
	exit(4);
}

static void *checked(void *p)
{
	if (!p)
		mem_limit("out of memory");
	return p;
}

void *mem_new(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size ? size : 1));
}

void *mem_grow(void *old, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return checked(NULL);
	size_t bytes = count * size;
	return checked(realloc(old, bytes ? bytes : 1));
}

char *mem_text(const char *text)
{
	size_t size = strlen(text) + 1;
	return memcpy(mem_new(size, 1), text, size);
}

void mem_free(void *old)
{
	free(old);
}

/* Whole cache lines, one at least; beyond what there can be, if it overflows. */
static size_t bytes_of(size_t count, size_t size)
{
	if (size && count > SIZE_MAX / 2 / size)
		return SIZE_MAX / 2;
	size_t bytes = count * size;
	return bytes ? (bytes + LINE - 1) / LINE * LINE : LINE;
}

static void *map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return checked(p == MAP_FAILED ? NULL : p);
}

/* The part of a greater piece that begins a huge page; the rest goes back. */
static void *map_huge(size_t bytes)
{
	bytes = (bytes + PAGE - 1) / PAGE * PAGE;
	char *p = map(bytes + PAGE);
	size_t before = (PAGE - (uintptr_t)p % PAGE) % PAGE;
	if (before)
		munmap(p, before);
	if (before < PAGE)
		munmap(p + before + bytes, PAGE - before);
	madvise(p + before, bytes, MADV_HUGEPAGE);
	return p + before;
}

void *mem_map(size_t count, size_t size)
{
	size_t bytes = bytes_of(count, size);
	if (bytes >= HUGE)
		return map_huge(bytes);
	if (bytes >= MAPPED)
		return map(bytes);
	return memset(checked(aligned_alloc(LINE, bytes)), 0, bytes);
}

void mem_unmap(void *old, size_t count, size_t size)
{
	size_t bytes = bytes_of(count, size);
	if (bytes < MAPPED)
		free(old);
	else if (old && bytes >= HUGE)
		munmap(old, (bytes + PAGE - 1) / PAGE * PAGE);
	else if (old)
		munmap(old, bytes);
}
