/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world/nic.h"

#include <stdio.h>

#include "sim/wire/eth.h"
#include "sim/world/link.h"
#include "sim/world/world.h"

static void lose(struct nic *n, struct pkt *p, enum drop reason)
{
	p->drop = (uint8_t)reason;
	world_note(n->node, p, NOTE_DROPPED, 0);
	world_free_pkt(n->node->world, p);
}

void nic_put(struct nic *n, struct pkt *p)
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

void nic_send(struct nic *n, struct pkt *p)
{
	if (n->driver)
		world_free_pkt(n->node->world, p);
	else
		nic_put(n, p);
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

void nic_receive(struct nic *n, struct batch *b)
{
	if (!n->up) {
		for (size_t i = 0; i < b->count; i++)
			miss(n, b->at[i]);
		return;
	}
	for (size_t i = 0; i < b->count; i++) {
		world_frame(n, WATCH_IN, b->at[i]);
		b->at[i]->in_port = n->port;
	}
	if (n->driver)
		n->driver->receive(n->driver->context, n, b);
	else
		n->node->class->receive(n, b);
}

const char *nic_print(const struct nic *n, char *out, unsigned size)
{
	snprintf(out, size, "%s:%s", n->node->name, n->name);
	return out;
}
