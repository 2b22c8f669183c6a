/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of a Tier-1 gateway. DR: its segments, and the rest to the SR (or to
 * the Tier-0 when there is none). SR: NAT and load balancer, segments by the
 * DR, the rest to the Tier-0. */
#include "sim/wire/ip4.h"
#include "topology/build/net_private.h"
#include "topology/model/advertise.h"

static const struct addr_prefix anywhere = {{0}, 0};

static uint32_t plumbing(struct net *n, const struct model_tier1 *g)
{
	return net_number(n, NET_REF_PLUMBING, &g->id,
			  "made by NSX with the gateway");
}

static void add_default(struct net_table *t, ip4 gateway, uint16_t port,
			uint32_t ref)
{
	struct rib_route route = {.prefix = anywhere,
				  .kind = RIB_INTERNAL,
				  .distance = rib_kind_distance(RIB_INTERNAL),
				  .via = gateway,
				  .gateway = gateway,
				  .port = port,
				  .ref = ref};
	net_table_route(t, &route);
}

static struct addr_prefix net_of(const struct model_segment *s)
{
	return addr_prefix_of(s->gateway_address.addr, s->gateway_address.len);
}

static uint32_t segment_number(struct net *n, const struct model_segment *s)
{
	char text[ADDR_PREFIX_SIZE];
	return net_number(n, NET_REF_CONNECTED, &s->id,
			  addr_print_prefix(net_of(s), text));
}

static void dr_tables(struct net *n, const struct model *m, size_t index)
{
	const struct model_tier1 *g = &m->tier1s.at[index];
	struct net_tier1 *t1 = &n->tier1s[index];
	struct net_table t;
	struct net_index_list segments =
		net_index_of(&n->tier1_segments, index);
	net_table_begin(&t, n, t1->dr);
	for (size_t i = 0; i < segments.count; i++)
		net_table_connected(
			&t, t1->dr, n->segment_ports[segments.at[i]],
			RIB_T1_CONNECTED, &m->segments.at[segments.at[i]].id);
	struct net_way direct = {.router = t1->dr, .kind = RIB_T1_STATIC};
	net_table_static(&t, &direct, g->static_routes.at,
			 g->static_routes.count);
	if (t1->sr) {
		net_table_connected(&t, t1->dr, t1->dr_backplane,
				    RIB_T1_CONNECTED, &g->id);
		add_default(
			&t,
			router_port(t1->sr, t1->sr_backplane)->addrs[0].addr,
			t1->dr_backplane, t1->plumbing);
	} else if (t1->uplink != NET_NO_PORT) {
		net_table_connected(&t, t1->dr, t1->uplink, RIB_T1_CONNECTED,
				    &g->id);
		add_default(&t, t1->t0_address, t1->uplink, t1->plumbing);
	}
	t.out.icmp_errors = g->icmp_unreachable;
	t.out.icmp_ttl = g->icmp_ttl_exceeded;
	t.out.icmp_frag_needed = g->icmp_fragmentation_needed;
	net_table_commit(&t);
}

/* What the SR reaches by the DR: segments, and static routes through them. */
static void add_by_dr(struct net_table *t, const struct model *m, size_t index)
{
	const struct model_tier1 *g = &m->tier1s.at[index];
	const struct net_tier1 *t1 = &t->net->tier1s[index];
	struct net_index_list segments =
		net_index_of(&t->net->tier1_segments, index);
	ip4 dr = router_port(t1->dr, t1->dr_backplane)->addrs[0].addr;
	struct net_way way = {.router = t1->dr,
			      .kind = RIB_T1_STATIC,
			      .relayed = true,
			      .relay = dr,
			      .port = t1->sr_backplane};
	struct rib_route route = {.kind = RIB_T1_CONNECTED,
				  .via = dr,
				  .gateway = dr,
				  .port = t1->sr_backplane};
	for (size_t i = 0; i < segments.count; i++) {
		const struct model_segment *s = &m->segments.at[segments.at[i]];
		route.prefix = net_of(s);
		route.ref = segment_number(t->net, s);
		net_table_route(t, &route);
	}
	net_table_static(t, &way, g->static_routes.at, g->static_routes.count);
}

static uint32_t server_number(struct net *n,
			      const struct model_lb_virtual_server *s,
			      const struct model_lb_pool *pool)
{
	char vip[ADDR_IP4_SIZE];
	struct str text = {0};
	str_addf(&text, "%s -> pool %s", addr_print_ip4(s->ip_address, vip),
		 pool->id.name);
	uint32_t ref =
		net_number(n, NET_REF_VIRTUAL_SERVER, &s->id, str_text(&text));
	str_fini(&text);
	return ref;
}

static void add_server(struct net_table *t, const struct model *m,
		       const struct model_lb_virtual_server *from)
{
	const struct model_lb_pool *pool = &m->lb_pools.at[from->pool.index];
	struct lb_server s = {
		.vip = from->ip_address,
		.proto = from->protocol == MODEL_TCP ? IP4_PROTO_TCP
						     : IP4_PROTO_UDP,
		.automap = pool->snat_translation == MODEL_LB_AUTOMAP,
		.enabled = from->enabled,
		.ref = server_number(t->net, from, pool)};
	for (size_t i = 0; i < pool->members.count; i++) {
		const struct model_lb_member *member = &pool->members.at[i];
		s.members[s.member_count++] = (struct lb_member){
			member->ip_address, member->port, member->enabled};
	}
	for (size_t i = 0; i < from->ports.count; i++) {
		s.ports = from->ports.at[i];
		VEC_ADD(&t->lb, s);
	}
	struct router_loopback vip = {from->ip_address, true};
	VEC_ADD(&t->loopbacks, vip);
}

static bool any_edge_up(const struct model *m, const struct model_tier1 *g)
{
	size_t count = m->edge_clusters.at[g->edge_cluster.index].edges.count;
	for (size_t i = 0; i < count; i++)
		if (net_edge_up(m, &g->edge_cluster, i))
			return true;
	return false;
}

static void sr_routes(struct net_table *t, const struct model *m, size_t index)
{
	const struct model_tier1 *g = &m->tier1s.at[index];
	struct net_tier1 *t1 = &t->net->tier1s[index];
	net_table_connected(t, t1->sr, t1->sr_backplane, RIB_T1_CONNECTED,
			    &g->id);
	add_by_dr(t, m, index);
	struct net_way direct = {.router = t1->sr, .kind = RIB_T1_STATIC};
	net_table_static(t, &direct, g->static_routes.at,
			 g->static_routes.count);
	if (t1->uplink == NET_NO_PORT)
		return;
	net_table_connected(t, t1->sr, t1->uplink, RIB_T1_CONNECTED, &g->id);
	add_default(t, t1->t0_address, t1->uplink, t1->plumbing);
}

static void sr_tables(struct net *n, const struct model *m, size_t index)
{
	const struct model_tier1 *g = &m->tier1s.at[index];
	struct net_tier1 *t1 = &n->tier1s[index];
	struct net_table t;
	net_table_begin(&t, n, t1->sr);
	sr_routes(&t, m, index);
	net_table_nat(&t, g->nat_rules.at, g->nat_rules.count);
	net_table_loopbacks(&t, g->nat_rules.at, g->nat_rules.count);
	struct net_index_list servers = net_index_of(&n->tier1_servers, index);
	for (size_t i = 0; i < servers.count; i++)
		add_server(&t, m, &m->lb_virtual_servers.at[servers.at[i]]);
	net_table_set_up(&t, any_edge_up(m, g));
	t.out.ports_policy = g->snat_keep_port ? FORWARD_PORTS_KEEP
					       : FORWARD_PORTS_ROUND_ROBIN;
	t.out.port_range = g->snat_ports;
	t.out.session_limit = g->session_limit;
	t.out.icmp_errors = g->icmp_unreachable;
	t.out.icmp_ttl = g->icmp_ttl_exceeded;
	t.out.icmp_frag_needed = g->icmp_fragmentation_needed;
	net_table_commit(&t);
}

void net_tier1_tables(struct net *n, const struct model *m, size_t index)
{
	n->tier1s[index].plumbing = plumbing(n, &m->tier1s.at[index]);
	dr_tables(n, m, index);
	if (n->tier1s[index].sr)
		sr_tables(n, m, index);
}

/* The way from the Tier-0's part to the Tier-1. */
struct way {
	struct net_table *table;
	const struct model_tier1 *tier1;
	ip4 via, gateway;
	uint16_t port;
};

static const struct {
	enum model_advertise type;
	enum rib_kind kind;
	const char *name;
} kinds[] = {
	{MODEL_TIER1_CONNECTED, RIB_T1_CONNECTED, "TIER1_CONNECTED"},
	{MODEL_TIER1_STATIC_ROUTES, RIB_T1_STATIC, "TIER1_STATIC_ROUTES"},
	{MODEL_TIER1_NAT, RIB_T1_NAT, "TIER1_NAT"},
	{MODEL_TIER1_LB_VIP, RIB_T1_LB_VIP, "TIER1_LB_VIP"},
};

static void advertise(const struct way *w, struct addr_prefix prefix,
		      enum model_advertise type)
{
	char text[ADDR_PREFIX_SIZE];
	struct net *n = w->table->net;
	size_t i = 0;
	if (!advertise_permits(w->tier1, type, prefix))
		return;
	while (kinds[i].type != type)
		i++;
	addr_print_prefix(prefix, text);
	struct schema_id id = {
		kinds[i].name, w->tier1->advertisement_at,
		arena_printf(&n->arena, "%s.route_advertisement_types.%s.%s",
			     w->tier1->id.path, kinds[i].name, text)};
	const char *sentence =
		arena_printf(&n->arena, "%s advertised by %s (%s)", text,
			     w->tier1->id.name, kinds[i].name);
	struct rib_route route = {
		.prefix = prefix,
		.kind = kinds[i].kind,
		.distance = rib_kind_distance(kinds[i].kind),
		.via = w->via,
		.gateway = w->gateway,
		.port = w->port,
		.ref = net_number(n, NET_REF_ADVERTISED, &id, sentence)};
	net_table_route(w->table, &route);
}

static void advertise_segments(const struct way *w, const struct model *m,
			       size_t index)
{
	struct net_index_list segments =
		net_index_of(&w->table->net->tier1_segments, index);
	for (size_t i = 0; i < segments.count; i++)
		advertise(w, net_of(&m->segments.at[segments.at[i]]),
			  MODEL_TIER1_CONNECTED);
}

static void advertise_static(const struct way *w, const struct net_tier1 *t1)
{
	for (size_t i = 0; i < w->tier1->static_routes.count; i++) {
		const struct model_route *r = &w->tier1->static_routes.at[i];
		if (net_table_usable(t1->dr, r) ||
		    (t1->sr && net_table_usable(t1->sr, r)))
			advertise(w, r->network, MODEL_TIER1_STATIC_ROUTES);
	}
}

static void advertise_nat(const struct way *w)
{
	const struct model_tier1 *g = w->tier1;
	for (size_t i = 0; i < g->nat_rules.count; i++) {
		const struct nat_rule *r = &g->nat_rules.at[i].rule;
		const struct nat_prefixes *p = r->action == NAT_DNAT
						       ? &r->destination
						       : &r->translated;
		if (!r->enabled)
			continue;
		for (unsigned j = 0; j < p->count; j++)
			advertise(w, p->at[j], MODEL_TIER1_NAT);
	}
}

static void advertise_vips(const struct way *w, const struct model *m,
			   size_t index)
{
	struct net_index_list servers =
		net_index_of(&w->table->net->tier1_servers, index);
	for (size_t i = 0; i < servers.count; i++) {
		const struct model_lb_virtual_server *s =
			&m->lb_virtual_servers.at[servers.at[i]];
		struct addr_prefix vip = {s->ip_address, 32};
		if (s->enabled)
			advertise(w, vip, MODEL_TIER1_LB_VIP);
	}
}

static bool is_met(struct net *n, uint32_t ref)
{
	while (n->stamps.count <= ref)
		VEC_ADD(&n->stamps, 0);
	bool met = n->stamps.at[ref] == n->stamp;
	n->stamps.at[ref] = n->stamp;
	return met;
}

/* Several rules or servers may share an address: one route is enough. */
static void drop_twins(struct net_table *t, size_t first)
{
	size_t kept = first;
	t->net->stamp++;
	for (size_t i = first; i < t->routes.count; i++)
		if (!is_met(t->net, t->routes.at[i].ref))
			t->routes.at[kept++] = t->routes.at[i];
	t->routes.count = kept;
}

void net_tier1_advertise(struct net_table *t, const struct model *m,
			 size_t index, ip4 gateway, uint16_t port)
{
	const struct model_tier1 *g = &m->tier1s.at[index];
	const struct net_tier1 *t1 = &t->net->tier1s[index];
	struct way w = {t, g, t1->address, gateway, port};
	size_t first = t->routes.count;
	advertise_segments(&w, m, index);
	advertise_static(&w, t1);
	/* Without a service router there is nothing that owns them. */
	if (t1->sr) {
		advertise_nat(&w);
		advertise_vips(&w, m, index);
	}
	drop_twins(t, first);
}
