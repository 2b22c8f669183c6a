/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers 5-tuples in the order in which they are first seen, so that an array
 * can hold what is known about each. Start from {0}; tuples_fini frees. */
#ifndef TUPLES_H
#define TUPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/vec.h"
#include "sim/table/flow.h"

struct tuples_entry {
	struct flow_key key;
	uint32_t more;
};

struct tuples {
	struct {
		VEC(struct tuples_entry);
	} all;
	uint32_t *slots; /* by hash: number + 1 */
	size_t slot_count;
};

/* The number of 'key' with 'more' (0, or what tells apart what shares a tuple),
 * from 0; a new one is the count of those before it. */
uint32_t tuples_number(struct tuples *t, const struct flow_key *key,
		       uint32_t more);
bool tuples_same(const struct flow_key *a, const struct flow_key *b);
/* The same for both directions of a conversation. */
struct flow_key tuples_both_ways(const struct flow_key *k);
void tuples_fini(struct tuples *t);

#endif
