/* SPDX-License-Identifier: Apache-2.0 */
/* The datapath: Tier-1 SNAT and Tier-0 REFLEXIVE, 64-byte frames, one core. */
#include <stdio.h>

#include "sim/base/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/chain.h"

#define PACKETS	  2000000U
#define THOUSAND  1000U
#define MILLION	  1000000U
#define ALL_RULES 1000U

void forward_bench(struct bench *b);

struct load {
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

/* 'count' packets; all conversations come equally often, in random order. */
static struct load load_new(const struct chain_conf *conf, size_t count)
{
	struct load l = {chain_new(conf), mem_new(count, sizeof(uint32_t)),
			 count};
	uint32_t seed = 2463534242U;
	for (size_t i = 0; i < count; i++)
		l.numbers[i] = (uint32_t)(i % conf->sessions);
	for (size_t i = count - 1; i; i--) {
		size_t j = next(&seed) % (i + 1);
		uint32_t one = l.numbers[i];
		l.numbers[i] = l.numbers[j];
		l.numbers[j] = one;
	}
	return l;
}

static void load_free(struct load *l)
{
	chain_free(l->chain);
	mem_free(l->numbers);
}

/* Both gateways, and the MAC addresses between them. Frames are made while the
 * clock stands still. */
static double forward(void *state)
{
	struct load *l = state;
	struct chain *c = l->chain;
	uint64_t ns = 0;
	for (size_t i = 0; i + BATCH_MAX <= l->count; i += BATCH_MAX) {
		chain_make(c, l->numbers + i, BATCH_MAX);
		uint64_t started = bench_now();
		chain_pass(c);
		ns += bench_now() - started;
		chain_verify(c, l->numbers + i);
	}
	return (double)(l->count / BATCH_MAX * BATCH_MAX) * 1e3 / (double)ns;
}

static double new_flows(void *state)
{
	struct load *l = state;
	chain_reset(l->chain);
	return forward(state);
}

/* Tier-0 alone: what Tier-1 sends is made before the clock starts. */
static double reflexive(void *state)
{
	struct load *l = state;
	struct chain *c = l->chain;
	uint64_t ns = 0;
	for (size_t i = 0; i + BATCH_MAX <= l->count; i += BATCH_MAX) {
		chain_make_egress(c, l->numbers + i, BATCH_MAX);
		uint64_t started = bench_now();
		if (!chain_cross(c, &c->tier0)) {
			fputs("bench: a packet was not sent on\n", stderr);
			return 0;
		}
		ns += bench_now() - started;
	}
	return (double)(l->count / BATCH_MAX * BATCH_MAX) * 1e3 / (double)ns;
}

static void row(struct bench *b, const char *name, struct chain_conf conf,
		size_t count, bench_run *run)
{
	if (!bench_wants(b, name))
		return;
	struct load l = load_new(&conf, count);
	bench_measure(b, name, "M/s", run, &l);
	load_free(&l);
}

void forward_bench(struct bench *b)
{
	row(b, "fwd_1k", (struct chain_conf){.sessions = THOUSAND}, PACKETS,
	    forward);
	row(b, "fwd_1m", (struct chain_conf){.sessions = MILLION}, PACKETS,
	    forward);
	row(b, "new_flows", (struct chain_conf){.sessions = MILLION}, MILLION,
	    new_flows);
	row(b, "reflexive",
	    (struct chain_conf){.sessions = ALL_RULES, .reflexive = ALL_RULES},
	    PACKETS, reflexive);
	bench_limit(b, "fwd_1m", "limit_line_64m", 2);
}
