/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/route.h"

#include "sim/base/hash.h"
#include "sim/base/rare.h"
#include "sim/wire/ip4.h"

static uint32_t ecmp_hash(const struct forward *f, const struct pkt *p)
{
	uint64_t rest = (uint64_t)f->hash_seed << 40;
	rest |= (uint64_t)p->proto << 32;
	/* All fragments of a packet go one way. */
	if (!ip4_is_fragment(p->data + ETH_SIZE))
		rest |= (uint32_t)p->sport << 16 | p->dport;
	return hash_pair((uint64_t)p->src.v << 32 | p->dst.v, rest);
}

/* One of several that are up. */
RARE static const struct fib_hop *choose_hop(const struct forward *f,
					     const struct pkt *p,
					     const struct fib_group *g)
{
	const struct fib_hop *up[FIB_HOPS_MAX];
	unsigned count = 0;
	for (unsigned i = 0; i < g->hop_count; i++)
		if (f->ports[g->hops[i].port].up)
			up[count++] = &g->hops[i];
	if (!count)
		return NULL;
	return up[count == 1 ? 0 : ecmp_hash(f, p) % count];
}

/* For the trace. */
RARE static void note_route(struct forward *f, const struct pkt *p,
			    unsigned hop)
{
	note_add(&f->notes, p, NOTE_ROUTE, rib_ref(&f->rib, p->dst, hop));
}

/* Names the route as a drop's reason. */
RARE static enum drop refuse(const struct forward *f, struct pkt *p,
			     enum drop reason)
{
	p->drop_ref = rib_ref(&f->rib, p->dst, 0);
	return reason;
}

RARE enum drop route_by(struct forward *f, struct pkt *p, route_group to)
{
	if (to == FIB_NONE)
		return DROP_NO_ROUTE;
	const struct fib_group *g = fib_at(&f->fib, to);
	if (!g->hop_count)
		return refuse(f, p, DROP_BLACKHOLE);
	const struct fib_hop *hop = &g->hops[0];
	if (g->hop_count > 1 || !f->ports[hop->port].up)
		hop = choose_hop(f, p, g);
	if (!hop)
		return refuse(f, p, DROP_IFACE_DOWN);
	p->out_port = hop->port;
	p->next_hop = route_next(hop, p);
	if (p->marked)
		note_route(f, p, (unsigned)(hop - g->hops));
	return DROP_NONE;
}

RARE struct route_way route_way_of(const struct forward *f, route_group to)
{
	const struct fib_group *g = fib_at(&f->fib, to);
	struct route_way way = {.group = to};
	if (to == FIB_NONE || g->hop_count != 1)
		return way;
	const struct forward_port *port = &f->ports[g->hops[0].port];
	way.single = port->up;
	way.uplink = port->uplink;
	way.port = g->hops[0].port;
	way.gateway = g->hops[0].gateway;
	way.frame_max = port->mtu + ETH_SIZE;
	return way;
}

RARE static bool leads_by(const struct fib_group *g, uint16_t port)
{
	for (unsigned i = 0; i < g->hop_count; i++)
		if (g->hops[i].port == port)
			return true;
	return false;
}

enum drop route_urpf_by(const struct forward *f, const struct pkt *p,
			route_group back)
{
	if (!f->ports[p->in_port].urpf_strict)
		return DROP_NONE;
	const struct fib_group *g = fib_at(&f->fib, back);
	bool first = g->hop_count && g->hops[0].port == p->in_port;
	return first || leads_by(g, p->in_port) ? DROP_NONE : DROP_URPF;
}

bool route_find_local(const struct forward *f, ip4 a)
{
	size_t low = 0, high = f->local_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (f->locals[middle].v < a.v)
			low = middle + 1;
		else
			high = middle;
	}
	return low < f->local_count && addr_same(f->locals[low], a);
}
