/* SPDX-License-Identifier: Apache-2.0 */
/* The benchmark's harness: rows, runs, peers, limits, one table.
 *
 * A file tests/bench/x_bench.c declares and defines 'void x_bench(struct bench
 * *b)', which makes its inputs and calls bench_measure() for each of its rows. One run
 * warms up and is thrown away; of the others the median, the least and the
 * greatest are reported. Nothing fails for being slow: figures are printed, and
 * written as JSON.
 *
 * Peers are programs of their own, built by 'make bench-peers' as
 * build/KIND/peers/NAME from tests/bench/peer_NAME.c, .cc, .py or .sh (see
 * peers.sh). They are run in the same run as the rows that they are compared
 * with, with the names of the rows measured as arguments and the number of
 * runs in BENCH_RUNS. Each prints lines "ROW PEER VALUE MIN MAX" in the unit of
 * the row, on its own and at its end; a row it has not may be left out. One that
 * cannot run here says why on stderr and exits with 77. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bench;

/* One run: returns the value in the row's unit. */
typedef double bench_run(void *state);

/* Whether the user wants row 'name': ask before making expensive inputs. */
bool bench_wants(const struct bench *b, const char *name);
/* Whether the user has named it: for rows that are not of the usual table. */
bool bench_asked(const struct bench *b, const char *name);
/* Measures a row; 'unit' is "M/s", "ms", "s", "x" (times) or "bytes". */
void bench_measure(struct bench *b, const char *name, const char *unit,
		   bench_run *run, void *state);
/* A row of one value that does not vary from run to run (memory). */
void bench_value(struct bench *b, const char *name, const char *unit,
		 double value);
/* What bounds row 'name' physically: 'limit' is a row measured by
 * limits_bench.c, whose operation is needed 'times' times for each of the
 * row's. */
void bench_limit(struct bench *b, const char *name, const char *limit,
		 double times);
/* ns of the monotonic clock. */
uint64_t bench_now(void);
/* Millions per second, from a count and the clock at its beginning. */
double bench_rate(uint64_t count, uint64_t started);
/* Keeps the compiler from leaving out what computed 'value'. */
static inline void bench_keep(uint64_t value)
{
	__asm__ volatile("" : : "r"(value) : "memory");
}

#endif
