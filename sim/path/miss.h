/* SPDX-License-Identifier: Apache-2.0 */
/* The slow path of NAT: a packet that no session knows. Chooses the rule or
 * the virtual server, takes a port, makes the session, translates. */
#ifndef MISS_H
#define MISS_H

#include "sim/path/forward.h"

/* In by an uplink: DNAT, NO_DNAT, REFLEXIVE backwards; else an untranslated
 * session if the gateway keeps those. */
enum drop miss_destination(struct forward *f, struct pkt *p, uint64_t now);
/* Out by an uplink: SNAT, NO_SNAT, REFLEXIVE forwards. */
enum drop miss_source(struct forward *f, struct pkt *p, uint64_t now);
/* To the address of a virtual server, by any port; *'found' says whether it
 * was one. */
enum drop miss_balance(struct forward *f, struct pkt *p, uint64_t now,
		       bool *found);
/* The port of session 'flow' goes back to its pool. */
void miss_release(struct forward *f, const struct flow *flow);

#endif
