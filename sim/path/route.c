/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/route.h"

#include "sim/base/hash.h"

static uint32_t ecmp_hash(const struct forward *f, const struct pkt *p)
{
	uint64_t rest = (uint64_t)f->hash_seed << 40;
	rest |= (uint64_t)p->proto << 32;
	rest |= (uint32_t)p->sport << 16 | p->dport;
	return hash_pair((uint64_t)p->src.v << 32 | p->dst.v, rest);
}

static const struct fib_hop *choose_hop(const struct forward *f,
					const struct pkt *p,
					const struct fib_route *r)
{
	const struct fib_hop *up[FIB_HOPS_MAX];
	unsigned count = 0;
	if (r->hop_count == 1)
		return f->ports[r->hops[0].port].up ? &r->hops[0] : NULL;
	for (unsigned i = 0; i < r->hop_count; i++)
		if (f->ports[r->hops[i].port].up)
			up[count++] = &r->hops[i];
	if (!count)
		return NULL;
	return up[count == 1 ? 0 : ecmp_hash(f, p) % count];
}

enum drop route_by(struct forward *f, struct pkt *p, route_group r)
{
	if (!r)
		return DROP_NO_ROUTE;
	p->drop_ref = r->ref;
	if (!r->hop_count)
		return DROP_BLACKHOLE;
	const struct fib_hop *hop = choose_hop(f, p, r);
	if (!hop)
		return DROP_IFACE_DOWN;
	p->drop_ref = 0;
	p->out_port = hop->port;
	p->next_hop = hop->gateway.v ? hop->gateway : p->dst;
	note_add(&f->notes, p, NOTE_ROUTE, hop->ref);
	return DROP_NONE;
}

enum drop route_urpf_by(const struct forward *f, const struct pkt *p,
			route_group r)
{
	if (!f->ports[p->in_port].urpf_strict)
		return DROP_NONE;
	for (unsigned i = 0; r && i < r->hop_count; i++)
		if (r->hops[i].port == p->in_port)
			return DROP_NONE;
	return DROP_URPF;
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
