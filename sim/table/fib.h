/* SPDX-License-Identifier: Apache-2.0 */
/* Longest prefix match: address in, number of a group of next hops out.
 *
 * A route is a prefix and the number of its group; groups are shared by all
 * routes that lead the same way. Where a route came from is not known here:
 * rib_ref() tells.
 *
 * fib_init over fib_bytes() of the caller's memory; for each change
 * fib_group() and one element of an array, sorted by address and then length;
 * fib_apply() makes them effective. fib_find() and fib_find_batch() look up.
 * When there is no room left, fib_move() to more memory and go on. Nothing of
 * it may happen during a batch. */
#ifndef FIB_H
#define FIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"

#define FIB_HOPS_MAX   8     /* NSX's ECMP limit */
#define FIB_GROUPS_MAX 32767 /* in one table */
#define FIB_NONE       0     /* the group of what no prefix covers */

struct fib_hop {
	ip4 gateway;   /* 0.0.0.0: the destination itself (connected) */
	uint16_t port; /* out by this port */
};

/* Next hops in the order they were configured. */
struct fib_group {
	uint32_t users;	   /* routes and changes that have its number */
	uint16_t next;	   /* with the same hash, or free */
	uint8_t hop_count; /* 0: a null route, or FIB_NONE */
	struct fib_hop hops[FIB_HOPS_MAX];
};

/* A prefix and where it leads; as a change, FIB_NONE takes the route away. */
struct fib_route {
	ip4 addr; /* no bits set beyond 'len' */
	uint8_t len;
	uint16_t group;
};

/* How much a table is to hold. */
struct fib_room {
	uint32_t routes;
	uint32_t groups; /* without FIB_NONE; at most FIB_GROUPS_MAX */
};

/* All routes, sorted by address, then length; and what follows from them: the
 * address space cut into runs of addresses that lead the same way. A look-up is
 * a binary search for the run, without branches. */
struct fib {
	void *memory; /* caller's */
	struct fib_room room;
	struct fib_route *routes;
	uint32_t *starts; /* first address of each run; the first is 0 */
	uint16_t *run_of; /* group of each run */
	struct fib_group *groups;
	uint16_t *heads; /* chains of groups by hash */
	uint32_t head_mask;
	uint32_t route_count, run_count;
	uint32_t fresh;	     /* groups from here on were never used */
	uint16_t free_group; /* list of groups without users */
};

/* The memory it takes. */
size_t fib_bytes(struct fib_room room);
/* Empty. 'memory' is aligned for any type and stays the caller's, who frees
 * f->memory in the end. */
void fib_init(struct fib *f, void *memory, struct fib_room room);
/* The same table in other, larger memory; f->memory is then the new one.
 * Numbers of groups stay. */
void fib_move(struct fib *f, void *memory, struct fib_room room);

/* The number of the group with these next hops, for one change. FIB_NONE when
 * there are too many groups. */
uint16_t fib_group(struct fib *f, const struct fib_hop *hops, unsigned count);
/* Adds, replaces and removes routes; what of it is already so costs little.
 * Returns how many of 'changes' were done: less than 'count' when there is no
 * room for the next one. */
size_t fib_apply(struct fib *f, const struct fib_route *changes, size_t count);

/* The group of the longest prefix around 'dst', or FIB_NONE. */
uint16_t fib_find(const struct fib *f, ip4 dst);
/* The same for each of 'dst', faster. */
void fib_find_batch(const struct fib *f, const ip4 *dst, size_t count,
		    uint16_t *group);
static inline const struct fib_group *fib_at(const struct fib *f,
					     uint16_t group)
{
	return &f->groups[group];
}

#endif
