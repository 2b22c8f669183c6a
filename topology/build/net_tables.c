/* SPDX-License-Identifier: Apache-2.0 */
/* What the tables of all kinds of nodes have in common. */
#include <string.h>

#include "sim/wire/ip4.h"
#include "topology/build/net_private.h"

#define STATIC_DISTANCE 1 /* NSX's default, also of null routes */

void net_table_begin(struct net_table *t, struct net *n, struct router *r)
{
	memset(t, 0, sizeof(*t));
	t->net = n;
	t->router = r;
	t->out.forwards = true;
	t->port_up = mem_new(router_node(r)->nic_count, sizeof(*t->port_up));
	net_table_set_up(t, true);
}

/* What leads out by an interface that is down is no route: another one for the
 * same prefix, or a shorter one, takes its place. */
static void leave_out_down(struct net_table *t)
{
	size_t kept = 0;
	for (size_t i = 0; i < t->routes.count; i++)
		if (t->routes.at[i].null || t->port_up[t->routes.at[i].port])
			t->routes.at[kept++] = t->routes.at[i];
	t->routes.count = kept;
}

void net_table_set_up(struct net_table *t, bool up)
{
	memset(t->port_up, up, router_node(t->router)->nic_count);
}

void net_table_commit(struct net_table *t)
{
	leave_out_down(t);
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
	router_set_tables(t->router, &t->out);
	mem_free(t->port_up);
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

void net_table_print_service(uint8_t proto, struct addr_ports ports,
			     struct str *out)
{
	if (!proto)
		return;
	str_addf(out, " %s",
		 proto == IP4_PROTO_TCP	  ? "TCP"
		 : proto == IP4_PROTO_UDP ? "UDP"
					  : "ICMP");
	if (ports.last)
		str_addf(out, "/%u", ports.first);
	if (ports.last > ports.first)
		str_addf(out, "-%u", ports.last);
}

/* What it matches; for DNAT the port is that of translated_ports, if any. */
static void print_match(const struct nat_rule *r, struct str *out)
{
	static const struct addr_ports any = {0, 0};
	struct addr_ports ports = r->ports;
	if (r->action == NAT_DNAT || r->action == NAT_NO_DNAT) {
		net_table_print(&r->destination, out);
		if (r->action == NAT_DNAT && r->translated_ports.last)
			ports = r->translated_ports;
		net_table_print_service(r->proto, ports, out);
		if (r->source.count) {
			str_add(out, " from ");
			net_table_print(&r->source, out);
		}
		return;
	}
	net_table_print(&r->source, out);
	if (r->destination.count) {
		str_add(out, " to ");
		net_table_print(&r->destination, out);
	}
	net_table_print_service(r->proto, r->action == NAT_SNAT ? any : ports,
				out);
}

/* "SNAT 10.244.1.0/28 -> 30.0.0.16", "NO_SNAT 10.244.0.0/20 to 30.0.1.0/24",
 * "DNAT 30.0.0.7 TCP/8080 -> 10.244.1.2 TCP/80 on up1". */
static void print_rule(const struct model_nat_rule *m, struct str *out)
{
	const struct nat_rule *r = &m->rule;
	str_addf(out, "%s ", nat_action_name(r->action));
	print_match(r, out);
	if (r->translated.count) {
		str_add(out, r->action == NAT_REFLEXIVE ? " <-> " : " -> ");
		net_table_print(&r->translated, out);
	}
	if (r->action == NAT_DNAT && r->translated_ports.last && r->ports.last)
		net_table_print_service(r->proto, r->ports, out);
	for (size_t i = 0; i < m->scope.count; i++)
		str_addf(out, "%s%s", i ? "," : " on ", m->scope.at[i].name);
	if (m->has_firewall_match)
		str_addf(out, ", %s",
			 nat_firewall_match_name(r->firewall_match));
}

void net_table_nat(struct net_table *t, const struct model_nat_rule *rules,
		   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct nat_rule rule = rules[i].rule;
		struct str s = {0};
		print_rule(&rules[i], &s);
		rule.ref = net_number(t->net, NET_REF_NAT_RULE, &rules[i].id,
				      str_text(&s));
		str_fini(&s);
		VEC_ADD(&t->nat, rule);
	}
}

static void add_loopbacks(struct net_table *t, const struct nat_prefixes *p)
{
	uint64_t size = nat_size(p);
	for (uint64_t i = 0; i < size && i < FORWARD_SNAT_ADDRS; i++) {
		struct router_loopback l = {nat_at(p, i), false};
		VEC_ADD(&t->loopbacks, l);
	}
}

void net_table_loopbacks(struct net_table *t,
			 const struct model_nat_rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct nat_rule *r = &rules[i].rule;
		if (!r->enabled)
			continue;
		if (r->action == NAT_DNAT && r->proto)
			add_loopbacks(t, &r->destination);
		if (r->action == NAT_SNAT &&
		    nat_size(&r->translated) != nat_size(&r->source))
			add_loopbacks(t, &r->translated);
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

/* A change may add or remove some. */
static void index_servers(struct net *n, const struct model *m)
{
	net_index_fini(&n->tier1_servers);
	for (size_t i = 0; i < m->lb_virtual_servers.count; i++)
		net_index_add(&n->tier1_servers,
			      m->lb_virtual_servers.at[i].tier1.index, i);
	net_index_seal(&n->tier1_servers, m->tier1s.count);
}

void net_tables(struct net *n, const struct model *m)
{
	index_servers(n, m);
	for (size_t i = 0; i < m->tier1s.count; i++)
		net_tier1_tables(n, m, i);
	for (size_t i = 0; i < m->tier0s.count; i++)
		net_tier0_tables(n, m, i);
	net_outside_tables(n, m);
	net_hosts_tables(n, m);
}
