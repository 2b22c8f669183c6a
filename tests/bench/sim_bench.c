/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the whole simulation: everything in order of virtual time. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim/base/mem.h"
#include "sim/record/capture.h"
#include "tests/bench/bench.h"
#include "tests/bench/simnet.h"

#define DATAGRAMS 500000U
#define ALL_HOPS  1000000U
#define CAPTURED  250000U
#define SEGMENTS  200000U
#define EVENTS	  2000000U
#define HOPS	  4 /* of the chain: cables */

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

struct line {
	struct simnet *net;
	unsigned hops;
};

struct tape {
	struct simnet *net;
	struct capture *capture;
};

static void on_frame(void *context, const struct nic *nic,
		     enum watch_direction direction, uint64_t now,
		     const struct pkt *p)
{
	struct tape *t = context;
	(void)nic;
	if (direction == WATCH_OUT)
		capture_add(t->capture, now, p->data, p->len);
}

/* Each packet as it leaves each node, into a file of the memory file system;
 * closing it is part of the time. */
static double captured(void *state)
{
	struct tape t = {.net = state};
	struct watch watch = {.frame = on_frame, .context = &t};
	struct diag diag;
	char path[64];
	diag_init(&diag);
	snprintf(path, sizeof(path), "/dev/shm/bench-%ld.pcap", (long)getpid());
	t.capture = capture_open(path, &diag);
	must_be(t.capture != NULL, true);
	world_watch(simnet_world(t.net), &watch);
	uint64_t started = bench_now();
	must_be(simnet_datagrams(t.net, CAPTURED), CAPTURED);
	/* and ARP, the first time */
	must_be(capture_count(t.capture) >= (uint64_t)CAPTURED * HOPS, true);
	must_be(capture_close(t.capture, &diag), true);
	double rate = bench_rate(CAPTURED, started);
	world_unwatch(simnet_world(t.net), &watch);
	unlink(path);
	diag_fini(&diag);
	return rate;
}

static double bulk(void *state)
{
	uint64_t started = bench_now();
	must_be(simnet_bulk(state, SEGMENTS), SEGMENTS);
	return bench_rate(SEGMENTS, started);
}

/* How the cost of a packet grows with the cables on its way, of which there are
 * the same number in each run. 64 is as far as a TTL of 64 reaches. */
static double hop_by_hop(void *state)
{
	struct line *l = state;
	uint64_t count = ALL_HOPS / l->hops, started = bench_now();
	must_be(simnet_datagrams(l->net, count), count);
	return bench_rate(count, started);
}

static void hops(struct bench *b)
{
	for (unsigned n = 2; n <= 64; n *= 2) {
		char name[16];
		struct simnet_conf conf = chain;
		snprintf(name, sizeof(name), "hops_%u", n);
		if (!bench_wants(b, name))
			continue;
		conf.routers = n - 1;
		struct line l = {simnet_new(&conf), n};
		bench_measure(b, name, "M/s", hop_by_hop, &l);
		simnet_free(l.net);
	}
}

/* The queue of timers alone: each that fires is set again, to a time that is as
 * far as there are timers, on average. */
static struct clockwork {
	struct vclock clock;
	struct vclock_timer *timers;
	struct rng rng;
	uint32_t count;
} clockwork;

static void set_again(void *context)
{
	struct clockwork *w = &clockwork;
	vclock_set(&w->clock, context,
		   w->clock.now + rng_below(&w->rng, w->count * 1000));
}

static double timers_fire(void *state)
{
	struct clockwork *w = state;
	uint64_t started = bench_now();
	for (unsigned i = 0; i < EVENTS; i++)
		vclock_step(&w->clock, VCLOCK_NEVER);
	return bench_rate(EVENTS, started);
}

static void timers(struct bench *b, const char *name, uint32_t count)
{
	struct clockwork *w = &clockwork;
	if (!bench_wants(b, name))
		return;
	*w = (struct clockwork){.count = count};
	vclock_init(&w->clock);
	rng_init(&w->rng, 1);
	w->timers = mem_new(count, sizeof(*w->timers));
	for (uint32_t i = 0; i < count; i++) {
		w->timers[i].fire = set_again;
		w->timers[i].context = &w->timers[i];
		set_again(&w->timers[i]);
	}
	bench_measure(b, name, "M/s", timers_fire, w);
	mem_free(w->timers);
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
	row(b, "sim_chain_capture", captured, &chain);
	row(b, "tcp_bulk", bulk, &chain);
	hops(b);
	timers(b, "timers_16", 16);
	timers(b, "timers_1k", 1000);
	timers(b, "timers_100k", 100000);
	timers(b, "timers_1m", 1000000);
}
