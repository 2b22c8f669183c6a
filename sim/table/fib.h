/* SPDX-License-Identifier: Apache-2.0 */
/* Longest prefix match: address in, number of a group of next hops out.
 *
 * A route is a prefix and the number of its group (fib_group.h). Where a route
 * came from is not known here: rib_ref() tells.
 *
 * fib_init() over fib_bytes() of the caller's memory. For each change
 * fib_join() gives a group, and fib_apply() takes an array of changes, best
 * sorted by address, then length. fib_find() and fib_find_batch() look up. When
 * there is no room left, fib_move() to more memory and go on. Changes only
 * between batches.
 *
 * A small table is a sorted list (fib_list.h), a large one a tree (fib_tree.h);
 * which of them depends on the room that was asked for. */
#ifndef FIB_H
#define FIB_H

#include "sim/table/fib_list.h"
#include "sim/table/fib_tree.h"

#define FIB_LIST_MAX 2048 /* room for more routes makes a tree */

/* How much a table is to hold. */
struct fib_room {
	uint32_t routes; /* beyond FIB_LIST_MAX: about, see fib_tree_bytes() */
	uint32_t groups; /* at most FIB_GROUPS_MAX */
};

struct fib {
	void *memory; /* caller's */
	struct fib_room room;
	struct fib_groups groups;
	bool is_tree;
	struct fib_list list;
	struct fib_tree tree;
};

/* The memory it takes. */
size_t fib_bytes(struct fib_room room);
/* Empty. 'memory' begins a cache line and stays the caller's, who frees
 * f->memory, of fib_bytes(f->room), in the end. */
void fib_init(struct fib *f, void *memory, struct fib_room room);
/* The same table in other memory: f->memory is then the new one. Numbers of
 * groups stay. False if 'room' is less than what the table has; then nothing
 * has changed. */
bool fib_move(struct fib *f, void *memory, struct fib_room room);

/* The number of the group with these next hops, for one change: the route will
 * be a user of it. FIB_NONE when there is no room for another group. */
static inline uint16_t fib_join(struct fib *f, const struct fib_hop *hops,
				unsigned count)
{
	return fib_group_join(&f->groups, hops, count);
}

/* Adds, replaces and takes away routes; taking away one that is not there is
 * fine. Returns how many of 'changes' were done, in their order: less than
 * 'count' when there is no room for the next one. */
size_t fib_apply(struct fib *f, const struct fib_route *changes, size_t count);
uint32_t fib_count(const struct fib *f);

/* The group of the longest prefix around each 'dst', or FIB_NONE. */
void fib_find_batch(const struct fib *f, const ip4 *dst, size_t count,
		    uint16_t *group);
static inline uint16_t fib_find(const struct fib *f, ip4 dst)
{
	uint16_t group;
	if (!f->is_tree)
		return fib_list_find(&f->list, dst);
	fib_tree_find_batch(&f->tree, &dst, 1, &group);
	return group;
}

static inline const struct fib_group *fib_at(const struct fib *f,
					     uint16_t group)
{
	return &f->groups.at[group];
}

#endif
