/* SPDX-License-Identifier: Apache-2.0 */
/* The fast half of stateful NAT: a packet that belongs to a session is carried
 * out by its recipe; no rule is looked at. Opening and ending sessions, with
 * the ports they hold, is here too. */
#ifndef SESSION_H
#define SESSION_H

#include "sim/path/forward.h"

/* What is known about one packet on its way through one router. Zero it, then
 * hand it from stage to stage: the key is hashed once, and anew only after a
 * translation. */
struct session_look {
	uint32_t hash;
	uint32_t guess; /* value of the session's slot in the table (flow.h),
			     * 0: none; a guess until 'looked' */
	uint32_t by;	/* value of the session that acted, 0: none, or ... */
	uint32_t rule; /* ... the place of the REFLEXIVE rule, if 'reflected' */
	uint8_t acts;  /* how often one or a rule did */
	bool hashed;   /* 'hash' is right */
	bool looked;   /* 'guess' is */
	bool acted;    /* a session or rule has decided about the packet */
	bool answer;   /* ... as the answer in a session: no rule of source
			     * NAT may look at it again */
	bool arrived;  /* the last did on arrival */
	bool reflected;
};

/* The packet is another one now: what was looked up no longer holds. */
static inline void session_forget(struct session_look *l)
{
	l->hashed = l->looked = false;
	l->guess = 0;
}

/* Two steps that make the others find what they need in the cache: for all
 * packets of a batch the one, which gives the hash, then for all the other, which
 * gives a guess at the value. Both are worth something for plain packets only.
 */
static inline uint32_t session_ask_slot(const struct forward *f,
					const struct pkt *p)
{
	uint32_t hash = flow_hash(&p->key);
	flow_prefetch_slot(&f->flows, hash);
	return hash;
}

static inline uint32_t session_ask(const struct forward *f, uint32_t hash)
{
	return flow_guess(&f->flows, hash);
}

static inline void session_guessed(struct session_look *l, uint32_t hash,
				   uint32_t guess)
{
	l->hash = hash;
	l->hashed = true;
	l->guess = guess;
}
/* Carries out the NAT session of 'p' if it has one that acts on arrival, or when
 * leaving, by the port. True: no rule needs to be looked at. */
bool session_arrive(struct forward *f, struct pkt *p, struct session_look *l,
		    uint64_t now);
bool session_leave(struct forward *f, struct pkt *p, struct session_look *l,
		   uint64_t now);
/* The same for sessions of virtual servers, which act on arrival by any port
 * and translate both ends. */
bool session_balance(struct forward *f, struct pkt *p, struct session_look *l,
		     uint64_t now);
/* What a trace calls the translation of a session. */
static inline enum note_kind session_note(const struct flow *flow)
{
	return flow->kind == FLOW_SNAT	 ? NOTE_SNAT
	       : flow->kind == FLOW_DNAT ? NOTE_DNAT
					 : NOTE_LB;
}

/* A session to be made: its first packet arrives as 'in' and leaves as 'out'. */
struct session_plan {
	struct flow_key in, out;
	enum flow_kind kind;
	bool hashed, sought;   /* the next two are known */
	uint32_t hash;	       /* of 'in' */
	struct flow_spot back; /* of the answers to 'out' */
	uint32_t ref;	       /* of the rule or virtual server */
	uint32_t rule;	       /* its place in the NAT table, FLOW_NONE: none */
};

/* Makes the session for its first packet, and translates that. If it cannot be
 * made, the port of 'out' goes back. */
enum drop session_open(struct forward *f, struct pkt *p,
		       const struct session_plan *plan, uint64_t now);
/* Ends all that are idle at 'now'. */
void session_expire(struct forward *f, uint64_t now);
/* Ends session 'number'; its port goes back to the pool. */
void session_end(struct forward *f, uint32_t number);

#endif
