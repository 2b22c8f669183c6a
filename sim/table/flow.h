/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of stateful NAT and of the load balancer: key to rewrite recipe.
 *
 * A session has two directions, each with the 5-tuple that arrives and the
 * 5-tuple that leaves. One flat open-addressed table of both directions' keys
 * in the caller's storage; sessions are known by 32-bit numbers.
 *
 * Idle timers are those of the NSX edge (docs NSX 4.1, session timers) and of
 * its load balancer (fast-TCP and fast-UDP profiles), as a table in flow.c; the
 * state machine:
 *
 *	TCP:	FIRST     the initiator's first packet
 *		OPENING   the responder has answered
 *		ESTABLISHED both sides have sent ACK after SYN
 *		CLOSING   one side has sent FIN
 *		FIN_WAIT  both have
 *		CLOSED    RST seen
 *		A SYN from the initiator after FIN or RST begins anew at FIRST.
 *	UDP:	FIRST, then SINGLE (more from the initiator only), MULTIPLE
 *	ICMP:	FIRST, then MULTIPLE (answered) */
#ifndef FLOW_H
#define FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"

#define FLOW_NONE UINT32_MAX

struct flow_key {
	ip4 src, dst;
	uint16_t sport, dport; /* ICMP echo: the id in both */
	uint8_t proto;
};

enum flow_dir { FLOW_FORWARD, FLOW_BACKWARD };

enum flow_state {
	FLOW_FIRST,
	FLOW_OPENING,
	FLOW_ESTABLISHED,
	FLOW_CLOSING,
	FLOW_FIN_WAIT,
	FLOW_CLOSED,
	FLOW_SINGLE,
	FLOW_MULTIPLE,
	FLOW_STATE_COUNT
};

enum flow_kind {
	FLOW_SNAT,
	FLOW_DNAT,
	FLOW_LB,
	FLOW_PASS, /* untranslated, from outside */
	FLOW_KIND_COUNT
};

struct flow {
	struct flow_key in[2];	/* by direction: as it arrives */
	struct flow_key out[2]; /* as it leaves; out[d] reversed is in[!d] */
	uint64_t used;		/* ns; last packet */
	uint64_t packets[2];
	enum flow_state state;
	enum flow_kind kind;
	uint8_t fins;	    /* bit per direction: FIN seen */
	uint32_t ref;	    /* of the rule or virtual server */
	uint32_t rule;	    /* its place in the NAT table, FLOW_NONE: none */
	uint32_t next_free; /* while it is not live */
	uint64_t scope; /* of the rule: ports where it applies; 0: uplinks */
	bool live;
};

struct flow_table {
	struct flow *flows; /* caller's storage */
	uint32_t *slots;    /* caller's: open addressing over both directions */
	uint32_t room;	    /* sessions */
	uint32_t slot_count; /* flow_slots(room) */
	uint32_t count;
	uint64_t earliest; /* ns; no session is idle before this */
	uint32_t free;	   /* first of the free list, FLOW_NONE: empty */
	uint32_t fresh;	   /* sessions from here on were never used */
};

/* How many slots a table for 'room' sessions needs: a power of two, so that it
 * is never more than half full. */
static inline uint32_t flow_slots(uint32_t room)
{
	uint32_t count = 16;
	while (count < 4 * (uint64_t)room)
		count *= 2;
	return count;
}

/* 'slots' must be zero; 'flows' need not be. */
void flow_init(struct flow_table *t, struct flow *flows, uint32_t *slots,
	       uint32_t room);
/* The session and direction of an arriving packet; FLOW_NONE if there is
 * none. It may be idle beyond its timer: see flow_is_idle(). */
uint32_t flow_find(const struct flow_table *t, const struct flow_key *key,
		   enum flow_dir *dir);
static inline struct flow_key flow_reverse(const struct flow_key *k)
{
	return (struct flow_key){k->dst, k->src, k->dport, k->sport, k->proto};
}

/* A new session: forward packets arrive as 'in' and leave as 'out'. FLOW_NONE
 * when full or when a key is taken. */
uint32_t flow_add(struct flow_table *t, const struct flow_key *in,
		  const struct flow_key *out, uint64_t now);
/* A packet of the session passed: state, timer, counter. */
void flow_touch(struct flow_table *t, uint32_t flow, enum flow_dir dir,
		uint8_t tcp_flags, uint64_t now);
void flow_remove(struct flow_table *t, uint32_t flow);
/* The first session from number 'from' on that is idle beyond its timer, or
 * FLOW_NONE; the caller frees its port and calls flow_remove(). */
uint32_t flow_next_expired(const struct flow_table *t, uint32_t from,
			   uint64_t now);
/* After the last flow_remove() of such a walk: computes 'earliest' anew. */
void flow_note_earliest(struct flow_table *t);
static inline bool flow_may_expire(const struct flow_table *t, uint64_t now)
{
	return t->count && now > t->earliest;
}
uint64_t flow_timeout_ns(const struct flow *f);
static inline bool flow_is_idle(const struct flow *f, uint64_t now)
{
	return f->live && now - f->used > flow_timeout_ns(f);
}
const char *flow_state_name(enum flow_state state);

#endif
