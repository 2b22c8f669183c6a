/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/tuples.h"

#include <string.h>

#include "sim/base/hash.h"

#define FIRST_SLOTS 64

bool tuples_same(const struct flow_key *a, const struct flow_key *b)
{
	return addr_same(a->src, b->src) && addr_same(a->dst, b->dst) &&
	       a->sport == b->sport && a->dport == b->dport &&
	       a->proto == b->proto;
}

struct flow_key tuples_both_ways(const struct flow_key *k)
{
	uint64_t src = (uint64_t)k->src.v << 16 | k->sport;
	uint64_t dst = (uint64_t)k->dst.v << 16 | k->dport;
	if (src <= dst)
		return *k;
	return (struct flow_key){.src = k->dst,
				 .dst = k->src,
				 .sport = k->dport,
				 .dport = k->sport,
				 .proto = k->proto};
}

static uint32_t hash(const struct flow_key *k, uint32_t more)
{
	uint64_t rest =
		(uint64_t)k->proto << 32 | (uint32_t)k->sport << 16 | k->dport;
	uint32_t ends = hash_pair((uint64_t)k->src.v << 32 | k->dst.v, rest);
	return hash_pair(ends, more);
}

static uint32_t *slot_of(struct tuples *t, const struct flow_key *k,
			 uint32_t more)
{
	size_t mask = t->slot_count - 1, i = hash(k, more) & mask;
	for (; t->slots[i]; i = (i + 1) & mask) {
		const struct tuples_entry *e = &t->all.at[t->slots[i] - 1];
		if (e->more == more && tuples_same(&e->key, k))
			break;
	}
	return &t->slots[i];
}

static void grow(struct tuples *t)
{
	if (2 * (t->all.count + 1) < t->slot_count)
		return;
	mem_free(t->slots);
	t->slot_count = t->slot_count ? 2 * t->slot_count : FIRST_SLOTS;
	t->slots = mem_new(t->slot_count, sizeof(*t->slots));
	for (uint32_t i = 0; i < t->all.count; i++)
		*slot_of(t, &t->all.at[i].key, t->all.at[i].more) = i + 1;
}

uint32_t tuples_number(struct tuples *t, const struct flow_key *key,
		       uint32_t more)
{
	grow(t);
	uint32_t *slot = slot_of(t, key, more);
	if (!*slot) {
		struct tuples_entry e = {*key, more};
		VEC_ADD(&t->all, e);
		*slot = (uint32_t)t->all.count;
	}
	return *slot - 1;
}

void tuples_fini(struct tuples *t)
{
	VEC_FREE(&t->all);
	mem_free(t->slots);
	memset(t, 0, sizeof(*t));
}
