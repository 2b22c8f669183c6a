/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the router share; nobody else includes it. */
#ifndef ROUTER_PRIVATE_H
#define ROUTER_PRIVATE_H

#include "sim/world/router.h"

#define ROUTER_NOTES 64 /* of one packet at one node: about ten */

/* Packets that wait for an address to be resolved. */
struct router_wait {
	struct router *router;
	uint16_t port;
	ip4 addr;
	struct pkt *head, *tail;
	unsigned count;
	struct vclock_timer timer; /* the next ARP request */
	struct router_wait *next;
};

struct router {
	struct node node; /* first */
	struct forward forward;
	struct rib rib;
	struct neigh neigh;
	struct router_wait *waits;
	struct router_port *ports;
	uint16_t port_room;
	struct router_proxy *proxies;
	size_t proxy_count;
	ip4 *silent; /* loopbacks that do not answer ping */
	size_t silent_count;
	bool forwards, icmp_ttl, icmp_errors;
	uint16_t next_ip_id;
	router_local_fn *deliver;
	void *deliver_context;
	router_failed_fn *failed;
	void *failed_context;
	void (*ended)(void *context);
	void *ended_context;
	struct note notes[ROUTER_NOTES];
};

/* router.c */
/* Sends 'p', whose out_port and next_hop are set, asking for the next hop's
 * address first if need be. Takes it. */
void router_transmit(struct router *r, struct pkt *p);
/* Notes the drop, tells sender or endpoint where configured, frees 'p'. */
void router_drop(struct router *r, struct pkt *p, enum drop reason);
static inline struct world *router_world(struct router *r)
{
	return r->node.world;
}

/* router_tables.c */
void router_tables_fini(struct router *r);

/* router_arp.c */
void router_arp_receive(struct router *r, struct nic *n, struct pkt *p);
void router_arp_resolve(struct router *r, struct pkt *p);
void router_arp_fini(struct router *r);

/* router_icmp.c */
/* Answers an echo request that is for the router itself; takes 'p'. */
void router_icmp_answer(struct router *r, struct pkt *p);
/* Tells the sender of 'p' about the drop, if it may and if there is a way to
 * say it. Does not take 'p'. */
void router_icmp_report(struct router *r, struct pkt *p, enum drop reason);

#endif
