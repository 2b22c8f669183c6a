/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the whole simulation: everything in order of virtual time. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/simnet.h"

#define DATAGRAMS 500000U
#define SEGMENTS  200000U

static const struct simnet_conf chain = {.routers = 3,
					 .flows = 1000,
					 .interval = VCLOCK_US,
					 .delay_ns = 10 * VCLOCK_US,
					 .rate_bps = 1000000000};

static void must_be(uint64_t arrived, uint64_t sent)
{
	if (arrived == sent)
		return;
	fprintf(stderr, "bench: %lu of %lu packets arrived\n",
		(unsigned long)arrived, (unsigned long)sent);
	exit(1);
}

static double datagrams(void *state)
{
	uint64_t started = bench_now();
	must_be(simnet_datagrams(state, DATAGRAMS), DATAGRAMS);
	return bench_rate(DATAGRAMS, started);
}

static double bulk(void *state)
{
	uint64_t started = bench_now();
	must_be(simnet_bulk(state, SEGMENTS), SEGMENTS);
	return bench_rate(SEGMENTS, started);
}

static void row(struct bench *b, const char *name, bench_run *run,
		const struct simnet_conf *conf)
{
	if (!bench_wants(b, name))
		return;
	struct simnet *n = simnet_new(conf);
	bench_measure(b, name, "M/s", run, n);
	simnet_free(n);
}

void sim_bench(struct bench *b);
void sim_bench(struct bench *b)
{
	row(b, "sim_chain", datagrams, &chain);
	row(b, "tcp_bulk", bulk, &chain);
}
