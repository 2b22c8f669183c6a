/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of a Tier-0 gateway. DR: router links, what Tier-1 gateways
 * advertise, the rest to the SRs (ECMP over all in active-active, the active
 * one otherwise). SR: uplinks, static routes, NAT; everything inside by the
 * DR, shown with the Tier-1's address as NSX does. */
#include "topology/build/net_private.h"

#define PROXIES_MAX 256 /* of one rule or pool */

static const struct addr_prefix anywhere = {{0}, 0};

/* An edge without an uplink that is up has nothing to forward to: the other one
 * takes over, as with an HA VIP of NSX. */
static bool has_uplink(const struct model_tier0 *g, const struct net_tier0 *t,
		       size_t sr)
{
	for (size_t i = 0; i < g->interfaces.count; i++)
		if (t->uplink_srs[i] == sr &&
		    g->interfaces.at[i].admin_state == MODEL_UP)
			return true;
	return false;
}

/* How much there is to be said for an SR: that it can do the work, that it does
 * it already, that it is preferred; the last two change places if the mode is
 * PREEMPTIVE. */
static unsigned fitness(const struct model_tier0 *g, const struct net_tier0 *t,
			size_t sr)
{
	bool preempts = g->failover_mode == MODEL_PREEMPTIVE;
	unsigned fit = 8;
	if (!t->srs[sr].up)
		return 0;
	if (has_uplink(g, t, sr))
		fit += 4;
	if (t->srs[sr].active)
		fit += preempts ? 1 : 2;
	if (g->preferred_edge.name &&
	    t->srs[sr].edge == g->preferred_edge.index)
		fit += preempts ? 2 : 1;
	return fit;
}

/* The fittest SR of an active-standby gateway, NET_SRS_MAX if none is up. */
static size_t choose_standby(const struct model_tier0 *g,
			     const struct net_tier0 *t)
{
	size_t best = NET_SRS_MAX;
	for (size_t i = 0; i < t->sr_count; i++)
		if (fitness(g, t, i) >
		    (best == NET_SRS_MAX ? 0 : fitness(g, t, best)))
			best = i;
	return best;
}

/* Sessions move with the work: NSX keeps those of the standby in step. */
static void choose_active(const struct model *m, const struct model_tier0 *g,
			  struct net_tier0 *t)
{
	struct router *was = NULL;
	for (size_t i = 0; i < t->sr_count; i++)
		t->srs[i].up = net_edge_up(m, &g->edge_cluster, t->srs[i].edge);
	size_t active = choose_standby(g, t);
	for (size_t i = 0; i < t->sr_count; i++) {
		struct net_sr *sr = &t->srs[i];
		if (g->ha_mode == MODEL_ACTIVE_ACTIVE) {
			sr->active = sr->up;
			continue;
		}
		was = sr->active && i != active ? sr->router : was;
		sr->active = i == active;
	}
	if (was && active < NET_SRS_MAX)
		router_swap_sessions(was, t->srs[active].router);
}

static void add_by_sr(struct net_table *t, const struct net_tier0 *t0,
		      const struct net_sr *sr, struct rib_route *route)
{
	route->kind = RIB_INTERNAL;
	route->via = route->gateway = sr->address;
	route->port = t0->backplane;
	net_table_route(t, route);
}

/* Whether the SR has the route, and with which distance, so that both decide
 * alike. Its own tables have been set. */
static bool find_distance(const struct net_sr *sr, const struct model_route *r,
			  uint8_t *distance)
{
	const struct forward_port *ports = router_forward(sr->router)->ports;
	bool found = false;
	uint16_t port;
	*distance = UINT8_MAX;
	for (size_t i = 0; i < r->next_hops.count; i++) {
		const struct model_next_hop *hop = &r->next_hops.at[i];
		if (!net_table_port(sr->router, hop->ip_address, &port) ||
		    !ports[port].up)
			continue;
		found = true;
		if (hop->admin_distance < *distance)
			*distance = hop->admin_distance;
	}
	if (r->bgp)
		*distance = rib_kind_distance(RIB_BGP);
	return found;
}

/* What the DR leaves to one SR: its uplinks' networks, its static routes, and
 * all that nobody knows. */
static void add_sr(struct net_table *t, const struct model_tier0 *g,
		   const struct net_tier0 *t0, size_t number)
{
	const struct net_sr *sr = &t0->srs[number];
	uint8_t distance = rib_kind_distance(RIB_INTERNAL);
	struct rib_route route = {
		.prefix = anywhere, .distance = distance, .ref = t0->plumbing};
	add_by_sr(t, t0, sr, &route);
	for (size_t i = 0; i < g->interfaces.count; i++) {
		struct addr_if on = g->interfaces.at[i].address;
		if (t0->uplink_srs[i] != number ||
		    g->interfaces.at[i].admin_state == MODEL_DOWN)
			continue;
		route.prefix = addr_prefix_of(on.addr, on.len);
		add_by_sr(t, t0, sr, &route);
	}
	for (size_t i = 0; i < g->static_routes.count; i++) {
		const struct model_route *r = &g->static_routes.at[i];
		if (!r->network.len || !find_distance(sr, r, &route.distance))
			continue;
		route.prefix = r->network;
		route.ref = net_table_number(t, r);
		add_by_sr(t, t0, sr, &route);
	}
}

/* Static routes through networks of the DR itself, and null routes; a null
 * default is the SRs' business. */
static void add_static(struct net_table *t, const struct model_tier0 *g,
		       const struct net_tier0 *t0)
{
	struct net_way direct = {.router = t0->dr, .kind = RIB_T0_STATIC};
	for (size_t i = 0; i < g->static_routes.count; i++) {
		const struct model_route *r = &g->static_routes.at[i];
		if (r->next_hops.count || r->network.len)
			net_table_static(t, &direct, r, 1);
	}
}

static void dr_tables(struct net *n, const struct model *m, size_t index)
{
	const struct model_tier0 *g = &m->tier0s.at[index];
	struct net_tier0 *t0 = &n->tier0s[index];
	struct net_index_list tier1s = net_index_of(&n->tier0_tier1s, index);
	struct net_index_list segments =
		net_index_of(&n->tier0_segments, index);
	struct net_table t;
	net_table_begin(&t, n, t0->dr);
	net_table_connected(&t, t0->dr, t0->backplane, RIB_T0_CONNECTED,
			    &g->id);
	for (size_t k = 0; k < tier1s.count; k++) {
		size_t i = tier1s.at[k];
		net_table_connected(&t, t0->dr, n->tier1s[i].t0_port,
				    RIB_T0_CONNECTED, &m->tier1s.at[i].id);
		net_tier1_advertise(&t, m, i, n->tier1s[i].address,
				    n->tier1s[i].t0_port);
	}
	for (size_t i = 0; i < segments.count; i++)
		net_table_connected(
			&t, t0->dr, n->segment_ports[segments.at[i]],
			RIB_T0_CONNECTED, &m->segments.at[segments.at[i]].id);
	add_static(&t, g, t0);
	for (size_t i = 0; i < t0->sr_count; i++)
		if (t0->srs[i].active)
			add_sr(&t, g, t0, i);
	t.out.icmp_errors = g->icmp_unreachable;
	t.out.icmp_ttl = g->icmp_ttl_exceeded;
	t.out.icmp_frag_needed = g->icmp_fragmentation_needed;
	net_table_commit(&t);
}

static void add_connected_inside(struct net_table *t,
				 const struct net_tier0 *t0,
				 const struct net_sr *sr,
				 struct addr_prefix prefix, uint32_t ref)
{
	struct rib_route route = {.prefix = prefix,
				  .kind = RIB_T0_CONNECTED,
				  .distance =
					  rib_kind_distance(RIB_T0_CONNECTED),
				  .gateway = t0->dr_address,
				  .port = sr->backplane,
				  .ref = ref};
	net_table_route(t, &route);
}

/* What an SR reaches by the DR: nothing that the DR would send back. */
static void add_inside(struct net_table *t, const struct model *m, size_t index,
		       const struct net_sr *sr)
{
	const struct model_tier0 *g = &m->tier0s.at[index];
	const struct net_tier0 *t0 = &t->net->tier0s[index];
	struct net_index_list tier1s =
		net_index_of(&t->net->tier0_tier1s, index);
	struct net_index_list segments =
		net_index_of(&t->net->tier0_segments, index);
	for (size_t i = 0; i < tier1s.count; i++) {
		const struct net_tier1 *t1 = &t->net->tier1s[tier1s.at[i]];
		add_connected_inside(t, t0, sr, addr_prefix_of(t1->address, 31),
				     t1->plumbing);
		net_tier1_advertise(t, m, tier1s.at[i], t0->dr_address,
				    sr->backplane);
	}
	for (size_t i = 0; i < segments.count; i++) {
		struct addr_if on =
			m->segments.at[segments.at[i]].gateway_address;
		add_connected_inside(t, t0, sr, addr_prefix_of(on.addr, on.len),
				     t0->plumbing);
	}
	struct net_way way = {.router = t0->dr,
			      .kind = RIB_T0_STATIC,
			      .relayed = true,
			      .relay = t0->dr_address,
			      .port = sr->backplane};
	net_table_static(t, &way, g->static_routes.at, g->static_routes.count);
}

/* NAT rules act on all uplinks of the SR, or on those of the rule's scope; a
 * rule whose scope is on other edges never does. */
static void add_nat(struct net_table *t, const struct model_tier0 *g,
		    const struct net_tier0 *t0, size_t sr)
{
	size_t first = t->nat.count;
	net_table_nat(t, g->nat_rules.at, g->nat_rules.count);
	for (size_t i = 0; i < g->nat_rules.count; i++) {
		const struct model_nat_rule *r = &g->nat_rules.at[i];
		uint64_t scope =
			r->scope.count ? (uint64_t)1 << NET_SCOPE_PORTS : 0;
		for (size_t j = 0; j < r->scope.count; j++) {
			size_t f = r->scope.at[j].index;
			if (t0->uplink_srs[f] == sr)
				scope |= (uint64_t)1 << t0->uplinks[f];
		}
		t->nat.at[first + i].scope = scope;
	}
}

/* Whether some edge has 'a' on an uplink, and answers for it itself. */
static bool is_uplink_address(const struct model_tier0 *g, ip4 a)
{
	for (size_t i = 0; i < g->interfaces.count; i++)
		if (addr_same(g->interfaces.at[i].address.addr, a))
			return true;
	return g->has_ha_vip && addr_same(g->ha_vip.addr, a);
}

/* One uplink, and for which addresses on its network it answers besides. */
struct proxying {
	struct net_table *table;
	const struct model_tier0 *gateway;
	uint16_t port;
	struct addr_prefix net;
};

static void add_proxies_of(const struct proxying *x, struct addr_prefix p)
{
	for (uint64_t i = 0; i < addr_count(p) && i < PROXIES_MAX; i++) {
		ip4 a = {p.addr.v + (uint32_t)i};
		struct router_proxy proxy = {x->port, {a, 32}};
		if (addr_in(a, x->net) && !is_uplink_address(x->gateway, a))
			VEC_ADD(&x->table->proxies, proxy);
	}
}

static void add_rule_proxies(const struct proxying *x, const struct nat_rule *r)
{
	const struct nat_prefixes *p =
		r->action == NAT_DNAT ? &r->destination : &r->translated;
	for (unsigned i = 0; r->enabled && i < p->count; i++)
		add_proxies_of(x, p->at[i]);
}

static void add_proxies(struct net_table *t, const struct model_tier0 *g,
			const struct net_tier0 *t0, size_t sr)
{
	for (size_t i = 0; i < g->interfaces.count; i++) {
		struct addr_if on = g->interfaces.at[i].address;
		struct proxying x = {t, g, t0->uplinks[i],
				     addr_prefix_of(on.addr, on.len)};
		if (t0->uplink_srs[i] != sr)
			continue;
		for (size_t j = 0; j < g->nat_rules.count; j++)
			add_rule_proxies(&x, &g->nat_rules.at[j].rule);
		for (size_t j = 0; j < t->routes.count; j++)
			if (t->routes.at[j].kind == RIB_T1_NAT ||
			    t->routes.at[j].kind == RIB_T1_LB_VIP)
				add_proxies_of(&x, t->routes.at[j].prefix);
	}
}

/* The HA VIP is an address of the active edge's uplink. */
static void move_ha_vip(const struct model_tier0 *g, const struct net_tier0 *t0)
{
	for (size_t i = 0; g->has_ha_vip && i < g->interfaces.count; i++) {
		const struct net_sr *sr = &t0->srs[t0->uplink_srs[i]];
		struct addr_if on = g->interfaces.at[i].address;
		if (!addr_in(g->ha_vip.addr, addr_prefix_of(on.addr, on.len)))
			continue;
		if (sr->active)
			router_add_addr(sr->router, t0->uplinks[i], g->ha_vip);
		else
			router_remove_addr(sr->router, t0->uplinks[i],
					   g->ha_vip.addr);
	}
}

static void sr_tables(struct net *n, const struct model *m, size_t index,
		      size_t number)
{
	const struct model_tier0 *g = &m->tier0s.at[index];
	struct net_tier0 *t0 = &n->tier0s[index];
	struct net_sr *sr = &t0->srs[number];
	struct net_table t;
	net_table_begin(&t, n, sr->router);
	net_table_set_up(&t, sr->up);
	net_table_connected(&t, sr->router, sr->backplane, RIB_T0_CONNECTED,
			    &g->id);
	for (size_t i = 0; i < g->interfaces.count; i++) {
		const struct model_interface *f = &g->interfaces.at[i];
		if (t0->uplink_srs[i] != number)
			continue;
		net_table_connected(&t, sr->router, t0->uplinks[i],
				    RIB_T0_CONNECTED, &f->id);
		if (f->admin_state == MODEL_DOWN)
			t.port_up[t0->uplinks[i]] = false;
	}
	struct net_way direct = {.router = sr->router, .kind = RIB_T0_STATIC};
	net_table_static(&t, &direct, g->static_routes.at,
			 g->static_routes.count);
	add_inside(&t, m, index, sr);
	add_nat(&t, g, t0, number);
	if (model_has_proxy_arp(m, g) && sr->active)
		add_proxies(&t, g, t0, number);
	if (sr->active)
		net_table_loopbacks(&t, g->nat_rules.at, g->nat_rules.count);
	t.out.standby = !sr->active;
	t.out.icmp_errors = g->icmp_unreachable;
	t.out.icmp_ttl = g->icmp_ttl_exceeded;
	t.out.icmp_frag_needed = g->icmp_fragmentation_needed;
	net_table_commit(&t);
}

void net_tier0_tables(struct net *n, const struct model *m, size_t index)
{
	const struct model_tier0 *g = &m->tier0s.at[index];
	struct net_tier0 *t0 = &n->tier0s[index];
	t0->plumbing = net_number(n, NET_REF_PLUMBING, &g->id,
				  "made by NSX with the gateway");
	choose_active(m, g, t0);
	move_ha_vip(g, t0);
	for (size_t i = 0; i < t0->sr_count; i++)
		sr_tables(n, m, index, i);
	dr_tables(n, m, index);
}
