/* SPDX-License-Identifier: Apache-2.0 */
/* The routing table alone: look-ups in batches, changes, memory. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/base/mem.h"
#include "sim/table/fib.h"
#include "tests/bench/bench.h"
#include "tests/bench/routes.h"

#define MILLION	  1000000U
#define ADDRESSES (1U << 22)
#define BATCH	  64
#define AT_A_TIME 256
#define CHANGES	  (1U << 18)

void fib_bench(struct bench *b);

struct load {
	struct fib fib;
	struct routes_one *routes;
	size_t count;
	uint32_t *addresses;
};

static void die(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

static struct fib_route change(struct fib *f, const struct routes_one *r,
			       uint16_t way)
{
	struct fib_hop hop = {{0x0a000001}, way};
	uint16_t group = fib_join(f, &hop, 1);
	if (group == FIB_NONE)
		die("no room for next hops");
	return (struct fib_route){{r->addr}, r->len, group};
}

static void apply(struct fib *f, const struct fib_route *changes, size_t count)
{
	if (fib_apply(f, changes, count) != count)
		die("no room for routes");
}

static void fill(struct load *l)
{
	struct fib_route changes[AT_A_TIME];
	for (size_t i = 0, n = 0; i < l->count; i++) {
		changes[n++] = change(&l->fib, &l->routes[i], l->routes[i].way);
		if (n < AT_A_TIME && i + 1 < l->count)
			continue;
		apply(&l->fib, changes, n);
		n = 0;
	}
}

static struct load load_new(size_t count)
{
	struct fib_room room = {(uint32_t)count, ROUTES_WAYS};
	struct load l = {.routes = routes_make(count), .count = count};
	if (!l.routes)
		die("out of memory");
	fib_init(&l.fib, mem_map(1, fib_bytes(room)), room);
	fill(&l);
	return l;
}

static void load_free(struct load *l)
{
	mem_unmap(l->fib.memory, 1, fib_bytes(l->fib.room));
	free(l->routes);
}

static double find(void *state)
{
	struct load *l = state;
	uint64_t sum = 0, started = bench_now();
	for (size_t i = 0; i < ADDRESSES; i += BATCH) {
		uint16_t groups[BATCH];
		ip4 dst[BATCH];
		for (size_t j = 0; j < BATCH; j++)
			dst[j] = addr_ip4(l->addresses[i + j]);
		fib_find_batch(&l->fib, dst, BATCH, groups);
		sum += groups[0] ^ groups[BATCH - 1];
	}
	bench_keep(sum);
	return bench_rate(ADDRESSES, started);
}

static double refill(void *state)
{
	struct load *l = state;
	struct fib_room room = l->fib.room;
	fib_init(&l->fib, l->fib.memory, room);
	uint64_t started = bench_now();
	fill(l);
	return bench_rate(l->count, started);
}

/* One route at a time, anywhere, leads another way. */
static double update(void *state)
{
	struct load *l = state;
	uint64_t x = 2463534242U, started = bench_now();
	for (size_t i = 0; i < CHANGES; i++) {
		const struct routes_one *r =
			&l->routes[routes_next(&x) % l->count];
		struct fib_route c = change(
			&l->fib, r, (uint16_t)(routes_next(&x) % ROUTES_WAYS));
		apply(&l->fib, &c, 1);
	}
	return bench_rate(CHANGES, started);
}

static void find_row(struct bench *b, const char *name, struct load *l,
		     bool inside)
{
	if (!bench_wants(b, name))
		return;
	l->addresses = routes_addresses(ADDRESSES, inside ? l->routes : NULL,
					l->count);
	if (!l->addresses)
		die("out of memory");
	bench_measure(b, name, "M/s", find, l);
	free(l->addresses);
}

static void table_row(struct bench *b, const char *name, size_t count)
{
	if (!bench_wants(b, name))
		return;
	struct load l = load_new(count);
	find_row(b, name, &l, true);
	load_free(&l);
}

/* Rows by_routes_N, for the plot only. */
static void sweep(struct bench *b)
{
	for (uint32_t decade = 1000; decade <= 4 * MILLION; decade *= 10)
		for (uint32_t times = 1; times <= 4; times *= 2) {
			char name[32];
			snprintf(name, sizeof(name), "by_routes_%u",
				 decade * times);
			if (bench_asked(b, name))
				table_row(b, name, decade * times);
		}
}

void fib_bench(struct bench *b)
{
	sweep(b);
	table_row(b, "fib_8", 8);
	table_row(b, "fib_50", 50);
	if (!bench_wants(b, "fib_1m") && !bench_wants(b, "fib_1m_inside") &&
	    !bench_wants(b, "fib_load") && !bench_wants(b, "fib_update") &&
	    !bench_wants(b, "bytes_per_route"))
		return;
	struct load l = load_new(MILLION);
	find_row(b, "fib_1m", &l, false);
	find_row(b, "fib_1m_inside", &l, true);
	bench_value(b, "bytes_per_route", "bytes",
		    (double)fib_bytes(l.fib.room) / MILLION);
	bench_measure(b, "fib_update", "M/s", update, &l);
	bench_measure(b, "fib_load", "M/s", refill, &l);
	bench_limit(b, "fib_1m", "limit_line_8m", 2);
	load_free(&l);
}
