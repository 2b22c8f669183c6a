/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the whole simulation: everything in order of virtual time. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/simnet.h"

#define DATAGRAMS 500000U

static const struct simnet_conf chain = {.routers = 3,
					 .flows = 1000,
					 .interval = VCLOCK_US,
					 .delay_ns = 10 * VCLOCK_US,
					 .rate_bps = 1000000000};

static double datagrams(void *state)
{
	uint64_t started = bench_now();
	uint64_t count = simnet_datagrams(state, DATAGRAMS);
	double rate = bench_rate(count, started);
	if (count != DATAGRAMS) {
		fprintf(stderr, "bench: %lu datagrams arrived\n",
			(unsigned long)count);
		exit(1);
	}
	return rate;
}

void sim_bench(struct bench *b);
void sim_bench(struct bench *b)
{
	if (!bench_wants(b, "sim_chain"))
		return;
	struct simnet *n = simnet_new(&chain);
	bench_measure(b, "sim_chain", "M/s", datagrams, n);
	simnet_free(n);
}
