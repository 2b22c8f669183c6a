/* SPDX-License-Identifier: Apache-2.0 */
/* The slow path of NAT: a packet that no session knows. Chooses the rule or
 * the virtual server, takes a port, opens the session. A stateless rule
 * (REFLEXIVE) translates each packet here, alone.
 *
 * A session is opened by a TCP SYN, a UDP datagram or an ICMP echo request
 * (tcp_strict is on by default in NSX). */
#ifndef MISS_H
#define MISS_H

#include "sim/path/session.h"

/* In by an uplink: DNAT, NO_DNAT, REFLEXIVE backwards. */
enum drop miss_destination(struct forward *f, struct pkt *p,
			   struct session_look *l, uint64_t now);
/* Out by an uplink: SNAT, NO_SNAT, REFLEXIVE forwards. */
enum drop miss_source(struct forward *f, struct pkt *p, struct session_look *l,
		      uint64_t now);
/* By any port to the address of a virtual server. */
enum drop miss_balance(struct forward *f, struct pkt *p, struct session_look *l,
		       uint64_t now);
/* In by an uplink and to be sent on without translation: remembers the
 * connection, if the gateway does that, so that SNAT lets its answers alone. */
void miss_pass(struct forward *f, struct pkt *p, uint64_t now);

/* What comes next from pools of ports, as far as is foreseen. */
#define MISS_POOLS 64

struct miss_ahead {
	struct miss_next {
		const struct port_pool *pool;
		uint16_t port;
	} next[MISS_POOLS];
};

/* Whether new sessions are opened by a rule of source NAT, as far as one knows:
 * then miss_ask() makes miss_source() find the slot of the answers to 'p' in the
 * cache. It need not be right. */
bool miss_foresees(const struct forward *f);
void miss_ask(const struct forward *f, const struct pkt *p,
	      struct miss_ahead *ahead);

#endif
