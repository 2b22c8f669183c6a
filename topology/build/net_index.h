/* SPDX-License-Identifier: Apache-2.0 */
/* Who belongs to whom, found without a search: the segments of a gateway, the
 * hosts of a segment. Filled with net_index_add, sealed once, then read. */
#ifndef NET_INDEX_H
#define NET_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/vec.h"

struct net_index_pair {
	uint32_t owner, member;
};

struct net_index {
	struct {
		VEC(struct net_index_pair);
	} pairs;	 /* until it is sealed */
	uint32_t *first; /* by owner: its first member's place in 'members' */
	uint32_t *members;
	size_t owner_count;
};

/* The members of one owner, in the order in which they were added. */
struct net_index_list {
	const uint32_t *at;
	size_t count;
};

void net_index_add(struct net_index *x, size_t owner, size_t member);
/* 'owner_count': one more than the greatest owner there may be. */
void net_index_seal(struct net_index *x, size_t owner_count);
struct net_index_list net_index_of(const struct net_index *x, size_t owner);
void net_index_fini(struct net_index *x);

#endif
