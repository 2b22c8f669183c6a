/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/model/sanity.h"

#include "sim/host/host.h"
#include "sim/host/profile.h"
#include "sim/table/lb.h"

#define ECMP_MAX     8
#define PROFILES_MAX 16

static void check_routes(const struct model_route *routes, size_t count,
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

static void check_tier0(const struct model_tier0 *g, struct diag *d)
{
	check_routes(g->static_routes.at, g->static_routes.count, d);
	for (size_t i = 0; i < g->interfaces.count; i++)
		check_interface(g, &g->interfaces.at[i], d);
	if (g->has_ha_vip && g->ha_mode == MODEL_ACTIVE_ACTIVE) {
		diag_error(d, g->ha_vip_at,
			   "an HA VIP needs an ACTIVE_STANDBY Tier-0");
		diag_help(d, "on ACTIVE_ACTIVE every edge answers for its own "
			     "addresses");
	}
	if (g->transit_subnet.len > 30)
		diag_error(d, g->id.at,
			   "transit_subnet is too small for /31 router links");
	if (g->internal_transit_subnet.len > 28)
		diag_error(
			d, g->id.at,
			"internal_transit_subnet must hold a DR and its SRs: "
			"/28 or larger");
}

static void check_segment(const struct model_segment *s, struct diag *d)
{
	if (s->tier0.name && s->tier1.name) {
		diag_error(d, s->tier0.at,
			   "segment %s is connected to a Tier-1 and a Tier-0",
			   s->id.name);
		diag_note(d, s->tier1.at, "the Tier-1");
	}
	if ((s->tier0.name || s->tier1.name) && !s->has_gateway) {
		diag_error(d, s->id.at,
			   "segment %s is connected to a gateway and needs "
			   "gateway_address",
			   s->id.name);
		diag_help(d, "gateway_address: 10.244.0.97/28");
	}
	if (s->has_gateway && !s->tier0.name && !s->tier1.name) {
		diag_error(d, s->gateway_at,
			   "segment %s has a gateway_address but no gateway",
			   s->id.name);
		diag_help(d, "name its tier1, or leave gateway_address out and "
			     "attach a router's interface");
	}
}

static void check_profile(const char *name, struct diag_place at,
			  struct diag *d)
{
	const char *known[PROFILES_MAX];
	size_t count;
	const struct profile *all = profile_all(&count);
	if (!name || profile_find(name))
		return;
	for (size_t i = 0; i < count && i < PROFILES_MAX; i++)
		known[i] = all[i].name;
	schema_unknown(d, at, "profile", name, known, count);
}

static void check_host(const struct model_host *h, struct diag *d)
{
	check_routes(h->routes.at, h->routes.count, d);
	check_profile(h->profile, h->profile_at, d);
	if (!h->interfaces.count) {
		diag_error(d, h->id.at, "host %s has no network", h->id.name);
		diag_help(d, "give it segment and address, or interfaces");
	}
	if (h->nameservers.count > HOST_NAMESERVERS)
		diag_error(d, h->nameservers_at,
			   "%zu nameservers: resolvers look at %d at most",
			   h->nameservers.count, HOST_NAMESERVERS);
	if (h->search.count > HOST_SEARCH)
		diag_error(d, h->search_at,
			   "%zu search domains: resolvers look at %d at most",
			   h->search.count, HOST_SEARCH);
	if (h->nat_rules.count && !h->forwards) {
		diag_error(d, h->nat_rules.at[0].id.at,
			   "host %s forwards nothing, so it translates nothing",
			   h->id.name);
		diag_help(d, "add 'forwards: true'");
	}
}

static void check_server(const struct model *m,
			 const struct model_lb_virtual_server *s,
			 struct diag *d)
{
	if (m->tier1s.at[s->tier1.index].edge_cluster.name)
		return;
	diag_warning(d, s->tier1.at,
		     "%s has no edge cluster, hence no service router: the "
		     "virtual server is not realized",
		     s->tier1.name);
	diag_help(d, "give it an edge_cluster");
}

static bool overlap(const struct model_lb_virtual_server *a,
		    const struct model_lb_virtual_server *b)
{
	if (!addr_same(a->ip_address, b->ip_address) ||
	    a->protocol != b->protocol)
		return false;
	for (size_t i = 0; i < a->ports.count; i++)
		for (size_t j = 0; j < b->ports.count; j++)
			if (a->ports.at[i].first <= b->ports.at[j].last &&
			    b->ports.at[j].first <= a->ports.at[i].last)
				return true;
	return false;
}

static void check_lb(const struct model *m, struct diag *d)
{
	for (size_t i = 0; i < m->lb_virtual_servers.count; i++) {
		const struct model_lb_virtual_server *s =
			&m->lb_virtual_servers.at[i];
		check_server(m, s, d);
		for (size_t j = 0; j < i; j++) {
			if (!overlap(s, &m->lb_virtual_servers.at[j]))
				continue;
			diag_error(d, s->ip_at,
				   "%s and %s share an address and a port",
				   m->lb_virtual_servers.at[j].id.name,
				   s->id.name);
			diag_note(d, m->lb_virtual_servers.at[j].ip_at,
				  "first used here");
		}
	}
	for (size_t i = 0; i < m->lb_pools.count; i++)
		if (m->lb_pools.at[i].members.count > LB_MEMBERS_MAX)
			diag_error(d, m->lb_pools.at[i].id.at,
				   "more than %d members", LB_MEMBERS_MAX);
}

void sanity_check(const struct model *m, struct diag *d)
{
	for (size_t i = 0; i < m->tier0s.count; i++)
		check_tier0(&m->tier0s.at[i], d);
	for (size_t i = 0; i < m->tier1s.count; i++)
		check_routes(m->tier1s.at[i].static_routes.at,
			     m->tier1s.at[i].static_routes.count, d);
	for (size_t i = 0; i < m->segments.count; i++)
		check_segment(&m->segments.at[i], d);
	for (size_t i = 0; i < m->routers.count; i++)
		check_routes(m->routers.at[i].routes.at,
			     m->routers.at[i].routes.count, d);
	for (size_t i = 0; i < m->hosts.count; i++)
		check_host(&m->hosts.at[i], d);
	for (size_t i = 0; i < m->workloads.count; i++)
		check_profile(m->workloads.at[i].profile,
			      m->workloads.at[i].profile_at, d);
	check_lb(m, d);
	sanity_nat(m, d);
	sanity_addresses(m, d);
}
