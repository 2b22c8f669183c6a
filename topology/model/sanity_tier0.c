/* SPDX-License-Identifier: Apache-2.0 */
/* Tier-0 gateways: interfaces, edges, high availability. */
#include "topology/model/sanity.h"

#define ECMP_MAX      8
#define STANDBY_EDGES 2 /* an active and a standby one */

void sanity_routes(const struct model_route *routes, size_t count,
		   struct diag *d)
{
	for (size_t i = 0; i < count; i++) {
		const struct model_route *r = &routes[i];
		if (r->next_hops.count <= ECMP_MAX)
			continue;
		diag_error(d, r->id.at, "%zu next hops: ECMP takes at most %d",
			   r->next_hops.count, ECMP_MAX);
	}
}

static void check_interface(const struct model_tier0 *g,
			    const struct model_interface *i, struct diag *d)
{
	if (!i->edge.name) {
		diag_error(d, i->id.at,
			   "the interface %s of a Tier-0 gateway needs the key "
			   "'edge'",
			   i->id.name);
		diag_help(d, "an external interface is on one edge node");
	}
	if (i->nat_outside) {
		diag_error(d, i->id.at,
			   "nat_outside is for routers and hosts: all external "
			   "interfaces of a Tier-0 gateway are uplinks");
		diag_help(d, "leave it out of %s", g->id.name);
	}
}

/* It floats between interfaces of the two edges, on their network. */
static void check_ha_vip(const struct model_tier0 *g, struct diag *d)
{
	struct addr_prefix net = addr_prefix_of(g->ha_vip.addr, g->ha_vip.len);
	size_t beside = 0;
	if (!g->has_ha_vip)
		return;
	if (g->ha_mode == MODEL_ACTIVE_ACTIVE) {
		diag_error(d, g->ha_vip_at,
			   "an HA VIP needs an ACTIVE_STANDBY Tier-0");
		diag_help(d, "on ACTIVE_ACTIVE every edge answers for its own "
			     "addresses");
		return;
	}
	for (size_t i = 0; i < g->interfaces.count; i++) {
		struct addr_if a = g->interfaces.at[i].address;
		beside += a.len == net.len && addr_in(a.addr, net);
	}
	if (beside >= 2)
		return;
	diag_error(d, g->ha_vip_at,
		   "an HA VIP needs two external interfaces on its network, "
		   "%s has %zu",
		   g->id.name, beside);
	diag_help(d, "take a free address of the network of the uplinks, with "
		     "their length");
}

static void check_standby(const struct model_tier0 *g, struct diag *d)
{
	size_t edges = 0;
	for (size_t i = 0; i < g->interfaces.count; i++) {
		size_t j = 0;
		while (g->interfaces.at[j].edge.index !=
		       g->interfaces.at[i].edge.index)
			j++;
		edges += i == j;
	}
	if (edges > STANDBY_EDGES) {
		diag_error(d, g->id.at,
			   "%s has interfaces on %zu edges: ACTIVE_STANDBY is "
			   "an active and a standby one",
			   g->id.name, edges);
		diag_help(d, "leave two, or set ha_mode: ACTIVE_ACTIVE");
	}
	if (g->failover_mode == MODEL_PREEMPTIVE && !g->preferred_edge.name) {
		diag_error(d, g->failover_at,
			   "PREEMPTIVE needs preferred_edge: the one that "
			   "takes over again");
		diag_help(d, "name an edge, or leave failover_mode out");
	}
}

static void check_preferred(const struct model_tier0 *g, struct diag *d)
{
	if (g->ha_mode == MODEL_ACTIVE_STANDBY) {
		check_standby(g, d);
		return;
	}
	if (!g->preferred_edge.name)
		return;
	diag_error(d, g->preferred_edge.at,
		   "preferred_edge is for ACTIVE_STANDBY: on ACTIVE_ACTIVE all "
		   "edges are active");
	diag_help(d, "leave it out, or set ha_mode: ACTIVE_STANDBY");
}

static void check_subnets(const struct model_tier0 *g, struct diag *d)
{
	if (g->transit_subnet.len > 30)
		diag_error(d, g->id.at,
			   "transit_subnet is too small for /31 router links");
	if (g->internal_transit_subnet.len > 28)
		diag_error(
			d, g->id.at,
			"internal_transit_subnet must hold a DR and its SRs: "
			"/28 or larger");
}

/* An edge node carries one Tier-0 (edge clusters may be shared). */
static void check_edge(const struct model *m, size_t tier0,
		       const struct model_interface *f, struct diag *d)
{
	const struct model_tier0 *g = &m->tier0s.at[tier0];
	for (size_t i = 0; i < tier0; i++) {
		const struct model_tier0 *o = &m->tier0s.at[i];
		for (size_t j = 0; j < o->interfaces.count; j++) {
			const struct schema_ref *e = &o->interfaces.at[j].edge;
			if (!f->edge.name || !e->name ||
			    o->edge_cluster.index != g->edge_cluster.index ||
			    e->index != f->edge.index)
				continue;
			diag_error(
				d, f->edge.at,
				"edge %s carries %s already: there is room for "
				"one Tier-0 on an edge",
				f->edge.name, o->id.name);
			diag_note(d, e->at, "here");
			diag_help(d, "take another edge of the cluster");
			return;
		}
	}
}

void sanity_tier0(const struct model *m, struct diag *d)
{
	for (size_t i = 0; i < m->tier0s.count; i++) {
		const struct model_tier0 *g = &m->tier0s.at[i];
		sanity_routes(g->static_routes.at, g->static_routes.count, d);
		for (size_t j = 0; j < g->interfaces.count; j++) {
			check_interface(g, &g->interfaces.at[j], d);
			check_edge(m, i, &g->interfaces.at[j], d);
		}
		check_ha_vip(g, d);
		check_preferred(g, d);
		check_subnets(g, d);
	}
}
