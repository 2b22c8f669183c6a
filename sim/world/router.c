/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world/router.h"

#include "sim/base/hash.h"
#include "sim/base/mem.h"
#include "sim/base/rare.h"
#include "sim/path/parse.h"
#include "sim/path/route.h"
#include "sim/wire/eth.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"
#include "sim/world/router_private.h"

#define MTU_DEFAULT 1500

static void free_router(struct node *n)
{
	struct router *r = (struct router *)n;
	if (r->ended)
		r->ended(r->ended_context);
	router_arp_fini(r);
	router_pieces_fini(r);
	router_tables_fini(r);
	router_room_fini(r);
	mem_free(r->ports);
	mem_free(r->forward.ports);
	mem_unmap(r, 1, sizeof(*r));
}

void router_drop(struct router *r, struct pkt *p, enum drop reason,
		 const struct router_head *head)
{
	p->drop = (uint8_t)reason;
	world_note(&r->node, p, NOTE_DROPPED, p->drop_ref);
	if (p->in_port != ROUTER_OWN)
		router_icmp_report(r, p, head);
	else if (r->failed)
		r->failed(r->failed_context, p, reason);
	world_free_pkt(router_world(r), p);
}

static inline void put(struct router *r, struct pkt *p, mac to)
{
	struct nic *out = r->ports[p->out_port].nic;
	uint32_t mtu = r->forward.ports[p->out_port].mtu;
	eth_readdress(p->data, to, out->mac);
	world_note(&r->node, p, NOTE_FORWARDED, p->out_port);
	if (parse_size(p) > mtu)
		router_frag_put(r, p, mtu);
	else
		nic_send(out, p);
}

void router_put(struct router *r, struct pkt *p, mac to)
{
	put(r, p, to);
}

/* Sends 'p', whose out_port and next_hop are set, asking for the next hop's
 * address first if need be. Takes it; copies 'head'. */
static inline void transmit(struct router *r, struct pkt *p,
			    const struct router_head *head)
{
	const struct router_port *out = &r->ports[p->out_port];
	if (!out->arp) {
		put(r, p, out->nic->mac);
		return;
	}
	const struct neigh_entry *e = router_arp_entry(r, p);
	uint64_t now = world_now(router_world(r));
	if (e && e->state == NEIGH_REACHABLE &&
	    now - e->changed < NEIGH_REACHABLE_NS)
		put(r, p, e->mac);
	else
		router_arp_resolve(r, p, head);
}

static bool is_silent(const struct router *r, ip4 a)
{
	for (size_t i = 0; i < r->loopback_count; i++)
		if (addr_same(r->loopbacks[i].addr, a))
			return !r->loopbacks[i].answers_ping &&
			       !router_has_addr(r, a);
	return false;
}

static bool is_loopback(const struct router_port *p)
{
	const struct link *l = p->nic->link;
	return l && l->ends[0] == l->ends[1];
}

/* A packet for the node itself. One that nobody can have sent is not answered
 * (RFC 1122 3.2.1.3). */
static void accept(struct router *r, struct pkt *p,
		   const struct router_head *head)
{
	if (!addr_is_unicast(p->src) && !is_loopback(&r->ports[p->in_port])) {
		router_drop(r, p, DROP_MARTIAN, head);
		return;
	}
	if (ip4_is_fragment(p->data + ETH_SIZE)) {
		p = router_frag_take(r, p);
		if (!p)
			return;
		parse_pkt(p);
	}
	if (p->icmp_type == ICMP_ECHO_REQUEST && p->proto == IP4_PROTO_ICMP &&
	    !p->headless && !is_silent(r, p->dst)) {
		router_icmp_answer(r, p);
		return;
	}
	if (r->deliver && r->deliver(r->deliver_context, p))
		return;
	router_drop(r, p,
		    p->drop == DROP_NONE ? DROP_L4PORT : (enum drop)p->drop,
		    head);
}

static inline void act(struct router *r, struct pkt *p,
		       const struct router_head *head)
{
	switch (p->verdict) {
	case PKT_LOCAL:
		accept(r, p, head);
		break;
	case PKT_SEND:
		transmit(r, p, head);
		break;
	default:
		router_drop(r, p, (enum drop)p->drop, head);
	}
}

/* A host has no use for what is not for it, whatever its routes say. */
static bool is_stray(const struct router *r, struct pkt *p)
{
	return !r->forwards && parse_pkt(p) == DROP_NONE &&
	       !route_is_local(&r->forward, p->dst);
}

void router_refuse(struct router *r, struct pkt *p, enum drop reason)
{
	static const struct router_head nothing;
	world_note(&r->node, p, NOTE_RECEIVED, p->in_port);
	router_drop(r, p, reason, &nothing);
}

static void receive(struct nic *n, struct batch *b);

static bool is_for(const struct nic *n, const struct pkt *p)
{
	return p->len >= ETH_SIZE && eth_is_for(p->data, &n->mac);
}

/* RFC 1812 5.3.4: no router sends on what came to everybody. Of addresses that
 * are for many it knows none. */
static bool is_spread(const struct router *r, const struct pkt *p)
{
	return r->forwards && eth_is_group(eth_dst(p->data));
}

/* It has to wait for others. */
static inline bool is_piece(const struct router *r, struct pkt *p)
{
	return r->gathers && ip4_is_fragment(p->data + ETH_SIZE) &&
	       parse_pkt(p) == DROP_NONE;
}

/* Something for the datapath to decide about. */
static inline bool is_plain(const struct router *r, const struct nic *n,
			    struct pkt *p)
{
	return is_for(n, p) && eth_type(p->data) != ETH_TYPE_ARP &&
	       !is_spread(r, p) && !is_stray(r, p) && !is_piece(r, p);
}

static void take_other(struct router *r, struct nic *n, struct pkt *p)
{
	if (!is_for(n, p))
		world_free_pkt(router_world(r), p);
	else if (eth_type(p->data) == ETH_TYPE_ARP)
		router_arp_receive(r, n, p);
	else if (is_stray(r, p))
		router_refuse(r, p, DROP_NOT_FORWARDING);
	else if (is_spread(r, p))
		router_refuse(r, p,
			      parse_pkt(p) ? DROP_MALFORMED : DROP_MARTIAN);
	else
		router_frag_pass(r, p);
}

/* Something among them is not plain, and waits until that is done which came
 * before it. */
RARE static void receive_singly(struct nic *n, const struct batch *b)
{
	struct router *r = (struct router *)n->node;
	for (size_t i = 0; i < b->count; i++) {
		struct batch one;
		one.count = 1;
		one.at[0] = b->at[i];
		one.at[0]->in_port = n->port;
		if (is_plain(r, n, b->at[i]))
			receive(n, &one);
		else
			take_other(r, n, b->at[i]);
	}
}

static inline void decide(struct router *r, struct batch *b)
{
	const uint64_t now = world_now(router_world(r));
	forward_expire(&r->forward, now);
	router_make_room(r, b->count);
	forward_batch(&r->forward, b, now);
	world_pass_notes(&r->node, &r->forward.notes);
}

void router_take(struct router *r, struct pkt *p)
{
	struct batch one;
	struct router_head head;
	one.count = 1;
	one.at[0] = p;
	router_icmp_head(r, p, &head);
	decide(r, &one);
	/* A node behind this one knows no more than the bytes say. */
	p->parsed = p->parsed && !p->headless;
	act(r, p, &head);
}

/* Packets that came one after the other: decided about together, then sent on
 * or taken in the same order. */
static void receive(struct nic *n, struct batch *b)
{
	struct router *r = (struct router *)n->node;
	struct router_head heads[BATCH_MAX];
	const size_t count = b->count;
	for (size_t i = 0; i < count; i++) {
		struct pkt *p = b->at[i];
		p->in_port = n->port;
		if (!is_plain(r, n, p)) {
			receive_singly(n, b);
			return;
		}
		router_icmp_head(r, p, &heads[i]);
	}
	decide(r, b);
	for (size_t i = 0; i < count; i++)
		act(r, b->at[i], &heads[i]);
}

static size_t held(const struct node *n)
{
	const struct router *r = (const struct router *)n;
	size_t count = router_pieces_held(r);
	for (const struct router_wait *w = r->waits; w; w = w->next)
		count += w->count;
	return count;
}

static const struct node_class router_class = {"router", receive, free_router,
					       held};

struct router *router_new(struct world *w, const char *name, const char *label)
{
	struct router *r = mem_map(1, sizeof(*r));
	r->node.class = &router_class;
	r->forward.notes = (struct note_log){w->notes, 0, WORLD_NOTES, 0};
	r->forward.hash_seed = hash_text(name);
	r->forwards = true;
	r->next_ip_id = 1;
	router_tables_init(r);
	world_add_node(w, &r->node, name, label);
	return r;
}

struct node *router_node(struct router *r)
{
	return &r->node;
}

struct router *router_of(struct node *n)
{
	return n->class == &router_class ? (struct router *)n : NULL;
}

struct nic *router_add_port(struct router *r,
			    const struct router_port_conf *conf)
{
	struct nic *nic = world_add_nic(&r->node, conf->name, conf->mac);
	if (nic->port == r->port_room) {
		r->port_room = (uint16_t)(r->port_room ? 2 * r->port_room : 4);
		r->ports = mem_grow(r->ports, r->port_room, sizeof(*r->ports));
		r->forward.ports = mem_grow(r->forward.ports, r->port_room,
					    sizeof(*r->forward.ports));
	}
	r->ports[nic->port] =
		(struct router_port){.nic = nic,
				     .addrs = {conf->addr},
				     .addr_count = conf->addr.addr.v != 0,
				     .arp = !conf->no_arp};
	r->forward.ports[nic->port] = (struct forward_port){
		.up = true,
		.uplink = conf->uplink,
		.backplane = conf->backplane,
		.urpf_strict = conf->urpf_strict,
		.mtu = conf->mtu ? conf->mtu : MTU_DEFAULT};
	r->forward.port_count = r->node.nic_count;
	if (r->configured)
		router_list_locals(r);
	return nic;
}

bool router_add_addr(struct router *r, uint16_t port, struct addr_if addr)
{
	struct router_port *p = &r->ports[port];
	for (unsigned i = 0; i < p->addr_count; i++)
		if (addr_same(p->addrs[i].addr, addr.addr))
			return true;
	if (p->addr_count == ROUTER_PORT_ADDRS)
		return false;
	p->addrs[p->addr_count++] = addr;
	router_list_locals(r);
	if (r->configured)
		router_arp_announce(r, port, addr.addr);
	return true;
}

void router_remove_addr(struct router *r, uint16_t port, ip4 addr)
{
	struct router_port *p = &r->ports[port];
	unsigned kept = 0;
	for (unsigned i = 0; i < p->addr_count; i++)
		if (!addr_same(p->addrs[i].addr, addr))
			p->addrs[kept++] = p->addrs[i];
	p->addr_count = (uint8_t)kept;
	router_list_locals(r);
}

void router_set_local(struct router *r, router_local_fn *deliver, void *context)
{
	r->deliver = deliver;
	r->deliver_context = context;
}

void router_set_failed(struct router *r, router_failed_fn *failed,
		       void *context)
{
	r->failed = failed;
	r->failed_context = context;
}

void router_set_ended(struct router *r, void (*ended)(void *context),
		      void *context)
{
	r->ended = ended;
	r->ended_context = context;
}

/* The port that is connected to itself, or NULL. */
static const struct router_port *loopback_of(const struct router *r)
{
	for (uint16_t i = 0; i < r->node.nic_count; i++)
		if (is_loopback(&r->ports[i]))
			return &r->ports[i];
	return NULL;
}

/* A node reaches its own addresses by its loopback interface, if it has one,
 * whatever the routes say. */
static void route_own(struct router *r, struct pkt *p)
{
	forward_own(&r->forward, p);
	if (p->verdict == PKT_SEND && route_mtu(&r->forward, p) != DROP_NONE) {
		p->verdict = PKT_DROP;
		p->drop = DROP_MTU;
	}
	if (!route_is_local(&r->forward, p->dst))
		return;
	const struct router_port *lo = loopback_of(r);
	if (!lo)
		return;
	p->verdict = PKT_SEND;
	p->drop = DROP_NONE;
	p->drop_ref = 0;
	p->out_port = lo->nic->port;
	p->next_hop = p->dst;
	r->forward.notes.count = 0; /* of the other route */
}

void router_send(struct router *r, struct pkt *p)
{
	static const struct router_head nothing;
	route_own(r, p);
	p->in_port = ROUTER_OWN;
	world_note(&r->node, p, NOTE_SENT, p->out_port);
	world_sent(&r->node, p);
	world_pass_notes(&r->node, &r->forward.notes);
	if (p->verdict == PKT_DROP)
		router_drop(r, p, (enum drop)p->drop, &nothing);
	else
		transmit(r, p, &nothing);
}

uint32_t router_mtu_to(const struct router *r, ip4 dst)
{
	const struct fib *fib = &r->forward.fib;
	const struct fib_group *group = fib_at(fib, fib_find(fib, dst));
	for (unsigned i = 0; i < group->hop_count; i++)
		if (r->forward.ports[group->hops[i].port].up)
			return r->forward.ports[group->hops[i].port].mtu;
	return MTU_DEFAULT;
}

ip4 router_port_addr(const struct router *r, uint16_t port, ip4 peer)
{
	const struct router_port *p = &r->ports[port];
	for (unsigned i = 0; i < p->addr_count; i++)
		if (addr_in(peer,
			    addr_prefix_of(p->addrs[i].addr, p->addrs[i].len)))
			return p->addrs[i].addr;
	return p->addr_count ? p->addrs[0].addr : addr_ip4(0);
}

/* Linux: an own address is spoken to from itself, other loopback addresses
 * from the loopback interface's. */
bool router_source_for(const struct router *r, ip4 dst, ip4 *src)
{
	const struct router_port *lo = loopback_of(r);
	if (lo && dst.v >> 24 == 127) {
		*src = lo->addrs[0].addr;
		return true;
	}
	if (router_has_addr(r, dst)) {
		*src = dst;
		return true;
	}
	const struct fib *fib = &r->forward.fib;
	const struct fib_group *group = fib_at(fib, fib_find(fib, dst));
	for (unsigned i = 0; i < group->hop_count; i++) {
		const struct fib_hop *hop = &group->hops[i];
		if (!r->forward.ports[hop->port].up)
			continue;
		*src = router_port_addr(r, hop->port,
					hop->gateway.v ? hop->gateway : dst);
		return src->v != 0;
	}
	return false;
}

bool router_forwards(const struct router *r)
{
	return r->forwards;
}

bool router_has_addr(const struct router *r, ip4 a)
{
	for (uint16_t i = 0; i < r->node.nic_count; i++)
		for (unsigned j = 0; j < r->ports[i].addr_count; j++)
			if (addr_same(r->ports[i].addrs[j].addr, a))
				return true;
	return false;
}

const struct rib *router_rib(const struct router *r)
{
	return &r->forward.rib;
}

const struct forward *router_forward(const struct router *r)
{
	return &r->forward;
}

const struct neigh *router_neigh(const struct router *r)
{
	return &r->neigh;
}

const struct router_port *router_port(const struct router *r, uint16_t port)
{
	return port < r->node.nic_count ? &r->ports[port] : NULL;
}
