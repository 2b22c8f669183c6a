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

#endif
