/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/model/overlap.h"

#include <stdlib.h>

void overlap_add(struct overlap *o, uint64_t first, uint64_t last, size_t owner)
{
	struct overlap_range r = {first, last, (uint32_t)owner, 0};
	VEC_ADD(o, r);
}

void overlap_add_prefix(struct overlap *o, struct addr_prefix p, size_t owner)
{
	overlap_add(o, p.addr.v, p.addr.v + addr_count(p) - 1, owner);
}

static int compare(const void *left, const void *right)
{
	const struct overlap_range *a = left, *b = right;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return (a->owner > b->owner) - (a->owner < b->owner);
}

void overlap_seal(struct overlap *o)
{
	if (o->count)
		qsort(o->at, o->count, sizeof(*o->at), compare);
	for (size_t i = 1; i < o->count; i++) {
		uint32_t before = o->at[i - 1].reach;
		bool farther = o->at[i].last > o->at[before].last;
		o->at[i].reach = farther ? (uint32_t)i : before;
	}
}

/* How many begin at 'last' or before it. */
static size_t begun(const struct overlap *o, uint64_t last)
{
	size_t low = 0, high = o->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (o->at[middle].first <= last)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t overlap_find(const struct overlap *o, uint64_t first, uint64_t last,
		      uint32_t none)
{
	size_t count = begun(o, last);
	if (!count)
		return none;
	const struct overlap_range *r = &o->at[o->at[count - 1].reach];
	return r->last >= first ? r->owner : none;
}

bool overlap_next(const struct overlap *o, struct overlap_pair *p)
{
	while (++p->at < o->count) {
		const struct overlap_range *a = &o->at[o->at[p->at - 1].reach];
		const struct overlap_range *b = &o->at[p->at];
		if (b->first > a->last || a->owner == b->owner)
			continue;
		p->low = a->owner < b->owner ? a->owner : b->owner;
		p->high = a->owner < b->owner ? b->owner : a->owner;
		return true;
	}
	return false;
}

void overlap_fini(struct overlap *o)
{
	VEC_FREE(o);
}
