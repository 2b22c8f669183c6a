/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that runs out: preloaded, it lets the NOMEM_AT-th request of the
 * program fail, counted from 1, and all after it, but for NOMEM_ONCE. NOMEM_COUNT=FILE:
 * writes there how many there were. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of the C library, under names that are not replaced. */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static unsigned long asked, at;
static bool ready, once;

static void begin(void)
{
	const char *text = getenv("NOMEM_AT");
	at = text ? strtoul(text, NULL, 10) : 0;
	once = getenv("NOMEM_ONCE") != NULL;
	ready = true;
}

static bool fails(void)
{
	if (!ready)
		begin();
	if (++asked < at || !at || (once && asked > at))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : __libc_memalign(alignment, size);
}

void *mmap(void *where, size_t size, int prot, int flags, int fd, off_t from)
{
	static void *(*real)(void *, size_t, int, int, int, off_t);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "mmap");
	return fd < 0 && fails() ? MAP_FAILED
				 : real(where, size, prot, flags, fd, from);
}

__attribute__((destructor)) static void end(void)
{
	const char *path = getenv("NOMEM_COUNT");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
	char text[32];
	int len = snprintf(text, sizeof(text), "%lu\n", asked);
	if (fd >= 0 && write(fd, text, (size_t)len) == len)
		close(fd);
}
