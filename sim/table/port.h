/* SPDX-License-Identifier: Apache-2.0 */
/* Source ports (and ICMP echo ids) in use for one translated address and
 * protocol.
 *
 * NSX allocates from PORT_FIRST to 65535; range and order are not documented,
 * so we take the plainest: round robin from the first, well-known ports left
 * out. Flat: one bit per port in the caller's storage. */
#ifndef PORT_H
#define PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"

#define PORT_FIRST 1024
#define PORT_LAST  65535

struct port_pool {
	ip4 addr;
	uint8_t proto;
	uint16_t first, last; /* may be narrowed for tests and scenarios */
	uint16_t next;	      /* where the search goes on */
	uint32_t used;
	uint64_t bits[1024]; /* bit n: port n is taken */
};

void port_init(struct port_pool *p, ip4 addr, uint8_t proto);
/* A free port, 0 when there is none. */
uint16_t port_take(struct port_pool *p);
/* 'want' itself if it is free and in range (port preservation). */
bool port_take_this(struct port_pool *p, uint16_t want);
void port_give(struct port_pool *p, uint16_t port);
/* The pool of that address and protocol among 'count', or NULL. */
struct port_pool *port_find(struct port_pool *pools, size_t count, ip4 addr,
			    uint8_t proto);

/* The same by hash, for many pools: open addressing in the caller's storage. */
struct port_index {
	uint32_t *slots; /* place of the pool + 1, 0: empty */
	uint32_t mask;	 /* their count less one */
};

/* How many slots for 'count' pools: at most half are in use. */
static inline size_t port_index_slots(size_t count)
{
	size_t slots = 4;
	while (slots < 2 * count)
		slots *= 2;
	return slots;
}

/* 'slots' are zero, port_index_slots(count) of them. */
void port_index_init(struct port_index *x, uint32_t *slots,
		     const struct port_pool *pools, size_t count);

static inline uint32_t port_index_home(const struct port_index *x, ip4 addr,
				       uint8_t proto)
{
	uint64_t key = (uint64_t)proto << 32 | addr.v;
	return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 40) & x->mask;
}

static inline struct port_pool *port_index_find(const struct port_index *x,
						struct port_pool *pools,
						ip4 addr, uint8_t proto)
{
	uint32_t i = port_index_home(x, addr, proto);
	for (; x->slots[i]; i = (i + 1) & x->mask) {
		struct port_pool *p = &pools[x->slots[i] - 1];
		if (addr_same(p->addr, addr) && p->proto == proto)
			return p;
	}
	return NULL;
}

#endif
