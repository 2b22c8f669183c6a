/* SPDX-License-Identifier: Apache-2.0 */
/* A packet: one Ethernet frame in a slot, and what the nodes on its way know
 * about it. It is edited in place at each hop.
 *
 * A slot belongs to exactly one holder (pool, batch, link, ARP queue, host);
 * handing over the pointer hands over the packet. Whoever ends it calls
 * pkt_free(). */
#ifndef PKT_H
#define PKT_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/table/drop.h"
#include "sim/table/flow.h"
#include "sim/wire/eth.h"

/* Bytes of a frame at most; a slot is an odd number of cache lines, so that the
 * first lines of many do not compete for half of the cache. */
#define PKT_ROOM 2112
#define PKT_LINE 64 /* of the cache */

/* Which leg of a conversation a packet belongs to. */
enum pkt_leg { PKT_REQUEST, PKT_REPLY, PKT_ERROR };

enum pkt_verdict {
	PKT_SEND,  /* out by 'out_port' to 'next_hop' */
	PKT_LOCAL, /* for this node itself */
	PKT_DROP,  /* for 'drop' */
};

/* What forwarding and queues read and write is in the first cache line, what
 * only observers know in the second; the frame begins with the third. */
struct pkt {
	/* Set by parse_pkt(), kept right by translate_pkt(). Offsets are from
	 * 'data'. Whoever else changes the bytes clears 'parsed'. */
	_Alignas(PKT_LINE) bool parsed;
	bool plain;    /* TCP or UDP with ports: nearly all are */
	bool fragment; /* not the first one, and its ports are not known */
	uint8_t icmp_type;
	uint8_t tcp_flags;
	bool headless; /* not the first fragment: no ports in its bytes */
	uint16_t l4;
	uint16_t quoted; /* the IP header that an ICMP error quotes; 0: none */
	union {
		struct flow_key key; /* or by its fields: */
		struct {
			ip4 src, dst;
			uint16_t sport, dport; /* ICMP echo: the id in both */
			uint8_t proto;
		};
	};

	/* Written by the node that holds it. */
	uint8_t verdict; /* enum pkt_verdict */
	uint8_t drop;	 /* enum drop */
	uint16_t in_port, out_port;
	uint16_t len; /* bytes of the frame */
	ip4 next_hop;
	uint32_t drop_ref; /* rule or route that dropped it, 0: none */
	bool marked;	   /* leaves trace notes */

	struct pkt *next; /* in whichever queue holds it */
	uint64_t due;	  /* ns; while it is on a link: when it arrives */

	/* For observers only: nothing that forwards may look at these. */
	_Alignas(PKT_LINE) uint8_t leg; /* enum pkt_leg */
	uint32_t id;	/* the same at every hop, unique in a world; from 1 */
	uint32_t flow;	/* conversation it serves, 0: none */
	uint32_t cause; /* id of the packet this one answers; 0: none known */
	_Alignas(PKT_LINE) uint8_t data[PKT_ROOM];
};

static_assert(offsetof(struct pkt, leg) == PKT_LINE &&
		      offsetof(struct pkt, data) == 2 * PKT_LINE,
	      "what forwarding needs is in one line and the frame's first");

struct pkt_pool {
	struct pkt *free;
	struct pkt *slots; /* caller's storage, at a cache line */
	size_t room, used;
	size_t fresh; /* slots from here on were never used: untouched memory */
};

void pkt_pool_init(struct pkt_pool *pool, struct pkt *slots, size_t room);
/* A slot with all fields but the data zeroed; NULL when none is left. */
struct pkt *pkt_take(struct pkt_pool *pool);
void pkt_free(struct pkt_pool *pool, struct pkt *p); /* p may be NULL */

/* A few packets on their way through one node at one time. */
#define BATCH_MAX 64

struct batch {
	size_t count;
	struct pkt *at[BATCH_MAX];
};

#endif
