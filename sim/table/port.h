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

#endif
