/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/port.h"

#include <string.h>

void port_init(struct port_pool *p, ip4 addr, uint8_t proto)
{
	memset(p, 0, sizeof(*p));
	p->addr = addr;
	p->proto = proto;
	p->first = p->next = PORT_FIRST;
	p->last = PORT_LAST;
}

static bool is_taken(const struct port_pool *p, uint16_t port)
{
	return p->bits[port >> 6] >> (port & 63) & 1;
}

bool port_take_this(struct port_pool *p, uint16_t want)
{
	if (want < p->first || want > p->last || is_taken(p, want))
		return false;
	p->bits[want >> 6] |= (uint64_t)1 << (want & 63);
	p->used++;
	return true;
}

/* The first free port of from..to, 0 when there is none: 64 ports a step. */
static uint16_t find_free(const struct port_pool *p, uint32_t from, uint32_t to)
{
	for (uint32_t word = from >> 6; word <= to >> 6; word++) {
		uint64_t free = ~p->bits[word];
		if (word == from >> 6)
			free &= ~(uint64_t)0 << (from & 63);
		if (!free)
			continue;
		uint32_t port = word * 64 + (uint32_t)__builtin_ctzll(free);
		return port <= to ? (uint16_t)port : 0;
	}
	return 0;
}

/* From 'start' on, then from the first one on. */
static uint16_t search(const struct port_pool *p, uint16_t start)
{
	uint16_t port = find_free(p, start, p->last);
	return port ? port : find_free(p, p->first, start);
}

uint16_t port_take(struct port_pool *p)
{
	uint16_t port = p->next < p->first ? p->first : p->next;
	if (!port_take_this(p, port)) {
		port = search(p, port);
		if (!port || !port_take_this(p, port))
			return 0;
	}
	p->next = port == p->last ? p->first : (uint16_t)(port + 1);
	return port;
}

void port_give(struct port_pool *p, uint16_t port)
{
	if (!is_taken(p, port))
		return;
	p->bits[port >> 6] &= ~((uint64_t)1 << (port & 63));
	p->used--;
}

void port_index_init(struct port_index *x, uint32_t *slots,
		     const struct port_pool *pools, size_t count)
{
	*x = (struct port_index){slots, (uint32_t)port_index_slots(count) - 1};
	for (size_t i = 0; i < count; i++) {
		uint32_t at = port_index_home(x, pools[i].addr, pools[i].proto);
		while (slots[at])
			at = (at + 1) & x->mask;
		slots[at] = (uint32_t)i + 1;
	}
}

struct port_pool *port_find(struct port_pool *pools, size_t count, ip4 addr,
			    uint8_t proto)
{
	for (size_t i = 0; i < count; i++)
		if (addr_same(pools[i].addr, addr) && pools[i].proto == proto)
			return &pools[i];
	return NULL;
}
