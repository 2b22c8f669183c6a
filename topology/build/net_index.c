/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/build/net_index.h"

void net_index_add(struct net_index *x, size_t owner, size_t member)
{
	struct net_index_pair p = {(uint32_t)owner, (uint32_t)member};
	VEC_ADD(&x->pairs, p);
}

/* A counting sort. */
void net_index_seal(struct net_index *x, size_t owner_count)
{
	x->owner_count = owner_count;
	x->first = mem_new(owner_count + 2, sizeof(*x->first));
	x->members = mem_new(x->pairs.count, sizeof(*x->members));
	for (size_t i = 0; i < x->pairs.count; i++)
		x->first[x->pairs.at[i].owner + 2]++;
	for (size_t i = 2; i < owner_count + 2; i++)
		x->first[i] += x->first[i - 1];
	for (size_t i = 0; i < x->pairs.count; i++) {
		struct net_index_pair p = x->pairs.at[i];
		x->members[x->first[p.owner + 1]++] = p.member;
	}
	VEC_FREE(&x->pairs);
}

struct net_index_list net_index_of(const struct net_index *x, size_t owner)
{
	return (struct net_index_list){x->members + x->first[owner],
				       x->first[owner + 1] - x->first[owner]};
}

void net_index_fini(struct net_index *x)
{
	VEC_FREE(&x->pairs);
	mem_free(x->first);
	mem_free(x->members);
}
