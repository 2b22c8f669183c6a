/* SPDX-License-Identifier: Apache-2.0 */
/* ARP (RFC 826, RFC 1122 2.3.2): who answers, who asks, and who waits. */
#include <string.h>

#include "sim/base/mem.h"
#include "sim/base/rare.h"
#include "sim/wire/arp.h"
#include "sim/wire/eth.h"
#include "sim/world/router_private.h"

static bool answers_for(const struct router *r, uint16_t port, ip4 a)
{
	const struct router_port *p = &r->ports[port];
	for (unsigned i = 0; i < p->addr_count; i++)
		if (addr_same(p->addrs[i].addr, a))
			return true;
	for (size_t i = 0; i < r->proxy_count; i++)
		if (r->proxies[i].port == port &&
		    addr_in(a, r->proxies[i].prefix))
			return true;
	return false;
}

static void send_arp(struct router *r, struct nic *n, mac to,
		     const struct arp *a)
{
	struct pkt *p = world_take_pkt(router_world(r));
	if (!p)
		return;
	p->marked = false; /* traces tell of the packets that wait instead */
	eth_write(p->data, to, n->mac, ETH_TYPE_ARP);
	arp_write(p->data + ETH_SIZE, a);
	p->len = ETH_SIZE + ARP_SIZE;
	nic_send(n, p);
}

static void answer(struct router *r, struct nic *n, const struct arp *asked)
{
	struct arp a = {ARP_REPLY, n->mac, asked->target, asked->sender_mac,
			asked->sender};
	send_arp(r, n, asked->sender_mac, &a);
}

static void ask(struct router *r, struct neigh_entry *e)
{
	struct nic *n = r->ports[e->port].nic;
	struct arp a = {ARP_REQUEST,
			n->mac,
			router_port_addr(r, e->port, e->addr),
			{{0}},
			e->addr};
	e->tries++;
	send_arp(r, n, eth_broadcast(), &a);
}

void router_arp_announce(struct router *r, uint16_t port, ip4 addr)
{
	struct nic *n = r->ports[port].nic;
	if (!r->ports[port].arp || !n->up || !n->link)
		return;
	struct arp a = {ARP_REQUEST, n->mac, addr, {{0}}, addr};
	send_arp(r, n, eth_broadcast(), &a);
}

static struct router_wait *find_wait(struct router *r, uint16_t port, ip4 addr)
{
	for (struct router_wait *w = r->waits; w; w = w->next)
		if (w->port == port && addr_same(w->addr, addr))
			return w;
	return NULL;
}

/* Takes the queue out of the list; the caller frees it. */
static void unlink_wait(struct router *r, struct router_wait *w)
{
	struct router_wait **at = &r->waits;
	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	vclock_cancel(&router_world(r)->clock, &w->timer);
}

static void release(struct router *r, struct router_wait *w, mac to)
{
	unlink_wait(r, w);
	for (unsigned i = 0; i < w->count; i++)
		router_put(r, w->held[i].pkt, to);
	mem_free(w);
}

/* Drops all that wait; endpoints may send again at once, so the queue is out
 * of the list first. DROP_NONE: for the reason that fits each. */
static void give_up(struct router *r, struct router_wait *w, enum drop reason)
{
	unlink_wait(r, w);
	for (unsigned i = 0; i < w->count; i++) {
		struct pkt *p = w->held[i].pkt;
		enum drop unanswered = addr_same(p->next_hop, p->dst)
					       ? DROP_ARP_FAIL
					       : DROP_NEIGH;
		router_drop(r, p, reason == DROP_NONE ? unanswered : reason,
			    &w->held[i].head);
	}
	mem_free(w);
}

/* Unanswered; the next packet asks anew. */
static void fail(struct router *r, struct router_wait *w, struct neigh_entry *e)
{
	e->state = NEIGH_FAILED;
	e->changed = world_now(router_world(r));
	give_up(r, w, DROP_NONE);
}

static struct router_wait *find_wait_on(struct router *r, uint16_t port)
{
	struct router_wait *w = r->waits;
	while (w && w->port != port)
		w = w->next;
	return w;
}

void router_arp_forget(struct router *r, uint16_t port)
{
	for (size_t i = 0; i < r->neigh.count; i++)
		if (r->neigh.entries[i].port == port)
			r->neigh.entries[i].state = NEIGH_NONE;
	struct router_wait *w;
	while ((w = find_wait_on(r, port)))
		give_up(r, w, DROP_IFACE_DOWN);
}

static void retry(void *context)
{
	struct router_wait *w = context;
	struct router *r = w->router;
	struct neigh_entry *e = neigh_find(&r->neigh, w->port, w->addr);
	if (e->tries >= NEIGH_TRIES) {
		fail(r, w, e);
		return;
	}
	ask(r, e);
	vclock_set(&router_world(r)->clock, &w->timer,
		   world_now(router_world(r)) + NEIGH_RETRY_NS);
}

static struct neigh_entry *take_entry(struct router *r, uint16_t port, ip4 addr)
{
	struct neigh *n = &r->neigh;
	struct neigh_entry *e = neigh_take(n, port, addr);
	if (e)
		return e;
	size_t room = n->room ? 2 * n->room : 8;
	uint32_t *heads = mem_new(room, sizeof(*heads));
	mem_free(n->heads);
	neigh_move(n, mem_grow(n->entries, room, sizeof(*n->entries)), heads,
		   room);
	return neigh_take(n, port, addr);
}

static void start_asking(struct router *r, struct neigh_entry *e)
{
	struct world *w = router_world(r);
	struct router_wait *wait = MEM_NEW(struct router_wait);
	wait->router = r;
	wait->port = e->port;
	wait->addr = e->addr;
	wait->timer.fire = retry;
	wait->timer.context = wait;
	wait->next = r->waits;
	r->waits = wait;
	e->state = NEIGH_INCOMPLETE;
	e->changed = world_now(w);
	vclock_set(&w->clock, &wait->timer, world_now(w) + NEIGH_RETRY_NS);
	ask(r, e);
}

static void enqueue(struct router *r, struct router_wait *w, struct pkt *p,
		    const struct router_head *head)
{
	if (w->count == ROUTER_HELD) {
		router_drop(r, p, DROP_NEIGH_FULL, head);
		return;
	}
	world_note(&r->node, p, NOTE_ARP_WAIT, p->next_hop.v);
	w->held[w->count++] = (struct router_held){p, *head};
}

RARE const struct neigh_entry *router_arp_find(struct router *r,
					       const struct pkt *p)
{
	const struct neigh_entry *e =
		neigh_find(&r->neigh, p->out_port, p->next_hop);
	if (e)
		r->ports[p->out_port].spoken_to =
			(uint32_t)(e - r->neigh.entries);
	return e;
}

void router_arp_resolve(struct router *r, struct pkt *p,
			const struct router_head *head)
{
	struct neigh_entry *e = take_entry(r, p->out_port, p->next_hop);
	if (e->state != NEIGH_INCOMPLETE) {
		e->tries = 0;
		start_asking(r, e);
	}
	enqueue(r, find_wait(r, p->out_port, p->next_hop), p, head);
}

void router_arp_receive(struct router *r, struct nic *n, struct pkt *p)
{
	struct arp a;
	bool ok = arp_read(p->data + ETH_SIZE, p->len - (size_t)ETH_SIZE, &a);
	uint64_t now = world_now(router_world(r));
	world_free_pkt(router_world(r), p);
	if (!ok || !r->ports[n->port].arp || answers_for(r, n->port, a.sender))
		return;
	bool asks_us = a.op == ARP_REQUEST && answers_for(r, n->port, a.target);
	if (asks_us && a.sender.v) /* 0.0.0.0: a probe, RFC 5227 */
		take_entry(r, n->port, a.sender);
	neigh_learn(&r->neigh, n->port, a.sender, a.sender_mac, now);
	struct router_wait *w = find_wait(r, n->port, a.sender);
	if (w)
		release(r, w, a.sender_mac);
	if (asks_us)
		answer(r, n, &a);
}

void router_arp_fini(struct router *r)
{
	while (r->waits) {
		struct router_wait *w = r->waits;
		unlink_wait(r, w);
		mem_free(w); /* the packets go with the world */
	}
	mem_free(r->neigh.entries);
	mem_free(r->neigh.heads);
}
