/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of a Tier-0 gateway. DR: router links, what Tier-1 gateways
 * advertise, the rest to the SRs (ECMP over all in active-active, the active
 * one otherwise). SR: uplinks, static routes, NAT; everything inside by the
 * DR, shown with the Tier-1's address as NSX does. */
#include "topology/build/net_private.h"

static const struct addr_prefix anywhere = {{0}, 0};

static bool is_linked(const struct model_tier1 *g, size_t tier0)
{
	return g->tier0.name && g->tier0.index == tier0;
}

static void choose_active(const struct model *m, const struct model_tier0 *g,
			  struct net_tier0 *t)
{
	size_t active = NET_SRS_MAX;
	for (size_t i = 0; i < t->sr_count; i++) {
		struct net_sr *sr = &t->srs[i];
		sr->up = net_edge_up(m, &g->edge_cluster, sr->edge);
		sr->active = sr->up;
		bool preferred = g->preferred_edge.name &&
				 sr->edge == g->preferred_edge.index;
		if (sr->up && (active == NET_SRS_MAX || preferred))
			active = i;
	}
	if (g->ha_mode == MODEL_ACTIVE_STANDBY)
		for (size_t i = 0; i < t->sr_count; i++)
			t->srs[i].active = i == active;
}

static void add_srs(struct net_table *t, const struct net_tier0 *t0)
{
	for (size_t i = 0; i < t0->sr_count; i++) {
		const struct net_sr *sr = &t0->srs[i];
		struct rib_route route = {
			.prefix = anywhere,
			.kind = RIB_INTERNAL,
			.distance = rib_kind_distance(RIB_INTERNAL),
			.via = sr->address,
			.gateway = sr->address,
			.port = t0->backplane,
			.ref = t0->plumbing};
		if (sr->active)
			net_table_route(t, &route);
	}
}

static void dr_tables(struct net *n, const struct model *m, size_t index)
{
	const struct model_tier0 *g = &m->tier0s.at[index];
	struct net_tier0 *t0 = &n->tier0s[index];
	struct net_table t;
	net_table_begin(&t, n);
	net_table_connected(&t, t0->dr, t0->backplane, RIB_T0_CONNECTED,
			    &g->id);
	for (size_t i = 0; i < m->tier1s.count; i++) {
		if (!is_linked(&m->tier1s.at[i], index))
			continue;
		net_table_connected(&t, t0->dr, n->tier1s[i].t0_port,
				    RIB_T0_CONNECTED, &m->tier1s.at[i].id);
		net_tier1_advertise(&t, m, i, n->tier1s[i].address,
				    n->tier1s[i].t0_port);
	}
	for (size_t i = 0; i < m->segments.count; i++)
		if (m->segments.at[i].tier0.name &&
		    m->segments.at[i].tier0.index == index)
			net_table_connected(&t, t0->dr, n->segment_ports[i],
					    RIB_T0_CONNECTED,
					    &m->segments.at[i].id);
	add_srs(&t, t0);
	t.out.icmp_errors = g->icmp_unreachable;
	t.out.icmp_ttl = g->icmp_ttl_exceeded;
	net_table_commit(&t, t0->dr);
}

/* What an SR reaches by the DR. */
static void add_inside(struct net_table *t, const struct model *m, size_t index,
		       const struct net_sr *sr)
{
	const struct net_tier0 *t0 = &t->net->tier0s[index];
	struct rib_route route = {.prefix = m->tier0s.at[index].transit_subnet,
				  .kind = RIB_INTERNAL,
				  .distance = rib_kind_distance(RIB_INTERNAL),
				  .via = t0->dr_address,
				  .gateway = t0->dr_address,
				  .port = sr->backplane,
				  .ref = t0->plumbing};
	net_table_route(t, &route);
	for (size_t i = 0; i < m->tier1s.count; i++)
		if (is_linked(&m->tier1s.at[i], index))
			net_tier1_advertise(t, m, i, t0->dr_address,
					    sr->backplane);
	for (size_t i = 0; i < m->segments.count; i++) {
		const struct model_segment *s = &m->segments.at[i];
		if (!s->tier0.name || s->tier0.index != index)
			continue;
		route.prefix = addr_prefix_of(s->gateway_address.addr,
					      s->gateway_address.len);
		route.kind = RIB_T0_CONNECTED;
		route.distance = 0;
		net_table_route(t, &route);
	}
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
		uint64_t scope = r->scope.count ? (uint64_t)1 << 63 : 0;
		for (size_t j = 0; j < r->scope.count; j++) {
			size_t f = r->scope.at[j].index;
			if (t0->uplink_srs[f] == sr)
				scope |= (uint64_t)1 << t0->uplinks[f];
		}
		t->nat.at[first + i].scope = scope;
	}
}

static void add_proxy(struct net_table *t, uint16_t port, struct addr_if on,
		      struct addr_prefix prefix)
{
	struct router_proxy proxy = {port, prefix};
	if (addr_in(prefix.addr, addr_prefix_of(on.addr, on.len)))
		VEC_ADD(&t->proxies, proxy);
}

/* Translated addresses and VIPs inside an uplink's own network need somebody
 * who answers ARP for them. NSX does so on active-standby gateways, and on
 * active-active ones from 3.2 on. */
static void add_proxies(struct net_table *t, const struct model *m,
			size_t index, size_t sr)
{
	const struct model_tier0 *g = &m->tier0s.at[index];
	const struct net_tier0 *t0 = &t->net->tier0s[index];
	bool new_enough =
		m->nsx_major > 3 || (m->nsx_major == 3 && m->nsx_minor >= 2);
	if (g->ha_mode == MODEL_ACTIVE_ACTIVE && !new_enough)
		return;
	for (size_t i = 0; i < g->interfaces.count; i++) {
		if (t0->uplink_srs[i] != sr || !t0->srs[sr].active)
			continue;
		struct addr_if on = g->interfaces.at[i].address;
		for (size_t j = 0; j < g->nat_rules.count; j++) {
			const struct nat_rule *r = &g->nat_rules.at[j].rule;
			const struct nat_prefixes *p = r->action == NAT_DNAT
							       ? &r->destination
							       : &r->translated;
			for (unsigned k = 0; k < p->count; k++)
				add_proxy(t, t0->uplinks[i], on, p->at[k]);
		}
		for (size_t j = 0; j < t->routes.count; j++)
			if (t->routes.at[j].kind == RIB_T1_NAT ||
			    t->routes.at[j].kind == RIB_T1_LB_VIP)
				add_proxy(t, t0->uplinks[i], on,
					  t->routes.at[j].prefix);
	}
}

/* Addresses that SNAT hides others behind belong to the SR. */
static void add_loopbacks(struct net_table *t, const struct model_tier0 *g,
			  const struct router *r)
{
	for (size_t i = 0; i < g->nat_rules.count; i++) {
		const struct nat_rule *rule = &g->nat_rules.at[i].rule;
		uint64_t size = nat_size(&rule->translated);
		for (uint64_t j = 0;
		     rule->action == NAT_SNAT && j < size && j < 256; j++) {
			struct router_loopback l = {
				nat_at(&rule->translated, j), false};
			if (!router_has_addr(r, l.addr))
				VEC_ADD(&t->loopbacks, l);
		}
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
	net_table_begin(&t, n);
	for (size_t i = 0; i < FORWARD_PORTS_MAX; i++)
		t.port_up[i] = sr->up;
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
	net_table_static(&t, sr->router, g->static_routes.at,
			 g->static_routes.count, RIB_T0_STATIC);
	add_inside(&t, m, index, sr);
	add_nat(&t, g, t0, number);
	add_proxies(&t, m, index, number);
	add_loopbacks(&t, g, sr->router);
	t.out.standby = !sr->active;
	t.out.icmp_errors = g->icmp_unreachable;
	t.out.icmp_ttl = g->icmp_ttl_exceeded;
	net_table_commit(&t, sr->router);
}

void net_tier0_tables(struct net *n, const struct model *m, size_t index)
{
	const struct model_tier0 *g = &m->tier0s.at[index];
	struct net_tier0 *t0 = &n->tier0s[index];
	t0->plumbing = net_number(n, NET_REF_PLUMBING, &g->id,
				  "made by NSX with the gateway");
	choose_active(m, g, t0);
	move_ha_vip(g, t0);
	dr_tables(n, m, index);
	for (size_t i = 0; i < t0->sr_count; i++)
		sr_tables(n, m, index, i);
}
