/* SPDX-License-Identifier: Apache-2.0 */
/* Tier-0 gateways that are active on several edges: what the DR leaves to which
 * SR, and how far it matters which of them a packet goes by. Read from the
 * topology file, as everything here. Nodes and places are those of the plan. */
#ifndef EDGES_H
#define EDGES_H

#include "tests/kernel/plan.h"

/* A route of the DR by one SR; several at one distance share the traffic. */
struct edges_route {
	struct addr_prefix to;
	unsigned distance;
	size_t sr; /* node */
};

struct edges_list {
	VEC(struct edges_route);
};

/* All of a DR, by SR; to be freed with VEC_FREE. */
void edges_routes(const struct plan *p, size_t dr, struct edges_list *out);
/* Whether both places are on SRs of one gateway and its DR may send what is for
 * 'dst' to either. */
bool edges_may(const struct plan *p, size_t a, size_t b, ip4 dst);
/* Whether both places are uplinks of SRs of one gateway on the same network,
 * neither has the address 'dst' and both answer ARP for it, if any does. */
bool edges_answer(const struct plan *p, size_t a, size_t b, ip4 dst);
/* Whether what a packet meets does not depend on which of the two places' SRs
 * it goes by: their uplinks are on the same networks, with the same settings,
 * no rule is for one of them alone, and neither has its source or destination
 * for an address. */
bool edges_alike(const struct plan *p, size_t a, size_t b, ip4 src, ip4 dst);
/* Whether a rule of the place's gateway is for some of its uplinks only. */
bool edges_scoped(const struct plan *p, size_t place);
/* Whether an uplink of some SR is on the place's network. */
bool edges_leads(const struct plan *p, size_t place);
/* Whether both are addresses of SRs of one gateway. */
bool edges_speak(const struct plan *p, ip4 a, ip4 b);

#endif
