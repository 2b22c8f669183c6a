/* SPDX-License-Identifier: Apache-2.0 */
/* Where a packet goes: route look-up with ECMP, TTL, uRPF, MTU. */
#ifndef ROUTE_H
#define ROUTE_H

#include "sim/path/forward.h"
#include "sim/path/parse.h"
#include "sim/wire/ip4.h"

/* Where the route to an address leads: a group of fib.h, FIB_NONE: there is no
 * route. */
typedef uint16_t route_group;
static inline route_group route_find(const struct forward *f, ip4 a)
{
	return fib_find(&f->fib, a);
}
static inline void route_find_batch(const struct forward *f, const ip4 *a,
				    size_t count, route_group *out)
{
	fib_find_batch(&f->fib, a, count, out);
}

/* Where the hop sends 'p'. */
static inline ip4 route_next(const struct fib_hop *hop, const struct pkt *p)
{
	return hop->gateway.v ? hop->gateway : p->dst;
}

/* Chooses 'out_port' and 'next_hop' of 'p', whose destination leads 'to'. ECMP
 * members are chosen by a hash of the 5-tuple, so a conversation keeps its way.
 */
enum drop route_by(struct forward *f, struct pkt *p, route_group to);
static inline enum drop route_pkt(struct forward *f, struct pkt *p)
{
	return route_by(f, p, route_find(f, p->dst));
}

/* How packets of a group leave, kept from one packet to the next: it holds
 * while neither routes nor ports change. */
struct route_way {
	route_group group;
	bool single; /* one next hop, which is up: nothing is to be chosen */
	bool uplink; /* if 'single' */
	uint16_t port;
	ip4 gateway;
	uint32_t frame_max; /* longer ones may not fit: ask route_mtu() */
};

struct route_way route_way_of(const struct forward *f, route_group to);
/* As route_by(), for packets that go that way. */
static inline enum drop route_along(struct forward *f, struct pkt *p,
				    const struct route_way *way)
{
	if (!way->single || p->marked)
		return route_by(f, p, way->group);
	p->out_port = way->port;
	p->next_hop = way->gateway.v ? way->gateway : p->dst;
	return DROP_NONE;
}

/* Whether 'p', which went along 'way', leaves by an uplink. */
static inline bool route_is_uplink(const struct forward *f, const struct pkt *p,
				   const struct route_way *way)
{
	return way->single ? way->uplink : f->ports[p->out_port].uplink;
}

/* One TTL less, in the bytes. */
static inline enum drop route_ttl(struct pkt *p)
{
	return ip4_dec_ttl(p->data + ETH_SIZE) ? DROP_NONE : DROP_TTL_ZERO;
}
/* RFC 1812 5.3.7: what is not from one host to one host goes no further. */
static inline enum drop route_martian(const struct pkt *p)
{
	return addr_is_unicast(p->src) && addr_is_unicast(p->dst)
		       ? DROP_NONE
		       : DROP_MARTIAN;
}
/* Strict uRPF (RFC 3704 section 2.2): some best route to the source, 'back', must
 * leave by the port the packet came in by; a default route counts. */
enum drop route_urpf_by(const struct forward *f, const struct pkt *p,
			route_group back);
static inline enum drop route_urpf(const struct forward *f, const struct pkt *p)
{
	return route_urpf_by(f, p, route_find(f, p->src));
}
/* Whether it fits the way out, or may be cut there into pieces that do; cutting
 * is up to whoever puts it on the wire. */
static inline enum drop route_mtu(const struct forward *f, const struct pkt *p)
{
	if (parse_size(p) <= f->ports[p->out_port].mtu)
		return DROP_NONE;
	return be_load16(p->data + ETH_SIZE + 6) & IP4_DF ? DROP_MTU
							  : DROP_NONE;
}

/* Whether 'a' is in the list of own addresses. */
bool route_find_local(const struct forward *f, ip4 a);
static inline bool route_is_local(const struct forward *f, ip4 a)
{
	return f->local_count && route_find_local(f, a);
}

#endif
