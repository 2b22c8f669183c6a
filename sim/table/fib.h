/* SPDX-License-Identifier: Apache-2.0 */
/* Longest prefix match: address in, route out; nothing else.
 *
 * Flat, in the caller's storage: fib_init, fib_add for each prefix once,
 * fib_seal, then fib_find. To change it, build it anew between events. */
#ifndef FIB_H
#define FIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"

#define FIB_HOPS_MAX 8 /* NSX's ECMP limit */

struct fib_hop {
	ip4 gateway;   /* 0.0.0.0: the destination itself (connected) */
	uint16_t port; /* out by this port */
	uint32_t ref;  /* what configured it */
};

struct fib_route {
	struct addr_prefix prefix;
	uint8_t hop_count; /* 0: null route */
	struct fib_hop hops[FIB_HOPS_MAX];
	uint32_t ref; /* of the null route, or of the first hop */
};

/* Routes sorted by prefix length, longest first, then by address; 'starts'
 * says where each length begins, so a look-up is one binary search for each
 * length in use. */
struct fib {
	struct fib_route *routes; /* caller's storage */
	size_t count, room;
	uint32_t starts[34]; /* starts[32 - len] .. starts[33 - len] */
	uint64_t lens;	     /* bit n: some route has length 32 - n */
};

void fib_init(struct fib *f, struct fib_route *storage, size_t room);
/* False when full. */
bool fib_add(struct fib *f, const struct fib_route *route);
void fib_seal(struct fib *f);
/* The longest match, or NULL. */
const struct fib_route *fib_find(const struct fib *f, ip4 dst);

#endif
