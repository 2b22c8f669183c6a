/* SPDX-License-Identifier: Apache-2.0 */
/* The session table alone: keys of sessions looked up in batches, as
 * forward_batch() does: hash, slot, session, whole key. peer_hash.c does the
 * same with DPDK's rte_hash. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/base/mem.h"
#include "sim/path/pkt.h"
#include "sim/table/flow.h"
#include "tests/bench/bench.h"

#define MILLION 1000000U
#define LOOKS	2000000U
#define UDP	17

void sessions_bench(struct bench *b);

struct load {
	struct flow_table table;
	struct flow_key *keys; /* in random order, as often as looked up */
};

static uint32_t next(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

static struct flow_key key_of(uint32_t number)
{
	return (struct flow_key){addr_ip4(0x0af40002 + number / 64),
				 addr_ip4(0x4a7d8552),
				 (uint16_t)(32768 + number % 64), 443, UDP};
}

static struct flow_key out_of(uint32_t number)
{
	return (struct flow_key){addr_ip4(0x1e000000 + number / 60000),
				 addr_ip4(0x4a7d8552),
				 (uint16_t)(1024 + number % 60000), 443, UDP};
}

static void load_init(struct load *l, uint32_t count)
{
	uint32_t seed = 2463534242U;
	flow_init(&l->table, mem_map(count, sizeof(struct flow)),
		  mem_map(flow_slots(count), sizeof(struct flow_slot)), count);
	for (uint32_t i = 0; i < count; i++) {
		struct flow_key in = key_of(i), out = out_of(i);
		if (flow_add(&l->table, &in, &out, 0) == i)
			continue;
		fputs("bench: a session was refused\n", stderr);
		exit(1);
	}
	l->keys = mem_map(LOOKS, sizeof(*l->keys));
	for (uint32_t i = 0; i < LOOKS; i++)
		l->keys[i] = key_of(next(&seed) % count);
}

static void load_fini(struct load *l)
{
	uint32_t room = l->table.room;
	mem_unmap(l->table.flows, room, sizeof(struct flow));
	mem_unmap(l->table.slots, flow_slots(room), sizeof(struct flow_slot));
	mem_unmap(l->keys, LOOKS, sizeof(*l->keys));
}

/* How many of BATCH_MAX keys have a session. */
static unsigned look_up(const struct flow_table *t, const struct flow_key *keys)
{
	uint32_t hashes[BATCH_MAX], values[BATCH_MAX];
	unsigned found = 0;
	for (size_t i = 0; i < BATCH_MAX; i++) {
		hashes[i] = flow_hash(&keys[i]);
		flow_prefetch_slot(t, hashes[i]);
	}
	for (size_t i = 0; i < BATCH_MAX; i++)
		values[i] = flow_guess(t, hashes[i]);
	for (size_t i = 0; i < BATCH_MAX; i++) {
		const struct flow *f = &t->flows[flow_number(values[i])];
		if (!values[i] ||
		    !flow_has(f, flow_value_dir(values[i]), &keys[i]))
			values[i] = flow_value(t, &keys[i], hashes[i]);
		found += values[i] != 0;
	}
	return found;
}

static double look_up_all(void *state)
{
	struct load *l = state;
	uint64_t found = 0, started = bench_now();
	for (size_t i = 0; i + BATCH_MAX <= LOOKS; i += BATCH_MAX)
		found += look_up(&l->table, l->keys + i);
	double rate = bench_rate(LOOKS / BATCH_MAX * BATCH_MAX, started);
	if (found != LOOKS / BATCH_MAX * BATCH_MAX) {
		fputs("bench: a session was not found\n", stderr);
		exit(1);
	}
	return rate;
}

static void row(struct bench *b, const char *name, uint32_t count)
{
	struct load l;
	if (!bench_wants(b, name))
		return;
	load_init(&l, count);
	bench_measure(b, name, "M/s", look_up_all, &l);
	load_fini(&l);
}

/* All that a session takes in a table of a million that is full: both
 * directions, their slots, what is left empty in between. */
static double bytes_per_session(void)
{
	double slots = (double)flow_slots(MILLION) * sizeof(struct flow_slot);
	return (double)(sizeof(struct flow_table)) / MILLION +
	       (double)sizeof(struct flow) + slots / MILLION;
}

void sessions_bench(struct bench *b)
{
	row(b, "sessions_1k", 1000);
	row(b, "sessions_1m", MILLION);
	bench_limit(b, "sessions_1m", "limit_line_64m", 2);
	bench_value(b, "bytes_per_session", "bytes", bytes_per_session());
}
