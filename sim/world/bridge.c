/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world/bridge.h"

#include "sim/base/mem.h"
#include "sim/base/vec.h"
#include "sim/wire/eth.h"

struct bridge_entry {
	mac mac;
	uint16_t port;
};

struct bridge {
	struct node node;	     /* first */
	void (*wake)(void *context); /* NULL: called, or nobody asked */
	void *wake_context;
	struct {
		VEC(struct bridge_entry);
	} known;
};

static struct bridge_entry *find(struct bridge *b, mac m)
{
	for (size_t i = 0; i < b->known.count; i++)
		if (addr_mac_same(b->known.at[i].mac, m))
			return &b->known.at[i];
	return NULL;
}

static void learn(struct bridge *b, mac m, uint16_t port)
{
	struct bridge_entry *e = find(b, m);
	if (e)
		e->port = port;
	else if (!eth_is_group(m))
		VEC_ADD(&b->known, ((struct bridge_entry){m, port}));
}

static void flood(struct bridge *b, struct pkt *p, uint16_t from)
{
	struct node *n = &b->node;
	for (uint16_t i = 0; i < n->nic_count; i++) {
		if (i == from)
			continue;
		struct pkt *copy = world_copy_pkt(n->world, p);
		if (!copy)
			break;
		nic_send(n->nics[i], copy);
	}
	world_free_pkt(n->world, p);
}

static void wake(struct bridge *b)
{
	void (*call)(void *context) = b->wake;
	b->wake = NULL;
	if (call)
		call(b->wake_context);
}

static void pass(struct bridge *b, const struct nic *nic, struct pkt *p)
{
	learn(b, eth_src(p->data), nic->port);
	struct bridge_entry *to = find(b, eth_dst(p->data));
	if (!to)
		flood(b, p, nic->port);
	else if (to->port == nic->port)
		world_free_pkt(b->node.world, p);
	else
		nic_send(b->node.nics[to->port], p);
}

static void receive(struct nic *nic, struct batch *batch)
{
	struct bridge *b = (struct bridge *)nic->node;
	wake(b);
	for (size_t i = 0; i < batch->count; i++)
		pass(b, nic, batch->at[i]);
}

static void free_bridge(struct node *n)
{
	struct bridge *b = (struct bridge *)n;
	VEC_FREE(&b->known);
	mem_free(b);
}

static const struct node_class bridge_class = {"bridge", receive, free_bridge,
					       NULL};

struct bridge *bridge_new(struct world *w, const char *name)
{
	struct bridge *b = MEM_NEW(struct bridge);
	b->node.class = &bridge_class;
	world_add_node(w, &b->node, name, name);
	return b;
}

struct node *bridge_node(struct bridge *b)
{
	return &b->node;
}

void bridge_on_first(struct bridge *b, void (*call)(void *context),
		     void *context)
{
	b->wake = call;
	b->wake_context = context;
}

void bridge_attach(struct bridge *b, struct nic *n,
		   const struct link_conf *conf)
{
	struct nic *port = world_add_nic(&b->node, n->node->name, (mac){{0}});
	link_new(b->node.world, n, port, conf);
}
