/* SPDX-License-Identifier: Apache-2.0 */
/* What a topology has to be made of in both worlds: nodes and places, which are
 * the ports where packets are observed. DR and SR of a gateway count as one
 * router, one node, and ports between them are no places; but of a Tier-0 that
 * is active on several edges the DR and the SR of each edge are nodes.
 *
 * plan_init from a model, which must outlive it; plan_fini. False, with the
 * reason in 'why', for what has no counterpart in the kernel. */
#ifndef PLAN_H
#define PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/str.h"
#include "sim/base/vec.h"
#include "topology/model/model.h"

enum plan_kind { PLAN_TIER0, PLAN_TIER1, PLAN_ROUTER, PLAN_HOST };

enum plan_part { PLAN_WHOLE, PLAN_DR, PLAN_SR };

struct plan_node {
	enum plan_kind kind;
	size_t index; /* in the model's list of that kind */
	const char *name;
	enum plan_part part;
	size_t edge; /* of an SR, in the edge cluster */
};

struct plan_place {
	size_t node;
	const char *port; /* as the simulator calls it */
	struct addr_if addr;
	struct addr_if vip; /* HA VIP on it; 0.0.0.0: none */
	size_t link;	    /* places of one link hear each other */
	uint16_t mtu;
	bool uplink;	/* NAT happens here */
	bool backplane; /* between the parts of a gateway */
	bool strict;	/* uRPF */
	size_t interface;
	unsigned number; /* of the kernel's port that stands for it */
};

struct plan {
	struct model *model;
	struct {
		VEC(struct plan_node);
	} nodes;
	struct {
		VEC(struct plan_place);
	} places;
	size_t link_count;
	struct arena arena;
};

#define PLAN_NONE SIZE_MAX

/* A gateway whose parts are one node. */
static inline bool plan_is_joined(const struct plan *p, size_t node)
{
	return p->nodes.at[node].kind <= PLAN_TIER1 &&
	       p->nodes.at[node].part == PLAN_WHOLE;
}

bool plan_init(struct plan *p, struct model *m, struct str *why);
void plan_fini(struct plan *p);
size_t plan_node_of(const struct plan *p, const char *name);
size_t plan_place_of(const struct plan *p, const char *node, const char *port);
/* The place of 'node' on whose network 'a' is, PLAN_NONE if none. */
size_t plan_place_to(const struct plan *p, size_t node, ip4 a);
/* The place where Tier-1 'tier1' meets its Tier-0: its own, or the other end. */
size_t plan_uplink_of(const struct plan *p, size_t tier1);
size_t plan_downlink_of(const struct plan *p, size_t tier1);
/* Of a gateway in parts, the DR. */
size_t plan_node_at(const struct plan *p, enum plan_kind kind, size_t index);
/* Whether 'a' is on a port of 'node' (PLAN_NONE: of any). */
bool plan_owns(const struct plan *p, size_t node, ip4 a);
/* The same of the VIPs of Tier-1 gateways. */
bool plan_serves(const struct plan *p, size_t node, ip4 a);
/* Whether some node may send what is for 'dst' to either place: next hops of one
 * route at one distance. */
bool plan_is_equal(const struct plan *p, size_t a, size_t b, ip4 dst);
/* The place of a gateway's part where it meets the others. */
size_t plan_backplane_of(const struct plan *p, size_t node);
/* "t0:up1" */
const char *plan_print(const struct plan *p, size_t place, char out[80]);
/* The segment, or the Tier-1 of a router link; the same in any topology. */
void plan_link_name(const struct plan *p, size_t link, char *out, size_t room);
/* Static routes of a router or gateway. */
const struct model_route *plan_routes(const struct plan *p, size_t node,
				      size_t *count);
/* NAT rules of a node, in file order. */
const struct model_nat_rule *plan_nat(const struct plan *p, size_t node,
				      size_t *count);

#endif
