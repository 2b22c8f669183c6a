/* SPDX-License-Identifier: Apache-2.0 */
/* The routing table with every candidate, as `get route` shows it, and the
 * choice among them: longest prefix is the FIB's business; here, for each
 * prefix, the lowest administrative distance wins and equal ones form an ECMP
 * group (at most FIB_HOPS_MAX).
 *
 * Flat, in the caller's storage: rib_init over an array, rib_add, rib_select;
 * then rib_next() says what the FIB has to learn, and rib_ref() who configured
 * the route that an address takes. */
#ifndef RIB_H
#define RIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/table/fib.h"

/* Where a route came from: letters of `get route` (t0c, t1n, ...), and the
 * usual administrative distance. C is a router outside NSX. */
#define RIB_LIST(X)                                                            \
	X(T0_CONNECTED, "t0c", 0, "Tier-0 connected")                          \
	X(T0_STATIC, "t0s", 1, "Tier-0 static")                                \
	X(T0_NAT, "t0n", 0, "Tier-0 NAT address")                              \
	X(T1_CONNECTED, "t1c", 3, "Tier-1 connected")                          \
	X(T1_STATIC, "t1s", 3, "Tier-1 static")                                \
	X(T1_NAT, "t1n", 3, "Tier-1 NAT address")                              \
	X(T1_LB_VIP, "t1l", 3, "Tier-1 load balancer VIP")                     \
	X(T1_LB_SNAT, "t1ls", 3, "Tier-1 load balancer SNAT address")          \
	X(BGP, "b", 20, "BGP")                                                 \
	X(INTERNAL, "isr", 1, "between the parts of one gateway")              \
	X(CONNECTED, "c", 0, "connected")                                      \
	X(STATIC, "s", 1, "static")

enum rib_kind {
#define X(symbol, letters, distance, text) RIB_##symbol,
	RIB_LIST(X)
#undef X
		RIB_KIND_COUNT
};

struct rib_route {
	struct addr_prefix prefix;
	enum rib_kind kind;
	uint8_t distance;
	bool null;	/* a null route: matching packets are dropped */
	bool selected;	/* in the FIB; set by rib_select() */
	ip4 via;	/* as configured and shown; 0.0.0.0: connected */
	ip4 gateway;	/* who gets the frame: 'via', or what leads to it */
	uint16_t port;	/* out by this port of the router */
	uint32_t ref;	/* what configured it, for traces; opaque here */
	uint32_t order; /* of insertion; set by rib_select() */
};

struct rib {
	struct rib_route *routes; /* caller's storage */
	size_t count, room;
};

void rib_init(struct rib *r, struct rib_route *storage, size_t room);
/* False when full. */
bool rib_add(struct rib *r, const struct rib_route *route);
/* Sorts (prefix, length, distance, insertion) and marks what is selected. */
void rib_select(struct rib *r);

/* One prefix that leads elsewhere than before. */
struct rib_change {
	struct addr_prefix prefix;
	bool gone;	    /* leads nowhere now */
	unsigned hop_count; /* 0: a null route */
	struct fib_hop hops[FIB_HOPS_MAX];
};

/* A walk over the changes from one table to another, both after rib_select():
 * {now, old}. They come sorted by address, then length. */
struct rib_walk {
	const struct rib *now, *old;
	size_t now_at, old_at;
};

/* False at the end. */
bool rib_next(struct rib_walk *w, struct rib_change *c);
/* The 'ref' of member number 'hop' of the selected route that 'dst' takes; 0
 * if there is none. */
uint32_t rib_ref(const struct rib *r, ip4 dst, unsigned hop);
const char *rib_kind_letters(enum rib_kind kind);
const char *rib_kind_text(enum rib_kind kind);
uint8_t rib_kind_distance(enum rib_kind kind);

#endif
