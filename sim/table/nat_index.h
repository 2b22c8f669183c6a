/* SPDX-License-Identifier: Apache-2.0 */
/* NAT rules arranged for look-up: 10,000 rules cost about what 10 cost.
 *
 * Tuple space search (Srinivasan, Suri, Varghese, SIGCOMM 1999): rules are
 * grouped by what they ask for - which address, how long a prefix, one port or
 * any - and each group is a hash look-up. Gateways have a few groups; those
 * whose rules all come after one that matches are left out. One open-addressed
 * table has the prefixes of all groups, 16 bytes each; those that are alike
 * stand in the order of their rules.
 *
 * Linear in memory. Made anew whenever the rules are; rules keep their order
 * and their meaning, which nat.h has. In the caller's storage. */
#ifndef NAT_INDEX_H
#define NAT_INDEX_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/table/flow.h"

#define NAT_INDEX_NONE UINT32_MAX
/* 33 lengths, by source or destination, with or without a port. */
#define NAT_INDEX_GROUPS 132
/* What a place in the list of rules and two flags leave room for. */
#define NAT_INDEX_RULES_MAX ((uint32_t)1 << 30)

/* One prefix of one rule. */
struct nat_index_slot {
	uint32_t addr;	/* of the prefix */
	uint32_t tag;	/* group, and protocol and port if it asks for them */
	uint32_t rule;	/* nat_index_pack(), NAT_INDEX_NONE: empty */
	uint32_t shift; /* see struct nat_index_ask */
};

static_assert(sizeof(struct nat_index_slot) == 16, "four in a cache line");

struct nat_index_group {
	uint32_t mask;	/* of the prefix */
	uint32_t tag;	/* of those without a port */
	uint32_t first; /* the lowest place of a rule */
	bool by_dst;	/* else by source */
	bool by_port;	/* of the destination, with the protocol */
};

struct nat_index {
	struct nat_index_slot *slots; /* caller's storage */
	uint32_t mask;		      /* their count less one */
	uint32_t group_count;
	struct nat_index_group groups[NAT_INDEX_GROUPS];
};

/* Slots for 'room' prefixes: a power of two, at most half are in use. */
static inline size_t nat_index_slots(size_t room)
{
	size_t count = 16;
	while (count < 2 * room)
		count *= 2;
	return count;
}

/* 'slots' has nat_index_slots(room) places. */
void nat_index_init(struct nat_index *x, struct nat_index_slot *slots,
		    size_t room);

/* What a packet is looked up by in a group. */
static inline uint32_t nat_index_addr(const struct nat_index_group *g,
				      const struct flow_key *key)
{
	return (g->by_dst ? key->dst.v : key->src.v) & g->mask;
}

static inline uint32_t nat_index_tag(const struct nat_index_group *g,
				     const struct flow_key *key)
{
	if (!g->by_port)
		return g->tag;
	return g->tag | (uint32_t)key->proto << 16 | key->dport;
}

/* What a prefix of a rule asks for. */
struct nat_index_ask {
	struct addr_prefix prefix;
	bool by_dst, by_port;
	uint8_t proto;
	uint16_t port;
	/* Of a REFLEXIVE rule: what is added to an address in the prefix; if
	 * not 'straight', nat_map() must be asked. */
	uint32_t shift;
	bool straight;
	bool sure; /* the rule asks for nothing else */
};

/* Rules must be added from the first to the last. */
void nat_index_add(struct nat_index *x, uint32_t rule,
		   const struct nat_index_ask *ask);

static inline uint32_t nat_index_pack(uint32_t rule, bool straight, bool sure)
{
	return rule << 2 | (uint32_t)straight << 1 | sure;
}

/* Of a slot that is not empty. */
static inline uint32_t nat_index_rule(const struct nat_index_slot *s)
{
	return s->rule >> 2;
}

static inline bool nat_index_straight(const struct nat_index_slot *s)
{
	return s->rule >> 1 & 1;
}

static inline bool nat_index_sure(const struct nat_index_slot *s)
{
	return s->rule & 1;
}

/* The slot where prefixes with this address and tag begin. */
static inline uint32_t nat_index_home(const struct nat_index *x, uint32_t addr,
				      uint32_t tag)
{
	uint64_t a = addr + tag * 0x85ebca6bU;
	return (uint32_t)(a * UINT64_C(0x9e3779b97f4a7c15) >> 32) & x->mask;
}

/* The slot where a packet's rules of a group begin, if there are any. */
static inline const struct nat_index_slot *
nat_index_first(const struct nat_index *x, const struct nat_index_group *g,
		const struct flow_key *key)
{
	return &x->slots[nat_index_home(x, nat_index_addr(g, key),
					nat_index_tag(g, key))];
}

/* The first slot with this address and tag, from slot 'i' on; NULL: none. */
static inline const struct nat_index_slot *
nat_index_find(const struct nat_index *x, uint32_t i, uint32_t addr,
	       uint32_t tag)
{
	const struct nat_index_slot *s = &x->slots[i & x->mask];
	while (s->rule != NAT_INDEX_NONE) {
		if (s->addr == addr && s->tag == tag)
			return s;
		s = &x->slots[++i & x->mask];
	}
	return NULL;
}

#endif
