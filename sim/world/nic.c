/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world/nic.h"

#include <stdio.h>

#include "sim/base/rare.h"
#include "sim/wire/eth.h"
#include "sim/world/link.h"
#include "sim/world/world.h"

RARE static void lose(struct nic *n, struct pkt *p, enum drop reason)
{
	p->drop = (uint8_t)reason;
	world_note(n->node, p, NOTE_DROPPED, 0);
	world_free_pkt(n->node->world, p);
}

/* Where it may be lost, or under an observer's eyes. */
RARE static void put_closely(struct nic *n, struct pkt *p)
{
	if (!n->up || !n->link) {
		lose(n, p, DROP_IFACE_DOWN);
		return;
	}
	world_frame(n, WATCH_OUT, p);
	enum drop drop = link_carry(n->link, n->end, p);
	if (drop != DROP_NONE)
		lose(n, p, drop);
}

void nic_put(struct nic *n, struct pkt *p)
{
	struct link *l = n->link;
	if (n->up && l && link_is_sure(l) && !l->world->watches)
		link_queue(l, n->end, p);
	else
		put_closely(n, p);
}

void nic_silence(struct nic *n, struct pkt *p)
{
	world_free_pkt(n->node->world, p);
}

/* A port that is down loses what is meant for it; a flooded copy for somebody
 * else says nothing about the packet's fate. */
static void miss(struct nic *n, struct pkt *p)
{
	if (p->len >= ETH_SIZE && addr_mac_same(eth_dst(p->data), n->mac))
		lose(n, p, DROP_IFACE_DOWN);
	else
		world_free_pkt(n->node->world, p);
}

/* For a port that is down, a driver, or under an observer's eyes. */
RARE static void receive_closely(struct nic *n, struct batch *b)
{
	if (!n->up) {
		for (size_t i = 0; i < b->count; i++)
			miss(n, b->at[i]);
		return;
	}
	for (size_t i = 0; i < b->count; i++)
		world_frame(n, WATCH_IN, b->at[i]);
	if (n->driver)
		n->driver->receive(n->driver->context, n, b);
	else
		n->node->class->receive(n, b);
}

void nic_receive(struct nic *n, struct batch *b)
{
	struct node *node = n->node;
	if (!n->up || n->driver || node->world->watches)
		receive_closely(n, b);
	else
		node->class->receive(n, b);
}

const char *nic_print(const struct nic *n, char *out, unsigned size)
{
	snprintf(out, size, "%s:%s", n->node->name, n->name);
	return out;
}
