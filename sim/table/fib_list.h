/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a small routing table: all routes sorted, and what follows from
 * them, the address space cut into runs of addresses that lead the same way. A
 * look-up is a binary search for the run, over a power of two of them (the last
 * one is repeated), so that its steps only depend on how many there are: no
 * branch to guess wrong. Part of fib.h. */
#ifndef FIB_LIST_H
#define FIB_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/table/fib_group.h"

/* A prefix and where it leads; as a change, FIB_NONE takes the route away. */
struct fib_route {
	ip4 addr; /* no bits set beyond 'len' */
	uint8_t len;
	uint16_t group;
};

struct fib_list {
	struct fib_route *routes; /* by address, then length */
	uint32_t *starts; /* first address of each run; the first is 0 */
	uint16_t *groups; /* of each run */
	uint32_t count, room, run_count;
	uint32_t half; /* of the runs with the repeated ones; 0: one run */
};

size_t fib_list_bytes(uint32_t room);
void fib_list_init(struct fib_list *l, void *memory, uint32_t room);
/* The same routes in other memory for at least as many. */
void fib_list_move(struct fib_list *l, void *memory, uint32_t room);
/* As fib_apply(). */
size_t fib_list_apply(struct fib_list *l, struct fib_groups *g,
		      const struct fib_route *changes, size_t count);

/* As fib_find_batch(). */
void fib_list_find_batch(const struct fib_list *l, const ip4 *dst, size_t count,
			 uint16_t *group);
static inline uint16_t fib_list_find(const struct fib_list *l, ip4 dst)
{
	const uint32_t *at = l->starts;
	for (uint32_t half = l->half; half; half /= 2)
		at = at[half] <= dst.v ? at + half : at;
	return l->groups[at - l->starts];
}

#endif
