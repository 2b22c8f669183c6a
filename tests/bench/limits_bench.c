/* SPDX-License-Identifier: Apache-2.0 */
/* What the machine can do: the physical limits that rows are held against. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/bench/bench.h"

#define MIB	 ((size_t)1 << 20)
#define ACCESSES 4000000U
#define AHEAD	 32

struct space {
	uint64_t *words;
	size_t mask; /* of cache lines */
};

static uint64_t next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* Independent accesses to random cache lines, asked for ahead of time: what a
 * batched table look-up with one line for each item can reach. */
static double random_lines(void *state)
{
	struct space *s = state;
	uint64_t x = 88172645463325252U, sum = 0;
	size_t at[AHEAD] = {0};
	uint64_t started = bench_now();
	for (unsigned i = 0; i < ACCESSES; i++) {
		sum += s->words[at[i % AHEAD]];
		at[i % AHEAD] = (next(&x) & s->mask) * 8;
		__builtin_prefetch(&s->words[at[i % AHEAD]]);
	}
	bench_keep(sum);
	return bench_rate(ACCESSES, started);
}

static double copies(void *state)
{
	struct space *s = state;
	uint64_t started = bench_now();
	for (unsigned i = 0; i < ACCESSES; i++) {
		memcpy(s->words + 8 * (i % 128), s->words + 1024, 64);
		bench_keep((uint64_t)(uintptr_t)s->words);
	}
	return bench_rate(ACCESSES, started);
}

static void space_bench(struct bench *b, const char *name, size_t bytes,
			bench_run *run)
{
	if (!bench_wants(b, name))
		return;
	struct space s = {.mask = bytes / 64 - 1};
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return;
	madvise(p, bytes, MADV_HUGEPAGE);
	memset(p, 1, bytes);
	s.words = p;
	bench_measure(b, name, "M/s", run, &s);
	munmap(p, bytes);
}

void limits_bench(struct bench *b);
void limits_bench(struct bench *b)
{
	space_bench(b, "limit_copy_64", MIB, copies);
	space_bench(b, "limit_line_1m", MIB, random_lines);
	space_bench(b, "limit_line_8m", 8 * MIB, random_lines);
	space_bench(b, "limit_line_64m", 64 * MIB, random_lines);
	space_bench(b, "limit_line_1g", 1024 * MIB, random_lines);
}
