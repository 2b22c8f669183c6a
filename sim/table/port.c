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

uint16_t port_take(struct port_pool *p)
{
	uint32_t count = (uint32_t)p->last - p->first + 1;
	if (p->used >= count)
		return 0;
	for (uint32_t tries = 0; tries < count; tries++) {
		uint16_t port = p->next;
		p->next = port == p->last ? p->first : (uint16_t)(port + 1);
		if (port_take_this(p, port))
			return port;
	}
	return 0;
}

void port_give(struct port_pool *p, uint16_t port)
{
	if (!is_taken(p, port))
		return;
	p->bits[port >> 6] &= ~((uint64_t)1 << (port & 63));
	p->used--;
}
