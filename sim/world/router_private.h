/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the router share; nobody else includes it. */
#ifndef ROUTER_PRIVATE_H
#define ROUTER_PRIVATE_H

#include <string.h>

#include "sim/wire/ip4.h"
#include "sim/world/router.h"

#define ROUTER_HELD 64	       /* packets that wait for one address */
#define ROUTER_OWN  UINT16_MAX /* in_port of a packet made here */

/* The start of a packet as it came in, before it was translated: what an ICMP
 * error quotes. RFC 792 asks for the IP header (60 bytes at most) and 8 bytes
 * behind it; RFC 1812 4.3.2.3 would like more, but the ports are all that
 * senders and translators look at. */
#define ROUTER_HEAD   68
#define ROUTER_QUOTED 8 /* of them behind the header */

struct router_head {
	uint16_t
		left; /* bytes that the frame had from here on; 0: no quoting */
	uint8_t bytes[ROUTER_HEAD]; /* the first of them, unchecked */
};

struct router_held {
	struct pkt *pkt;
	struct router_head head;
};

/* Packets that wait for an address to be resolved, in order. */
struct router_wait {
	struct router *router;
	uint16_t port;
	ip4 addr;
	unsigned count;
	struct router_held held[ROUTER_HELD];
	struct vclock_timer timer; /* the next ARP request */
	struct router_wait *next;
};

/* What each packet needs of it is in the first two lines. */
struct router {
	_Alignas(PKT_LINE) struct node node; /* first */
	struct router_port *ports;
	struct neigh neigh;
	router_local_fn *deliver;
	void *deliver_context;
	bool forwards, icmp_ttl, icmp_errors, icmp_frag_needed;
	bool quotes;	 /* may tell senders: keeps heads for that */
	bool gathers;	 /* keeps sessions: fragments wait for each other */
	bool configured; /* has had tables */
	uint16_t port_room;
	uint16_t next_ip_id;
	_Alignas(PKT_LINE) struct forward forward;
	struct router_wait *waits;
	struct router_proxy *proxies;
	size_t proxy_count;
	struct router_loopback *loopbacks;
	size_t loopback_count;
	struct router_pieces *pieces;
	router_failed_fn *failed;
	void *failed_context;
	void (*ended)(void *context);
	void *ended_context;
};

static_assert(offsetof(struct router, forward) == (size_t)2 * PKT_LINE,
	      "what each packet needs is in two lines");

/* router.c */
/* Puts 'p' on the wire, to 'to'. Takes it. */
void router_put(struct router *r, struct pkt *p, mac to);
/* Decides about 'p', which has come in and is parsed, and does it. Takes it. */
void router_take(struct router *r, struct pkt *p);
/* Notes the drop, tells the endpoint (of a packet made here) or the sender
 * (where configured), frees 'p'. */
void router_drop(struct router *r, struct pkt *p, enum drop reason,
		 const struct router_head *head);
/* 'p' came in and goes no further; nobody is told. Takes it, parsed. */
void router_refuse(struct router *r, struct pkt *p, enum drop reason);
/* The address of 'port' to speak to 'peer' from: one of the same subnet, else
 * the main one; 0.0.0.0 if there is none. */
ip4 router_port_addr(const struct router *r, uint16_t port, ip4 peer);
static inline struct world *router_world(const struct router *r)
{
	return r->node.world;
}

/* router_tables.c */
/* Empty tables: nothing is routed. */
void router_tables_init(struct router *r);
/* Tells the datapath which addresses are the router's own now. */
void router_list_locals(struct router *r);
void router_tables_fini(struct router *r);

/* router_room.c */
/* Before 'count' packets: sees to it that no session is refused for want of
 * memory, as long as their limit is not reached. */
void router_make_room(struct router *r, size_t count);
void router_room_fini(struct router *r);

/* router_arp.c */
void router_arp_receive(struct router *r, struct nic *n, struct pkt *p);
/* What is known of p's next hop, or NULL; remembered for the next packet. */
const struct neigh_entry *router_arp_find(struct router *r,
					  const struct pkt *p);
/* The same: neighbours keep their numbers, so the last one may be looked at
 * first. */
static inline const struct neigh_entry *router_arp_entry(struct router *r,
							 const struct pkt *p)
{
	uint32_t last = r->ports[p->out_port].spoken_to;
	if (last >= r->neigh.count)
		return router_arp_find(r, p);
	const struct neigh_entry *e = &r->neigh.entries[last];
	bool same = addr_same(e->addr, p->next_hop) && e->port == p->out_port;
	return same ? e : router_arp_find(r, p);
}
/* 'p' waits until it is; takes it. */
void router_arp_resolve(struct router *r, struct pkt *p,
			const struct router_head *head);
/* Tells the neighbours on 'port' where 'addr' is (gratuitous ARP, RFC 5227
 * section 3). */
void router_arp_announce(struct router *r, uint16_t port, ip4 addr);
/* The port went down: who waits there is dropped, its neighbours forgotten. */
void router_arp_forget(struct router *r, uint16_t port);
void router_arp_fini(struct router *r);

/* router_pieces.c: fragments wait until no other one of their packet is missing
 * (RFC 791 section 3.2). The same packet may wait twice at one node: */
enum router_pieces_for {
	ROUTER_PIECES_PORTS, /* before anything is decided: the first has them */
	ROUTER_PIECES_WHOLE, /* then, as it is for the node itself */
};
/* Takes a fragment, parsed. If it was the last that was missing, all come back,
 * by offset, linked by 'next'; else NULL. One that is not sound, or overlaps
 * another (RFC 5722 says why), is dropped (FRAGMENT); all are after 30 s
 * (REASSEMBLY). */
struct pkt *router_pieces_take(struct router *r, struct pkt *p,
			       enum router_pieces_for what);
/* Fragments that wait for others. */
size_t router_pieces_held(const struct router *r);
void router_pieces_fini(struct router *r);

/* router_frag.c: fragments are cut at whoever sends a packet on that may be cut,
 * put together at whom it is for, and pass others as they are. */
/* Puts 'p', whose frame is ready, on the wire in pieces of at most 'mtu' bytes
 * each. Takes it. */
void router_frag_put(struct router *r, struct pkt *p, uint32_t mtu);
/* A piece of a packet for this node: takes it and returns NULL, or the whole
 * packet in place of the last missing piece, to be parsed anew. One for which a
 * slot has no room is dropped (FRAGMENT). */
struct pkt *router_frag_take(struct router *r, struct pkt *p);
/* Takes a piece, parsed, of what is to be translated by its ports, which only the
 * first one has (RFC 4787 REQ-14). When all are there they go on by router_take(),
 * the first first, and those behind it with the ports that it has. (Linux puts
 * them together and cuts the whole anew; what is seen outside is the same.) */
void router_frag_pass(struct router *r, struct pkt *p);

/* router_icmp.c */
/* Fills 'head' in from 'p', which has just come in, if errors about it might be
 * told. What is beyond the frame's first cache line is seldom quoted. */
static inline void router_icmp_head(const struct router *r, const struct pkt *p,
				    struct router_head *head)
{
	const size_t near = PKT_LINE - ETH_SIZE;
	const uint8_t *ip = p->data + ETH_SIZE;
	head->left = 0;
	if (!r->quotes || p->len < ETH_SIZE + IP4_SIZE)
		return;
	head->left = (uint16_t)(p->len - ETH_SIZE);
	memcpy(head->bytes, ip, near);
	if ((ip[0] & 15U) * 4U > near - ROUTER_QUOTED)
		memcpy(head->bytes + near, ip + near, ROUTER_HEAD - near);
}
/* Answers an echo request that is for the router itself; takes 'p'. */
void router_icmp_answer(struct router *r, struct pkt *p);
/* Tells the sender of 'p' about the drop (p->drop), if it may and if there is
 * a way to say it. Does not take 'p'. */
void router_icmp_report(struct router *r, struct pkt *p,
			const struct router_head *head);

#endif
