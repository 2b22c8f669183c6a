/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/pkt.h"

#include <string.h>

void pkt_pool_init(struct pkt_pool *pool, struct pkt *slots, size_t room)
{
	*pool = (struct pkt_pool){NULL, slots, room, 0, 0};
}

struct pkt *pkt_take(struct pkt_pool *pool)
{
	struct pkt *p = pool->free;
	if (p)
		pool->free = p->next;
	else if (pool->fresh < pool->room)
		p = &pool->slots[pool->fresh++];
	else
		return NULL;
	pool->used++;
	memset(p, 0, offsetof(struct pkt, data));
	return p;
}

void pkt_free(struct pkt_pool *pool, struct pkt *p)
{
	if (!p)
		return;
	p->next = pool->free;
	pool->free = p;
	pool->used--;
}
