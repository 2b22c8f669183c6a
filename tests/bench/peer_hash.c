/* SPDX-License-Identifier: Apache-2.0 */
/* DPDK's rte_hash with the keys of sessions_bench.c: 16-byte 5-tuples, CRC
 * hash, rte_hash_lookup_bulk_data() with 64 at a time. It holds one direction of
 * each session, tierpath's table both.
 *
 * peer: packages libdpdk-dev pkg-config
 * peer: flags $(pkg-config --cflags --libs libdpdk)
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>

#define LOOKS	 2000000U
#define BULK	 64
#define RUNS_MAX 101
#define UDP	 17

struct key {
	uint32_t src, dst;
	uint16_t sport, dport;
	uint32_t proto;
};

static struct key keys[LOOKS];

static struct key key_of(uint32_t number)
{
	return (struct key){0x0af40002 + number / 64, 0x4a7d8552,
			    (uint16_t)(32768 + number % 64), 443, UDP};
}

static uint32_t next(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static struct rte_hash *fill(const char *name, uint32_t count)
{
	struct rte_hash_parameters p = {.name = name,
					.entries = count + count / 4,
					.key_len = sizeof(struct key),
					.hash_func = rte_hash_crc};
	struct rte_hash *h = rte_hash_create(&p);
	uint32_t seed = 2463534242U;
	for (uint32_t i = 0; h && i < count; i++) {
		struct key k = key_of(i);
		if (rte_hash_add_key_data(h, &k, (void *)(uintptr_t)(i + 1)))
			return NULL;
	}
	for (uint32_t i = 0; i < LOOKS; i++)
		keys[i] = key_of(next(&seed) % count);
	return h;
}

static double run(const struct rte_hash *h)
{
	uint64_t started = now(), found = 0;
	for (uint32_t i = 0; i + BULK <= LOOKS; i += BULK) {
		const void *at[BULK];
		void *data[BULK];
		uint64_t hits = 0;
		for (unsigned j = 0; j < BULK; j++)
			at[j] = &keys[i + j];
		found += (unsigned)rte_hash_lookup_bulk_data(h, at, BULK, &hits,
							     data);
	}
	double rate = (double)found * 1e3 / (double)(now() - started);
	return found == LOOKS / BULK * BULK ? rate : 0;
}

static void measure(const char *row, uint32_t count, int runs)
{
	double values[RUNS_MAX];
	struct rte_hash *h = fill(row, count);
	if (!h) {
		fprintf(stderr, "hash: %s: %s\n", row, rte_strerror(rte_errno));
		exit(1);
	}
	run(h);
	for (int i = 0; i < runs; i++)
		values[i] = run(h);
	rte_hash_free(h);
	qsort(values, (size_t)runs, sizeof(*values), by_value);
	printf("%s rte_hash_bulk %g %g %g\n", row, values[runs / 2], values[0],
	       values[runs - 1]);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char *eal[] = {argv[0],
		       "--no-huge",
		       "--no-pci",
		       "--file-prefix=tierpath",
		       "--no-telemetry",
		       "-m1024",
		       "--log-level=error",
		       NULL};
	const int eal_count = sizeof(eal) / sizeof(*eal) - 1;
	const char *wish = getenv("BENCH_RUNS");
	int runs = wish ? atoi(wish) : 7;
	if (runs < 1 || runs > RUNS_MAX)
		runs = 7;
	if (rte_eal_init(eal_count, eal) < 0) {
		fprintf(stderr, "hash: EAL: %s\n", rte_strerror(rte_errno));
		return 77;
	}
	for (int i = 1; i < argc || argc == 1; i++) {
		if (argc == 1 || strcmp(argv[i], "sessions_1k") == 0)
			measure("sessions_1k", 1000, runs);
		if (argc == 1 || strcmp(argv[i], "sessions_1m") == 0)
			measure("sessions_1m", 1000000, runs);
		if (argc == 1)
			break;
	}
	return 0;
}
