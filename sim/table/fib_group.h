/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of next hops, each kept once and known by its number; all routes that
 * lead the same way share one (ECMP as NSX has it, at most eight members).
 *
 * Flat, in the caller's storage, found by hash. A group lives as long as it has
 * users: routes, and changes on their way to become one. */
#ifndef FIB_GROUP_H
#define FIB_GROUP_H

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
	uint32_t users;
	uint16_t next;	   /* with the same hash, or free */
	uint8_t hop_count; /* 0: a null route, or FIB_NONE */
	struct fib_hop hops[FIB_HOPS_MAX];
};

struct fib_groups {
	struct fib_group *at; /* by number; FIB_NONE is there and empty */
	uint16_t *heads;      /* chains by hash */
	uint32_t head_mask;
	uint32_t room;	   /* without FIB_NONE */
	uint32_t fresh;	   /* from here on never used */
	uint16_t free;	   /* list of those without users */
	uint32_t multiple; /* in use, with several hops */
};

/* The memory for 'room' groups, at most FIB_GROUPS_MAX, and FIB_NONE. */
size_t fib_group_bytes(uint32_t room);
void fib_group_init(struct fib_groups *g, void *memory, uint32_t room);
/* The same groups with the same numbers in other memory for at least as many. */
void fib_group_move(struct fib_groups *g, void *memory, uint32_t room);
/* The number of the group with these hops, which gets one more user; FIB_NONE
 * when there is no room for another group. */
uint16_t fib_group_join(struct fib_groups *g, const struct fib_hop *hops,
			unsigned count);
/* One user less; FIB_NONE is fine. The last one ends the group. */
void fib_group_leave(struct fib_groups *g, uint16_t number);

#endif
