/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of numbers (addresses, ports) that meet, found without comparing each
 * with each.
 *
 * Starts from {0}: overlap_add() for each, overlap_seal() once, then ask;
 * overlap_fini() frees. */
#ifndef OVERLAP_H
#define OVERLAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/base/vec.h"

struct overlap_range {
	uint64_t first, last;
	uint32_t owner;
	uint32_t reach; /* of it and those before it: the one that ends last */
};

struct overlap {
	VEC(struct overlap_range); /* by their first number, once sealed */
};

/* Two owners that meet, the lower one first. */
struct overlap_pair {
	uint32_t low, high;
	size_t at; /* where the search goes on; starts at 0 */
};

void overlap_add(struct overlap *o, uint64_t first, uint64_t last,
		 size_t owner);
void overlap_add_prefix(struct overlap *o, struct addr_prefix p, size_t owner);
void overlap_seal(struct overlap *o);
/* The owner of a range that meets first..last, or 'none'. */
uint32_t overlap_find(const struct overlap *o, uint64_t first, uint64_t last,
		      uint32_t none);
/* The next pair, false at the end. Whoever meets another is in a pair; of n
 * that all meet there are n - 1. */
bool overlap_next(const struct overlap *o, struct overlap_pair *p);
void overlap_fini(struct overlap *o);

#endif
