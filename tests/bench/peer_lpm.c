/* SPDX-License-Identifier: Apache-2.0 */
/* DPDK's longest prefix matches, rte_lpm and rte_fib (DIR24_8 with next hops of
 * two bytes), on the routes and addresses of row fib_1m.
 *
 * peer: packages libdpdk-dev pkg-config
 * peer: flags $(pkg-config --cflags libdpdk) -march=native -lrte_eal -lrte_lpm -lrte_fib -lrte_rib -lrte_kvargs
 *
 * Their tables get transparent huge pages, as ours do. rte_lpm_add() looks
 * through all routes of the same length, so that a million of them take minutes:
 * its tables are painted here, as it would, and checked against rte_fib. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_fib.h>
#include <rte_lpm.h>
#include <rte_memory.h>

#include "tests/bench/routes.h"

#define ROUTES	  1000000
#define ADDRESSES (1U << 22)
#define RUNS	  7
#define BULK	  64

static struct routes_one *routes;
static uint32_t *addresses;

typedef uint64_t look(void *table, const uint32_t *addr);

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void measure(const char *row, const char *peer, look *f, void *table)
{
	double rates[RUNS + 1];
	uint64_t sum = 0;
	for (int run = 0; run <= RUNS; run++) {
		double started = now();
		for (size_t i = 0; i < ADDRESSES; i += BULK)
			sum += f(table, addresses + i);
		rates[run] = ADDRESSES * 1e3 / (now() - started);
	}
	__asm__ volatile("" : : "r"(sum));
	qsort(rates + 1, RUNS, sizeof(*rates), by_value);
	printf("%s %s %.4g %.4g %.4g\n", row, peer, rates[1 + RUNS / 2],
	       rates[1], rates[RUNS]);
	fflush(stdout);
}

static uint64_t look_lpm(void *table, const uint32_t *addr)
{
	uint32_t hops[BULK];
	rte_lpm_lookup_bulk(table, addr, hops, BULK);
	return hops[0] ^ hops[BULK - 1];
}

static uint64_t look_fib(void *table, const uint32_t *addr)
{
	uint64_t hops[BULK];
	uint32_t ips[BULK];
	memcpy(ips, addr, sizeof(ips));
	rte_fib_lookup_bulk(table, ips, hops, BULK);
	return hops[0] ^ hops[BULK - 1];
}

static int advise(const struct rte_memseg_list *list,
		  const struct rte_memseg *ms, size_t len, void *arg)
{
	(void)list, (void)arg;
	madvise(ms->addr, len, MADV_HUGEPAGE);
	return 0;
}

static void die(const char *what)
{
	fprintf(stderr, "lpm: %s: %s\n", what, rte_strerror(rte_errno));
	exit(1);
}

static void *make_fib(void)
{
	struct rte_fib_conf conf = {.type = RTE_FIB_DIR24_8,
				    .default_nh = 0,
				    .max_routes = 2 * ROUTES,
				    .dir24_8 = {RTE_FIB_DIR24_8_2B, 32000}};
	struct rte_fib *f = rte_fib_create("fib", SOCKET_ID_ANY, &conf);
	if (!f)
		die("rte_fib_create");
	for (size_t i = 0; i < ROUTES; i++)
		if (rte_fib_add(f, routes[i].addr, routes[i].len,
				routes[i].way + 1))
			die("rte_fib_add");
	return f;
}

static int by_len(const void *a, const void *b)
{
	const struct routes_one *x = a, *y = b;
	return (int)x->len - (int)y->len;
}

/* The block of 256 entries for the last byte of 'addr'. */
static struct rte_lpm_tbl_entry *block_of(struct rte_lpm *l, uint32_t addr)
{
	static uint32_t used;
	struct rte_lpm_tbl_entry *e = &l->tbl24[addr >> 8];
	if (!e->valid_group) {
		struct rte_lpm_tbl_entry before = *e;
		*e = (struct rte_lpm_tbl_entry){
			.next_hop = used++, .valid = 1, .valid_group = 1};
		before.valid_group = 1;
		for (unsigned i = 0; i < 256; i++)
			l->tbl8[e->next_hop * 256 + i] = before;
	}
	return &l->tbl8[e->next_hop * 256];
}

/* Short routes come before long ones, which write over them. */
static void paint(struct rte_lpm *l, const struct routes_one *r)
{
	struct rte_lpm_tbl_entry e = {
		.next_hop = r->way + 1u, .valid = 1, .depth = r->len};
	if (r->len <= 24) {
		for (uint32_t i = 0; i < 1u << (24 - r->len); i++)
			l->tbl24[(r->addr >> 8) + i] = e;
		return;
	}
	struct rte_lpm_tbl_entry *block = block_of(l, r->addr);
	e.valid_group = 1;
	for (uint32_t i = 0; i < 1u << (32 - r->len); i++)
		block[(r->addr & 255) + i] = e;
}

static void *make_lpm(void)
{
	struct rte_lpm_config conf = {.max_rules = 1, .number_tbl8s = 32000};
	struct rte_lpm *l = rte_lpm_create("lpm", SOCKET_ID_ANY, &conf);
	if (!l)
		die("rte_lpm_create");
	qsort(routes, ROUTES, sizeof(*routes), by_len);
	for (size_t i = 0; i < ROUTES; i++)
		paint(l, &routes[i]);
	qsort(routes, ROUTES, sizeof(*routes), routes_order);
	return l;
}

/* The two must say the same, or one of them was filled wrongly. */
static void check(struct rte_lpm *l, struct rte_fib *f)
{
	for (size_t i = 0; i < ADDRESSES; i++) {
		uint32_t hop = 0;
		uint64_t other;
		rte_lpm_lookup(l, addresses[i], &hop);
		rte_fib_lookup_bulk(f, &addresses[i], &other, 1);
		if (hop != other) {
			fprintf(stderr, "lpm: %08x: %u, %lu\n", addresses[i],
				hop, other);
			exit(1);
		}
	}
}

static void measure_all(const char *row, struct rte_lpm *l, struct rte_fib *f)
{
	if (!addresses)
		die("no memory");
	check(l, f);
	measure(row, "rte_lpm", look_lpm, l);
	measure(row, "rte_fib", look_fib, f);
	free(addresses);
}

int main(int argc, char **argv)
{
	char *eal[] = {argv[0], "--no-huge", "--no-pci",      "--no-shconf",
		       "-m",	"1024",	     "--log-level=3", NULL};
	(void)argc;
	if (rte_eal_init(7, eal) < 0)
		die("rte_eal_init");
	rte_memseg_contig_walk(advise, NULL);
	routes = routes_make(ROUTES);
	if (!routes)
		die("no memory");
	struct rte_fib *f = make_fib();
	struct rte_lpm *l = make_lpm();
	addresses = routes_addresses(ADDRESSES, NULL, 0);
	measure_all("fib_1m", l, f);
	addresses = routes_addresses(ADDRESSES, routes, ROUTES);
	measure_all("fib_1m_inside", l, f);
	return 0;
}
