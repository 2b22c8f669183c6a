/* SPDX-License-Identifier: Apache-2.0 */
/* The fast half of stateful NAT: a packet that belongs to a session is carried
 * out by its recipe; no rule is looked at. Opening and ending sessions, with
 * the ports they hold, is here too. */
#ifndef SESSION_H
#define SESSION_H

#include "sim/path/forward.h"

/* What is known about one packet on its way through one router. Zero it, then
 * hand it from stage to stage: the key is parsed and hashed once, and anew only
 * after a translation. */
struct session_look {
	struct flow_key key;
	uint32_t number; /* FLOW_NONE: no session */
	enum flow_dir dir;
	bool looked; /* the fields above are right */
	bool acted;  /* a session or rule has decided about the packet */
	bool answer; /* ... as the answer in a session: no rule of source NAT
		      * may look at it again */
};

/* Carries out the NAT session of 'p' if it has one that acts at this stage and
 * port. True: no rule needs to be looked at. */
bool session_run(struct forward *f, struct pkt *p, struct session_look *l,
		 enum nat_stage stage, uint64_t now);
/* The same for sessions of virtual servers, which act on arrival by any port
 * and translate both ends. */
bool session_balance(struct forward *f, struct pkt *p, struct session_look *l,
		     uint64_t now);
/* Makes the session that 'what' describes (in[0], out[0], kind, ref, rule,
 * scope) for its first packet, and translates that. If it cannot be made, the
 * port of out[0] goes back. */
enum drop session_open(struct forward *f, struct pkt *p,
		       const struct flow *what, uint64_t now);
/* Ends session 'number'; its port goes back to the pool. */
void session_end(struct forward *f, uint32_t number);

#endif
