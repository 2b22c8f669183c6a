/* SPDX-License-Identifier: Apache-2.0 */
/* ARP (RFC 826, RFC 1122 2.3.2): who answers, who asks, and who waits. */
#include <string.h>

#include "sim/base/mem.h"
#include "sim/wire/arp.h"
#include "sim/wire/eth.h"
#include "sim/world/router_private.h"

#define WAITING_MAX 64 /* packets for one address */

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

/* The address to ask with: one of the same subnet, or the port's main one. */
static ip4 asking_addr(const struct router_port *p, ip4 target)
{
	for (unsigned i = 0; i < p->addr_count; i++)
		if (addr_in(target, addr_prefix_of(p->addrs[i].addr,
						   p->addrs[i].len)))
			return p->addrs[i].addr;
	return p->addrs[0].addr;
}

static void ask(struct router *r, struct neigh_entry *e)
{
	struct router_port *p = &r->ports[e->port];
	struct arp a = {ARP_REQUEST, p->nic->mac, asking_addr(p, e->addr),
			{{0}}, e->addr};
	e->tries++;
	send_arp(r, p->nic, eth_broadcast(), &a);
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

static void send_to(struct router *r, struct pkt *p, mac to)
{
	struct nic *n = r->ports[p->out_port].nic;
	eth_readdress(p->data, to, n->mac);
	world_note(&r->node, p, NOTE_FORWARDED, p->out_port);
	nic_send(n, p);
}

static void release(struct router *r, struct router_wait *w, mac to)
{
	unlink_wait(r, w);
	while (w->head) {
		struct pkt *p = w->head;
		w->head = p->next;
		send_to(r, p, to);
	}
	mem_free(w);
}

static bool began_here(const struct pkt *p)
{
	return p->in_port == UINT16_MAX;
}

static void give_up(struct router *r, struct pkt *p)
{
	enum drop reason =
		addr_same(p->next_hop, p->dst) ? DROP_ARP_FAIL : DROP_NEIGH;
	if (!began_here(p)) {
		router_drop(r, p, reason);
		return;
	}
	p->drop = (uint8_t)reason;
	world_note(&r->node, p, NOTE_DROPPED, 0);
	if (r->failed)
		r->failed(r->failed_context, p, reason);
	world_free_pkt(router_world(r), p);
}

/* Unanswered: the entry is forgotten, so the next packet asks again. */
static void fail(struct router *r, struct router_wait *w,
		 struct neigh_entry *e)
{
	e->state = NEIGH_FAILED;
	e->tries = 0;
	unlink_wait(r, w);
	while (w->head) {
		struct pkt *p = w->head;
		w->head = p->next;
		give_up(r, p);
	}
	mem_free(w);
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

static struct neigh_entry *take_entry(struct router *r, uint16_t port,
				      ip4 addr)
{
	struct neigh_entry *e = neigh_take(&r->neigh, port, addr);
	if (e)
		return e;
	size_t room = r->neigh.room ? 2 * r->neigh.room : 8;
	r->neigh.entries =
		mem_grow(r->neigh.entries, room, sizeof(struct neigh_entry));
	r->neigh.room = room;
	return neigh_take(&r->neigh, port, addr);
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

static void enqueue(struct router *r, struct router_wait *w, struct pkt *p)
{
	if (w->count == WAITING_MAX) {
		router_drop(r, p, DROP_NEIGH_FULL);
		return;
	}
	world_note(&r->node, p, NOTE_ARP_WAIT, p->next_hop.v);
	p->next = NULL;
	if (w->tail)
		w->tail->next = p;
	else
		w->head = p;
	w->tail = p;
	w->count++;
}

void router_arp_resolve(struct router *r, struct pkt *p)
{
	struct neigh_entry *e = take_entry(r, p->out_port, p->next_hop);
	uint64_t now = world_now(router_world(r));
	if (e->state == NEIGH_REACHABLE &&
	    now - e->changed < NEIGH_REACHABLE_NS) {
		send_to(r, p, e->mac);
		return;
	}
	if (e->state != NEIGH_INCOMPLETE) {
		e->tries = 0;
		start_asking(r, e);
	}
	enqueue(r, find_wait(r, p->out_port, p->next_hop), p);
}

void router_arp_receive(struct router *r, struct nic *n, struct pkt *p)
{
	struct arp a;
	bool ok = arp_read(p->data + ETH_SIZE, p->len - (size_t)ETH_SIZE, &a);
	uint64_t now = world_now(router_world(r));
	world_free_pkt(router_world(r), p);
	if (!ok || !r->ports[n->port].arp)
		return;
	bool asks_us = a.op == ARP_REQUEST && answers_for(r, n->port, a.target);
	if (asks_us)
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
		while (w->head) {
			struct pkt *p = w->head;
			w->head = p->next;
			world_free_pkt(router_world(r), p);
		}
		mem_free(w);
	}
	mem_free(r->neigh.entries);
}
