/* SPDX-License-Identifier: Apache-2.0 */
/* What the tables of all kinds of nodes have in common. */
#include <string.h>

#include "topology/build/net_private.h"

#define STATIC_DISTANCE 1 /* NSX's default, also of null routes */

void net_table_begin(struct net_table *t, struct net *n)
{
	memset(t, 0, sizeof(*t));
	t->net = n;
	t->out.forwards = true;
	memset(t->port_up, true, sizeof(t->port_up));
}

void net_table_commit(struct net_table *t, struct router *r)
{
	t->out.routes = t->routes.at;
	t->out.route_count = t->routes.count;
	t->out.nat_rules = t->nat.at;
	t->out.nat_rule_count = t->nat.count;
	t->out.acl_rules = t->acl.at;
	t->out.acl_rule_count = t->acl.count;
	t->out.lb_servers = t->lb.at;
	t->out.lb_server_count = t->lb.count;
	t->out.loopbacks = t->loopbacks.at;
	t->out.loopback_count = t->loopbacks.count;
	t->out.proxies = t->proxies.at;
	t->out.proxy_count = t->proxies.count;
	t->out.port_up = t->port_up;
	router_set_tables(r, &t->out);
	VEC_FREE(&t->routes);
	VEC_FREE(&t->nat);
	VEC_FREE(&t->acl);
	VEC_FREE(&t->lb);
	VEC_FREE(&t->loopbacks);
	VEC_FREE(&t->proxies);
}

void net_table_route(struct net_table *t, const struct rib_route *route)
{
	VEC_ADD(&t->routes, *route);
}

void net_table_connected(struct net_table *t, struct router *r, uint16_t port,
			 enum rib_kind kind, const struct schema_id *id)
{
	const struct router_port *p = router_port(r, port);
	char text[ADDR_PREFIX_SIZE];
	struct addr_prefix net =
		addr_prefix_of(p->addrs[0].addr, p->addrs[0].len);
	struct rib_route route = {
		.prefix = net,
		.kind = kind,
		.port = port,
		.ref = net_number(t->net, NET_REF_CONNECTED, id,
				  addr_print_prefix(net, text))};
	VEC_ADD(&t->routes, route);
}

bool net_table_port(const struct router *r, ip4 a, uint16_t *port)
{
	const struct router_port *p;
	for (uint16_t i = 0; (p = router_port(r, i)) != NULL; i++) {
		if (router_forward(r)->ports[i].backplane)
			continue;
		for (unsigned j = 0; j < p->addr_count; j++) {
			struct addr_if on = p->addrs[j];
			if (!addr_in(a, addr_prefix_of(on.addr, on.len)))
				continue;
			*port = i;
			return true;
		}
	}
	return false;
}

bool net_table_usable(const struct router *r, const struct model_route *route)
{
	uint16_t port;
	for (size_t i = 0; i < route->next_hops.count; i++)
		if (net_table_port(r, route->next_hops.at[i].ip_address, &port))
			return true;
	return !route->next_hops.count;
}

uint32_t net_table_number(struct net_table *t, const struct model_route *r)
{
	char text[ADDR_PREFIX_SIZE], hop[ADDR_IP4_SIZE];
	struct str s = {0};
	str_add(&s, addr_print_prefix(r->network, text));
	for (size_t i = 0; i < r->next_hops.count; i++)
		str_addf(&s, "%s %s", i ? "," : " via",
			 addr_print_ip4(r->next_hops.at[i].ip_address, hop));
	if (!r->next_hops.count)
		str_add(&s, " to nowhere");
	uint32_t ref = net_number(t->net, NET_REF_ROUTE, &r->id, str_text(&s));
	str_fini(&s);
	return ref;
}

static void add_hops(struct net_table *t, const struct net_way *way,
		     const struct model_route *from, struct rib_route *route)
{
	for (size_t i = 0; i < from->next_hops.count; i++) {
		const struct model_next_hop *hop = &from->next_hops.at[i];
		if (!net_table_port(way->router, hop->ip_address, &route->port))
			continue;
		route->via = route->gateway = hop->ip_address;
		if (!from->bgp)
			route->distance = hop->admin_distance;
		if (way->relayed) {
			route->gateway = way->relay;
			route->port = way->port;
		}
		VEC_ADD(&t->routes, *route);
	}
}

void net_table_static(struct net_table *t, const struct net_way *way,
		      const struct model_route *routes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct model_route *from = &routes[i];
		enum rib_kind kind = from->bgp ? RIB_BGP : way->kind;
		struct rib_route route = {
			.prefix = from->network,
			.kind = kind,
			.distance = from->bgp ? rib_kind_distance(kind) : 1,
			.null = !from->next_hops.count,
			.ref = net_table_number(t, from)};
		if (route.null && !way->relayed)
			VEC_ADD(&t->routes, route);
		add_hops(t, way, from, &route);
	}
}

void net_table_print(const struct nat_prefixes *p, struct str *out)
{
	char text[ADDR_PREFIX_SIZE];
	if (!p->count)
		str_add(out, "any");
	for (unsigned i = 0; i < p->count; i++) {
		str_add(out, i ? "," : "");
		str_add(out, p->at[i].len == 32
				     ? addr_print_ip4(p->at[i].addr, text)
				     : addr_print_prefix(p->at[i], text));
	}
}

/* "SNAT 10.244.1.0/28 -> 30.0.0.16", "NO_SNAT 10.244.0.0/20 to 30.0.1.0/24" */
static void print_rule(const struct nat_rule *r, struct str *out)
{
	bool is_dnat = r->action == NAT_DNAT || r->action == NAT_NO_DNAT;
	str_addf(out, "%s ", nat_action_name(r->action));
	net_table_print(is_dnat ? &r->destination : &r->source, out);
	if (!is_dnat && r->destination.count) {
		str_add(out, " to ");
		net_table_print(&r->destination, out);
	}
	if (!r->translated.count)
		return;
	str_add(out, r->action == NAT_REFLEXIVE ? " <-> " : " -> ");
	net_table_print(&r->translated, out);
}

void net_table_nat(struct net_table *t, const struct model_nat_rule *rules,
		   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct nat_rule rule = rules[i].rule;
		struct str s = {0};
		print_rule(&rule, &s);
		rule.ref = net_number(t->net, NET_REF_NAT_RULE, &rules[i].id,
				      str_text(&s));
		str_fini(&s);
		VEC_ADD(&t->nat, rule);
	}
}

void net_table_loopbacks(struct net_table *t,
			 const struct model_nat_rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct nat_rule *r = &rules[i].rule;
		uint64_t size = nat_size(&r->translated);
		if (r->action != NAT_SNAT || !r->enabled ||
		    size == nat_size(&r->source))
			continue;
		for (uint64_t j = 0; j < size && j < FORWARD_SNAT_ADDRS; j++) {
			struct router_loopback l = {nat_at(&r->translated, j),
						    false};
			VEC_ADD(&t->loopbacks, l);
		}
	}
}

bool net_edge_up(const struct model *m, const struct schema_ref *cluster,
		 size_t edge)
{
	const struct model_edge_cluster *c =
		&m->edge_clusters.at[cluster->index];
	return edge < c->edges.count &&
	       c->edges.at[edge].admin_state == MODEL_UP;
}

void net_tables(struct net *n, const struct model *m)
{
	for (size_t i = 0; i < m->tier1s.count; i++)
		net_tier1_tables(n, m, i);
	for (size_t i = 0; i < m->tier0s.count; i++)
		net_tier0_tables(n, m, i);
	net_outside_tables(n, m);
}
