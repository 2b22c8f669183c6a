/* SPDX-License-Identifier: Apache-2.0 */
/* How the cost of a packet grows with the size of the tables: rows for 'make
 * bench-plot', measured only when they are asked for by name. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/base/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/chain.h"

#define PACKETS	     2000000U
#define SESSIONS_MIN 1000U
#define SESSIONS_MAX 10000000U
#define RULES_MIN    10U
#define RULES_MAX    100000U

void sweep_bench(struct bench *b);

struct sweep {
	struct chain *chain;
	uint32_t *numbers; /* conversation of each packet */
	size_t count;
};

static uint32_t next(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

/* Both gateways. */
static double forward(void *state)
{
	struct sweep *s = state;
	uint64_t started = bench_now();
	chain_send(s->chain, s->numbers, s->count);
	return bench_rate(s->count, started);
}

/* Tier-0 alone, whose REFLEXIVE rules are as many as there are sources. */
static double reflexive(void *state)
{
	struct sweep *s = state;
	struct chain *c = s->chain;
	uint64_t ns = 0;
	for (size_t i = 0; i + BATCH_MAX <= s->count; i += BATCH_MAX) {
		chain_make_egress(c, s->numbers + i, BATCH_MAX);
		uint64_t started = bench_now();
		if (!chain_cross(c, &c->tier0))
			exit(1);
		ns += bench_now() - started;
	}
	return (double)(s->count / BATCH_MAX * BATCH_MAX) * 1e3 / (double)ns;
}

/* Every conversation once, then at random. */
static void measure(struct bench *b, const char *name, struct chain_conf conf,
		    bench_run *run)
{
	uint32_t among = conf.sessions, seed = 2463534242U;
	struct sweep s = {chain_new(&conf), NULL, among};
	s.numbers =
		mem_new(among > PACKETS ? among : PACKETS, sizeof(*s.numbers));
	for (uint32_t i = 0; i < among; i++)
		s.numbers[i] = i;
	run(&s);
	s.count = PACKETS;
	for (uint32_t i = 0; i < PACKETS; i++)
		s.numbers[i] = next(&seed) % among;
	bench_measure(b, name, "M/s", run, &s);
	chain_free(s.chain);
	mem_free(s.numbers);
}

static void sweep(struct bench *b, const char *axis, uint32_t from, uint32_t to,
		  bool rules)
{
	for (uint32_t decade = from; decade <= to; decade *= 10)
		for (unsigned times = 1; times <= 4 && decade * times <= to;
		     times += times == 1 ? 1 : 2) {
			char name[48];
			uint32_t n = decade * times;
			snprintf(name, sizeof(name), "%s_%u", axis, n);
			if (!bench_asked(b, name))
				continue;
			measure(b, name,
				(struct chain_conf){.sessions = n,
						    .reflexive = rules ? n : 1},
				rules ? reflexive : forward);
		}
}

void sweep_bench(struct bench *b)
{
	sweep(b, "by_sessions", SESSIONS_MIN, SESSIONS_MAX, false);
	sweep(b, "by_rules", RULES_MIN, RULES_MAX, true);
}
