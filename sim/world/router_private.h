/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the router share; nobody else includes it.
 *
 *	router.c	ports, receiving, own packets, delivery, drops
 *	router_tables.c	router_set_tables()
 *	router_arp.c	neighbours, packets that wait for them
 *	router_icmp.c	echo replies, errors */
#ifndef ROUTER_PRIVATE_H
#define ROUTER_PRIVATE_H

#include "sim/base/vec.h"
#include "sim/world/router.h"

/* in_port of a packet that the node itself made. */
#define ROUTER_OWN UINT16_MAX
/* A packet leaves far fewer notes than this at one node. */
#define ROUTER_NOTES 32
/* Packets that wait for one neighbour. */
#define ROUTER_HELD 64

/* What an ICMP error quotes (RFC 792: IP header and 64 bits), taken before
 * the packet is translated; the largest IP header has 60 bytes. RFC 1812
 * 4.3.2.3 would like up to 548 more; the ports are all that translation and
 * hosts look at. */
#define ROUTER_HEAD 68

struct router_head {
	bool group; /* came in a broadcast or multicast frame */
	uint8_t size;
	uint8_t bytes[ROUTER_HEAD];
};

struct router_held {
	struct pkt *pkt;
	struct router_head head;
};

/* A neighbour that is being asked for, and who waits for it. */
struct router_wait {
	struct router *router;
	struct router_wait *next;
	uint16_t port;
	ip4 addr;
	struct vclock_timer timer;
	size_t count;
	struct router_held held[ROUTER_HELD];
};

struct router {
	struct node node; /* first */
	struct { VEC(struct router_port); } ports;
	struct forward forward;
	struct note notes[ROUTER_NOTES];
	struct rib rib;
	struct neigh neigh;
	struct router_wait *waits;
	struct router_loopback *loopbacks;
	size_t loopback_count;
	struct router_proxy *proxies;
	size_t proxy_count;
	bool has_tables, forwards, icmp_ttl, icmp_errors;
	uint16_t next_ip_id;
	uint64_t expired; /* ns; when idle sessions were last looked for */
	router_local_fn *deliver;
	void *deliver_context;
	router_failed_fn *failed;
	void *failed_context;
};

/* router.c */

/* Routes a packet of this node and sends it; takes it. */
void router_own(struct router *r, struct pkt *p);
/* Ends 'p' for the reason in p->drop: note, ICMP error about 'head' (NULL for
 * none), or the endpoint's callback for a packet of its own; takes 'p'. */
void router_drop(struct router *r, struct pkt *p,
		 const struct router_head *head);
/* The address of 'port' to speak to 'peer' from: the one whose subnet covers
 * it, else the main one; 0.0.0.0 when the port has none. */
ip4 router_port_addr(const struct router *r, uint16_t port, ip4 peer);
/* The sorted list of own addresses, anew. */
void router_list_addrs(struct router *r);

/* router_arp.c */

/* Sends 'p', which is routed, when the next hop's address is known; takes it.
 * 'head' is copied if it must wait. */
void router_arp_send(struct router *r, struct pkt *p,
		     const struct router_head *head);
/* An ARP message came in by 'port'; takes it. */
void router_arp_receive(struct router *r, uint16_t port, struct pkt *p);
/* Tells the neighbours on 'port' where 'addr' is (gratuitous ARP). */
void router_arp_announce(struct router *r, uint16_t port, ip4 addr);
/* 'port' went down: those who wait there are dropped, all is forgotten. */
void router_arp_forget(struct router *r, uint16_t port);
void router_arp_free(struct router *r);

/* router_icmp.c */

void router_icmp_head(const struct pkt *p, struct router_head *out);
/* Answers the echo request 'p', which stays the caller's; false if it is no
 * echo request to an address that answers. */
bool router_icmp_echo(struct router *r, const struct pkt *p);
/* Tells the sender of 'head' why it was dropped, if the tables and RFC 1812
 * 4.3.2.7 allow. */
void router_icmp_error(struct router *r, const struct pkt *p,
		       const struct router_head *head);

#endif
