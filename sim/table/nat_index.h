/* SPDX-License-Identifier: Apache-2.0 */
/* NAT rules arranged for look-up: 10,000 rules cost about what 10 cost.
 *
 * Tuple space search (Srinivasan, Suri, Varghese, SIGCOMM 1999): rules are
 * grouped by what they ask for - which address, how long a prefix, one port or
 * any - and each group is a hash look-up. Gateways have a few groups; those
 * whose rules all come after one that matches are left out.
 *
 * Linear in memory. Made anew whenever the rules are; rules keep their order
 * and their meaning, which nat.h has. In the caller's storage. */
#ifndef NAT_INDEX_H
#define NAT_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"

#define NAT_INDEX_NONE UINT32_MAX
/* 33 lengths, by source or destination, with or without a port. */
#define NAT_INDEX_GROUPS 132

/* One prefix of one rule. */
struct nat_index_entry {
	uint32_t addr; /* of the prefix */
	uint32_t rule; /* its place */
	uint32_t next; /* further down the chain: same hash, later rule */
	/* Of a REFLEXIVE rule: what is added to an address in the prefix; if
	 * not 'straight', nat_map() must be asked. */
	uint32_t shift;
	uint16_t port; /* that is matched, with proto; else 0 */
	uint8_t proto;
	uint8_t group;
	bool straight;
	bool sure; /* the rule asks for nothing else */
};

struct nat_index_group {
	uint32_t mask;	/* of the prefix */
	uint32_t first; /* the lowest place of a rule */
	bool by_dst;	/* else by source */
	bool by_port;	/* of the destination, with the protocol */
	uint8_t number; /* of NAT_INDEX_GROUPS */
};

struct nat_index {
	struct nat_index_entry *entries; /* caller's storage */
	uint32_t *heads; /* caller's: first entry of each chain */
	size_t count, room;
	size_t head_count; /* a power of two */
	struct nat_index_group groups[NAT_INDEX_GROUPS];
	size_t group_count;
};

/* Chains for 'entries' entries: a power of two. */
static inline size_t nat_index_heads(size_t entries)
{
	size_t count = 16;
	while (count < 2 * entries)
		count *= 2;
	return count;
}

/* 'heads' has nat_index_heads(room) places. */
void nat_index_init(struct nat_index *x, struct nat_index_entry *entries,
		    uint32_t *heads, size_t room);

/* What a prefix of a rule asks for. */
struct nat_index_ask {
	struct addr_prefix prefix;
	bool by_dst, by_port;
	uint8_t proto;
	uint16_t port;
	uint32_t shift;
	bool straight, sure;
};

/* Rules must be added from the last to the first. */
void nat_index_add(struct nat_index *x, uint32_t rule,
		   const struct nat_index_ask *ask);

static inline uint32_t nat_index_hash(const struct nat_index *x, uint32_t addr,
				      uint32_t service, uint8_t group)
{
	uint64_t a = (uint64_t)addr << 32 | service;
	a = (a + group) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)((a ^ a >> 29) >> 8) & (uint32_t)(x->head_count - 1);
}

#endif
