/* SPDX-License-Identifier: Apache-2.0 */
/* What is said beside a captured packet: one line for machines, one sentence
 * for people.
 *
 *	tp flow=3 pkt=17 hop=2 node=domain-c8 verdict=forwarded nat=SNAT rule=pods-out
 *	domain-c8: SNAT by pods-out, 10.244.0.130:46858 is now 30.0.0.5:1024
 *
 * The line is "tp" and words KEY=VALUE, which hold no spaces; 'verdict' is
 * sent, forwarded, delivered or dropped. Only what applies is there:
 *	nat, rule   translations, in order; "nat=none": no rule matched
 *	reason	    of a drop, a word of drop.h; then 'rule' is what dropped it
 *	arp_wait    the address that was asked for
 *	try	    how many times it has been sent now, from 2
 *	cause	    ICMP errors: the packet they tell about */
#ifndef REMARK_H
#define REMARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/str.h"
#include "sim/base/vec.h"
#include "sim/path/note.h"
#include "sim/world/world.h"

/* Names of what numbers in notes ('ref') stand for. Functions may be NULL. */
struct remark_names {
	const char *(*name)(void *context, uint32_t ref); /* "pods-out" */
	void *context;
};

/* Something that happened to a packet; 'note' has the addresses after it. */
struct remark_event {
	struct note note;
	struct flow_key before;
	unsigned tries; /* not 0: sent again, 'waited' ns after it was before */
	uint64_t waited;
};

struct remark_events {
	VEC(struct remark_event);
};

struct remark {
	uint32_t flow, pkt, cause; /* cause 0: it is no ICMP error */
	unsigned hop;		   /* which node on its way, from 1 */
	bool out;		   /* leaves 'node', else comes in */
	uint32_t node;
	const struct remark_event *events;
	size_t event_count;
};

/* Whether anything of it is worth a remark: a translation, a drop, waiting for
 * ARP, sent again, an ICMP error. */
bool remark_is_due(const struct remark *r);
void remark_write(const struct remark *r, const struct world *w,
		  const struct remark_names *names, struct str *line,
		  struct str *sentence);

#endif
