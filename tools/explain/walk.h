/* SPDX-License-Identifier: Apache-2.0 */
/* The way of one packet, as people tell it: one hop for each gateway, router or
 * host, whatever parts it has inside; at each what happened to it. Read from
 * its trace notes. */
#ifndef WALK_H
#define WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenarios/play/outcome.h"

#define WALK_HOPS 260 /* more than a time to live allows */
#define WALK_NATS 4

struct walk_nat {
	enum note_kind kind; /* NOTE_SNAT, DNAT, REFLEXIVE, LB */
	uint32_t ref;
	ip4 src, dst; /* after it */
	uint16_t sport, dport;
};

struct walk_hop {
	uint32_t node;	   /* the part that decided: an SR rather than a DR */
	const char *label; /* "t0-edge" */
	const char *part;  /* "en1", "dr"; "" if it has no parts */
	uint64_t time;	   /* ns, of the first note */
	ip4 src, dst;	   /* as it leaves */
	uint16_t sport, dport;
	struct walk_nat nats[WALK_NATS];
	size_t nat_count;
	bool session_new;
	bool no_nat;	     /* crossed an uplink that has rules, none acted */
	uint32_t no_nat_ref; /* the NO_* rule that said so, 0: none matched */
	uint32_t route;	     /* ref of the route taken last, 0: none */
	bool waits;	     /* for ARP of 'waits_for' */
	ip4 waits_for;
	bool delivered, dropped;
	enum drop reason;
	uint32_t drop_ref;
	uint32_t answered_by; /* the packet that it caused here, 0: none */
};

struct walk {
	const struct trace_packet *packet;
	struct walk_hop hops[WALK_HOPS]; /* further ones are left out */
	size_t count;
};

void walk_packet(const struct outcome *o, const struct trace_packet *p,
		 struct walk *out);
/* NULL if the packet has been nowhere. */
const struct walk_hop *walk_last(const struct walk *w);
/* A gateway's service router, which is where NAT can happen. */
bool walk_is_service_router(const struct walk_hop *hop);
/* Went on through a service router as it was: no NAT rule matched there, or
 * there is none. */
bool walk_let_pass(const struct walk_hop *hop);

#endif
